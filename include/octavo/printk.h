/* SPDX-License-Identifier: MIT */
/* printk.h - the kernel log: a ring that dmesg reads, and the console. */
#pragma once

#include <octavo/types.h>

enum log_level {
	LOG_EMERG,   /* the machine ends */
	LOG_ERR,     /* something failed that should not */
	LOG_WARNING, /* something is odd */
	LOG_INFO,    /* what a reader of the log wants to know */
	LOG_DEBUG,   /* what someone who hunts a bug wants to know */
};

/*
 * printk - append one message to the ring; levels up to the console's level go to the console too.
 *   => any context, any lock may be held but the console's; never sleeps, never allocates
 */
void printk(enum log_level level, const char *fmt, ...) __printf(2, 3);

#define pr_err(...)   printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...)  printk(LOG_WARNING, __VA_ARGS__)
#define pr_info(...)  printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk(LOG_DEBUG, __VA_ARGS__)

#define LOG_BYTES 32768 /* what the ring holds */

/* log_read - copy the ring's text from position *pos on into buf (kernel memory); advances *pos.
 *   => returns bytes copied, 0 at the end; a reader left behind starts at the oldest byte */
size_t log_read(u64 *pos, char *buf, size_t len);

/* log_read_line - the next whole line from *pos on, cut at len, without its newline; *start: where it
 * begins. => bytes; -EAGAIN at the end */
ssize_t log_read_line(u64 *pos, u64 *start, unsigned *level, char *buf, size_t len);

/* Who waits for the ring's next line. printk() may be said under any lock, so it wakes nobody: the
 * next tick does. */
struct wait_queue;
extern struct wait_queue log_readers;
/* log_end - where the next line will begin; where a line begins before that, it can be read, and one
 * more than LOG_BYTES before it is overwritten. */
u64 log_end(void);
/* log_wait - until the end is not `pos` any more; nonblock: only look. => 0, -EAGAIN, -ERESTARTSYS */
int log_wait(u64 pos, bool nonblock);
/* log_tick - wake the readers where there is something new. => timer interrupt of CPU 0 */
void log_tick(void);

/* log_set_console_level - later messages above `level` stay off the console; the ring has all of them.
 *   => any context but the console's own write(); syslog(2), loglevel= */
void log_set_console_level(enum log_level level);

/*
 * A console is a const table of a driver; the first registered one gets what the ring holds.
 * write() may be called in any context, with interrupts off, also during a panic.
 */
struct console {
	const char *name;
	void (*write)(const char *text, size_t len);
};
/* console_register - `con`, which lives for ever, gets what the ring holds and all that comes; where
 * there is a console already nothing changes. => any context but a console's write() */
void console_register(const struct console *con);
/* console_write - user output: straight to the console, not to the ring. => may be preempted */
void console_write(const char *text, size_t len);
