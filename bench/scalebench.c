/* SPDX-License-Identifier: MIT */
/*
 * scalebench: how the cost of one operation grows with what there is already. In the form of mmbench's
 * output, each operation once for each size, "name@size":
 *
 *	@mappings	10 to 60,000 in the process that asks; each of one page, no two side by side
 *	@sharers	1 to 500 processes that map one file, each page of it by a mapping of its own;
 *			and that have the same private memory by fork
 *
 * What is measured is done at mappings that a generator chooses, so that nothing found last helps.
 */
#include <stdio.h>

#include "bench.h"

#define MAPPINGS_MAX 60000u
#define SHARERS_MAX  500u
#define FILE_PAGES   16u
#define ANON_PAGES   64u
#define SAMPLES      400u
#define STRIDE       (2 * PAGE)
#define BASE         0x20000000ul
#define FIXED        (ANON | MAP_FIXED)
#define PATH         "/tmp/scalebench"

uint64_t stopwatch_ns;
uint64_t stopwatch_started_ns;

static uint32_t state = 1;
static char *top; /* nothing that is mapped anywhere comes above it */
static const unsigned mappings[] = {10, 100, 1000, 10000, MAPPINGS_MAX};
static const unsigned sharers[] = {1, 10, 100, SHARERS_MAX};

static unsigned below(unsigned n)
{
	state = state * 1664525u + 1013904223u;
	return (unsigned)((uint64_t)n * (state >> 8) >> 24);
}

/* What `n` of them took, in all. */
static void row(const char *name, unsigned size, const char *unit, unsigned n)
{
	uint64_t tenths = stopwatch_ns * 10 / n;

	iprintf("%s@%u\t%s\t%u\t%lu.%lu\t\n", name, size, unit, n, (unsigned long)(tenths / 10),
		(unsigned long)(tenths % 10));
	stopwatch_ns = 0;
}

static char *mapping(unsigned i)
{
	return top - (i + 1) * STRIDE;
}

static int fail(const char *what)
{
	iprintf("%s\tfails\n", what);
	return 1;
}

/* --- many mappings --- */

/* Nothing is changed by the advice, but that the area is looked for. */
static void measure_find(unsigned nr)
{
	start();
	for (unsigned i = 0; i < SAMPLES; i++)
		call3(__NR_madvise, (long)mapping(below(nr)), PAGE, MADV_NORMAL);
	stop();
	row("find", nr, "call", SAMPLES);
}

/* A page; its table is there. The area found last is another one. */
static void measure_fault(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		volatile char *p = mapping(below(nr));

		*p = 1;
		call3(__NR_madvise, (long)p, PAGE, MADV_DONTNEED);
		call3(__NR_madvise, (long)mapping(below(nr)), PAGE, MADV_NORMAL);
		start();
		*p = 1;
		stop();
		call3(__NR_madvise, (long)p, PAGE, MADV_DONTNEED);
	}
	row("fault", nr, "page", SAMPLES);
}

/* In a hole between two mappings. */
static void measure_map_fixed(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		char *hole = mapping(below(nr)) + PAGE;

		start();
		call6(__NR_mmap2, (long)hole, PAGE, PROT_READ, FIXED, -1, 0);
		stop();
		unmap(hole, PAGE);
	}
	row("map_fixed", nr, "call", SAMPLES);
}

/* The holes are too small: it goes below all of them. */
static void measure_map_anywhere(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		char *p;

		start();
		p = map(4 * PAGE, PROT_READ, ANON, -1);
		stop();
		unmap(p, 4 * PAGE);
	}
	row("map", nr, "call", SAMPLES);
}

static void measure_unmap(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		char *p = mapping(below(nr));

		start();
		unmap(p, PAGE);
		stop();
		call6(__NR_mmap2, (long)p, PAGE, RW, FIXED, -1, 0);
	}
	row("unmap", nr, "call", SAMPLES);
}

/* A child with as many mappings; it notes when it begins to end. */
static void measure_fork_exit(unsigned nr, volatile uint64_t *ended)
{
	uint64_t began = clock_ns(), forked;
	long pid = call0(__NR_fork);

	if (pid == 0) {
		*ended = clock_ns();
		call1(__NR_exit, 0);
	}
	forked = clock_ns();
	reap(pid);
	stopwatch_ns = (forked < *ended ? forked : *ended) - began;
	row("fork", nr, "mapping", nr);
	stopwatch_ns = clock_ns() - *ended;
	row("exit", nr, "mapping", nr);
}

static int measure_mappings(void)
{
	volatile uint64_t *ended = (void *)map(PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	unsigned there = 0;

	top = map(PAGE, RW, ANON, -1);
	unmap(top, PAGE);
	for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		for (; there < mappings[i]; there++) {
			if (call6(__NR_mmap2, (long)mapping(there), PAGE, RW, FIXED, -1, 0) !=
			    (long)mapping(there))
				return fail("map");
		}
		measure_find(there);
		measure_fault(there);
		measure_map_fixed(there);
		measure_map_anywhere(there);
		measure_unmap(there);
		measure_fork_exit(there, ended);
	}
	unmap(mapping(MAPPINGS_MAX - 1), MAPPINGS_MAX * STRIDE);
	return 0;
}

/* --- many mappings of one file, each of a page of its own --- */

static long fd;

/* A page leaves the file, and the one of all mappings that has it. */
static void measure_punch(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		volatile char *p = mapping(below(nr));

		*p = 1;
		start();
		call3(__NR_madvise, (long)p, PAGE, MADV_REMOVE);
		stop();
	}
	row("punch", nr, "page", SAMPLES);
}

static int open_file(unsigned pages)
{
	fd = call3(__NR_open, (long)PATH, 0102, 0600);
	return fd < 0 || call2(__NR_ftruncate, fd, (long)(pages * PAGE)) != 0 ? -1 : 0;
}

static void close_file(void)
{
	call1(__NR_close, fd);
	call1(__NR_unlink, (long)PATH);
}

static int measure_file_mappings(void)
{
	unsigned there = 0;

	if (open_file(MAPPINGS_MAX) != 0)
		return fail("file");
	for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		for (; there < mappings[i]; there++) {
			if (call6(__NR_mmap2, (long)mapping(there), PAGE, RW,
				  MAP_SHARED | MAP_FIXED, fd, (long)there) != (long)mapping(there))
				return fail("map");
		}
		measure_punch(there);
	}
	unmap(mapping(MAPPINGS_MAX - 1), MAPPINGS_MAX * STRIDE);
	close_file();
	return 0;
}

/* --- many sharers --- */

static char *private_pages;

/* Each page by itself: from the last to the first, so that no two become one. */
static int map_file(char *at)
{
	for (unsigned long i = 0; i < FILE_PAGES; i++) {
		long p = (long)at + (long)(i * PAGE);

		if (call6(__NR_mmap2, p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd,
			  (long)(FILE_PAGES - 1 - i)) != p)
			return -1;
	}
	return 0;
}

static void touch_file(void)
{
	touch_write((char *)BASE, FILE_PAGES * PAGE);
}

/* One more process: it says that it has every page mapped, those of the file as well as its parent's own, and
 * waits to be killed. */
static long start_sharer(long told)
{
	static char byte;
	long pid = call0(__NR_fork);

	if (pid == 0) {
		touch_file();
		call3(__NR_write, told, (long)&byte, 1);
		for (;;)
			call0(__NR_pause);
	}
	return pid;
}

static void measure_file_fault(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		volatile char *p = (char *)BASE + below(FILE_PAGES) * PAGE;

		call3(__NR_madvise, (long)p, PAGE, MADV_DONTNEED);
		start();
		*p = 1;
		stop();
	}
	row("file_fault", nr, "page", SAMPLES);
}

static void measure_file_unmap(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		unsigned page = below(FILE_PAGES);
		char *p = (char *)BASE + page * PAGE;

		start();
		unmap(p, PAGE);
		stop();
		call6(__NR_mmap2, (long)p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd,
		      (long)(FILE_PAGES - 1 - page));
		*(volatile char *)p = 1;
	}
	row("file_unmap", nr, "call", SAMPLES);
}

/* Half of the private pages are copied, the others go: all sharers have them still. */
static void measure_private(unsigned nr)
{
	const unsigned half = ANON_PAGES / 2;

	for (unsigned i = 0; i < half; i++) {
		start();
		((volatile char *)private_pages)[i * PAGE] = 2;
		stop();
	}
	row("cow_fault", nr, "page", half);
	start();
	unmap(private_pages + half * PAGE, half * PAGE);
	stop();
	row("anon_unmap", nr, "page", half);
	unmap(private_pages, half * PAGE);
}

/* Until its parent has been told. */
static void measure_end(unsigned nr, long pid)
{
	start();
	call2(__NR_kill, pid, 9);
	reap(pid);
	stop();
	row("sharer_exit", nr, "process", 1);
}

static void measure_file_map(unsigned nr)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		char *p;

		start();
		p = map(PAGE, PROT_READ, MAP_SHARED, (int)fd);
		stop();
		unmap(p, PAGE);
	}
	row("file_map", nr, "call", SAMPLES);
}

/* The file gets shorter: from each page to all that map it. */
static void measure_walk(unsigned nr)
{
	start();
	call2(__NR_ftruncate, fd, 0);
	stop();
	call2(__NR_ftruncate, fd, FILE_PAGES * PAGE);
	row("rmap_walk", nr, "entry", nr * FILE_PAGES);
}

static int measure_with_sharers(unsigned nr)
{
	static long pids[SHARERS_MAX];
	int ends[2];
	char byte;

	if (call1(__NR_pipe, (long)ends) != 0)
		return fail("pipe");
	touch_file();
	private_pages = map(ANON_PAGES * PAGE, RW, ANON, -1);
	touch_write(private_pages, ANON_PAGES * PAGE);
	for (unsigned i = 0; i < nr; i++) { /* the first one does nothing but end */
		pids[i] = start_sharer(ends[1]);
		if (pids[i] < 0 || call3(__NR_read, ends[0], (long)&byte, 1) != 1)
			return fail("fork");
	}
	measure_private(nr);
	measure_end(nr, pids[0]);
	measure_file_fault(nr);
	measure_file_map(nr);
	measure_file_unmap(nr);
	touch_file();
	measure_walk(nr);
	for (unsigned i = 1; i < nr; i++) {
		call2(__NR_kill, pids[i], 9);
		reap(pids[i]);
	}
	call1(__NR_close, ends[0]);
	call1(__NR_close, ends[1]);
	return 0;
}

static int measure_sharers(void)
{
	int failed = 0;

	if (open_file(FILE_PAGES) != 0 || map_file((char *)BASE) != 0)
		return fail("file");
	for (size_t i = 0; i < sizeof(sharers) / sizeof(sharers[0]); i++)
		failed |= measure_with_sharers(sharers[i]);
	close_file();
	return failed;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 4096);
	return measure_mappings() | measure_file_mappings() | measure_sharers();
}
