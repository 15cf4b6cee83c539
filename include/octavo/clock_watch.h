/* SPDX-License-Identifier: MIT */
/* clock_watch.h - sleeps that a wake ends, or a clock. */
#pragma once

#include <octavo/time.h>
#include <octavo/wait.h>

/*
 * clock_watch - for a sleeper of the current task that ends by the clock too: begin, then before each
 * schedule() asked whether it is over, with the task marked sleeping already; at last end.
 * `realtime`: when_ns is of that clock, however it is set meanwhile.
 */
struct clock_watch {
	struct timer timer;
	struct waiter waiter;
	u64 when_ns;
	bool realtime;
	volatile u32 was_set;
};
void clock_watch_begin(struct clock_watch *w, bool realtime, u64 when_ns);
bool clock_watch_over(struct clock_watch *w);
void clock_watch_end(struct clock_watch *w);
