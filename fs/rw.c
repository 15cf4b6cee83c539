/* SPDX-License-Identifier: MIT */
/* rw.c - the calls that take a descriptor: read(2), write(2), lseek(2), dup(2), close(2) ... */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

static __always_inline bool can_read(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_WRONLY;
}

static __always_inline bool can_write(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_RDONLY;
}

typedef ssize_t (*transfer_fn)(struct file *file, char __user *buf, size_t len, loff_t *pos);

/* Move up to len bytes; a file that seeks has its position locked meanwhile. */
static __always_inline ssize_t transfer(struct file *f, transfer_fn move, char __user *buf,
					size_t len)
{
	loff_t no_pos = 0;
	ssize_t n;

	if (f->ops->seek == NULL)
		return move(f, buf, len, &no_pos);
	mutex_lock(&f->pos_mutex);
	n = move(f, buf, len, &f->pos);
	mutex_unlock(&f->pos_mutex);
	return n;
}

/* Linux's order: may this file, is the memory the user's, is the length one. */
static __always_inline ssize_t rw_check(struct file *f, bool allowed, bool able,
					const void __user *buf, u32 len)
{
	if (!allowed)
		return -EBADF;
	if (!able)
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	if (!user_range_ok(buf, len))
		return -EFAULT;
	if ((int)len < 0)
		return -EINVAL;
	return 0;
}

long sys_read(u32 fd, char __user *buf, u32 len)
{
	struct file *f = files_borrow(fd);
	ssize_t n;

	if (f == NULL)
		return -EBADF;
	n = rw_check(f, can_read(f), f->ops->read != NULL, buf, len);
	if (n == 0 && len > 0)
		n = transfer(f, f->ops->read, buf, MIN(len, FILE_IO_MAX));
	return n;
}

static __always_inline ssize_t write_shim(struct file *f, char __user *buf, size_t len, loff_t *pos)
{
	return f->ops->write(f, buf, len, pos);
}

long sys_write(u32 fd, const char __user *buf, u32 len)
{
	struct file *f = files_borrow(fd);
	ssize_t n;

	if (f == NULL)
		return -EBADF;
	n = rw_check(f, can_write(f), f->ops->write != NULL, buf, len);
	if (n == 0 && len > 0)
		n = transfer(f, write_shim, (char __user *)buf, MIN(len, FILE_IO_MAX));
	return n;
}

static loff_t seek_fd(u32 fd, loff_t offset, u32 whence)
{
	struct file *f = files_lookup(fd);
	loff_t pos = -ESPIPE;

	if (f == NULL)
		return -EBADF;
	if (whence > 4) {
		pos = -EINVAL;
	} else if (f->ops->seek != NULL) {
		mutex_lock(&f->pos_mutex);
		pos = f->ops->seek(f, offset, whence);
		mutex_unlock(&f->pos_mutex);
	}
	file_put(f);
	return pos;
}

long sys_lseek(u32 fd, s32 offset, u32 whence)
{
	loff_t pos = seek_fd(fd, offset, whence);

	return pos > INT32_MAX ? -EOVERFLOW : (long)pos;
}

long sys_llseek(u32 fd, u32 high, u32 low, s64 __user *result, u32 whence)
{
	loff_t pos = seek_fd(fd, (loff_t)((u64)high << 32 | low), whence);

	if (pos < 0)
		return (long)pos;
	return copy_to_user(result, &pos, sizeof(pos));
}

long sys_close(u32 fd)
{
	struct file *f = files_remove(fd);

	if (f == NULL)
		return -EBADF;
	file_put(f);
	super_reap();
	return 0;
}

long sys_dup(u32 fd)
{
	struct file *f = files_lookup(fd);
	int new_fd;

	if (f == NULL)
		return -EBADF;
	new_fd = files_install(f, 0, false);
	if (new_fd < 0)
		file_put(f);
	return new_fd;
}

long sys_dup2(u32 fd, u32 new_fd)
{
	struct file *f = files_lookup(fd);
	int result;

	if (f == NULL)
		return -EBADF;
	result = fd == new_fd ? (int)fd : files_replace(f, new_fd, false);
	if (fd == new_fd || result < 0)
		file_put(f);
	return result;
}

long sys_ioctl(u32 fd, u32 cmd, u32 arg)
{
	struct file *f = files_lookup(fd);
	long result = -ENOTTY;

	if (f == NULL)
		return -EBADF;
	if (f->ops->ioctl != NULL)
		result = f->ops->ioctl(f, cmd, arg);
	file_put(f);
	return result;
}

long sys_getdents64(u32 fd, void __user *buf, u32 len)
{
	struct file *f = files_lookup(fd);
	long result = -ENOTDIR;

	if (f == NULL)
		return -EBADF;
	if (f->ops->getdents64 != NULL) {
		mutex_lock(&f->pos_mutex);
		result = f->ops->getdents64(f, buf, MIN(len, FILE_IO_MAX));
		mutex_unlock(&f->pos_mutex);
	}
	file_put(f);
	return result;
}
