/* SPDX-License-Identifier: MIT */
/*
 * futex.h - sleeping until a word of a program's memory changes: futex(2).
 *
 * `shared`: the word may be known to other processes, so it is looked for by the object that is mapped
 * there; else it is the current address space's.
 */
#pragma once

#include <octavo/types.h>

/* What futex_wait() is asked. */
struct futex_wait {
	u32 __user *word;
	u32 expected;
	u32 bitset;
	bool shared;
	bool timed;    /* when_ns counts */
	bool realtime; /* it is a time of the real-time clock, else of clock_ns() */
	u64 when_ns;
};

/* futex_wait - sleep until somebody wakes `word`, if it has the expected value.
 *   => 0; -EAGAIN it has another; -ETIMEDOUT; -ERESTARTSYS a signal; -EFAULT, -EINVAL; sleeps */
long futex_wait(const struct futex_wait *w);
/* futex_wake - wake up to nr of those that wait for `word` with one of the bits of bitset, but one at
 * least. => how many; -EFAULT, -EINVAL; sleeps */
long futex_wake(u32 __user *word, bool shared, int nr, u32 bitset);
/* futex_requeue - wake up to nr_wake of those that wait for `from`, and let nr_move others wait for
 * `to`; `expected` not NULL: only where the word has that value.
 *   => how many in all; -EAGAIN, -EFAULT, -EINVAL; sleeps */
long futex_requeue(u32 __user *from, u32 __user *to, bool shared, int nr_wake, int nr_move,
		   const u32 *expected);
/* futex_wake_op - change word2 as `op` says, wake up to nr of those that wait for word1, and up to nr2
 * for word2 where what was there compares as `op` says. => how many; -ENOSYS, -EFAULT, -EINVAL; sleeps */
long futex_wake_op(u32 __user *word1, u32 __user *word2, bool shared, int nr, int nr2, u32 op);

/* futex_wake_address - one that waits for `word`, for whichever process that is. A bad address is no
 * error. => sleeps */
void futex_wake_address(u32 __user *word);
/* futex_robust_exit - the current task leaves its memory: who waits for the mutexes that it holds is
 * told that their owner died; set_robust_list(2). => sleeps */
void futex_robust_exit(void);

/* --- what memory a word is (mm/) --- */

/* An object and a page of it. */
struct futex_place {
	u64 object; /* its serial number; 0: memory of the address space alone */
	u32 page;   /* of an object */
};
/* futex_place - what is mapped at addr of the current address space. => 0, -EFAULT nothing is; sleeps */
int futex_place(vaddr_t addr, struct futex_place *place);
