/* SPDX-License-Identifier: MIT */
/* dev_null.c - /dev/null, /dev/zero and /dev/full. null(4), full(4) */
#include "devices.h"

#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

static ssize_t null_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)len;
	(void)pos;
	return 0;
}

static ssize_t null_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)pos;
	return (ssize_t)len;
}

static ssize_t null_write_kernel(struct file *file, const void *buf, size_t len, loff_t *pos,
				 bool wait)
{
	(void)file;
	(void)buf;
	(void)pos;
	(void)wait;
	return (ssize_t)len;
}

static loff_t null_seek(struct file *file, loff_t offset, u32 whence)
{
	(void)offset;
	(void)whence;
	file->pos = 0;
	return 0;
}

/* A page at a time: what was cleared before a bad address counts, and a long read can be killed. */
static ssize_t zero_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	size_t done = 0;

	(void)file;
	(void)pos;
	while (done < len) {
		u32 offset = (u32)(uintptr_t)(buf + done) & (PAGE_SIZE - 1);
		size_t n = MIN(len - done, (size_t)(PAGE_SIZE - offset)); /* all of it, or none */

		if (clear_user(buf + done, n) != 0)
			return done > 0 ? (ssize_t)done : -EFAULT;
		done += n;
		if (signal_pending())
			break;
	}
	return (ssize_t)done;
}

static ssize_t zero_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	(void)file;
	(void)pos;
	memset(buf, 0, len);
	return (ssize_t)len;
}

static ssize_t full_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)len;
	(void)pos;
	return -ENOSPC;
}

const struct file_ops null_fops = {
	.nowait = STREAM_READ | STREAM_WRITE,
	.read = null_read,
	.write = null_write,
	.write_kernel = null_write_kernel,
	.seek = null_seek,
};

const struct file_ops zero_fops = {
	.nowait = STREAM_READ | STREAM_WRITE,
	.read = zero_read,
	.write = null_write,
	.read_kernel = zero_read_kernel,
	.write_kernel = null_write_kernel,
	.map_caps = MAP_CAN_COPY,
	.mmap = zero_mmap,
	.seek = null_seek,
};

const struct file_ops full_fops = {
	.empty = STREAM_WRITE,
	.read = zero_read,
	.write = full_write,
	.read_kernel = zero_read_kernel,
	.seek = null_seek,
};
