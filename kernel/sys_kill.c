/* SPDX-License-Identifier: MIT */
/*
 * sys_kill.c - the calls that send signals: kill(2), tkill(2), tgkill(2), rt_sigqueueinfo(2).
 *
 * Whom they reach is cred_may_signal()'s to say. Kernel threads are nobody to them.
 */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

static bool is_signal(int sig)
{
	return sig >= 0 && sig <= SIGNAL_MAX;
}

static struct siginfo info_from_me(int code)
{
	return (struct siginfo){.code = code, .pid = current->tgid, .uid = current->cred->uid};
}

/* The process `pid`, or NULL. => task_list_lock held */
static struct task *find_process(int pid)
{
	struct task *t = pid > 0 ? task_find((u32)pid) : NULL;

	return t != NULL && (t->flags & TASK_KTHREAD) ? NULL : t;
}

bool signal_may_send(const struct task *sender, const struct task *t, int sig)
{
	return cred_may_signal(sender, t) ||
	       (sig == SIGCONT && task_leader(t)->sid == task_leader(sender)->sid);
}

/* Send to t; sig 0 only asks. => task_list_lock held; 0, -EINVAL, -EPERM, -EAGAIN */
static int send_one(const struct task *sender, struct task *t, int sig, const struct siginfo *info,
		    bool thread)
{
	struct sigqueue *spare = NULL;
	int err;

	if (!is_signal(sig))
		return -EINVAL;
	if (!signal_may_send(sender, t, sig))
		return -EPERM;
	if (sig == 0)
		return 0;
	if (signal_wants_memory(t, sig))
		spare = sigqueue_alloc(t, sig, info);
	err = signal_send_entry(t, sig, info, thread, &spare);
	sigqueue_free(spare);
	return err;
}

static long kill_process(int pid, int sig, const struct siginfo *info)
{
	struct task *t;
	long err = -ESRCH;

	spin_lock(&task_list_lock);
	t = find_process(pid);
	if (t != NULL)
		err = send_one(current, t, sig, info, false);
	spin_unlock(&task_list_lock);
	return err;
}

/*
 * kill(-1): everybody but PID 1 and the caller, one after the other. Nobody forks whom it has not reached
 * yet, see process_link(): who is born meanwhile is the child of one that was reached, or passed over.
 */
struct kill_all {
	LIST_ENTRY(kill_all) link;
	const struct task *sender;
	int sig;
	const struct siginfo *info;
	u64 number; /* so many were there */
	long err;   /* what kill(2) says of those so far */
};

static LIST_HEAD(, kill_all) kills; /* [task_list_lock] that run, the last one first */
static u64 nr_kills;                /* [task_list_lock] since boot */

/* Who is out of reach is passed over, as on Linux. */
static void kill_one_of_all(struct kill_all *k, struct task *t)
{
	int sent;

	if (t->signal == k->sender->signal || t->signal == init_task->signal)
		return;
	sent = send_one(k->sender, t, k->sig, k->info, false);
	if (sent != -EPERM)
		k->err = sent;
	else if (k->err == -ESRCH)
		k->err = 0;
}

void kill_all_reach(struct task *t)
{
	struct kill_all *k;

	assert_held(&task_list_lock);
	LIST_FOREACH(k, &kills, link) {
		if (k->number <= t->signal->nr_kills)
			break;
		kill_one_of_all(k, t);
	}
	t->signal->nr_kills = nr_kills;
}

static long kill_all(int sig, const struct siginfo *info)
{
	struct kill_all k = {.sender = current, .sig = sig, .info = info, .err = -ESRCH};
	struct task *t;

	spin_lock(&task_list_lock);
	k.number = ++nr_kills;
	LIST_INSERT_HEAD(&kills, &k, link);
	spin_unlock(&task_list_lock);
	for (u32 pid = task_next_pid(2); pid != 0; pid = task_next_pid(pid + 1)) {
		spin_lock(&task_list_lock);
		t = find_process((int)pid);
		if (t != NULL && task_is_leader(t))
			kill_all_reach(t);
		spin_unlock(&task_list_lock);
	}
	spin_lock(&task_list_lock);
	LIST_REMOVE(&k, link);
	spin_unlock(&task_list_lock);
	return k.err;
}

struct group_kill {
	int sig;
	const struct siginfo *info;
	int nr, nr_refused;
};

/* => task_list_lock held: the cred of t is replaced under it */
static int kill_member(struct task *t, void *arg)
{
	struct group_kill *k = arg;

	k->nr++;
	if (!signal_may_send(current, t, k->sig))
		k->nr_refused++;
	else if (k->sig != 0 && is_signal(k->sig))
		(void)signal_send(t, k->sig, k->info);
	return 0;
}

static long kill_group(u32 pgid, int sig, const struct siginfo *info)
{
	struct group_kill k = {.sig = sig, .info = info};

	spin_lock(&task_list_lock);
	(void)pgrp_for_each(pgid, kill_member, &k);
	spin_unlock(&task_list_lock);
	if (k.nr == 0)
		return -ESRCH;
	if (!is_signal(sig))
		return -EINVAL;
	return k.nr == k.nr_refused ? -EPERM : 0;
}

long sys_kill(int pid, int sig)
{
	const struct siginfo info = info_from_me(SI_USER);

	if (pid > 0)
		return kill_process(pid, sig, &info);
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1)
		return kill_all(sig, &info);
	return kill_group(pid == 0 ? task_leader(current)->pgid : (u32)-pid, sig, &info);
}

/* To the one task `pid`, of the process `tgid` (0: whichever). */
static long kill_thread(int tgid, int pid, int sig, const struct siginfo *info)
{
	struct task *t;
	long err = -ESRCH;

	spin_lock(&task_list_lock);
	t = find_process(pid);
	if (t != NULL && (tgid == 0 || t->tgid == (u32)tgid))
		err = send_one(current, t, sig, info, true);
	spin_unlock(&task_list_lock);
	return err;
}

long sys_tkill(int pid, int sig)
{
	const struct siginfo info = info_from_me(SI_TKILL);

	return pid <= 0 ? -EINVAL : kill_thread(0, pid, sig, &info);
}

long sys_tgkill(int tgid, int pid, int sig)
{
	const struct siginfo info = info_from_me(SI_TKILL);

	return pid <= 0 || tgid <= 0 ? -EINVAL : kill_thread(tgid, pid, sig, &info);
}

/*
 * A siginfo from a program. What we keep of it is its first 32 bytes; more than that only codes of
 * the kernel have, and these nobody but the task itself may claim.
 */
static int info_from_user(struct siginfo *info, const void __user *user, int sig)
{
	if (copy_from_user(info, user, sizeof(*info)) != 0)
		return -EFAULT;
	info->signo = sig;
	return 0;
}

static bool may_claim(const struct siginfo *info, int pid)
{
	return (info->code < 0 && info->code != SI_TKILL) || (u32)pid == current->pid;
}

long sys_rt_sigqueueinfo(int pid, int sig, const void __user *user)
{
	struct siginfo info;
	int err = info_from_user(&info, user, sig);

	if (err != 0)
		return err;
	if (!may_claim(&info, pid))
		return -EPERM;
	return kill_process(pid, sig, &info);
}

long sys_rt_tgsigqueueinfo(int tgid, int pid, int sig, const void __user *user)
{
	struct siginfo info;
	int err = info_from_user(&info, user, sig);

	if (err != 0)
		return err;
	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	if (!may_claim(&info, pid))
		return -EPERM;
	return kill_thread(tgid, pid, sig, &info);
}
