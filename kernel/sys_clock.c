/* SPDX-License-Identifier: MIT */
/*
 * sys_clock.c - resolution, setting and sleeping of the clocks, in both widths: clock_getres(2),
 * clock_settime(2), clock_nanosleep(2). Reading them is time.c's.
 *
 * A sleeper on the real-time clock with an absolute end looks at that clock again whenever it is
 * set; one on the process's CPU time looks at that when it may have come; every other sleep is one
 * of the monotonic clock.
 */
#include <octavo/config.h>
#include <octavo/cpu_time.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

#define SECONDS_MAX (s64)(INT64_MAX / NSEC_PER_SEC)
#define SETTABLE_MAX                                                                               \
	(SECONDS_MAX - 30ll * 365 * 86400) /* so the clock goes on for 30 years, as on Linux */

static bool spec_valid(s64 sec, s64 nsec)
{
	return sec >= 0 && nsec >= 0 && nsec < (s64)NSEC_PER_SEC;
}

/* Nanoseconds of a time; what 64 bits do not hold is for ever. */
static u64 spec_ns(s64 sec, s64 nsec)
{
	if (sec >= SECONDS_MAX)
		return INT64_MAX;
	return (u64)sec * NSEC_PER_SEC + (u64)nsec;
}

static bool clock_is_coarse(int clock)
{
	return clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
}

/* --- resolution --- */

/* => nanoseconds, or -EINVAL: no such clock */
static long resolution(int clock)
{
	u64 now;

	if (clock_read(clock, &now) != 0)
		return -EINVAL;
	return clock_is_coarse(clock) ? (long)NSEC_PER_TICK : 1;
}

long sys_clock_getres(int clock, void __user *res)
{
	struct uapi_timespec32 t = {0};
	long ns = resolution(clock);

	if (ns < 0)
		return ns;
	t.tv_nsec = (int)ns;
	return res == NULL ? 0 : copy_to_user(res, &t, sizeof(t));
}

long sys_clock_getres64(int clock, void __user *res)
{
	struct uapi_timespec64 t = {0};
	long ns = resolution(clock);

	if (ns < 0)
		return ns;
	t.tv_nsec = ns;
	return res == NULL ? 0 : copy_to_user(res, &t, sizeof(t));
}

/* --- setting --- */

static int set_realtime(s64 sec, s64 nsec)
{
	if (!spec_valid(sec, nsec) || sec >= SETTABLE_MAX)
		return -EINVAL;
	return capable(CAP_SYS_TIME) ? clock_realtime_set(spec_ns(sec, nsec)) : -EPERM;
}

long sys_clock_settime(int clock, const void __user *ts)
{
	struct uapi_timespec32 t;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_from_user(&t, ts, sizeof(t)) != 0)
		return -EFAULT;
	return set_realtime(t.tv_sec, t.tv_nsec);
}

long sys_clock_settime64(int clock, const void __user *ts)
{
	struct uapi_timespec64 t;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_from_user(&t, ts, sizeof(t)) != 0)
		return -EFAULT;
	return set_realtime(t.tv_sec, (s32)t.tv_nsec);
}

/* The time zone is not kept: the clock is UTC. */
long sys_settimeofday(const void __user *tv, const void __user *tz)
{
	struct uapi_timeval32 t;
	s32 zone[2];

	if (tv != NULL) {
		if (copy_from_user(&t, tv, sizeof(t)) != 0)
			return -EFAULT;
		if (t.tv_usec < 0 || t.tv_usec > 1000000)
			return -EINVAL;
	}
	if (tz != NULL && copy_from_user(zone, tz, sizeof(zone)) != 0)
		return -EFAULT;
	if (tv == NULL)
		return capable(CAP_SYS_TIME) ? 0 : -EPERM;
	return set_realtime(t.tv_sec, (s64)t.tv_usec * 1000);
}

/* --- sleeping --- */

/* May one sleep by it? => 0; -EINVAL no such clock; -EOPNOTSUPP */
static int sleep_check(int clock)
{
	u64 now;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
	case CLOCK_PROCESS_CPUTIME_ID:
		return 0;
	default:
		return clock_read(clock, &now) != 0 ? -EINVAL : -EOPNOTSUPP;
	}
}

static u64 sleep_clock_ns(bool cpu)
{
	return cpu ? process_run_ns(current) : clock_ns();
}

/* Until the process has run so long: a guess, and another look. Only other threads can bring that about.
 * => 0, -ERESTARTNOHAND a signal came first */
static int sleep_until_run(u64 when_ns)
{
	const volatile u32 *nr_threads = &current->signal->nr_threads;
	int err = 0;

	while (err == 0) {
		u64 run = process_run_ns(current), missing = when_ns - run;

		if (run >= when_ns)
			break;
		missing = MAX(missing / sched_nr_cpus(), (u64)NSEC_PER_TICK);
		err = sleep_until(*nr_threads == 1 ? (u64)INT64_MAX : clock_ns() + missing);
	}
	return err;
}

/* What is left of a sleep, for the program. => 0, -EFAULT */
static int put_remaining(void __user *to, bool wide, u64 now, u64 when_ns)
{
	u32 rest;
	u64 seconds = split_seconds(now < when_ns ? when_ns - now : 0, &rest);
	struct uapi_timespec64 t64 = {(s64)seconds, rest};
	struct uapi_timespec32 t32 = {(int)seconds, (int)rest};

	if (to == NULL)
		return 0;
	return wide ? copy_to_user(to, &t64, sizeof(t64)) : copy_to_user(to, &t32, sizeof(t32));
}

/* A relative sleep, up to when_ns by the clock of `cpu`; restart_syscall(2) takes it up again. */
static long sleep_for_program(bool cpu, u64 when_ns, void __user *remaining, bool wide);

static long sleep_restart(struct restart_block *r)
{
	return sleep_for_program(r->args[0] != 0, r->when_ns, r->remaining, r->wide != 0);
}

static long sleep_for_program(bool cpu, u64 when_ns, void __user *remaining, bool wide)
{
	if ((cpu ? sleep_until_run(when_ns) : sleep_until(when_ns)) == 0)
		return 0;
	if (put_remaining(remaining, wide, sleep_clock_ns(cpu), when_ns) != 0)
		return -EFAULT;
	current->sig.restart = (struct restart_block){
		.fn = sleep_restart,
		.when_ns = when_ns,
		.remaining = remaining,
		.wide = wide,
		.args = {cpu},
	};
	return -ERESTART_RESTARTBLOCK;
}

/* Sleep by `clock` for, or until, `ns`; what is missing of a relative sleep goes to *remaining. */
static long sleep_by(int clock, bool absolute, u64 ns, void __user *remaining, bool wide)
{
	bool cpu = clock == CLOCK_PROCESS_CPUTIME_ID;

	if (!absolute)
		return sleep_for_program(cpu, MIN(sleep_clock_ns(cpu) + ns, (u64)INT64_MAX),
					 remaining, wide);
	if (cpu)
		return sleep_until_run(ns);
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI)
		return sleep_until_realtime(ns);
	return sleep_until(ns);
}

static long nanosleep32(int clock, bool absolute, const void __user *request,
			void __user *remaining)
{
	struct uapi_timespec32 t;

	if (copy_from_user(&t, request, sizeof(t)) != 0)
		return -EFAULT;
	if (!spec_valid(t.tv_sec, t.tv_nsec))
		return -EINVAL;
	return sleep_by(clock, absolute, spec_ns(t.tv_sec, t.tv_nsec), remaining, false);
}

static long nanosleep64(int clock, bool absolute, const void __user *request,
			void __user *remaining)
{
	struct uapi_timespec64 t;

	if (copy_from_user(&t, request, sizeof(t)) != 0)
		return -EFAULT;
	t.tv_nsec = (s32)t.tv_nsec; /* the upper half is padding */
	if (!spec_valid(t.tv_sec, t.tv_nsec))
		return -EINVAL;
	return sleep_by(clock, absolute, spec_ns(t.tv_sec, t.tv_nsec), remaining, true);
}

long sys_nanosleep(const void __user *request, void __user *remaining)
{
	return nanosleep32(CLOCK_MONOTONIC, false, request, remaining);
}

long sys_clock_nanosleep(int clock, int flags, const void __user *request, void __user *remaining)
{
	int err = sleep_check(clock);

	return err != 0 ? err : nanosleep32(clock, flags & TIMER_ABSTIME, request, remaining);
}

long sys_clock_nanosleep64(int clock, int flags, const void __user *request, void __user *remaining)
{
	int err = sleep_check(clock);

	return err != 0 ? err : nanosleep64(clock, flags & TIMER_ABSTIME, request, remaining);
}
