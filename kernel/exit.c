/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of a task, and of its process with the last one.
 *
 *	task_exit()  gives back memory, files, directories
 *	  not the leader	leaves the process and is freed by itself
 *	  the leader		becomes a zombie
 *	  the last to end	before that: hands the process's children to PID 1
 *	  the last to leave	tells the parent (sys_wait.c), or buries the leader where the parent does
 *				not want to know
 *
 * A child's state, its place in the lists and its exit status are protected by task_list_lock. However
 * many children there are, the lock is held for REAPER_STEP of them at a time.
 *
 *	parent --> children: child - child - child	run, sleep, are stopped
 *	      '--> zombies:  child - child		have ended: wait4(2) takes the oldest that has news
 */
#include <octavo/arch.h>
#include <octavo/cpu_time.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fs.h>
#include <octavo/futex.h>
#include <octavo/machine.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/shm.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/tty.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/ptrace.h>
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
		t->signal->max_resident = MAX(t->signal->max_resident, mm_peak_resident(old));
	t->mm = mm;
	t->active_mm = mm != NULL ? mm : &kernel_mm;
	mm_load(loaded, t->active_mm);
	arch_irq_restore(s);
	spin_unlock(&task_list_lock);
	return old;
}

void process_leave_mm(void)
{
	struct task *t = current;

	if (unlikely(t->robust_list != NULL) && t->mm != NULL)
		futex_robust_exit();
	if (likely(t->clear_child_tid == NULL))
		return;
	if (t->mm != NULL && atomic_read(&t->mm->users) > 1) {
		try_put_user_u32(0, t->clear_child_tid);
		futex_wake_address(t->clear_child_tid);
	}
	t->clear_child_tid = NULL;
}

struct files *process_use_files(struct files *files)
{
	struct task *t = current;
	struct files *old = t->files;

	spin_lock(&task_list_lock);
	t->files = files;
	spin_unlock(&task_list_lock);
	return old;
}

/* Who takes the children of a dying task: its nearest ancestor that said so (prctl(2)), or PID 1. */
static struct task *reaper_of(const struct task *t)
{
	struct task *up = t->parent;

	while (up != NULL && up->signal != init_task->signal && !up->signal->subreaper)
		up = up->parent;
	return up != NULL ? up : init_task;
}

/* What the threads of a process wanted to be told when this parent, the current process, is dead. It is
 * as if the parent had sent it. prctl(2), PR_SET_PDEATHSIG => how many threads there are */
static u32 tell_parents_death(struct task *child)
{
	const struct siginfo info = {
		.code = SI_USER, .pid = current->tgid, .uid = current->cred->uid};
	struct task *thread;
	u32 threads = 0;

	LIST_FOREACH(thread, &child->signal->threads, thread_link) {
		int sig = thread->parent_death_signal;

		if (sig != 0 && signal_may_send(current, thread, sig))
			signal_send(thread, sig, &info);
		threads++;
	}
	return threads;
}

void child_enter(struct task_children *list, struct task *child)
{
	struct task *older;

	assert_held(&task_list_lock);
	TAILQ_FOREACH_REVERSE(older, list, task_children, sibling) {
		if (older->started_ns <= child->started_ns)
			break;
	}
	if (older != NULL)
		TAILQ_INSERT_AFTER(list, older, child, sibling);
	else
		TAILQ_INSERT_HEAD(list, child, sibling);
}

#define REAPER_STEP 32u /* of children and their threads, while task_list_lock is held once */

/* `child` of the dying task t, on neither list now, becomes its reaper's, behind those that it has.
 * => how many tasks were looked at */
static u32 child_to_reaper(struct task *t, struct task *child, struct task *reaper)
{
	u32 looked = 1;

	child->parent = reaper;
	child->parent_pid = reaper->pid;
	child->exit_signal = SIGCHLD; /* whoever reaps waits for what all do */
	if (process_ended(child)) {
		TAILQ_INSERT_TAIL(&reaper->zombies, child, sibling);
		if (!is_traced(child) && signal_parent_of_end(child)) {
			TAILQ_REMOVE(&reaper->zombies, child, sibling);
			task_unlist(child);
			sched_bury(child);
			return looked;
		}
	} else {
		TAILQ_INSERT_TAIL(&reaper->children, child, sibling);
	}
	if (unlikely(child->signal->death_signals))
		looked += tell_parents_death(child);
	pgrp_parent_lost(child, t, NULL);
	return looked;
}

/* Hand children of a dying task to its reaper, which waits for those that have ended.
 * => false: there are more */
static bool children_to_reaper(struct task *t)
{
	struct task *reaper = reaper_of(t);

	assert_held(&task_list_lock);
	for (u32 n = 0; n < REAPER_STEP;) {
		struct task_children *list = TAILQ_EMPTY(&t->zombies) ? &t->children : &t->zombies;
		struct task *child = TAILQ_FIRST(list);

		if (child == NULL)
			return true;
		TAILQ_REMOVE(list, child, sibling);
		n += child_to_reaper(t, child, reaper);
	}
	return false;
}

/* Who looks at another task's files does so with task_list_lock held: none can be there any more. */
static void process_leave_files(struct task *t)
{
	struct files *files = t->files;
	struct fs_context *fs = t->fs;

	process_use_files(NULL);
	if (fs != NULL)
		fs_context_leave(t);
	if (files != NULL)
		files_put(files);
	if (fs != NULL)
		fs_context_put(fs);
}

/* The process that t leads has ended. [task_list_lock] => true: nobody waits for it */
static bool process_end(struct task *t)
{
	assert_held(&task_list_lock);
	t->exit_status = t->signal->exit_status;
	t->exit_code = t->signal->exit_code;
	pgrp_parent_lost(t, t->parent, t);
	TAILQ_REMOVE(&t->parent->children, t, sibling);
	child_enter(&t->parent->zombies, t);
	if (unlikely(is_traced(t)) && ptrace_process_ends(t))
		return false;
	if (!signal_parent_of_end(t))
		return false;
	TAILQ_REMOVE(&t->parent->zombies, t, sibling);
	task_unlist(t);
	return true;
}

/* The current task stops being a thread of its process. [task_list_lock] */
static void thread_end(struct task *t)
{
	struct signal_state *s = t->signal;
	struct task *leader = s->leader;

	t->state = TASK_ZOMBIE;
	if (t != leader) {
		if (unlikely(is_traced(t)))
			ptrace_thread_ends(t);
		signal_leave(t);
		task_unlist(t);
		t->state = TASK_DEAD;
	}
	if (unlikely(s->execer != NULL)) {
		wake_all(&s->gone); /* it takes over from here */
	} else if (process_ended(leader) && process_end(leader)) {
		if (t == leader)
			t->state = TASK_DEAD;
		else
			sched_bury(leader);
	}
}

void task_exit(int status, int code)
{
	struct task *t = current;
	struct mm *mm;
	bool last = signal_exit(status, code);

	if (last && init_task != NULL && t->signal == init_task->signal) {
		machine_set_status(status, code);
		machine_end();
	}
	if (last)
		tty_process_exits();
	process_leave_mm();
	process_leave_files(t);
	mm = process_use_mm(NULL);
	if (mm != NULL)
		mm_put(mm);
	shm_task_exit(t);
	process_vfork_done();
	fail_forget(t);
	if (!task_is_leader(t))
		task_reap_dead(); /* threads that ended before: one stays, not all */
	lockval_assert_none("task_exit");

	spin_lock(&task_list_lock);
	while (!ptrace_tracer_left(t) || (last && !children_to_reaper(t->signal->leader))) {
		spin_unlock(&task_list_lock); /* the last time, nobody gets us as tracer or parent
						* any more */
		spin_lock(&task_list_lock);
	}
	t->exit_status = status;
	t->exit_code = code;
	if (t->flags & TASK_KTHREAD)
		t->state = TASK_DEAD;
	else
		thread_end(t);
	sched_exit(&task_list_lock);
}

long sys_exit(int code)
{
	int status = (code & 0xff) << 8;

	if (unlikely(is_traced(current)))
		ptrace_event(PTRACE_EVENT_EXIT, (u32)status);
	task_exit(status, code);
}

long sys_exit_group(int code)
{
	struct signal_state *s = current->signal;
	int status = (code & 0xff) << 8;

	if (unlikely(is_traced(current)))
		ptrace_event(PTRACE_EVENT_EXIT, (u32)status);
	if (unlikely(s->nr_threads > 1)) {
		signal_exit_group(status, code);
		status = s->exit_status;
		code = s->exit_code;
	}
	task_exit(status, code);
}
