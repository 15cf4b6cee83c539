/* SPDX-License-Identifier: MIT */
/* /dev/kmsg and /proc/kmsg: waiting for the kernel's log. Linux's Documentation/ABI/testing/dev-kmsg */
#include "sigtest.h"

#include <uapi/octavo/poll.h>

#define NR_ALARM     27
#define NR_SETITIMER 104
#define NR_POLL      168
#define LATE_MS      40 /* some ticks: the log's readers are woken by one */

static char record[8192];
static char *volatile nowhere = (char *)16;

#define PATIENCE 15 /* seconds: less than a sweep of failing allocations has */

static void on_alarm(int sig)
{
	(void)sig;
}

static void alarm_in(long ms)
{
	long timer[4] = {0, 0, ms / 1000, ms % 1000 * 1000};

	sys(NR_SETITIMER, 0, timer, NULL);
}

static int events_within(int fd, int ms)
{
	struct {
		int fd;
		short events, revents;
	} p = {fd, POLLIN | POLLPRI, 0};
	long n = sys(NR_POLL, &p, 1, ms);

	return n < 0 ? (int)n : p.revents;
}

/* The next record, or -errno. */
static long next(int fd)
{
	long n = sys(__NR_read, fd, record, sizeof(record) - 1);

	record[n < 0 ? 0 : n] = '\0';
	return n;
}

static int said(const char *line)
{
	int fd = open("/dev/kmsg", O_WRONLY), whole;

	whole = fd >= 0 && write(fd, line, strlen(line)) == (int)strlen(line);
	if (fd >= 0)
		close(fd);
	return whole;
}

static void say(const char *line)
{
	if (!said(line))
		_exit(1);
}

static int say_later(void *line)
{
	sleep_ms(30);
	return said(line) ? 0 : kill(getppid(), SIGKILL);
}

/* A child says it 30 ms from now; who would wait for it in vain is killed. */
static pid_t say_soon(const char *line)
{
	return must_start(say_later, (void *)(uintptr_t)line);
}

static int crash_later(void *nothing)
{
	(void)nothing;
	sleep_ms(30);
	return *nowhere = 1;
}

/* What the kernel says of itself. */
static pid_t crash_soon(void)
{
	return must_start(crash_later, NULL);
}

static void set_nonblocking(int fd, int on)
{
	fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0);
}

/* FD at its end, with O_NONBLOCK: poll, read, signals. */
static void waiting(int fd, const char *name)
{
	uint64_t start = now_ns();
	long n, took;
	pid_t pid;

	is(next(fd), -EAGAIN, "%s: O_NONBLOCK at the end", name);
	is(events_within(fd, 0), 0, "poll says nothing");
	is(events_within(fd, 50), 0, "for 50 ms");
	pid = say_soon("<7>a word for poll\n");
	is(events_within(fd, -1), POLLIN, "poll is woken");
	took = (long)((now_ns() - start) / 1000000) - 50;
	ok(took >= 30 && in_time(took - 30, LATE_MS), "at once (%ld ms)", took);
	is(events_within(fd, 0), POLLIN, "and says so until it is read");
	ok(next(fd) > 0 && strstr(record, "a word for poll") != NULL, "that it is");
	is(events_within(fd, 0), 0, "then no more");
	waitpid(pid, NULL, 0);

	set_nonblocking(fd, 0);
	start = now_ns();
	pid = say_soon("<7>a word for read\n");
	n = next(fd);
	took = (long)((now_ns() - start) / 1000000);
	ok(n > 0 && strstr(record, "a word for read") != NULL, "read waits for a line");
	ok(took >= 30 && in_time(took - 30, LATE_MS), "no longer (%ld ms)", took);
	waitpid(pid, NULL, 0);
	pid = crash_soon();
	n = next(fd);
	ok(n > 0, "the kernel's own words wake it too");
	waitpid(pid, NULL, 0);
	set_nonblocking(fd, 1);
	while (next(fd) > 0)
		continue;
	set_nonblocking(fd, 0);

	set_action(SIGALRM, on_alarm, 0, 0);
	alarm_in(30);
	is(next(fd), -EINTR, "a signal ends a read");
	alarm_in(30);
	is(events_within(fd, -1), -EINTR, "and a poll");
	set_action(SIGALRM, on_alarm, SA_RESTART, 0);
	alarm_in(10);
	pid = say_soon("<7>a word after a signal\n");
	n = next(fd);
	ok(n > 0 && strstr(record, "after a signal") != NULL, "with SA_RESTART a read goes on");
	waitpid(pid, NULL, 0);
	set_default(SIGALRM);
	sys(NR_ALARM, PATIENCE);
}

static int read_next(void *fd)
{
	char other_record[sizeof(record)];

	lseek(*(int *)fd, 0, SEEK_END);
	return read(*(int *)fd, other_record, sizeof(other_record)) > 0 ? 0 : 1;
}

static void two_readers(int fd)
{
	int other = open("/dev/kmsg", O_RDONLY);
	pid_t reader = must_start(read_next, &other);
	int status;

	sleep_ms(30);
	say("<7>a word for two\n");
	ok(next(fd) > 0, "one reader has it");
	waitpid(reader, &status, 0);
	is(status, EXITED(0), "the other one too");
	close(other);
}

static void overwritten(int fd)
{
	char line[400];

	memset(line, 'x', sizeof(line));
	memcpy(line, "<7>", 3);
	line[sizeof(line) - 1] = '\0';
	set_nonblocking(fd, 1);
	for (int i = 0; i < 100; i++) /* more than the ring holds */
		say(line);
	is(events_within(fd, 0), POLLIN | POLLERR | POLLPRI, "what stood there is overwritten");
	is(next(fd), -EPIPE, "read says so");
	is(events_within(fd, 0), POLLIN, "once");
	ok(next(fd) > 0 && strchr(record, 'x') != NULL, "and goes on with what there is");
}

/* A line in several buffers. DEV is at its end, and does not wait. */
static void in_pieces(int dev)
{
	static const struct {
		const char *base;
		unsigned long len;
	} line[4] = {{"<", 1}, {"6>a line ", 9}, {"", 0}, {"in pieces\n", 10}};
	static char text[400];
	const struct {
		char *base;
		unsigned long len;
	} room[2] = {{text, 200}, {text + 200, 200}};
	int fd = open("/dev/kmsg", O_WRONLY);
	long n;

	is(sys(__NR_writev, fd, line, 4), 20, "a line of several buffers");
	ok(next(dev) > 0 && strstr(record, ";a line in pieces\n") != NULL &&
		   strchr(record, '6') == record,
	   "is one line");
	is(next(dev), -EAGAIN, "and no more");
	close(fd);
	say("<6>one line\n");
	say("<6>and another\n");
	n = sys(__NR_readv, dev, room, 2);
	ok(n > 0 && memcmp(text + n - 10, ";one line\n", 10) == 0, "a line has a buffer");
	ok(next(dev) > 0 && strstr(record, ";and another\n") != NULL,
	   "and the next line another call");
}

int main(void)
{
	int dev = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	int proc = open("/proc/kmsg", O_RDONLY | O_NONBLOCK);

	sys(NR_ALARM, PATIENCE); /* a reader that nobody wakes ends here */
	if (dev < 0 || proc < 0)
		bail_out("no log: errno %d", errno);
	is(events_within(dev, 0), POLLIN, "a new file has all of the log before it");
	is(lseek(dev, 0, SEEK_END), 0, "to its end");
	waiting(dev, "/dev/kmsg");
	while (next(proc) > 0)
		continue;
	waiting(proc, "/proc/kmsg");
	set_nonblocking(dev, 1);
	while (next(dev) > 0)
		continue;
	in_pieces(dev);
	set_nonblocking(dev, 0);
	two_readers(dev);
	if (on_octavo())
		overwritten(dev);
	return tap_done();
}
