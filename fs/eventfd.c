/* SPDX-License-Identifier: MIT */
/*
 * eventfd.c - eventfd(2): a number of 64 bits behind a descriptor.
 *
 *	write adds to it	and waits while the sum would be 2^64 - 1 or more
 *	read takes all of it	(EFD_SEMAPHORE: 1), and waits while it is 0
 *
 * Lock: [im] of its inode. Who waits looks at the number without it, and again with it.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/poll.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <uapi/octavo/eventfd.h>
#include <uapi/octavo/mount.h>

struct eventfd {
	struct inode inode; /* what its file refers to */
	u64 count;          /* [im] */
	bool semaphore;     /* [I] */
	struct wait_queue changed;
};

static const struct super_ops anonfs_ops = {.magic = ANON_INODE_FS_MAGIC};
static struct super_block anonfs = {.name = "anon_inodefs", .dev = 10, .ops = &anonfs_ops};
static atomic_t last_ino;

static struct eventfd *eventfd_of(struct file *f)
{
	return container_of(f->inode, struct eventfd, inode);
}

/* Something to read. */
static bool is_set(const struct eventfd *e)
{
	return e->count != 0;
}

static bool has_room(const struct eventfd *e, u64 value)
{
	return UINT64_MAX - e->count > value;
}

/* => false: there is nothing */
static bool take(struct eventfd *e, u64 *value)
{
	mutex_lock(&e->inode.mutex);
	*value = e->semaphore && is_set(e) ? 1 : e->count;
	e->count -= *value;
	mutex_unlock(&e->inode.mutex);
	return *value != 0;
}

static bool add(struct eventfd *e, u64 value)
{
	bool added;

	mutex_lock(&e->inode.mutex);
	added = has_room(e, value);
	if (added)
		e->count += value;
	mutex_unlock(&e->inode.mutex);
	return added;
}

static ssize_t eventfd_read_vector(struct file *f, struct user_vector *to, size_t len, loff_t *pos)
{
	struct eventfd *e = eventfd_of(f);
	u64 value;
	int err;

	(void)pos;
	if (len < sizeof(value))
		return -EINVAL;
	while (!take(e, &value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->changed, is_set(e));
		if (err != 0)
			return err;
	}
	wake_all(&e->changed);
	err = user_vector_write(to, &value, sizeof(value));
	return err != 0 ? err : (ssize_t)sizeof(value);
}

static ssize_t eventfd_read(struct file *f, char __user *buf, size_t len, loff_t *pos)
{
	USER_VECTOR_ONE(to, buf, len);

	return eventfd_read_vector(f, &to, len, pos);
}

static ssize_t eventfd_write(struct file *f, const char __user *buf, size_t len, loff_t *pos)
{
	struct eventfd *e = eventfd_of(f);
	u64 value;
	int err;

	(void)pos;
	if (len != sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, buf, sizeof(value)) != 0)
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	while (!add(e, value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->changed, has_room(e, value));
		if (err != 0)
			return err;
	}
	wake_all(&e->changed);
	return (ssize_t)sizeof(value);
}

static u32 eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = eventfd_of(f);
	u32 events = 0;

	poll_wait(pt, &e->changed);
	mutex_lock(&e->inode.mutex);
	if (is_set(e))
		events |= POLLIN;
	if (has_room(e, 1))
		events |= POLLOUT;
	mutex_unlock(&e->inode.mutex);
	return events;
}

static void eventfd_describe(struct inode *inode, char *buf, size_t len)
{
	(void)inode;
	strlcpy(buf, "anon_inode:[eventfd]", len);
}

static void eventfd_release(struct inode *inode)
{
	kfree(container_of(inode, struct eventfd, inode));
}

static const struct inode_ops eventfd_inode_ops = {
	.describe = eventfd_describe,
	.release = eventfd_release,
};
static const struct file_ops eventfd_fops = {
	.empty = STREAM_READ | STREAM_WRITE,
	.nowait = STREAM_READ,
	.stays = true,
	.read = eventfd_read,
	.read_vector = eventfd_read_vector,
	.write = eventfd_write,
	.poll = eventfd_poll,
};

long sys_eventfd2(u32 count, u32 flags)
{
	struct eventfd *e;
	struct file *f;
	int fd;

	if (flags & ~(u32)(EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (e == NULL)
		return -ENOMEM;
	inode_init(&e->inode, &anonfs, (u32)atomic_inc_return(&last_ino), 0600, &eventfd_inode_ops,
		   NULL);
	e->count = count;
	e->semaphore = (flags & EFD_SEMAPHORE) != 0;
	wait_queue_init(&e->changed);
	f = file_alloc(&e->inode, O_RDWR | (flags & O_NONBLOCK), &eventfd_fops);
	if (ptr_is_err(f)) {
		inode_put(&e->inode);
		return ptr_err(f);
	}
	fd = files_install(f, 0, (flags & EFD_CLOEXEC) != 0);
	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_eventfd(u32 count)
{
	return sys_eventfd2(count, 0);
}
