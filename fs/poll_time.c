/* SPDX-License-Identifier: MIT */
/* poll_time.c - see poll_time.h. A timeout is a time of clock_ns() from the call's beginning on. */
#include "poll_time.h"

#include <octavo/errno.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

#define USEC_PER_SEC  1000000u
#define NSEC_PER_USEC 1000u
#define SECONDS_MAX   INT32_MAX /* more is for ever */

/* One format for all. => 0, -EFAULT */
static int read_timeout(struct uapi_timespec64 *t, const void __user *user, enum time_format format)
{
	struct uapi_timespec32 narrow; /* struct timeval has the same shape */

	if (format == TIME_TIMESPEC64)
		return copy_from_user(t, user, sizeof(*t));
	if (copy_from_user(&narrow, user, sizeof(narrow)) != 0)
		return -EFAULT;
	t->tv_sec = narrow.tv_sec;
	t->tv_nsec = narrow.tv_nsec;
	if (format == TIME_TIMEVAL32) {
		t->tv_sec += narrow.tv_nsec / (int)USEC_PER_SEC;
		t->tv_nsec = narrow.tv_nsec % (int)USEC_PER_SEC * (int)NSEC_PER_USEC;
	}
	return 0;
}

int poll_end_time(struct poll_end_time *end, const void __user *timeout, enum time_format format)
{
	struct uapi_timespec64 t;

	*end = (struct poll_end_time){.timed = false};
	if (timeout == NULL)
		return 0;
	if (read_timeout(&t, timeout, format) != 0)
		return -EFAULT;
	if (format == TIME_TIMESPEC64)
		t.tv_nsec = (s32)t.tv_nsec; /* the upper half is padding for 32-bit programs */
	if (t.tv_sec < 0 || t.tv_nsec < 0 || t.tv_nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	end->timed = true;
	end->at_once = t.tv_sec == 0 && t.tv_nsec == 0;
	end->ns = clock_ns() + (u64)MIN(t.tv_sec, (s64)SECONDS_MAX) * NSEC_PER_SEC + (u64)t.tv_nsec;
	return 0;
}

static int write_timeout(u64 left_ns, void __user *user, enum time_format format)
{
	struct uapi_timespec32 narrow;
	struct uapi_timespec64 wide;
	u32 rest, seconds = (u32)split_seconds(left_ns, &rest);

	if (format == TIME_TIMESPEC64) {
		wide = (struct uapi_timespec64){seconds, rest};
		return copy_to_user(user, &wide, sizeof(wide));
	}
	if (format == TIME_TIMEVAL32)
		rest /= NSEC_PER_USEC;
	narrow = (struct uapi_timespec32){(int)seconds, (int)rest};
	return copy_to_user(user, &narrow, sizeof(narrow));
}

long poll_time_left(const struct poll_end_time *end, void __user *timeout, enum time_format format,
		    long result)
{
	u64 now;

	if (!end->timed || end->at_once)
		return result;
	now = clock_ns();
	if (write_timeout(now < end->ns ? end->ns - now : 0, timeout, format) != 0 &&
	    result == -ERESTARTNOHAND)
		return -EINTR;
	return result;
}

int poll_mask_set(const void __user *mask, u32 size)
{
	struct signal_thread *st = &current->sig;
	sigset_bits set;

	if (mask == NULL)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) != 0)
		return -EFAULT;
	st->saved = st->blocked;
	signal_set_blocked(set);
	st->restore_saved = true;
	return 0;
}

/* Where a signal ended the call, the mask is put back when its handler's frame stands. */
long poll_mask_done(long result)
{
	struct signal_thread *st = &current->sig;

	if (st->restore_saved && result != -ERESTARTNOHAND) {
		st->restore_saved = false;
		signal_set_blocked(st->saved);
	}
	return result;
}
