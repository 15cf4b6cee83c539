/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of a process, and wait4(2).
 *
 *	task_exit()  gives back memory, files, directories; hands its children to PID 1; becomes a
 *	             zombie under task_list_lock and wakes its parent
 *	wait4()      finds a zombie child, takes it off the lists, waits until it has left its stack,
 *	             and frees it
 *
 * A child's state, its place in the lists and its exit status are protected by task_list_lock.
 */
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fs.h>
#include <octavo/machine.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/signal.h>
#include <uapi/octavo/wait.h>

struct task *init_task;

/* What PID 1 reaped last: the machine's exit status in full. Only PID 1 writes it. */
static int last_child_code;

int process_last_child_code(void)
{
	return last_child_code;
}

struct mm *process_use_mm(struct mm *mm)
{
	struct task *t = current;
	struct mm *old = t->mm;
	struct mm *loaded;
	irqstate_t s;

	spin_lock(&task_list_lock); /* whoever looks at t->mm under it finds it alive */
	s = arch_irq_save();
	loaded = t->active_mm;
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

/* Hand the children of a dying task to PID 1, which reaps those that have ended. */
static void children_to_init(struct task *t)
{
	struct task *child;
	bool any_zombie = false;

	assert_held(&task_list_lock);
	while ((child = LIST_FIRST(&t->children)) != NULL) {
		LIST_REMOVE(child, sibling);
		child->parent = init_task;
		child->parent_pid = init_task->pid;
		child->exit_signal = SIGCHLD; /* init waits for what all do */
		LIST_INSERT_HEAD(&init_task->children, child, sibling);
		any_zombie |= child->state == TASK_ZOMBIE;
	}
	if (any_zombie)
		wake_all(&init_task->child_exit);
}

void task_exit(int status, int code)
{
	struct task *t = current;
	struct mm *mm;

	if (t == init_task) {
		machine_set_status(status, code);
		machine_end();
	}
	process_leave_mm();
	if (t->files != NULL) {
		files_put(t->files);
		t->files = NULL;
	}
	if (t->fs != NULL) {
		fs_context_put(t->fs);
		t->fs = NULL;
	}
	mm = process_use_mm(NULL);
	if (mm != NULL)
		mm_put(mm);
	process_vfork_done();
	fail_forget(t);
	lockval_assert_none("task_exit");

	spin_lock(&task_list_lock);
	children_to_init(t);
	t->exit_status = status;
	t->exit_code = code;
	if (t->flags & TASK_KTHREAD) {
		t->state = TASK_DEAD;
	} else {
		t->state = TASK_ZOMBIE;
		wake_all(&t->parent->child_exit);
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

/* Is `child` one that wait4(pid) asks for? All processes are in one process group. A child that
 * clone(2) made to send another signal than SIGCHLD, or none, is waited for by name only. */
static bool wait_matches(const struct task *child, int pid, int options)
{
	if (!(options & __WALL) &&
	    (child->exit_signal != SIGCHLD) != (((u32)options & __WCLONE) != 0))
		return false;
	return pid == -1 || pid == 0 || child->pid == (u32)pid;
}

/* Look for a zombie that matches and take it off the lists.
 *   => it; NULL with *err 0 where one may still end, -ECHILD where there is none to wait for */
static struct task *wait_take_zombie(int pid, int options, int *err)
{
	struct task *child, *found = NULL;

	*err = -ECHILD;
	spin_lock(&task_list_lock);
	LIST_FOREACH(child, &current->children, sibling) {
		if (!wait_matches(child, pid, options))
			continue;
		*err = 0;
		if (child->state == TASK_ZOMBIE) {
			found = child;
			LIST_REMOVE(child, sibling);
			break;
		}
	}
	spin_unlock(&task_list_lock);
	return found;
}

/* i386's and ARM's struct rusage: two timevals and fourteen longs. getrusage(2) */
struct rusage32 {
	s32 utime_sec, utime_usec;
	s32 rest[16];
};

/*
 * The status is written after the child is taken: where the address is bad the child is gone all
 * the same, as on Linux.
 */
static long wait_reap(struct task *child, int __user *status, void __user *rusage)
{
	struct rusage32 ru;
	int word = child->exit_status;
	long pid = (long)child->pid;
	int err = 0;

	memset(&ru, 0, sizeof(ru));
	ru.utime_sec = (s32)(child->run_ns / 1000000000u);
	ru.utime_usec = (s32)(child->run_ns % 1000000000u / 1000u);
	if (current == init_task)
		last_child_code = child->exit_code;
	sched_wait_inactive(child);
	task_free(child);
	if (status != NULL)
		err = copy_to_user(status, &word, sizeof(word));
	if (err == 0 && rusage != NULL)
		err = copy_to_user(rusage, &ru, sizeof(ru));
	return err != 0 ? err : pid;
}

long sys_wait4(int pid, int __user *status, int options, void __user *rusage)
{
	struct task *child = NULL;
	int err = 0, interrupted;

	if (options & ~(int)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WALL | __WCLONE))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid < -1)
		return -ECHILD; /* another process group */

	if (options & WNOHANG) {
		child = wait_take_zombie(pid, options, &err);
		if (child == NULL)
			return err;
	} else {
		interrupted = wait_event_killable(
			&current->child_exit,
			(child = wait_take_zombie(pid, options, &err)) != NULL || err != 0);
		if (interrupted)
			return interrupted;
		if (child == NULL)
			return err;
	}
	return wait_reap(child, status, rusage);
}

long sys_waitpid(int pid, int __user *status, int options)
{
	return sys_wait4(pid, status, options, NULL);
}
