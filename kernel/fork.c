/* SPDX-License-Identifier: MIT */
/*
 * fork.c - birth of a process or a thread: fork(2), vfork(2), clone(2).
 *
 *	fork    copies the address space (process_copy_mm(): fork_mmu.c, fork_nommu.c)
 *	vfork   shares it, and the parent sleeps until the child execs or exits
 *	clone   either, as its flags say, and where the child's stack is and its pid goes; with
 *		CLONE_THREAD one more thread of the caller's process
 *
 * A child that stores its own pid (CLONE_CHILD_SETTID) begins as a kernel thread does, stores it in
 * its own memory, and then leaves for user mode; every other begins there.
 *
 * Everything that can fail happens before the child is on any list; then it is linked under
 * task_list_lock and started.
 */
#include <arch/frame.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fs.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <octavo/why.h>
#include <uapi/octavo/ptrace.h>
#include <uapi/octavo/sched.h>
#include <uapi/octavo/signal.h>

static void process_uncopy(struct task *child)
{
	struct fs_context *fs = child->fs;

	fail_forget(child);
	fs_context_leave(child);
	fs_context_put(fs);
	files_put(child->files);
	child->files = NULL;
}

/* => 0; -ENOMEM; -EAGAIN */
static int copy_fs_context(struct task *child, struct task *parent, u32 flags)
{
	int err = 0;

	if (flags & CLONE_FS) {
		err = fs_context_join(parent->fs);
		child->fs = err == 0 ? parent->fs : NULL;
	} else {
		child->fs = fs_context_fork(parent->fs);
		if (child->fs == NULL)
			err = -ENOMEM;
	}
	return err;
}

/* The parts that parent and child share or copy. On failure the child has none of them. */
static int process_copy(struct task *child, struct task *parent, u32 flags)
{
	int err;

	if (flags & CLONE_FILES)
		files_get(child->files = parent->files);
	else
		child->files = files_fork(parent->files);
	if (child->files == NULL)
		return -ENOMEM;
	err = copy_fs_context(child, parent, flags);
	if (err != 0) {
		files_put(child->files);
		child->files = NULL;
		return err;
	}
	fail_inherit(child, parent);
	if (flags & CLONE_THREAD) {
		signal_inherit_thread(child, parent);
	} else if (signal_fork(child, parent) != 0) {
		process_uncopy(child);
		return -ENOMEM;
	}
	return 0;
}

/*
 * The parent is the caller; with CLONE_PARENT it is the caller's own.
 * => 0; -ERESTARTNOINTR a signal came, which the child would have missed: fork again after it; -EAGAIN
 * the process has as many threads as it may
 */
static int process_link(struct task *child, u32 flags)
{
	struct task *me, *parent;
	int err;

	spin_lock(&task_list_lock);
	if (flags & CLONE_THREAD) {
		err = signal_join(child);
		if (err == 0 && (flags & CLONE_VFORK))
			child->vfork_parent = current;
		if (err == 0)
			task_list(child);
		spin_unlock(&task_list_lock);
		return err;
	}
	me = task_leader(current);
	parent = (flags & CLONE_PARENT) ? me->parent : me;
	child->parent = parent;
	child->parent_pid = parent->pid;
	child->pgid = me->pgid;
	child->sid = me->sid;
	child->signal->no_tty = current->signal->no_tty;
	kill_all_reach(me); /* a child would be born behind the back of kill(-1) */
	child->signal->nr_kills = me->signal->nr_kills;
	pgrp_join(child); /* from here on a signal to the group reaches it */
	if (signal_pending()) {
		pgrp_leave(child);
		spin_unlock(&task_list_lock);
		return -ERESTARTNOINTR;
	}
	if (flags & CLONE_VFORK)
		child->vfork_parent = current;
	task_list(child);
	child_enter(&parent->children, child);
	spin_unlock(&task_list_lock);
	return 0;
}

/* Still sharing our memory? The child clears the field when it execs or exits; a child that is
 * gone from our list has done so too. */
static bool vfork_child_runs(u32 pid)
{
	struct task *child;
	bool runs;

	spin_lock(&task_list_lock);
	child = task_find(pid);
	runs = child != NULL && child->vfork_parent == current;
	spin_unlock(&task_list_lock);
	return runs;
}

/* We are to die and no longer wait: the child must not wake a task that is gone. */
static void vfork_give_up(u32 pid)
{
	struct task *child;

	spin_lock(&task_list_lock);
	child = task_find(pid);
	if (child != NULL && child->vfork_parent == current)
		child->vfork_parent = NULL;
	spin_unlock(&task_list_lock);
}

void process_vfork_done(void)
{
	struct task *parent;

	if (likely(current->vfork_parent == NULL))
		return;
	spin_lock(&task_list_lock);
	parent = current->vfork_parent;
	current->vfork_parent = NULL;
	/* The parent cannot be freed meanwhile: it would have to take this lock to exit. */
	if (parent != NULL)
		wake_all(&parent->child_exit);
	spin_unlock(&task_list_lock);
}

/* The first steps of a child that stores its pid; a bad address is the program's own affair. */
static int child_stores_pid(void *child_tid)
{
	try_put_user_u32(current->pid, (u32 __user __force *)child_tid);
	arch_enter_user(arch_user_frame(current));
}

/* Registers, stack and thread-local segment of the child. => 0; the errors of arch_task_set_tls() */
static int child_prepare(struct task *child, const struct clone_request *r)
{
	struct trapframe *frame = arch_user_frame(child);
	int err = 0;

	arch_task_init_fork(child, arch_user_frame(current));
	if (r->stack != 0)
		frame_set_sp(frame, r->stack);
	if (r->flags & CLONE_SETTLS)
		err = arch_task_set_tls(child, r->tls);
	if (err == 0 && (r->flags & CLONE_CHILD_SETTID)) {
		struct trapframe keep = *frame;

		arch_task_init_kernel(child, child_stores_pid, (void __force *)r->child_tid);
		*frame = keep;
	}
	/* A sibling ends as its maker does: nobody chooses what another process's parent gets. */
	child->exit_signal =
		r->flags & CLONE_PARENT ? task_leader(current)->exit_signal : r->flags & CSIGNAL;
	child->clear_child_tid = (r->flags & CLONE_CHILD_CLEARTID) ? r->child_tid : NULL;
	return err;
}

/* A child of the current task in `mm`, whose reference is taken over in any case. */
static long process_clone_into(struct mm *mm, const struct clone_request *r)
{
	struct tracee *spare = NULL;
	struct task *child;
	u32 pid, event = 0;
	int err;

	child = task_alloc_thread(current->comm,
				  (r->flags & CLONE_THREAD) ? current->signal : NULL);
	if (ptr_is_err(child)) {
		err = ptr_err(child);
		goto put_mm;
	}
	err = child_prepare(child, r);
	if (err == 0)
		err = process_copy(child, current, r->flags);
	if (err != 0)
		goto free_task;
	if (unlikely(is_traced(current))) {
		err = ptrace_fork_prepare(r->flags, &event, &spare);
		if (err != 0)
			goto undo_copy;
	}
	if ((r->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		child->sig.alt_size = 0; /* both would run on it */

	pid = child->pid; /* the child may be gone once it runs */
	child->mm = mm;
	child->active_mm = mm;
	err = process_link(child, r->flags);
	if (err != 0)
		goto free_spare;
	if (spare != NULL)
		ptrace_fork(child, spare);
	if (r->flags & CLONE_PARENT_SETTID)
		try_put_user_u32(pid, r->parent_tid); /* as Linux: a bad address is no error */
	sched_start(child);
	if (event != 0)
		ptrace_event(event, pid);
	if (r->flags & CLONE_VFORK) {
		if (wait_event_killable(&current->child_exit, !vfork_child_runs(pid)) != 0)
			vfork_give_up(pid);
		if (unlikely(is_traced(current)))
			ptrace_event(PTRACE_EVENT_VFORK_DONE, pid);
	}
	return (long)pid;

free_spare:
	kfree(spare);
undo_copy:
	child->mm = NULL;
	process_uncopy(child);
free_task:
	task_free(child);
put_mm:
	mm_put(mm);
	return err;
}

long process_clone(const struct clone_request *r)
{
	struct mm *mm = current->mm;

	if (r->flags & CLONE_VM)
		mm_get(mm);
	else
		mm = process_copy_mm(mm);
	return ptr_is_err(mm) ? ptr_err(mm) : process_clone_into(mm, r);
}

long sys_vfork(void)
{
	static const struct clone_request request = {.flags = CLONE_VM | CLONE_VFORK | SIGCHLD};

	return process_clone(&request);
}

/*
 * Linux's checks, in its order; then what this kernel does not do: to share signal handlers without
 * being threads of one process, or a descriptor for the child, is ENOSYS; to have a namespace of one's
 * own EINVAL, as on a Linux that was built without them.
 */
static int clone_check(u32 flags)
{
	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
		return -EINVAL;
	if ((flags & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->signal == init_task->signal)
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_DETACHED | CLONE_PARENT_SETTID)))
		return -EINVAL;
	if (flags & CLONE_NAMESPACES)
		return -EINVAL;
	if ((flags & CLONE_PIDFD) || (flags & (CLONE_SIGHAND | CLONE_THREAD)) == CLONE_SIGHAND) {
		why("clone: ENOSYS: flags %08x ask for handlers of two processes, or a pidfd",
		    flags);
		return -ENOSYS;
	}
	return 0;
}

long sys_clone(u32 flags, vaddr_t stack, u32 __user *parent_tid, u32 tls, u32 __user *child_tid)
{
	struct clone_request request = {
		.flags = flags,
		.stack = stack,
		.tls = tls,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
	};
	int err = clone_check(flags);

	return err != 0 ? err : process_clone(&request);
}
