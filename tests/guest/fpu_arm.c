/* SPDX-License-Identifier: MIT */
/*
 * The FPU of boards that have one: each thread has its registers to itself, and so has what a handler
 * interrupts. `fpu_arm zero`: what a new program finds in them.
 */
#include <sys/auxv.h>

#include "sigtest.h"
#include "thread.h"

#define HWCAP_VFP 0x40
#define VFP_MAGIC 0x56465001
#define NR        5

__asm__(".fpu	fpv4-sp-d16\n");

struct registers {
	uint32_t s[32], fpscr;
};

static struct thread threads[NR];

static void load(const struct registers *r)
{
	__asm__ volatile("vldmia	%0, {s0-s31}\n"
			 "	ldr	r3, [%0, #128]\n"
			 "	vmsr	fpscr, r3"
			 :
			 : "r"(r)
			 : "r3", "memory");
}

static void store(struct registers *r)
{
	__asm__ volatile("vstmia	%0, {s0-s31}\n"
			 "	vmrs	r3, fpscr\n"
			 "	str	r3, [%0, #128]"
			 :
			 : "r"(r)
			 : "r3", "memory");
}

/* Numbers that nobody else has; the rounding mode too. */
static void fill(struct registers *r, uint32_t seed)
{
	for (unsigned i = 0; i < 32; i++)
		r->s[i] = seed * 1000 + i;
	r->fpscr = (seed & 3) << 22;
}

static int has(const struct registers *wanted)
{
	struct registers got;

	store(&got);
	return memcmp(&got, wanted, sizeof(got)) == 0;
}

static int use_it(void *arg)
{
	struct registers r;

	(void)arg;
	store(&r);
	return 0;
}

/* => 0: all zero */
static int find_zero(void)
{
	static const struct registers zero;

	return !has(&zero);
}

static int run_anew(void *self)
{
	char argument[] = "zero", *argv[] = {self, argument, NULL}, *envp[] = {NULL};

	sys(__NR_execve, self, argv, envp);
	return 99;
}

/* By calls that let others run, and by ticks. */
static void keep(struct thread *t)
{
	uint64_t end = now_ns() + 40000000;
	struct registers mine;

	t->result = 0;
	for (uint32_t seed = (uint32_t)t->begun; now_ns() < end; seed += 7) {
		fill(&mine, seed);
		load(&mine);
		sys(__NR_sched_yield);
		t->result += !has(&mine);
		for (volatile int i = 0; i < 500; i++)
			;
		t->result += !has(&mine);
	}
}

static void never(struct thread *t)
{
	for (int i = 0; i < 100; i++)
		sys(__NR_sched_yield);
	t->result = 0;
}

static void test_threads(void)
{
	struct registers mine;
	long wrong = 0;

	fill(&mine, 99);
	load(&mine);
	for (int i = 0; i < NR; i++)
		thread_start(&threads[i], i < NR - 1 ? keep : never, NULL);
	for (int i = 0; i < NR; i++) {
		thread_join(&threads[i]);
		wrong += threads[i].result;
	}
	is(wrong, 0, "threads that switch at any moment keep their registers");
	ok(has(&mine), "so has the first");
}

static struct registers wanted;

static int inherits(void *arg)
{
	(void)arg;
	return !has(&wanted);
}

static void test_processes(char *self)
{
	fill(&wanted, 7);
	load(&wanted);
	is(in_child(inherits, NULL), EXITED(0), "a child begins with its parent's");
	is(in_child(run_anew, self), EXITED(0), "a new program with zeros");
	ok(has(&wanted), "the parent has its own");
}

/* --- handlers --- */

static volatile uint32_t saved[67], size;

static void use_in_handler(int sig)
{
	struct registers other;

	(void)sig;
	fill(&other, 1);
	load(&other);
}

/* The block of the FPU in the frame: 232 bytes into the ucontext. */
static void look_and_change(int sig, void *info, char *uc)
{
	uint32_t *block = (uint32_t *)(void *)(uc + 232);

	use_in_handler(sig);
	(void)info;
	size = block[0] == VFP_MAGIC ? block[1] : 0;
	memcpy((void *)(uintptr_t)saved, block, sizeof(saved));
	block[2 + 5] = 0x5555;
	block[66] = ~0u;
}

static void test_handlers(void)
{
	const int often[4] = {0, 1000, 0, 1000}, off[4] = {0, 0, 0, 0};
	uint64_t end = now_ns() + 40000000;
	struct registers mine, got;
	int right = 1;

	fill(&mine, 3);
	load(&mine);
	set_action(SIGUSR1, use_in_handler, 0, 0);
	send_self(SIGUSR1);
	ok(has(&mine), "a handler that uses it disturbs nobody");
	set_action(SIGUSR1, look_and_change, SA_SIGINFO, 0);
	send_self(SIGUSR1);
	is((long)size, 288, "the frame has a block for it");
	ok(memcmp((void *)(uintptr_t)&saved[2], mine.s, sizeof(mine.s)) == 0 &&
		   saved[66] == mine.fpscr,
	   "with the registers");
	store(&got);
	ok(got.s[5] == 0x5555 && got.s[4] == mine.s[4], "what is changed there counts");
	is((long)got.fpscr, (long)0xf7c0009f, "of the status what a program may set");
	set_action(SIGALRM, use_in_handler, 0, 0);
	sys(__NR_setitimer, 0, often, NULL);
	while (now_ns() < end) {
		load(&mine);
		for (volatile int i = 0; i < 300; i++)
			;
		right &= has(&mine);
	}
	sys(__NR_setitimer, 0, off, NULL);
	ok(right, "also one that comes at any moment");
	set_default(SIGUSR1);
	set_default(SIGALRM);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return find_zero();
	if ((getauxval(16) & HWCAP_VFP) == 0) {
		is(in_child(use_it, NULL), KILLED(SIGILL), "no FPU: its instructions are none");
		return tap_done();
	}
	is(find_zero(), 0, "a program begins with zeros");
	test_threads();
	test_processes(argv[0]);
	test_handlers();
	return tap_done();
}
