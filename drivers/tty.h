/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal's inside, for drivers/tty*.c alone. */
#pragma once

#include <octavo/fs.h>
#include <octavo/spinlock.h>
#include <octavo/tty_line.h>
#include <octavo/wait.h>

enum {
	TTY_ARRIVED = 512, /* a power of two: bytes that the thread has not looked at */
	TTY_OUT = 256,     /* bytes on their way to the console; echo is kept here while stopped */
};

/*
 * The terminal on the console. Legend: [m] mutex, [r] ring_lock, [j] job_lock; what is read without
 * its lock is looked at again under it.
 */
struct tty {
	struct mutex mutex;         /* tty_mutex */
	struct tty_line line;       /* [m] */
	struct uapi_winsize window; /* [m] */
	u32 out_len;                /* [m] */
	char out[TTY_OUT];          /* [m] */

	spinlock_t ring_lock;    /* tty_ring_lock */
	u32 put, taken;          /* [r] bytes ever that arrived, and that the thread has had */
	u8 arrived[TTY_ARRIVED]; /* [r] */

	struct wait_queue input;    /* the thread: bytes have arrived, or there is room again */
	struct wait_queue readable; /* readers: something to read, or hung up */
	struct wait_queue writable; /* writers: output goes on, or hung up */

	spinlock_t job_lock; /* tty_job_lock */
	u32 session;         /* [j] whose controlling terminal it is; 0: nobody's */
	u32 pgrp;            /* [j] the process group in the foreground; 0: none */
	u32 hangups;         /* [j] how often it was hung up */
};

#define TTY_MAJOR 4
#define TTY_MINOR 64 /* ttyS0 */

extern struct tty console_tty;

/* tty_out_flush - everything that was put goes to the console, unless output is stopped. => [m] */
void tty_out_flush(struct tty *tty);
/* tty_flush_input - forget what was typed, also what the thread has not seen. => [m] */
void tty_flush_input(struct tty *tty);
/* tty_input_wanted - the thread looks again: there may be room, or other settings. */
void tty_input_wanted(struct tty *tty);
/* tty_flush - TCFLSH's input, held output, or both. Written bytes have gone out; echo that waits for
 * output to go on has not. => may sleep */
void tty_flush(struct tty *tty, u32 which);
/* tty_wait_output - until output is not stopped; `drain`: or nothing waits for that. => [m] held, and
 * held again on return; 0, or -ERESTARTSYS for a signal, -EIO for a hangup */
int tty_wait_output(struct tty *tty, struct file *file, bool drain);
long tty_ioctl(struct file *file, u32 cmd, u32 arg); /* tty_ioctl.c */

/* --- processes (tty_job.c) --- */
int tty_open(struct inode *inode, struct file *file);
int tty_open_controlling(struct inode *inode, struct file *file); /* /dev/tty; ENXIO */
/* tty_hung_up - was it hung up since the file was opened? => any context */
bool tty_hung_up(struct tty *tty, const struct file *file);
/* tty_may_read, tty_may_write, tty_may_set - may the current process do that, or is it in the
 * background? => 0; -ERESTARTSYS after SIGTTIN or SIGTTOU; -EIO */
int tty_may_read(struct tty *tty, struct file *file);
int tty_may_write(struct tty *tty, struct file *file);
int tty_may_set(struct tty *tty);
/* tty_signal_foreground - to the process group in the foreground. => any context */
void tty_signal_foreground(struct tty *tty, int signal);
/* ioctl_tty(2): TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID */
long tty_set_controlling(struct tty *tty, const struct file *file, u32 arg);
long tty_give_up(struct tty *tty);
long tty_get_pgrp(struct tty *tty, u32 __user *user);
long tty_set_pgrp(struct tty *tty, const u32 __user *user);
long tty_get_session(struct tty *tty, u32 __user *user);
