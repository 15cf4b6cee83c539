/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of a process.
 *
 *	task_exit()  gives back memory, files, directories; hands its children to PID 1; becomes a
 *	             zombie under task_list_lock and tells its parent (sys_wait.c), or is gone at once
 *	             where the parent does not want to know
 *
 * A child's state, its place in the lists and its exit status are protected by task_list_lock. However
 * many children there are, the lock is held for REAPER_STEP of them at a time.
 *
 *	parent --> children: child - child - child	run, sleep, are stopped
 *	      '--> zombies:  child - child		have ended: wait4(2) looks here first
 */
#include <octavo/arch.h>
#include <octavo/cpu_time.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fs.h>
#include <octavo/machine.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/tty.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/signal.h>

struct task *init_task;

struct mm *process_use_mm(struct mm *mm)
{
	struct task *t = current;
	struct mm *old = t->mm;
	struct mm *loaded;
	irqstate_t s;

	spin_lock(&task_list_lock); /* whoever looks at t->mm under it finds it alive */
	s = arch_irq_save();
	loaded = t->active_mm;
	if (old != NULL)
		t->max_resident = MAX(t->max_resident, mm_peak_resident(old));
	t->mm = mm;
	t->active_mm = mm != NULL ? mm : &kernel_mm;
	mm_switch(loaded, t->active_mm);
	arch_irq_restore(s);
	spin_unlock(&task_list_lock);
	return old;
}

void process_leave_mm(void)
{
	struct task *t = current;

	if (likely(t->clear_child_tid == NULL))
		return;
	if (t->mm != NULL && atomic_read(&t->mm->users) > 1)
		try_put_user_u32(0, t->clear_child_tid);
	t->clear_child_tid = NULL;
}

/* Who takes the children of a dying task: its nearest ancestor that said so (prctl(2)), or PID 1. */
static struct task *reaper_of(const struct task *t)
{
	struct task *up = t->parent;

	while (up != NULL && up != init_task && !(up->attributes & ATTR_SUBREAPER))
		up = up->parent;
	return up != NULL ? up : init_task;
}

#define REAPER_STEP 32u /* children that get another parent while task_list_lock is held once */

/* `child` of the dying task t, on neither list now, becomes its reaper's. */
static void child_to_reaper(struct task *t, struct task *child, struct task *reaper)
{
	child->parent = reaper;
	child->parent_pid = reaper->pid;
	child->exit_signal = SIGCHLD; /* whoever reaps waits for what all do */
	if (child->state == TASK_ZOMBIE) {
		LIST_INSERT_HEAD(&reaper->zombies, child, sibling);
		if (signal_parent_of_end(child)) {
			LIST_REMOVE(child, sibling);
			task_unlist(child);
			sched_bury(child);
			return;
		}
	} else {
		LIST_INSERT_HEAD(&reaper->children, child, sibling);
	}
	if (child->parent_death_signal != 0)
		signal_send(child, child->parent_death_signal, NULL);
	pgrp_parent_lost(child, t, NULL);
}

/* Hand children of a dying task to its reaper, which waits for those that have ended.
 * => false: there are more */
static bool children_to_reaper(struct task *t)
{
	struct task *reaper = reaper_of(t);

	assert_held(&task_list_lock);
	for (u32 n = 0; n < REAPER_STEP; n++) {
		struct task *child = LIST_FIRST(&t->zombies);

		if (child == NULL)
			child = LIST_FIRST(&t->children);
		if (child == NULL)
			return true;
		LIST_REMOVE(child, sibling);
		child_to_reaper(t, child, reaper);
	}
	return false;
}

/* Who looks at another task's files does so with task_list_lock held: none can be there any more. */
static void process_leave_files(struct task *t)
{
	struct files *files = t->files;
	struct fs_context *fs = t->fs;

	spin_lock(&task_list_lock);
	t->files = NULL;
	t->fs = NULL;
	spin_unlock(&task_list_lock);
	if (files != NULL)
		files_put(files);
	if (fs != NULL)
		fs_context_put(fs);
}

void task_exit(int status, int code)
{
	struct task *t = current;
	struct mm *mm;

	if (t == init_task) {
		machine_set_status(status, code);
		machine_end();
	}
	tty_process_exits();
	signal_exit();
	process_leave_mm();
	process_leave_files(t);
	mm = process_use_mm(NULL);
	if (mm != NULL)
		mm_put(mm);
	process_vfork_done();
	fail_forget(t);
	lockval_assert_none("task_exit");

	spin_lock(&task_list_lock);
	while (!children_to_reaper(t)) { /* the last time, nobody gets us as parent any more */
		spin_unlock(&task_list_lock);
		spin_lock(&task_list_lock);
	}
	t->exit_status = status;
	t->exit_code = code;
	if (t->flags & TASK_KTHREAD) {
		t->state = TASK_DEAD;
	} else {
		pgrp_parent_lost(t, t->parent, t);
		t->state = TASK_ZOMBIE;
		LIST_REMOVE(t, sibling);
		LIST_INSERT_HEAD(&t->parent->zombies, t, sibling);
		if (signal_parent_of_end(t)) {
			t->state = TASK_DEAD;
			LIST_REMOVE(t, sibling);
			task_unlist(t);
		}
	}
	sched_exit(&task_list_lock);
}

long sys_exit(int code)
{
	task_exit((code & 0xff) << 8, code);
}

long sys_exit_group(int code)
{
	task_exit((code & 0xff) << 8, code);
}
