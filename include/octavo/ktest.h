/* SPDX-License-Identifier: MIT */
/*
 * ktest.h - tests that run inside the kernel, on both machines, with ktest=all or ktest=NAME,...
 *
 *	KTEST(buddy_splits, "bal-24")
 *	{
 *		KTEST_OK(page != NULL, "order 3 gives a page");
 *	}
 *
 * Tests lie in kernel/ktest_*.c and mm/ktest_*.c; the linker gathers them in the section ".ktests",
 * between ktests_start and ktests_end. Each test is one TAP point, its failed checks are comments.
 * After each, the audit must be silent, and the lock validator must have said nothing new.
 *
 * A NAME also stands for all tests whose names begin with NAME_: ktest=timer. A test that ends the
 * machine or breaks a rule on purpose is a KTEST_DELIBERATE: it runs only where it is named in full.
 */
#pragma once

#include <octavo/types.h>

struct ktest {
	const char *name;
	const char *shows; /* requirement numbers, or "" */
	void (*run)(void);
	bool deliberate;
};
#define KTEST_ENTRY(id, numbers, is_deliberate)                                                    \
	static void ktest_##id(void);                                                              \
	static const struct ktest ktest_entry_##id                                                 \
		__attribute__((section(".ktests"), used, aligned(4))) = {#id, numbers, ktest_##id, \
									 is_deliberate};           \
	static void ktest_##id(void)
#define KTEST(id, numbers)   KTEST_ENTRY(id, numbers, false)
#define KTEST_DELIBERATE(id) KTEST_ENTRY(id, "", true)
#define KTEST_OK(cond, what) ktest_check((cond), (what), __FILE__, __LINE__)
bool ktest_check(bool ok, const char *what, const char *file, int line);
/* ktest_run - all or the named ones; => number that failed; 0 tests matched counts as one failure */
int ktest_run(const char *pattern);

/* --- for tests that need several threads --- */

/* ktest_spawn - start a kernel thread that runs fn(arg). => sleeps; panics where that fails */
void ktest_spawn(int (*fn)(void *), void *arg);
/* ktest_join - until all threads of ktest_spawn() have ended and been freed. => sleeps */
void ktest_join(void);
/* ktest_run_on - the test and the threads that it makes from now on run on the CPUs of this mask. At the
 * start of each test it is the boot CPU alone. => preemption on */
void ktest_run_on(u32 cpus);
/* ktest_sleep_ms - let others run for so long. => sleeps */
void ktest_sleep_ms(u32 ms);
/* ktest_random - 0 .. n-1, the same series in every run of a test. => any context */
u32 ktest_random(u32 n);
