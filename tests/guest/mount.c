/* SPDX-License-Identifier: MIT */
/*
 * mount(2) and umount2(2), walks over mounts, and the devices of /dev.
 * On Linux it wants a user who may mount (unshare -mr); without, there is nothing to test.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "tidy.h"

#define DIR "/tmp/mount-test"
#define AT  DIR "/at"

#define MS_RDONLY       1
#define MS_NODEV        4
#define MS_NOEXEC       8
#define MS_REMOUNT      32
#define MS_BIND         4096
#define MS_MOVE         8192
#define MS_PRIVATE      (1 << 18)
#define MNT_FORCE       1
#define MNT_DETACH      2
#define MNT_EXPIRE      4
#define UMOUNT_NOFOLLOW 8

static char text[4096];

static long mount_tmpfs(const char *dir, unsigned long flags, const char *options)
{
	return sys(__NR_mount, "none", dir, "tmpfs", flags, options);
}

static long unmount(const char *dir, int flags)
{
	return sys(__NR_umount2, dir, flags);
}

static long make_file(const char *path)
{
	long fd = sys(__NR_open, path, O_CREAT | O_RDWR, 0644);

	return fd < 0 ? fd : sys(__NR_close, fd);
}

static long exists(const char *path)
{
	return sys(__NR_access, path, F_OK);
}

static unsigned long device_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (unsigned long)st.st_dev : 0;
}

static void arguments(void)
{
	static char long_word[5000];

	memset(long_word, 'x', sizeof(long_word) - 1);
	is(sys(__NR_mount, "none", DIR "/none", "tmpfs", 0, 0), -ENOENT, "on nothing");
	is(sys(__NR_mount, "none", DIR "/file", "tmpfs", 0, 0), -ENOTDIR, "on a file");
	is(sys(__NR_mount, "none", AT, "nosuchfs", 0, 0), -ENODEV, "a kind that is not");
	is(sys(__NR_mount, "none", AT, NULL, 0, 0), -EINVAL, "no kind");
	is(sys(__NR_mount, "none", AT, KERNEL_ADDRESS, 0, 0), -EFAULT, "the kind from nowhere");
	is(sys(__NR_mount, KERNEL_ADDRESS, AT, "tmpfs", 0, 0), -EFAULT, "the source from nowhere");
	is(sys(__NR_mount, "none", KERNEL_ADDRESS, "tmpfs", 0, 0), -EFAULT, "the place");
	is(sys(__NR_mount, "none", AT, "tmpfs", 0, KERNEL_ADDRESS), -EFAULT, "the options");
	is(sys(__NR_mount, "none", AT, long_word, 0, 0), -EINVAL, "a kind that is too long");
	is(sys(__NR_mount, "none", long_word, "tmpfs", 0, 0), -ENAMETOOLONG, "a long place");
	is(sys(__NR_mount, "none", "", "tmpfs", 0, 0), -ENOENT, "an empty place");
	is(mount_tmpfs(AT, 0, "nonsense"), -EINVAL, "an option that is not");
	is(mount_tmpfs(AT, 0, "size=12x"), -EINVAL, "a size that is none");
	is(mount_tmpfs(AT, 0, "size="), -EINVAL, "no size");
	is(mount_tmpfs(AT, 0, "mode=9"), -EINVAL, "a mode that is not octal");
	is(mount_tmpfs(AT, 0, "uid=4294967295"), -EINVAL, "nobody's");
	is(mount_tmpfs(AT, 0, "gid=4294967295"), -EINVAL, "no group's");
	is(mount_tmpfs(AT, MS_REMOUNT, NULL), -EINVAL, "remounting what is not mounted");
	is(sys(__NR_mount, DIR, AT, "none", MS_MOVE, 0), -EINVAL, "moving a directory");
	is(sys(__NR_mount, "none", AT, 0, MS_PRIVATE, 0), -EINVAL, "MS_PRIVATE of a directory");
	is(unmount(AT, 0), -EINVAL, "unmounting a directory");
	is(unmount(DIR "/none", 0), -ENOENT, "unmounting nothing");
	is(unmount(AT, 0x100), -EINVAL, "a flag that is not");
	is(unmount("", 0), -ENOENT, "an empty path");
}

static void one_mount(void)
{
	struct stat st;
	unsigned long below = device_of(AT);

	is(make_file(AT "/below"), 0, "a file in the directory");
	is(mount_tmpfs(AT, 0, "size=64k,mode=750"), 0, "mount");
	ok(device_of(AT) != below, "it is another device");
	ok(stat(AT, &st) == 0 && (st.st_mode & 07777) == 0750, "with the mode that was said");
	is(exists(AT "/below"), -ENOENT, "what was there is hidden");
	is(make_file(AT "/above"), 0, "a file in it");
	is(sys(__NR_rmdir, AT), -EBUSY, "rmdir of where it is mounted");
	ok(device_of(AT "/.") == device_of(AT) && device_of(AT "/..") == below, ". and ..");
	is(chdir(AT), 0, "into it");
	is(unmount(AT, 0), -EBUSY, "somebody is in it");
	ok(sys(__NR_getcwd, text, sizeof(text)) == sizeof(AT) && !strcmp(text, AT), "getcwd");
	is(mkdir(AT "/deep", 0700), 0, "a directory in it");
	is(chdir("deep"), 0, "deeper");
	ok(sys(__NR_getcwd, text, sizeof(text)) > 0 && !strcmp(text, AT "/deep"), "%s", text);
	is(chdir("../.."), 0, "out of it");
	ok(sys(__NR_getcwd, text, sizeof(text)) > 0 && !strcmp(text, DIR), "%s", text);
	is(exists("at/above"), 0, "and down again");
	is(unmount(AT, 0), 0, "umount");
	is(exists("at/below"), 0, "what was hidden is there");
	is(exists("at/above"), -ENOENT, "what was mounted is not");
	is(unmount(AT, 0), -EINVAL, "once more");
	is(unlink(AT "/below"), 0, "as before");
	chdir("/");
}

static void in_use(void)
{
	int fd;

	is(mount_tmpfs(AT, 0, NULL), 0, "mount");
	fd = open(AT "/f", O_CREAT | O_RDWR, 0600);
	is(unmount(AT, 0), -EBUSY, "a file is open");
	is(unmount(AT, MNT_EXPIRE), -EBUSY, "MNT_EXPIRE: a file is open");
	close(fd);
	is(mkdir(AT "/inner", 0700), 0, "a directory");
	is(mount_tmpfs(AT "/inner", 0, NULL), 0, "a mount in the mount");
	is(unmount(AT, 0), -EBUSY, "something is mounted in it");
	is(unmount(AT "/inner", UMOUNT_NOFOLLOW), 0, "the inner one");
	is(mount_tmpfs(AT, 0, NULL), 0, "a second one on the same");
	is(exists(AT "/f"), -ENOENT, "hides the first");
	is(unmount(AT, 0), 0, "goes");
	is(exists(AT "/f"), 0, "and the first is there");
	is(unmount(AT, MNT_EXPIRE | MNT_DETACH), -EINVAL, "MNT_EXPIRE is alone");
	is(unmount(AT, MNT_EXPIRE), -EAGAIN, "MNT_EXPIRE marks it");
	close(open(AT "/f", O_RDONLY));
	is(unmount(AT, MNT_EXPIRE), -EAGAIN, "it was used: marked again");
	is(unmount(AT, MNT_EXPIRE), 0, "it was not: gone");
	is(exists(AT "/f"), -ENOENT, "it is");
}

/* Bytes, as sysinfo(2) has them: word 5 is what is free, word 6 what files in memory hold. */
static uint64_t memory_word(int word)
{
	uint32_t info[16] = {0};

	sys(__NR_sysinfo, info);
	return (uint64_t)info[word] * info[13];
}

enum { MEGABYTES = 4 };

/* Fills a file system and gives it up with a file open. => is as much free afterwards as before? */
static int fill_and_detach(void)
{
	enum { STEP = 1 << 16 };
	static char bytes[STEP];
	uint64_t before = memory_word(5), shared = memory_word(6);
	int fd, good = 1;

	is(mount_tmpfs(AT, 0, NULL), 0, "mount");
	fd = open(AT "/f", O_CREAT | O_RDWR, 0600);
	for (int i = 0; i < MEGABYTES * (1 << 20) / STEP; i++)
		good &= write(fd, bytes, STEP) == STEP;
	ok(good, "%d megabytes in it", MEGABYTES);
	ok(memory_word(6) >= shared + (MEGABYTES << 19), "they are shared memory of the machine");
	is(unmount(AT, MNT_DETACH), 0, "MNT_DETACH");
	close(fd);
	return memory_word(5) + (MEGABYTES << 19) > before;
}

/* What it held is had again when its last user goes. Others on a busy machine may take it at once. */
static void detached_goes(void)
{
	int good = 0;

	for (int tries = 0; tries < 10 && !good; tries++)
		good = fill_and_detach();
	ok(good, "they are free again");
}

static void detached(void)
{
	int fd, dir;

	is(mount_tmpfs(AT, 0, NULL), 0, "mount");
	is(mkdir(AT "/inner", 0700), 0, "a directory");
	is(mount_tmpfs(AT "/inner", 0, NULL), 0, "a mount in the mount");
	fd = open(AT "/f", O_CREAT | O_RDWR, 0600);
	dir = open(AT, O_RDONLY | O_DIRECTORY);
	is(write(fd, "still here", 10), 10, "a file in it");
	is(unmount(AT, MNT_DETACH), 0, "MNT_DETACH");
	is(exists(AT "/inner"), -ENOENT, "it is gone");
	is(lseek(fd, 0, SEEK_SET), 0, "for who has it open");
	is(read(fd, text, 100), 10, "it is there");
	close(fd);
	fd = (int)sys(__NR_openat, dir, "f", O_RDONLY, 0);
	ok(fd >= 0, "and its names, too");
	is(sys(__NR_fchdir, dir), 0, "into it");
	ok(sys(__NR_getcwd, text, sizeof(text)) > 13 && !memcmp(text, "(unreachable)", 13), "%s",
	   text);
	is(exists("inner/.."), 0, "what was mounted in it went on its own");
	is(sys(__NR_fchdir, fd), -ENOTDIR, "fchdir to a file");
	is(chdir("/"), 0, "out of it");
	close(fd);
	close(dir);
	is(sys(__NR_fchdir, dir), -EBADF, "fchdir to nothing");
}

static void read_only(void)
{
	int fd;

	is(mount_tmpfs(AT, 0, NULL), 0, "mount");
	fd = open(AT "/f", O_CREAT | O_RDWR, 0600);
	is(mount_tmpfs(AT, MS_REMOUNT | MS_RDONLY, NULL), -EBUSY, "a file is open for writing");
	is(make_file(AT "/g"), 0, "so it stays as it was");
	close(fd);
	fd = open(AT "/f", O_RDONLY);
	is(mount_tmpfs(AT, MS_REMOUNT | MS_RDONLY, NULL), 0, "for reading does not matter");
	is(make_file(AT "/h"), -EROFS, "a new file");
	is(sys(__NR_open, AT "/f", O_RDWR, 0), -EROFS, "an old one");
	is(sys(__NR_mkdir, AT "/d", 0700), -EROFS, "mkdir");
	is(sys(__NR_unlink, AT "/f"), -EROFS, "unlink");
	is(sys(__NR_access, AT "/f", W_OK), -EROFS, "access");
	close(fd);
	is(mount_tmpfs(AT, MS_REMOUNT, "size=8k"), 0, "writable again, and smaller");
	fd = open(AT "/f", O_RDWR);
	is(write(fd, text, sizeof(text)), 4096, "a page");
	is(write(fd, text, sizeof(text)), 4096, "another");
	is(sys(__NR_write, fd, text, 1), -ENOSPC, "and no more");
	is(mount_tmpfs(AT, MS_REMOUNT, "size=4k"), -EINVAL, "smaller than what is in it");
	close(fd);
	is(unlink(AT "/f"), 0, "away with it");
	fd = open(AT "/f", O_CREAT | O_RDWR, 0600);
	is(write(fd, text, sizeof(text)), 4096, "there is room again");
	close(fd);
	is(unmount(AT, MNT_FORCE), 0, "umount");
	is(mount_tmpfs(AT, MS_RDONLY, NULL), 0, "read-only from the beginning");
	is(make_file(AT "/h"), -EROFS, "a new file");
	is(unmount(AT, 0), 0, "umount");
}

static void few_inodes(void)
{
	is(mount_tmpfs(AT, 0, "nr_inodes=3"), 0, "three inodes");
	is(make_file(AT "/a"), 0, "one beside the root");
	is(make_file(AT "/b"), 0, "two");
	is(make_file(AT "/c"), -ENOSPC, "and no more");
	is(sys(__NR_mkdir, AT "/d", 0700), -ENOSPC, "no directory");
	is(sys(__NR_symlink, "a", AT "/l"), -ENOSPC, "no symbolic link");
	is(sys(__NR_mknod, AT "/n", 0010600, 0), -ENOSPC, "no pipe with a name");
	is(sys(__NR_mkdir, AT "/a", 0700), -EEXIST, "what is there comes first");
	is(sys(__NR_rename, AT "/a", AT "/e"), 0, "a new name takes no inode");
	is(unlink(AT "/e"), 0, "one goes");
	is(sys(__NR_mkdir, AT "/d", 0700), 0, "there is room again");
	is(make_file(AT "/d/c"), -ENOSPC, "for one");
	is(sys(__NR_rmdir, AT "/d"), 0, "which goes, too");
	is(make_file(AT "/c"), 0, "and makes room for a file");
	is(unmount(AT, 0), 0, "umount");
}

/* The process's root is a directory of a mount. */
static int in_new_root(void *arg)
{
	(void)arg;
	if (sys(__NR_chroot, AT "/root") != 0 || chdir("/") != 0)
		return 1;
	if (sys(__NR_access, "/inside", F_OK) != 0 || exists("/../inside") != 0)
		return 2;
	if (exists(DIR) != -ENOENT)
		return 3;
	if (unmount("/", 0) != -EINVAL)
		return 4;
	return sys(__NR_getcwd, text, sizeof(text)) == 2 && !strcmp(text, "/") ? 0 : 5;
}

/* The working directory stays outside of the root. */
static int outside_of_root(void *arg)
{
	(void)arg;
	if (chdir("/tmp") != 0 || sys(__NR_chroot, AT "/root") != 0)
		return 1;
	return sys(__NR_getcwd, text, sizeof(text)) > 0 && !strcmp(text, "(unreachable)/tmp") ? 0
											      : 2;
}

static void new_root(void)
{
	is(mount_tmpfs(AT, 0, NULL), 0, "mount");
	is(mkdir(AT "/root", 0755), 0, "a directory");
	is(make_file(AT "/root/inside"), 0, "a file in it");
	is(in_child(in_new_root, NULL), EXITED(0), "chroot");
	is(in_child(outside_of_root, NULL), EXITED(0), "and somebody outside of his root");
	is(sys(__NR_chroot, AT "/root/inside"), -ENOTDIR, "chroot to a file");
	is(sys(__NR_chroot, AT "/none"), -ENOENT, "chroot to nothing");
	is(unmount(AT, 0), 0, "nobody is left in it");
}

static void devices(void)
{
	static char first[64], second[64];
	struct stat st;
	int fd = open("/dev/urandom", O_RDONLY);

	is(read(fd, first, 64), 64, "/dev/urandom");
	is(read(fd, second, 64), 64, "again");
	ok(memcmp(first, second, 64) != 0, "are not the same");
	is(sys(__NR_read, fd, KERNEL_ADDRESS, 64), -EFAULT, "into the kernel");
	close(fd);
	is(write_string("/dev/full", "x"), -ENOSPC, "/dev/full is");
	is(write_string("/dev/null", "xyz"), 3, "/dev/null is not");
	fd = open("/dev/full", O_RDONLY);
	is(read(fd, first, 64), 64, "reading /dev/full");
	ok(all_bytes(first, 64, 0), "gives zeros");
	close(fd);
	ok(stat("/dev/random", &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0x108, "random");
	is(sys(__NR_readlink, "/dev/stdin", text, 100), 15, "stdin is a link");
	if (!on_octavo())
		return;
	is(sys(__NR_open, "/dev/new", O_CREAT | O_RDWR, 0600), -EACCES, "nobody adds to /dev");
	is(sys(__NR_mkdir, "/dev/new", 0700), -EPERM, "nor a directory");
	is(sys(__NR_unlink, "/dev/null"), -EPERM, "nor takes away");
	is(sys(__NR_mount, "none", "/dev", "devtmpfs", 0, 0), -EBUSY, "devtmpfs on itself");
	is(unmount("/dev", 0), -EBUSY, "/dev has the console open");
}

static void messages(void)
{
	long fd, n;
	int found = 0;

	if (!on_octavo())
		return;
	is(write_string("/dev/kmsg", "<6>a word from mount-test"), 25, "/dev/kmsg");
	is(write_string("/dev/kmsg", "no level\n"), 9, "without a level");
	fd = sys(__NR_open, "/dev/kmsg", O_RDONLY | O_NONBLOCK, 0);
	while ((n = sys(__NR_read, fd, text, sizeof(text) - 1)) > 0) {
		text[n] = '\0';
		found += text[0] == '6' && strstr(text, ",-;a word from mount-test\n") != NULL;
		found += text[0] == '4' && strstr(text, ",-;no level\n") != NULL;
	}
	is(n, -EAGAIN, "to the end");
	ok(found >= 2, "both came back");
	is(sys(__NR_lseek, fd, 0, SEEK_SET), 0, "to the oldest");
	is(sys(__NR_read, fd, text, 3), -EINVAL, "too small for a record");
	ok(sys(__NR_read, fd, text, sizeof(text)) > 10, "a record");
	is(sys(__NR_lseek, fd, 0, SEEK_END), 0, "to the end");
	is(sys(__NR_read, fd, text, sizeof(text)), -EAGAIN, "nothing");
	is(sys(__NR_lseek, fd, 5, SEEK_SET), -ESPIPE, "nor anywhere else");
	sys(__NR_close, fd);
}

static int read_log(void *fd)
{
	return sys(__NR_read, *(int *)fd, text, sizeof(text)) < 0;
}

/* Two readers that wait at the end of one open log: each of them can be killed. */
static void log_readers(void)
{
	int fd = (int)sys(__NR_open, "/dev/kmsg", O_RDONLY, 0), status = 0;
	pid_t readers[2], ended = 0;

	sys(__NR_lseek, fd, 0, SEEK_END);
	for (int i = 0; i < 2; i++) {
		readers[i] = must_start(read_log, &fd);
		sleep_ms(20);
	}
	kill(readers[1], SIGKILL);
	for (int i = 0; i < 50 && ended == 0; i++) {
		sleep_ms(10);
		ended = waitpid(readers[1], &status, WNOHANG);
	}
	is(ended, readers[1], "the second reader of the log has ended");
	is(status, SIGKILL, "killed");
	kill(readers[0], SIGKILL);
	is(waitpid(readers[0], &status, 0), readers[0], "the first, too");
	close(fd);
}

/* The numbers in the root's own /dev mean the same. */
static void another_dev(void)
{
	if (!on_octavo())
		return;
	is(sys(__NR_mount, "dev", AT, "devtmpfs", 0, 0), 0, "devtmpfs somewhere else");
	is(write_string(AT "/null", "x"), 1, "has devices");
	is(mount_tmpfs(AT "/shm", 0, NULL), 0, "and a place for shm");
	is(chdir(AT "/shm"), 0, "there");
	ok(sys(__NR_getcwd, text, sizeof(text)) > 0 && !strcmp(text, AT "/shm"), "%s", text);
	is(chdir("/"), 0, "back");
	is(unmount(AT "/shm", 0), 0, "umount");
	is(sys(__NR_mount, 0, AT, 0, MS_REMOUNT | MS_NODEV, 0), 0, "without devices");
	is(write_string(AT "/null", "x"), -EACCES, "it has none");
	is(unmount(AT, 0), 0, "umount");
}

/* Longer than what the kernel would make of a report in one piece. */
static void long_table(void)
{
	static char source[4000], buf[65536];
	long n, bytes = 0;
	int fd, mounted = 0, lines = 0;

	memset(source, 'x', sizeof(source) - 1);
	while (mounted < 300 && sys(__NR_mount, source, AT, "tmpfs", 0, 0) == 0)
		mounted++;
	is(mounted, 300, "300 in one place");
	fd = open("/proc/mounts", O_RDONLY);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		bytes += n;
		for (long i = 0; i < n; i++)
			lines += buf[i] == '\n';
	}
	close(fd);
	is(n, 0, "the table is read to its end");
	ok(bytes > 300 * 4000 && lines >= 300, "%ld bytes in %d lines", bytes, lines);
	while (mounted > 0 && unmount(AT, 0) == 0)
		mounted--;
	is(mounted, 0, "all are unmounted");
}

/* What an earlier run has left, with or without a mount over it. */
static void clean(void)
{
	static const char *const at[] = {AT, AT "/inner", AT "/shm"};

	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		while (unmount(at[i], MNT_DETACH) == 0)
			;
	remove_tree(DIR);
}

int main(void)
{
	long err;

	clean();
	mkdir(DIR, 0755);
	mkdir(AT, 0755);
	close(open(DIR "/file", O_CREAT | O_RDWR, 0600));
	err = mount_tmpfs(AT, 0, NULL);
	if (err == -EPERM) {
		skip("this user may not mount");
		return tap_done();
	}
	unmount(AT, 0);
	arguments();
	one_mount();
	in_use();
	detached();
	detached_goes();
	read_only();
	few_inodes();
	new_root();
	devices();
	messages();
	if (on_octavo())
		log_readers();
	another_dev();
	long_table();
	unlink(DIR "/file");
	is(rmdir(AT), 0, "clean");
	is(rmdir(DIR), 0, "up");
	return tap_done();
}
