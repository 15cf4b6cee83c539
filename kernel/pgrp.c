/* SPDX-License-Identifier: MIT */
/*
 * pgrp.c - process groups and sessions. credentials(7)
 *
 *	session ── group ── process		sid <= pgid <= pid, by birth
 *
 * A group, or a session, is its members: two hash tables lead from its number to them. A process is
 * a member until it is reaped. pgid and sid change under task_list_lock and pgrp_lock together, so
 * either of them is enough to read; pgrp_lock alone finds the members of a group in an interrupt.
 * Lock order: task_list_lock > pgrp_lock > sighand_lock.
 */
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/syscall.h>
#include <octavo/task.h>

#define GROUP_BUCKETS 32

static spinlock_t pgrp_lock = SPINLOCK_INIT(pgrp_lock);
static struct task_list groups[GROUP_BUCKETS];   /* [pgrp_lock] by pgid */
static struct task_list sessions[GROUP_BUCKETS]; /* [pgrp_lock] by sid */

static void group_insert(struct task *t, u32 pgid)
{
	t->pgid = pgid;
	LIST_INSERT_HEAD(&groups[pgid % GROUP_BUCKETS], t, pgrp_link);
}

static void session_insert(struct task *t, u32 sid)
{
	t->sid = sid;
	LIST_INSERT_HEAD(&sessions[sid % GROUP_BUCKETS], t, session_link);
}

/* Any member of the group, or NULL. => pgrp_lock held */
static struct task *group_find(u32 pgid)
{
	struct task *t;

	LIST_FOREACH(t, &groups[pgid % GROUP_BUCKETS], pgrp_link) {
		if (t->pgid == pgid)
			return t;
	}
	return NULL;
}

static struct task *session_find(u32 sid)
{
	struct task *t;

	LIST_FOREACH(t, &sessions[sid % GROUP_BUCKETS], session_link) {
		if (t->sid == sid)
			return t;
	}
	return NULL;
}

void pgrp_join(struct task *t)
{
	irqstate_t irqs;

	assert_held(&task_list_lock);
	irqs = spin_lock_irqsave(&pgrp_lock);
	group_insert(t, t->pgid);
	session_insert(t, t->sid);
	spin_unlock_irqrestore(&pgrp_lock, irqs);
}

void pgrp_leave(struct task *t)
{
	irqstate_t irqs;

	assert_held(&task_list_lock);
	if (t->pgid == 0) /* a kernel thread, or a task that never was linked */
		return;
	irqs = spin_lock_irqsave(&pgrp_lock);
	LIST_REMOVE(t, pgrp_link);
	LIST_REMOVE(t, session_link);
	t->pgid = 0;
	t->sid = 0;
	spin_unlock_irqrestore(&pgrp_lock, irqs);
}

void pgrp_replace(struct task *old, struct task *t)
{
	irqstate_t irqs;

	assert_held(&task_list_lock);
	irqs = spin_lock_irqsave(&pgrp_lock);
	LIST_REMOVE(old, pgrp_link);
	LIST_REMOVE(old, session_link);
	group_insert(t, old->pgid);
	session_insert(t, old->sid);
	old->pgid = 0;
	old->sid = 0;
	spin_unlock_irqrestore(&pgrp_lock, irqs);
}

bool pgrp_id_in_use(u32 id)
{
	irqstate_t irqs = spin_lock_irqsave(&pgrp_lock);
	bool used = group_find(id) != NULL || session_find(id) != NULL;

	spin_unlock_irqrestore(&pgrp_lock, irqs);
	return used;
}

int pgrp_for_each(u32 pgid, int (*fn)(struct task *t, void *arg), void *arg)
{
	irqstate_t irqs = spin_lock_irqsave(&pgrp_lock);
	struct task *t;
	int result = 0;

	LIST_FOREACH(t, &groups[pgid % GROUP_BUCKETS], pgrp_link) {
		if (t->pgid == pgid)
			result = fn(t, arg);
		if (result != 0)
			break;
	}
	spin_unlock_irqrestore(&pgrp_lock, irqs);
	return result;
}

struct group_send {
	int sig, nr;
};

static int send_to_member(struct task *t, void *arg)
{
	struct group_send *what = arg;

	(void)signal_send(t, what->sig, NULL);
	what->nr++;
	return 0;
}

int signal_send_group(u32 pgid, int sig)
{
	struct group_send what = {.sig = sig};

	(void)pgrp_for_each(pgid, send_to_member, &what);
	return what.nr > 0 ? 0 : -ESRCH;
}

/* --- orphaned groups --- */

static int ties_to_session(struct task *t, void *but)
{
	const struct task *parent = t->parent;

	if (t == but || process_ended(t) || parent == NULL || parent == init_task)
		return 0;
	return parent->pgid != t->pgid && parent->sid == t->sid;
}

bool pgrp_is_orphaned(u32 pgid, const struct task *but)
{
	assert_held(&task_list_lock);
	return pgrp_for_each(pgid, ties_to_session, (void *)(uintptr_t)but) == 0;
}

static int is_stopped(struct task *t, void *arg)
{
	(void)arg;
	return t->signal->stopped_by != 0;
}

void pgrp_parent_lost(struct task *t, const struct task *parent, const struct task *dying)
{
	assert_held(&task_list_lock);
	if (t->pgid == 0 || parent == NULL || parent->pgid == t->pgid || parent->sid != t->sid)
		return;
	if (!pgrp_is_orphaned(t->pgid, dying) || pgrp_for_each(t->pgid, is_stopped, NULL) == 0)
		return;
	(void)signal_send_group(t->pgid, SIGHUP);
	(void)signal_send_group(t->pgid, SIGCONT);
}

/* --- system calls --- */

/* May the current process put t into a group? setpgid(2), in Linux's order. */
static int check_setpgid(const struct task *t)
{
	const struct task *me = task_leader(current);

	if (t->parent == me) {
		if (t->sid != me->sid)
			return -EPERM;
		if (t->signal->has_execed)
			return -EACCES;
	} else if (t != me) {
		return -ESRCH;
	}
	return t->signal->session_leader ? -EPERM : 0;
}

long sys_setpgid(int pid, int pgid)
{
	u32 id = pid != 0 ? (u32)pid : current->tgid;
	u32 group = pgid != 0 ? (u32)pgid : id;
	const struct task *member;
	struct task *t;
	irqstate_t irqs;
	int err = -ESRCH;

	if (pgid < 0)
		return -EINVAL;
	spin_lock(&task_list_lock);
	t = task_find(id);
	if (t != NULL && !(t->flags & TASK_KTHREAD))
		err = task_is_leader(t) ? check_setpgid(t) : -EINVAL;
	if (err != 0)
		goto unlock;
	irqs = spin_lock_irqsave(&pgrp_lock);
	member = group_find(group);
	if (group != id && (member == NULL || member->sid != task_leader(current)->sid)) {
		err = -EPERM;
	} else if (t->pgid != group) {
		LIST_REMOVE(t, pgrp_link);
		group_insert(t, group);
	}
	spin_unlock_irqrestore(&pgrp_lock, irqs);
unlock:
	spin_unlock(&task_list_lock);
	return err;
}

/* The process that getpgid(2) or getsid(2) asks about, or NULL. => task_list_lock held */
static struct task *asked_about(int pid)
{
	struct task *t = pid != 0 ? task_find((u32)pid) : current;

	return t != NULL && (t->flags & TASK_KTHREAD) ? NULL : t != NULL ? task_leader(t) : NULL;
}

long sys_getpgid(int pid)
{
	const struct task *t;
	long pgid;

	spin_lock(&task_list_lock);
	t = asked_about(pid);
	pgid = t != NULL ? (long)t->pgid : -ESRCH;
	spin_unlock(&task_list_lock);
	return pgid;
}

long sys_getpgrp(void)
{
	return (long)task_leader(current)->pgid;
}

long sys_getsid(int pid)
{
	const struct task *t;
	long sid;

	spin_lock(&task_list_lock);
	t = asked_about(pid);
	sid = t != NULL ? (long)t->sid : -ESRCH;
	spin_unlock(&task_list_lock);
	return sid;
}

long sys_setsid(void)
{
	struct task *t = task_leader(current);
	irqstate_t irqs;
	long result = -EPERM;

	spin_lock(&task_list_lock);
	irqs = spin_lock_irqsave(&pgrp_lock);
	if (!t->signal->session_leader && group_find(t->pid) == NULL) {
		LIST_REMOVE(t, pgrp_link);
		LIST_REMOVE(t, session_link);
		group_insert(t, t->pid);
		session_insert(t, t->pid);
		t->signal->session_leader = true;
		result = (long)t->pid;
	}
	spin_unlock_irqrestore(&pgrp_lock, irqs);
	spin_unlock(&task_list_lock);
	return result;
}
