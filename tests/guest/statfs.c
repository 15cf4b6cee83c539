/* SPDX-License-Identifier: MIT */
/* What file systems say of themselves, statfs(2) in its old form; and what those of reports refuse. */
#include "guest.h"

#define PATH "/tmp/statfs-test"

/* What is in /proc is the kernel's. */
static void reports(void)
{
	static const char *const names[] = {"/proc/self/maps", "/proc/sys/kernel/pid_max"};
	unsigned wide[21] = {0};
	int ends[2];
	long fd;

	if (sys(__NR_access, names[0], R_OK) != 0) {
		skip("no /proc");
		return;
	}
	is(sys(__NR_mkdir, "/proc/new", 0755), -ENOENT, "mkdir in /proc");
	is(sys(__NR_mknod, "/proc/new", S_IFREG | 0644, 0), -ENOENT, "mknod");
	is(sys(__NR_symlink, "x", "/proc/self/new"), -ENOENT, "symlink");
	is(sys(__NR_link, PATH, "/proc/new"), -ENOENT, "link");
	is(sys(__NR_open, "/proc/new", O_CREAT | O_WRONLY, 0644), -ENOENT, "open");
	for (int i = 0; i < 2; i++)
		is(sys(__NR_chmod, names[i], 0777), -EPERM, "chmod %s", names[i]);
	fd = sys(__NR_open, names[0], O_RDONLY);
	is(sys(__NR_fsync, fd), -EINVAL, "nothing of it is kept");
	sys(__NR_close, fd);
	fd = sys(__NR_open, "/tmp", O_RDONLY);
	is(sys(__NR_fsync, fd), 0, "of a directory it is");
	if (on_octavo()) /* or where /tmp is a tmpfs */
		is(sys(__NR_lseek, fd, 0, SEEK_END), -EINVAL, "which has no size");
	sys(__NR_close, fd);
	is(sys(__NR_pipe, ends), 0, "a pipe");
	is(sys(__NR_fstatfs64, ends[0], 84, wide), 0, "fstatfs64");
	is(wide[0], 0x50495045, "says so");
	sys(__NR_close, ends[0]);
	sys(__NR_close, ends[1]);
	fd = sys(__NR_eventfd2, 0, 0);
	is(sys(__NR_fstatfs, fd, wide), 0, "fstatfs of an eventfd");
	is(wide[0], 0x09041934, "says so");
	sys(__NR_close, fd);
}

/* The old structure: 64 bytes, and none behind them. */
static void old_statfs(int fd)
{
	unsigned fs[17] = {0}, wide[21];

	fs[16] = 0x55555555;
	is(sys(__NR_statfs, PATH, fs), 0, "statfs");
	is(sys(__NR_fstatfs64, fd, 84, wide), 0, "and the wide one");
	ok(fs[0] == wide[0] && fs[1] == PAGE && fs[9] == 255 && fs[10] == PAGE, "tell the same");
	ok(fs[2] == wide[2] && fs[5] == wide[8], "sizes");
	ok(fs[11] == wide[16] && fs[12] == 0 && fs[15] == 0 && fs[16] == 0x55555555, "flags");
	fs[0] = 0;
	is(sys(__NR_fstatfs, fd, fs), 0, "fstatfs");
	is(fs[0], wide[0], "tells it, too");
	is(sys(__NR_statfs, "/none", KERNEL_ADDRESS), -ENOENT, "of nothing");
	is(sys(__NR_statfs, PATH, KERNEL_ADDRESS), -EFAULT, "into the kernel");
	is(sys(__NR_fstatfs, 99, KERNEL_ADDRESS), -EBADF, "of no descriptor");
}

int main(void)
{
	int fd;

	sys(__NR_mkdir, "/tmp", 01777);
	fd = open(PATH, O_RDWR | O_CREAT, 0600);
	old_statfs(fd);
	reports();
	close(fd);
	unlink(PATH);
	return tap_done();
}
