/* SPDX-License-Identifier: MIT */
/*
 * dev_random.c - /dev/random and /dev/urandom: bytes from the machine's seeded generator. random(4)
 *
 * The same seed gives the same bytes: a machine is reproducible, and these are not for secrets. What
 * is written is thrown away, so that it stays so.
 */
#include "devices.h"

#include <octavo/errno.h>
#include <octavo/random.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

enum { CHUNK = 256 };

static ssize_t random_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	u8 chunk[CHUNK];
	size_t done = 0;

	(void)file;
	(void)pos;
	while (done < len && !(done > 0 && signal_pending())) {
		size_t n = MIN(len - done, sizeof(chunk));

		random_bytes(chunk, n);
		if (copy_to_user(buf + done, chunk, n) != 0)
			return done > 0 ? (ssize_t)done : -EFAULT;
		done += n;
	}
	return (ssize_t)done;
}

/* The bytes are looked at, so that a bad address is said. */
static ssize_t random_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u8 chunk[CHUNK];
	size_t done = 0;

	(void)file;
	(void)pos;
	while (done < len && !(done > 0 && signal_pending())) {
		size_t n = MIN(len - done, sizeof(chunk));

		if (copy_from_user(chunk, buf + done, n) != 0)
			return done > 0 ? (ssize_t)done : -EFAULT;
		done += n;
	}
	return (ssize_t)done;
}

static loff_t random_seek(struct file *file, loff_t offset, u32 whence)
{
	(void)offset;
	(void)whence;
	file->pos = 0;
	return 0;
}

const struct file_ops random_fops = {
	.nowait = STREAM_READ | STREAM_WRITE,
	.read = random_read,
	.write = random_write,
	.seek = random_seek,
};
