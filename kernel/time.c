/* SPDX-License-Identifier: MIT */
/*
 * time.c - the tick, the clocks, and sleeping for a time.
 *
 * The monotonic clock is the architecture's. The real one is the monotonic plus what the kernel
 * parameter epoch= says that it was at the start of the machine; no calendar chip is read, so a run
 * does not depend on the day. clock_settime(2) moves it, and wakes who sleeps by it.
 */
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/clock_watch.h>
#include <octavo/cpu_time.h>
#include <octavo/errno.h>
#include <octavo/load.h>
#include <octavo/param.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

#define DEFAULT_EPOCH 1767225600u /* 2026-01-01 00:00:00 UTC */

volatile u32 ticks;
static spinlock_t realtime_lock = SPINLOCK_INIT(realtime_lock);
static u64 realtime_base_ns; /* [realtime_lock] */
static struct wait_queue realtime_sleepers = WAIT_QUEUE_INIT(realtime_sleepers);

void time_init(void)
{
	u32 epoch;

	if (params_get_u32(&boot_params, "epoch", &epoch) != 0)
		epoch = DEFAULT_EPOCH;
	realtime_base_ns = epoch * NSEC_PER_SEC;
	timer_init();
}

static u64 realtime_base(void)
{
	irqstate_t s = spin_lock_irqsave(&realtime_lock);
	u64 base = realtime_base_ns;

	spin_unlock_irqrestore(&realtime_lock, s);
	return base;
}

u64 clock_realtime_ns(void)
{
	return realtime_base() + clock_ns();
}

int clock_realtime_set(u64 ns)
{
	u64 now = clock_ns();
	irqstate_t s;

	if (ns < now)
		return -EINVAL; /* the machine would have been started before 1970 */
	s = spin_lock_irqsave(&realtime_lock);
	realtime_base_ns = ns - now;
	spin_unlock_irqrestore(&realtime_lock, s);
	wake_all(&realtime_sleepers);
	return 0;
}

void irq_enter(void)
{
	arch_current_head()->preempt_count += PREEMPT_IRQ;
}

void irq_exit(void)
{
	arch_current_head()->preempt_count -= PREEMPT_IRQ;
}

void timer_tick(bool user, uintptr_t pc)
{
	(void)pc;
	cpu_time_tick(user);
	if (user) { /* the way back to it left nothing behind */
		ASSERT(current->head.preempt_count == PREEMPT_IRQ);
		lockval_assert_none("user mode");
	}
	load_tick(user);
	(void)timers_run(clock_ns());
	if (current->head.cpu == 0) {
		ticks++;
		log_tick();
	}
	itimers_tick(user);
	sched_tick();
}

/* --- sleeping --- */

static void sleep_over(void *arg)
{
	sched_wake(arg);
}

void timer_wake_current(struct timer *t, u64 when_ns)
{
	*t = (struct timer){.fn = sleep_over, .arg = current};
	timer_add(t, when_ns);
}

static int sleep_to(u64 when_ns, bool interruptible)
{
	struct timer timer;
	int err = 0;

	might_sleep();
	timer_wake_current(&timer, when_ns);
	for (;;) {
		sched_set_sleeping(interruptible);
		if (clock_ns() >= when_ns)
			break;
		if (interruptible && signal_pending()) {
			err = -ERESTARTNOHAND;
			break;
		}
		schedule();
	}
	sched_set_running();
	timer_cancel(&timer);
	return err;
}

int sleep_until(u64 when_ns)
{
	return sleep_to(when_ns, true);
}

void sleep_through(u64 when_ns)
{
	(void)sleep_to(when_ns, false);
}

static bool realtime_came(u64 realtime_ns, u64 base, int *err)
{
	if (base + clock_ns() >= realtime_ns)
		return true;
	*err = signal_pending() ? -ERESTARTNOHAND : 0;
	return *err != 0;
}

int sleep_until_realtime(u64 when_ns)
{
	struct timer timer = {.fn = sleep_over, .arg = current};
	struct waiter waiter = {.queued = false};
	bool over = false;
	int err = 0;

	might_sleep();
	while (!over) {
		u64 base;

		wait_prepare(&realtime_sleepers, &waiter, true);
		base = realtime_base();
		over = realtime_came(when_ns, base, &err);
		if (over)
			break;
		timer_add(&timer, when_ns - base);
		wait_sleep();
		timer_cancel(&timer);
	}
	wait_finish(&realtime_sleepers, &waiter);
	return err;
}

/* --- sleeps that end by the clock, too --- */

/* w's end by clock_ns(), as the clocks are now */
static u64 watch_end_ns(const struct clock_watch *w)
{
	u64 base = w->realtime ? realtime_base() : 0;

	return w->when_ns > base ? w->when_ns - base : 0;
}

void clock_watch_begin(struct clock_watch *w, bool realtime, u64 when_ns)
{
	w->when_ns = when_ns;
	w->realtime = realtime;
	w->was_set = 0;
	if (realtime)
		wait_watch(&realtime_sleepers, &w->waiter, &w->was_set);
	timer_wake_current(&w->timer, watch_end_ns(w));
}

bool clock_watch_over(struct clock_watch *w)
{
	if (unlikely(w->was_set)) {
		w->was_set = 0;
		arch_mb(); /* before the look at what it was set to */
		timer_cancel(&w->timer);
		timer_wake_current(&w->timer, watch_end_ns(w));
	}
	return clock_ns() >= watch_end_ns(w);
}

void clock_watch_end(struct clock_watch *w)
{
	timer_cancel(&w->timer);
	if (w->realtime)
		wait_unwatch(&realtime_sleepers, &w->waiter);
}

/* --- system calls --- */

/* The clock of a process's or thread's CPU time: the complement of its pid, above three bits of kind.
 * => task_list_lock held; false: nobody's */
static bool cpu_clock(u32 pid, bool of_thread, struct cpu_times *times)
{
	struct task *t = pid == 0 ? current : task_find(pid);

	if (t == NULL)
		return false;
	if (of_thread && t->signal != current->signal)
		return false;
	if (!of_thread && pid != 0 && !task_is_leader(t))
		return false;
	*times = of_thread ? cpu_times_of(t) : cpu_times_of_process(t);
	return true;
}

static int clock_read_process(int clock, u64 *ns)
{
	u32 pid = ~(u32)(clock >> 3);
	u32 kind = (u32)clock & CLOCK_KIND_MASK;
	struct cpu_times times = {0};
	bool known;

	if (kind == CLOCK_KIND_FD)
		return -EINVAL;
	spin_lock(&task_list_lock);
	known = cpu_clock(pid, ((u32)clock & CLOCK_OF_THREAD) != 0, &times);
	spin_unlock(&task_list_lock);
	*ns = times.user_ns + (kind == CLOCK_KIND_USER ? 0 : times.system_ns);
	return known ? 0 : -EINVAL;
}

int clock_read(int clock, u64 *ns)
{
	if (clock < 0)
		return clock_read_process(clock, ns);
	switch (clock) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = clock_ns();
		return 0;
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		*ns = clock_realtime_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = process_run_ns(current);
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = sched_task_run_ns(current);
		return 0;
	default:
		return -EINVAL;
	}
}

u64 split_seconds(u64 ns, u32 *rest)
{
	/* A second is 2^9 times an odd number: for half an hour 32 bits do. */
	u64 seconds =
		(ns >> 41) == 0 ? (u32)(ns >> 9) / (u32)(NSEC_PER_SEC >> 9) : ns / NSEC_PER_SEC;

	*rest = (u32)ns - (u32)seconds * (u32)NSEC_PER_SEC;
	return seconds;
}

long sys_clock_gettime(int clock, void __user *ts)
{
	struct uapi_timespec32 t;
	u32 rest;
	u64 ns;

	if (clock_read(clock, &ns) != 0)
		return -EINVAL;
	t.tv_sec = (int)split_seconds(ns, &rest);
	t.tv_nsec = (int)rest;
	return copy_to_user(ts, &t, sizeof(t));
}

long sys_clock_gettime64(int clock, void __user *ts)
{
	struct uapi_timespec64 t;
	u32 rest;
	u64 ns;

	if (clock_read(clock, &ns) != 0)
		return -EINVAL;
	t.tv_sec = (s64)split_seconds(ns, &rest);
	t.tv_nsec = rest;
	return copy_to_user(ts, &t, sizeof(t));
}

long sys_time(s32 __user *t)
{
	u32 rest, now = (u32)split_seconds(clock_realtime_ns(), &rest);

	if (t != NULL && copy_to_user(t, &now, sizeof(now)) != 0)
		return -EFAULT;
	return (long)now;
}

long sys_gettimeofday(void __user *tv, void __user *tz)
{
	static const s32 utc[2]; /* minutes west, kind of summer time */
	struct uapi_timeval32 t;
	u32 rest;

	if (tv != NULL) {
		t.tv_sec = (int)split_seconds(clock_realtime_ns(), &rest);
		t.tv_usec = (int)(rest / 1000u);
		if (copy_to_user(tv, &t, sizeof(t)) != 0)
			return -EFAULT;
	}
	if (tz != NULL && copy_to_user(tz, utc, sizeof(utc)) != 0)
		return -EFAULT;
	return 0;
}
