/* SPDX-License-Identifier: MIT */
/*
 * sendfile.c - sendfile(2): bytes of a file into another file or a pipe, past the program.
 *
 *	in --read_kernel--> one page of kernel memory --write_kernel--> out
 *
 * What cannot be written was not read: `in` is read at a place of its own, which moves by what went
 * out. Nothing is locked between the two halves; a file's position is looked at before and set
 * afterwards, so one descriptor in two calls at once is the programs' affair, as on Linux.
 */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/stat.h>

/* A call on its way. */
struct transfer {
	struct file *in, *out;
	loff_t in_pos, out_pos;
};

static loff_t position(struct file *f)
{
	loff_t pos = 0;

	if (f->ops->seek != NULL) {
		mutex_lock(&f->pos_mutex);
		pos = f->pos;
		mutex_unlock(&f->pos_mutex);
	}
	return pos;
}

static void set_position(struct file *f, loff_t pos)
{
	if (f->ops->seek == NULL)
		return;
	mutex_lock(&f->pos_mutex);
	f->pos = pos;
	mutex_unlock(&f->pos_mutex);
}

/* One page at the most; a pipe is asked first of all whether it can be written. => bytes that went, 0: the
 * end of `in` */
static ssize_t move_page(struct transfer *t, void *buf, size_t len, bool first)
{
	ssize_t n = file_read_kernel(t->in, buf, MIN(len, (size_t)PAGE_SIZE), t->in_pos);

	if (n > 0 || (n == 0 && first && S_ISFIFO(t->out->inode->mode)))
		n = t->out->ops->write_kernel(t->out, buf, (size_t)n, &t->out_pos, first);
	if (n > 0)
		t->in_pos += n;
	return n;
}

/* Only the first page waits for room. => bytes; -errno where the first page failed */
static ssize_t move(struct transfer *t, size_t len)
{
	void *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	size_t done = 0;
	ssize_t n;

	if (buf == NULL)
		return -ENOMEM;
	do {
		n = move_page(t, buf, len - done, done == 0);
		if (n > 0)
			done += (size_t)n;
	} while (n > 0 && done < len && !signal_pending());
	kfree(buf);
	if (done > 0)
		file_accessed(t->in);
	return done > 0 ? (ssize_t)done : n;
}

/* What is asked of the file that is read, before anybody looks at the other. */
static int check_in(const struct file *in, const loff_t *offset, u32 count)
{
	loff_t pos = offset != NULL ? *offset : 0;

	if (!file_can_read(in))
		return -EBADF;
	if (offset != NULL && in->ops->seek == NULL)
		return -ESPIPE;
	if ((s32)count < 0 || pos < 0 || pos > INT64_MAX - (loff_t)count)
		return -EINVAL;
	return 0;
}

static int check_out(const struct file *in, const struct file *out, u32 count)
{
	if (!file_can_write(out))
		return -EBADF;
	if (!S_ISFIFO(out->inode->mode) && ((out->flags & O_APPEND) || in->ops->seek == NULL))
		return -EINVAL;
	if ((count > 0 || S_ISFIFO(out->inode->mode)) &&
	    (in->ops->read_kernel == NULL || out->ops->write_kernel == NULL))
		return -EINVAL;
	return 0;
}

/* *offset is advanced, or else (NULL) the position of `in` */
static ssize_t send(struct file *out, struct file *in, loff_t *offset, u32 count)
{
	struct transfer t = {.in = in, .out = out};
	ssize_t n = check_out(in, out, count);

	if (n != 0 || (count == 0 && !S_ISFIFO(out->inode->mode)))
		return n;
	t.in_pos = offset != NULL ? *offset : position(in);
	t.out_pos = position(out);
	n = move(&t, MIN(count, FILE_IO_MAX));
	if (n <= 0)
		return n;
	set_position(out, t.out_pos);
	if (offset != NULL)
		*offset = t.in_pos;
	else
		set_position(in, t.in_pos);
	return n;
}

/* max: where an offset of this width ends */
static ssize_t send_fds(u32 out_fd, u32 in_fd, loff_t *offset, u32 count, loff_t max)
{
	struct file *in = files_lookup(in_fd), *out;
	ssize_t n;

	if (in == NULL)
		return -EBADF;
	n = check_in(in, offset, count);
	if (n != 0)
		goto put_in;
	n = -EBADF;
	out = files_lookup(out_fd);
	if (out == NULL)
		goto put_in;
	if (!file_can_write(out))
		n = -EBADF;
	else if (offset != NULL && count > 0 && *offset >= max)
		n = -EOVERFLOW;
	else
		n = send(out, in, offset,
			 offset != NULL ? (u32)MIN((loff_t)count, max - *offset) : count);
	file_put(out);
put_in:
	file_put(in);
	return n;
}

long sys_sendfile(u32 out_fd, u32 in_fd, s32 __user *user_offset, u32 count)
{
	s32 offset;
	loff_t pos;
	ssize_t n;

	if (user_offset == NULL)
		return send_fds(out_fd, in_fd, NULL, count, INT64_MAX);
	if (copy_from_user(&offset, user_offset, sizeof(offset)) != 0)
		return -EFAULT;
	pos = offset;
	n = send_fds(out_fd, in_fd, &pos, count, INT32_MAX);
	offset = (s32)pos;
	return copy_to_user(user_offset, &offset, sizeof(offset)) != 0 ? -EFAULT : n;
}

long sys_sendfile64(u32 out_fd, u32 in_fd, s64 __user *user_offset, u32 count)
{
	loff_t pos;
	ssize_t n;

	if (user_offset == NULL)
		return send_fds(out_fd, in_fd, NULL, count, INT64_MAX);
	if (copy_from_user(&pos, user_offset, sizeof(pos)) != 0)
		return -EFAULT;
	n = send_fds(out_fd, in_fd, &pos, count, INT64_MAX);
	return copy_to_user(user_offset, &pos, sizeof(pos)) != 0 ? -EFAULT : n;
}
