/* SPDX-License-Identifier: MIT */
/*
 * rlimit.c - limits of a process: getrlimit(2), setrlimit(2), prlimit(2).
 *
 * A limit belongs to a process, is inherited by fork and kept by exec. Anybody's may be changed
 * under task_list_lock; a process reads its own without (one word at a time). The kernel keeps 32
 * bits; in the 64-bit form all above is infinite.
 */
#include <octavo/rlimit.h>

#include <octavo/cpu_time.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/why.h>
#include <uapi/octavo/signal.h>

/* --- where they act --- */

int rlimit_file_size(u64 size)
{
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (likely(limit == RLIMIT_INFINITE || size <= limit))
		return 0;
	why("RLIMIT_FSIZE: %llu bytes asked, %u allowed", (unsigned long long)size, limit);
	signal_send_self(SIGXFSZ);
	return -EFBIG;
}

void rlimit_cpu(void)
{
	struct rlimit *limit = &current->signal->rlimits[RLIMIT_CPU];
	u32 seconds = arch_read_once(&limit->cur);
	u64 run_ns = process_run_ns(current);

	if (run_ns >= limit->max * NSEC_PER_SEC)
		signal_send(current, SIGKILL, NULL);
	else if (run_ns >= seconds * NSEC_PER_SEC &&
		 arch_cmpxchg(&limit->cur, seconds, seconds + 1) == seconds) /* another CPU: not */
		signal_send(current, SIGXCPU, NULL);
}

/* --- the calls --- */

static int limit_check(u32 which, const struct rlimit *new)
{
	if (new->cur > new->max)
		return -EINVAL;
	if (which == RLIMIT_NOFILE && new->max > NOFILE_MAX)
		return -EPERM;
	return 0;
}

/* Change and tell a limit of process `pid` (0: the caller); either may be NULL. */
static int limit_exchange(int pid, u32 which, const struct rlimit *new, struct rlimit *old)
{
	struct task *t;
	int err = 0;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (new != NULL)
		err = limit_check(which, new);
	if (err != 0)
		return err;
	spin_lock(&task_list_lock);
	t = pid == 0 ? current : task_find((u32)pid);
	if (t == NULL) {
		err = -ESRCH;
	} else if (!cred_may_limit(t) || (new != NULL &&new->max > t->signal->rlimits[which].max &&
					  !capable(CAP_SYS_RESOURCE))) {
		err = -EPERM;
	} else {
		if (old != NULL)
			*old = t->signal->rlimits[which];
		if (new != NULL)
			t->signal->rlimits[which] = *new;
		if (new != NULL && which == RLIMIT_CPU &&new->cur == 0)
			t->signal->rlimits[which].cur = 1; /* at once is after a second */
	}
	spin_unlock(&task_list_lock);
	return err;
}

long sys_getrlimit(u32 which, void __user *limit)
{
	struct rlimit old;
	int err = limit_exchange(0, which, NULL, &old);

	return err != 0 ? err : copy_to_user(limit, &old, sizeof(old));
}

/* The oldest form knows no more than 31 bits. */
long sys_old_getrlimit(u32 which, void __user *limit)
{
	struct rlimit old;
	int err = limit_exchange(0, which, NULL, &old);

	old.cur = MIN(old.cur, (u32)INT32_MAX);
	old.max = MIN(old.max, (u32)INT32_MAX);
	return err != 0 ? err : copy_to_user(limit, &old, sizeof(old));
}

long sys_setrlimit(u32 which, const void __user *limit)
{
	struct rlimit new;

	if (copy_from_user(&new, limit, sizeof(new)) != 0)
		return -EFAULT;
	return limit_exchange(0, which, &new, NULL);
}

struct rlimit64 { /* prlimit(2) */
	u64 cur, max;
};

static u32 narrow(u64 limit)
{
	return limit >= RLIMIT_INFINITE ? RLIMIT_INFINITE : (u32)limit;
}

static u64 widen(u32 limit)
{
	return limit == RLIMIT_INFINITE ? ~0ull : limit;
}

/* => 0, -ESRCH, -EPERM */
static int check_process(int pid)
{
	const struct task *t;
	int err = 0;

	spin_lock(&task_list_lock);
	t = pid == 0 ? current : task_find((u32)pid);
	if (t == NULL)
		err = -ESRCH;
	else if (!cred_may_limit(t))
		err = -EPERM;
	spin_unlock(&task_list_lock);
	return err;
}

long sys_prlimit64(int pid, u32 which, const void __user *new_limit, void __user *old_limit)
{
	struct rlimit64 wide;
	struct rlimit new = {0}, old = {0};
	int err;

	if (new_limit != NULL) {
		if (copy_from_user(&wide, new_limit, sizeof(wide)) != 0)
			return -EFAULT;
		new = (struct rlimit){narrow(wide.cur), narrow(wide.max)};
	}
	err = check_process(pid); /* Linux looks for it before it looks at the limit */
	if (err != 0)
		return err;
	err = limit_exchange(pid, which, new_limit != NULL ? &new : NULL, &old);
	if (err != 0 || old_limit == NULL)
		return err;
	wide = (struct rlimit64){widen(old.cur), widen(old.max)};
	return copy_to_user(old_limit, &wide, sizeof(wide));
}
