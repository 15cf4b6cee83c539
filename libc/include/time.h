/* SPDX-License-Identifier: MIT */
/*
 * In front of newlib's <time.h>, which it includes: its clocks are numbered
 * otherwise than the kernel's, and without _POSIX_TIMERS it declares no calls.
 */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include_next <time.h>

#undef CLOCK_REALTIME
#undef CLOCK_MONOTONIC
#undef CLOCK_PROCESS_CPUTIME_ID
#undef CLOCK_THREAD_CPUTIME_ID
#undef CLOCK_MONOTONIC_RAW
#undef CLOCK_REALTIME_COARSE
#undef CLOCK_MONOTONIC_COARSE
#undef CLOCK_BOOTTIME
#undef TIMER_ABSTIME
#include <uapi/octavo/time.h>

int clock_gettime(clockid_t clock, struct timespec *ts);
int nanosleep(const struct timespec *request, struct timespec *remain);

#endif
