/* SPDX-License-Identifier: MIT */
/*
 * rw_vector.c - the calls that move bytes at a place of their own or by way of several buffers:
 * pread64(2), pwrite64(2), readv(2), writev(2), preadv(2), pwritev(2), preadv2(2), pwritev2(2).
 *
 * The buffers of a vector are moved in one operation where the file has one for that: what is written to
 * a pipe, a file or the log stays together. Else they are moved one after another, and the call ends with
 * the first that is not moved whole. The position is kept for the whole vector.
 */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <uapi/octavo/stat.h>

#define IOV_MAX 1024u /* buffers in one vector */

/* Flags of preadv2(2). What the first three ask for is so without asking; others are refused. */
#define RWF_HIPRI    0x1u
#define RWF_DSYNC    0x2u
#define RWF_SYNC     0x4u
#define RWF_NOWAIT   0x8u
#define RWF_APPEND   0x10u
#define RWF_NOAPPEND 0x20u
#define RWF_KNOWN    0x3fu

/* --- at a place --- */

/* Pipes and terminals have none. */
static bool has_places(const struct file *f)
{
	return f->ops->seek != NULL;
}

static long rw_at(u32 fd, bool write, char __user *buf, u32 len, u32 low, u32 high)
{
	loff_t pos = (loff_t)((u64)high << 32 | low);
	struct file *f;
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	f = files_lookup(fd);
	if (f == NULL)
		return -EBADF;
	n = has_places(f) ? file_rw_check(f, write, buf, len) : -ESPIPE;
	len = MIN(len, FILE_IO_MAX);
	if (n == 0 && !rw_is_nothing(f, write, len))
		n = file_rw(f, write, buf, len, &pos);
	file_put(f);
	return n;
}

long sys_pread64(u32 fd, char __user *buf, u32 len, u32 low, u32 high)
{
	return rw_at(fd, false, buf, len, low, high);
}

long sys_pwrite64(u32 fd, const char __user *buf, u32 len, u32 low, u32 high)
{
	return rw_at(fd, true, (char __user *)buf, len, low, high);
}

/* --- several buffers --- */

/* Every length is one, and then (total not NULL): every buffer is the user's; all together they are cut at
 * FILE_IO_MAX. => 0, -EINVAL, -EFAULT */
static int vector_check(struct iovec32 *v, u32 count, u32 *total)
{
	for (u32 i = 0; i < count; i++) {
		if ((int)v[i].len < 0)
			return -EINVAL;
	}
	if (total == NULL)
		return 0;
	*total = 0;
	for (u32 i = 0; i < count; i++) {
		if (!user_range_ok((void __user __force *)v[i].base, v[i].len))
			return -EFAULT;
		v[i].len = MIN(v[i].len, FILE_IO_MAX - *total);
		*total += v[i].len;
	}
	return 0;
}

struct iovec32 *iovec_from_user(const void __user *user, u32 count, struct iovec32 *fast,
				u32 *total)
{
	struct iovec32 *v = fast;
	int err = 0;

	if (count > IOV_MAX)
		return err_ptr(-EINVAL);
	if (count > IOV_FAST) {
		v = kmalloc(count * sizeof(*v), GFP_KERNEL);
		if (v == NULL)
			return err_ptr(-ENOMEM);
	}
	if (copy_from_user(v, user, count * sizeof(*v)) != 0)
		err = -EFAULT;
	else
		err = vector_check(v, count, total);
	if (err == 0)
		return v;
	if (v != fast)
		kfree(v);
	return err_ptr(err);
}

/* What is to be moved, and which way. */
struct vector_io {
	const struct iovec32 *v;
	u32 count;
	u32 total; /* bytes */
	bool write;
};

static ssize_t vector_move_whole(struct file *f, const struct vector_io *io, loff_t *pos)
{
	struct user_vector v = {io->v, io->v, 0};

	return io->write ? f->ops->write_vector(f, &v, io->total, pos)
			 : f->ops->read_vector(f, &v, io->total, pos);
}

/* All buffers at *pos. => bytes; -errno where the first moved none */
static ssize_t vector_move(struct file *f, const struct vector_io *io, loff_t *pos)
{
	ssize_t done = 0;

	if (io->total > 0 &&
	    (io->write ? f->ops->write_vector != NULL : f->ops->read_vector != NULL))
		return vector_move_whole(f, io, pos);
	for (const struct iovec32 *v = io->v; v < io->v + io->count; v++) {
		ssize_t n;

		if (v->len == 0)
			continue;
		n = file_rw(f, io->write, (char __user __force *)v->base, v->len, pos);
		if (n < 0)
			return done > 0 ? done : n;
		done += n;
		if ((u32)n < v->len)
			break;
	}
	return done;
}

/* At the file's position, or at *at, as `as`: the file itself, or it with other flags. */
static ssize_t vector_move_file(struct file *f, struct file *as, const struct vector_io *io,
				loff_t *at)
{
	ssize_t n;

	if (at != NULL)
		return vector_move(as, io, at);
	if (!file_locks_position(f))
		return vector_move(as, io, &f->pos);
	mutex_lock(&f->pos_mutex);
	n = vector_move(as, io, &f->pos);
	mutex_unlock(&f->pos_mutex);
	return n;
}

static int check_flags(const struct file *f, bool write, u32 flags)
{
	if (flags & ~RWF_KNOWN)
		return -EOPNOTSUPP;
	if ((flags & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND))
		return -EINVAL;
	if ((flags & RWF_NOWAIT) && !(f->ops->nowait & rw_stream(write)))
		return -EOPNOTSUPP;
	return 0;
}

/* With flags that stand for open(2)'s in this call alone: the operations see a file that has them. */
static __noinline ssize_t vector_move_flags(struct file *f, const struct vector_io *io, loff_t *at,
					    u32 flags)
{
	struct file as = *f;
	int err = check_flags(f, io->write, flags);

	if (err != 0)
		return err;
	if (flags & RWF_NOWAIT)
		as.flags |= O_NONBLOCK;
	if (flags & RWF_APPEND)
		as.flags |= O_APPEND;
	if (flags & RWF_NOAPPEND)
		as.flags &= ~(u32)O_APPEND;
	return vector_move_file(f, &as, io, at);
}

static long rw_vector(u32 fd, bool write, const void __user *user, u32 count, loff_t *at, u32 flags)
{
	struct vector_io io = {.count = count, .write = write};
	struct iovec32 fast[IOV_FAST], *v;
	struct file *f = files_lookup(fd);
	ssize_t n = 0;

	if (f == NULL)
		return -EBADF;
	if (at != NULL && !has_places(f))
		n = -ESPIPE;
	else if (write ? !file_can_write(f) : !file_can_read(f))
		n = -EBADF;
	else
		n = file_rw_check(f, write, NULL, 0);
	if (n != 0)
		goto put_file;
	v = iovec_from_user(user, count, fast, &io.total);
	if (ptr_is_err(v)) {
		n = ptr_err(v);
		goto put_file;
	}
	io.v = v;
	if (io.total > 0 && flags != 0)
		n = vector_move_flags(f, &io, at, flags);
	else
		n = vector_move_file(f, f, &io, at);
	if (v != fast)
		kfree(v);
put_file:
	file_put(f);
	return n;
}

long sys_readv(u32 fd, const void __user *vector, u32 count)
{
	return rw_vector(fd, false, vector, count, NULL, 0);
}

long sys_writev(u32 fd, const void __user *vector, u32 count)
{
	return rw_vector(fd, true, vector, count, NULL, 0);
}

static long rw_vector_at(u32 fd, bool write, const void __user *vector, u32 count, loff_t pos,
			 u32 flags)
{
	return pos < 0 ? -EINVAL : rw_vector(fd, write, vector, count, &pos, flags);
}

static loff_t join(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

long sys_preadv(u32 fd, const void __user *vector, u32 count, u32 low, u32 high)
{
	return rw_vector_at(fd, false, vector, count, join(low, high), 0);
}

long sys_pwritev(u32 fd, const void __user *vector, u32 count, u32 low, u32 high)
{
	return rw_vector_at(fd, true, vector, count, join(low, high), 0);
}

/* -1 is the file's position. */
static long rw_vector_flags(u32 fd, bool write, const void __user *vector, u32 count, loff_t pos,
			    u32 flags)
{
	if (pos == -1)
		return rw_vector(fd, write, vector, count, NULL, flags);
	return rw_vector_at(fd, write, vector, count, pos, flags);
}

long sys_preadv2(u32 fd, const void __user *vector, u32 count, u32 low, u32 high, u32 flags)
{
	return rw_vector_flags(fd, false, vector, count, join(low, high), flags);
}

long sys_pwritev2(u32 fd, const void __user *vector, u32 count, u32 low, u32 high, u32 flags)
{
	return rw_vector_flags(fd, true, vector, count, join(low, high), flags);
}
