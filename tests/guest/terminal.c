/* SPDX-License-Identifier: MIT */
/*
 * The terminal: raw reads, readiness, flow control, draining and flushing, hangup. termios(3),
 * tty_ioctl(4), poll(2)
 *
 * Somebody types what this program asks for (tests/suites/terminal.t). It asks through the kernel's
 * log, which reaches the console when output is stopped too; and says what it found only while
 * output goes on.
 */
#include "sigtest.h"

#include <uapi/octavo/poll.h>
#include <uapi/octavo/termios.h>

#define LONGEST_MS 20000
#define A_WHILE_MS 150

static int tty, log_fd;
static struct uapi_termios first;
static volatile int alarms, interrupts, winches;

static void on_signal(int sig)
{
	if (sig == SIGALRM)
		alarms++;
	else if (sig == SIGINT)
		interrupts++;
	else
		winches++;
}

static void ask(const char *what)
{
	char line[64];
	int len = sniprintf(line, sizeof(line), "<6>type: %s.\n", what);

	if (write(log_fd, line, (size_t)len) != len)
		bail_out("cannot ask: errno %d", errno);
}

static long control(unsigned request, void *arg)
{
	return sys(__NR_ioctl, tty, request, arg);
}

static long control_number(unsigned request, int arg)
{
	return sys(__NR_ioctl, tty, request, arg);
}

static int waiting_bytes(void)
{
	int n = -1;

	control(FIONREAD, &n);
	return n;
}

static int events_within(int ms, int events)
{
	struct {
		int fd;
		short events, revents;
	} p = {tty, (short)events, 0};
	long n = sys(__NR_poll, &p, 1, ms);

	return n < 0 ? (int)n : p.revents;
}

static int readable(void)
{
	return events_within(0, POLLIN) == POLLIN;
}

static int writable(void)
{
	return events_within(0, POLLOUT) == POLLOUT;
}

/* What was asked for comes from another machine: how long that takes nobody knows. */
static void await_bytes(int n)
{
	for (int ms = 0; waiting_bytes() != n; ms += 2) {
		if (ms > LONGEST_MS)
			bail_out("%d bytes wait, not %d", waiting_bytes(), n);
		sleep_ms(2);
	}
}

static void await_output(int goes_on)
{
	for (int ms = 0; writable() != goes_on; ms += 2) {
		if (ms > LONGEST_MS)
			bail_out("output is never %s", goes_on ? "started" : "stopped");
		sleep_ms(2);
	}
}

static void set_mode(unsigned iflag, unsigned lflag, int min, int time)
{
	struct uapi_termios t = first;

	t.c_iflag = iflag;
	t.c_lflag = lflag;
	t.c_cc[UAPI_VMIN] = (unsigned char)min;
	t.c_cc[UAPI_VTIME] = (unsigned char)time;
	if (control(TCSETS, &t) != 0)
		bail_out("TCSETS failed");
}

static void set_raw(int min, int time)
{
	set_mode(0, 0, min, time);
}

static void set_canonical(unsigned more_lflags)
{
	set_mode(UAPI_IXON, UAPI_ICANON | UAPI_ISIG | more_lflags, 1, 0);
}

static void set_nonblocking(int on)
{
	fcntl(tty, F_SETFL, on ? O_RDWR | O_NONBLOCK : O_RDWR);
}

static void alarm_in(long ms)
{
	long timer[4] = {0, 0, ms / 1000, ms % 1000 * 1000};

	sys(__NR_setitimer, 0, timer, NULL);
}

static char text[64];
static long took_ms;

static long timed_read(unsigned len)
{
	uint64_t start = now_ns();
	long n = sys(__NR_read, tty, text, len);

	took_ms = (long)((now_ns() - start) / 1000000);
	return n;
}

/* --- VMIN and VTIME --- */

static void neither(void)
{
	set_raw(0, 0);
	is(timed_read(10), 0, "MIN 0, TIME 0: nothing is there");
	ok(took_ms < 100, "and nothing is waited for");
	ok(!readable(), "poll waits for a byte all the same");
	ask("raw 1");
	await_bytes(2);
	is(timed_read(10), 2, "what is there");
	is(timed_read(10), 0, "and no more");
}

static void time_only(void)
{
	set_raw(0, 2);
	is(timed_read(10), 0, "MIN 0, TIME 2: nothing comes");
	ok(took_ms >= 200 && took_ms < 400, "in 200 ms (%ld)", took_ms);
	alarm_in(50);
	is(timed_read(10), -EINTR, "a signal comes first");
	set_raw(0, 200);
	ask("raw 2");
	is(timed_read(10), 1, "a byte ends the wait");
	ok(took_ms < 19000, "before its end");
	set_nonblocking(1);
	is(timed_read(10), -EAGAIN, "O_NONBLOCK waits for no time");
	set_nonblocking(0);
}

static void min_only(void)
{
	set_raw(3, 0);
	ask("raw 3");
	await_bytes(2);
	ok(!readable(), "MIN 3, TIME 0: two bytes do not make it readable");
	alarm_in(300);
	is(timed_read(10), 2, "read waits for the third until a signal comes");
	ok(took_ms >= 300, "that long");
	ask("raw 4");
	await_bytes(3);
	ok(readable(), "three do");
	is(timed_read(10), 3, "all of them");
	ask("raw 5");
	is(events_within(LONGEST_MS, POLLIN), POLLIN, "poll waits for three");
	is(waiting_bytes(), 3, "no less");
	is(timed_read(2), 2, "a buffer of two is enough");
	set_nonblocking(1);
	is(timed_read(10), 1, "O_NONBLOCK takes what there is");
	is(timed_read(10), -EAGAIN, "and waits for nothing");
	set_nonblocking(0);
	ask("raw 6");
	is(timed_read(10), 3, "a read that waits goes on until there are three");
}

static void min_and_time(void)
{
	set_raw(3, 2);
	alarm_in(500);
	is(timed_read(10), -EINTR, "MIN 3, TIME 2: the first byte is waited for without end");
	ok(took_ms >= 500, "it is");
	ask("raw 7");
	await_bytes(1);
	ok(readable(), "one byte makes it readable");
	is(timed_read(10), 1, "what came before a pause");
	ok(took_ms >= 200 && took_ms < 400, "of 200 ms (%ld)", took_ms);
	ask("raw 8");
	await_bytes(3);
	is(timed_read(10), 3, "three at once");
	ok(took_ms < 100, "without a pause");
}

/* --- what poll(2) says in canonical mode, and when it ends --- */

static void vectors(void)
{
	uintptr_t line[2], v[4] = {(uintptr_t)line, 4, (uintptr_t)&line[1], 4};

	ask("two lines in pieces");
	await_bytes(8);
	is(sys(__NR_readv, tty, v, 2), 4, "a line ends at its end, also where a buffer does");
	is(timed_read(10), 4, "the next is for another read");
	v[2] = 8;
	is(sys(__NR_writev, tty, v, 2), -EFAULT, "a second buffer that is not there");
}

static void canonical(void)
{
	int half;

	set_canonical(0);
	ask("half a line");
	await_output(0);
	half = readable();
	ask("its end, and the next");
	await_output(1);
	ok(!half, "half a line is nothing to read");
	is(events_within(LONGEST_MS, POLLIN), POLLIN, "poll ends with the line");
	await_bytes(6);
	is(timed_read(2), 2, "a part of it");
	ok(readable(), "the rest is there");
	is(timed_read(10), 2, "and ends with it");
	is(timed_read(10), 2, "the next is for another read");
	ok(!readable(), "that was all");
	vectors();
	ask("end of file");
	is(events_within(LONGEST_MS, POLLIN), POLLIN, "an end of file is readable");
	is(timed_read(10), 1, "behind a byte it ends the line");
	is(events_within(LONGEST_MS, POLLIN), POLLIN, "and again");
	is(timed_read(10), 0, "alone it is one");
	ask("half a line, raw");
	await_output(0);
	half = readable();
	set_raw(1, 0);
	ok(!half && readable(), "with ICANON off half a line can be read");
	is(timed_read(10), 2, "that it is");
}

static void interrupted(void)
{
	uint32_t set[32] = {0};
	int32_t left[2] = {10, 0};

	set_canonical(0);
	for (uint32_t flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		const char *how = flags ? "with SA_RESTART" : "without";

		set_action(SIGALRM, on_signal, flags, 0);
		alarm_in(100);
		is(events_within(10000, POLLIN), -EINTR, "poll: a signal, %s", how);
		alarm_in(100);
		is(events_within(-1, POLLIN), -EINTR, "poll without end, %s", how);
		alarm_in(100);
		set[0] = 1u << tty;
		is(sys(__NR__newselect, tty + 1, set, 0, 0, left), -EINTR, "select, %s", how);
	}
	ok(left[0] == 9 && left[1] > 500000, "select says how much is left of its time");
	is(alarms, 6 + 3, "each handler was called");
	set_ignored(SIGALRM);
	alarm_in(50);
	is(events_within(300, POLLIN), 0, "an ignored one ends nothing");
	set_action(SIGALRM, on_signal, 0, 0);
}

/* --- flow control --- */

static void stop_key(void)
{
	long refused, drained, interrupted_write, early, by_ioctl;
	pid_t pid;
	int status;

	set_canonical(0);
	ask("stop");
	await_output(0);
	set_nonblocking(1);
	refused = sys(__NR_write, tty, "never seen\n", 11);
	set_nonblocking(0);
	drained = control_number(TCSBRK, 1);
	alarm_in(100);
	interrupted_write = sys(__NR_write, tty, "never seen\n", 11);
	pid = must_fork();
	if (pid == 0)
		_exit(write(tty, "seen at last\n", 13) == 13 ? 7 : 1);
	sleep_ms(A_WHILE_MS);
	early = waitpid(pid, &status, WNOHANG);
	control_number(TCXONC, UAPI_TCOON);
	by_ioctl = writable();
	ask("start");
	waitpid(pid, &status, 0);
	is(refused, -EAGAIN, "^S: O_NONBLOCK writes nothing");
	is(drained, 0, "nothing waits: drained at once");
	is(interrupted_write, -EINTR, "a write waits until a signal comes");
	is(early, 0, "or until ^Q");
	ok(!by_ioctl, "TCOON does not end it");
	is(status, EXITED(7), "then it is done");
	ok(writable(), "and more can be written");
}

static void stop_by_ioctl(void)
{
	int stopped, by_key;

	control_number(TCXONC, UAPI_TCOOFF);
	stopped = !writable();
	ask("start, and a line");
	await_bytes(2);
	by_key = writable();
	control_number(TCXONC, UAPI_TCOON);
	ok(stopped, "TCOOFF stops output");
	ok(!by_key, "^Q does not start it");
	ok(writable(), "TCOON does");
	is(control_number(TCXONC, 4), -EINVAL, "another number: EINVAL");
	control_number(TCFLSH, UAPI_TCIFLUSH);
	is(waiting_bytes(), 0, "TCIFLUSH forgets the line");
}

static void stop_ends(void)
{
	set_mode(UAPI_IXON | UAPI_IXANY, UAPI_ICANON, 1, 0);
	ask("stop, any");
	await_output(0);
	ask("any key");
	await_output(1);
	await_bytes(2);
	is(timed_read(10), 2, "IXANY: any key starts it, and is text");
	set_canonical(0);
	ask("stop, then IXON goes");
	await_output(0);
	set_mode(0, UAPI_ICANON, 1, 0);
	ok(writable(), "output goes on where IXON is taken away");
	ask("stop as text");
	await_bytes(2);
	ok(writable(), "without IXON ^S stops nothing");
	is(timed_read(10), 2, "it is text");
	set_canonical(UAPI_ECHO | UAPI_ECHOCTL);
	ask("stop, echo, interrupt");
	for (int ms = 0; interrupts == 0 && ms < LONGEST_MS; ms += 2)
		sleep_ms(2);
	await_output(1);
	is(interrupts, 1, "^C is heard, and starts output");
}

/* --- draining and flushing --- */

/* A child sets the same settings by REQUEST, and exits with 5 when that is done. */
static pid_t setter(unsigned request)
{
	struct uapi_termios t;
	pid_t pid;

	control(TCGETS, &t);
	pid = must_fork();
	if (pid == 0)
		_exit(control(request, &t) == 0 ? 5 : 1);
	sleep_ms(A_WHILE_MS);
	return pid;
}

static void drain(void)
{
	long early, broken;
	pid_t pid;
	int status;

	set_canonical(UAPI_ECHO);
	ask("stop, and a line to keep");
	await_bytes(5);
	pid = setter(TCSETSW);
	early = waitpid(pid, &status, WNOHANG);
	alarm_in(100);
	broken = control_number(TCSBRK, 1);
	ask("start to drain");
	waitpid(pid, &status, 0);
	is(early, 0, "TCSETSW waits for echo that ^S holds");
	is(broken, -EINTR, "so does TCSBRK, until a signal comes");
	is(status, EXITED(5), "TCSETSW is done with ^Q");
	is(waiting_bytes(), 5, "what was typed is still there");
	timed_read(10);
}

static void drain_and_flush(void)
{
	long early, flushed, freed;
	pid_t pid;
	int status;

	ask("stop, and a line to lose");
	await_bytes(5);
	pid = setter(TCSETSF);
	early = waitpid(pid, &status, WNOHANG);
	flushed = waiting_bytes();
	ask("another line, and start");
	waitpid(pid, &status, 0);
	await_bytes(4);
	is(early, 0, "TCSETSF waits too");
	is(flushed, 0, "what was typed is forgotten before");
	is(status, EXITED(5), "it is done with ^Q");
	is(timed_read(10), 4, "what was typed meanwhile is not");
	ask("stop, and echo to drop");
	await_bytes(8);
	pid = setter(TCSETSW);
	early = waitpid(pid, &status, WNOHANG);
	control_number(TCFLSH, UAPI_TCOFLUSH);
	waitpid(pid, &status, 0);
	freed = !writable() && control_number(TCSBRK, 1) == 0;
	ask("start after the drop");
	await_output(1);
	ok(early == 0 && status == EXITED(5), "TCOFLUSH drops the echo, and TCSETSW is done");
	ok(freed, "output is stopped all the same");
	is(control(TCSETSF, &first), 0, "TCSETSF where output goes on");
	is(waiting_bytes(), 0, "flushes");
	set_raw(1, 0);
	ask("raw, to flush");
	await_bytes(4);
	is(control(TCSETSW, &first), 0, "TCSETSW at once");
	set_raw(1, 0);
	is(waiting_bytes(), 4, "flushes nothing");
	control_number(TCFLSH, UAPI_TCIFLUSH);
	is(waiting_bytes(), 0, "TCIFLUSH does in raw mode");
}

/* --- hangup --- */

enum { READER, POLLER, WRITER, DRAINER, WITNESS, NR_USERS };

static struct user {
	volatile int ready, done;
	volatile long result;
} * users;

static void on_hangup(int sig)
{
	(void)sig;
	users[WITNESS].result = SIGHUP;
}

static long use_terminal(int how)
{
	if (how == READER)
		return sys(__NR_read, tty, text, sizeof(text));
	if (how == POLLER)
		return events_within(-1, POLLIN);
	if (how == WRITER)
		return sys(__NR_write, tty, "never seen\n", 11);
	if (how == DRAINER)
		return control_number(TCSBRK, 1);
	set_action(SIGHUP, on_hangup, 0, 0);
	users[how].ready = 1;
	sleep_ms(10000);
	return users[how].result;
}

static void start_users(void)
{
	for (int i = 0; i < NR_USERS; i++) {
		if (must_fork() != 0)
			continue;
		users[i].ready = i != WITNESS;
		users[i].result = use_terminal(i);
		users[i].done = 1;
		_exit(0);
	}
	for (int i = 0; i < NR_USERS; i++)
		await(&users[i].ready, 1);
	sleep_ms(A_WHILE_MS);
}

/* A session of its own, with the terminal. */
static void lead(void)
{
	set_ignored(SIGHUP);
	sys(__NR_setsid);
	if (control_number(TIOCSCTTY, 1) != 0)
		_exit(1);
}

static int hang_up_users(void *arg)
{
	(void)arg;
	lead();
	start_users();
	return 0;
}

static int hang_up_input(void *arg)
{
	(void)arg;
	lead();
	ask("before the hangup");
	await_bytes(4);
	return 0;
}

static void hangup(void)
{
	const int all = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	int status, before, dead = tty;

	users = map_shared(1);
	set_canonical(UAPI_ECHO);
	ask("stop, with echo that a hangup frees");
	await_output(0);
	sleep_ms(A_WHILE_MS);
	status = in_child(hang_up_users, NULL);
	for (int i = 0; i < NR_USERS; i++)
		await(&users[i].done, 1);
	tty = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	ask("start after the hangup");
	await_output(1);
	is(status, EXITED(0), "the session's leader ends");
	is(users[READER].result, 0, "read ends with an end of file");
	is(users[POLLER].result, POLLIN | POLLERR | POLLHUP, "poll with a hangup");
	is(users[WRITER].result, -EIO, "write with EIO");
	is(users[DRAINER].result, -EIO, "a wait for output with EIO");
	is(users[WITNESS].result, SIGHUP, "the foreground gets SIGHUP");
	before = tty;
	tty = dead;
	is(events_within(-1, all), all, "a file from before is ready for all");
	is(timed_read(10), 0, "says end of file");
	is(sys(__NR_write, tty, "x", 1), -EIO, "takes nothing");
	is(control(TCGETS, &first), -EIO, "and cannot be asked");
	is(control(TIOCSPGRP, &first), -ENOTTY, "TIOCSPGRP says ENOTTY");
	is(sys(__NR_open, "/dev/tty", O_RDWR, 0), -ENXIO, "nobody has it as terminal");
	tty = before;

	is(in_child(hang_up_input, NULL), EXITED(0), "again, with something typed");
	close(tty);
	tty = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	is(waiting_bytes(), 0, "it is forgotten");
	ask("after the hangup");
	await_bytes(4);
	is(sys(__NR_read, dead, text, 10), 0, "a file from before gets nothing of what comes");
	is(timed_read(10), 4, "a new one does");
}

/* --- vhangup(2) --- */

static volatile int hup_seen;

static void note_hangup(int sig)
{
	hup_seen += sig;
}

static int hang_up_oneself(void *arg)
{
	int own, bad = 0;

	(void)arg;
	sys(__NR_setsid);
	bad |= (sys(__NR_vhangup) != 0) << 0; /* nothing to hang up */
	bad |= (control_number(TIOCSCTTY, 1) != 0) << 1;
	own = open("/dev/tty", O_RDWR);
	set_action(SIGHUP, note_hangup, 0, 0);
	set_action(SIGCONT, note_hangup, 0, 0);
	if (must_fork() == 0) {
		sys(__NR_vhangup);
		_exit(0);
	}
	while (hup_seen != SIGHUP + SIGCONT)
		sleep_ms(1);
	bad |= (sys(__NR_read, own, text, 1) != 0) << 2;
	bad |= (sys(__NR_write, own, "x", 1) != -EIO) << 3;
	bad |= (sys(__NR_open, "/dev/tty", O_RDWR, 0) != -ENXIO) << 4;
	bad |= (sys(__NR_setuid32, 1) != 0 || sys(__NR_vhangup) != -EPERM) << 5;
	return bad;
}

static void vhangup_call(void)
{
	is(in_child(hang_up_oneself, NULL), EXITED(0),
	   "vhangup: for the session, its leader is told");
	close(tty);
	tty = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
}

int main(void)
{
	tty = open("/dev/ttyS0", O_RDWR);
	log_fd = open("/dev/kmsg", O_WRONLY);
	if (tty < 0 || log_fd < 0 || control(TCGETS, &first) != 0)
		bail_out("no terminal");
	set_action(SIGALRM, on_signal, 0, 0);
	set_action(SIGINT, on_signal, 0, 0);
	neither();
	time_only();
	min_only();
	min_and_time();
	canonical();
	interrupted();
	stop_key();
	stop_by_ioctl();
	stop_ends();
	drain();
	drain_and_flush();
	hangup();
	vhangup_call();
	return tap_done();
}
