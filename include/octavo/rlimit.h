/* SPDX-License-Identifier: MIT */
/*
 * rlimit.h - what a process may take: getrlimit(2).
 *
 * Which limit acts where:
 *	NOFILE  the descriptor table        STACK  growth of the stack, arguments of execve(2)
 *	AS      new areas, brk, the stack   DATA   brk, private writable areas
 *	FSIZE   writing and truncating      CPU    SIGXCPU at the limit, SIGKILL at the hard one
 *	MEMLOCK locked memory               NPROC  fork, of all tasks of a user
 *	SIGPENDING siginfos that are queued to all tasks of a user
 * The others are kept and told; CORE stands at 0, for there are no core files.
 */
#pragma once

#include <octavo/task.h>

#define RLIMIT_INFINITE 0xffffffffu
#define NOFILE_MAX      65536u /* what RLIMIT_NOFILE may be raised to */

/* clang-format off: what the first process has, one line for each RLIMIT_* */
#define RLIMITS_OF_INIT                                                                             \
	{                                                                                           \
		[RLIMIT_CPU] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                  \
		[RLIMIT_FSIZE] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                \
		[RLIMIT_DATA] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                 \
		[RLIMIT_STACK] = {8u << 20, RLIMIT_INFINITE}, [RLIMIT_CORE] = {0, RLIMIT_INFINITE}, \
		[RLIMIT_RSS] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                  \
		[RLIMIT_NPROC] = {PID_MAX, PID_MAX}, [RLIMIT_NOFILE] = {1024, 4096},                \
		[RLIMIT_MEMLOCK] = {8u << 20, 8u << 20},                                            \
		[RLIMIT_AS] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                   \
		[RLIMIT_LOCKS] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                                \
		[RLIMIT_SIGPENDING] = {PID_MAX, PID_MAX}, [RLIMIT_MSGQUEUE] = {819200, 819200},     \
		[RLIMIT_NICE] = {0, 0}, [RLIMIT_RTPRIO] = {0, 0},                                   \
		[RLIMIT_RTTIME] = {RLIMIT_INFINITE, RLIMIT_INFINITE},                               \
	}
/* clang-format on */

/* rlimit - the limit that acts on the current process, in its unit; or RLIMIT_INFINITE */
static inline u32 rlimit(unsigned which)
{
	return current->signal->rlimits[which].cur;
}

/* rlimit_file_size - may a file of the current process be `size` bytes long?
 *   => 0; -EFBIG and SIGXFSZ is on its way, as for write(2); any context that may send signals */
int rlimit_file_size(u64 size);
/* rlimit_cpu - signals where the current process, with all its threads, has reached its limit of CPU time,
 * which is a second more from then on, as Linux has it. => timer interrupt */
void rlimit_cpu(void);
