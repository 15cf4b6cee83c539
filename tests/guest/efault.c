/* SPDX-License-Identifier: MIT */
/*
 * Wild arguments to system calls: an address that the program may not use is
 * EFAULT, a descriptor that is not open EBADF, and the program goes on.
 */
#include <sys/stat.h>

#include "noise.h"
#include "tidy.h"

#define FILE_PATH  "/tmp/efault-test"
#define FILE_BYTES 10000
#define NOISE_PATH "/tmp/efault-noise"

static char *none;      /* two pages: the first may be used, the second not */
static char *read_only; /* a page */
static int file;        /* FILE_BYTES long */

struct wild {
	const char *name;
	unsigned long address;
};

/* Addresses at which not a single byte may be stored, nor (but the last) be read. */
static struct wild wild[] = {
	{"NULL", 0},
	{"1", 1},
	{"the first kernel address", KERNEL_ADDRESS},
	{"the direct map", KERNEL_ADDRESS + 0x100000},
	{"the last page", 0xfffff000},
	{"the last byte", 0xffffffff},
	{"a page without access", 0},
	{"a read-only page", 0},
};

#define NR_WILD       (sizeof(wild) / sizeof(wild[0]))
#define NR_UNREADABLE (NR_WILD - 1)

/* Does call NR with WILD as its argument number WHICH (from 0) give EFAULT for every address? */
static void check(long nr, int which, const char *what, long a, long b, long c)
{
	/* what the kernel only reads may be read-only */
	int stores = strstr(what, "into") != NULL;
	int good = 1;

	for (size_t i = 0; i < (stores ? NR_WILD : NR_UNREADABLE); i++) {
		long args[4] = {a, b, c, 0};
		long result;

		args[which] = (long)wild[i].address;
		result = sys(nr, args[0], args[1], args[2], args[3]);
		if (result != -EFAULT) {
			diag("%s, %s: %ld", what, wild[i].name, result);
			good = 0;
		}
	}
	ok(good, "%s", what);
}

static void test_files(void)
{
	char path[] = FILE_PATH;
	char st[200];

	lseek(file, 0, SEEK_SET);
	check(__NR_read, 1, "read into", file, 0, 100);
	is(lseek(file, 0, SEEK_CUR), 0, "and the position has not moved");
	check(__NR_write, 1, "write from", file, 0, 100);
	check(__NR_open, 0, "open", 0, O_RDONLY, 0);
	check(__NR_stat64, 0, "stat64 of", 0, (long)st, 0);
	check(__NR_stat64, 1, "stat64 into", (long)path, 0, 0);
	check(__NR_lstat64, 1, "lstat64 into", (long)path, 0, 0);
	check(__NR_fstat64, 1, "fstat64 into", file, 0, 0);
	check(__NR_access, 0, "access", 0, 0, 0);
	check(__NR_chdir, 0, "chdir", 0, 0, 0);
	check(__NR_unlink, 0, "unlink", 0, 0, 0);
	check(__NR_mkdir, 0, "mkdir", 0, 0755, 0);
	check(__NR_readlink, 0, "readlink", 0, (long)st, 100);
	check(__NR_getcwd, 0, "getcwd into", 0, 100, 0);
	is(sys(__NR__llseek, file, 0, 0, KERNEL_ADDRESS, SEEK_SET), -EFAULT, "_llseek into");
	is(sys(__NR_openat, AT_FDCWD, KERNEL_ADDRESS, O_RDONLY, 0), -EFAULT, "openat");
}

static void test_directory(void)
{
	int fd = open("/", O_RDONLY);

	check(__NR_getdents64, 1, "getdents64 into", fd, 0, 1000);
	is(sys(__NR_getdents64, fd, none, 8), -EINVAL, "getdents64 into too small a buffer");
	close(fd);
}

static void test_processes(void)
{
	check(__NR_execve, 0, "execve", 0, 0, 0);
	check(__NR_uname, 0, "uname into", 0, 0, 0);
	is(must_fork() ? 0 : (_exit(3), 0), 0, "a child ends");
	is(sys(__NR_wait4, -1, KERNEL_ADDRESS, 0, 0), -EFAULT, "wait4 into the kernel");
	is(sys(__NR_wait4, -1, 0, 0, 0), -ECHILD, "and the child has been reaped all the same");
	is(must_fork() ? 0 : (_exit(3), 0), 0, "a child ends");
	is(sys(__NR_wait4, -1, read_only, 0, 0), -EFAULT, "wait4 into a read-only page");
}

static void test_time(void)
{
	check(__NR_clock_gettime, 1, "clock_gettime into", CLOCK_MONOTONIC, 0, 0);
	check(__NR_clock_gettime64, 1, "clock_gettime64 into", CLOCK_MONOTONIC, 0, 0);
	check(__NR_nanosleep, 0, "nanosleep", 0, 0, 0);
	is(sys(__NR_gettimeofday, KERNEL_ADDRESS, 0), -EFAULT, "gettimeofday into");
	is(sys(__NR_time, KERNEL_ADDRESS), -EFAULT, "time into");
	is(sys(__NR_clock_gettime, 99, none), -EINVAL, "a clock that is not");
	memset(none, 0xff, 16);
	is(sys(__NR_nanosleep, none, 0), -EINVAL, "a time that is not");
}

/* 200 bytes from a file that gets a hole of that size, if it can have one. */
static long read_zeros(int fd, char *buf)
{
	long result;

	sys(__NR_ftruncate, fd, 200);
	result = sys(__NR_read, fd, buf, 200);
	close(fd);
	return result;
}

/* Buffers of which only the beginning may be used: that much is done, or nothing. */
static void test_straddling(void)
{
	char *edge = none + PAGE;
	long result;

	lseek(file, 0, SEEK_SET);
	result = sys(__NR_read, file, edge - 100, 200);
	ok(result == 100 || result == -EFAULT, "read across the edge (%ld)", result);
	lseek(file, 0, SEEK_SET);
	result = sys(__NR_write, file, edge - 100, 200);
	ok(result == 100 || result == -EFAULT, "write across the edge (%ld)", result);
	is(read_zeros(open("/dev/zero", O_RDONLY), edge - 100), 100, "zeros across the edge");
	is(read_zeros((int)sys(__NR_memfd_create, "hole", 0), edge - 100), 100, "a hole across it");
	memset(edge - 10, 'x', 10);
	is(sys(__NR_open, edge - 10, O_RDONLY, 0), -EFAULT, "a path without end");
	strcpy(edge - 2, "/");
	result = sys(__NR_open, edge - 2, O_RDONLY, 0);
	ok(result >= 0, "a path that ends right at the edge");
	close((int)result);
	is(sys(__NR_fstat64, file, edge - 95), -EFAULT, "a struct stat64 one byte too low");
	is(sys(__NR_fstat64, file, edge - 96), 0, "a struct stat64 right at the edge");
	is(sys(__NR_clock_gettime, CLOCK_MONOTONIC, edge - 7), -EFAULT, "a timespec across");
	is(sys(__NR_clock_gettime, CLOCK_MONOTONIC, edge - 8), 0, "a timespec at the edge");
	memset(edge - 32, 0, 32);
	is(sys(__NR_nanosleep, edge - 4, 0), -EFAULT, "a timespec that is read across");
	is(sys(__NR_nanosleep, edge - 8, 0), 0, "a timespec that is read at the edge");
	is(sys(__NR_mmap, edge - 20), -EFAULT, "six words that are read across");
	is(sys(__NR_mmap, edge - 24), -EINVAL, "six words that are read at the edge");
	is(sys(__NR_uname, edge - 389), -EFAULT, "a struct utsname across");
	is(sys(__NR_uname, edge - 390), 0, "a struct utsname at the edge");
}

static void test_lengths(void)
{
	long result;

	lseek(file, 0, SEEK_SET);
	result = sys(__NR_read, file, none, 0x7fffffff);
	ok(result == (long)PAGE || result == -EFAULT, "reading 2G into a page (%ld)", result);
	result = sys(__NR_read, file, none, 0xffffffff);
	ok(result == (long)PAGE || result == -EFAULT || result == -EINVAL,
	   "reading 4G into a page (%ld)", result);
	lseek(file, 0, SEEK_SET);
	result = sys(__NR_write, file, none, 0xffffffff);
	ok(result == (long)PAGE || result == -EFAULT || result == -EINVAL,
	   "writing 4G from a page (%ld)", result);
	is(sys(__NR_read, file, KERNEL_ADDRESS, 0), 0, "reading nothing to nowhere");
	is(sys(__NR_getcwd, none, 1), -ERANGE, "getcwd into one byte");
	is(sys(__NR_getcwd, none, 0), -ERANGE, "getcwd into nothing");
}

static void test_descriptors(void)
{
	static const long bad[] = {-1, 3000, 0x7fffffff, (long)0x80000000, 40};
	static const struct {
		const char *name;
		long nr, b, c;
	} calls[] = {
		{"read", __NR_read, 0, 10},
		{"write", __NR_write, 0, 10},
		{"close", __NR_close, 0, 0},
		{"lseek", __NR_lseek, 0, SEEK_SET},
		{"fstat64", __NR_fstat64, 0, 0},
		{"dup", __NR_dup, 0, 0},
		{"getdents64", __NR_getdents64, 0, 0},
		{"ioctl", __NR_ioctl, 0x5401, 0},
		{"dup2", __NR_dup2, 30, 0},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int good = 1;

		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			long result = sys(calls[i].nr, bad[j], calls[i].b, calls[i].c);

			if (result != -EBADF) {
				diag("%s(%ld): %ld", calls[i].name, bad[j], result);
				good = 0;
			}
		}
		ok(good, "%s of descriptors that are not open", calls[i].name);
	}
	is(sys(__NR_dup2, 1, -1), -EBADF, "dup2 to -1");
	is(sys(__NR_lseek, file, 0, 99), -EINVAL, "lseek by no known way");
	is(sys(__NR_lseek, file, -1, SEEK_SET), -EINVAL, "lseek before the start");
	is(sys(__NR_openat, 40, "relative", O_RDONLY, 0), -EBADF, "openat a directory not open");
}

static void test_unknown(void)
{
	static const long numbers[] = {512, 5000, 0x7fffffff, (long)0x80000000, -1, -4096};
	int good = 1;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		long result = sys(numbers[i], 0, 0, 0);

		if (result != -ENOSYS) {
			diag("call %ld: %ld", numbers[i], result);
			good = 0;
		}
	}
	ok(good, "numbers that are no system calls");
}

/* Every call with the same noise in all arguments: whatever comes, we are still here. */
static int noise(void *seed)
{
	/* The last one can be read and holds no name, unless the noise writes one there. */
	const unsigned long interesting[] = {0,    1,     0xffffffff, KERNEL_ADDRESS,
					     4096, 0x7ff, 0x80000000, (unsigned long)read_only};

	/* Files with names out of the noise come to lie there, wherever it goes. */
	if (chdir(NOISE_PATH) != 0 || sys(__NR_chroot, ".") != 0)
		return 1;
	noise_calls(*(uint32_t *)seed, interesting);
	return 0;
}

static void test_noise(void)
{
	if (!on_octavo()) {
		skip("noise: nothing for a machine that matters");
		return;
	}
	remove_tree(NOISE_PATH);
	mkdir(NOISE_PATH, 0700);
	for (uint32_t seed = 1; seed <= 10; seed++) {
		int status = in_child_for(2000, noise, &seed);

		ok(status == EXITED(0) || WIFSIGNALED(status), "noise with seed %lu (status %#x)",
		   (unsigned long)seed, status);
	}
	remove_tree(NOISE_PATH);
}

int main(void)
{
	none = map_pages(2, PROT_READ | PROT_WRITE);
	read_only = map_pages(1, PROT_READ);
	if (mprotect(none + PAGE, PAGE, PROT_NONE) != 0)
		bail_out("mprotect: errno %d", errno); /* what is wild would be names and times */
	wild[NR_WILD - 2].address = (unsigned long)(none + PAGE);
	wild[NR_WILD - 1].address = (unsigned long)read_only;
	file = open(FILE_PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0)
		bail_out("cannot create %s: errno %d", FILE_PATH, errno);
	for (int i = 0; i < FILE_BYTES; i += 100)
		if (write(file, none, 100) != 100)
			bail_out("cannot write %s", FILE_PATH);

	test_files();
	test_directory();
	test_processes();
	test_time();
	test_straddling();
	test_lengths();
	test_descriptors();
	test_unknown();
	unlink(FILE_PATH);
	test_noise();
	return tap_done();
}
