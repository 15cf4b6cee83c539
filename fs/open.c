/* SPDX-License-Identifier: MIT */
/*
 * open.c - the calls that take a path: open(2), mkdir(2), unlink(2), chdir(2) and their like.
 *
 * Everybody is root: permission bits are kept and shown, and only execution asks for them.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* O_TRUNC writes, whatever the mode says. */
static bool wants_write(u32 flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

static u32 apply_umask(u32 mode)
{
	struct fs_context *fs = current->fs;
	u32 mask;

	spin_lock(&fs->lock);
	mask = fs->umask;
	spin_unlock(&fs->lock);
	return mode & ~mask;
}

/* Make the entry that `p` found missing. => 0 and p->inode; -EEXIST somebody was faster */
static int make_entry(struct path *p, u32 mode, u32 rdev)
{
	struct inode *dir = p->dir;
	struct inode *other;
	int err;

	if (dir->sb->read_only)
		return -EROFS;
	mutex_lock(&dir->mutex);
	if (dir->nlink == 0 || super_is_dead(dir->sb)) {
		err = -ENOENT; /* the directory itself has been removed */
	} else if (dir->ops->lookup(dir, p->name, p->len, &other) == 0) {
		inode_put(other);
		err = -EEXIST;
	} else if (dir->ops->create == NULL) {
		err = S_ISREG(mode) ? -EACCES : -EPERM;
	} else {
		err = dir->ops->create(dir, p->name, p->len, mode, rdev, &p->inode);
	}
	mutex_unlock(&dir->mutex);
	return err;
}

/* What open(2) refuses of an inode that exists. */
static int open_check(const struct inode *inode, u32 flags)
{
	if (S_ISLNK(inode->mode))
		return -ELOOP; /* O_NOFOLLOW */
	if (S_ISDIR(inode->mode)) {
		if (flags & O_CREAT || wants_write(flags))
			return -EISDIR;
	} else if (flags & O_DIRECTORY) {
		return -ENOTDIR;
	}
	if ((inode->sb->flags & MS_NODEV) && (S_ISCHR(inode->mode) || S_ISBLK(inode->mode)))
		return -EACCES;
	if (inode->sb->read_only && wants_write(flags) && S_ISREG(inode->mode))
		return -EROFS;
	return 0;
}

static int open_truncate(struct inode *inode)
{
	int err;

	if (inode->ops->truncate == NULL)
		return -EROFS;
	err = inode_write_begin(inode);
	if (err != 0)
		return err;
	mutex_lock(&inode->mutex);
	err = inode->ops->truncate(inode, 0);
	mutex_unlock(&inode->mutex);
	inode_write_end(inode);
	return err;
}

/* The file for an inode whose reference is taken over in any case. */
static struct file *open_inode(struct inode *inode, u32 flags)
{
	const struct file_ops *ops = inode->fops;
	struct file *file;

	if (S_ISCHR(inode->mode))
		ops = chrdev_ops(inode->rdev);
	if (ops == NULL) {
		inode_put(inode);
		return err_ptr(-ENXIO);
	}
	file = file_alloc(inode, flags & ~(u32)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC), ops);
	if (ptr_is_err(file))
		inode_put(inode);
	return file;
}

/* Find or make the inode. => 0 and p; a file that it made is not checked */
static int open_find(struct inode *base, const char *path, u32 flags, u32 mode, struct path *p)
{
	bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	unsigned walk = exclusive || (flags & O_NOFOLLOW) ? 0 : WALK_FOLLOW;
	int err;

	for (;;) {
		err = path_walk(base, path, walk | (flags & O_CREAT ? WALK_PARENT : 0), p);
		if (err != 0)
			return err;
		if (p->inode != NULL)
			err = exclusive ? -EEXIST : open_check(p->inode, flags);
		else if (p->must_be_dir)
			err = -EISDIR;
		else
			err = make_entry(p, S_IFREG | apply_umask(mode & 07777), 0);
		if (err == -EEXIST && !exclusive) {
			path_put(p);
			continue; /* another process made it: open that one */
		}
		if (err == 0 && (flags & O_TRUNC) && S_ISREG(p->inode->mode))
			err = open_truncate(p->inode);
		if (err != 0)
			path_put(p);
		return err;
	}
}

static struct file *file_open_at(struct inode *base, const char *path, u32 flags, u32 mode)
{
	struct path p;
	struct file *file;
	int err = open_find(base, path, flags, mode, &p);

	if (err != 0)
		return err_ptr(err);
	inode_get(p.inode);
	file = open_inode(p.inode, flags);
	path_put(&p);
	return file;
}

struct file *file_open(const char *path, u32 flags, u32 mode)
{
	return file_open_at(NULL, path, flags, mode);
}

/* The descriptor comes first: without one, nothing is looked at or created. */
static long open_user(struct inode *base, const char __user *user_path, u32 flags, u32 mode)
{
	char *path = path_from_user(user_path);
	struct file *file;
	int fd;

	if (ptr_is_err(path))
		return ptr_err(path);
	fd = files_reserve(0);
	if (fd < 0) {
		kfree(path);
		return fd;
	}
	file = file_open_at(base, path, flags, mode);
	kfree(path);
	if (ptr_is_err(file)) {
		files_unreserve((u32)fd);
		return ptr_err(file);
	}
	files_fill((u32)fd, file, (flags & O_CLOEXEC) != 0);
	return fd;
}

long sys_open(const char __user *path, int flags, u32 mode)
{
	return open_user(NULL, path, (u32)flags, mode);
}

long sys_creat(const char __user *path, u32 mode)
{
	return open_user(NULL, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* openat(2): an absolute path does not look at the descriptor. */
long sys_openat(int dirfd, const char __user *path, int flags, u32 mode)
{
	struct file *dir;
	char first;
	long fd;

	if (dirfd == AT_FDCWD)
		return open_user(NULL, path, (u32)flags, mode);
	if (copy_from_user(&first, path, 1) != 0)
		return -EFAULT;
	if (first == '\0')
		return -ENOENT;
	if (first == '/')
		return open_user(NULL, path, (u32)flags, mode);
	dir = files_lookup((u32)dirfd);
	if (dir == NULL)
		return -EBADF;
	fd = -ENOTDIR;
	if (S_ISDIR(dir->inode->mode))
		fd = open_user(dir->inode, path, (u32)flags, mode);
	file_put(dir);
	return fd;
}

/* --- directories and entries --- */

long sys_mkdir(const char __user *user_path, u32 mode)
{
	char *path = path_from_user(user_path);
	struct path p;
	int err;

	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, WALK_PARENT, &p);
	kfree(path);
	if (err != 0)
		return err;
	if (p.inode != NULL)
		err = -EEXIST;
	else
		err = make_entry(&p, S_IFDIR | apply_umask(mode & 01777), 0);
	path_put(&p);
	return err;
}

/* Remove the entry that p found; it may have gone or changed meanwhile. */
static int remove_entry(struct path *p)
{
	struct inode *dir = p->dir, *inode;
	int err;

	if (dir->sb->read_only)
		return -EROFS;
	mutex_lock(&dir->mutex);
	err = dir->ops->lookup(dir, p->name, p->len, &inode);
	if (err != 0)
		goto unlock_dir;
	mutex_lock_nested(&inode->mutex, 1);
	if (S_ISDIR(inode->mode) != S_ISDIR(p->inode->mode))
		err = S_ISDIR(inode->mode) ? -EISDIR : -ENOTDIR; /* not what the caller removes */
	else if (inode->mounted != NULL)
		err = -EBUSY;
	else if (dir->ops->unlink == NULL)
		err = -EPERM;
	else
		err = dir->ops->unlink(dir, p->name, p->len, inode);
	mutex_unlock(&inode->mutex);
	inode_put(inode);
unlock_dir:
	mutex_unlock(&dir->mutex);
	return err;
}

static bool is_dot_name(const struct path *p)
{
	return p->name[0] == '.' && (p->len == 1 || (p->len == 2 && p->name[1] == '.'));
}

long sys_unlink(const char __user *user_path)
{
	char *path = path_from_user(user_path);
	struct path p;
	int err;

	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, 0, &p);
	kfree(path);
	if (err != 0)
		return err;
	err = S_ISDIR(p.inode->mode) ? -EISDIR : remove_entry(&p);
	path_put(&p);
	return err;
}

long sys_rmdir(const char __user *user_path)
{
	char *path = path_from_user(user_path);
	struct path p;
	int err;

	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, 0, &p);
	kfree(path);
	if (err != 0)
		return err;
	if (!S_ISDIR(p.inode->mode))
		err = -ENOTDIR;
	else if (p.inode == current->fs->root)
		err = -EBUSY;
	else if (is_dot_name(&p))
		err = p.len == 1 ? -EINVAL : -ENOTEMPTY;
	else
		err = remove_entry(&p);
	path_put(&p);
	return err;
}

long sys_access(const char __user *user_path, int mode)
{
	char *path;
	struct path p;
	int err;

	if (mode & ~7)
		return -EINVAL;
	path = path_from_user(user_path);
	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, WALK_FOLLOW, &p);
	kfree(path);
	if (err != 0)
		return err;
	if ((mode & 1) && S_ISREG(p.inode->mode) && (p.inode->mode & 0111) == 0)
		err = -EACCES;
	else if ((mode & 2) && p.inode->sb->read_only && !S_ISCHR(p.inode->mode))
		err = -EROFS;
	path_put(&p);
	return err;
}

long sys_readlink(const char __user *user_path, char __user *user_buf, u32 len)
{
	char *path, *buf;
	struct path p;
	ssize_t n;
	int err;

	if ((int)len <= 0)
		return -EINVAL;
	path = path_from_user(user_path);
	if (ptr_is_err(path))
		return ptr_err(path);
	err = path_walk(NULL, path, 0, &p);
	if (err != 0) {
		kfree(path);
		return err;
	}
	buf = path; /* PATH_MAX bytes, no longer needed */
	n = -EINVAL;
	if (S_ISLNK(p.inode->mode))
		n = p.inode->ops->readlink(p.inode, buf, MIN(len, PATH_MAX));
	if (n > 0 && copy_to_user(user_buf, buf, (size_t)n) != 0)
		n = -EFAULT;
	path_put(&p);
	kfree(path);
	return n;
}
