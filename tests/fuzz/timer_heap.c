/* SPDX-License-Identifier: MIT */
/*
 * The heap of timers against an array: the first is the first of those that are in it, whichever are
 * added and removed.
 */
#include "fuzz.h"
#include <octavo/timer_heap.h>

enum { TIMERS = 32 };

static struct timer *first;
static struct timer timers[TIMERS];

/* Times of every size: the upper bits choose how many of the lower ones count. */
static u64 take_time(struct input *in)
{
	unsigned bits = take_u8(in) % 64;

	return take_u64(in) & (((u64)2 << bits) - 1);
}

static void expire(u64 now)
{
	while (first != NULL && first->expires_ns <= now) {
		MUST(first->pending);
		first->pending = false;
		timer_heap_remove(&first, first);
	}
	for (unsigned i = 0; i < TIMERS; i++)
		MUST(!timers[i].pending || timers[i].expires_ns > now);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u64 now = take_time(&in) >> 4;

	memset(timers, 0, sizeof(timers));
	first = NULL;
	while (in.len != 0) {
		u8 op = take_u8(&in);
		struct timer *t = &timers[op % TIMERS];

		if (op >> 5 < 4 && !t->pending) {
			t->expires_ns = now + take_time(&in);
			t->pending = true;
			timer_heap_add(&first, t);
		} else if (op >> 5 < 5 && t->pending) {
			timer_heap_remove(&first, t);
			t->pending = false;
		} else {
			u64 step = take_time(&in);

			if (now + step >= now)
				now += step;
			expire(now);
		}
		timer_heap_check(first);
	}
	return 0;
}
