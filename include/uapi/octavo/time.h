/* SPDX-License-Identifier: MIT */
/*
 * Clocks. clock_gettime(2), nanosleep(2). The plain calls carry 32-bit
 * seconds, those with 64 in their name the wide form.
 */
#ifndef UAPI_OCTAVO_TIME_H
#define UAPI_OCTAVO_TIME_H

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_TAI                11

/* CPU clock of process PID: ~PID << 3 | kind */
#define CLOCK_KIND_MASK 3
#define CLOCK_KIND_USER 1
#define CLOCK_KIND_FD   3
#define CLOCK_OF_THREAD 4 /* PID is that of a thread: its alone */

#define TIMER_ABSTIME 1

struct uapi_timespec32 {
	int tv_sec;
	int tv_nsec;
};

struct uapi_timespec64 {
	long long tv_sec;
	long long tv_nsec;
};

struct uapi_timeval32 {
	int tv_sec;
	int tv_usec;
};

#endif
