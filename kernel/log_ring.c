/* SPDX-License-Identifier: MIT */
/* log_ring.c - the ring of log_ring.h. */
#include <octavo/env.h>
#include <octavo/log_ring.h>

#define LEVEL_MARK 0x80u

static char ring_byte(const struct log_ring *r, u64 pos)
{
	return r->buf[(u32)pos & (r->size - 1)];
}

static bool is_mark(char c)
{
	return ((u8)c & LEVEL_MARK) != 0;
}

static void store(struct log_ring *r, char c)
{
	r->buf[(u32)r->head & (r->size - 1)] = c;
	r->head++;
}

void log_ring_put(struct log_ring *r, unsigned level, const char *text, size_t len)
{
	ASSERT(level < LEVEL_MARK && (r->size & (r->size - 1)) == 0);
	if (len > r->size / 2)
		len = r->size / 2;
	store(r, (char)(LEVEL_MARK | level));
	for (size_t i = 0; i < len; i++)
		store(r, is_mark(text[i]) ? '?' : text[i]);
	if (len == 0 || text[len - 1] != '\n')
		store(r, '\n');
}

/* Where a reader at `pos` goes on: a position that the ring still has. */
static u64 catch_up(const struct log_ring *r, u64 pos)
{
	if (pos > r->head)
		return r->head;
	if (r->head - pos <= r->size)
		return pos;
	pos = r->head - r->size;
	while (pos < r->head && !is_mark(ring_byte(r, pos)))
		pos++;
	return pos;
}

size_t log_ring_get(const struct log_ring *r, u64 *pos, unsigned max_level, char *buf, size_t len)
{
	u64 p = catch_up(r, *pos);
	bool wanted = true; /* a reader stops only inside lines that it wants */
	size_t n = 0;

	while (p < r->head) {
		char c = ring_byte(r, p);

		if (is_mark(c)) {
			wanted = ((u8)c & ~LEVEL_MARK) <= max_level;
		} else if (wanted) {
			if (n == len)
				break;
			buf[n++] = c;
		}
		p++;
	}
	*pos = p;
	return n;
}

ssize_t log_ring_line(const struct log_ring *r, u64 *pos, u64 *start, unsigned *level, char *buf,
		      size_t len)
{
	u64 p = catch_up(r, *pos);
	size_t n = 0;

	while (p < r->head && !is_mark(ring_byte(r, p)))
		p++;
	if (p >= r->head)
		return -EAGAIN;
	*start = p;
	*level = (u8)ring_byte(r, p++) & ~LEVEL_MARK;
	for (; p < r->head && !is_mark(ring_byte(r, p)); p++)
		if (n < len)
			buf[n++] = ring_byte(r, p);
	*pos = p;
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	return (ssize_t)n;
}
