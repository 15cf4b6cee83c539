/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for files.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub.h"

int NEWLIB_STUB(open)(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_list ap;

		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return stub_result(octavo_syscall(__NR_open, path, flags, mode));
}

int creat(const char *path, mode_t mode)
{
	return stub_result(octavo_syscall(__NR_open, path, O_CREAT | O_WRONLY | O_TRUNC, mode));
}

int NEWLIB_STUB(close)(int fd)
{
	return stub_result(octavo_syscall(__NR_close, fd));
}

_ssize_t NEWLIB_STUB(read)(int fd, void *buf, size_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_read, fd, buf, len_bytes));
}

_ssize_t NEWLIB_STUB(write)(int fd, const void *buf, size_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_write, fd, buf, len_bytes));
}

off_t NEWLIB_STUB(lseek)(int fd, off_t offset, int whence)
{
	return stub_result(octavo_syscall(__NR_lseek, fd, offset, whence));
}

/* newlib for arm-none-eabi has one, too, which calls nothing: ENOSYS. */
int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	long arg;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	return stub_result(octavo_syscall(__NR_fcntl64, fd, cmd, arg));
}

/* The kernel's structure has 32-bit times and more room; newlib's has neither. */
static int stat_convert(long result, const struct uapi_stat64 *from, struct stat *to)
{
	if (stub_result(result) < 0)
		return -1;
	memset(to, 0, sizeof(*to));
	to->st_dev = from->st_dev;
	to->st_ino = from->st_ino;
	to->st_mode = from->st_mode;
	to->st_nlink = (nlink_t)from->st_nlink;
	to->st_uid = from->st_uid;
	to->st_gid = from->st_gid;
	to->st_rdev = from->st_rdev;
	to->st_size = (off_t)from->st_size;
	to->st_blksize = (blksize_t)from->st_blksize;
	to->st_blocks = (blkcnt_t)from->st_blocks;
	to->st_atim.tv_sec = from->st_atime_sec;
	to->st_atim.tv_nsec = (long)from->st_atime_nsec;
	to->st_mtim.tv_sec = from->st_mtime_sec;
	to->st_mtim.tv_nsec = (long)from->st_mtime_nsec;
	to->st_ctim.tv_sec = from->st_ctime_sec;
	to->st_ctim.tv_nsec = (long)from->st_ctime_nsec;
	return 0;
}

int NEWLIB_STUB(fstat)(int fd, struct stat *st)
{
	struct uapi_stat64 raw;
	long result = octavo_syscall(__NR_fstat64, fd, &raw);

	return stat_convert(result, &raw, st);
}

int NEWLIB_STUB(stat)(const char *path, struct stat *st)
{
	struct uapi_stat64 raw;
	long result = octavo_syscall(__NR_stat64, path, &raw);

	return stat_convert(result, &raw, st);
}

int lstat(const char *path, struct stat *st)
{
	struct uapi_stat64 raw;
	long result = octavo_syscall(__NR_lstat64, path, &raw);

	return stat_convert(result, &raw, st);
}

int NEWLIB_STUB(link)(const char *from, const char *to)
{
	return stub_result(octavo_syscall(__NR_link, from, to));
}

int NEWLIB_STUB(unlink)(const char *path)
{
	return stub_result(octavo_syscall(__NR_unlink, path));
}

int mkdir(const char *path, mode_t mode)
{
	return stub_result(octavo_syscall(__NR_mkdir, path, mode));
}

int rmdir(const char *path)
{
	return stub_result(octavo_syscall(__NR_rmdir, path));
}

int access(const char *path, int mode)
{
	return stub_result(octavo_syscall(__NR_access, path, mode));
}

int chdir(const char *path)
{
	return stub_result(octavo_syscall(__NR_chdir, path));
}

char *getcwd(char *buf, size_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_getcwd, buf, len_bytes)) < 0 ? NULL : buf;
}

int pipe(int fds[2])
{
	return stub_result(octavo_syscall(__NR_pipe, fds));
}

int dup(int fd)
{
	return stub_result(octavo_syscall(__NR_dup, fd));
}

int dup2(int from, int to)
{
	return stub_result(octavo_syscall(__NR_dup2, from, to));
}
