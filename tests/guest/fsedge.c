/* SPDX-License-Identifier: MIT */
/*
 * Files at the edges: no descriptor left, no room left, 2G, holes, directories that change while
 * they are read or are gone, the terminal's calls.
 */
#include "guest.h"

#include <sys/stat.h>

#define DIR      "/tmp/fsedge"
#define TCGETS   0x5401
#define TCSETS   0x5402
#define FIONREAD 0x541b

static char block[65536];

static int open_file(const char *name, int flags)
{
	int fd = open(name, flags, 0644);

	if (fd < 0)
		bail_out("open %s: errno %d", name, errno);
	return fd;
}

static long size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? (long)st.st_size : -1;
}

static void no_descriptor_left(void)
{
	int first = -1, fd, last = -1;

	while ((fd = dup(0)) >= 0) {
		first = first < 0 ? fd : first;
		last = fd;
	}
	is(errno, EMFILE, "dup until there is none");
	is(sys(__NR_open, DIR "/emfile", O_CREAT | O_RDWR, 0600), -EMFILE, "open says so, too");
	is(sys(__NR_open, "/none/at/all", O_RDONLY, 0), -EMFILE, "before it looks at the path");
	is(sys(__NR_dup2, 0, 1024), -EBADF, "dup2 beyond the limit");
	is(sys(__NR_dup2, 0, last), last, "dup2 needs no free one");
	for (fd = first; fd <= last; fd++)
		close(fd);
	is(sys(__NR_access, DIR "/emfile", F_OK), -ENOENT, "and nothing was created");
}

static void truncation(void)
{
	int fd = open_file(DIR "/t", O_CREAT | O_RDWR);

	ok(write(fd, block, 10000) == 10000, "10000 bytes");
	is(sys(__NR_ftruncate, fd, -1), -EINVAL, "to less than nothing");
	is(size_of(DIR "/t"), 10000, "it is as long as before");
	close(open_file(DIR "/t", O_RDONLY | O_TRUNC));
	is(size_of(DIR "/t"), 0, "O_TRUNC with O_RDONLY");
	close(fd);
	fd = open_file(DIR "/t", O_RDONLY);
	is(sys(__NR_ftruncate, fd, 5), -EINVAL, "through what is open for reading");
	close(fd);
	is(sys(__NR_creat, DIR "/t", 0600), fd, "creat");
	is(sys(__NR_read, fd, block, 1), -EBADF, "is for writing only");
	close(fd);
	unlink(DIR "/t");
}

static void two_gigabytes(void)
{
	int fd = open_file(DIR "/2g", O_CREAT | O_RDWR);
	int large = open_file(DIR "/2g", O_RDWR | O_LARGEFILE);
	long long pos = 0;

	is(lseek(fd, 0x7ffffffe, SEEK_SET), 0x7ffffffe, "to 2G - 2");
	is(write(fd, "abc", 3), 1, "one byte fits");
	is(sys(__NR_write, fd, "b", 1), -EFBIG, "the next does not");
	is(sys(__NR__llseek, large, 0, 0x7fffffff, &pos, SEEK_SET), 0,
	   "with O_LARGEFILEFILE to 2G - 1");
	is(write(large, "xyz", 3), 3, "three fit");
	is(sys(__NR__llseek, large, 0, 0, &pos, SEEK_CUR), 0, "where is that");
	ok(pos == 0x80000002LL, "2G + 2");
	is(sys(__NR_lseek, large, 0, SEEK_CUR), -EOVERFLOW, "which lseek cannot tell");
	is(sys(__NR__llseek, large, 0, 4096, &pos, SEEK_SET), 0, "back to 4096");
	is(sys(__NR__llseek, large, 0x7fffffff, 0xffffffff, &pos, SEEK_CUR), -EINVAL,
	   "from there 2^63 - 1 on");
	if (on_octavo()) /* 64-bit Linux may have such files */
		is(sys(__NR__llseek, large, 0x7fffffff, 0xffffffff, &pos, SEEK_SET), -EINVAL,
		   "to 2^63 - 1: no file is that long");
	is(sys(__NR__llseek, large, 0, 0, &pos, SEEK_CUR), 0, "where is that");
	ok(pos == 4096, "still at 4096");
	memset(block, 1, PAGE);
	is(read(large, block, PAGE), (long)PAGE, "read the hole");
	ok(block[0] == 0 && block[PAGE - 1] == 0 && !memcmp(block, block + 1, PAGE - 1), "zeros");
	close(fd);
	close(large);
	is(unlink(DIR "/2g"), 0, "unlink");
}

static void no_room_left(void)
{
	int fd = open_file(DIR "/full", O_CREAT | O_RDWR);
	long n, written = 0;

	while ((n = sys(__NR_write, fd, block, sizeof(block))) > 0)
		written += n;
	is(n, -ENOSPC, "write until there is no room");
	diag("%ld bytes", written);
	is(size_of(DIR "/full"), written, "what was written is there");
	is(sys(__NR_ftruncate, fd, 0), 0, "cut to nothing");
	is(lseek(fd, 0, SEEK_SET), 0, "and from the start");
	is(write(fd, block, sizeof(block)), (long)sizeof(block), "there is room again");
	close(fd);
	unlink(DIR "/full");
}

struct record {
	unsigned long long ino;
	long long off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* One record at a time, and each name that comes is removed. */
static void directory_that_changes(void)
{
	char name[32], buf[48];
	unsigned seen = 0, twice = 0;
	long n;
	int fd, i;

	is(mkdir(DIR "/d", 0755), 0, "a directory");
	for (i = 0; i < 30; i++) {
		sniprintf(name, sizeof(name), DIR "/d/f%d", i);
		close(open_file(name, O_CREAT | O_RDWR));
	}
	fd = open_file(DIR "/d", O_RDONLY);
	is(sys(__NR_getdents64, fd, buf, 20), -EINVAL, "too small for one record");
	is(sys(__NR_getdents64, fd, buf, -1), -EINVAL, "a negative length");
	while ((n = sys(__NR_getdents64, fd, buf, 32)) > 0) {
		struct record *r = (struct record *)buf;

		if (r->name[0] != 'f')
			continue;
		i = atoi(r->name + 1);
		twice += seen >> i & 1;
		seen |= 1u << i;
		sniprintf(name, sizeof(name), DIR "/d/%s", r->name);
		unlink(name);
	}
	is(n, 0, "to the end");
	is(seen, 0x3fffffff, "every name came");
	is(twice, 0, "and none twice");
	is(lseek(fd, 0, SEEK_SET), 0, "from the start");
	is(sys(__NR_getdents64, fd, block, sizeof(block)), 48, "only . and .. are left");
	close(fd);
}

/* DIR/d is empty. */
static void directory_that_goes(void)
{
	int fd = open_file(DIR "/d", O_RDONLY);

	is(sys(__NR_rmdir, DIR "/d/."), -EINVAL, "rmdir of .");
	is(sys(__NR_rmdir, DIR), -ENOTEMPTY, "of what is not empty");
	is(sys(__NR_rmdir, "/"), -EBUSY, "of the root");
	is(chdir(DIR "/d"), 0, "into it");
	is(sys(__NR_rmdir, DIR "/d"), 0, "and away with it");
	is(sys(__NR_getcwd, block, 100), -ENOENT, "getcwd in it");
	is(sys(__NR_open, "new", O_CREAT | O_RDWR, 0600), -ENOENT, "a new file in it");
	is(sys(__NR_mkdir, "new", 0700), -ENOENT, "a new directory in it");
	is(sys(__NR_openat, fd, "new", O_CREAT | O_RDWR, 0600), -ENOENT, "through a descriptor");
	is(sys(__NR_access, "..", F_OK), 0, "its parent is found");
	is(sys(__NR_rmdir, DIR "/d"), -ENOENT, "rmdir once more");
	is(chdir("/"), 0, "back");
	close(fd);
}

static int step_forward(void *fd)
{
	return lseek(*(int *)fd, 1, SEEK_CUR) == 5 ? 0 : 1;
}

static void directories_and_descriptors(void)
{
	int dir = open_file(DIR, O_RDONLY), fd = open_file(DIR "/x", O_CREAT | O_RDWR);
	int at = (int)sys(__NR_openat, dir, "x", O_RDWR, 0);

	ok(at > fd, "openat");
	is(write(fd, "same", 4), 4, "written to one");
	is(read(at, block, 10), 4, "read from the other");
	is(sys(__NR_openat, fd, "x", O_RDWR, 0), -ENOTDIR, "openat of a file");
	is(sys(__NR_openat, fd, "", O_RDWR, 0), -ENOENT, "but no name is no name, of a file");
	is(sys(__NR_openat, 99, "", O_RDWR, 0), -ENOENT, "nor of what is not open");
	is(sys(__NR_openat, fd, "/tmp", O_RDONLY, 0), at + 1,
	   "which an absolute path does not see");
	is(sys(__NR_openat, 99, "/tmp", O_RDONLY, 0), at + 2, "nor one that is not open");
	close(at + 2);
	close(at + 1);
	close(at);
	is(in_child(step_forward, &fd), EXITED(0), "(a child moves)");
	is(lseek(fd, 0, SEEK_CUR), 5, "a child's position is the parent's");
	close(fd);
	close(dir);
	unlink(DIR "/x");
}

static void terminal(void)
{
	unsigned char before[36], after[36];
	int console = open_file("/dev/console", O_RDWR), file = open_file("/dev/null", O_RDWR);
	int n = -1;

	is(sys(__NR_ioctl, console, TCGETS, before), 0, "the console is a terminal");
	is(sys(__NR_ioctl, file, TCGETS, before), -ENOTTY, "/dev/null is none");
	is(sys(__NR_ioctl, console, TCGETS, KERNEL_ADDRESS), -EFAULT, "TCGETS into the kernel");
	memcpy(after, before, sizeof(after));
	after[12] &= (unsigned char)~010; /* c_lflag: ECHO */
	is(sys(__NR_ioctl, console, TCSETS, after), 0, "without echo");
	is(sys(__NR_ioctl, console, TCGETS, after), 0, "is that so");
	is(after[12] & 010, 0, "it is");
	is(sys(__NR_ioctl, console, TCSETS, before), 0, "as it was");
	is(sys(__NR_ioctl, console, FIONREAD, &n), 0, "how much there is to read");
	ok(n >= 0, "%d", n);
	is(sys(__NR_ioctl, console, 0x12345678, &n), -ENOTTY, "an ioctl that is not");
	is(sys(__NR_lseek, console, 0, SEEK_SET), -ESPIPE, "a terminal has no position");
	close(console);
	close(file);
}

static void test_device(void)
{
	static const char *const wrong[] = {
		"audit now",     "status",
		"status x",      "status 1 2",
		"fail-nth page", "fail-nth nosite 1",
		"nonsense",      "fail-nth page 1 and much more than any command needs "};
	int fd = open("/dev/octavo", O_RDWR);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is(sys(__NR_write, fd, wrong[i], strlen(wrong[i])), -EINVAL, "\"%s\"", wrong[i]);
	is(write(fd, "fail-nth page 1000000\n", 22), 22, "a fault that is far away");
	ok(read(fd, block, 100) > 10 && !memcmp(block, "not fired\n", 10), "has not fired");
	is(read(fd, block, 100), 0, "and that is all");
	is(write(fd, "fail-nth page 0", 15), 15, "forgotten");
	close(fd);
}

/* What a run that was killed has left. */
static void clean(void)
{
	static const char *const names[] = {"emfile", "t", "2g", "full", "x", "masked"};
	char name[32];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sniprintf(name, sizeof(name), DIR "/%s", names[i]);
		unlink(name);
	}
	for (int i = 0; i < 30; i++) {
		sniprintf(name, sizeof(name), DIR "/d/f%d", i);
		unlink(name);
	}
	unlink(DIR "/d/new");
	sys(__NR_rmdir, DIR "/d/new");
	sys(__NR_rmdir, DIR "/d");
	unlink("/new"); /* where the chdir was refused */
	sys(__NR_rmdir, "/new");
}

/* The bits that a new file does not get. umask(2) */
static void masked_permissions(void)
{
	long old = sys(__NR_umask, 0137);
	int fd = open(DIR "/masked", O_CREAT | O_WRONLY, 0777);
	struct stat st = {.st_mode = 0};

	ok(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0640,
	   "a mask of 0137 leaves 0640 of 0777");
	is(sys(__NR_umask, old | 07000), 0137, "the mask that was; bits beyond it are not kept");
	is(sys(__NR_umask, old), old, "and the one before is there again");
	close(fd);
	unlink(DIR "/masked");
}

#define HOLE_READ (1024 * sizeof(block))

/* Much of a hole at once, into the same buffer again and again. */
static __attribute__((noreturn)) int read_for_long(void *file)
{
	int fd = *(int *)file;
	static struct {
		char *base;
		size_t len;
	} vector[1024];

	for (int i = 0; i < 1024; i++) {
		vector[i].base = block;
		vector[i].len = sizeof(block);
	}
	for (;;) {
		while (sys(__NR_readv, fd, vector, 1024) > 0)
			;
		lseek(fd, 0, SEEK_SET);
	}
}

/* The position says how far the last call came. */
static void killed_reader(void)
{
	int fd = open_file(DIR "/hole", O_CREAT | O_RDWR | O_LARGEFILE);
	pid_t pid;
	int status;

	is(write(fd, "x", 1), 1,
	   "a file"); /* an empty one would get its memory at once, on some machines */
	ftruncate(fd, 16 * (off_t)HOLE_READ);
	pid = must_start(read_for_long, &fd);
	sleep_ms(30);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(status == SIGKILL && lseek(fd, 0, SEEK_CUR) % (off_t)HOLE_READ != 0,
	   "a long read ends when it is killed");
	close(fd);
	unlink(DIR "/hole");
}

int main(void)
{
	mkdir(DIR, 0755);
	clean();
	killed_reader();
	masked_permissions();
	no_descriptor_left();
	truncation();
	two_gigabytes();
	no_room_left();
	directory_that_changes();
	directory_that_goes();
	directories_and_descriptors();
	terminal();
	test_device();
	return tap_done();
}
