/* SPDX-License-Identifier: MIT */
/*
 * fb.c - /dev/fb0: a frame buffer in memory, 320 by 200 pixels of 32 bits.
 *
 *	programs write pixels --> memory --> the host makes a picture of it
 *
 * The host is told that there is a picture when a program waits for the end of it (FBIO_WAITFORVSYNC), and
 * when the last one that has it mapped goes.
 */
#include <octavo/control.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/mm.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fb.h>

enum {
	WIDTH = 320,
	HEIGHT = 200,
	LINE_BYTES = WIDTH * 4,
};
#define FRAME_NS (NSEC_PER_SEC / 50)

static struct memory_device fb = {.bytes = 256 << 10}; /* a power of two: one region of the MPU */

static const struct uapi_fb_var_screeninfo variable = {
	.xres = WIDTH,
	.yres = HEIGHT,
	.xres_virtual = WIDTH,
	.yres_virtual = HEIGHT,
	.bits_per_pixel = 32,
	.red = {.offset = 16, .length = 8},
	.green = {.offset = 8, .length = 8},
	.blue = {.length = 8},
};

static void tell_host(void)
{
	control_sendf(CONTROL_REPORT, "framebuffer %08x %ux%u", (u32)fb.start, WIDTH, HEIGHT);
}

static int fb_open(struct inode *inode, struct file *file)
{
	(void)inode;
	return memory_device_open(file, &fb);
}

static long put_fixed(u32 arg)
{
	const struct uapi_fb_fix_screeninfo fixed = {
		.id = "octavo",
		.smem_start = fb.start,
		.smem_len = fb.bytes,
		.type = FB_TYPE_PACKED_PIXELS,
		.visual = FB_VISUAL_TRUECOLOR,
		.line_length = LINE_BYTES,
	};

	return copy_to_user((void __user *)arg, &fixed, sizeof(fixed));
}

static long fb_ioctl(struct file *file, u32 cmd, u32 arg)
{
	u64 now = clock_ns();

	(void)file;
	switch (cmd) {
	case FBIOGET_VSCREENINFO:
		return copy_to_user((void __user *)arg, &variable, sizeof(variable));
	case FBIOGET_FSCREENINFO:
		return put_fixed(arg);
	case FBIO_WAITFORVSYNC:
		tell_host();
		return sleep_until(now - now % FRAME_NS + FRAME_NS);
	default:
		return -ENOTTY;
	}
}

static void fb_unmapped(struct vma *v)
{
	(void)v;
	tell_host();
}

static const struct vma_ops mapping_ops = {.name = "fb", .close = fb_unmapped};

static int fb_mmap(struct file *file, struct vma *area)
{
	(void)file;
	area->ops = &mapping_ops;
	return 0;
}

const struct file_ops fb_fops = {
	.open = fb_open,
	.read = memory_device_read,
	.write = memory_device_write,
	.seek = memory_device_seek,
	.ioctl = fb_ioctl,
	.map_caps = MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE,
	.get_unmapped_area = memory_device_place,
	.mmap = fb_mmap,
};
