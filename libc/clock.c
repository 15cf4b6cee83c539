/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for time. newlib's timespec has 64-bit seconds and a long
 * of nanoseconds; the kernel's wide form has 64 bits in both places.
 */
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "stub.h"

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	struct uapi_timespec64 raw;

	if (stub_result(octavo_syscall(__NR_clock_gettime64, clock, &raw)) < 0)
		return -1;
	ts->tv_sec = raw.tv_sec;
	ts->tv_nsec = (long)raw.tv_nsec;
	return 0;
}

int NEWLIB_STUB(gettimeofday)(struct timeval *tv, void *tz)
{
	struct timespec now;

	(void)tz; /* obsolete, and refused by POSIX */
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	tv->tv_sec = now.tv_sec;
	tv->tv_usec = now.tv_nsec / 1000;
	return 0;
}

int nanosleep(const struct timespec *request, struct timespec *remain)
{
	struct uapi_timespec32 wanted = {
		.tv_sec = (int)request->tv_sec,
		.tv_nsec = (int)request->tv_nsec,
	};
	struct uapi_timespec32 left = {0, 0};

	if (request->tv_sec != wanted.tv_sec) {
		errno = EINVAL;
		return -1;
	}
	if (stub_result(octavo_syscall(__NR_nanosleep, &wanted, &left)) == 0)
		return 0;
	if (remain) {
		remain->tv_sec = left.tv_sec;
		remain->tv_nsec = left.tv_nsec;
	}
	return -1;
}

unsigned int sleep(unsigned int seconds)
{
	struct timespec wanted = {.tv_sec = seconds};
	struct timespec left = {0, 0};

	return nanosleep(&wanted, &left) == 0 ? 0 : (unsigned int)left.tv_sec;
}
