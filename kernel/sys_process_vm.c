/* SPDX-License-Identifier: MIT */
/*
 * sys_process_vm.c - bytes from one process's memory to another's: process_vm_readv(2), process_vm_writev(2).
 *
 *	ours	[      ][  ][          ]
 *		   |      \_____
 *		  buf           \	a piece lies in one of our buffers and one of their pages
 *		   |             |
 *	theirs	[ page ][ page ][ pa|ge ]
 *
 * What has been moved when an address is bad counts; the call fails where nothing has been.
 */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>

struct transfer {
	struct mm *mm; /* theirs */
	bool write;    /* to them */
	char *buf;     /* a page */
	struct user_vector ours;
	u32 done, total; /* bytes of ours */
};

/* The memory of task `pid`. => it, to be put; err_ptr(-ESRCH there is none, -EPERM); task_list_lock is taken */
static struct mm *memory_of(int pid)
{
	const struct task *t;
	struct mm *mm = err_ptr(-ESRCH);

	spin_lock(&task_list_lock);
	t = task_find((u32)pid);
	if (t == NULL || t->mm == NULL)
		goto unlock;
	mm = t->mm;
	if (mm != current->mm && !cred_may_inspect(t, INSPECT_REAL))
		mm = err_ptr(-EPERM);
	else if (!mm_get_used(mm))
		mm = err_ptr(-ESRCH);
unlock:
	spin_unlock(&task_list_lock);
	return mm;
}

/* One piece, *len bytes at the most; *len: what it had. => 0, -EFAULT */
static int move_piece(struct transfer *t, vaddr_t theirs, u32 *len)
{
	size_t n = MIN(*len, PAGE_SIZE - ((u32)theirs & (PAGE_SIZE - 1)));
	char __user *ours = user_vector_at(&t->ours, t->done, &n);
	size_t missed = 0;
	int err = 0;

	if (t->write)
		missed = copy_from_user_partial(t->buf, ours, n);
	if (n > missed)
		err = mm_access_user(t->mm, theirs, t->buf, (u32)(n - missed), t->write);
	if (err != 0)
		return -EFAULT;
	if (!t->write)
		missed = copy_to_user_partial(ours, t->buf, n);
	*len = (u32)(n - missed);
	t->done += *len;
	return missed > 0 ? -EFAULT : 0;
}

static int move_vector(struct transfer *t, const struct iovec32 *theirs, u32 count)
{
	int err = 0;

	for (u32 i = 0; i < count && err == 0; i++) {
		for (u32 at = 0, n; at < theirs[i].len && t->done < t->total && err == 0; at += n) {
			n = MIN(theirs[i].len - at, t->total - t->done);
			err = signal_fatal() ? -EFAULT
					     : move_piece(t, (vaddr_t)theirs[i].base + at, &n);
		}
	}
	return err;
}

static long move_to_or_from(int pid, struct transfer *t, const struct iovec32 *theirs, u32 count)
{
	int err;

	t->buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (t->buf == NULL)
		return -ENOMEM;
	t->mm = memory_of(pid);
	if (ptr_is_err(t->mm)) {
		err = ptr_err(t->mm);
	} else {
		err = move_vector(t, theirs, count);
		mm_put(t->mm);
	}
	kfree(t->buf);
	return t->done > 0 ? (long)t->done : err;
}

static bool all_empty(const struct iovec32 *v, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (v[i].len != 0)
			return false;
	return true;
}

static long process_vm(int pid, const void __user *ours, u32 nr_ours, const void __user *theirs,
		       u32 nr_theirs, u32 flags, bool write)
{
	struct iovec32 our_fast[IOV_FAST], their_fast[IOV_FAST];
	struct transfer t = {.write = write};
	struct iovec32 *our, *their;
	long result = 0;

	if (flags != 0)
		return -EINVAL;
	our = iovec_from_user(ours, nr_ours, our_fast, &t.total);
	if (ptr_is_err(our))
		return ptr_err(our);
	t.ours = (struct user_vector){our, our, 0};
	if (t.total == 0)
		goto free_our;
	their = iovec_from_user(theirs, nr_theirs, their_fast, NULL);
	if (ptr_is_err(their)) {
		result = ptr_err(their);
		goto free_our;
	}
	if (!all_empty(their, nr_theirs))
		result = move_to_or_from(pid, &t, their, nr_theirs);
	if (their != their_fast)
		kfree(their);
free_our:
	if (our != our_fast)
		kfree(our);
	return result;
}

long sys_process_vm_readv(int pid, const void __user *ours, u32 nr_ours, const void __user *theirs,
			  u32 nr_theirs, u32 flags)
{
	return process_vm(pid, ours, nr_ours, theirs, nr_theirs, flags, false);
}

long sys_process_vm_writev(int pid, const void __user *ours, u32 nr_ours, const void __user *theirs,
			   u32 nr_theirs, u32 flags)
{
	return process_vm(pid, ours, nr_ours, theirs, nr_theirs, flags, true);
}
