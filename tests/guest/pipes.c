/* SPDX-License-Identifier: MIT */
/*
 * Pipes: bytes in order, full and empty, broken, ends that die. pipe(2), pipe(7).
 */
#include "guest.h"

#define CAPACITY 65536
#define PIPE_BUF 4096

static int fds[2];
static char big[CAPACITY + 8192];
static int status_of_last;

static void new_pipe(int flags)
{
	if (sys(__NR_pipe2, fds, flags) != 0)
		bail_out("pipe2");
}

static void close_both(void)
{
	close(fds[0]);
	close(fds[1]);
}

static long fill(void)
{
	long total = 0, n;

	while ((n = sys(__NR_write, fds[1], big, sizeof(big))) > 0)
		total += n;
	return total;
}

/* The last 10 bytes before memory that nobody may touch. */
static char *ten_bytes(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + PAGE, PAGE) != 0)
		bail_out("no memory for a page and a hole");
	return p + PAGE - 10;
}

/* Bytes for a read that would wait for ever without them. */
static void put(const char *text)
{
	if (!is(sys(__NR_write, fds[1], text, strlen(text)), (long)strlen(text), "write"))
		bail_out("a pipe that takes no bytes");
}

static void in_order(void)
{
	char buf[8], *edge = ten_bytes();

	new_pipe(0);
	put("abcdef");
	is(sys(__NR_read, fds[0], buf, 2), 2, "read a part");
	ok(memcmp(buf, "ab", 2) == 0, "the first bytes");
	is(sys(__NR_read, fds[0], buf, 8), 4, "a read does not wait for more than there is");
	ok(memcmp(buf, "cdef", 4) == 0, "the rest");
	is(sys(__NR_read, fds[1], buf, 1), -EBADF, "the write end is not read");
	is(sys(__NR_write, fds[0], buf, 1), -EBADF, "the read end is not written");
	is(sys(__NR_lseek, fds[0], 0, SEEK_CUR), -ESPIPE, "a pipe has no position");
	is(sys(__NR_write, fds[1], buf, 0), 0, "nothing written");
	is(sys(__NR_write, fds[1], KERNEL_ADDRESS, 1), -EFAULT, "from the kernel's memory");
	is(sys(__NR_write, fds[1], 8, 1), -EFAULT, "from nowhere");
	put("x");
	is(sys(__NR_read, fds[0], 8, 1), -EFAULT, "to nowhere");
	is(sys(__NR_read, fds[0], buf, 8), 1, "and the byte is still there");
	is(sys(__NR_write, fds[1], edge, 100), -EFAULT, "from memory that ends on the way");
	close(fds[1]);
	is(sys(__NR_read, fds[0], buf, 8), 0, "no writer: the end, and nothing of the last write");
	close(fds[0]);
}

static void full_and_empty(void)
{
	char buf[PIPE_BUF];

	new_pipe(O_NONBLOCK);
	is(sys(__NR_read, fds[0], buf, 1), -EAGAIN, "empty");
	is(fill(), CAPACITY, "64K fit in");
	is(sys(__NR_write, fds[1], buf, 1), -EAGAIN, "full");
	is(sys(__NR_read, fds[0], buf, PIPE_BUF), PIPE_BUF, "a page out");
	is(sys(__NR_write, fds[1], buf, PIPE_BUF), PIPE_BUF, "a page in");
	close_both();

	new_pipe(O_NONBLOCK);
	sys(__NR_write, fds[1], big, CAPACITY - PIPE_BUF);
	sys(__NR_write, fds[1], big, 100);
	is(sys(__NR_write, fds[1], buf, PIPE_BUF), -EAGAIN,
	   "PIPE_BUF bytes go in whole or not at all");
	is(sys(__NR_write, fds[1], big, 1), 1, "fewer do");
	close_both();
}

static void limits(void)
{
	int first[2];

	is(sys(__NR_pipe2, fds, 1), -EINVAL, "an unknown flag");
	is(sys(__NR_pipe, 8), -EFAULT, "descriptors to nowhere");
	sys(__NR_pipe, first);
	is(sys(__NR_pipe, KERNEL_ADDRESS), -EFAULT, "descriptors to the kernel");
	new_pipe(0);
	ok(fds[0] == first[1] + 1 && fds[1] == first[1] + 2, "a failed call uses no descriptor");
	close_both();
	close(first[0]);
	close(first[1]);
}

static int write_to_nobody(void *arg)
{
	(void)arg;
	new_pipe(0);
	close(fds[0]);
	sys(__NR_write, fds[1], "x", 1);
	return 0;
}

static void broken(void)
{
	int status = in_child(write_to_nobody, NULL);

	is(status, SIGPIPE, "a write that nobody can read ends the writer by SIGPIPE");
}

/* The same with SIGPIPE ignored, then blocked. */
static int write_to_nobody_on(void *arg)
{
	unsigned long pipe_only[2] = {1ul << (SIGPIPE - 1), 0}, pending[2] = {0, 0};

	(void)arg;
	new_pipe(0);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	if (sys(__NR_write, fds[1], "x", 1) != -EPIPE)
		return 1;
	if (sys(__NR_write, fds[1], "x", 0) != 0)
		return 2; /* nothing is written to nobody */
	signal(SIGPIPE, SIG_DFL);
	if (sys(__NR_rt_sigprocmask, SIG_BLOCK, pipe_only, NULL, 8) != 0)
		return 3;
	if (sys(__NR_write, fds[1], "x", 1) != -EPIPE)
		return 4;
	if (sys(__NR_rt_sigpending, pending, 8) != 0 || pending[0] != pipe_only[0])
		return 5;
	sys(__NR_rt_sigprocmask, SIG_UNBLOCK, pipe_only, NULL, 8);
	return 6; /* it was pending */
}

static int read_part(void *arg)
{
	char part[2 * PIPE_BUF];

	(void)arg;
	close(fds[1]);
	for (long n = 0; n < (long)sizeof(part);)
		n += sys(__NR_read, fds[0], part, sizeof(part) - (unsigned long)n);
	return 0;
}

/* The only reader takes a part and ends: the writer, who sleeps, is told what he wrote. */
static int part_written(void *arg)
{
	long n;

	(void)arg;
	new_pipe(0);
	signal(SIGPIPE, SIG_IGN);
	must_start(read_part, NULL);
	close(fds[0]);
	n = sys(__NR_write, fds[1], big, sizeof(big));
	/* all fits once two pages are out; a page less if the reader's end came first */
	if (n != CAPACITY && n != CAPACITY + PIPE_BUF && n != (long)sizeof(big))
		return 1;
	n = sys(__NR_write, fds[1], big, sizeof(big));
	return n == -EPIPE || (n > 0 && sys(__NR_write, fds[1], big, 1) == -EPIPE) ? 0 : 2;
}

static void broken_and_alive(void)
{
	int status = in_child(write_to_nobody_on, NULL);

	is(status, SIGPIPE, "ignored or blocked, SIGPIPE leaves EPIPE; unblocked, it comes");
	is(in_child(part_written, NULL), 0, "a writer whose reader ends is told what went in");
}

static int write_wake(void *arg)
{
	(void)arg;
	sched_yield();
	return sys(__NR_write, fds[1], "wake", 4) == 4 ? 0 : 1;
}

static int read_all(void *arg)
{
	char buf[PIPE_BUF];
	long total = 0, n;

	(void)arg;
	close(fds[1]);
	while ((n = sys(__NR_read, fds[0], buf, sizeof(buf))) > 0)
		total += n;
	return total == (long)sizeof(big) * 2 ? 0 : 1;
}

/* The parent sleeps in read or write; a child changes that. */
static void waits(void)
{
	char buf[PIPE_BUF];

	new_pipe(0);
	must_start(write_wake, NULL);
	close(fds[1]); /* a writer that dies ends the wait */
	is(sys(__NR_read, fds[0], buf, sizeof(buf)), 4, "a reader waits for bytes");
	wait(NULL);
	close(fds[0]);
	new_pipe(0);

	must_start(read_all, NULL);
	close(fds[0]);
	is(sys(__NR_write, fds[1], big, sizeof(big)), (long)sizeof(big), "a writer waits for room");
	is(sys(__NR_write, fds[1], big, sizeof(big)), (long)sizeof(big), "and again");
	close(fds[1]);
	wait(&status_of_last);
	is(status_of_last, 0, "the reader had it all, and then the end");
}

/* Do all of these children end? Those that do not in three seconds are killed. */
static int all_end(const pid_t *pids, int nr)
{
	uint64_t end = now_ns() + 3000000000u;
	int good = 1;

	for (int i = 0; i < nr; i++) {
		while (waitpid(pids[i], &status_of_last, WNOHANG) == 0) {
			if (now_ns() > end)
				kill(pids[i], SIGKILL);
			sleep_ms(1);
		}
		good &= status_of_last == 0;
	}
	return good;
}

static int read_byte(void *arg)
{
	char c;

	(void)arg;
	return sys(__NR_read, fds[0], &c, 1) == 1 ? 0 : 1;
}

static int write_page(void *arg)
{
	(void)arg;
	return sys(__NR_write, fds[1], big, PIPE_BUF) == PIPE_BUF ? 0 : 1;
}

/* Two readers wait, and one write is for both; a writer waits for a page's room, not for all. */
static void one_after_the_other(void)
{
	char buf[PIPE_BUF];
	pid_t pids[2];

	new_pipe(0);
	for (int i = 0; i < 2; i++)
		pids[i] = must_start(read_byte, NULL);
	sleep_ms(20);
	sys(__NR_write, fds[1], "ab", 2);
	ok(all_end(pids, 2), "a reader who leaves a byte leaves it to the next");
	close_both();

	new_pipe(O_NONBLOCK);
	sys(__NR_write, fds[1], big, CAPACITY - PIPE_BUF);
	sys(__NR_write, fds[1], big, PIPE_BUF - 100);
	fcntl(fds[1], F_SETFL, 0);
	pids[0] = must_start(write_page, NULL);
	sleep_ms(20);
	is(sys(__NR_read, fds[0], buf, PIPE_BUF), PIPE_BUF,
	   "a page out of a pipe that is nearly full");
	ok(all_end(pids, 1), "is room for who waited for it");
	close_both();
}

static int read_byte_alone(void *arg)
{
	close(fds[1]);
	return read_byte(arg);
}

static int reader_dies_body(void *arg)
{
	(void)arg;
	new_pipe(0);
	must_start(read_byte_alone, NULL);
	close(fds[0]);
	sys(__NR_write, fds[1], big, sizeof(big));
	sys(__NR_write, fds[1], big, sizeof(big)); /* the pipe is full: we wait, the reader exits */
	return 0;
}

static int never_read(void *arg)
{
	(void)arg;
	close(fds[1]);
	sleep_ms(20);
	return 0;
}

/* The reader has not read a byte: only its end wakes us. */
static int reader_never_reads(void *arg)
{
	(void)arg;
	new_pipe(0);
	must_start(never_read, NULL);
	close(fds[0]);
	sys(__NR_write, fds[1], big, sizeof(big));
	sys(__NR_write, fds[1], big, 1);
	return 0;
}

static int die_by_signal(void *arg)
{
	(void)arg;
	close(fds[0]);
	sched_yield();
	return kill(getpid(), SIGKILL);
}

static int writer_dies_body(void *arg)
{
	char c;
	long n;

	(void)arg;
	new_pipe(0);
	must_start(die_by_signal, NULL);
	close(fds[1]);
	n = sys(__NR_read, fds[0], &c, 1);
	wait(NULL);
	return n == 0 ? 0 : 1;
}

static void ends_die(void)
{
	is(in_child(reader_dies_body, NULL), SIGPIPE,
	   "the only reader ends while we wait to write");
	is(in_child_for(3000, reader_never_reads, NULL), SIGPIPE, "or ends without a read");
	is(in_child(writer_dies_body, NULL), 0, "the only writer is killed while we wait to read");
}

static int write_records(void *letter)
{
	char record[512];

	memset(record, *(const char *)letter, sizeof(record));
	for (int i = 0; i < 200; i++)
		sys(__NR_write, fds[1], record, sizeof(record));
	return 0;
}

/* Four writers, records of 512 bytes of one letter: none is torn. */
static void atomic_records(void)
{
	static char letters[] = "abcd";
	char record[512];
	int torn = 0, records = 0;

	new_pipe(0);
	for (int w = 0; w < 4; w++)
		must_start(write_records, &letters[w]);
	close(fds[1]);
	while (sys(__NR_read, fds[0], record, sizeof(record)) == (long)sizeof(record)) {
		records++;
		for (unsigned i = 1; i < sizeof(record); i++)
			torn += record[i] != record[0];
	}
	close(fds[0]);
	while (wait(NULL) > 0)
		;
	is(records, 800, "every record came");
	is(torn, 0, "no record of up to PIPE_BUF bytes is torn");
}

int main(void)
{
	in_order();
	full_and_empty();
	limits();
	broken();
	broken_and_alive();
	waits();
	one_after_the_other();
	ends_die();
	atomic_records();
	return tap_done();
}
