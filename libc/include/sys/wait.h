/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children. wait(2), wait4(2).
 */
#ifndef _SYS_WAIT_H
#define _SYS_WAIT_H

#include <sys/types.h>
#include <uapi/octavo/wait.h>

struct rusage;

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

#ifdef _COMPILING_NEWLIB
pid_t _wait(int *status);
#endif

#endif
