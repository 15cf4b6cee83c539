/* SPDX-License-Identifier: MIT */
/*
 * log_ring.h - lines of text with a level, the newest ones of a fixed number of bytes (pure).
 *
 *	... \200+level t e x t \n \200+level t e x t \n
 *	    ^ oldest                                    ^ head
 *
 * Positions count all bytes ever stored, so a reader that was left behind notices, and goes on at
 * the oldest whole line. Bytes of a text that could be mistaken for a level become '?'.
 */
#pragma once

#include <octavo/types.h>

struct log_ring {
	char *buf;
	u32 size; /* a power of two */
	u64 head; /* bytes stored since the beginning */
};

#define LOG_RING_INIT(buffer)                                                                      \
	{                                                                                          \
		.buf = (buffer), .size = sizeof(buffer)                                            \
	}

/* log_ring_put - store one line; a newline is added where it lacks one.
 *   => a line longer than half the ring is cut; the caller's lock is held */
void log_ring_put(struct log_ring *r, unsigned level, const char *text, size_t len);
/* log_ring_get - copy lines of at most max_level from *pos on, without their level bytes.
 *   => bytes copied, 0 at the end; advances *pos, past lines that are not wanted too; a line may
 *   come in parts; the caller's lock is held */
size_t log_ring_get(const struct log_ring *r, u64 *pos, unsigned max_level, char *buf, size_t len);
/* log_ring_line - the line that begins at *pos, or the next that does, cut at len, without its
 * newline; *level is its own, *pos behind it then, *start where it began.
 *   => bytes; -EAGAIN there is none (yet); the caller's lock is held */
ssize_t log_ring_line(const struct log_ring *r, u64 *pos, u64 *start, unsigned *level, char *buf,
		      size_t len);
