/* SPDX-License-Identifier: MIT */
/*
 * Devices whose memory is mapped: frame buffer, flash, RAM disk, and the machine's own addresses.
 *
 *	nommu_devices			all of it
 *	nommu_devices pixel		another process: sees a green pixel, and leaves a red one
 *	nommu_devices registers		another process: the kernel does not touch them for it either
 *	nommu_devices watch		looks at the flash until it is killed; ends where it shows a status
 *	nommu_devices copy|run|read	the same by a system call; by executing it; by read(2)
 */
#include "guest.h"

#include <sys/ioctl.h>
#include <uapi/octavo/fb.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/mtd.h>

#define RW    (PROT_READ | PROT_WRITE)
#define RED   0xff0000u
#define GREEN 0x00ff00u
#define BLOCK 16384UL     /* of the flash */
#define STAYS 0x4770202au /* what the flash has where nobody programs; see test_flash() */

static const char myself[] = "/tests/nommu_devices";

static long map(unsigned long len, int prot, int flags, int file, unsigned long page)
{
	return sys(__NR_mmap2, 0, len, prot, flags, file, page);
}

static int is_error(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

static long get_at(int fd, void *buf, unsigned long len, unsigned long at)
{
	lseek(fd, (off_t)at, SEEK_SET);
	return sys(__NR_read, fd, buf, len);
}

static long put_at(int fd, const void *buf, unsigned long len, unsigned long at)
{
	lseek(fd, (off_t)at, SEEK_SET);
	return sys(__NR_write, fd, buf, len);
}

static __attribute__((noinline)) pid_t start(const char *word)
{
	const char *const argv[] = {myself, word, NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execve(myself, (char *const *)argv, NULL);
		_exit(99);
	}
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

/* --- the frame buffer --- */

static int see_pixel(void)
{
	volatile unsigned *p =
		(volatile unsigned *)map(64 * PAGE, RW, MAP_SHARED, open("/dev/fb0", O_RDWR), 0);

	if (is_error((long)p) || p[1000] != GREEN)
		return 1;
	p[1000] = RED;
	return 0;
}

static void test_refusals(int fd, unsigned long bytes)
{
	int only_read = open("/dev/fb0", O_RDONLY);

	is(map(PAGE, RW, MAP_SHARED, fd, bytes / PAGE), -EINVAL, "nm-13: behind its end");
	is(map(PAGE, RW, MAP_SHARED, fd, 0xfffff), -EINVAL, "nm-13: far behind it");
	is(map(bytes + 1, RW, MAP_SHARED, fd, 0), -EINVAL, "nm-13: too long");
	is(map(bytes, RW, MAP_SHARED, fd, 1), -EINVAL, "nm-13: across its end");
	is(map(PAGE, RW | PROT_EXEC, MAP_SHARED, fd, 0), -EINVAL, "nm-14: to execute it");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, fd, 0), -ENODEV, "nm-12: privately");
	is(map(PAGE, RW, MAP_PRIVATE, fd, 0), -ENODEV, "nm-12: a private copy");
	is(map(PAGE, RW, MAP_SHARED, only_read, 0), -EACCES, "nm-20: open for reading only");
	close(only_read);
}

static void test_frame_buffer(void)
{
	struct uapi_fb_var_screeninfo var;
	struct uapi_fb_fix_screeninfo fix;
	int fd = open("/dev/fb0", O_RDWR);
	unsigned *p, *q, pixel = 0;

	is(sizeof(var) + sizeof(fix), 160 + 68, "the structures are Linux's");
	is(ioctl(fd, FBIOGET_VSCREENINFO, &var), 0, "what it shows");
	is(ioctl(fd, FBIOGET_FSCREENINFO, &fix), 0, "where");
	ok(var.bits_per_pixel == 32 && fix.line_length == var.xres * 4 &&
		   fix.smem_len >= fix.line_length * var.yres,
	   "%u by %u", var.xres, var.yres);
	is(sys(__NR_ioctl, fd, FBIOGET_VSCREENINFO, KERNEL_ADDRESS), -EFAULT, "to the kernel");
	is(sys(__NR_ioctl, fd, 0x4605, &var), -ENOTTY, "a request that it does not know");
	p = (unsigned *)map(fix.smem_len, RW, MAP_SHARED, fd, 0);
	is((long)p, (long)fix.smem_start, "nm-8: its own memory is mapped");
	ok(all_bytes((char *)p, fix.smem_len, 0), "nm-8: black");
	p[1000] = GREEN;
	is(end_of(start("pixel")), 0, "nm-8: another process sees what is drawn");
	is(p[1000], RED, "nm-8: and what that draws is here");
	is(get_at(fd, &pixel, 4, 4000), 4, "nm-8: read(2)");
	is(pixel, RED, "nm-8: sees it");
	pixel = GREEN;
	is(put_at(fd, &pixel, 4, 4000), 4, "nm-8: write(2)");
	is(p[1000], GREEN, "nm-8: draws");
	is(put_at(fd, &pixel, 4, fix.smem_len), -ENOSPC, "nm-8: not behind the end");
	is(get_at(fd, &pixel, 4, fix.smem_len), 0, "nm-8: where nothing is read");
	is(put_at(fd, &pixel, 4, fix.smem_len - 2), 2, "nm-8: as much as there is");
	is(get_at(fd, (void *)KERNEL_ADDRESS, 4, 0), -EFAULT, "to the kernel");
	test_refusals(fd, fix.smem_len);
	q = (unsigned *)map(PAGE, PROT_READ, MAP_SHARED, fd, 1);
	is((long)q, (long)p + (long)PAGE, "nm-15: a part of it");
	is(sys(__NR_ioctl, fd, FBIO_WAITFORVSYNC, &(unsigned){0}), 0, "a picture is shown");
	is(sys(__NR_munmap, p, PAGE), -EINVAL, "nm-22: no part is unmapped");
	is(sys(__NR_munmap, p, fix.smem_len), 0, "nm-22: all of it");
	ok(q[0] == 0, "nm-15: the part is there still");
	is(sys(__NR_munmap, q, PAGE), 0, "nm-22: the part goes");
	close(fd);
}

/* --- the RAM disk --- */

static void test_ram_disk(void)
{
	int fd = open("/dev/ram0", O_RDWR);
	unsigned long long bytes = 0;
	char *p, *q, c = 0;

	ok(fd >= 0, "a block device");
	is(ioctl(fd, BLKGETSIZE64, &bytes), 0, "its size");
	is(lseek(fd, 0, SEEK_END), (long)bytes, "is where it ends");
	is(lseek(fd, -1, SEEK_SET), -1, "and nothing is before its start");
	p = (char *)map((unsigned long)bytes, RW, MAP_SHARED, fd, 0);
	ok(!is_error((long)p) && all_bytes(p, bytes, 0), "nm-7: its memory is mapped, in a row");
	is(put_at(fd, "d", 1, 5 * PAGE), 1, "nm-7: what is written to it");
	is(p[5 * PAGE], 'd', "nm-7: is there");
	p[5 * PAGE] = 'm';
	ok(get_at(fd, &c, 1, 5 * PAGE) == 1 && c == 'm', "nm-7: and the other way round");
	q = (char *)map(PAGE, PROT_READ, MAP_PRIVATE, fd, 5);
	is((long)q, (long)p + 5 * (long)PAGE, "nm-18: to read it is the same memory");
	sys(__NR_munmap, q, PAGE);
	q = (char *)map(PAGE, RW, MAP_PRIVATE, fd, 5);
	ok(!is_error((long)q) && q != p + 5 * PAGE && q[0] == 'm', "nm-4: to write a copy");
	q[0] = 'c';
	is(p[5 * PAGE], 'm', "nm-4: which is nobody else's");
	sys(__NR_munmap, q, PAGE);
	is(map((unsigned long)bytes, RW, MAP_SHARED, fd, 1), -EINVAL, "nm-13: across its end");
	sys(__NR_munmap, p, bytes);
	close(fd);
	fd = open("/dev/ram0", O_RDONLY);
	ok(get_at(fd, &c, 1, 5 * PAGE) == 1 && c == 'm', "nm-18: it keeps what it has");
	close(fd);
}

/* --- flash --- */

/* What programs do with it while it is programmed; each ends only where something is wrong. */
static int look(const char *word)
{
	int fd = open("/dev/mtd0", O_RDONLY), pipes[2];
	const volatile unsigned *p = (const volatile unsigned *)map(
		4 * BLOCK, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	unsigned word_read;

	if (is_error((long)p))
		return 1;
	if (strcmp(word, "watch") == 0)
		while (p[0] == STAYS)
			;
	if (strcmp(word, "run") == 0)
		while (((int (*)(int))((unsigned long)p + 1))(7) == 42)
			;
	if (strcmp(word, "read") == 0)
		while (get_at(fd, &word_read, 4, 0) == 4 && word_read == STAYS)
			;
	if (strcmp(word, "copy") == 0 && pipe(pipes) == 0)
		while (sys(__NR_write, pipes[1], p, 4) == 4 &&
		       sys(__NR_read, pipes[0], &word_read, 4) == 4 && word_read == STAYS)
			;
	return 2;
}

/* The others look at the first block while the last one is erased and programmed. */
static void test_status(int fd, const char *word)
{
	struct uapi_erase_info last = {3 * BLOCK, BLOCK};
	static char data[1024];
	pid_t pid = start(word);
	int status = 0;

	for (int i = 0; i < 5; i++) {
		ioctl(fd, MEMERASE, &last);
		memset(data, i, sizeof(data));
		for (int k = 0; k < 3; k++)
			put_at(fd, data, sizeof(data), 3 * BLOCK);
		sched_yield();
	}
	is(waitpid(pid, &status, WNOHANG), 0, "nm-16: the status is not shown to %s", word);
	kill(pid, SIGKILL);
	is(end_of(pid), KILLED(SIGKILL), "nm-16: it goes on until then");
}

static void test_flash(void)
{
	/* movs r0, #42; bx lr: STAYS */
	static const unsigned short code[] = {0x202a, 0x4770};
	struct uapi_erase_info first = {0, BLOCK}, odd = {PAGE, BLOCK},
			       beyond = {3 * BLOCK, 2 * BLOCK};
	struct uapi_mtd_info info;
	int fd = open("/dev/mtd0", O_RDWR), only_read = open("/dev/mtd0", O_RDONLY);
	unsigned char *p, byte = 0xf0;
	char *q;

	is(ioctl(fd, MEMGETINFO, &info), 0, "nm-16: flash");
	ok(info.size == 4 * BLOCK && info.erasesize == BLOCK, "nm-16: in blocks");
	is(sys(__NR_ioctl, only_read, MEMERASE, &first), -EPERM, "nm-16: erased by who may write");
	is(sys(__NR_ioctl, fd, MEMERASE, &odd), -EINVAL, "nm-16: in whole blocks");
	is(sys(__NR_ioctl, fd, MEMERASE, &beyond), -EINVAL, "nm-16: that are there");
	is(sys(__NR_ioctl, fd, MEMERASE, KERNEL_ADDRESS), -EFAULT, "nm-16: from the kernel");
	is(sys(__NR_ioctl, fd, MEMERASE, &first), 0, "nm-16: the first one is erased");
	p = (unsigned char *)map(4 * BLOCK, PROT_READ, MAP_SHARED, fd, 0);
	ok(!is_error((long)p) && all_bytes((char *)p, BLOCK, (char)0xff), "nm-8: it is mapped");
	is(map(PAGE, RW, MAP_SHARED, fd, 0), -EINVAL, "nm-14: not to be written directly");
	q = (char *)map(PAGE, RW, MAP_PRIVATE, fd, 0);
	ok(!is_error((long)q) && q != (char *)p && q[0] == (char)0xff, "nm-4: but a copy");
	is(put_at(fd, &byte, 1, PAGE), 1, "nm-16: a byte is programmed");
	byte = 0xcc;
	is(put_at(fd, &byte, 1, PAGE), 1, "nm-16: and again");
	is(p[PAGE], 0xc0, "nm-16: which only clears bits");
	is(put_at(fd, p, 8, BLOCK), 8, "nm-16: from its own mapping");
	is(put_at(fd, &byte, 1, 4 * BLOCK), -ENOSPC, "nm-16: not behind its end");
	is(put_at(fd, (void *)KERNEL_ADDRESS, 1, 0), -EFAULT, "nm-16: nor from the kernel");
	is(put_at(fd, code, sizeof(code), 0), sizeof(code), "nm-16: two instructions");
	is(q[0], (char)0xff, "nm-3: a copy is a copy");
	sys(__NR_munmap, q, PAGE);
	sys(__NR_munmap, p, 4 * BLOCK);
	test_status(fd, "watch");
	test_status(fd, "run");
	test_status(fd, "copy");
	test_status(fd, "read");
	close(fd);
	close(only_read);
}

/* --- /dev/mem --- */

#define COUNTER 0x40028000UL

static int touch(void *address)
{
	return *(volatile int *)address & 0;
}

static int share_registers(void)
{
	long p = map(PAGE, PROT_READ, MAP_SHARED, open("/dev/mem", O_RDWR), COUNTER / PAGE);

	return sys(__NR_open, p, O_RDONLY, 0) != -EFAULT || touch((void *)p) != 0;
}

static int open_mem_as_user(void *arg)
{
	(void)arg;
	sys(__NR_setuid32, 1000);
	return sys(__NR_open, "/dev/mem", O_RDONLY, 0) == -EACCES ? 0 : 1;
}

static void test_mem(void)
{
	unsigned long rom = 0x20000000 / PAGE, counter = COUNTER / PAGE;
	int fd = open("/dev/mem", O_RDWR), only_read = open("/dev/mem", O_RDONLY);
	char magic[8], *p;
	volatile unsigned *fpga, before;

	is(get_at(fd, magic, 8, 0x20000000), 8, "nm-8: the ROM is read");
	ok(memcmp(magic, "-rom1fs-", 8) == 0, "nm-8: by its address");
	is(get_at(fd, magic, 8, 0x200), -EFAULT, "the kernel is not");
	is(get_at(fd, magic, 8, 0x40004000), -EFAULT, "nor are registers");
	p = (char *)map(PAGE, PROT_READ, MAP_PRIVATE, fd, rom);
	is((long)p, 0x20000000, "nm-3: nor is it copied to be mapped");
	sys(__NR_munmap, p, PAGE);
	p = (char *)map(PAGE, RW, MAP_PRIVATE, fd, rom);
	ok(!is_error((long)p) && memcmp(p, magic, 0) == 0 && p[1] == 'r', "nm-4: a copy of it");
	sys(__NR_munmap, p, PAGE);
	is(map(PAGE, RW, MAP_SHARED, fd, rom), -EPERM, "nobody writes to it");
	is(map(PAGE, PROT_READ, MAP_SHARED, fd, 0), -EPERM, "the kernel's memory");
	is(map(PAGE, PROT_READ, MAP_SHARED, fd, (unsigned long)magic / PAGE), -EPERM,
	   "programs' memory");
	is(map(PAGE, PROT_READ, MAP_SHARED, fd, 0x10000000 / PAGE), -EINVAL, "nothing");
	is(map(PAGE, PROT_READ, MAP_SHARED, fd, 0xe000e000 / PAGE), -EINVAL, "the processor");
	is(map(2 * PAGE, PROT_READ, MAP_SHARED, fd, 0x5ffff000 / PAGE), -EINVAL, "across the end");
	is(map(PAGE, PROT_READ, MAP_SHARED, fd, 0x140028), -EINVAL, "beyond all addresses");
	is(map(PAGE, RW, MAP_SHARED, only_read, counter), -EACCES, "nm-20: only for reading");

	fpga = (volatile unsigned *)map(PAGE, PROT_READ, MAP_SHARED, fd, counter);
	is((long)fpga, (long)(counter * PAGE), "nm-8: a device's registers");
	before = fpga[6]; /* it counts at 25 MHz */
	for (int i = 0; i < 1000 && fpga[6] == before; i++)
		;
	ok(fpga[6] != before, "nm-8: a counter goes on");
	is(map(PAGE, PROT_READ, MAP_SHARED, only_read, counter), (long)fpga, "nm-3: twice");
	is(sys(__NR_write, fd, fpga, 4), -EINVAL, "nothing is written to it");
	is(sys(__NR_open, fpga, O_RDONLY, 0), -EFAULT, "the kernel does not touch them");
	is(end_of(start("registers")), 0, "for another process neither");
	is(sys(__NR_munmap, fpga, PAGE), 0, "nm-22: one goes");
	is(touch((void *)fpga), 0, "the other is there");
	is(sys(__NR_munmap, fpga, PAGE), 0, "nm-22: unmapped");
	is(in_child(open_mem_as_user, NULL), 0, "not for everybody");
	close(fd);
	close(only_read);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "pixel") == 0)
		return see_pixel();
	if (argc == 2)
		return strcmp(argv[1], "registers") == 0 ? share_registers() : look(argv[1]);
	test_frame_buffer();
	test_ram_disk();
	test_flash();
	test_mem();
	return tap_done();
}
