/* SPDX-License-Identifier: MIT */
/*
 * ktest.h - tests that run inside the kernel, on both machines, with ktest=all or ktest=NAME.
 *
 *	KTEST(buddy_splits, "bal-24")
 *	{
 *		KTEST_OK(page != NULL, "order 3 gives a page");
 *	}
 *
 * Tests lie in kernel/ktest_*.c and mm/ktest_*.c; the linker gathers them in the
 * section "ktests" (linker scripts: ktests : { KEEP(*(ktests)) }, which gives it __start_ktests and
 * __stop_ktests). Each test
 * is one TAP point, its failed checks are comments. After each, the audit must be silent.
 */
#pragma once

#include <octavo/types.h>

struct ktest {
	const char *name;
	const char *shows; /* requirement numbers, or "" */
	void (*run)(void);
};
#define KTEST(id, numbers)                                                                         \
	static void ktest_##id(void);                                                              \
	static const struct ktest ktest_entry_##id                                                 \
		__attribute__((section("ktests"), used, aligned(4))) = {#id, numbers, ktest_##id}; \
	static void ktest_##id(void)
#define KTEST_OK(cond, what) ktest_check((cond), (what), __FILE__, __LINE__)
bool ktest_check(bool ok, const char *what, const char *file, int line);
/* ktest_run - all or the named ones; => number that failed; 0 tests matched counts as one failure */
int ktest_run(const char *pattern);
