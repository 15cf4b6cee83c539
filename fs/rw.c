/* SPDX-License-Identifier: MIT */
/* rw.c - the calls that take a descriptor: read(2), write(2), lseek(2), dup(2), close(2) ... */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>
#include <uapi/octavo/termios.h>

ssize_t file_rw(struct file *f, bool write, char __user *buf, size_t len, loff_t *pos)
{
	return write ? f->ops->write(f, buf, len, pos) : f->ops->read(f, buf, len, pos);
}

ssize_t file_rw_check(const struct file *f, bool write, const void __user *buf, u32 len)
{
	if (write ? !file_can_write(f) : !file_can_read(f))
		return -EBADF;
	if (write ? f->ops->write == NULL : f->ops->read == NULL) {
		if (f->flags & O_PATH)
			return -EBADF;
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	}
	if (!user_range_ok(buf, len))
		return -EFAULT;
	if ((int)len < 0)
		return -EINVAL;
	return 0;
}

/* read(2) and write(2), the whole of them. */
static __noinline long rw_at_position(struct file *f, bool write, char __user *buf, u32 len)
{
	ssize_t n;

	if (f == NULL)
		return -EBADF;
	n = file_rw_check(f, write, buf, len);
	len = MIN(len, FILE_IO_MAX);
	if (n != 0 || rw_is_nothing(f, write, len))
		return n;
	if (!file_locks_position(f))
		return file_rw(f, write, buf, len, &f->pos);
	mutex_lock(&f->pos_mutex);
	n = file_rw(f, write, buf, len, &f->pos);
	mutex_unlock(&f->pos_mutex);
	return n;
}

/* The same where another thread may close the descriptor meanwhile. */
static __noinline long rw_shared(u32 fd, bool write, char __user *buf, u32 len)
{
	struct file *f = files_lookup_any(fd);
	long n = rw_at_position(f, write, buf, len);

	if (f != NULL)
		file_put(f);
	return n;
}

/* Is this the plain case: bytes to or from a file without a position, nothing wrong with them? */
static __always_inline bool rw_is_plain(const struct file *f, u32 stream, const void __user *buf,
					u32 len)
{
	return likely(f != NULL) && (f->stream & stream) && len - 1 < FILE_IO_MAX &&
	       user_range_ok(buf, len);
}

long sys_read(u32 fd, char __user *buf, u32 len)
{
	struct file *f;

	if (!files_are_own())
		return rw_shared(fd, false, buf, len);
	f = files_borrow(fd);
	if (rw_is_plain(f, STREAM_READ, buf, len))
		return f->ops->read(f, buf, len, &f->pos);
	return rw_at_position(f, false, buf, len);
}

long sys_write(u32 fd, const char __user *buf, u32 len)
{
	struct file *f;

	if (!files_are_own())
		return rw_shared(fd, true, (char __user *)buf, len);
	f = files_borrow(fd);
	if (rw_is_plain(f, STREAM_WRITE, buf, len))
		return f->ops->write(f, buf, len, &f->pos);
	return rw_at_position(f, true, (char __user *)buf, len);
}

static loff_t seek_fd(u32 fd, loff_t offset, u32 whence)
{
	struct file *f = files_lookup(fd);
	loff_t pos = -ESPIPE;

	if (f == NULL)
		return -EBADF;
	if (whence > 4) {
		pos = -EINVAL;
	} else if (file_locks_position(f)) {
		mutex_lock(&f->pos_mutex);
		pos = f->ops->seek(f, offset, whence);
		mutex_unlock(&f->pos_mutex);
	} else if (f->ops->seek != NULL) {
		pos = f->ops->seek(f, offset, whence);
	} else if (f->ops->stays) {
		pos = 0;
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
	struct file *f = files_lookup_any(fd);
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
	struct file *f = files_lookup_any(fd);
	int result;

	if (f == NULL)
		return -EBADF;
	result = fd == new_fd ? (int)fd : files_replace(f, new_fd, false);
	if (fd == new_fd || result < 0)
		file_put(f);
	return result;
}

/* What does not depend on the kind of file. => -ENOTTY: nothing of that */
static long ioctl_any(u32 fd, struct file *f, u32 cmd, s32 __user *arg)
{
	s32 n = 0;

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		return sys_fcntl64(fd, F_SETFD, cmd == FIOCLEX ? FD_CLOEXEC : 0);
	case FIONBIO:
		if (copy_from_user(&n, arg, sizeof(n)) != 0)
			return -EFAULT;
		f->flags = n != 0 ? f->flags | O_NONBLOCK : f->flags & ~(u32)O_NONBLOCK;
		return 0;
	case FIONREAD:
		if (!S_ISREG(f->inode->mode))
			return -ENOTTY;
		n = (s32)(f->inode->size - f->pos);
		return copy_to_user(arg, &n, sizeof(n));
	default:
		return -ENOTTY;
	}
}

long sys_ioctl(u32 fd, u32 cmd, u32 arg)
{
	struct file *f = files_lookup(fd);
	long result;

	if (f == NULL)
		return -EBADF;
	result = ioctl_any(fd, f, cmd, (s32 __user *)(uintptr_t)arg);
	if (result == -ENOTTY && f->ops->ioctl != NULL)
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
	if ((s32)len < 0)
		len = 0; /* room for no record, as on Linux */
	if (f->ops->getdents64 != NULL) {
		mutex_lock(&f->pos_mutex);
		result = f->ops->getdents64(f, buf, MIN(len, FILE_IO_MAX));
		mutex_unlock(&f->pos_mutex);
		file_accessed(f);
	}
	file_put(f);
	return result;
}
