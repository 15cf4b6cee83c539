/* SPDX-License-Identifier: MIT */
/*
 * System calls without a wrapper.
 */
#ifndef _SYS_SYSCALL_H
#define _SYS_SYSCALL_H

#include <uapi/octavo/unistd.h>

/*
 * Makes call NR with up to six arguments and returns the kernel's own result:
 * errors are -errno, and errno stays as it is.
 */
long octavo_syscall(long nr, ...);

#endif
