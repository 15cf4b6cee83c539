/* SPDX-License-Identifier: MIT */
/*
 * stat.c - the calls that tell what an inode and its file system are: stat64(2) and its forms,
 * statx(2), statfs(2), statfs64(2), access(2), readlink(2).
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* --- stat, statx --- */

/* What all forms tell. */
struct facts {
	u32 mode, nlink, uid, gid;
	loff_t size;
	u64 atime_ns, mtime_ns, ctime_ns;
	u64 blocks; /* of 512 bytes */
};

static struct facts facts_of(struct inode *inode)
{
	struct facts f;

	mutex_lock(&inode->mutex);
	f = (struct facts){
		.mode = inode->mode,
		.nlink = inode->nlink,
		.uid = inode->uid,
		.gid = inode->gid,
		.size = inode->size,
		.atime_ns = inode->atime_ns,
		.mtime_ns = inode->mtime_ns,
		.ctime_ns = inode->ctime_ns,
	};
	if (inode->mapping != NULL)
		f.blocks = (u64)filemap_nr_pages(inode->mapping) * (PAGE_SIZE / 512);
	else if (S_ISREG(inode->mode))
		f.blocks = ((u64)inode->size + 511) / 512;
	mutex_unlock(&inode->mutex);
	return f;
}

static int write_stat(struct inode *inode, void __user *user)
{
	struct facts f = facts_of(inode);
	struct uapi_stat64 st;

	memset(&st, 0, sizeof(st));
	st.st_mode = f.mode;
	st.st_nlink = f.nlink;
	st.st_uid = f.uid;
	st.st_gid = f.gid;
	st.st_size = f.size;
	st.st_dev = inode->sb->dev;
	st.st_ino = inode->ino;
	st.st_ino_low = inode->ino;
	st.st_rdev = inode->rdev;
	st.st_blksize = PAGE_SIZE;
	st.st_blocks = f.blocks;
	st.st_atime_sec = (u32)split_seconds(f.atime_ns, &st.st_atime_nsec);
	st.st_mtime_sec = (u32)split_seconds(f.mtime_ns, &st.st_mtime_nsec);
	st.st_ctime_sec = (u32)split_seconds(f.ctime_ns, &st.st_ctime_nsec);
	return copy_to_user(user, &st, sizeof(st));
}

static struct uapi_statx_time statx_time(u64 ns)
{
	struct uapi_statx_time t = {0};

	t.tv_sec = (s64)split_seconds(ns, &t.tv_nsec);
	return t;
}

static int write_statx(struct inode *inode, void __user *user)
{
	struct facts f = facts_of(inode);
	struct uapi_statx st;

	memset(&st, 0, sizeof(st));
	st.stx_mask = UAPI_STATX_BASIC_STATS;
	st.stx_blksize = PAGE_SIZE;
	st.stx_nlink = f.nlink;
	st.stx_uid = f.uid;
	st.stx_gid = f.gid;
	st.stx_mode = (u16)f.mode;
	st.stx_ino = inode->ino;
	st.stx_size = (u64)f.size;
	st.stx_blocks = f.blocks;
	st.stx_attributes_mask = UAPI_STATX_ATTR_MOUNT_ROOT;
	if (inode == inode->sb->root)
		st.stx_attributes = UAPI_STATX_ATTR_MOUNT_ROOT;
	st.stx_atime = statx_time(f.atime_ns);
	st.stx_mtime = statx_time(f.mtime_ns);
	st.stx_ctime = statx_time(f.ctime_ns);
	st.stx_rdev_major = UAPI_MAJOR(inode->rdev);
	st.stx_rdev_minor = UAPI_MINOR(inode->rdev);
	st.stx_dev_major = UAPI_MAJOR(inode->sb->dev);
	st.stx_dev_minor = UAPI_MINOR(inode->sb->dev);
	return copy_to_user(user, &st, sizeof(st));
}

typedef int (*write_fn)(struct inode *inode, void __user *user);

static unsigned walk_flags(u32 flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
	       (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
}

static long stat_at(int dirfd, const char __user *path, unsigned walk, write_fn write,
		    void __user *user)
{
	struct path p;
	int err = path_at(dirfd, path, walk, &p);

	if (err != 0)
		return err;
	err = write(p.inode, user);
	path_put(&p);
	return err;
}

long sys_stat64(const char __user *path, void __user *st)
{
	return stat_at(AT_FDCWD, path, WALK_FOLLOW, write_stat, st);
}

long sys_lstat64(const char __user *path, void __user *st)
{
	return stat_at(AT_FDCWD, path, 0, write_stat, st);
}

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

long sys_fstatat64(int dirfd, const char __user *path, void __user *st, u32 flags)
{
	if (flags & ~(u32)STAT_FLAGS)
		return -EINVAL;
	return stat_at(dirfd, path, walk_flags(flags), write_stat, st);
}

long sys_statx(int dirfd, const char __user *path, u32 flags, u32 mask, void __user *st)
{
	if ((mask & UAPI_STATX_RESERVED) || (flags & ~(u32)STAT_FLAGS) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	return stat_at(dirfd, path, walk_flags(flags), write_statx, st);
}

static long stat_fd(u32 fd, write_fn write, void __user *st)
{
	struct file *f = files_lookup_any(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = write(f->inode, st);
	file_put(f);
	return err;
}

long sys_fstat64(u32 fd, void __user *st)
{
	return stat_fd(fd, write_stat, st);
}

/* --- statfs --- */

static u32 statfs_flags(const struct super_block *sb)
{
	static const struct {
		u32 mount, statfs;
	} pairs[] = {
		{MS_NOSUID, ST_NOSUID},           {MS_NODEV, ST_NODEV},
		{MS_NOEXEC, ST_NOEXEC},           {MS_SYNCHRONOUS, ST_SYNCHRONOUS},
		{MS_MANDLOCK, ST_MANDLOCK},       {MS_NOATIME, ST_NOATIME},
		{MS_NODIRATIME, ST_NODIRATIME},   {MS_RELATIME, ST_RELATIME},
		{MS_NOSYMFOLLOW, ST_NOSYMFOLLOW},
	};
	u32 flags = ST_VALID | (sb->read_only ? ST_RDONLY : 0);

	for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++)
		if (sb->flags & pairs[i].mount)
			flags |= pairs[i].statfs;
	return flags;
}

static void get_statfs(const struct inode *inode, struct uapi_statfs64 *st)
{
	struct super_block *sb = inode->sb;

	memset(st, 0, sizeof(*st));
	st->f_bsize = st->f_frsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	st->f_type = sb->ops->magic;
	if (sb->ops->statfs != NULL)
		sb->ops->statfs(sb, st);
	st->f_flags = statfs_flags(sb);
	st->f_fsid[0] = (int)sb->dev;
}

static int write_statfs64(struct inode *inode, void __user *user)
{
	struct uapi_statfs64 st;

	get_statfs(inode, &st);
	return copy_to_user(user, &st, sizeof(st));
}

static int write_statfs(struct inode *inode, void __user *user)
{
	struct uapi_statfs64 st;
	struct uapi_statfs old = {0};

	get_statfs(inode, &st);
	if ((st.f_blocks | st.f_bfree | st.f_bavail | st.f_files | st.f_ffree) > UINT32_MAX)
		return -EOVERFLOW;
	old.f_type = st.f_type;
	old.f_bsize = st.f_bsize;
	old.f_blocks = (u32)st.f_blocks;
	old.f_bfree = (u32)st.f_bfree;
	old.f_bavail = (u32)st.f_bavail;
	old.f_files = (u32)st.f_files;
	old.f_ffree = (u32)st.f_ffree;
	old.f_fsid[0] = st.f_fsid[0];
	old.f_namelen = st.f_namelen;
	old.f_frsize = st.f_frsize;
	old.f_flags = st.f_flags;
	return copy_to_user(user, &old, sizeof(old));
}

static bool is_statfs_size(u32 size)
{
	return size == sizeof(struct uapi_statfs64) || size == UAPI_STATFS64_PADDED;
}

long sys_statfs(const char __user *path, void __user *st)
{
	return stat_at(AT_FDCWD, path, WALK_FOLLOW, write_statfs, st);
}

long sys_fstatfs(u32 fd, void __user *st)
{
	return stat_fd(fd, write_statfs, st);
}

long sys_statfs64(const char __user *path, u32 size, void __user *st)
{
	if (!is_statfs_size(size))
		return -EINVAL;
	return stat_at(AT_FDCWD, path, WALK_FOLLOW, write_statfs64, st);
}

long sys_fstatfs64(u32 fd, u32 size, void __user *st)
{
	return is_statfs_size(size) ? stat_fd(fd, write_statfs64, st) : -EINVAL;
}

/* --- access --- */

static int check_access(const struct inode *inode, u32 mode)
{
	bool is_special = !S_ISREG(inode->mode) && !S_ISDIR(inode->mode) && !S_ISLNK(inode->mode);

	if ((mode & MAY_EXEC) && S_ISREG(inode->mode) && (inode->sb->flags & MS_NOEXEC))
		return -EACCES;
	if ((mode & MAY_WRITE) && inode->sb->read_only && !is_special)
		return -EROFS;
	return inode_permission(inode, mode);
}

static long access_at(int dirfd, const char __user *path, u32 mode, u32 flags)
{
	struct path p;
	int err = path_at(dirfd, path, walk_flags(flags), &p);

	if (err != 0)
		return err;
	err = check_access(p.inode, mode);
	path_put(&p);
	return err;
}

/* It asks for the real user, unless AT_EACCESS says otherwise. */
long sys_faccessat2(int dirfd, const char __user *path, u32 mode, u32 flags)
{
	struct cred *old = NULL;
	int none = 0;
	long err;

	if (mode & ~7u)
		return -EINVAL;
	if (flags & ~(u32)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(flags & AT_EACCESS))
		old = cred_for_access(&none);
	err = none != 0 ? none : access_at(dirfd, path, mode, flags);
	cred_access_done(old);
	return err;
}

long sys_faccessat(int dirfd, const char __user *path, u32 mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

long sys_access(const char __user *path, u32 mode)
{
	return sys_faccessat2(AT_FDCWD, path, mode, 0);
}

/* --- readlink --- */

static ssize_t read_link(struct inode *inode, bool empty_path, char __user *user, u32 len)
{
	char *buf;
	ssize_t n;

	if (!S_ISLNK(inode->mode))
		return empty_path ? -ENOENT : -EINVAL;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (buf == NULL)
		return -ENOMEM;
	n = inode->ops->readlink(inode, buf, MIN(len, PATH_MAX));
	if (n > 0 && copy_to_user(user, buf, (size_t)n) != 0)
		n = -EFAULT;
	kfree(buf);
	return n;
}

/* An empty path: the link that O_PATH | O_NOFOLLOW has opened. */
long sys_readlinkat(int dirfd, const char __user *path, char __user *user, u32 len)
{
	struct path p;
	long n;

	if ((int)len <= 0)
		return -EINVAL;
	n = path_at(dirfd, path, WALK_EMPTY, &p);
	if (n != 0)
		return n;
	n = read_link(p.inode, p.buffer == NULL, user, len);
	path_put(&p);
	return n;
}

long sys_readlink(const char __user *path, char __user *user, u32 len)
{
	return sys_readlinkat(AT_FDCWD, path, user, len);
}
