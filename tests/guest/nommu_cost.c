/* SPDX-License-Identifier: MIT */
/*
 * What programs cost without an MMU, on a machine that has just begun: the time until the first one
 * runs, the memory that is left for others, that of one that says hello; and that as much is free as
 * before when many have come and gone.
 *
 *	nommu_cost [CYCLES]	of vfork, execve, exit and wait: 200
 *	nommu_cost overflow	of its stack, which is as short as stacks are
 */
#include <fcntl.h>

#include "guest.h"

#define PSRAM_PAGES 4096
#define LOST_MOST   (PSRAM_PAGES * 3 / 160) /* 0.3 MB of 16 */
#define HELLO_MOST  (16 * 1024L)
#define PIPE_PIECES 16 /* pages */

static char text[PAGE]; /* little memory, since it counts */

/* The free pages of a zone, with those that are kept at hand for its next allocations. */
static long free_pages(const char *zone)
{
	int fd = open("/proc/zoneinfo", O_RDONLY);
	const char *p;
	long nr = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[nr > 0 ? nr : 0] = '\0';
	p = strstr(text, zone);
	p = p != NULL ? strstr(p, "pages free") : NULL;
	if (p == NULL)
		bail_out("no zone %s", zone);
	nr = strtol(p + 10, NULL, 10);
	p = strstr(p, "count:");
	return p != NULL ? nr + strtol(p + 6, NULL, 10) : -1;
}

/* What slabs hold: bytes of objects that somebody has, and the pages of all. */
static long slab_bytes(long *pages)
{
	int fd = open("/proc/slabinfo", O_RDONLY);
	long nr = read(fd, text, sizeof(text) - 1), bytes = 0;
	const char *p = text;

	close(fd);
	text[nr > 0 ? nr : 0] = '\0';
	*pages = 0;
	for (int line = 0; (p = strchr(p, '\n')) != NULL && *++p != '\0'; line++) {
		long n[5]; /* in use, there, size, in a slab, pages of one */
		char *at = strchr(p, ' ');

		if (line == 0 || at == NULL)
			continue; /* the names of the columns */
		for (int i = 0; i < 5; i++)
			n[i] = strtol(at, &at, 10);
		bytes += n[0] * n[2];
		if (n[3] > 0)
			*pages += n[1] / n[3] * n[4];
	}
	return bytes;
}

static __attribute__((noinline)) pid_t start(const char *path, int out)
{
	char *argv[] = {(char *)(uintptr_t)path, NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		if (out >= 0)
			dup2(out, STDOUT_FILENO);
		execve(path, argv, NULL);
		_exit(99);
	}
	return pid;
}

static int cycle(void)
{
	pid_t pid = start("/bin/true", -1);
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* One that waits, since nobody reads what it says. Its kernel stack counts, and its objects in slabs
 * instead of the pages that those happen to take. */
static void test_hello(void)
{
	long psram, kernel, objects, before, after;
	int fds[2], status;
	pid_t pid;

	is(pipe(fds), 0, "a pipe");
	for (int i = 0; i < PIPE_PIECES; i++)
		is(write(fds[1], text, PAGE), PAGE, "which fills");
	cycle();
	psram = free_pages("PSRAM");
	kernel = free_pages("Kernel");
	objects = slab_bytes(&before);
	pid = start("/bin/hello", fds[1]);
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	is(waitpid(pid, &status, WNOHANG), 0, "hello waits");
	psram = (psram - free_pages("PSRAM")) * (long)PAGE;
	kernel -= free_pages("Kernel");
	objects = slab_bytes(&after) - objects;
	kernel = (kernel - (after - before)) * (long)PAGE;
	diag("hello: %ld bytes of the programs' memory, %ld and %ld in objects of the kernel's",
	     psram, kernel, objects);
	ok(psram > 0 && kernel > 0 && objects > 0 && psram + kernel + objects <= HELLO_MOST,
	   "hello costs 16 KB at the most");
	read(fds[0], text, PAGE);
	is(waitpid(pid, &status, 0), pid, "hello ends");
	close(fds[0]);
	close(fds[1]);
}

static void test_cycles(int n)
{
	long before, after, kernel;
	int good = 1;

	for (int i = 0; i < 10; i++)
		good &= cycle();
	before = free_pages("PSRAM");
	kernel = free_pages("Kernel");
	for (int i = 0; i < n; i++)
		good &= cycle();
	after = free_pages("PSRAM");
	ok(good, "%d cycles of vfork and exec", n);
	is(after, before, "no page is lost");
	is(free_pages("Kernel"), kernel, "nor one of the kernel's");
}

int main(int argc, char **argv)
{
	struct timespec now;
	long left = free_pages("PSRAM");

	if (argc == 2 && strcmp(argv[1], "overflow") == 0)
		__asm__ volatile("1: push {r0-r7}; b 1b");
	clock_gettime(CLOCK_MONOTONIC, &now);
	diag("%ld us since reset, %ld pages free", now.tv_nsec / 1000, left);
	ok(now.tv_sec == 0 && now.tv_nsec < 10000000, "a program runs within 10 ms");
	ok(left >= PSRAM_PAGES - LOST_MOST, "15.7 MB of 16 are free");
	test_hello();
	test_cycles(argc == 2 ? atoi(argv[1]) : 200);
	return tap_done();
}
