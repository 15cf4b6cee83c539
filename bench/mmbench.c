/* SPDX-License-Identifier: MIT */
/*
 * mmbench [PART-OF-NAME ...]: what the kernel's operations on memory and processes
 * cost. Each is repeated; the least and the most nanoseconds for one are shown,
 * separated by tabs: name, unit, operations, least, most. On a machine that
 * counts instructions (QEMU's -icount shift=0) a nanosecond is an instruction. All is done on the first
 * CPU; where there are others they have nothing to do.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

#define REPETITIONS 5

uint64_t stopwatch_ns;
uint64_t stopwatch_started_ns;

static const struct operation *const tables[] = {
	memory_operations, process_operations, file_operations, large_operations, signal_operations,
};

/* Nanoseconds for one, in tenths. */
static void print_tenths(uint64_t tenths)
{
	iprintf("\t%lu.%lu", (unsigned long)(tenths / 10), (unsigned long)(tenths % 10));
}

static void measure(const struct operation *op)
{
	uint64_t least = UINT64_MAX, most = 0;
	long n = 0;

	for (int i = 0; i < REPETITIONS; i++) {
		uint64_t tenths;

		stopwatch_ns = 0;
		n = op->run();
		if (n <= 0) {
			iprintf("%s\t%s\tN/A\t%ld\t\n", op->name, op->unit, n);
			return;
		}
		tenths = (stopwatch_ns * 10 + (uint64_t)n / 2) / (uint64_t)n;
		if (tenths < least)
			least = tenths;
		if (tenths > most)
			most = tenths;
	}
	iprintf("%s\t%s\t%ld", op->name, op->unit, n);
	print_tenths(least);
	print_tenths(most);
	iprintf("\n");
}

/* Does it have one of these parts of names? Without any, all do. */
static int is_wanted(const char *name, char **parts)
{
	int wanted = *parts == NULL;

	for (; *parts; parts++)
		wanted |= strstr(name, *parts) != NULL;
	return wanted;
}

int main(int argc, char **argv)
{
	static const uint32_t first_cpu = 1;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 4096);
	call3(__NR_sched_setaffinity, 0, sizeof(first_cpu), (long)&first_cpu);
	iprintf("#bench\tunit\tops\tmin\tmax\n");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct operation *op = tables[i]; op->name; op++)
			if (is_wanted(op->name, argv + 1))
				measure(op);
	return 0;
}
