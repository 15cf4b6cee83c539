/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks share: system calls without any wrapper, the stopwatch,
 * and the tables of operations.
 *
 * The definitions of the operations are fixed: figures are compared with those
 * taken on Linux (linux-6.1.tsv) and with older ones.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <uapi/octavo/errno.h>
#include <uapi/octavo/mman.h>
#include <uapi/octavo/unistd.h>

#define PAGE 4096UL
#define MB   (1024UL * 1024)
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/*
 * One operation. run() does it some times between start() and stop().
 * => how often; 0 or less where the kernel cannot do it (-errno)
 */
struct operation {
	const char *name;
	const char *unit; /* of what the figure is for one of */
	long (*run)(void);
};

/* Each table ends with a name that is NULL. */
extern const struct operation memory_operations[];
extern const struct operation process_operations[];
extern const struct operation file_operations[];
extern const struct operation large_operations[];
extern const struct operation signal_operations[];

/* --- system calls: the kernel's own result --- */

static inline long call0(long nr)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr) : "memory");
	return result;
}

static inline long call1(long nr, long a)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(a) : "memory");
	return result;
}

static inline long call2(long nr, long a, long b)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(a), "c"(b) : "memory");
	return result;
}

static inline long call3(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

static inline long call4(long nr, long a, long b, long c, long d)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory");
	return result;
}

static inline long call5(long nr, long a, long b, long c, long d, long e)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return result;
}

/* The sixth argument goes in ebp, which the compiler will not give away. */
static inline long call6(long nr, long a, long b, long c, long d, long e, long f)
{
	struct {
		long nr, f;
	} x = {nr, f};
	long result;

	__asm__ volatile("pushl %%ebp\n\tmovl 4(%%eax), %%ebp\n\tmovl (%%eax), %%eax\n\t"
			 "int $0x80\n\tpopl %%ebp"
			 : "=a"(result)
			 : "0"(&x), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return result;
}

/* --- the stopwatch: start() and stop() may be used several times, the parts are added --- */

extern uint64_t stopwatch_ns;
extern uint64_t stopwatch_started_ns;

static inline uint64_t clock_ns(void)
{
	struct {
		int32_t sec, nsec;
	} now;

	call2(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, (long)&now);
	return (uint64_t)now.sec * 1000000000u + (uint64_t)now.nsec;
}

static inline void start(void)
{
	stopwatch_started_ns = clock_ns();
}

static inline void stop(void)
{
	stopwatch_ns += clock_ns() - stopwatch_started_ns;
}

/* --- memory --- */

/* => NULL where it is refused */
static inline char *map(unsigned long bytes, int prot, int flags, int fd)
{
	long p = call6(__NR_mmap2, 0, (long)bytes, prot, flags, fd, 0);

	return (unsigned long)p >= (unsigned long)-MAX_ERRNO ? NULL : (char *)p;
}

static inline void unmap(void *p, unsigned long bytes)
{
	call2(__NR_munmap, (long)p, (long)bytes);
}

static inline void touch_write(volatile char *p, unsigned long bytes)
{
	for (unsigned long at = 0; at < bytes; at += PAGE)
		p[at] = 1;
}

static inline int touch_read(volatile char *p, unsigned long bytes)
{
	int sum = 0;

	for (unsigned long at = 0; at < bytes; at += PAGE)
		sum += p[at];
	return sum;
}

/* Anonymous memory in pages of 4K, whatever the kernel does by default. => NULL if refused */
static inline char *map_small(unsigned long bytes)
{
	char *p = map(bytes, RW, ANON, -1);

	if (p)
		call3(__NR_madvise, (long)p, (long)bytes, MADV_NOHUGEPAGE);
	return p;
}

/* The same, every page written to. */
static inline char *map_touched(unsigned long bytes)
{
	char *p = map_small(bytes);

	if (p)
		touch_write(p, bytes);
	return p;
}

static inline void reap(long pid)
{
	int status;

	call4(__NR_wait4, pid, (long)&status, 0, 0);
}

#endif
