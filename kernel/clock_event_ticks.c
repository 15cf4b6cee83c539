/* SPDX-License-Identifier: MIT */
/* clock_event_ticks.c - a timer that ticks and nothing else: timers wait for the next tick. */
#include <octavo/clock_event.h>

void clock_event_at(u64 when_ns)
{
	(void)when_ns;
}
