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

static const struct file_ops fb_fops = {
	MEMORY_DEVICE_OPS,
	.read = memory_device_read,
	.write = memory_device_write,
	.ioctl = fb_ioctl,
	.map_caps = MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE,
	.mmap = fb_mmap,
};

struct memory_device fb = {
	.name = "fb0",
	.major = 29,
	.mode = 0660,
	.ops = &fb_fops,
	.bytes = 256 << 10, /* a power of two: one region of the MPU */
};
