/* SPDX-License-Identifier: MIT */
/*
 * clock_event.c - one timer interrupt for two purposes: the tick, and timers that are due before it.
 *
 *	armed for the next tick --> a timer is added that is due before --> armed for that
 *	fired --> a tick or not, timers that are due --> armed for what comes first
 *
 * A timer that is cancelled leaves the interrupt where it is: it finds nothing to do. Ticks are at the
 * multiples of their time, however late one was served; one that comes a moment early counts.
 */
#include <octavo/arch.h>
#include <octavo/clock_event.h>
#include <octavo/preempt.h>
#include <octavo/time.h>

#define EARLY_NS 16000u /* that the timer's rate may be known wrongly, over a tick */

static struct cpu_events {
	u64 tick_ns;             /* the next tick */
	u64 armed_ns;            /* when the interrupt is to come; 0: by itself */
} __aligned(64) events[NR_CPUS]; /* [own CPU, interrupts off] */

static void arm(struct cpu_events *e, u64 when_ns)
{
	u64 now = clock_ns();

	e->armed_ns = when_ns;
	arch_timer_arm(when_ns > now ? (u32)(when_ns - now) : 0);
}

static void arm_tick(struct cpu_events *e, u64 now)
{
	e->tick_ns = (now / NSEC_PER_TICK + 1) * NSEC_PER_TICK;
	arm(e, e->tick_ns);
}

void clock_event_start(void)
{
	arm_tick(&events[arch_current_head()->cpu], clock_ns());
}

bool clock_event(bool user, uintptr_t pc)
{
	struct cpu_events *e = &events[arch_current_head()->cpu];
	u64 now = clock_ns(), next;
	bool tick = now + EARLY_NS >= e->tick_ns;

	if (tick) {
		arm_tick(e, now + EARLY_NS);
		timer_tick(user, pc);
	} else {
		e->armed_ns = UINT64_MAX;
	}
	next = MIN(timers_run(now), e->tick_ns);
	if (next < e->armed_ns)
		arm(e, next);
	return tick;
}

void clock_event_at(u64 when_ns)
{
	struct cpu_events *e = &events[arch_current_head()->cpu];

	if (when_ns < e->armed_ns)
		arm(e, when_ns);
}
