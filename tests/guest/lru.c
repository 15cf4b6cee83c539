/* SPDX-License-Identifier: MIT */
/*
 * lru.c - what /proc/meminfo, zoneinfo and vmstat say of the LRU lists and of mlocked memory, against
 * what the program does. Others may use a few pages meanwhile: SLACK.
 */
#include "guest.h"
#include "slurp.h"

#define SIZE  (4 * MB)
#define SLACK 256 /* kB */

static long locked_before; /* kB */

static long meminfo(const char *name)
{
	return file_value("/proc/meminfo", name);
}

static int about(long got, unsigned long want)
{
	return got >= (long)want - SLACK && got <= (long)want + SLACK;
}

static void test_anonymous(void)
{
	long inactive = meminfo("Inactive(anon):"), locked = meminfo("Mlocked:");
	long unevictable = meminfo("Unevictable:");
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 1, SIZE);
	ok(about(meminfo("Inactive(anon):"), inactive + (long)SIZE / 1024),
	   "touched memory is inactive");
	ok(sys(__NR_mlock, p, SIZE) == 0, "mlock");
	is(meminfo("Mlocked:"), locked + (long)SIZE / 1024, "all of it is mlocked");
	is(meminfo("Unevictable:"), unevictable + (long)SIZE / 1024, "unevictable");
	ok(about(meminfo("Inactive(anon):"), inactive), "and not on a list");
	is(file_value("/proc/vmstat", "nr_mlock "), meminfo("Mlocked:") / 4, "vmstat: nr_mlock");
	ok(sys(__NR_munlock, p, SIZE / 2) == 0, "munlock of a half");
	is(meminfo("Mlocked:"), locked + (long)SIZE / 2048, "half is mlocked");
	ok(about(meminfo("Inactive(anon):"), inactive + (long)SIZE / 2048),
	   "half is on a list again");
	ok(munmap(p, SIZE) == 0, "munmap");
	is(meminfo("Mlocked:"), locked, "nothing is mlocked");
	ok(about(meminfo("Inactive(anon):"), inactive), "nothing is on a list");
}

/* A page that two programs have mlocked is one. */
static int lock_too(void *p)
{
	return sys(__NR_mlock, p, MB) == 0 && meminfo("Mlocked:") == locked_before + (long)MB / 1024
		       ? 0
		       : 1;
}

static void test_shared(void)
{
	char *p = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	locked_before = meminfo("Mlocked:");
	ok(sys(__NR_mlock, p, MB) == 0, "mlock of shared memory");
	is(in_child(lock_too, p), EXITED(0), "a child mlocks it, too");
	is(meminfo("Mlocked:"), locked_before + (long)MB / 1024,
	   "that is as much, also after its end");
	munmap(p, MB);
	is(meminfo("Mlocked:"), locked_before, "and no longer");
}

/* tmpfs has no disk behind it: its pages count as anonymous, and what is read again is active. */
static void test_file(void)
{
	static char bytes[PAGE];
	long active = meminfo("Active(anon):"), all;
	int fd = open("/tmp/lru", O_RDWR | O_CREAT | O_TRUNC, 0600);

	all = active + meminfo("Inactive(anon):");
	for (unsigned long i = 0; i < SIZE / PAGE; i++)
		(void)!write(fd, bytes, PAGE);
	ok(about(meminfo("Active(anon):") + meminfo("Inactive(anon):"), all + (long)SIZE / 1024),
	   "a file's pages are on the lists");
	for (int turn = 0; turn < 2; turn++) {
		lseek(fd, 0, SEEK_SET);
		while (read(fd, bytes, PAGE) == (ssize_t)PAGE)
			continue;
	}
	ok(about(meminfo("Active(anon):"), active + (long)SIZE / 1024),
	   "those that were read twice: active");
	is(meminfo("Active:"), meminfo("Active(anon):") + meminfo("Active(file):"), "Active");
	is(meminfo("Inactive:"), meminfo("Inactive(anon):") + meminfo("Inactive(file):"),
	   "Inactive");
	is(ftruncate(fd, 0), 0, "ftruncate");
	ok(about(meminfo("Active(anon):"), active), "truncated: none");
	close(fd);
	unlink("/tmp/lru");
}

int main(void)
{
	test_anonymous();
	test_shared();
	test_file();
	return tap_done();
}
