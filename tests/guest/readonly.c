/* SPDX-License-Identifier: MIT */
/* A root that is read-only (romfs): what changes it says so, what reads it works, and /dev is there. */
#include "guest.h"

#define AT_CWD (-100)

static char text[128];

int main(void)
{
	int fd, times[4] = {0, 0, 0, 0};

	is(sys(__NR_open, "/bin/new", O_CREAT | O_WRONLY, 0600), -EROFS, "a new file");
	is(sys(__NR_open, "/bin/hello", O_WRONLY, 0), -EROFS, "an old one for writing");
	is(sys(__NR_mkdir, "/new", 0700), -EROFS, "mkdir");
	is(sys(__NR_mkdir, "/bin", 0700), -EEXIST, "mkdir of what is there");
	is(sys(__NR_mknodat, AT_CWD, "/new", 0600, 0), -EROFS, "mknodat");
	is(sys(__NR_symlink, "x", "/new"), -EROFS, "symlink");
	is(sys(__NR_link, "/bin/hello", "/new"), -EROFS, "link");
	is(sys(__NR_unlink, "/bin/hello"), -EROFS, "unlink");
	is(sys(__NR_unlink, "/bin"), -EROFS, "unlink of a directory");
	is(sys(__NR_rmdir, "/bin"), -EROFS, "rmdir");
	is(sys(__NR_rename, "/bin/hello", "/new"), -EROFS, "rename");
	is(sys(__NR_rename, "/bin/hello", "/dev/new"), -EXDEV, "rename to another file system");
	is(sys(__NR_chmod, "/bin/hello", 0600), -EROFS, "chmod");
	is(sys(__NR_chown32, "/bin/hello", 1, 1), -EROFS, "chown");
	is(sys(__NR_utimensat, AT_CWD, "/bin/hello", times, 0), -EROFS, "utimensat");
	is(sys(__NR_truncate, "/bin/hello", 0), -EROFS, "truncate");
	is(sys(__NR_truncate64, "/bin/hello", 0, 0, 0), -EROFS, "truncate64");
	is(sys(__NR_access, "/bin/hello", W_OK), -EROFS, "access for writing");
	is(sys(__NR_access, "/bin/hello", X_OK), 0, "for execution");
	is(sys(__NR_statx, AT_CWD, "/bin/hello", 0, 0x7ff, (char[256]){0}), 0, "statx");
	is(sys(__NR_statfs64, "/", 88, text), 0, "statfs64");
	is(*(int *)text, 0x7275, "romfs");
	text[64] = 0x55;
	is(sys(__NR_statfs, "/", text), 0, "statfs");
	ok(*(int *)text == 0x7275 && text[64] == 0x55, "romfs, in 64 bytes");
	is(sys(__NR_mount, "none", "/tmp", "nosuchfs", 0, 0), -ENODEV, "no such file system");
	is(sys(__NR_umount2, "/bin", 0), -EINVAL, "nothing is mounted there");
	fd = (int)sys(__NR_open, "/dev/urandom", O_RDONLY, 0);
	is(sys(__NR_read, fd, text, 64), 64, "/dev/urandom");
	sys(__NR_close, fd);
	fd = (int)sys(__NR_open, "/dev/full", O_WRONLY, 0);
	is(sys(__NR_write, fd, text, 1), -ENOSPC, "/dev/full");
	sys(__NR_close, fd);
	is(chdir("/dev/shm"), 0, "into a mount");
	ok(sys(__NR_getcwd, text, 100) == 9 && !strcmp(text, "/dev/shm"), "and its path");
	is(chdir(".."), 0, "up");
	is(chdir(".."), 0, "and out");
	ok(sys(__NR_getcwd, text, 100) == 2 && !strcmp(text, "/"), "of it");
	is(sys(__NR_mount, "dev", "/tmp", "devtmpfs", 0, 0), 0, "devtmpfs once more");
	is(sys(__NR_access, "/tmp/null", R_OK), 0, "has devices");
	is(sys(__NR_umount2, "/tmp", 0), 0, "umount");
	return tap_done();
}
