/* SPDX-License-Identifier: MIT */
/* exec.h - starting programs. */
#pragma once

#include <octavo/types.h>

struct trapframe;
/* exec_start - replace the current task's program; argv and envp are kernel strings, NULL-ended.
 *   => 0 and *frame is the start of the new program (return to user mode next); -errno and
 *   nothing has changed; after the point of no return a failure kills the task with SIGKILL */
int exec_start(const char *path, const char *const *argv, const char *const *envp,
	       struct trapframe *frame);
