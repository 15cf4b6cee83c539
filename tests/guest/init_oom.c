/* SPDX-License-Identifier: MIT */
/*
 * init_oom: to be run as PID 1 (init=/tests/init_oom). Memory runs out while PID 1
 * reads from a file, and the process that has the memory waits for that file:
 *
 *	PID 1	read()    holds the position of the open file, finds no memory for a page
 *	hog	read()    of the same open file: waits for the position; it is to be killed
 *
 * If PID 1 waited in its read until the hog is dead, both would wait for ever. So
 * the read ends early, and the hog with it.
 */
#include "guest.h"

#include <sys/reboot.h>

#define MAX_PAGES  (512UL * MB / PAGE)
#define LEFT_PAGES (6UL * MB / PAGE) /* what the hog leaves */
#define READ_BYTES (64UL * MB)

struct shared {
	volatile unsigned long touched;
	volatile int hog_is_full, reading;
};

static struct shared *shared;
static int file;

/* Touches pages until PAGES are there, or until it is killed. */
static void touch(unsigned long pages)
{
	volatile char *p = map_more(MAX_PAGES, PROT_READ | PROT_WRITE, MAP_NORESERVE);

	for (shared->touched = 0; shared->touched < pages; shared->touched++)
		p[shared->touched * PAGE] = 1;
}

static int probe(void *unused)
{
	touch(MAX_PAGES);
	return 0;
}

static int hog(void *pages)
{
	char byte;

	touch(*(unsigned long *)pages);
	shared->hog_is_full = 1;
	while (!shared->reading)
		sleep_ms(1);
	read(file, &byte, 1);
	sleep_ms(100000);
	return 1;
}

static void test(void)
{
	char *buffer;
	unsigned long pages;
	long result;
	int status;
	pid_t pid;

	shared = map_shared(1);
	file = open("/tmp/holes", O_CREAT | O_RDWR, 0600);
	is(sys(__NR_ftruncate, file, READ_BYTES), 0, "a file of holes");
	buffer = map_more(READ_BYTES / PAGE, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	is(in_child(probe, NULL), KILLED(SIGKILL), "a process that takes all memory is killed");
	pages = shared->touched - LEFT_PAGES;
	pid = must_fork();
	if (pid == 0)
		_exit(hog(&pages));
	await(&shared->hog_is_full, 1);
	shared->reading = 1;
	result = sys(__NR_read, file, buffer, READ_BYTES);
	ok(result == -EFAULT || (result > 0 && result < (long)READ_BYTES),
	   "PID 1's read ends early (%ld)", result);
	is(waitpid(pid, &status, 0), pid, "and the hog");
	is(status, KILLED(SIGKILL), "is killed");
	is(munmap(buffer, READ_BYTES), 0, "the memory goes back");
	close(file);
}

int main(void)
{
	char command[32];
	int device, len, status;

	if (getpid() != 1)
		return fiprintf(stderr, "init_oom: to be run as PID 1: init=/tests/init_oom\n"), 2;
	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0)
			open("/dev/console", O_RDWR);
	test();
	status = tap_done() << 8;
	device = open("/dev/octavo", O_WRONLY);
	len = sniprintf(command, sizeof(command), "status %d", status);
	write(device, command, (size_t)len);
	reboot(RB_POWER_OFF);
	return 1;
}
