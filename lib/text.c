/* SPDX-License-Identifier: MIT */
/* text.c - a report that is written into memory of fixed size; text.h has the picture (pure). */
#include <octavo/env.h>
#include <octavo/printf.h>
#include <octavo/text.h>

void text_init(struct text *t, char *buf, size_t size)
{
	*t = (struct text){.buf = buf, .size = size};
}

void text_put(struct text *t, const char *from, size_t len)
{
	if (t->full || len > t->size - t->len) {
		t->full = true;
		return;
	}
	memcpy(t->buf + t->len, from, len);
	t->len += len;
}

void text_puts(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

void text_printf(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->len;
	va_list ap;
	int len;

	if (t->full)
		return;
	va_start(ap, fmt);
	len = vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	if ((size_t)len >= room) /* its NUL needs a byte too, which the next piece overwrites */
		t->full = true;
	else
		t->len += (size_t)len;
}

void text_put_escaped(struct text *t, const char *s, const char *escape)
{
	size_t mark = t->len;

	for (; *s != '\0' && !t->full; s++) {
		if (*s == '\\' || strchr(escape, *s) != NULL)
			text_printf(t, "\\%03o", (unsigned)(u8)*s);
		else
			text_put(t, s, 1);
	}
	if (t->full)
		text_rewind(t, mark);
}
