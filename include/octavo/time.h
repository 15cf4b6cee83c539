/* SPDX-License-Identifier: MIT */
/* time.h - the clock, and timers that call a function once. */
#pragma once

#include <octavo/types.h>

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_TICK (NSEC_PER_SEC / HZ)

static inline u64 clock_ns(void)
{
	u64 arch_clock_ns(void);
	return arch_clock_ns();
}
extern volatile u32 ticks; /* timer interrupts since boot, of CPU 0 */

struct timer {
	u64 expires_ns;        /* [timer_lock] */
	void (*fn)(void *arg); /* [I] in the timer interrupt, timer_lock not held */
	void *arg;             /* [I] */
	bool pending;          /* [timer_lock] */
	u8 cpu;                /* [timer_lock] whose heap it is or was in */
	u8 rank;               /* [timer_lock] timer_heap.h, and so are: */
	struct timer *parent, *left, *right;
};
/* timer_add - call t->fn(t->arg) at expires_ns or a little later, where the machine's timer only ticks at
 * the first tick after it (clock_event.h). => any context;
 * t is not pending; it stays the caller's and must live until it fired or timer_cancel() */
void timer_add(struct timer *t, u64 expires_ns);
/* timer_cancel - true if it had not fired; on return fn is not running. => not from fn itself */
bool timer_cancel(struct timer *t);
/* timer_wake_current - set *t up to wake the current task at when_ns, asleep as it then may be. => the
 * caller sleeps in a loop that looks at the clock, and calls timer_cancel() */
void timer_wake_current(struct timer *t, u64 when_ns);
/* timers_run - call what is due. => when the next one is, UINT64_MAX: never; in the timer interrupt */
u64 timers_run(u64 now_ns);
void timer_init(void); /* by time_init() */
void time_init(void);  /* => boot, after arch_init() */

/* clock_realtime_ns - nanoseconds since 1970, as the kernel parameter epoch=SECONDS sets the clock at
 * boot (2026-01-01 where it is not given: the same for every run). */
u64 clock_realtime_ns(void);
/* clock_realtime_set - it is `ns` now. => 0; -EINVAL less than the time since the start; any context */
int clock_realtime_set(u64 ns);
/* clock_read - the time of clock CLOCK_*, or of a process's CPU time, in nanoseconds. => 0, -EINVAL */
int clock_read(int clock, u64 *ns);
/* split_seconds - the seconds in ns, and the nanoseconds left over. */
u64 split_seconds(u64 ns, u32 *rest);

/* sleep_until - sleep to a point of clock_ns(). => 0, or -ERESTARTNOHAND when a signal came first */
int sleep_until(u64 when_ns);
/* sleep_through - the same, and signals wait. */
void sleep_through(u64 when_ns);
/* sleep_until_realtime - the same to a point of the real-time clock, however that is set meanwhile */
int sleep_until_realtime(u64 when_ns);
