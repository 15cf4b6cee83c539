/* SPDX-License-Identifier: MIT */
/*
 * timer_heap.h - timers as a leftist heap by time: the first one is the root (pure).
 *
 *	      5		no timer comes before its parent
 *	    /   \	rank: how many steps to the right end at nothing
 *	   9     7	on the left the rank is as large as on the right or larger, so for n timers
 *	  / \		it is log2(n + 1) at the most
 *	12   11
 *
 * Adding and removing walk along right children, or up while ranks change: log2(n + 1) steps each. A
 * timer that comes before all others is added, and removed, in one.
 */
#pragma once

#include <octavo/time.h>

/* The caller's lock is held for all of them. *first: the timer that comes first, NULL none. */
/* timer_heap_add - t->expires_ns is set, t is in no heap. */
void timer_heap_add(struct timer **first, struct timer *t);
/* timer_heap_remove - t is in this heap. */
void timer_heap_remove(struct timer **first, struct timer *t);
void timer_heap_check(const struct timer *first);
