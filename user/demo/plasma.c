/* SPDX-License-Identifier: MIT */
/*
 * plasma [FRAMES]: colours that flow over the frame buffer, 500 pictures of them where no number is given.
 *
 *	colour of a pixel = palette[wave(x) + wave(y) + wave(x + y) + time]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <uapi/octavo/fb.h>

static unsigned palette[256];
static unsigned char wave[256];

/* One period of something like a sine: two parabolas, 0 to 127. */
static void make_wave(void)
{
	for (int i = 0; i < 128; i++) {
		int y = i * (128 - i) / 65;

		wave[i] = (unsigned char)(64 + y);
		wave[i + 128] = (unsigned char)(64 - y);
	}
}

static unsigned char ramp(int i)
{
	return (unsigned char)(wave[i & 255] * 2);
}

static void make_palette(void)
{
	for (int i = 0; i < 256; i++)
		palette[i] = (unsigned)(ramp(i) << 16 | ramp(i + 85) << 8 | ramp(i + 170));
}

static void draw(unsigned *pixels, unsigned stride, const struct uapi_fb_var_screeninfo *var,
		 unsigned time)
{
	for (unsigned y = 0; y < var->yres; y++) {
		unsigned row = wave[(y * 2 + time) & 255] + time;

		for (unsigned x = 0; x < var->xres; x++)
			pixels[x] = palette[(wave[(x + time * 2) & 255] + row +
					     wave[((x + y) / 2 - time) & 255]) &
					    255];
		pixels += stride;
	}
}

int main(int argc, char **argv)
{
	unsigned frames = argc > 1 ? (unsigned)atoi(argv[1]) : 500;
	struct uapi_fb_var_screeninfo var;
	struct uapi_fb_fix_screeninfo fix;
	int fd = open("/dev/fb0", O_RDWR);
	unsigned *pixels;

	if (fd < 0 || ioctl(fd, FBIOGET_VSCREENINFO, &var) != 0 ||
	    ioctl(fd, FBIOGET_FSCREENINFO, &fix) != 0 || var.bits_per_pixel != 32) {
		fputs("plasma: there is no frame buffer of 32 bits a pixel\n", stderr);
		return 1;
	}
	pixels = mmap(NULL, fix.smem_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		perror("plasma: /dev/fb0");
		return 1;
	}
	make_wave();
	make_palette();
	for (unsigned time = 0; time < frames; time++) {
		draw(pixels, fix.line_length / 4, &var, time);
		ioctl(fd, FBIO_WAITFORVSYNC, &(unsigned){0});
	}
	return 0;
}
