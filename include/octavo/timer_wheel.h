/* SPDX-License-Identifier: MIT */
/*
 * timer_wheel.h - timers in slots by time: adding and removing costs the same for any number (pure).
 *
 *	level 0: 64 slots of one unit (4.2 ms) each     the next 0.27 s
 *	level 1: 64 slots of 64 units                   ... 17 s
 *	level 5: 64 slots of 64^5 units                 ... 9 years
 *
 * A timer lies in the lowest level whose 64 slots reach its time. When the clock enters the span of
 * a slot of a higher level, that slot's timers are put in again, further down. A timer beyond the
 * last level waits in its last slot and is put in again from there.
 */
#pragma once

#include <octavo/time.h>
#include <octavo/types.h>

#define WHEEL_UNIT_SHIFT 22 /* a unit is 2^22 ns: about a tick, found without a division */
#define WHEEL_BITS       6
#define WHEEL_SLOTS      (1u << WHEEL_BITS)
#define WHEEL_LEVELS     6

LIST_HEAD(timer_list, timer);

struct timer_wheel {
	u64 unit;              /* how far it has turned */
	u32 nr;                /* timers in it, those in `due` included */
	struct timer_list due; /* to be taken by wheel_next_due() */
	struct timer_list slot[WHEEL_LEVELS][WHEEL_SLOTS];
};

/* The caller's lock is held for all of them. */
void wheel_init(struct timer_wheel *w, u64 now_ns);
/* wheel_add - t->expires_ns is set, t is in no wheel. A time that has passed is due at once. */
void wheel_add(struct timer_wheel *w, struct timer *t);
/* wheel_remove - t is in this wheel. */
void wheel_remove(struct timer_wheel *w, struct timer *t);
/* wheel_next_due - a timer whose time is not after now_ns, still in the wheel, or NULL. */
struct timer *wheel_next_due(struct timer_wheel *w, u64 now_ns);
void wheel_check(const struct timer_wheel *w);
