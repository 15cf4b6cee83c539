/* SPDX-License-Identifier: MIT */
/*
 * tty_line.h - a terminal's line discipline: what typed bytes do, and what written ones look like
 * (pure). termios(3)
 *
 *	keys --input()--> bytes[]  --next(), taken()--> read(2)
 *	          |         tail: handed out up to here
 *	          |         canon: behind the last complete line; what follows is being edited
 *	          |         head: behind the last byte
 *	          +--echo--> put() --> screen <--write()-- write(2)
 *
 * Positions count all bytes ever put in, modulo 2^32; a bit of ends[] says that the byte ends a line.
 * The end-of-file character is such a byte too, a 0 that nobody gets to see.
 * Invariants: tail <= canon <= head <= tail + TTY_LINE_BYTES; without ICANON, canon == tail.
 */
#pragma once

#include <octavo/types.h>
#include <uapi/octavo/termios.h>

#define TTY_LINE_BYTES 4096u /* a power of two; a line has one less at the most */

struct tty_line;

struct tty_line_ops {
	void (*put)(struct tty_line *l, char c);        /* a byte for the screen */
	void (*signal)(struct tty_line *l, int signal); /* SIGINT, SIGQUIT, SIGTSTP was typed */
	void (*start)(struct tty_line *l);              /* output goes on: `stopped` was reset */
};

/* The caller's lock protects all of it. */
struct tty_line {
	struct uapi_termios t;
	const struct tty_line_ops *ops;
	u32 tail, canon, head;
	u32 column;       /* of the screen, as far as we know */
	u32 canon_column; /* where the line that is being edited began */
	bool literal;     /* the next byte is nothing special (LNEXT) */
	bool erasing;     /* inside the \.../ of ECHOPRT */
	bool stopped;     /* output was stopped (STOP, TCXONC) */
	bool held;        /* by TCXONC: only that lets it go on */
	bool pushed;      /* the first end in ends[] is where ICANON was switched on */
	u8 bytes[TTY_LINE_BYTES];
	u32 ends[TTY_LINE_BYTES / 32];
};

/* tty_line_init - Linux's settings for a serial console, nothing typed. */
void tty_line_init(struct tty_line *l, const struct tty_line_ops *ops);
/* tty_line_set - new settings. What waits survives: a switch to ICANON makes it a line, a switch away
 * makes unfinished lines readable. */
void tty_line_set(struct tty_line *l, const struct uapi_termios *t);
/* tty_line_accepts - false: full, leave the next byte where it is until somebody reads. With ICANON an
 * unfinished line takes every byte: behind the last place they replace each other, so that it can be
 * erased and ended. */
bool tty_line_accepts(const struct tty_line *l);
/* tty_line_input - one typed byte. => tty_line_accepts() held */
void tty_line_input(struct tty_line *l, u8 c);
/* tty_line_write - bytes for the screen, processed as c_oflag says. */
void tty_line_write(struct tty_line *l, const char *text, size_t len);
/* tty_line_flush - forget what was typed. */
void tty_line_flush(struct tty_line *l);
/* tty_line_hold - TCXONC stops output (TCOOFF), or lets it go on (TCOON) where it had stopped it. */
void tty_line_hold(struct tty_line *l, bool hold);

/* tty_line_ready - is there something for read(2): a whole line, or with ICANON off `least` bytes? */
bool tty_line_ready(const struct tty_line *l, u32 least);
/* tty_line_count - bytes that read(2) could have now (FIONREAD). */
u32 tty_line_count(const struct tty_line *l);
/* tty_line_next - what read(2) gets next: up to max bytes that lie together at *run, with ICANON of
 * one line. => how many; 0: nothing, or an end of file */
u32 tty_line_next(const struct tty_line *l, u32 max, const u8 **run);
/* tty_line_taken - the reader has these n bytes, n as tty_line_next() said or less; 0 takes an end of
 * file. An end of file right behind them is taken with them.
 *   => true: a line is at its end, read(2) returns */
bool tty_line_taken(struct tty_line *l, u32 n);

/* tty_line_check - its counts and marks fit its buffer; panics. => nobody changes it; debug */
void tty_line_check(const struct tty_line *l);
