/* SPDX-License-Identifier: MIT */
/*
 * chaos.c - preemption at every point where it may happen, as a seeded generator decides.
 *
 * With chaos=SEED every task that is switched in has RESCHED_CHAOS set in need_resched, so each
 * preempt_enable(), unlock and return from an interrupt comes to preempt_resched(), which asks here
 * whether to give the CPU away; and schedule() picks any of the runnable tasks. With -icount the
 * same seed gives the same run. The fast paths pay nothing for it.
 */
#include <octavo/sched.h>

#define ONE_IN 8 /* preempt at one point of so many */

bool chaos_on;
static u32 state = 1; /* xorshift32: never 0; torn updates by interrupts only add to the chaos */

static u32 chaos_next(void)
{
	u32 x = state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	state = x;
	return x;
}

void chaos_init(u32 seed)
{
	state = seed * 2654435761u | 1u;
	chaos_on = true;
	current->head.need_resched |= RESCHED_CHAOS;
}

bool chaos_preempt(void)
{
	return (chaos_next() >> 8) % ONE_IN == 0;
}

u32 chaos_pick(u32 n)
{
	return (chaos_next() >> 8) % n;
}
