/* SPDX-License-Identifier: MIT */
/*
 * tty.c - the terminal on the console: /dev/console, /dev/tty, /dev/ttyS0. termios(3), tty(4)
 *
 *	port --interrupt--> arrived[] --thread--> line (tty_line.c) --read(2)
 *	     [ring_lock]                [mutex]      | echo
 *	port <-----console_write()----- out[] <------+------------- write(2)
 *
 * A thread does the editing, so that keys are echoed and ^C is heard when nobody reads, and no
 * interrupt handler waits for a slow line. When the line is full it leaves bytes in arrived[], when
 * that is full they stay in the port: the sender waits, nothing is lost.
 *
 * Nobody sleeps for input or output with the mutex held, so that a second reader, or a killed one,
 * gets on. Bytes are copied to a program from the line itself: a bad address takes none.
 * Lock order: tty_mutex > mmap_sem (the copies' faults); tty_mutex > tty_job_lock; tty_ring_lock on
 * its own.
 */
#include "tty.h"

#include <octavo/console_input.h>
#include <octavo/errno.h>
#include <octavo/panic.h>
#include <octavo/poll.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/tty.h>
#include <octavo/uaccess.h>
#include <octavo/uart.h>
#include <octavo/user_vector.h>
#include <uapi/octavo/fcntl.h>

#define NSEC_PER_VTIME (NSEC_PER_SEC / 10)

struct tty console_tty;

/* --- what arrives --- */

void console_input_arrives(void)
{
	struct tty *tty = &console_tty;
	irqstate_t s = spin_lock_irqsave(&tty->ring_lock);
	int c;

	while (tty->put - tty->taken < TTY_ARRIVED && (c = uart_take()) >= 0)
		tty->arrived[tty->put++ % TTY_ARRIVED] = (u8)c;
	spin_unlock_irqrestore(&tty->ring_lock, s);
	wake_all(&tty->input);
}

static bool has_arrived(const struct tty *tty)
{
	return arch_read_once(&tty->put) != arch_read_once(&tty->taken);
}

/* => the next byte, or -1 */
static int take_arrived(struct tty *tty)
{
	irqstate_t s = spin_lock_irqsave(&tty->ring_lock);
	int c = -1;

	if (tty->put != tty->taken)
		c = tty->arrived[tty->taken++ % TTY_ARRIVED];
	spin_unlock_irqrestore(&tty->ring_lock, s);
	return c;
}

void tty_flush_input(struct tty *tty)
{
	irqstate_t s = spin_lock_irqsave(&tty->ring_lock);

	tty->taken = tty->put;
	spin_unlock_irqrestore(&tty->ring_lock, s);
	tty_line_flush(&tty->line);
	console_input_arrives(); /* what the port held back */
}

/* --- the line's way out --- */

void tty_out_flush(struct tty *tty)
{
	assert_held(&tty->mutex);
	if (tty->line.stopped)
		return;
	console_write(tty->out, tty->out_len);
	tty->out_len = 0;
}

/* [m] */
static __noinline void drop_output(struct tty *tty)
{
	tty->out_len = 0;
	wake_all(&tty->writable);
}

void tty_flush(struct tty *tty, u32 which)
{
	mutex_lock(&tty->mutex);
	if (which != UAPI_TCOFLUSH)
		tty_flush_input(tty);
	if (which != UAPI_TCIFLUSH)
		drop_output(tty);
	mutex_unlock(&tty->mutex);
}

/* While output is stopped, echo that has no room is dropped. */
static void line_put(struct tty_line *l, char c)
{
	struct tty *tty = container_of(l, struct tty, line);

	if (tty->out_len == TTY_OUT)
		tty_out_flush(tty);
	if (tty->out_len < TTY_OUT)
		tty->out[tty->out_len++] = c;
}

static void line_start(struct tty_line *l)
{
	struct tty *tty = container_of(l, struct tty, line);

	tty_out_flush(tty);
	wake_all(&tty->writable);
}

static void line_signal(struct tty_line *l, int signal)
{
	struct tty *tty = container_of(l, struct tty, line);

	if (l->stopped && !(l->t.c_lflag & UAPI_NOFLSH))
		drop_output(tty);
	tty_signal_foreground(tty, signal);
}

static const struct tty_line_ops line_ops = {
	.put = line_put,
	.signal = line_signal,
	.start = line_start,
};

/* --- the thread --- */

void tty_input_wanted(struct tty *tty)
{
	if (has_arrived(tty))
		wake_all(&tty->input);
}

/* => is there something to read? [m] */
static bool edit_arrived(struct tty *tty)
{
	int c;

	while (tty_line_accepts(&tty->line) && (c = take_arrived(tty)) >= 0)
		tty_line_input(&tty->line, (u8)c);
	tty_out_flush(tty);
	CHECK(tty_line_check(&tty->line));
	return tty_line_ready(&tty->line, 1);
}

static __noreturn int tty_thread(void *arg)
{
	struct tty *tty = arg;

	for (;;) {
		bool ready;

		(void)wait_event_interruptible(/* no signal comes */
					       &tty->input,
					       has_arrived(tty) && tty_line_accepts(&tty->line));
		mutex_lock(&tty->mutex);
		ready = edit_arrived(tty);
		mutex_unlock(&tty->mutex);
		if (ready)
			wake_all(&tty->readable);
		console_input_arrives(); /* there is room for what stayed in the port */
	}
}

/* --- read(2) --- */

/* When read(2) is content, as VMIN and VTIME say. */
struct patience {
	u32 least;      /* bytes that it waits for */
	u64 first_ns;   /* how long it waits for the first one; 0: for ever */
	u64 between_ns; /* and then for each other one; 0: for ever */
	bool never;     /* it takes what there is */
};

static struct patience read_patience(const struct tty_line *l)
{
	u32 min = l->t.c_cc[UAPI_VMIN];
	u64 time_ns = l->t.c_cc[UAPI_VTIME] * NSEC_PER_VTIME;

	if (l->t.c_lflag & UAPI_ICANON)
		return (struct patience){.least = 1};
	if (min > 0)
		return (struct patience){.least = min, .between_ns = time_ns};
	return (struct patience){.least = 1, .first_ns = time_ns, .never = time_ns == 0};
}

/* Sleep until there is a byte. => 0; -ETIME after wait_ns (0: never), -EIO hung up, or a signal */
static int wait_for_input(struct tty *tty, struct file *file, u64 wait_ns)
{
	u64 end = clock_ns() + wait_ns;
	struct waiter w = {.queued = false};
	struct timer timer;
	int err = 0;

	if (wait_ns != 0)
		timer_wake_current(&timer, end);
	for (;;) {
		wait_prepare(&tty->readable, &w, true);
		if (tty_line_ready(&tty->line, 1))
			break;
		if (tty_hung_up(tty, file))
			err = -EIO;
		else if (signal_pending())
			err = -ERESTARTSYS;
		else if (wait_ns != 0 && clock_ns() >= end)
			err = -ETIME;
		if (err != 0)
			break;
		wait_sleep();
	}
	wait_finish(&tty->readable, &w);
	if (wait_ns != 0)
		timer_cancel(&timer);
	return err;
}

/* Hand out what there is, for the bytes from `at` on, up to len. *ended: a line was at its end, or the file.
 * [m] */
static ssize_t take_input(struct tty *tty, struct user_vector *to, size_t at, size_t len,
			  bool *ended)
{
	struct tty_line *l = &tty->line;
	size_t done = 0;

	*ended = false;
	while (done < len && !*ended && tty_line_ready(l, 1)) {
		size_t room = len - done;
		char __user *buf = user_vector_at(to, at + done, &room);
		const u8 *run;
		u32 n = tty_line_next(l, (u32)room, &run);
		size_t missed = copy_to_user_partial(buf, run, n);

		if (missed > 0 && missed == n)
			return done > 0 ? (ssize_t)done : -EFAULT;
		*ended = tty_line_taken(l, n - (u32)missed) || n == 0;
		done += n - missed;
	}
	return (ssize_t)done;
}

static ssize_t tty_read_vector(struct file *file, struct user_vector *to, size_t len, loff_t *pos)
{
	struct tty *tty = &console_tty;
	size_t done = 0;
	int err = tty_may_read(tty, file);

	(void)pos;
	while (err == 0 && done < len && !tty_hung_up(tty, file)) {
		struct patience p;
		bool ended, canonical;
		ssize_t n;

		mutex_lock(&tty->mutex);
		p = read_patience(&tty->line);
		canonical = (tty->line.t.c_lflag & UAPI_ICANON) != 0;
		n = take_input(tty, to, done, len - done, &ended);
		mutex_unlock(&tty->mutex);
		tty_input_wanted(tty);
		if (n < 0)
			return done > 0 ? (ssize_t)done : n;
		done += (size_t)n;
		if (ended || (canonical && n > 0) || done >= p.least || p.never)
			break;
		if (file->flags & O_NONBLOCK)
			err = -EAGAIN;
		else
			err = wait_for_input(tty, file, done > 0 ? p.between_ns : p.first_ns);
	}
	if (err == -ETIME || tty_hung_up(tty, file))
		err = 0;
	return done > 0 ? (ssize_t)done : err;
}

static ssize_t tty_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	USER_VECTOR_ONE(to, buf, len);

	return tty_read_vector(file, &to, len, pos);
}

/* --- write(2) --- */

/* [m], or a guess */
static bool is_held_up(struct tty *tty, const struct file *file, bool drain)
{
	return tty->line.stopped && (!drain || tty->out_len != 0) && !tty_hung_up(tty, file);
}

int tty_wait_output(struct tty *tty, struct file *file, bool drain) __must_hold(&tty->mutex)
{
	int err = 0;

	while (err == 0 && is_held_up(tty, file, drain)) {
		mutex_unlock(&tty->mutex);
		err = wait_event_interruptible(&tty->writable, !is_held_up(tty, file, drain));
		mutex_lock(&tty->mutex);
	}
	return tty_hung_up(tty, file) ? -EIO : err;
}

/* The bytes from `at` on, up to len or TTY_OUT of them, which stay together. => how many, or an error */
static ssize_t write_chunk(struct tty *tty, struct file *file, struct user_vector *from, size_t at,
			   size_t len)
{
	char chunk[TTY_OUT];
	size_t n = MIN(len, sizeof(chunk));
	int err = user_vector_read(from, at, chunk, n);

	if (err != 0)
		return err;
	mutex_lock(&tty->mutex);
	if (tty->line.stopped && (file->flags & O_NONBLOCK))
		err = -EAGAIN;
	else
		err = tty_wait_output(tty, file, false);
	if (err == 0) {
		tty_line_write(&tty->line, chunk, n);
		tty_out_flush(tty);
	}
	mutex_unlock(&tty->mutex);
	return err != 0 ? err : (ssize_t)n;
}

static ssize_t tty_write_vector(struct file *file, struct user_vector *from, size_t len,
				loff_t *pos)
{
	struct tty *tty = &console_tty;
	size_t done = 0;
	ssize_t n = tty_may_write(tty, file);

	(void)pos;
	while (n >= 0 && done < len) {
		n = write_chunk(tty, file, from, done, len - done);
		if (n > 0)
			done += (size_t)n;
		if (signal_pending())
			break;
	}
	return done > 0 ? (ssize_t)done : n;
}

static ssize_t tty_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	USER_VECTOR_ONE(from, buf, len);

	return tty_write_vector(file, &from, len, pos);
}

/* --- poll(2) --- */

/* VMIN counts where VTIME does not end the wait for it. */
static bool poll_readable(const struct tty *tty)
{
	const u8 *cc = tty->line.t.c_cc;

	return tty_line_ready(&tty->line, cc[UAPI_VTIME] == 0 ? cc[UAPI_VMIN] : 1);
}

static u32 tty_poll(struct file *file, struct poll_table *pt)
{
	struct tty *tty = &console_tty;
	u32 events = 0;

	poll_wait(pt, &tty->readable);
	poll_wait(pt, &tty->writable);
	if (tty_hung_up(tty, file))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	mutex_lock(&tty->mutex);
	if (poll_readable(tty))
		events |= POLLIN | POLLRDNORM;
	if (!tty->line.stopped)
		events |= POLLOUT | POLLWRNORM;
	mutex_unlock(&tty->mutex);
	return events;
}

/* Three names of the one terminal, see tty_job.c. */
#define TTY_FILE_OPS                                                                               \
	.read = tty_read, .read_vector = tty_read_vector, .write = tty_write,                      \
	.write_vector = tty_write_vector, .ioctl = tty_ioctl, .poll = tty_poll

static const struct file_ops tty_fops = {TTY_FILE_OPS, .open = tty_open};
static const struct file_ops controlling_fops = {TTY_FILE_OPS, .open = tty_open_controlling};
static const struct file_ops console_fops = {TTY_FILE_OPS};

void tty_init(void)
{
	struct tty *tty = &console_tty;
	struct task *thread = kthread_create(tty_thread, tty, "tty");
	int err = 0;

	mutex_init(&tty->mutex, tty_mutex);
	spin_lock_init(&tty->ring_lock, tty_ring_lock);
	spin_lock_init(&tty->job_lock, tty_job_lock);
	wait_queue_init(&tty->input);
	wait_queue_init(&tty->readable);
	wait_queue_init(&tty->writable);
	err |= device_register(TTY_MAJOR, TTY_MINOR, "ttyS0", 0620, &tty_fops);
	err |= device_register(5, 0, "tty", 0666, &controlling_fops);
	err |= device_register(5, 1, "console", 0600, &console_fops);
	if (ptr_is_err(thread) || err != 0)
		panic("init: no memory for the terminal");
	mutex_lock(&tty->mutex);
	tty_line_init(&tty->line, &line_ops);
	mutex_unlock(&tty->mutex);
	sched_start(thread);
}
