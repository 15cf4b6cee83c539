/* SPDX-License-Identifier: MIT */
/*
 * printk.c - the kernel log and the console.
 *
 *	printk() -> ring -> log_flush() -> console
 *	                 -> log_read()      (dmesg)
 *	      `-> has_news -> log_tick() -> log_readers
 *	console_write()  ----------------> console
 *
 * The console has a position in the ring like any other reader, so what was said before a console
 * registered is printed when it does. console_lock is held while the device is written, log_lock
 * only while the ring is read or changed: printk() costs a caller that holds a lock no more than
 * its own lines and those that another CPU left.
 *
 * Lock order: console_lock, log_lock. During a panic neither is taken (panic_in_progress): the CPU
 * that panics may hold them, and the task that runs may be damaged.
 */
#include <octavo/errno.h>
#include <octavo/log_ring.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/wait.h>

#define LINE_MAX      512
#define CONSOLE_CHUNK 32 /* bytes written with interrupts off */

static char log_buffer[LOG_BYTES];
static struct log_ring ring = LOG_RING_INIT(log_buffer); /* [log_lock] */
static char line[LINE_MAX];                              /* [log_lock] */
static spinlock_t log_lock = SPINLOCK_INIT(log_lock);

struct wait_queue log_readers = WAIT_QUEUE_INIT(log_readers);
static volatile bool has_news; /* [a] lines that log_readers were not woken for */

static const struct console *console;     /* [console_lock] */
static u64 console_pos;                   /* [console_lock] what it has of the ring */
static unsigned console_level = LOG_INFO; /* [console_lock] */
static spinlock_t console_lock = SPINLOCK_INIT(console_lock);

/* The locks, unless the machine is about to end. */
static irqstate_t log_enter(spinlock_t *l) __acquires(l)
{
	if (!panic_in_progress())
		return spin_lock_irqsave(l);
	__acquire(l);
	return arch_irq_save();
}

static void log_leave(spinlock_t *l, irqstate_t s) __releases(l)
{
	if (!panic_in_progress()) {
		spin_unlock_irqrestore(l, s);
		return;
	}
	__release(l);
	arch_irq_restore(s);
}

/* A terminal begins a line only where it is told to. [console_lock] */
static void console_lines(const char *text, size_t len)
{
	char out[2 * CONSOLE_CHUNK];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			out[n++] = '\r';
		out[n++] = text[i];
	}
	console->write(out, n);
}

/* Everything that the console has not had goes to it. */
static void log_flush(void)
{
	char chunk[CONSOLE_CHUNK];
	irqstate_t outer, inner;
	size_t n;

	do {
		outer = log_enter(&console_lock);
		n = 0;
		if (console != NULL) {
			inner = log_enter(&log_lock);
			n = log_ring_get(&ring, &console_pos, console_level, chunk, sizeof(chunk));
			log_leave(&log_lock, inner);
			if (n != 0)
				console_lines(chunk, n);
		}
		log_leave(&console_lock, outer);
	} while (n != 0);
}

static size_t format_line(const char *fmt, va_list ap)
{
	u64 us = clock_ns() / 1000u;
	int n = scnprintf(line, sizeof(line), "[%5u.%06u] ", (unsigned)(us / 1000000u),
			  (unsigned)(us % 1000000u));

	return (size_t)(n + vscnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap));
}

void printk(enum log_level level, const char *fmt, ...)
{
	irqstate_t s = log_enter(&log_lock);
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	len = format_line(fmt, ap);
	va_end(ap);
	log_ring_put(&ring, level, line, len);
	has_news = true;
	log_leave(&log_lock, s);
	log_flush();
}

/* What is said behind the reset is told by the next tick. */
void log_tick(void)
{
	if (!has_news)
		return;
	has_news = false;
	wake_all(&log_readers);
}

size_t log_read(u64 *pos, char *buf, size_t len)
{
	irqstate_t s = log_enter(&log_lock);
	size_t n = log_ring_get(&ring, pos, LOG_DEBUG, buf, len);

	log_leave(&log_lock, s);
	return n;
}

ssize_t log_read_line(u64 *pos, u64 *start, unsigned *level, char *buf, size_t len)
{
	irqstate_t s = log_enter(&log_lock);
	ssize_t n = log_ring_line(&ring, pos, start, level, buf, len);

	log_leave(&log_lock, s);
	return n;
}

/* Torn where 2^32 bytes have just been said: a reader looks once more. */
u64 log_end(void)
{
	return arch_read_once(&ring.head);
}

int log_wait(u64 pos, bool nonblock)
{
	struct waiter w = {.task = NULL};
	int err = 0;

	while (err == 0) {
		wait_prepare(&log_readers, &w, true);
		if (log_end() != pos)
			break;
		if (nonblock)
			err = -EAGAIN;
		else if (signal_pending())
			err = -ERESTARTSYS;
		else
			wait_sleep();
	}
	wait_finish(&log_readers, &w);
	return err;
}

void log_set_console_level(enum log_level level)
{
	irqstate_t s = log_enter(&console_lock);

	console_level = level;
	log_leave(&console_lock, s);
}

void console_register(const struct console *con)
{
	irqstate_t s = log_enter(&console_lock);

	if (console == NULL)
		console = con;
	log_leave(&console_lock, s);
	log_flush();
}

void console_write(const char *text, size_t len)
{
	while (len != 0) {
		size_t n = MIN(len, (size_t)CONSOLE_CHUNK);
		irqstate_t s = log_enter(&console_lock);

		if (console != NULL)
			console->write(text, n);
		log_leave(&console_lock, s);
		text += n;
		len -= n;
	}
}
