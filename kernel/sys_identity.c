/* SPDX-License-Identifier: MIT */
/*
 * sys_identity.c - ids of threads, random numbers. Users and groups: sys_cred.c.
 */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/random.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

/* --- threads --- */

long sys_gettid(void)
{
	return (long)current->pid;
}

long sys_set_tid_address(u32 __user *address)
{
	current->clear_child_tid = address;
	return (long)current->pid;
}

#define ROBUST_LIST_HEAD_BYTES 12u /* struct robust_list_head on a 32-bit machine */

long sys_set_robust_list(void __user *head, u32 len)
{
	if (len != ROBUST_LIST_HEAD_BYTES)
		return -EINVAL;
	spin_lock(&task_list_lock);
	current->robust_list = head;
	spin_unlock(&task_list_lock);
	return 0;
}

long sys_get_robust_list(int pid, u32 __user *head, u32 __user *len)
{
	const struct task *t;
	u32 address = 0;
	int err = -ESRCH;

	spin_lock(&task_list_lock);
	t = pid == 0 ? current : task_find((u32)pid);
	if (t != NULL)
		err = cred_may_inspect(t, INSPECT_REAL) ? 0 : -EPERM;
	if (err == 0)
		address = (u32)t->robust_list;
	spin_unlock(&task_list_lock);
	if (err != 0)
		return err;
	if (put_user_u32(ROBUST_LIST_HEAD_BYTES, len) != 0)
		return -EFAULT;
	return put_user_u32(address, head);
}

/* --- random numbers: random.h says that they are no secret --- */

#define GRND_NONBLOCK 0x1u
#define GRND_RANDOM   0x2u
#define GRND_INSECURE 0x4u

long sys_getrandom(char __user *buf, u32 len, u32 flags)
{
	char bytes[64];
	u32 done = 0;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	len = MIN(len, FILE_IO_MAX);
	while (done < len && !(done >= PAGE_SIZE && signal_pending())) {
		u32 n = MIN(len - done, sizeof(bytes));
		u32 missed;

		random_bytes(bytes, n);
		missed = copy_to_user_partial(buf + done, bytes, n);
		done += n - missed;
		if (missed != 0)
			return done > 0 ? (long)done : -EFAULT;
	}
	return (long)done;
}
