/* SPDX-License-Identifier: MIT */
/* readv(2) and writev(2) are one operation each, not one for each buffer. pipe(7), readv(2) */
#include "guest.h"

#include <uapi/octavo/eventfd.h>
#include <uapi/octavo/termios.h>

#define PATH    "/tmp/vectors"
#define RECORDS 200
#define WRITERS 3

struct vector {
	const void *base;
	unsigned long len;
};

static int bytes_in(int fd)
{
	int n = -1;

	sys(__NR_ioctl, fd, FIONREAD, &n);
	return n;
}

static int fill(int fd, unsigned long bytes)
{
	static char page[PAGE];

	while (bytes > 0) {
		long n = sys(__NR_write, fd, page, bytes < PAGE ? bytes : PAGE);

		if (n <= 0)
			return 0;
		bytes -= (unsigned long)n;
	}
	return 1;
}

static void test_pipe_whole(void)
{
	const struct vector too_much[2] = {{"123456", 6}, {"789012", 6}};
	const struct vector enough[3] = {{"12345", 5}, {"", 0}, {"67890", 5}};
	const char *gone = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vector bad[2] = {{"123", 3}, {gone, 3}};
	int pair[2];

	sys(__NR_pipe2, pair, O_NONBLOCK);
	is(sys(__NR_writev, pair[1], bad, 2), -EFAULT, "a second buffer that is not there");
	is(bytes_in(pair[0]), 0, "leaves no first half in the pipe");
	ok(fill(pair[1], 65536 - 10), "a pipe with room for 10 bytes");
	is(sys(__NR_writev, pair[1], too_much, 2), -EAGAIN, "has none for twice 6");
	is(bytes_in(pair[0]), 65536 - 10, "nor for the first 6");
	is(sys(__NR_writev, pair[1], enough, 3), 10, "but for twice 5");
	close(pair[0]);
	close(pair[1]);
}

static int read_what_there_is(void *arg)
{
	char a[4] = {0}, b[8] = {0};
	const struct vector in[2] = {{a, 4}, {b, 8}};
	int pair[2];

	(void)arg;
	if (sys(__NR_pipe, pair) != 0 || write(pair[1], "abcd", 4) != 4 ||
	    sys(__NR_readv, pair[0], in, 2) != 4)
		return 1;
	if (write(pair[1], "efghij", 6) != 6 || sys(__NR_readv, pair[0], in, 2) != 6)
		return 2;
	return memcmp(a, "efgh", 4) == 0 && memcmp(b, "ij", 2) == 0 ? 0 : 3;
}

static void test_eventfd(void)
{
	uint32_t low = 0, high = 0;
	uint64_t one = 0, two = 0;
	const struct vector halves[2] = {{&low, 4}, {&high, 4}}, values[2] = {{&one, 8}, {&two, 8}};
	int fd = (int)sys(__NR_eventfd2, 3, EFD_SEMAPHORE | EFD_NONBLOCK);

	is(sys(__NR_readv, fd, halves, 2), 8, "half a number and half a number");
	ok(low == 1 && high == 0, "are one");
	is(sys(__NR_readv, fd, values, 2), 8, "two numbers");
	ok(one == 1 && two == 0, "are not asked for at once");
	is(sys(__NR_readv, fd, halves, 1), -EINVAL, "half of one is none");
	is(sys(__NR_readv, fd, halves, 2), 8, "so there was one left");
	is(sys(__NR_readv, fd, halves, 2), -EAGAIN, "which was the last");
	close(fd);
}

/* A record is who wrote it, over and over, in pieces of different lengths. */
#define RECORD 60

struct writer {
	int fd, who;
};

static int write_records(void *arg)
{
	int fd = ((struct writer *)arg)->fd, who = ((struct writer *)arg)->who;
	char text[RECORD];
	struct vector v[3] = {{text, 7}, {text + 7, 0}, {text + 7, RECORD - 7}};

	memset(text, 'a' + who, RECORD);
	for (int i = 0; i < RECORDS; i++) {
		if (sys(__NR_writev, fd, v, 3) != RECORD)
			return 1;
		if (i % 8 == who)
			sched_yield();
	}
	return 0;
}

/* => how many records were read; those that two have written count for nothing */
static int read_records(int fd)
{
	char text[RECORD];
	int whole = 0;

	for (;;) {
		unsigned long n = 0;
		long more = 1;

		while (n < RECORD && more > 0) {
			more = sys(__NR_read, fd, text + n, RECORD - n);
			n += more > 0 ? (unsigned long)more : 0;
		}
		if (n < RECORD)
			return whole;
		for (n = 1; n < RECORD && text[n] == text[0]; n++)
			;
		whole += n == RECORD;
	}
}

/* Several processes write records to one place; RUNNING_READER reads meanwhile, or afterwards (-1). */
static int records_of_several(int writer, int running_reader)
{
	struct writer writers[WRITERS];
	pid_t pids[WRITERS];
	int whole = 0, status, good = 1;

	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){writer, i};
		pids[i] = must_start(write_records, &writers[i]);
	}
	close(writer);
	if (running_reader >= 0)
		whole = read_records(running_reader);
	for (int i = 0; i < WRITERS; i++)
		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	return good ? whole : -1;
}

static void test_together(void)
{
	int pair[2], fd;

	sys(__NR_pipe, pair);
	is(records_of_several(pair[1], pair[0]), WRITERS * RECORDS, "into a pipe each stays whole");
	close(pair[0]);
	fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	is(records_of_several(dup(fd), -1), 0, "written to a file");
	lseek(fd, 0, SEEK_SET);
	is(read_records(fd), WRITERS * RECORDS, "each stays whole, too");
	close(fd);
	unlink(PATH);
}

/* Pages of a file from pieces that end anywhere. */
static void test_pages(void)
{
	static char text[3 * PAGE], back[3 * PAGE];
	struct vector v[24];
	unsigned long at = 100, nr = 0;
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned long i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 + i / 251);
	while (nr < 24 && at < sizeof(text)) {
		unsigned long len = nr % 5 * 331;

		if (len > sizeof(text) - at)
			len = sizeof(text) - at;
		v[nr++] = (struct vector){text + at, len};
		at += len;
	}
	is(sys(__NR_pwritev, fd, v, nr, 100, 0), (long)at - 100, "many pieces over some pages");
	is(sys(__NR_pread64, fd, back, sizeof(back), ODD64(0, 0)), (long)at, "and back");
	ok(memcmp(text + 100, back + 100, at - 100) == 0, "nothing is lost or moved");
	v[1] = (struct vector){mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			       PAGE};
	v[0] = (struct vector){text + 1, 5};
	is(sys(__NR_pwritev, fd, v, 2, 0, 0), 5, "up to what is not there");
	is(sys(__NR_pwritev, fd, v + 1, 1, 0, 0), -EFAULT, "from there on nothing");
	close(fd);
	unlink(PATH);
}

int main(void)
{
	const struct vector wrong[2] = {{(void *)KERNEL_ADDRESS, 1}, {"", 0x80000000}};

	test_pipe_whole();
	is(in_child_for(3000, read_what_there_is, NULL), EXITED(0),
	   "no waiting for a second buffer");
	test_eventfd();
	test_together();
	test_pages();
	is(sys(__NR_writev, 1, wrong, 2), -EINVAL, "lengths are looked at first");
	is(sys(__NR_writev, 1, wrong, 1), -EFAULT, "addresses then");
	return tap_done();
}
