/* SPDX-License-Identifier: MIT */
/*
 * open.c - open(2), openat(2), creat(2).
 *
 *	descriptor reserved -> inode found or made -> checked -> file -> O_TRUNC -> descriptor filled
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* All that a file opened with O_PATH is asked for is its inode. open(2) */
static const struct file_ops path_fops;

#define O_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

/* O_TRUNC writes, whatever the mode says. */
static bool wants_write(u32 flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

/* What can be said of the flags alone. => 0 or -EINVAL; *flags: without those that do not count */
static int check_flags(u32 *flags)
{
	if (*flags & O_PATH) {
		*flags &= O_PATH_FLAGS;
	} else if (*flags & O_TMPFILE_ALONE) {
		if (!(*flags & O_DIRECTORY) || (*flags & O_CREAT) ||
		    (*flags & O_ACCMODE) == O_RDONLY)
			return -EINVAL;
	} else if ((*flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY)) {
		return -EINVAL;
	}
	return 0;
}

/* MAY_* of what the flags ask for. */
static u32 wanted(u32 flags)
{
	static const u8 by_mode[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
				     MAY_READ | MAY_WRITE};

	if (flags & O_FOR_EXEC)
		return MAY_EXEC;
	return by_mode[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/* What open(2) refuses of an inode that exists, in Linux's order. */
static int check_inode(const struct inode *inode, u32 flags)
{
	int err;

	if ((flags & O_CREAT) && S_ISDIR(inode->mode))
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !S_ISDIR(inode->mode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (S_ISLNK(inode->mode))
		return -ELOOP; /* O_NOFOLLOW */
	if (flags & O_TMPFILE_ALONE)
		return inode->sb->read_only ? -EROFS : -EOPNOTSUPP;
	if (S_ISDIR(inode->mode) && wants_write(flags))
		return -EISDIR;
	if ((inode->sb->flags & MS_NODEV) && (S_ISCHR(inode->mode) || S_ISBLK(inode->mode)))
		return -EACCES;
	if (inode->sb->read_only && wants_write(flags) && S_ISREG(inode->mode))
		return -EROFS;
	err = inode_permission(inode, wanted(flags));
	if (err != 0)
		return err;
	return (flags & O_NOATIME) && !inode_owner_or_capable(inode) ? -EPERM : 0;
}

/* O_TRUNC: the file may be open for reading only, so it says for itself that it writes. */
static int truncate_opened(struct inode *inode)
{
	int err = inode_write_begin(inode);

	if (err != 0)
		return err;
	err = inode_truncate(inode, 0);
	inode_write_end(inode);
	return err;
}

/* The file for an inode whose reference is taken over in any case. */
static struct file *open_inode(struct inode *inode, u32 flags, bool made)
{
	const struct file_ops *ops = inode->fops;
	struct file *file;
	int err;

	if (flags & O_PATH)
		ops = &path_fops;
	else if (S_ISCHR(inode->mode) || S_ISBLK(inode->mode))
		ops = device_ops(inode->mode, inode->rdev);
	if (ops == NULL) {
		inode_put(inode);
		return err_ptr(-ENXIO);
	}
	file = file_alloc(inode, flags & ~(u32)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_FOR_EXEC),
			  ops);
	if (ptr_is_err(file)) {
		inode_put(inode);
		return file;
	}
	if ((flags & O_TRUNC) && !made && S_ISREG(inode->mode)) {
		err = truncate_opened(inode);
		if (err != 0) {
			file_put(file);
			return err_ptr(err);
		}
	}
	return file;
}

/* The entry that was found, or a new one. => 0, *made: it is new and not checked */
static int find_or_make(struct path *p, u32 flags, u32 mode, bool *made)
{
	bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	int err;

	*made = false;
	if (p->inode != NULL)
		return exclusive ? -EEXIST : check_inode(p->inode, flags);
	err = entry_make(p, S_IFREG | (mode & 07777), 0);
	*made = err == 0;
	return err;
}

/* Somebody else may make the file between the walk and us: then that one is opened. */
static struct file *open_walked(struct path *p, u32 flags, u32 mode, bool *again)
{
	struct file *file;
	bool made;
	int err = find_or_make(p, flags, mode, &made);

	*again = err == -EEXIST && !(flags & O_EXCL);
	if (err != 0)
		return err_ptr(err);
	inode_get(p->inode);
	file = open_inode(p->inode, flags, made);
	if (!ptr_is_err(file) && !S_ISDIR(p->inode->mode) && p->dir->sb == p->inode->sb) {
		inode_get(p->dir);
		file->dir = p->dir;
	}
	return file;
}

static unsigned walk_flags(u32 flags)
{
	bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);

	return (exclusive || (flags & O_NOFOLLOW) ? 0 : WALK_FOLLOW) |
	       (flags & O_CREAT ? WALK_PARENT : 0);
}

struct file *file_open(const char *path, u32 flags, u32 mode)
{
	struct file *file;
	struct path p;
	bool again;
	int err;

	do {
		err = path_walk(NULL, path, walk_flags(flags), &p);
		if (err != 0)
			return err_ptr(err);
		file = open_walked(&p, flags, mode, &again);
		path_put(&p);
	} while (again);
	return file;
}

/* Walk and open; `buffer` is a path that becomes the walk's. */
static struct file *open_copied(int dirfd, char *buffer, u32 flags, u32 mode, bool *again)
{
	struct file *file;
	struct path p;
	int err = path_at_copied(dirfd, buffer, walk_flags(flags), &p);

	*again = false;
	if (err != 0)
		return err_ptr(err);
	file = open_walked(&p, flags, mode, again);
	path_put(&p);
	return file;
}

/* The descriptor comes first: without one, nothing is looked at or created. */
static long open_at(int dirfd, const char __user *user_path, u32 flags, u32 mode)
{
	struct file *file;
	char *buffer;
	bool again;
	int fd, err;

	flags &= ~O_FOR_EXEC;
	err = check_flags(&flags);

	if (err != 0)
		return err;
	buffer = path_from_user(user_path);
	if (ptr_is_err(buffer))
		return ptr_err(buffer);
	fd = files_reserve(0);
	if (fd < 0) {
		kfree(buffer);
		return fd;
	}
	for (;;) {
		file = open_copied(dirfd, buffer, flags, mode, &again);
		if (!again)
			break;
		buffer = path_from_user(user_path);
		if (ptr_is_err(buffer)) {
			file = (struct file *)buffer;
			break;
		}
	}
	if (ptr_is_err(file)) {
		files_unreserve((u32)fd);
		return ptr_err(file);
	}
	files_fill((u32)fd, file, (flags & O_CLOEXEC) != 0);
	return fd;
}

long sys_open(const char __user *path, int flags, u32 mode)
{
	return open_at(AT_FDCWD, path, (u32)flags, mode);
}

long sys_creat(const char __user *path, u32 mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_openat(int dirfd, const char __user *path, int flags, u32 mode)
{
	return open_at(dirfd, path, (u32)flags, mode);
}
