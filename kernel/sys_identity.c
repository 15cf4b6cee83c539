/* SPDX-License-Identifier: MIT */
/*
 * sys_identity.c - who a process is: users and groups, thread ids, names, random numbers.
 *
 * Everybody is root: user and group 0 are the only ones there are, as in a user namespace that maps
 * no other. The getters say 0; the setters accept 0 and refuse every other number with EINVAL, as
 * Linux does for a number that is not mapped.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/random.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define UNCHANGED 0xffffffffu /* -1 in setreuid(2) and its like */

/* --- users and groups --- */

/* getuid(2), geteuid(2), getgid(2), getegid(2) */
long sys_get_root_id(void)
{
	return 0;
}

/* setuid(2), setgid(2) */
long sys_setid(u32 id)
{
	return id == 0 ? 0 : -EINVAL;
}

static bool id_or_unchanged(u32 id)
{
	return id == 0 || id == UNCHANGED;
}

/* setreuid(2), setregid(2) */
long sys_setreid(u32 real, u32 effective)
{
	return id_or_unchanged(real) && id_or_unchanged(effective) ? 0 : -EINVAL;
}

/* setresuid(2), setresgid(2) */
long sys_setresid(u32 real, u32 effective, u32 saved)
{
	return id_or_unchanged(saved) ? sys_setreid(real, effective) : -EINVAL;
}

/* getresuid(2), getresgid(2) */
long sys_getresid(u32 __user *real, u32 __user *effective, u32 __user *saved)
{
	if (put_user_u32(0, real) != 0 || put_user_u32(0, effective) != 0)
		return -EFAULT;
	return put_user_u32(0, saved);
}

/* setfsuid(2), setfsgid(2): the result is what it was, whatever was asked */
long sys_setfsid(u32 id)
{
	(void)id;
	return 0;
}

/* No supplementary groups. */
long sys_getgroups(int size, u32 __user *list)
{
	(void)list;
	return size < 0 ? -EINVAL : 0;
}

#define NGROUPS_MAX 65536

long sys_setgroups(int size, const u32 __user *list)
{
	u32 group;

	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	for (int i = 0; i < size; i++) {
		if (get_user_u32(&group, &list[i]) != 0)
			return -EFAULT;
		if (group != 0)
			return -EINVAL;
	}
	return 0; /* root's own group, which it has without a list */
}

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

	spin_lock(&task_list_lock);
	t = pid == 0 ? current : task_find((u32)pid);
	if (t != NULL)
		address = (u32)t->robust_list;
	spin_unlock(&task_list_lock);
	if (t == NULL)
		return -ESRCH;
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
