/* SPDX-License-Identifier: MIT */
/*
 * allocate.c - fallocate(2): room for bytes of a file before they are written, or none for bytes that
 * nobody needs any more. What is asked is checked here, in Linux's order; the file system does it.
 */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <uapi/octavo/falloc.h>
#include <uapi/octavo/stat.h>

/* One thing at a time; a hole never changes the size, what moves bytes always does. */
static bool mode_is_known(u32 mode)
{
	switch (mode & ~(u32)FALLOC_FL_KEEP_SIZE) {
	case 0:
	case FALLOC_FL_ZERO_RANGE:
	case FALLOC_FL_UNSHARE_RANGE:
		return true;
	case FALLOC_FL_PUNCH_HOLE:
		return (mode & FALLOC_FL_KEEP_SIZE) != 0;
	case FALLOC_FL_COLLAPSE_RANGE:
	case FALLOC_FL_INSERT_RANGE:
		return (mode & FALLOC_FL_KEEP_SIZE) == 0;
	default:
		return false;
	}
}

static int check(const struct file *f, u32 mode, loff_t offset, loff_t len)
{
	u32 kind = f->inode->mode;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	if (!mode_is_known(mode))
		return -EOPNOTSUPP;
	if (!file_can_write(f))
		return -EBADF;
	if (S_ISFIFO(kind))
		return -ESPIPE;
	if (S_ISDIR(kind))
		return -EISDIR;
	if (!S_ISREG(kind))
		return -ENODEV;
	if (offset > FILE_POS_MAX || len > FILE_POS_MAX - offset)
		return -EFBIG;
	return f->inode->ops->allocate != NULL ? 0 : -EOPNOTSUPP;
}

int file_allocate(const struct file *f, u32 mode, loff_t offset, loff_t len)
{
	struct inode *inode = f->inode;
	int err = check(f, mode, offset, len);

	if (err != 0)
		return err;
	mutex_lock(&inode->mutex);
	err = inode->ops->allocate(inode, mode, offset, len);
	if (err == 0) {
		inode->mtime_ns = inode->ctime_ns = clock_realtime_ns();
		inode_drop_set_id(inode);
	}
	mutex_unlock(&inode->mutex);
	return err;
}

long sys_fallocate(u32 fd, u32 mode, u32 low, u32 high, u32 len_low, u32 len_high)
{
	loff_t offset = (loff_t)((u64)high << 32 | low);
	loff_t len = (loff_t)((u64)len_high << 32 | len_low);
	struct file *f = files_lookup(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = file_allocate(f, mode, offset, len);
	file_put(f);
	return err;
}
