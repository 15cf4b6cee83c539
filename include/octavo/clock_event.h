/* SPDX-License-Identifier: MIT */
/*
 * clock_event.h - when the timer interrupt comes. A CPU whose timer fires once, when it is set to
 * (clock_event.c), is interrupted at its ticks and at the times of its timers; one whose timer only ticks
 * (clock_event_ticks.c, or clock_event_start() not called) calls timer_tick(), and timers wait for that.
 */
#pragma once

#include <octavo/types.h>

/* clock_event_start - this CPU's timer, which arch_timer_arm() sets, serves it from now on.
 *   => interrupts off */
void clock_event_start(void);
/* clock_event - it has fired, and interrupted user mode or not, at pc. => in the interrupt; true: this
 * was a tick. Those of all CPUs come at the same times */
bool clock_event(bool user, uintptr_t pc);
/* clock_event_at - this CPU's first timer is due at when_ns. => interrupts off */
void clock_event_at(u64 when_ns);
