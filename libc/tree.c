/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for the tree of files: names, links, modes, mounts.
 */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "stub.h"

int rename(const char *from, const char *to)
{
	return stub_result(octavo_syscall(__NR_rename, from, to));
}

int symlink(const char *target, const char *path)
{
	return stub_result(octavo_syscall(__NR_symlink, target, path));
}

ssize_t readlink(const char *path, char *buf, size_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_readlink, path, buf, len_bytes));
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return stub_result(octavo_syscall(__NR_mknod, path, mode, (unsigned long)dev));
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, mode | S_IFIFO, 0);
}

int chmod(const char *path, mode_t mode)
{
	return stub_result(octavo_syscall(__NR_chmod, path, mode));
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	return stub_result(octavo_syscall(__NR_chown32, path, uid, gid));
}

mode_t umask(mode_t mask)
{
	return (mode_t)octavo_syscall(__NR_umask, mask);
}

int truncate(const char *path, off_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_truncate, path, len_bytes));
}

int ftruncate(int fd, off_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_ftruncate, fd, len_bytes));
}

void sync(void)
{
	octavo_syscall(__NR_sync);
}

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data)
{
	return stub_result(octavo_syscall(__NR_mount, source, target, type, flags, data));
}

int umount2(const char *target, int flags)
{
	return stub_result(octavo_syscall(__NR_umount2, target, flags));
}

int umount(const char *target)
{
	return umount2(target, 0);
}

int uname(struct utsname *names)
{
	return stub_result(octavo_syscall(__NR_uname, names));
}
