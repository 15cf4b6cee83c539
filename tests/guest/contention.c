/* SPDX-License-Identifier: MIT */
/*
 * contention NR: processes on NR CPUs that fault, map and unmap memory of their own do not get into each
 * other's way: of 1,000 faults, at most 5 locks were taken by a CPU that had not taken them last
 * (/proc/lock_stat of the debug flavour). Everybody pauses after each step, so that on a machine whose
 * CPUs take turns the next one has its turn there.
 */
#include "slurp.h"

#define CPUS_MAX   8
#define ALLOWED    5 /* for 1,000 faults */
#define READ_WRITE (PROT_READ | PROT_WRITE)
#define CLASSES    80

struct shared {
	volatile unsigned ready[CPUS_MAX], go, done[CPUS_MAX], quit, faults[CPUS_MAX], turn;
};

static struct shared *shared;
static unsigned nr_cpus;

static void pause_here(void)
{
	__asm__ volatile("pause" ::: "memory");
}

/* --- what the processes do; each returns how many pages it touched first --- */

static unsigned touch(volatile char *p, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		p[i * PAGE] = 1;
		pause_here();
	}
	return nr;
}

static unsigned map_and_unmap(unsigned nr)
{
	char *p = map_pages(nr, READ_WRITE);
	unsigned faults = touch(p, nr);

	pause_here();
	munmap(p, nr * PAGE);
	pause_here();
	return faults;
}

/* Areas are split and joined. */
static unsigned pieces(unsigned nr)
{
	char *p = map_pages(nr, READ_WRITE);
	unsigned faults = touch(p, nr);

	for (unsigned i = 1; i < nr; i += 2) {
		mprotect(p + i * PAGE, PAGE, PROT_READ);
		pause_here();
	}
	mprotect(p, nr * PAGE, READ_WRITE);
	for (unsigned i = 1; i < nr; i += 2) {
		munmap(p + i * PAGE, PAGE);
		pause_here();
	}
	munmap(p, nr * PAGE);
	return faults;
}

static unsigned heap(unsigned nr)
{
	char *p = (char *)sys(__NR_brk, 0);
	unsigned faults;

	sys(__NR_brk, p + nr * PAGE);
	faults = touch(p, nr);
	pause_here();
	sys(__NR_brk, p);
	return faults;
}

static unsigned advised(unsigned nr)
{
	char *p = map_pages(nr, READ_WRITE);
	unsigned faults = touch(p, nr);

	sys(__NR_madvise, p, nr * PAGE, MADV_DONTNEED);
	faults += touch(p, nr);
	munmap(p, nr * PAGE);
	return faults;
}

/* What all have in common, and use in turn, is handed over: else nothing is counted. */
static int common[2];
static unsigned own_cpu;

static unsigned pipe_of_all(unsigned nr)
{
	char c = 0;

	for (unsigned i = 0; i < nr; i++) {
		while (shared->go && shared->turn % nr_cpus != own_cpu)
			pause_here();
		sys(__NR_write, common[1], &c, 1);
		sys(__NR_read, common[0], &c, 1);
		shared->turn += shared->go;
	}
	return nr;
}

struct work {
	const char *what;
	unsigned (*fn)(unsigned nr);
	unsigned nr, rounds;
};

static const struct work works[] = {
	{"mmap of one page", map_and_unmap, 1, 500},
	{"mmap of 16 pages", map_and_unmap, 16, 60},
	{"mmap of 8M", map_and_unmap, 2048, 2},
	{"areas in pieces", pieces, 12, 60},
	{"brk", heap, 8, 120},
	{"MADV_DONTNEED", advised, 32, 20},
};
static const struct work in_common = {"one pipe for all", pipe_of_all, 10, 3};

/* --- all at once --- */

/* On its CPU, and what has to be there once is there. */
static void prepare(unsigned cpu, const struct work *w)
{
	own_cpu = cpu;
	use_cpus(1UL << cpu);
	w->fn(w->nr);
}

static void work(const struct work *w)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < w->rounds; i++)
		faults += w->fn(w->nr);
	shared->faults[own_cpu] = faults;
	shared->done[own_cpu] = 1;
}

static void help(unsigned cpu, const struct work *w)
{
	prepare(cpu, w);
	shared->ready[cpu] = 1;
	while (!shared->go)
		pause_here();
	work(w);
	while (!shared->quit)
		pause_here();
}

static void all_are(const volatile unsigned *flag)
{
	for (unsigned i = 0; i < nr_cpus; i++) {
		while (!flag[i])
			pause_here();
	}
}

struct stat_line {
	char name[32];
	unsigned handovers;
};

static unsigned read_stat(struct stat_line *lines)
{
	unsigned n = 0;

	if (slurp("/proc/lock_stat") <= 0)
		bail_out("there is no /proc/lock_stat");
	for (char *at = strchr(text, '\n'); at && n < CLASSES; at = strchr(at, '\n')) {
		at++;
		if (sscanf(at, "%31s %u", lines[n].name, &lines[n].handovers) != 2)
			break;
		n++;
	}
	return n;
}

static unsigned handovers(const struct stat_line *before, unsigned nr_before)
{
	static struct stat_line after[CLASSES];
	unsigned total = 0, nr = read_stat(after);

	for (unsigned i = 0; i < nr; i++) {
		unsigned n = after[i].handovers;

		for (unsigned k = 0; k < nr_before; k++)
			if (strcmp(after[i].name, before[k].name) == 0)
				n -= before[k].handovers;
		if (n != 0)
			diag("%s: %u", after[i].name, n);
		total += n;
	}
	return total;
}

static void measure(const struct work *w)
{
	static struct stat_line before[CLASSES];
	unsigned nr, total, faults = 0;
	pid_t pids[CPUS_MAX];

	memset(shared, 0, sizeof(*shared));
	for (unsigned cpu = 1; cpu < nr_cpus; cpu++) {
		pids[cpu] = must_fork();
		if (pids[cpu] == 0) {
			help(cpu, w);
			_exit(0);
		}
	}
	prepare(0, w);
	shared->ready[0] = 1;
	all_are(shared->ready);
	nr = read_stat(before);
	shared->go = 1;
	work(w);
	all_are(shared->done);
	total = handovers(before, nr);
	shared->quit = 1;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		faults += shared->faults[cpu];
		if (cpu > 0)
			waitpid(pids[cpu], NULL, 0);
	}
	ok((total * 1000 <= ALLOWED * faults) == (w != &in_common), "%s: %u handovers for %u%s",
	   w->what, total, faults, w != &in_common ? " faults" : "");
}

int main(int argc, char **argv)
{
	nr_cpus = argc > 1 ? (unsigned)atoi(argv[1]) : 4;
	shared = map_shared(1);
	for (unsigned i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		measure(&works[i]);
	if (pipe(common) != 0)
		bail_out("pipe: errno %d", errno);
	measure(&in_common);
	return tap_done();
}
