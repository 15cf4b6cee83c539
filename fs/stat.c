/* SPDX-License-Identifier: MIT */
/* stat.c - stat(2) in its 64-bit form, for paths, links and descriptors. */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/stat.h>

static int stat_inode(struct inode *inode, void __user *user_stat)
{
	struct uapi_stat64 st;
	u32 sec, nsec;

	memset(&st, 0, sizeof(st));
	mutex_lock(&inode->mutex);
	sec = (u32)(inode->mtime_ns / NSEC_PER_SEC);
	nsec = (u32)(inode->mtime_ns % NSEC_PER_SEC);
	st.st_mode = inode->mode;
	st.st_nlink = inode->nlink;
	st.st_uid = inode->uid;
	st.st_gid = inode->gid;
	st.st_size = inode->size;
	mutex_unlock(&inode->mutex);
	st.st_dev = inode->sb->dev;
	st.st_ino = inode->ino;
	st.st_ino_low = inode->ino;
	st.st_rdev = inode->rdev;
	st.st_blksize = PAGE_SIZE;
	st.st_blocks = ((u64)st.st_size + 511) / 512;
	st.st_atime_sec = st.st_mtime_sec = st.st_ctime_sec = sec;
	st.st_atime_nsec = st.st_mtime_nsec = st.st_ctime_nsec = nsec;
	return copy_to_user(user_stat, &st, sizeof(st));
}

static long stat_path(const char __user *user_path, unsigned walk, void __user *st)
{
	char *path = path_from_user(user_path);
	struct path p;
	int err;

	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, walk, &p);
	kfree(path);
	if (err != 0)
		return err;
	err = stat_inode(p.inode, st);
	path_put(&p);
	return err;
}

long sys_stat64(const char __user *path, void __user *st)
{
	return stat_path(path, WALK_FOLLOW, st);
}

long sys_lstat64(const char __user *path, void __user *st)
{
	return stat_path(path, 0, st);
}

long sys_fstat64(u32 fd, void __user *st)
{
	struct file *f = files_lookup(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = stat_inode(f->inode, st);
	file_put(f);
	return err;
}
