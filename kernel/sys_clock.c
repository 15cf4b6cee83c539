/* SPDX-License-Identifier: MIT */
/*
 * sys_clock.c - resolution, setting and sleeping of the clocks, in both widths: clock_getres(2),
 * clock_settime(2), clock_nanosleep(2). Reading them is time.c's.
 *
 * A sleeper on the real-time clock with an absolute end looks at that clock again whenever it is
 * set; every other sleep is one of the monotonic clock.
 */
#include <octavo/config.h>
#include <octavo/cpu_time.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

static bool spec_valid(s64 sec, s64 nsec)
{
	return sec >= 0 && nsec >= 0 && nsec < (s64)NSEC_PER_SEC;
}

/* Nanoseconds of a time; what 64 bits do not hold is for ever. */
static u64 spec_ns(s64 sec, s64 nsec)
{
	if (sec > INT32_MAX)
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
	if (!spec_valid(sec, nsec))
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

/* Sleep by `clock` for, or until, `ns`; what is missing of a relative sleep goes to *remaining. */
static long sleep_by(int clock, bool absolute, u64 ns, void __user *remaining, bool wide)
{
	u64 when, now = clock_ns();

	if (clock == CLOCK_PROCESS_CPUTIME_ID) /* who sleeps uses none */
		when = ns == 0 || (absolute && ns <= process_run_ns(current)) ? now : INT64_MAX;
	else if (absolute && (clock == CLOCK_REALTIME || clock == CLOCK_TAI))
		return sleep_until_realtime(ns);
	else
		when = absolute ? ns : MIN(now + ns, (u64)INT64_MAX);
	return absolute ? sleep_until(when) : sleep_for_program(when, remaining, wide);
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
