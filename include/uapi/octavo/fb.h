/* SPDX-License-Identifier: MIT */
/*
 * Frame buffers: requests of ioctl(2), and what they write, 160 and 68 bytes as on Linux.
 */
#ifndef UAPI_OCTAVO_FB_H
#define UAPI_OCTAVO_FB_H

#define FBIOGET_VSCREENINFO 0x4600
#define FBIOGET_FSCREENINFO 0x4602
#define FBIO_WAITFORVSYNC   0x40044620

#define FB_TYPE_PACKED_PIXELS 0
#define FB_VISUAL_TRUECOLOR   2

/* Of a pixel, bits. */
struct uapi_fb_bitfield {
	unsigned int offset, length, msb_right;
};

struct uapi_fb_var_screeninfo {
	unsigned int xres, yres, xres_virtual, yres_virtual, xoffset, yoffset;
	unsigned int bits_per_pixel, grayscale;
	struct uapi_fb_bitfield red, green, blue, transp;
	unsigned int nonstd, activate, height, width, accel_flags;
	unsigned int pixclock, margins[4], sync_length[2], sync, vmode, rotate, colorspace;
	unsigned int reserved[4];
};

struct uapi_fb_fix_screeninfo {
	char id[16];
	unsigned long smem_start;
	unsigned int smem_len, type, type_aux, visual;
	unsigned short xpanstep, ypanstep, ywrapstep;
	unsigned int line_length;
	unsigned long mmio_start;
	unsigned int mmio_len, accel;
	unsigned short capabilities, reserved[2];
};

#endif
