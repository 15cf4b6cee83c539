/* SPDX-License-Identifier: MIT */
/*
 * Limits that programs meet. execve(2), path_resolution(7), getrlimit(2).
 */
#ifndef UAPI_OCTAVO_LIMITS_H
#define UAPI_OCTAVO_LIMITS_H

#define UAPI_PATH_MAX       4096        /* bytes of a path with its NUL */
#define UAPI_NAME_MAX       255         /* bytes of one component */
#define UAPI_MAX_ARG_STRLEN (32 * 4096) /* bytes of one argument with its NUL */

#define RLIMIT_CPU        0
#define RLIMIT_FSIZE      1
#define RLIMIT_DATA       2
#define RLIMIT_STACK      3
#define RLIMIT_CORE       4
#define RLIMIT_RSS        5
#define RLIMIT_NPROC      6
#define RLIMIT_NOFILE     7
#define RLIMIT_MEMLOCK    8
#define RLIMIT_AS         9
#define RLIMIT_LOCKS      10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE   12
#define RLIMIT_NICE       13
#define RLIMIT_RTPRIO     14
#define RLIMIT_RTTIME     15
#define RLIM_NLIMITS      16
#define RLIM_INFINITY     (~0UL)

struct uapi_rlimit {
	unsigned long rlim_cur;
	unsigned long rlim_max;
};

#endif
