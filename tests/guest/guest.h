/* SPDX-License-Identifier: MIT */
/*
 * What the in-guest tests share: system calls by number with the kernel's own
 * result, children whose end is looked at, and facts about the machine.
 *
 * The tests assert Linux's behaviour, and run on Linux itself: that is the
 * yardstick. What Octavo promises beyond it stands behind on_octavo().
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "machine.h"
#include "tap.h"

#define PAGE 4096UL
#define MB   (1024UL * 1024)

/* The kernel's result: errors are -errno. */
#define sys octavo_syscall

/* An address of the kernel on i386, and no program's on any machine. */
#define KERNEL_ADDRESS 0xc0000000UL

/* struct utsname of uname(2): six strings of 65 bytes; the fourth is the version. */
static inline int on_octavo(void)
{
	char names[6][65];

	return sys(__NR_uname, names) == 0 && strncmp(names[3], "Octavo", 6) == 0;
}

#define MAX_REMEMBERED 64

static pid_t remembered_children[MAX_REMEMBERED];
static int nr_remembered;

/* Nobody is left behind spinning: kills what must_fork() made and still runs. */
static inline void kill_children(void)
{
	for (int i = 0; i < nr_remembered && i < MAX_REMEMBERED; i++)
		if (waitpid(remembered_children[i], NULL, WNOHANG) == 0)
			kill(remembered_children[i], SIGKILL);
}

static inline void remember_child(pid_t pid)
{
	remembered_children[nr_remembered++ % MAX_REMEMBERED] = pid;
	tap_before_bail_out = kill_children;
}

/* fork(), or the end of the test: no caller has to think of -1, least of all in kill(). */
static inline pid_t must_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		bail_out("fork: errno %d", errno);
	if (pid == 0)
		nr_remembered = 0;
	else
		remember_child(pid);
	return pid;
}

/* start_child(), or the end of the test; on machines without fork() too. */
static inline pid_t must_start(int (*fn)(void *), void *arg)
{
	pid_t pid = start_child(fn, arg);

	if (pid < 0)
		bail_out("no child: errno %d", errno);
	remember_child(pid);
	return pid;
}

/*
 * Runs FN(ARG) in a child, which exits with what it returns.
 * => the child's wait status; -1 if there was no child
 */
static inline int in_child(int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid = start_child(fn, arg), waited = -1;

	if (pid > 0)
		waited = waitpid(pid, &status, 0);
	if (waited > 0 && waited == pid)
		return status;
	diag("no child: start_child gave %d, waitpid %d, errno %d", (int)pid, (int)waited, errno);
	return -1;
}

/* Writes `what` to the file at `path`, at once. => bytes, or the error of opening or writing */
static inline long write_string(const char *path, const char *what)
{
	long fd = sys(__NR_open, path, O_WRONLY, 0), n;

	if (fd < 0)
		return fd;
	n = sys(__NR_write, fd, what, strlen(what));
	sys(__NR_close, fd);
	return n;
}

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void sleep_ms(long ms)
{
	struct timespec wanted = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&wanted, NULL);
}

/* As in_child(), but a child that takes longer than MS is killed. */
static inline int in_child_for(long ms, int (*fn)(void *), void *arg)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	int status;
	pid_t pid = start_child(fn, arg);

	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ns() > end)
			kill(pid, SIGKILL);
		sleep_ms(1);
	}
	return status;
}

/* Wait statuses of a child that exited with CODE, or was killed by SIG. */
#define EXITED(code) ((code) << 8)
#define KILLED(sig)  (sig)

/* Anonymous private memory, with further MAP_*: of MAP_NORESERVE there may be more than the machine has. Ends
 * the test where there is none. */
static inline char *map_more(unsigned long nr_pages, int prot, int flags)
{
	void *p = mmap(NULL, nr_pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of %lu pages: errno %d", nr_pages, errno);
	return p;
}

static inline char *map_pages(unsigned long nr_pages, int prot)
{
	return map_more(nr_pages, prot, 0);
}

/* The same, shared with children that are forked later. */
static inline void *map_shared(unsigned long nr_pages)
{
	void *p = mmap(NULL, nr_pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of %lu shared pages: errno %d", nr_pages, errno);
	return p;
}

static inline int peek_child(void *address)
{
	return *(volatile unsigned char *)address & 0;
}

static inline int poke_child(void *address)
{
	*(volatile unsigned char *)address = 0x5a;
	return 0;
}

/* Wait status of a child that reads, or writes, one byte at ADDRESS. */
static inline int peek(const volatile void *address)
{
	return in_child(peek_child, (void *)(uintptr_t)address);
}

static inline int poke(volatile void *address)
{
	return in_child(poke_child, (void *)(uintptr_t)address);
}

/* Are all LEN bytes from P on equal to C? */
static inline int all_bytes(const char *p, unsigned long len, char c)
{
	for (unsigned long i = 0; i < len; i++)
		if (p[i] != c)
			return 0;
	return 1;
}

/* The CPUs that the program may use, a bit each. */
static inline unsigned long own_cpus(void)
{
	unsigned long cpus = 1;

	sys(__NR_sched_getaffinity, 0, sizeof(cpus), &cpus);
	return cpus;
}

static inline void use_cpus(unsigned long cpus)
{
	sys(__NR_sched_setaffinity, 0, sizeof(cpus), &cpus);
}

/*
 * Is MS, by which something was late, under LIMIT? The CPUs of a machine with several are threads of
 * the host, which may be busy elsewhere: there it may take a hundred times as long.
 */
static inline int in_time(long ms, long limit)
{
	return ms >= 0 && ms < (own_cpus() == 1 ? limit : 100 * limit);
}

/*
 * Waits until *FLAG has reached VALUE, which another process stores there. If
 * that takes ten seconds the other has failed, and so has the test.
 */
static inline void await(const volatile int *flag, int value)
{
	uint64_t end = now_ns() + 10000000000u;

	for (int i = 0; *flag < value; i++) {
		if (i < 500)
			sched_yield();
		else
			sleep_ms(1);
		if (now_ns() > end)
			bail_out("another process never came to %d", value);
	}
}

/* A generator of numbers: the same sequence for the same seed. */
static inline uint32_t next_random(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* A command to the kernel's test device. => 0 or -errno; 0 on a kernel without it */
static inline long kernel_command(const char *command)
{
	long fd = sys(__NR_open, "/dev/octavo", O_RDWR, 0);
	long result;

	if (fd < 0)
		return on_octavo() ? fd : 0;
	result = sys(__NR_write, fd, command, strlen(command));
	sys(__NR_close, fd);
	return result < 0 ? result : 0;
}

#endif
