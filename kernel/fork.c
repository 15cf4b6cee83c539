/* SPDX-License-Identifier: MIT */
/*
 * fork.c - birth of a process.
 *
 *	sys_fork()   copies the address space (fork_mmu.c: machines with an MMU only)
 *	sys_vfork()  shares it, and the parent sleeps until the child execs or exits
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
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>

/* The parts that parent and child share or copy. On failure the child has none of them. */
static int process_copy(struct task *child, struct task *parent)
{
	child->files = files_fork(parent->files);
	if (child->files == NULL)
		return -ENOMEM;
	child->fs = fs_context_fork(parent->fs);
	if (child->fs == NULL) {
		files_put(child->files);
		child->files = NULL;
		return -ENOMEM;
	}
	fail_inherit(child, parent);
	return 0;
}

static void process_link(struct task *child, struct task *parent, bool vfork)
{
	spin_lock(&task_list_lock);
	child->parent = parent;
	child->parent_pid = parent->pid;
	LIST_INSERT_HEAD(&parent->children, child, sibling);
	if (vfork)
		child->vfork_parent = parent;
	spin_unlock(&task_list_lock);
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

long process_fork(struct mm *mm, bool vfork)
{
	struct task *child;
	u32 pid;
	int err;

	child = task_alloc(current->comm);
	if (ptr_is_err(child)) {
		err = ptr_err(child);
		goto put_mm;
	}
	err = process_copy(child, current);
	if (err != 0)
		goto free_task;

	child->mm = mm;
	child->active_mm = mm;
	arch_task_init_fork(child, arch_user_frame(current));
	pid = child->pid; /* the child may be gone once it runs */
	process_link(child, current, vfork);
	sched_start(child);
	if (vfork && wait_event_killable(&current->child_exit, !vfork_child_runs(pid)) != 0)
		vfork_give_up(pid);
	return (long)pid;

free_task:
	task_free(child);
put_mm:
	mm_put(mm);
	return err;
}

long sys_vfork(void)
{
	mm_get(current->mm);
	return process_fork(current->mm, true);
}
