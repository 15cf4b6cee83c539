/* SPDX-License-Identifier: MIT */
/* Who has the terminal, and who reads it in the background. tty_ioctl(4), credentials(7) */
#include "sigtest.h"
#include "thread.h"

#include <uapi/octavo/termios.h>

static int tty;

static long control_number(unsigned request, int arg)
{
	return sys(__NR_ioctl, tty, request, arg);
}

enum { WAITS, TRIED, GIVEN_UP };

/* Not from another session; where nobody has it, by a file that may be read. */
static int take_as_user(void *arg)
{
	volatile int *step = arg;
	int write_only = open("/dev/ttyS0", O_WRONLY | O_NOCTTY);
	int bad = 0;

	sys(__NR_setsid);
	sys(__NR_setuid32, 1);
	bad |= (control_number(TIOCSCTTY, 0) != -EPERM) << 0;
	bad |= (control_number(TIOCSCTTY, 1) != -EPERM) << 1;
	*step = TRIED;
	await(step, GIVEN_UP);
	bad |= (sys(__NR_ioctl, write_only, TIOCSCTTY, 0) != -EPERM) << 2;
	bad |= (control_number(TIOCSCTTY, 0) != 0) << 3;
	bad |= (control_number(TIOCSCTTY, 0) != 0) << 4;
	return bad;
}

static volatile int background_reads;

static void note_background(int sig)
{
	(void)sig;
	background_reads++;
}

static void read_terminal(struct thread *t)
{
	char c;

	t->result = sys(__NR_read, tty, &c, 1);
}

/* The thread's read sends SIGTTIN, which the other takes, and is made again until that is ignored. */
static int read_in_background(void *arg)
{
	static struct thread reader;

	(void)arg;
	sys(__NR_setpgid, 0, 0);
	set_action(SIGTTIN, note_background, SA_RESTART, 0);
	thread_start(&reader, read_terminal, NULL);
	while (background_reads < 3 && reader.tid != 0)
		sleep_ms(1);
	set_ignored(SIGTTIN);
	thread_join(&reader);
	return reader.result != -EIO;
}

int main(void)
{
	volatile int *step = map_shared(1);
	int status = -1;
	pid_t taker;

	tty = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	set_ignored(SIGHUP);
	sys(__NR_setsid);
	is(control_number(TIOCSCTTY, 1), 0, "root takes it from another session");
	is(in_child(read_in_background, NULL), EXITED(0),
	   "a background read is made again where another thread takes the signal");
	taker = must_start(take_as_user, (void *)(uintptr_t)step);
	await(step, TRIED);
	control_number(TIOCNOTTY, 0);
	*step = GIVEN_UP;
	waitpid(taker, &status, 0);
	is(status, EXITED(0), "nobody else does; but where nobody has it, by a file to read");
	return tap_done();
}
