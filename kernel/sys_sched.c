/* SPDX-License-Identifier: MIT */
/*
 * sys_sched.c - the calls about scheduling: nice values, policies, affinity.
 *
 * There is one way to schedule, in turn, each for its slice. The nice value makes the slice longer
 * or shorter: 40 ms at -20, 20 ms at 0, 1 ms at 19. SCHED_OTHER, SCHED_BATCH and SCHED_IDLE are kept
 * and told, and differ in nothing; the real-time policies are refused. All under task_list_lock.
 */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/sched.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/why.h>
#include <uapi/octavo/sched.h>
#include <uapi/octavo/time.h>

#define NICE_MIN        (-20)
#define NICE_MAX        19
#define RT_PRIORITY_MAX 99
#define RESET_ON_FORK   0x40000000
#define CPU_SET_BYTES   4u /* a set of CPUs as the kernel keeps it: one word */

/* The task that a call means, 0 the caller. => task_list_lock held; NULL */
static struct task *find(int pid)
{
	struct task *t = pid == 0 ? current : task_find((u32)pid);

	return t != NULL && !(t->flags & TASK_KTHREAD) ? t : NULL;
}

/* --- nice values --- */

void task_set_nice(struct task *t, int nice)
{
	t->nice = (s8)nice;
	t->slice_ns = SLICE_NS / 20 * (20 - nice);
}

/* Is `t` one that (which, who) means? */
static bool priority_matches(const struct task *t, int which, int who)
{
	if (t->flags & TASK_KTHREAD)
		return false;
	switch (which) {
	case PRIO_PROCESS:
		return t->pid == (who == 0 ? current->pid : (u32)who);
	case PRIO_PGRP:
		return task_leader(t)->pgid == (who == 0 ? task_leader(current)->pgid : (u32)who);
	default:
		return t->cred->uid == (who == 0 ? current->cred->uid : (u32)who);
	}
}

/* The pids that (which, who) may mean, `from` 1 on; 0: no more. One at a time is looked at under the lock. */
static u32 priority_next(int which, int who, u32 from)
{
	u32 pid = who == 0 ? current->pid : (u32)who;

	if (which != PRIO_PROCESS)
		return task_next_pid(from);
	return from <= pid && pid < PID_MAX ? pid : 0;
}

/* The result is 20 - nice, so that it is never negative; of several the best. */
long sys_getpriority(int which, int who)
{
	const struct task *t;
	int best = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	for (u32 pid = priority_next(which, who, 1); pid != 0;
	     pid = priority_next(which, who, pid + 1)) {
		spin_lock(&task_list_lock);
		t = task_find(pid);
		if (t != NULL && priority_matches(t, which, who))
			best = MAX(best, 20 - t->nice);
		spin_unlock(&task_list_lock);
	}
	return best;
}

/* A lower value than now has its limit. */
static bool may_nice(const struct task *t, int nice)
{
	return nice >= t->nice || (u32)(20 - nice) <= t->signal->rlimits[RLIMIT_NICE].cur ||
	       capable(CAP_SYS_NICE);
}

/* => `err`, or 0 where that was -ESRCH; -EPERM another's, -EACCES the value. task_list_lock held */
static long set_nice_of(struct task *t, int nice, long err)
{
	const struct cred *me = current->cred;

	if (t->cred->uid != me->euid && t->cred->euid != me->euid && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (!may_nice(t, nice))
		return -EACCES;
	task_set_nice(t, nice);
	return err == -ESRCH ? 0 : err;
}

long sys_setpriority(int which, int who, int nice)
{
	struct task *t;
	long err = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = MAX(nice, NICE_MIN);
	nice = MIN(nice, NICE_MAX);
	for (u32 pid = priority_next(which, who, 1); pid != 0;
	     pid = priority_next(which, who, pid + 1)) {
		spin_lock(&task_list_lock);
		t = task_find(pid);
		if (t != NULL && priority_matches(t, which, who))
			err = set_nice_of(t, nice, err);
		spin_unlock(&task_list_lock);
	}
	return err;
}

/* nice(2) */
long sys_nice(int increment)
{
	int nice;

	increment = MAX(increment, NICE_MIN - NICE_MAX);
	increment = MIN(increment, NICE_MAX - NICE_MIN);
	nice = MAX(current->nice + increment, NICE_MIN);
	nice = MIN(nice, NICE_MAX);
	if (increment < 0 && !may_nice(current, nice))
		return -EPERM;
	return sys_setpriority(PRIO_PROCESS, 0, nice);
}

/* --- policies --- */

static bool policy_is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool policy_is_fair(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

static int policy_check(int policy, int priority)
{
	if (policy_is_realtime(policy)) {
		if (priority < 1 || priority > RT_PRIORITY_MAX)
			return -EINVAL;
		why("sched_setscheduler: EPERM: there is no real-time scheduling");
		return -EPERM;
	}
	return policy_is_fair(policy) && priority == 0 ? 0 : -EINVAL;
}

/* policy -1: the one that it has */
static long set_policy(int pid, int policy, const int __user *param)
{
	struct task *t;
	int priority;
	long err;

	if (param == NULL || pid < 0)
		return -EINVAL;
	if (copy_from_user(&priority, param, sizeof(priority)) != 0)
		return -EFAULT;
	spin_lock(&task_list_lock);
	t = find(pid);
	if (t == NULL)
		err = -ESRCH;
	else
		err = policy_check(policy == -1 ? t->policy : policy, priority);
	if (err == 0 && !cred_may_schedule(t))
		err = -EPERM;
	if (err == 0 && policy != -1)
		t->policy = (u8)policy;
	spin_unlock(&task_list_lock);
	return err;
}

long sys_sched_setscheduler(int pid, int policy, const int __user *param)
{
	if (policy < 0)
		return -EINVAL;
	return set_policy(pid, policy & ~RESET_ON_FORK, param);
}

long sys_sched_setparam(int pid, const int __user *param)
{
	return set_policy(pid, -1, param);
}

static long policy_of(int pid)
{
	const struct task *t;
	long policy = -ESRCH;

	if (pid < 0)
		return -EINVAL;
	spin_lock(&task_list_lock);
	t = find(pid);
	if (t != NULL)
		policy = t->policy;
	spin_unlock(&task_list_lock);
	return policy;
}

long sys_sched_getscheduler(int pid)
{
	return policy_of(pid);
}

long sys_sched_getparam(int pid, int __user *param)
{
	const int priority = 0;
	long policy;

	if (param == NULL)
		return -EINVAL;
	policy = policy_of(pid);
	return policy < 0 ? policy : copy_to_user(param, &priority, sizeof(priority));
}

long sys_sched_get_priority_max(int policy)
{
	if (policy_is_realtime(policy))
		return RT_PRIORITY_MAX;
	return policy_is_fair(policy) ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (policy_is_realtime(policy))
		return 1;
	return policy_is_fair(policy) ? 0 : -EINVAL;
}

/* The slice of a task. => 0; -EINVAL, -ESRCH */
static int slice_of(int pid, u32 *ns)
{
	const struct task *t;
	int err = -ESRCH;

	if (pid < 0)
		return -EINVAL;
	spin_lock(&task_list_lock);
	t = find(pid);
	if (t != NULL) {
		*ns = (u32)t->slice_ns;
		err = 0;
	}
	spin_unlock(&task_list_lock);
	return err;
}

long sys_sched_rr_get_interval(int pid, void __user *interval)
{
	struct uapi_timespec32 t = {0};
	u32 ns = 0;
	int err = slice_of(pid, &ns);

	t.tv_nsec = (int)ns;
	return err != 0 ? err : copy_to_user(interval, &t, sizeof(t));
}

long sys_sched_rr_get_interval_time64(int pid, void __user *interval)
{
	struct uapi_timespec64 t = {0};
	u32 ns = 0;
	int err = slice_of(pid, &ns);

	t.tv_nsec = ns;
	return err != 0 ? err : copy_to_user(interval, &t, sizeof(t));
}

/* --- which CPUs --- */

/* => the bytes of the set that the kernel keeps */
long sys_sched_getaffinity(int pid, u32 len, void __user *mask)
{
	const struct task *t;
	u32 set = 0;

	if (len * 8 < CPU_SET_BYTES * 8 ||
	    len % CPU_SET_BYTES != 0) /* in bits, of which 2^32 are none */
		return -EINVAL;
	spin_lock(&task_list_lock);
	t = find(pid);
	if (t != NULL)
		set = t->cpu_set & sched_cpu_mask();
	spin_unlock(&task_list_lock);
	if (t == NULL)
		return -ESRCH;
	return copy_to_user(mask, &set, sizeof(set)) != 0 ? -EFAULT : (long)CPU_SET_BYTES;
}

static void set_affinity(struct task *t, u32 set)
{
	t->cpu_set = set;
	arch_mb(); /* before the look where it is */
	sched_affinity_changed(t);
}

long sys_sched_setaffinity(int pid, u32 len, const void __user *mask)
{
	struct task *t;
	u32 set = 0;
	long err = 0;

	if (copy_from_user(&set, mask, MIN(len, CPU_SET_BYTES)) != 0)
		return -EFAULT;
	spin_lock(&task_list_lock);
	t = find(pid);
	if (t == NULL)
		err = -ESRCH;
	else if (!cred_may_schedule(t))
		err = -EPERM;
	else if ((set & sched_cpu_mask()) == 0)
		err = -EINVAL;
	else
		set_affinity(t, set);
	spin_unlock(&task_list_lock);
	return err;
}

long sys_getcpu(u32 __user *cpu, u32 __user *node, void __user *unused)
{
	(void)unused;
	if (cpu != NULL && put_user_u32(current->head.cpu, cpu) != 0)
		return -EFAULT;
	if (node != NULL && put_user_u32(0, node) != 0)
		return -EFAULT;
	return 0;
}
