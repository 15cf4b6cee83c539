/* SPDX-License-Identifier: MIT */
/* inode.c - the common part of inodes: reference counts. */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/serial_number.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

void inode_init(struct inode *inode, struct super_block *sb, u32 ino, u32 mode,
		const struct inode_ops *ops, const struct file_ops *fops)
{
	memset(inode, 0, sizeof(*inode));
	inode->serial = serial_number();
	atomic_set(&inode->refs, 1);
	inode->ino = ino;
	inode->mode = mode;
	inode->nlink = 1;
	inode->atime_ns = inode->mtime_ns = inode->ctime_ns = clock_realtime_ns();
	mutex_init(&inode->mutex, inode_mutex);
	inode->ops = ops;
	inode->fops = fops;
	inode->sb = sb;
	atomic_inc(&sb->refs);
}

int inode_write_begin(struct inode *inode)
{
	s32 old = atomic_read(&inode->writers), seen;

	for (; old >= 0; old = seen) {
		seen = atomic_cmpxchg(&inode->writers, old, old + 1);
		if (seen == old)
			return 0;
	}
	return -ETXTBSY;
}

void inode_write_end(struct inode *inode)
{
	atomic_dec(&inode->writers);
}

int inode_exec_begin(struct inode *inode)
{
	s32 old = atomic_read(&inode->writers), seen;

	for (; old <= 0; old = seen) {
		seen = atomic_cmpxchg(&inode->writers, old, old - 1);
		if (seen == old)
			return 0;
	}
	return -ETXTBSY;
}

void inode_exec_end(struct inode *inode)
{
	atomic_inc(&inode->writers);
}

void inode_put(struct inode *inode)
{
	struct super_block *sb;

	if (!atomic_dec_and_test(&inode->refs))
		return;
	sb = inode->sb;
	inode->ops->release(inode);
	super_put(sb);
}

/* With relatime only the first read after a change counts: most reads cost no look at the clock. */
void file_accessed(const struct file *file)
{
	struct inode *inode = file->inode;
	u32 flags = inode->sb->flags;

	if ((flags & MS_RELATIME) && inode->atime_ns > inode->mtime_ns &&
	    inode->atime_ns > inode->ctime_ns)
		return;
	if ((flags & MS_NOATIME) || (file->flags & O_NOATIME) || inode->sb->read_only)
		return;
	if ((flags & MS_NODIRATIME) && S_ISDIR(inode->mode))
		return;
	inode->atime_ns = clock_realtime_ns();
}
