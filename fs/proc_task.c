/* SPDX-License-Identifier: MIT */
/*
 * proc_task.c - from an inode of /proc to the task that it is about.
 *
 * The task is looked up at each access, under task_list_lock, by pid and by the time of its birth:
 * an inode that is left of a task that has ended never shows another one. What a task has with a
 * count of its own (mm, files, directories) is referenced under that lock and used without it.
 */
#include "proc.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/task.h>

struct task *proc_task_lock(const struct proc_inode *p)
{
	struct task *t;

	spin_lock(&task_list_lock);
	t = task_find(p->pid);
	if (t != NULL && t->started_ns == p->born_ns) {
		__release(&task_list_lock); /* proc_task_unlock() does: sparse knows no "held if" */
		return t;
	}
	spin_unlock(&task_list_lock);
	return NULL;
}

void proc_task_unlock(void)
{
	__acquire(&task_list_lock); /* proc_task_lock() did */
	spin_unlock(&task_list_lock);
}

bool proc_task_exists(const struct proc_inode *p)
{
	if (proc_task_lock(p) == NULL)
		return false;
	proc_task_unlock();
	return true;
}

bool proc_may_inspect(const struct proc_inode *p)
{
	const struct task *t;
	bool may;

	if (p->pid == 0)
		return true;
	t = proc_task_lock(p);
	if (t == NULL)
		return true;
	may = cred_may_inspect(t, INSPECT_FS);
	proc_task_unlock();
	return may;
}

int proc_inspect_mm(const struct proc_inode *p, struct mm **mm)
{
	const struct task *t = proc_task_lock(p);
	int err = 0;

	if (t == NULL)
		return -ESRCH;
	*mm = t->mm;
	if (*mm != NULL && *mm != current->mm && !cred_may_inspect(t, INSPECT_FS))
		err = -EACCES;
	else if (*mm != NULL)
		mm_grab(*mm);
	proc_task_unlock();
	return err;
}

bool proc_is_kthread(const struct proc_inode *p)
{
	struct task *t = proc_task_lock(p);
	bool kthread;

	if (t == NULL)
		return false;
	kthread = (t->flags & TASK_KTHREAD) != 0;
	proc_task_unlock();
	return kthread;
}

struct mm *proc_mm(const struct proc_inode *p)
{
	struct task *t = proc_task_lock(p);
	struct mm *mm;

	if (t == NULL)
		return NULL;
	mm = t->mm;
	if (mm != NULL)
		mm_get(mm);
	proc_task_unlock();
	return mm;
}

struct files *proc_files(const struct proc_inode *p)
{
	struct task *t = proc_task_lock(p);
	struct files *files;

	if (t == NULL)
		return NULL;
	files = t->files;
	if (files != NULL)
		files_get(files);
	proc_task_unlock();
	return files;
}

struct fs_context *proc_fs_context(const struct proc_inode *p)
{
	struct task *t = proc_task_lock(p);
	struct fs_context *fs;

	if (t == NULL)
		return NULL;
	fs = t->fs;
	if (fs != NULL)
		fs_context_get(fs);
	proc_task_unlock();
	return fs;
}
