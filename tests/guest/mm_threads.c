/* SPDX-License-Identifier: MIT */
/*
 * mm_threads [SEED [STEPS]]: threads of one process, on all CPUs, that map, unmap, protect, move, give
 * back and touch the same pages; they fork, and the file that some of them map gets shorter and longer.
 * Beside them processes that have memory of their own, which nobody else may write to.
 *
 * Who wrote what can be told: in each page a thread has a word of its own, which is 0 or what the thread
 * writes, however often pages were exchanged below it. Where there is no memory a handler passes over the
 * access, or the kernel, which touches it for the thread, says EFAULT.
 */
#include "sigtest.h"
#include "thread.h"

#define WINDOW  32u /* pages */
#define THREADS 4u
#define OWNERS  2u /* processes with memory of their own */
#define OWN     64u
#define RW      (PROT_READ | PROT_WRITE)
#define PATH    "/tmp/mm-threads"
#define TOUCHES 20000u
#define APART   (8 * PAGE)
#define MARK    0x7ead0000u

static char *window, *apart;
static int file;
static uint32_t first_seed;
static unsigned steps;

struct worker {
	struct thread thread;
	uint32_t seed;
	unsigned number;
	int ends[2]; /* a pipe: what it reads and writes memory by */
	volatile unsigned wrong, forks, written;
};

static struct worker workers[THREADS];

static unsigned below(struct worker *w, unsigned n)
{
	return next_random(&w->seed) % n;
}

/* The word of thread `number` in a page: among others of its own only, wherever the page goes. */
static uint32_t *word(unsigned page, unsigned number)
{
	return (uint32_t *)(void *)(window + page * PAGE + number * 1024 + page * 4);
}

/* Instructions of two bytes, over which the handler passes: edx tells. */
static void pass_over(int sig, struct test_info *info, struct test_ucontext *uc)
{
	(void)sig;
	(void)info;
	uc->mc.eip += 2;
	uc->mc.edx = 0;
}

static int store_here(uint32_t *to, uint32_t value)
{
	int stored = 1;

	__asm__ volatile("movl %%eax, (%%ecx)" : "+d"(stored) : "a"(value), "c"(to) : "memory");
	return stored;
}

static int load_here(const uint32_t *from, uint32_t *value)
{
	int loaded = 1;

	__asm__ volatile("movl (%%ecx), %%eax" : "+d"(loaded), "=a"(*value) : "c"(from) : "memory");
	return loaded;
}

/* A store by the kernel. */
static int store(struct worker *w, uint32_t *to, uint32_t value)
{
	uint32_t scratch;

	if (sys(__NR_write, w->ends[1], &value, 4) != 4)
		return -1;
	if (sys(__NR_read, w->ends[0], to, 4) == 4)
		return 1;
	return sys(__NR_read, w->ends[0], &scratch, 4) == 4 ? 0 : -1; /* it is still there */
}

/* And a load. => -1: nothing came of it */
static int load(struct worker *w, const uint32_t *from, uint32_t *value)
{
	if (sys(__NR_write, w->ends[1], from, 4) != 4)
		return 0;
	return sys(__NR_read, w->ends[0], value, 4) == 4 ? 1 : -1;
}

static void judge(struct worker *w, int had, uint32_t value, unsigned number)
{
	if (had < 0 || (had && value != 0 && value != (MARK | number)))
		w->wrong++;
}

static void look(struct worker *w, unsigned page, unsigned number)
{
	uint32_t value = 0;

	judge(w, load(w, word(page, number), &value), value, number);
}

/* For a while, so that others change what is below. */
static void touch(struct worker *w)
{
	unsigned page = below(w, WINDOW), other = below(w, THREADS);
	uint32_t value = 0;
	int stored = store(w, word(page, w->number), MARK | w->number);

	w->wrong += stored < 0;
	w->written += stored > 0;
	look(w, page, other);
	for (unsigned i = 0; i < TOUCHES && stored > 0; i++) {
		stored = store_here(word(page, w->number), MARK | w->number);
		judge(w, load_here(word(page, other), &value), value, other);
	}
}

static void exchange(struct worker *w, char *at, unsigned long len)
{
	switch (below(w, 4)) {
	case 0:
		mmap(at, len, RW, MAP_SHARED | MAP_FIXED, file, (off_t)(at - window));
		break;
	case 1:
		mmap(at, len, RW, MAP_PRIVATE | MAP_FIXED, file, (off_t)(at - window));
		break;
	case 2:
		mmap(at, len, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	default:
		mmap(at, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
}

/* To another place of the window, or leaving an empty area behind. */
static void move(struct worker *w, char *at, unsigned long len)
{
	char *to = window + below(w, WINDOW - (unsigned)(len / PAGE) + 1) * PAGE;

	sys(__NR_mremap, at, len, len, 1 | 2 | (below(w, 2) ? 4 : 0), to);
}

/* The child looks at all of it, writes its own words, and looks again: nobody else writes there. */
static int child(struct worker *w)
{
	uint32_t seen;

	if (pipe(w->ends) != 0)
		return 2;
	for (unsigned page = 0; page < WINDOW; page++) {
		for (unsigned number = 0; number < THREADS; number++)
			look(w, page, number);
	}
	mmap(window, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (unsigned i = 0; i < 20; i++) {
		*(volatile uint32_t *)word(0, 0) = i;
		if (load(w, word(0, 0), &seen) != 1 || seen != i)
			w->wrong++;
	}
	return w->wrong != 0;
}

static void fork_once(struct worker *w)
{
	int status = -1;
	long pid = sys(__NR_fork);

	if (pid == 0)
		sys(__NR_exit_group, child(w));
	if (pid < 0 || sys(__NR_wait4, pid, &status, 0, NULL) != pid || status != 0)
		w->wrong++;
	w->forks++;
}

/* What the thread has given back is the first that it is given again: nobody else writes to it any more. */
static void take_again(struct worker *w, unsigned long len)
{
	volatile uint32_t *p = (void *)(apart + w->number * APART);

	mmap((void *)(uintptr_t)p, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (unsigned i = 0; i < len / 4; i += PAGE / 4)
		p[i] = i;
	sleep_ms(1); /* the others go on */
	for (unsigned i = 0; i < len / 4; i++)
		w->wrong += p[i] != (i % (PAGE / 4) ? 0 : i);
	mmap((void *)(uintptr_t)p, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void step(struct worker *w)
{
	unsigned first = below(w, WINDOW), n = 1 + below(w, 8);
	char *at = window + first * PAGE;
	unsigned long len = (n > WINDOW - first ? WINDOW - first : n) * PAGE;
	unsigned what = below(w, 16);

	switch (what) {
	case 0:
	case 1:
	case 2:
		exchange(w, at, len);
		break;
	case 3:
		munmap(at, len);
		break;
	case 4:
		mprotect(at, len, PROT_READ);
		break;
	case 5:
		mprotect(at, len, RW);
		break;
	case 6:
		sys(__NR_madvise, at, len, 4 /* DONTNEED */);
		break;
	case 7:
		move(w, at, len);
		break;
	case 8:
		sys(__NR_ftruncate, file, below(w, WINDOW * PAGE));
		sys(__NR_ftruncate, file, WINDOW * PAGE);
		break;
	case 9:
		if (below(w, 4) == 0)
			fork_once(w);
		break;
	default:
		touch(w);
	}
	if (what == 2 || what == 3 || what == 6)
		take_again(w, len);
}

static void work(struct thread *t)
{
	struct worker *w = t->arg;

	use_cpus(1ul << w->number % (unsigned)__builtin_popcountl(own_cpus()));
	for (unsigned i = 0; i < steps; i++)
		step(w);
}

/* Pages come and go; while they are here nobody else writes to them. */
static int own_memory(unsigned number, const volatile int *over)
{
	for (uint32_t turn = 1; !*over; turn++) {
		uint32_t *p = mmap(NULL, OWN * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return 2;
		for (unsigned i = 0; i < OWN * PAGE / 4; i += 64)
			p[i] = turn ^ number << 24;
		sched_yield();
		for (unsigned i = 0; i < OWN * PAGE / 4; i++)
			if (p[i] != (i % 64 ? 0 : turn ^ number << 24))
				return 1;
		munmap(p, OWN * PAGE);
	}
	return 0;
}

static void run(uint32_t seed)
{
	volatile int *over = map_shared(1);
	unsigned wrong = 0, forks = 0, written = 0, touched = 0;
	pid_t owners[OWNERS];

	for (unsigned i = 0; i < OWNERS; i++) {
		owners[i] = must_fork();
		if (owners[i] == 0)
			_exit(own_memory(i + 1, over));
	}
	for (unsigned i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		w->seed = (seed * THREADS + i) * 2654435761u | 1;
		w->number = i;
		w->wrong = w->forks = w->written = 0;
		if (pipe(w->ends) != 0)
			bail_out("pipe: errno %d", errno);
		if (w->thread.stack == NULL) /* before there are holes in the window */
			w->thread.stack = map_stack();
	}
	for (unsigned i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		thread_start(&w->thread, work, w);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		thread_join(&w->thread);
		wrong += w->wrong;
		forks += w->forks;
		touched += w->written != 0;
		written += w->written;
		close(w->ends[0]);
		close(w->ends[1]);
	}
	*over = 1;
	for (unsigned i = 0; i < OWNERS; i++) {
		int status = -1;

		waitpid(owners[i], &status, 0);
		is(status, EXITED(0), "seed %u: process %u has its memory for itself",
		   (unsigned)seed, i + 1);
	}
	is(wrong, 0, "seed %u: each word is its thread's, in %u children too", (unsigned)seed,
	   forks);
	is(touched, THREADS, "seed %u: every thread has written (%u words)", (unsigned)seed,
	   written);
	mmap(window, WINDOW * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	is(kernel_command("audit"), 0, "the audit");
}

int main(int argc, char **argv)
{
	first_seed = argc > 1 ? (uint32_t)atoi(argv[1]) : 1;
	steps = argc > 2 ? (unsigned)atoi(argv[2]) : 400;
	file = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || ftruncate(file, WINDOW * PAGE) != 0)
		bail_out(PATH ": errno %d", errno);
	set_action(SIGSEGV, pass_over, SA_SIGINFO, 0);
	set_action(SIGBUS, pass_over, SA_SIGINFO, 0);
	/* a page on each side that nothing else can come into */
	window = map_pages(WINDOW + 2, PROT_NONE) + PAGE;
	apart = map_pages(THREADS * APART / PAGE, PROT_NONE);
	for (uint32_t seed = first_seed; seed < first_seed + (argc > 1 ? 1 : 3); seed++)
		run(seed);
	close(file);
	unlink(PATH);
	return tap_done();
}
