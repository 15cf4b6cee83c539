/* SPDX-License-Identifier: MIT */
/* Benchmarks of system calls as such, anonymous memory, protections and the heap. */
#include "bench.h"

#define BIG (64 * MB)

static long run_loop(void)
{
	start();
	__asm__ volatile("movl $1000000, %%ecx\n1:\tdecl %%ecx\n\tjnz 1b" : : : "ecx", "cc");
	stop();
	return 2000000;
}

static long run_getppid(void)
{
	start();
	for (int i = 0; i < 10000; i++)
		call0(__NR_getppid);
	stop();
	return 10000;
}

static long run_clock(void)
{
	int32_t now[2];

	start();
	for (int i = 0; i < 10000; i++)
		call2(__NR_clock_gettime, 1, (long)now);
	stop();
	return 10000;
}

static long run_map_unmap(void)
{
	start();
	for (int i = 0; i < 2000; i++)
		unmap(map(PAGE, RW, ANON, -1), PAGE);
	stop();
	return 2000;
}

static long run_map_touch_unmap(void)
{
	start();
	for (int i = 0; i < 2000; i++) {
		volatile char *p = map(PAGE, RW, ANON, -1);

		*p = 1;
		unmap((void *)(uintptr_t)p, PAGE);
	}
	stop();
	return 2000;
}

static long run_write_fault(void)
{
	char *p = map_small(BIG);

	if (!p)
		return -ENOMEM;
	start();
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

static long run_unmap_touched(void)
{
	char *p = map_touched(BIG);

	if (!p)
		return -ENOMEM;
	start();
	unmap(p, BIG);
	stop();
	return BIG / PAGE;
}

static long run_read_fault(void)
{
	char *p = map_small(BIG);

	if (!p)
		return -ENOMEM;
	start();
	touch_read(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

static long run_write_after_read(void)
{
	char *p = map_small(BIG);

	if (!p)
		return -ENOMEM;
	touch_read(p, BIG);
	start();
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

/* Large pages, if the kernel gives them unasked. */
static long run_write_fault_default(void)
{
	char *p = map(BIG, RW, ANON, -1);

	if (!p)
		return -ENOMEM;
	start();
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

/* A kernel that takes no notice of MAP_POPULATE is found out by its faults afterwards. */
static long run_populate(void)
{
	uint64_t populated_ns, begun_ns;
	char *p;

	start();
	p = map(BIG, RW, ANON | MAP_POPULATE, -1);
	stop();
	if (!p)
		return -ENOMEM;
	populated_ns = stopwatch_ns;
	begun_ns = clock_ns();
	touch_write(p, BIG);
	if (clock_ns() - begun_ns > populated_ns)
		return -EOPNOTSUPP;
	unmap(p, BIG);
	return BIG / PAGE;
}

static long run_dontneed(void)
{
	char *p = map_touched(MB);
	long result = 0;

	if (!p)
		return -ENOMEM;
	start();
	for (int i = 0; i < 20; i++) {
		result |= call3(__NR_madvise, (long)p, MB, MADV_DONTNEED);
		touch_write(p, MB);
	}
	stop();
	unmap(p, MB);
	return result ? result : (long)(20 * (MB / PAGE));
}

/* Read-only and back, N times. => the number of calls */
static long protect_back_and_forth(char *p, unsigned long bytes, int n)
{
	start();
	for (int i = 0; i < n; i++) {
		call3(__NR_mprotect, (long)p, (long)bytes, PROT_READ);
		call3(__NR_mprotect, (long)p, (long)bytes, RW);
	}
	stop();
	return 2 * n;
}

static long run_protect_page(void)
{
	char *p = map(PAGE, RW, ANON, -1);
	long n;

	*(volatile char *)p = 1;
	n = protect_back_and_forth(p, PAGE, 2000);
	unmap(p, PAGE);
	return n;
}

static long run_protect_split(void)
{
	char *p = map(3 * PAGE, RW, ANON, -1);
	long n;

	touch_write(p, 3 * PAGE);
	n = protect_back_and_forth(p + PAGE, PAGE, 2000);
	unmap(p, 3 * PAGE);
	return n;
}

static long run_protect_4m(void)
{
	char *p = map_touched(4 * MB);
	long n;

	if (!p)
		return -ENOMEM;
	n = protect_back_and_forth(p, 4 * MB, 50);
	unmap(p, 4 * MB);
	return n;
}

static long run_touch_after_protect(void)
{
	char *p = map_touched(4 * MB);

	if (!p)
		return -ENOMEM;
	for (int i = 0; i < 10; i++) {
		call3(__NR_mprotect, (long)p, 4 * MB, PROT_READ);
		call3(__NR_mprotect, (long)p, 4 * MB, RW);
		start();
		touch_write(p, 4 * MB);
		stop();
	}
	unmap(p, 4 * MB);
	return 10 * (4 * MB / PAGE);
}

/* Every other page of one region: 500 calls that make 1000 regions of it. */
static long run_many_regions(void)
{
	enum { N = 1000 };
	char *p = map(N * PAGE, PROT_NONE, ANON, -1);

	start();
	for (int i = 0; i < N; i += 2)
		call3(__NR_mprotect, (long)(p + (unsigned long)i * PAGE), PAGE, RW);
	stop();
	unmap(p, N * PAGE);
	return N / 2;
}

/* The heap by one page more and less; PAGE of it written to if TOUCH. */
static long grow_and_shrink(int touch)
{
	long begin = call1(__NR_brk, 0);
	long end = (long)(((unsigned long)begin + 2 * PAGE - 1) & ~(PAGE - 1));

	call1(__NR_brk, end);
	start();
	for (int i = 0; i < 2000; i++) {
		call1(__NR_brk, end + (long)PAGE);
		if (touch)
			*(volatile char *)end = 1;
		call1(__NR_brk, end);
	}
	stop();
	call1(__NR_brk, begin);
	return 2000;
}

static long run_brk(void)
{
	return grow_and_shrink(0);
}

static long run_brk_touch(void)
{
	return grow_and_shrink(1);
}

const struct operation memory_operations[] = {
	{"user_loop", "insn", run_loop},
	{"null_getppid", "call", run_getppid},
	{"clock_gettime_raw", "call", run_clock},
	{"mmap_munmap_1p", "pair", run_map_unmap},
	{"mmap_touch_munmap_1p", "cycle", run_map_touch_unmap},
	{"anon_write_fault_64M", "page", run_write_fault},
	{"munmap_touched_64M", "page", run_unmap_touched},
	{"anon_read_fault_64M", "page", run_read_fault},
	{"write_after_read_fault_64M", "page", run_write_after_read},
	{"anon_write_default_THP_64M", "4K page", run_write_fault_default},
	{"mmap_populate_64M(THP)", "4K page", run_populate},
	{"madv_dontneed_retouch_1M", "page", run_dontneed},
	{"mprotect_1p", "call", run_protect_page},
	{"mprotect_1p_split_merge", "call", run_protect_split},
	{"mprotect_4M", "call", run_protect_4m},
	{"touch_after_mprotect_4M", "page", run_touch_after_protect},
	{"mprotect_split_500_vmas", "call", run_many_regions},
	{"brk_grow_shrink_1p", "pair", run_brk},
	{"brk_grow_touch_shrink_1p", "cycle", run_brk_touch},
	{NULL, NULL, NULL},
};
