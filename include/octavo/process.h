/* SPDX-License-Identifier: MIT */
/* process.h - processes: their birth, their end, and what ties parent and child. */
#pragma once

#include <octavo/task.h>

/* What clone(2) is asked for. */
struct clone_request {
	u32 flags;     /* CLONE_*, and in CSIGNAL the signal for the parent when the child ends */
	vaddr_t stack; /* the child's stack pointer; 0: where the caller's is */
	u32 tls;       /* with CLONE_SETTLS: as arch_task_set_tls() takes it */
	u32 __user *parent_tid, *child_tid;
};
#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

/* process_clone - a child of the current task, running from now on, that returns 0 to user mode; the
 * flags have been checked. With CLONE_VFORK the caller sleeps until the child has its own program or
 * is gone.
 *   => the child's pid; -EAGAIN no pid, -ENOMEM; -EINVAL without CLONE_VM where there is no MMU, or
 *   as arch_task_set_tls(); sleeps */
long process_clone(const struct clone_request *request);
/* process_copy_mm - a copy of the current task's address space, users 1; fork_mmu.c, fork_nommu.c.
 *   => or err_ptr(-ENOMEM), err_ptr(-EINVAL) where memory cannot be copied; sleeps */
struct mm *process_copy_mm(struct mm *parent);
/* process_leave_mm - the current task is about to leave its address space, by exec or exit: clears
 * what clear_child_tid points to, if anybody else is there to see it, and lets go of the robust futexes.
 * => sleeps */
void process_leave_mm(void);
/* child_enter - on a list of its parent's, in the order of birth: looks at those that are younger.
 * => task_list_lock held */
void child_enter(struct task_children *list, struct task *child);
/* process_vfork_done - the current task leaves its parent's address space: wake the parent. */
void process_vfork_done(void);
/* process_use_mm - the current task runs in `mm` from now on (its reference is taken over);
 *   => the mm that it had, to be put by the caller; NULL means none */
struct mm *process_use_mm(struct mm *mm);
/* process_use_files - the same with a table of descriptors. => the one that it had */
struct files *process_use_files(struct files *files);
/* process_start_init - PID 1: a kernel thread that becomes the first program. */
void process_start_init(void);
/* process_last_child_code - the full exit code of the last child that PID 1 reaped. */
int process_last_child_code(void);
