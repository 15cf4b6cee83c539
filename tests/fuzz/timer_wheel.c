/* SPDX-License-Identifier: MIT */
/*
 * The timer wheel against an array of timers: when the clock moves, those whose time has come are
 * due, each once, and no others.
 */
#include "fuzz.h"
#include <octavo/timer_wheel.h>

enum { TIMERS = 32 };

static struct timer_wheel wheel;
static struct timer timers[TIMERS];

/* Times of every size: the upper bits choose how many of the lower ones count. */
static u64 take_time(struct input *in)
{
	unsigned bits = take_u8(in) % 64;

	return take_u64(in) & (((u64)2 << bits) - 1);
}

static void expire(u64 now)
{
	struct timer *t;

	while ((t = wheel_next_due(&wheel, now)) != NULL) {
		MUST(t->pending && t->expires_ns <= now);
		wheel_remove(&wheel, t);
		t->pending = false;
	}
	for (unsigned i = 0; i < TIMERS; i++)
		MUST(!timers[i].pending || timers[i].expires_ns > now);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u64 now = take_time(&in) >> 4;

	memset(timers, 0, sizeof(timers));
	wheel_init(&wheel, now);
	while (in.len != 0) {
		u8 op = take_u8(&in);
		struct timer *t = &timers[op % TIMERS];

		if (op >> 5 < 4 && !t->pending) {
			t->expires_ns = now + take_time(&in);
			t->pending = true;
			wheel_add(&wheel, t);
		} else if (op >> 5 < 5 && t->pending) {
			wheel_remove(&wheel, t);
			t->pending = false;
		} else {
			/* At most four hours: the wheel turns unit by unit. */
			u64 step = take_time(&in) & (((u64)1 << (op & 1 ? 44 : 30)) - 1);

			if (now + step >= now)
				now += step;
			expire(now);
		}
		wheel_check(&wheel);
	}
	return 0;
}
