/* SPDX-License-Identifier: MIT */
/* process.h - processes: their birth, their end, and what ties parent and child. */
#pragma once

#include <octavo/task.h>

/* process_fork - a child of the current task, running from now on, that returns 0 to user mode.
 * `mm`: its address space (one `users` reference, taken over in any case); `vfork`: the caller
 * sleeps until the child has its own program or is gone.
 *   => the child's pid; -EAGAIN no pid, -ENOMEM; sleeps */
long process_fork(struct mm *mm, bool vfork);
/* process_vfork_done - the current task leaves its parent's address space: wake the parent. */
void process_vfork_done(void);
/* process_use_mm - the current task runs in `mm` from now on (its reference is taken over);
 *   => the mm that it had, to be put by the caller; NULL means none */
struct mm *process_use_mm(struct mm *mm);
/* process_start_init - PID 1: a kernel thread that becomes the first program. */
void process_start_init(void);
/* process_last_child_code - the full exit code of the last child that PID 1 reaped. */
int process_last_child_code(void);
