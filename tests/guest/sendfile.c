/* SPDX-License-Identifier: MIT */
/*
 * sendfile(2): file to file and file to pipe, positions and offsets, room, and errors in Linux's
 * order. Sources and targets are files of /dev/shm on Linux, of /tmp on Octavo: both tmpfs.
 */
#include <sys/stat.h>

#include "guest.h"

#define SIZE 200000
#define PIPE 65536

static char data[SIZE], back[SIZE], name[2][32];
static int in, out;

static long sf(int to, int from, int32_t *offset, unsigned long count)
{
	return sys(__NR_sendfile, to, from, offset, count);
}

static long sf64(int to, int from, int64_t *offset, unsigned long count)
{
	return sys(__NR_sendfile64, to, from, offset, count);
}

static long where(int fd)
{
	return sys(__NR_lseek, fd, 0, SEEK_CUR);
}

static void seek(int fd, long to)
{
	sys(__NR_lseek, fd, to, SEEK_SET);
}

static void begin(void)
{
	for (int i = 0; i < 2; i++) {
		sniprintf(name[i], sizeof(name[i]), "%s/sendfile-%d",
			  on_octavo() ? "/tmp" : "/dev/shm", i);
	}
	in = open(name[0], O_RDWR | O_CREAT | O_TRUNC, 0600);
	out = open(name[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < SIZE; i++)
		data[i] = (char)(i * 7 + i / 251);
	if (in < 0 || out < 0 || write(in, data, SIZE) != SIZE)
		bail_out("files of %d bytes: errno %d", SIZE, errno);
}

/* Bytes [at, at + len) of the target are those of the source from `from` on. */
static int arrived(long at, long from, long len)
{
	seek(out, at);
	return read(out, back, (size_t)len) == len && memcmp(back, data + from, (size_t)len) == 0;
}

static void test_files(void)
{
	int32_t off = 5000;
	int64_t off64 = SIZE - 10;

	is(sf(out, in, NULL, 100), 0, "nothing behind the end");
	seek(in, 0);
	is(sf(out, in, NULL, SIZE + 1000), SIZE, "a whole file");
	ok(where(in) == SIZE && where(out) == SIZE, "both positions move");
	ok(arrived(0, 0, SIZE), "and the bytes are there");
	seek(in, 3);
	seek(out, 4093);
	is(sf(out, in, &off, 9001), 9001, "from an offset");
	ok(off == 14001 && where(in) == 3 && where(out) == 13094, "which moves instead");
	ok(arrived(4093, 5000, 9001), "over page borders");
	seek(out, 0);
	is(sf64(out, in, &off64, 100), 10, "a short one at the end");
	ok(off64 == SIZE && arrived(0, SIZE - 10, 10), "64 bits of offset");
	is(sf64(out, in, &off64, 100), 0, "then nothing");
	off64 = 0x100000000;
	is(sf64(out, in, &off64, 100), 0, "far behind the end");
	is(sf(out, in, NULL, 0), 0, "no bytes");
	seek(in, 0);
	is(sf(in, in, NULL, 10), 10, "to itself");
	is(where(in), 10, "it moves once");
}

static void test_hole(void)
{
	is(sys(__NR_ftruncate, out, 0), 0, "an empty target");
	seek(out, 10000);
	seek(in, 0);
	is(sf(out, in, NULL, 5), 5, "behind its end");
	seek(out, 9990);
	ok(read(out, back, 15) == 15 && back[0] == 0 && back[9] == 0 &&
		   memcmp(back + 10, data, 5) == 0,
	   "there is a hole before");
	is(sys(__NR_ftruncate, out, SIZE), 0, "a source of holes");
	seek(out, 20000);
	seek(in, 0);
	is(sf(in, out, NULL, 8192), 8192, "is read as zeros");
	seek(in, 0);
	is(read(in, back, 8192), 8192, "which");
	for (int i = 0; i < 8192; i++)
		back[0] = (char)(back[0] | back[i]);
	is(back[0], 0, "arrive");
	seek(in, 0);
	is(write(in, data, 8192), 8192, "(the source again)");
}

static int read_all(void *fds)
{
	int *p = fds;
	long got = 0, n;

	close(p[1]);
	while ((n = read(p[0], back + got, (size_t)(SIZE - got))) > 0)
		got += n;
	return got == SIZE && memcmp(back, data, SIZE) == 0 ? 0 : 1;
}

static int send_all(int fd)
{
	long sent = 0, n = 1;

	seek(in, 0);
	while (sent < SIZE && (n = sf(fd, in, NULL, (unsigned long)(SIZE - sent))) > 0)
		sent += n;
	return (int)(sent == SIZE ? 0 : n);
}

static void test_pipe(void)
{
	int p[2], status;
	pid_t reader;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	seek(in, 0);
	is(sf(p[1], in, NULL, SIZE), PIPE, "what a pipe holds, and no waiting for more");
	is(where(in), PIPE, "the source moves by that");
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	is(sf(p[1], in, NULL, 10), -EAGAIN, "a full one");
	is(read(p[0], back, PIPE), PIPE, "it is read");
	ok(memcmp(back, data, PIPE) == 0, "as it was sent");
	is(sf(p[1], in, NULL, 0), 0, "no bytes into a pipe");
	fcntl(p[1], F_SETFL, 0);
	reader = must_start(read_all, p);
	signal(SIGPIPE, SIG_IGN);
	close(p[0]); /* or else we wait for a reader that was killed */
	is(send_all(p[1]), 0, "to a reader, waiting for room");
	close(p[1]);
	ok(waitpid(reader, &status, 0) == reader && status == EXITED(0), "who gets it all");
	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	is(sf(out, p[0], NULL, 10), -EINVAL, "a pipe is no source");
	is(sf(out, p[0], NULL, 0), -EINVAL, "not even of nothing");
	is(sf(p[0], in, NULL, 10), -EBADF, "nor its reading end a target");
	close(p[0]);
	seek(in, 0);
	is(sf(p[1], in, NULL, 10), -EPIPE, "nobody reads");
	is(where(in), 0, "and the source stays");
	seek(in, SIZE);
	is(sf(p[1], in, NULL, 10), -EPIPE, "which is seen at the source's end, too");
	is(sf(p[1], in, NULL, 0), -EPIPE, "and of no bytes");
	close(p[1]);
}

static void test_full_pipe(void)
{
	int p[2];

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	seek(in, SIZE);
	is(sf(p[1], in, NULL, 10), 0, "at the source's end nothing goes into a pipe");
	seek(in, 0);
	is(sf(p[1], in, NULL, SIZE), PIPE, "(it is full)");
	seek(in, SIZE);
	is(sf(p[1], in, NULL, 10), -EAGAIN, "room is asked for even so");
	close(p[0]);
	close(p[1]);
}

static int send_to_nobody(void *unused)
{
	int p[2];

	(void)unused;
	signal(SIGPIPE, SIG_DFL);
	if (pipe(p) == 0)
		close(p[0]);
	seek(in, 0);
	sf(p[1], in, NULL, 10);
	return 1;
}

static void test_errors(void)
{
	int32_t off = -1;
	int64_t off64 = -1;
	int reader = open(name[0], O_RDONLY), writer = open(name[0], O_WRONLY);
	int end = open(name[1], O_WRONLY | O_APPEND), dir = open("/", O_RDONLY);
	int null = open("/dev/null", O_RDWR), zero, full, p[2];

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	seek(in, 0);
	is(sf(99, in, NULL, 10), -EBADF, "no target");
	is(sf(out, 99, NULL, 10), -EBADF, "no source");
	is(sf(99, 99, (int32_t *)KERNEL_ADDRESS, 10), -EFAULT, "a bad offset comes first");
	is(sf64(99, 99, (int64_t *)KERNEL_ADDRESS, 10), -EFAULT, "of 64 bits, too");
	is(sf(reader, in, NULL, 10), -EBADF, "a target that is only read");
	is(sf(out, writer, NULL, 10), -EBADF, "a source that is only written");
	is(sf(out, in, &off, 10), -EINVAL, "before the start");
	is(sf(99, in, &off, 10), -EINVAL, "is seen before the target");
	is(sf(out, writer, &off, 10), -EBADF, "but not before the source");
	is(sf64(out, in, &off64, 10), -EINVAL, "of 64 bits");
	off64 = INT64_MAX;
	is(sf64(out, in, &off64, 10), -EINVAL, "beyond all files");
	off = 0;
	is(sf(99, p[0], &off, 10), -ESPIPE, "a pipe has no offset");
	off = INT32_MAX;
	is(sf(out, in, &off, 10), -EOVERFLOW, "32 bits do not tell what follows");
	is(sf(out, dir, NULL, 10), -EINVAL, "a directory is no source");
	is(sf(out, dir, NULL, 0), 0, "but of nothing");
	is(sf(dir, in, NULL, 10), -EBADF, "nor a target");
	is(sf(end, in, NULL, 10), -EINVAL, "nothing is appended");
	is(sf(end, in, NULL, 0), -EINVAL, "not even nothing");
	is(sf(out, null, NULL, 10), -EINVAL, "a device is no source");
	is(sf(null, in, NULL, SIZE), SIZE, "but a target");
	zero = open("/dev/zero", O_RDWR);
	full = open("/dev/full", O_RDWR);
	is(sf(out, zero, NULL, 10), 10, "zeros are");
	is(sf(out, full, NULL, 10), 10, "without an end");
	seek(in, 0);
	is(sf(zero, in, NULL, SIZE), SIZE, "and swallow what comes");
	seek(in, 0);
	is(sf(full, in, NULL, 10), -EINVAL, "which others do not");
	close(zero);
	close(full);
	if (on_octavo()) /* the yardstick's 64-bit kernel sees 4G less one */
		is(sf(out, in, NULL, 0xffffffff), -EINVAL, "a count below 0");
	is(in_child(send_to_nobody, NULL), KILLED(SIGPIPE), "SIGPIPE");
	for (int fd = reader; fd <= p[1]; fd++)
		close(fd);
}

int main(void)
{
	begin();
	test_files();
	test_hole();
	test_pipe();
	test_full_pipe();
	test_errors();
	unlink(name[0]);
	unlink(name[1]);
	return tap_done();
}
