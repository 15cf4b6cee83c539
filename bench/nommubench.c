/* SPDX-License-Identifier: MIT */
/*
 * nommubench [PART-OF-NAME]: what the kernel's operations cost on a machine without an MMU, printed
 * as mmbench does: name, unit, operations, least, most nanoseconds, separated by tabs. With QEMU's
 * -icount shift=0 a nanosecond is an instruction.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPETITIONS 5
#define KB          1024UL
#define RW          (PROT_READ | PROT_WRITE)

extern char **environ;
static const char *self;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* System calls without a wrapper. */
static inline long call0(long nr)
{
	register long r7 __asm__("r7") = nr;
	register long r0 __asm__("r0");

	__asm__ volatile("svc #0" : "=r"(r0) : "r"(r7) : "memory");
	return r0;
}

static long user_loop(void)
{
	long n = 1000000;

	__asm__ volatile("1: subs %0, #1; bne 1b" : "+r"(n) : : "cc");
	return 2000000;
}

static long null_getppid(void)
{
	for (int i = 0; i < 10000; i++)
		call0(__NR_getppid);
	return 10000;
}

static long clock_gettime_call(void)
{
	struct timespec t;

	for (int i = 0; i < 10000; i++)
		clock_gettime(CLOCK_MONOTONIC, &t);
	return 10000;
}

static long yield(void)
{
	for (int i = 0; i < 1000; i++)
		call0(__NR_sched_yield);
	return 1000;
}

static long map_unmap(unsigned long bytes, int n)
{
	for (int i = 0; i < n; i++) {
		void *p = mmap(NULL, bytes, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return -1;
		munmap(p, bytes);
	}
	return n;
}

static long map_4k(void)
{
	return map_unmap(4 * KB, 1000);
}

static long map_64k(void)
{
	return map_unmap(64 * KB, 300);
}

static long map_1m(void)
{
	return map_unmap(1024 * KB, 30);
}

/* Eight mappings used in turn: five slots of the MPU, so each touch misses. */
static long mpu_miss(void)
{
	enum { NR = 8, ROUNDS = 1000 };
	volatile char *part[NR];

	for (int i = 0; i < NR; i++)
		part[i] = mmap(NULL, 4 * KB, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < NR; i++)
			*part[i] = 1;
	for (int i = 0; i < NR; i++)
		munmap((void *)(uintptr_t)part[i], 4 * KB);
	return NR * ROUNDS;
}

static long vfork_cycle(int exec, int n)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "-", NULL};

	for (volatile int i = 0; i < n; i++) {
		pid_t pid = vfork();
		int status;

		if (pid == 0) {
			if (exec)
				execve(self, argv, environ);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return -1;
	}
	return n;
}

static long vfork_exit_wait(void)
{
	return vfork_cycle(0, 100);
}

static long vfork_exec_exit_wait(void)
{
	return vfork_cycle(1, 100);
}

static long pipe_write_read(void)
{
	int fd[2];
	char c = 'x';

	if (pipe(fd) < 0)
		return -1;
	for (int i = 0; i < 1000; i++)
		if (write(fd[1], &c, 1) != 1 || read(fd[0], &c, 1) != 1)
			return -1;
	close(fd[0]);
	close(fd[1]);
	return 1000;
}

/* Sends back each byte from descriptor 0 on descriptor 1. */
static int echo(void)
{
	char c;

	while (read(0, &c, 1) == 1)
		if (write(1, &c, 1) != 1)
			return 1;
	return 0;
}

/* A child that echoes from one pipe to the other. => its pid */
static __attribute__((noinline)) pid_t start_echo(const int *to, const int *from)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "echo", NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[1]);
		close(from[0]);
		execve(self, argv, environ);
		_exit(99);
	}
	return pid;
}

static long pipe_pingpong(void)
{
	int to[2], from[2], status;
	char c = 'x';
	pid_t pid;

	if (pipe(to) < 0 || pipe(from) < 0)
		return -1;
	pid = start_echo(to, from);
	close(to[0]);
	close(from[1]);
	for (int i = 0; i < 1000; i++)
		if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
			return -1;
	close(to[1]);
	close(from[0]);
	return waitpid(pid, &status, 0) == pid && status == 0 ? 1000 : -1;
}

static const struct operation {
	const char *name, *unit;
	long (*run)(void);
} operations[] = {
	{"user_loop", "insn", user_loop},
	{"null_getppid", "call", null_getppid},
	{"clock_gettime", "call", clock_gettime_call},
	{"sched_yield", "call", yield},
	{"mmap_munmap_4K", "pair", map_4k},
	{"mmap_munmap_64K", "pair", map_64k},
	{"mmap_munmap_1M", "pair", map_1m},
	{"mpu_miss", "touch", mpu_miss},
	{"pipe_write_read_self", "pair", pipe_write_read},
	{"pipe_pingpong", "round trip", pipe_pingpong},
	{"vfork_exit_wait", "cycle", vfork_exit_wait},
	{"vfork_exec_exit_wait_in_place", "cycle", vfork_exec_exit_wait},
};

static void measure(const struct operation *op)
{
	uint64_t least = UINT64_MAX, most = 0;
	long n = 0;

	for (int i = 0; i < REPETITIONS; i++) {
		uint64_t start = now_ns(), tenths;

		n = op->run();
		if (n <= 0) {
			iprintf("%s\t%s\tN/A\t%ld\t\n", op->name, op->unit, n);
			return;
		}
		tenths = (now_ns() - start) * 10 / (uint64_t)n;
		if (tenths < least)
			least = tenths;
		if (tenths > most)
			most = tenths;
	}
	iprintf("%s\t%s\t%ld\t%lu.%lu\t%lu.%lu\n", op->name, op->unit, n,
		(unsigned long)(least / 10), (unsigned long)(least % 10),
		(unsigned long)(most / 10), (unsigned long)(most % 10));
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2 && strcmp(argv[1], "-") == 0)
		_exit(0);
	if (argc == 2 && strcmp(argv[1], "echo") == 0)
		return echo();
	iprintf("#bench\tunit\tops\tmin\tmax\n");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (argc < 2 || strstr(operations[i].name, argv[1]))
			measure(&operations[i]);
	return 0;
}
