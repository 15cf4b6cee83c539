/* SPDX-License-Identifier: MIT */
/*
 * fcntl.c - what descriptors are, not what they read: fcntl(2), dup3(2), fsync(2), sync(2).
 *
 * F_DUPFD and F_GETFD are the table's, F_GETFL and F_SETFL the open file's: flags of a file change
 * one word at a time, and whoever reads them sees the old or the new.
 */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/memfd.h>

/* What F_SETFL may change; the other bits of its argument mean nothing to it. fcntl(2) */
#define SETFL_FLAGS (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)
/* What open(2) does once, and F_GETFL does not tell. */
#define OPEN_ONCE   (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

static long dup_from(u32 fd, u32 min_fd, bool cloexec)
{
	struct file *f = files_lookup_any(fd);
	int new_fd;

	if (f == NULL)
		return -EBADF;
	new_fd = min_fd >= rlimit(RLIMIT_NOFILE) ? -EINVAL : files_install(f, min_fd, cloexec);
	if (new_fd < 0)
		file_put(f);
	return new_fd;
}

/* Flags of the descriptor itself. */
static long descriptor_flags(u32 fd, bool set, bool cloexec)
{
	struct files *files = current->files;
	long result = -EBADF;

	spin_lock(&files->lock);
	if (fd < files->size && files->slots[fd].file != NULL) {
		if (set)
			files->slots[fd].cloexec = cloexec;
		result = set ? 0 : files->slots[fd].cloexec;
	}
	spin_unlock(&files->lock);
	return result;
}

static long file_flags(u32 fd, bool set, u32 flags)
{
	struct file *f = set ? files_lookup(fd) : files_lookup_any(fd);
	long result = 0;

	if (f == NULL)
		return -EBADF;
	if (!set)
		result = (long)(f->flags & ~(u32)OPEN_ONCE);
	else if ((flags & ~f->flags & O_NOATIME) && !inode_owner_or_capable(f->inode))
		result = -EPERM;
	else if (flags & O_DIRECT)
		result = -EINVAL; /* there is no file here that bypasses the cache */
	else
		f->flags = (f->flags & ~(u32)SETFL_FLAGS) | (flags & SETFL_FLAGS);
	file_put(f);
	return result;
}

static long pipe_size(u32 fd)
{
	struct file *f = files_lookup(fd);
	long result;

	if (f == NULL)
		return -EBADF;
	result = S_ISFIFO(f->inode->mode) ? (long)PIPE_SIZE_BYTES : -EBADF;
	file_put(f);
	return result;
}

static long file_seals(u32 fd, bool add, u32 seals)
{
	struct file *f = files_lookup(fd);
	long result = -EINVAL;

	if (f == NULL)
		return -EBADF;
	if (add && !file_can_write(f))
		result = -EPERM;
	else if (!(add && (seals & ~(u32)F_SEALS_ALL)) && f->inode->ops->seals != NULL)
		result = f->inode->ops->seals(f->inode, add, seals);
	file_put(f);
	return result;
}

static long fd_is_open(u32 fd)
{
	struct file *f = files_lookup(fd);

	if (f == NULL)
		return -EBADF;
	file_put(f);
	return -EINVAL;
}

long sys_fcntl64(u32 fd, u32 cmd, u32 arg)
{
	switch (cmd) {
	case F_DUPFD:
		return dup_from(fd, arg, false);
	case F_DUPFD_CLOEXEC:
		return dup_from(fd, arg, true);
	case F_GETFD:
		return descriptor_flags(fd, false, false);
	case F_SETFD:
		return descriptor_flags(fd, true, (arg & FD_CLOEXEC) != 0);
	case F_GETFL:
		return file_flags(fd, false, 0);
	case F_SETFL:
		return file_flags(fd, true, arg);
	case F_GETPIPE_SZ:
		return pipe_size(fd);
	case F_ADD_SEALS:
		return file_seals(fd, true, arg);
	case F_GET_SEALS:
		return file_seals(fd, false, 0);
	default:
		return fd_is_open(fd);
	}
}

long sys_dup3(u32 fd, u32 new_fd, u32 flags)
{
	struct file *f;
	int result;

	if ((flags & ~(u32)O_CLOEXEC) != 0 || fd == new_fd)
		return -EINVAL;
	if (new_fd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	f = files_lookup_any(fd);
	if (f == NULL)
		return -EBADF;
	result = files_replace(f, new_fd, (flags & O_CLOEXEC) != 0);
	if (result < 0)
		file_put(f);
	return result;
}

/* What is written is where it stays; pipes, terminals, reports keep nothing. */
static bool keeps(const struct inode *inode)
{
	return S_ISDIR(inode->mode) ? inode->ops->create != NULL : inode->mapping != NULL;
}

/* fsync(2), fdatasync(2) */
long sys_fsync(u32 fd)
{
	struct file *f = files_lookup(fd);
	long result;

	if (f == NULL)
		return -EBADF;
	result = keeps(f->inode) ? 0 : -EINVAL;
	file_put(f);
	return result;
}

long sys_sync(void)
{
	return 0; /* no file system here has a disk under it */
}

/* syncfs(2) */
long sys_syncfs(u32 fd)
{
	long result = fd_is_open(fd);

	return result == -EINVAL ? 0 : result;
}
