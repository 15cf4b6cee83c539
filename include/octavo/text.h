/* SPDX-License-Identifier: MIT */
/*
 * text.h - a report that is written into memory of fixed size (pure).
 *
 *	buf  | what is there already | what is being added | room |
 *	     0                       mark                  len    size
 *
 * What does not fit is not cut: it is left out and `full` says so, so that the one who owns the
 * memory can bring more and ask again. A record of several pieces goes back to its mark.
 */
#pragma once

#include <octavo/types.h>

struct text {
	char *buf;
	size_t size, len; /* bytes; len <= size */
	bool full;        /* something did not fit */
};

/* text_init - an empty report of at most `size` bytes in buf. */
void text_init(struct text *t, char *buf, size_t size);
/* text_put - append len bytes. */
void text_put(struct text *t, const char *from, size_t len);
/* text_puts - append a string. */
void text_puts(struct text *t, const char *s);
/* text_printf - append, with the meaning of printf(3) as printf.h has it. */
void text_printf(struct text *t, const char *fmt, ...) __printf(2, 3);
/* text_put_escaped - append a string; the bytes that are in `escape`, and the backslash, as a
 * backslash and three octal digits, as /proc/mounts and /proc/PID/maps have it */
void text_put_escaped(struct text *t, const char *s, const char *escape);
/* text_rewind - take back what was added since t->len was `mark`; `full` stays. */
static inline void text_rewind(struct text *t, size_t mark)
{
	t->len = mark;
}
