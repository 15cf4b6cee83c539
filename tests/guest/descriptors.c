/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: fcntl(2), dup3(2), reading and writing at a place and by vectors, a thousand open
 * files, and the limits that act on them (getrlimit(2)).
 */
#include "guest.h"

#define F_GETPIPE_SZ   1032
#define RLIMIT_FSIZE_  1
#define RLIMIT_NOFILE_ 7
#define SEEK_DATA_     3
#define SEEK_HOLE_     4
#define FIONREAD_      0x541b
#define FIONBIO_       0x5421
#define FIONCLEX_      0x5450
#define FIOCLEX_       0x5451
#define PATH           "/tmp/descriptors"

struct vector {
	const void *base;
	uint32_t len;
};

struct limit {
	uint32_t cur, max;
};

static long fcntl64(long fd, int command, unsigned long arg)
{
	return sys(__NR_fcntl64, fd, command, arg);
}

static void test_fcntl(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600), other, ends[2];
	int pair[2];

	ok(fd >= 0, "a file");
	is(other = fcntl64(fd, F_DUPFD, 20), 20, "a second descriptor from 20 on");
	is(fcntl64(other, F_GETFD, 0), 0, "it stays open over exec");
	is(fcntl64(other, F_SETFD, 1), 0, "it is not to");
	is(fcntl64(other, F_GETFD, 0), 1, "it is told");
	is(fcntl64(fd, F_GETFD, 0), 0, "the other is as it was");
	is(fcntl64(fd, F_DUPFD_CLOEXEC, 20), 21, "the next");
	is(fcntl64(21, F_GETFD, 0), 1, "closed at exec");
	is(fcntl64(fd, F_DUPFD, 100000), -EINVAL, "beyond the limit");
	is(fcntl64(fd, F_DUPFD, -1), -EINVAL, "below nothing");
	is(fcntl64(fd, F_GETFL, 0) & ~0100000, O_RDWR, "flags of the file");
	is(fcntl64(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_WRONLY), 0, "others");
	is(fcntl64(other, F_GETFL, 0) & ~0100000, O_RDWR | O_APPEND | O_NONBLOCK,
	   "are those of both descriptors, and how it was opened stays");
	is(fcntl64(fd, F_SETFL, 0), 0, "none");
	is(fcntl64(fd, 4242, 0), -EINVAL, "no such command");
	is(fcntl64(77, F_GETFL, 0), -EBADF, "no such descriptor");
	is(fcntl64(77, 4242, 0), -EBADF, "of neither");
	is(fcntl64(fd, F_GETPIPE_SZ, 0), -EBADF, "no pipe");
	is(sys(__NR_pipe, pair), 0, "a pipe");
	is(fcntl64(pair[0], F_GETPIPE_SZ, 0), 65536, "its size");
	ends[0] = sys(__NR_close, pair[0]);
	ends[1] = sys(__NR_close, pair[1]);
	ok(ends[0] == 0 && ends[1] == 0, "closed");

	is(sys(__NR_dup3, fd, 30, O_CLOEXEC), 30, "dup3");
	is(fcntl64(30, F_GETFD, 0), 1, "closed at exec");
	is(sys(__NR_dup3, fd, fd, 0), -EINVAL, "onto itself");
	is(sys(__NR_dup3, fd, 30, 1), -EINVAL, "an unknown flag");
	is(sys(__NR_dup3, 77, 30, 0), -EBADF, "of nothing");
	is(sys(__NR_dup3, fd, 1 << 20, 0), -EBADF, "beyond the limit");
	is(sys(__NR_dup2, fd, 30), 30, "dup2 onto that");
	is(fcntl64(30, F_GETFD, 0), 0, "stays open over exec");
	is(sys(__NR_pipe2, pair, O_NONBLOCK), 0, "a pipe");
	is(sys(__NR_dup2, fd, pair[1]), pair[1], "dup2 onto its end for writing");
	is(sys(__NR_read, pair[0], ends, 1), 0, "closes it");
	sys(__NR_close, pair[0]);
	sys(__NR_close, pair[1]);
	is(sys(__NR_fsync, fd), 0, "fsync");
	is(sys(__NR_fdatasync, fd), 0, "fdatasync");
	is(sys(__NR_fsync, 77), -EBADF, "fsync of nothing");
	is(sys(__NR_sync), 0, "sync");
	for (int i = 0; i < 3; i++)
		sys(__NR_close, (long[]){20, 21, 30}[i]);
	sys(__NR_close, fd);
}

static void test_places(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char buf[16] = {0};
	int pair[2];

	is(sys(__NR_write, fd, "0123456789", 10), 10, "ten bytes");
	is(sys(__NR_pread64, fd, buf, 4, ODD64(3, 0)), 4, "four from the third on");
	ok(memcmp(buf, "3456", 4) == 0, "they are these");
	is(sys(__NR_pwrite64, fd, "ab", 2, ODD64(8, 0)), 2, "two at the eighth");
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 10, "the position stays");
	is(sys(__NR_pread64, fd, buf, 16, ODD64(7, 0)), 3, "to the end");
	ok(memcmp(buf, "7ab", 3) == 0, "it was written");
	is(sys(__NR_pread64, fd, buf, 1, ODD64(0, 1)), 0, "nothing above 4G");
	is(sys(__NR_pread64, fd, buf, 1, ODD64(0, -1)), -EINVAL, "before the start");
	is(sys(__NR_pwrite64, fd, buf, 1, ODD64(0, -1)), -EINVAL, "nor to there");
	is(sys(__NR_pread64, fd, KERNEL_ADDRESS, 1, ODD64(0, 0)), -EFAULT, "to the kernel");
	is(sys(__NR_pread64, 77, buf, 1, ODD64(0, 0)), -EBADF, "of nothing");
	is(sys(__NR_lseek, fd, 4, SEEK_DATA_), 4, "there are data");
	is(sys(__NR_lseek, fd, 4, SEEK_HOLE_), 10, "up to the end");
	is(sys(__NR_lseek, fd, 10, SEEK_DATA_), -ENXIO, "and none behind it");
	is(sys(__NR_lseek, fd, 10, SEEK_HOLE_), -ENXIO, "nor a hole");
	is(sys(__NR_pipe, pair), 0, "a pipe");
	is(sys(__NR_pread64, pair[0], buf, 1, ODD64(0, 0)), -ESPIPE, "has no places");
	is(sys(__NR_pwrite64, pair[1], buf, 1, ODD64(0, 0)), -ESPIPE, "nor to write");
	sys(__NR_close, pair[0]);
	sys(__NR_close, pair[1]);
	sys(__NR_close, fd);
	fd = sys(__NR_open, PATH, O_RDONLY, 0);
	is(sys(__NR_pwrite64, fd, buf, 1, ODD64(0, 0)), -EBADF, "a file that is only read");
	sys(__NR_close, fd);
}

#define RWF_NOWAIT   0x8
#define RWF_APPEND   0x10
#define RWF_NOAPPEND 0x20

static long size_of(long fd)
{
	struct stat st;

	return fstat((int)fd, &st) == 0 ? (long)st.st_size : -1;
}

/* At the end for once, or not at the end for once. */
static void test_append_once(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	long appending = sys(__NR_open, PATH, O_WRONLY | O_APPEND, 0);
	struct vector out[2] = {{"abcd", 4}, {"ef", 2}};
	char text[16] = {0};

	sys(__NR_write, fd, "0123456789", 10);
	sys(__NR_lseek, fd, 3, SEEK_SET);
	is(sys(__NR_pwritev2, fd, out, 1, 0, 0, RWF_APPEND), 4, "appending to 10 bytes");
	ok(size_of(fd) == 14 && sys(__NR_lseek, fd, 0, SEEK_CUR) == 3, "at the end");
	is(sys(__NR_pwritev2, fd, out, 2, -1, -1, RWF_APPEND), 6, "and with the position");
	ok(size_of(fd) == 20 && sys(__NR_lseek, fd, 0, SEEK_CUR) == 20, "which is the end then");
	is(sys(__NR_pwritev2, appending, out, 2, 2, 0, RWF_NOAPPEND), 6, "not appending");
	is(size_of(fd), 20, "for once");
	is(sys(__NR_pwritev2, appending, out, 1, 2, 0, 0), 4, "and as always");
	is(size_of(fd), 24, "at the end");
	is(sys(__NR_preadv2, fd, &(struct vector){text, 10}, 1, 0, 0, RWF_APPEND), 10, "reading");
	ok(memcmp(text, "01abcdef89", 10) == 0, "ignores it: %s", text);
	is(sys(__NR_pwritev2, fd, out, 1, 0, 0, RWF_APPEND | RWF_NOAPPEND), -EINVAL, "both");
	is(sys(__NR_pwritev2, fd, out, 1, 0, 0, 0x40), -EOPNOTSUPP, "whole or not at all");
	sys(__NR_close, appending);
	sys(__NR_close, fd);
}

static int read_without_waiting(void *arg)
{
	char text[4];
	struct vector in[1] = {{text, 4}}, out[1] = {{"abc", 3}};
	int pair[2];

	(void)arg;
	if (sys(__NR_pipe, pair) != 0 ||
	    sys(__NR_preadv2, pair[0], in, 1, -1, -1, RWF_NOWAIT) != -EAGAIN ||
	    sys(__NR_fcntl64, pair[0], F_GETFL) != O_RDONLY)
		return 1;
	if (sys(__NR_pwritev2, pair[1], out, 1, -1, -1, RWF_NOWAIT) != 3)
		return 2;
	return sys(__NR_preadv2, pair[0], in, 1, -1, -1, RWF_NOWAIT) == 3 ? 0 : 3;
}

/* Files of tmpfs say that they cannot promise it. */
static void test_nowait(void)
{
	long fd = sys(__NR_open, "/proc/self/stat", O_RDONLY, 0);
	char text[4];
	struct vector in[1] = {{text, 4}};

	is(in_child_for(10000, read_without_waiting, NULL), EXITED(0), "a pipe does not wait");
	if (fd >= 0)
		is(sys(__NR_preadv2, fd, in, 1, -1, -1, RWF_NOWAIT), -EOPNOTSUPP, "a report does");
	sys(__NR_close, fd);
	fd = sys(__NR_memfd_create, "x", 0);
	is(sys(__NR_pwritev2, fd, in, 1, 0, 0, RWF_NOWAIT), -EOPNOTSUPP, "a file of tmpfs, too");
	sys(__NR_close, fd);
	fd = sys(__NR_open, "/dev/full", O_RDWR, 0);
	is(sys(__NR_write, fd, text, 0), -ENOSPC, "nothing does not fit into /dev/full");
	is(sys(__NR_pwrite64, fd, text, 0, ODD64(0, 0)), -ENOSPC, "anywhere");
	is(sys(__NR_read, fd, text, 0), 0, "but can be read");
	sys(__NR_close, fd);
}

/* A pipe has less than the vector takes. */
static int read_what_there_is(void *arg)
{
	char a[4], b[8];
	struct vector in[2] = {{a, 4}, {b, 8}};
	int pair[2];

	(void)arg;
	if (sys(__NR_pipe, pair) != 0 || sys(__NR_write, pair[1], "abc", 3) != 3)
		return 1;
	return sys(__NR_readv, pair[0], in, 2) == 3 && memcmp(a, "abc", 3) == 0 ? 0 : 2;
}

static void test_vectors_with_flags(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char a[4] = {0};
	struct vector out[1] = {{"abcdef", 6}}, in[1] = {{a, 4}}, none[1] = {{a, 0}};

	is(sys(__NR_pwritev2, fd, out, 1, -1, -1, 0), 6, "pwritev2 at the position");
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 6, "moves it");
	is(sys(__NR_pwritev2, fd, out, 1, 2, 0, 2), 6, "at a place, to be kept");
	is(sys(__NR_preadv2, fd, in, 1, 1, 0, 1), 4, "preadv2");
	ok(memcmp(a, "babc", 4) == 0, "from its place");
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 6, "neither moves the position");
	is(sys(__NR_preadv2, fd, in, 1, -1, -1, 0), 2, "at the position");
	is(sys(__NR_preadv2, fd, in, 1, -2, -1, 0), -EINVAL, "before the start");
	is(sys(__NR_preadv2, fd, in, 1, 0, 0, 0x40000000), -EOPNOTSUPP, "an unknown flag");
	is(sys(__NR_preadv2, fd, none, 1, 0, 0, 0x40000000), 0, "of no bytes");
	is(sys(__NR_preadv2, 77, in, 1, 0, 0, 0x40000000), -EBADF, "of nothing");
	sys(__NR_close, fd);
}

static void test_vectors(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char a[4] = {0}, b[8] = {0};
	struct vector out[3] = {{"one", 3}, {"", 0}, {"three", 5}};
	struct vector in[2] = {{a, 4}, {b, 8}};
	struct vector bad[2] = {{"x", 1}, {(void *)KERNEL_ADDRESS, 1}};
	struct vector negative[1] = {{a, 0x80000000}};
	static struct vector many[1024];

	is(sys(__NR_writev, fd, out, 3), 8, "three buffers, one of them empty");
	is(sys(__NR_lseek, fd, 0, SEEK_SET), 0, "back");
	is(sys(__NR_readv, fd, in, 2), 8, "into two");
	ok(memcmp(a, "onet", 4) == 0 && memcmp(b, "hree", 4) == 0, "in order");
	is(sys(__NR_lseek, fd, 2, SEEK_SET), 2, "to the second");
	is(sys(__NR_preadv, fd, in, 1, 4, 0), 4, "preadv");
	ok(memcmp(a, "hree", 4) == 0, "from its place");
	is(sys(__NR_pwritev, fd, out, 1, 5, 0), 3, "pwritev");
	is(sys(__NR_pread64, fd, b, 8, ODD64(0, 0)), 8, "all of it");
	ok(memcmp(b, "onethone", 8) == 0, "at its place");
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 2, "neither moves the position");
	is(in_child_for(3000, read_what_there_is, NULL), EXITED(0),
	   "no waiting for a second buffer");
	is(sys(__NR_preadv, fd, in, 1, 0, -1), -EINVAL, "before the start");
	is(sys(__NR_readv, fd, in, 1025), -EINVAL, "too many buffers");
	is(sys(__NR_readv, fd, negative, 1), -EINVAL, "a negative length");
	is(sys(__NR_readv, fd, KERNEL_ADDRESS, 1), -EFAULT, "the kernel's vector");
	is(sys(__NR_writev, fd, bad + 1, 1), -EFAULT, "a buffer of the kernel");
	is(sys(__NR_readv, 77, in, 1), -EBADF, "of nothing");
	is(sys(__NR_writev, fd, out, 0), 0, "no buffer");
	for (int i = 0; i < 1024; i++)
		many[i] = (struct vector){"y", 1};
	is(sys(__NR_pwritev, fd, many, 1024, 0, 0), 1024, "as many as there may be");
	sys(__NR_close, fd);
}

/* What ioctl(2) does with a file of any kind. */
static void test_ioctl(void)
{
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	long null = sys(__NR_open, "/dev/null", O_RDWR, 0);
	int pair[2], n = -1;
	char c;

	is(sys(__NR_write, fd, "0123456789", 10), 10, "ten bytes");
	is(sys(__NR_lseek, fd, 3, SEEK_SET), 3, "to the third");
	is(sys(__NR_ioctl, fd, FIONREAD_, &n), 0, "FIONREAD");
	is(n, 7, "seven are left");
	is(sys(__NR_ioctl, fd, FIONREAD_, KERNEL_ADDRESS), -EFAULT, "to a bad address");
	is(sys(__NR_ioctl, null, FIONREAD_, &n), -ENOTTY, "of a device without a number of bytes");
	is(sys(__NR_ioctl, 77, FIONREAD_, &n), -EBADF, "of nothing");
	is(sys(__NR_ioctl, fd, FIOCLEX_, 0), 0, "FIOCLEX");
	is(fcntl64(fd, F_GETFD, 0), 1, "closed at exec");
	is(sys(__NR_ioctl, fd, FIONCLEX_, 0), 0, "FIONCLEX");
	is(fcntl64(fd, F_GETFD, 0), 0, "open over exec");
	is(sys(__NR_pipe, pair), 0, "a pipe");
	is(sys(__NR_write, pair[1], "abcd", 4), 4, "with four bytes");
	is(sys(__NR_read, pair[0], &c, 1), 1, "less one");
	is(sys(__NR_ioctl, pair[0], FIONREAD_, &n), 0, "FIONREAD of a pipe");
	is(n, 3, "tells them");
	n = -1;
	is(sys(__NR_ioctl, pair[1], FIONREAD_, &n), 0, "by its other end, too");
	is(n, 3, "the same");
	n = 1;
	is(sys(__NR_ioctl, pair[0], FIONBIO_, &n), 0, "FIONBIO");
	is(fcntl64(pair[0], F_GETFL, 0) & O_NONBLOCK, O_NONBLOCK, "no waiting");
	for (int i = 0; i < 3; i++)
		sys(__NR_read, pair[0], &c, 1);
	if (fcntl64(pair[0], F_GETFL, 0) & O_NONBLOCK)
		is(sys(__NR_read, pair[0], &c, 1), -EAGAIN, "for bytes");
	n = 0;
	is(sys(__NR_ioctl, pair[0], FIONBIO_, &n), 0, "FIONBIO with 0");
	is(fcntl64(pair[0], F_GETFL, 0) & O_NONBLOCK, 0, "as before");
	is(sys(__NR_ioctl, pair[0], FIONBIO_, KERNEL_ADDRESS), -EFAULT, "from a bad address");
	sys(__NR_close, pair[0]);
	sys(__NR_close, pair[1]);
	sys(__NR_close, null);
	sys(__NR_close, fd);
}

static void test_many_files(void)
{
	struct limit limit = {0, 0};
	long fd = 0, nr = 0;

	is(sys(__NR_ugetrlimit, RLIMIT_NOFILE_, &limit), 0, "the limit of open files");
	ok(limit.cur >= 1024 && limit.max >= limit.cur, "is 1024 or more");
	limit.cur = 1024;
	is(sys(__NR_setrlimit, RLIMIT_NOFILE_, &limit), 0, "let it be 1024");
	while (nr < 2000 && (fd = sys(__NR_open, "/dev/null", O_RDONLY, 0)) >= 0)
		nr++;
	is(fd, -EMFILE, "the 1025th is refused");
	ok(nr >= 1000, "a thousand are open");
	is(sys(__NR_read, 1000, &fd, 1), 0, "and work");
	limit.cur = limit.max < 2048 ? limit.max : 2048;
	is(sys(__NR_setrlimit, RLIMIT_NOFILE_, &limit), 0, "twice as many");
	is(sys(__NR_open, "/dev/null", O_RDONLY, 0), 1024, "the 1025th is there");
	limit.cur = 8;
	is(sys(__NR_setrlimit, RLIMIT_NOFILE_, &limit), 0, "eight");
	is(sys(__NR_open, "/dev/null", O_RDONLY, 0), -EMFILE, "no more of them");
	is(sys(__NR_dup2, 0, 8), -EBADF, "not even by number");
	is(sys(__NR_read, 1000, &fd, 1), 0, "those that are open stay");
	for (long i = 3; i <= 1024; i++)
		sys(__NR_close, i);
	limit.cur = 1024;
	sys(__NR_setrlimit, RLIMIT_NOFILE_, &limit);
}

static void test_limit_calls(void)
{
	struct limit limit = {5, 4};
	uint64_t wide[2] = {0, 0};

	is(sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit), -EINVAL, "more than the most");
	is(sys(__NR_setrlimit, 16, &limit), -EINVAL, "no such limit");
	is(sys(__NR_setrlimit, 16, KERNEL_ADDRESS), -EFAULT, "the address comes first");
	is(sys(__NR_ugetrlimit, 16, &limit), -EINVAL, "no such limit to tell");
	is(sys(__NR_ugetrlimit, 0, KERNEL_ADDRESS), -EFAULT, "to a bad address");
	is(sys(__NR_prlimit64, 0, RLIMIT_FSIZE_, NULL, wide), 0, "in 64 bits");
	ok(wide[0] == ~0ull, "none is all of them");
	is(sys(__NR_prlimit64, 0x3fffffff, 0, NULL, wide), -ESRCH, "nobody's");
	is(sys(__NR_prlimit64, getpid(), 16, NULL, wide), -EINVAL, "no such limit, in 64 bits");
	is(sys(__NR_prlimit64, 0, 0, KERNEL_ADDRESS, NULL), -EFAULT, "from a bad address");
	is(sys(__NR_prlimit64, 0, 0, NULL, KERNEL_ADDRESS), -EFAULT, "to one");
}

static int write_too_much(void *arg)
{
	static char bytes[8192];
	struct limit limit = {6000, 6000};
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit) != 0)
		return 1;
	if (sys(__NR_write, fd, bytes, sizeof(bytes)) != 6000)
		return 2;
	if (sys(__NR_pwrite64, fd, bytes, 10, ODD64(100, 0)) != 10)
		return 3;
	if (arg != NULL)
		return sys(__NR_ftruncate, fd, 6001) == 0 ? 4 : 5;
	sys(__NR_write, fd, bytes, 1);
	return 6;
}

/* The other ways in which bytes come behind the end of a file that may have 6000. */
static int append_too_much(void *arg)
{
	static char bytes[8192];
	struct limit limit = {6000, 6000};
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	long end = sys(__NR_open, PATH, O_WRONLY | O_APPEND, 0);
	long from = sys(__NR_open, PATH "-source", O_RDWR | O_CREAT | O_TRUNC, 0600);

	sys(__NR_unlink, PATH "-source");
	if (sys(__NR_write, fd, bytes, 5990) != 5990 ||
	    sys(__NR_write, from, bytes, sizeof(bytes)) != (long)sizeof(bytes))
		return 1;
	if (sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit) != 0)
		return 2;
	sys(__NR_lseek, from, 0, SEEK_SET);
	if (arg != NULL ? sys(__NR_sendfile, fd, from, NULL, 20) != 10
			: sys(__NR_write, end, bytes, 20) != 10)
		return 3;
	if (arg != NULL)
		sys(__NR_sendfile, fd, from, NULL, 1);
	else
		sys(__NR_write, end, bytes, 1);
	return 4;
}

/* What is longer already may get shorter; and what is not stored has no length. */
static int beyond_limit(void *arg)
{
	static char bytes[8192];
	struct limit limit = {6000, 6000}, none = {0, 6000};
	long fd = sys(__NR_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	long name = sys(__NR_open, "/proc/self/comm", O_WRONLY, 0);

	(void)arg;
	if (sys(__NR_write, fd, bytes, sizeof(bytes)) != (long)sizeof(bytes) ||
	    sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit) != 0)
		return 1;
	if (sys(__NR_ftruncate, fd, 7000) != 0 || sys(__NR_truncate, PATH, 6500) != 0)
		return 2;
	if (sys(__NR_setrlimit, RLIMIT_FSIZE_, &none) != 0)
		return 3;
	return sys(__NR_write, name, "name", 4) == 4 ? 0 : 4;
}

static int limits_of_child(void *arg)
{
	struct limit limit = {0, 0};

	(void)arg;
	return sys(__NR_ugetrlimit, RLIMIT_FSIZE_, &limit) == 0 && limit.cur == 123456 ? 0 : 1;
}

/* Bit 7 says that Linux would have dumped core, were it allowed to. */
static void test_file_size(void)
{
	struct limit limit = {123456, 0xffffffff};

	is(in_child(write_too_much, NULL) & 0x7f, SIGXFSZ, "who writes too much dies of it");
	is(in_child(write_too_much, &limit) & 0x7f, SIGXFSZ, "or makes a file too long");
	is(in_child(append_too_much, NULL) & 0x7f, SIGXFSZ, "or appends to one");
	is(in_child(append_too_much, &limit) & 0x7f, SIGXFSZ, "or has the kernel do it");
	is(in_child(beyond_limit, NULL), EXITED(0), "what is too long may get shorter");
	is(sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit), 0, "a limit");
	is(in_child(limits_of_child, NULL), 0, "a child has it too");
	limit.cur = 0xffffffff;
	is(sys(__NR_setrlimit, RLIMIT_FSIZE_, &limit), 0, "none");
}

int main(void)
{
	test_fcntl();
	test_places();
	test_vectors();
	test_vectors_with_flags();
	test_append_once();
	test_nowait();
	test_ioctl();
	test_limit_calls();
	test_file_size();
	test_many_files();
	sys(__NR_unlink, PATH);
	return tap_done();
}
