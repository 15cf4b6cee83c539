/* SPDX-License-Identifier: MIT */
/* poll_time.h - timeouts and signal masks of poll(2), select(2) and their p forms, for fs/ alone. */
#pragma once

#include <octavo/types.h>

enum time_format { TIME_TIMEVAL32, TIME_TIMESPEC32, TIME_TIMESPEC64 };

struct poll_end_time {
	bool timed;   /* false: waits for ever */
	bool at_once; /* the timeout was 0 */
	u64 ns;       /* of clock_ns() */
};

/* poll_end_time - from a timeout in user memory, NULL: none. => 0, -EFAULT, -EINVAL */
int poll_end_time(struct poll_end_time *end, const void __user *timeout, enum time_format format);
/* poll_time_left - the call is over: write what is left of the timeout, as Linux does; memory that is
 * read-only does not hurt a call that has its answer, but it cannot be started again.
 *   => what the call returns for `result` */
long poll_time_left(const struct poll_end_time *end, void __user *timeout, enum time_format format,
		    long result);
/* poll_mask_set - the signal mask for the time of the call, NULL: none. => 0, -EINVAL, -EFAULT */
int poll_mask_set(const void __user *mask, u32 size);
/* poll_mask_done - the call is over; a handler that is due runs before the old mask is back.
 *   => result */
long poll_mask_done(long result);
