/* SPDX-License-Identifier: MIT */
/* sys_poll.c - poll(2), ppoll(2). */
#include "poll.h"
#include "poll_time.h"

#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define FDS_ON_STACK 8u

/* What one of them is ready for, of what is asked; errors are always told. */
static short poll_one(struct poll_table *pt, const struct uapi_pollfd *fd)
{
	struct file *f;
	u32 events;

	if (fd->fd < 0)
		return 0;
	f = files_lookup((u32)fd->fd);
	if (f == NULL)
		return POLLNVAL;
	events = poll_file(pt, f);
	file_put(f);
	return (short)(events & ((u16)fd->events | POLLERR | POLLHUP));
}

/* => how many are ready, or an error where none is */
static long poll_fds(struct uapi_pollfd *fds, u32 nr, const struct poll_end_time *end)
{
	struct poll_table pt;
	int found;

	poll_begin(&pt, end->timed, end->ns);
	do {
		found = 0;
		for (u32 i = 0; i < nr; i++) {
			fds[i].revents = poll_one(&pt, &fds[i]);
			if (fds[i].revents == 0)
				continue;
			found++;
			pt.watching = false;
		}
	} while (poll_again(&pt, found));
	poll_end(&pt);
	return found > 0 ? found : pt.err;
}

/* Only the answers are written: what the program changes meanwhile stays its own. */
static int put_answers(struct uapi_pollfd __user *user, const struct uapi_pollfd *fds, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		if (copy_to_user(&user[i].revents, &fds[i].revents, sizeof(fds[i].revents)) != 0)
			return -EFAULT;
	}
	return 0;
}

static long do_poll(struct uapi_pollfd __user *user, u32 nr, const struct poll_end_time *end)
{
	struct uapi_pollfd on_stack[FDS_ON_STACK], *fds = on_stack;
	long result = -EFAULT;

	if (nr > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nr > FDS_ON_STACK) {
		fds = kmalloc(nr * sizeof(*fds), GFP_KERNEL);
		if (fds == NULL)
			return -ENOMEM;
	}
	if (copy_from_user(fds, user, nr * sizeof(*fds)) == 0) {
		result = poll_fds(fds, nr, end);
		if (put_answers(user, fds, nr) != 0)
			result = -EFAULT;
	}
	if (fds != on_stack)
		kfree(fds);
	return result;
}

static long poll_restart(struct restart_block *r);

/* A signal without a handler lets it go on up to the time that was said first. */
static long poll_until(void __user *fds, u32 nr, const struct poll_end_time *end)
{
	long result = do_poll(fds, nr, end);

	if (result != -ERESTARTNOHAND || !end->timed)
		return result;
	current->sig.restart = (struct restart_block){
		.fn = poll_restart,
		.when_ns = end->ns,
		.remaining = fds,
		.wide = nr,
	};
	return -ERESTART_RESTARTBLOCK;
}

static long poll_restart(struct restart_block *r)
{
	const struct poll_end_time end = {.timed = true, .ns = r->when_ns};

	return poll_until(r->remaining, r->wide, &end);
}

long sys_poll(void __user *fds, u32 nr, int timeout_ms)
{
	struct poll_end_time end = {.timed = timeout_ms >= 0};

	if (timeout_ms >= 0)
		end.ns = clock_ns() + (u32)timeout_ms * NSEC_PER_MSEC;
	return poll_until(fds, nr, &end);
}

static long ppoll(void __user *fds, u32 nr, void __user *timeout, enum time_format format,
		  const void __user *mask, u32 mask_size)
{
	struct poll_end_time end;
	long result = poll_end_time(&end, timeout, format);

	if (result == 0)
		result = poll_mask_set(mask, mask_size);
	if (result != 0)
		return result;
	result = poll_mask_done(do_poll(fds, nr, &end));
	return poll_time_left(&end, timeout, format, result);
}

long sys_ppoll(void __user *fds, u32 nr, void __user *timeout, const void __user *mask, u32 size)
{
	return ppoll(fds, nr, timeout, TIME_TIMESPEC32, mask, size);
}

long sys_ppoll_time64(void __user *fds, u32 nr, void __user *timeout, const void __user *mask,
		      u32 size)
{
	return ppoll(fds, nr, timeout, TIME_TIMESPEC64, mask, size);
}
