/* SPDX-License-Identifier: MIT */
/*
 * entries.c - the calls that make and remove entries of directories: mkdir(2), mknod(2), symlink(2),
 * link(2), unlink(2), rmdir(2). What moves them is rename.c.
 *
 *	path --walk to the directory--> { dir, last name } --dir's mutex--> look again, decide, act
 *
 * The last name is looked up only with the directory's mutex held, so what is decided still holds
 * when it is done. Order: a directory's mutex, then the inode's (nested).
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

/* --- making --- */

/* May `p` get an entry? "." and ".." are there always. dir's [im] held
 *   => 0; -EEXIST, -ENOENT, -EROFS, -EACCES */
static int check_new(const struct path *p, bool is_dir)
{
	struct inode *dir = p->dir, *other;
	int err;

	if (p->last != WALK_LAST_NAME)
		return -EEXIST;
	if (dir->nlink == 0 || super_is_dead(dir->sb))
		return -ENOENT; /* the directory itself has been removed */
	err = path_look_up(p, &other);
	if (err == 0) {
		inode_put(other);
		return -EEXIST;
	}
	if (err != -ENOENT)
		return err;
	if (dir->sb->ops->fixed || (p->must_be_dir && !is_dir))
		return -ENOENT;
	return dir->sb->read_only ? -EROFS : inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

int entry_make(struct path *p, u32 mode, u32 rdev)
{
	struct inode *dir = p->dir;
	int err;

	mode &= (S_IFMT | 07777) & ~fs_umask(current->fs);
	mutex_lock(&dir->mutex);
	err = check_new(p, S_ISDIR(mode));
	if (err == 0 && (S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		err = -EPERM;
	if (err == 0 && dir->ops->create == NULL)
		err = S_ISREG(mode) ? -EACCES : -EPERM;
	if (err == 0)
		err = dir->ops->create(dir, p->name, p->len, mode, rdev, &p->inode);
	mutex_unlock(&dir->mutex);
	return err;
}

static long make_at(int dirfd, const char __user *path, u32 mode, u32 rdev)
{
	struct path p;
	int err = path_at(dirfd, path, WALK_ENTRY, &p);

	if (err != 0)
		return err;
	err = entry_make(&p, mode, rdev);
	path_put(&p);
	return err;
}

long sys_mkdir(const char __user *path, u32 mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_mkdirat(int dirfd, const char __user *path, u32 mode)
{
	return make_at(dirfd, path, S_IFDIR | (mode & (0777 | S_ISVTX)), 0);
}

long sys_mknod(const char __user *path, u32 mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

long sys_mknodat(int dirfd, const char __user *path, u32 mode, u32 dev)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return make_at(dirfd, path, S_IFREG | (mode & 07777), 0);
	case S_IFIFO:
	case S_IFSOCK:
		return make_at(dirfd, path, mode & (S_IFMT | 07777), 0);
	case S_IFCHR:
	case S_IFBLK:
		return make_at(dirfd, path, mode & (S_IFMT | 07777), dev);
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static int make_symlink(const struct path *p, const char *target)
{
	struct inode *dir = p->dir;
	int err;

	mutex_lock(&dir->mutex);
	err = check_new(p, false);
	if (err == 0)
		err = dir->ops->symlink == NULL ? -EPERM
						: dir->ops->symlink(dir, p->name, p->len, target);
	mutex_unlock(&dir->mutex);
	return err;
}

long sys_symlink(const char __user *target, const char __user *path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}

long sys_symlinkat(const char __user *user_target, int dirfd, const char __user *path)
{
	char *target = path_from_user(user_target);
	struct path p;
	int err;

	if (ptr_is_err(target))
		return ptr_err(target);
	err = path_at(dirfd, path, WALK_ENTRY, &p);
	if (err == 0) {
		err = make_symlink(&p, target);
		path_put(&p);
	}
	kfree(target);
	return err;
}

static int make_link(const struct path *p, struct inode *inode)
{
	struct inode *dir = p->dir;
	int err;

	mutex_lock(&dir->mutex);
	err = check_new(p, false);
	if (err != 0)
		goto unlock_dir;
	err = -EXDEV;
	if (inode->sb != dir->sb)
		goto unlock_dir;
	err = -EPERM;
	if (dir->ops->link == NULL || S_ISDIR(inode->mode))
		goto unlock_dir;
	mutex_lock_nested(&inode->mutex, 1);
	err = -ENOENT; /* the last name has gone: none comes back */
	if (inode->nlink > 0)
		err = dir->ops->link(dir, p->name, p->len, inode);
	mutex_unlock(&inode->mutex);
unlock_dir:
	mutex_unlock(&dir->mutex);
	return err;
}

long sys_link(const char __user *from, const char __user *to)
{
	return sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

long sys_linkat(int from_fd, const char __user *from, int to_fd, const char __user *to, u32 flags)
{
	unsigned walk = (flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) |
			(flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
	struct path old, new;
	int err;

	if (flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_at(from_fd, from, walk, &old);
	if (err != 0)
		return err;
	err = path_at(to_fd, to, WALK_ENTRY, &new);
	if (err == 0) {
		err = make_link(&new, old.inode);
		path_put(&new);
	}
	path_put(&old);
	return err;
}

/* --- removing --- */

/* What unlink(2) and rmdir(2) refuse of an entry that is there. Both [im] held */
static int check_removal(const struct path *p, const struct inode *inode, bool want_dir)
{
	bool is_dir = S_ISDIR(inode->mode);
	int err;

	if (!want_dir && (is_dir || p->must_be_dir))
		return is_dir ? -EISDIR : -ENOTDIR;
	err = dir_may_remove(p->dir, inode);
	if (err != 0)
		return err;
	if (want_dir && !is_dir)
		return -ENOTDIR;
	if (p->dir->ops->unlink == NULL)
		return -EPERM;
	return inode->mounted != NULL || inode == current->fs->root ? -EBUSY : 0;
}

static int remove_entry(const struct path *p, bool want_dir)
{
	struct inode *dir = p->dir, *inode;
	int err;

	if (dir->sb->read_only)
		return -EROFS;
	mutex_lock(&dir->mutex);
	err = path_look_up(p, &inode);
	if (err != 0)
		goto unlock_dir;
	mutex_lock_nested(&inode->mutex, 1);
	err = check_removal(p, inode, want_dir);
	if (err == 0)
		err = dir->ops->unlink(dir, p->name, p->len, inode);
	mutex_unlock(&inode->mutex);
	mutex_unlock(&dir->mutex);
	inode_put(inode); /* perhaps the last: its pages go without any lock */
	return err;
unlock_dir:
	mutex_unlock(&dir->mutex);
	return err;
}

static int rmdir_last(enum walk_last last)
{
	switch (last) {
	case WALK_LAST_DOT:
		return -EINVAL;
	case WALK_LAST_DOTDOT:
		return -ENOTEMPTY;
	case WALK_LAST_ROOT:
		return -EBUSY;
	default:
		return 0;
	}
}

static long remove_at(int dirfd, const char __user *path, bool want_dir)
{
	struct path p;
	int err = path_at(dirfd, path, WALK_ENTRY, &p);

	if (err != 0)
		return err;
	if (want_dir)
		err = rmdir_last(p.last);
	else if (p.last != WALK_LAST_NAME)
		err = -EISDIR;
	if (err == 0)
		err = remove_entry(&p, want_dir);
	path_put(&p);
	return err;
}

long sys_unlink(const char __user *path)
{
	return remove_at(AT_FDCWD, path, false);
}

long sys_rmdir(const char __user *path)
{
	return remove_at(AT_FDCWD, path, true);
}

long sys_unlinkat(int dirfd, const char __user *path, u32 flags)
{
	if (flags & ~(u32)AT_REMOVEDIR)
		return -EINVAL;
	return remove_at(dirfd, path, (flags & AT_REMOVEDIR) != 0);
}
