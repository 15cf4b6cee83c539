/* SPDX-License-Identifier: MIT */
/* rw.h - what the calls that move bytes (rw.c, rw_vector.c) share, for fs/ alone. */
#pragma once

#include "files.h"

#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

/* Does a call keep others from the file's position? Of what is no device, and has one: a device's read
 * may sleep for as long as it likes. */
static inline bool file_locks_position(const struct file *f)
{
	return f->ops->seek != NULL && (S_ISREG(f->inode->mode) || S_ISDIR(f->inode->mode));
}

static inline u32 rw_stream(bool write)
{
	return write ? STREAM_WRITE : STREAM_READ;
}

/* Is the call done before it has begun? */
static inline bool rw_is_nothing(const struct file *f, bool write, u32 len)
{
	return len == 0 && !(f->ops->empty & rw_stream(write));
}

/* file_rw_check - in Linux's order: may this file, is the memory the user's, is the length one.
 *   => 0; -EBADF, -EISDIR, -EINVAL, -EFAULT */
ssize_t file_rw_check(const struct file *f, bool write, const void __user *buf, u32 len);
/* file_rw - move len bytes (1 .. FILE_IO_MAX, or what is not rw_is_nothing()) at *pos, which is advanced;
 * the checks have been made. pos_mutex is held where *pos is the file's own and file_locks_position().
 *   => bytes, or -errno */
ssize_t file_rw(struct file *f, bool write, char __user *buf, size_t len, loff_t *pos);
