/* SPDX-License-Identifier: MIT */
/*
 * The line discipline against a plain one: typed bytes in an array, moved up when they are read,
 * each with what it is. Keys, reads, and changes of settings come in any order. Where the echo's
 * flags make the screen follow the line, the screen's last row must be what the line looks like.
 */
#include "fuzz.h"
#include <octavo/tty_line.h>
#include <uapi/octavo/signal.h>

enum kind { TEXT, END, PUSHED_END, EOF_MARK };

enum { FULL = TTY_LINE_BYTES - 1, ROW = 16 * TTY_LINE_BYTES };

enum { COMPARED = 100 }; /* bytes of a line that is compared with the screen */

static struct {
	u8 c[TTY_LINE_BYTES];
	u8 kind[TTY_LINE_BYTES];
	u32 len, canon;
	bool literal;
} model;

static struct uapi_termios t;
static u32 signals, model_signals;
static char row[ROW];
static u32 row_len, cursor;
static bool row_known; /* all of the row came from the line's echo */

static void screen_put(struct tty_line *l, char c)
{
	(void)l;
	if (c == '\r') {
		cursor = 0;
	} else if (c == '\n') {
		row_len = 0;
		row_known = true;
	} else if (c == '\b') {
		cursor -= cursor > 0;
	} else if (c == '\t') {
		do {
			MUST(cursor < ROW);
			if (cursor >= row_len)
				row[cursor] = ' ';
			cursor++;
			row_len = MAX(row_len, cursor);
		} while (cursor % 8 != 0);
	} else if (cursor < ROW) {
		row[cursor++] = c;
		row_len = MAX(row_len, cursor);
	}
}

static void count_signal(struct tty_line *l, int signal)
{
	(void)l;
	signals = signals * 3 + (u32)signal;
}

static void nothing(struct tty_line *l)
{
	(void)l;
}

static const struct tty_line_ops ops = {screen_put, count_signal, nothing};

/* --- the model --- */

static bool canonical(void)
{
	return t.c_lflag & UAPI_ICANON;
}

static void model_add(u8 c, enum kind kind)
{
	if (model.len == FULL)
		model.len--;
	model.c[model.len] = c;
	model.kind[model.len++] = (u8)kind;
	if (kind != TEXT)
		model.canon = model.len;
}

static bool continuation(u8 c)
{
	return (t.c_iflag & UAPI_IUTF8) && c >= 0x80 && c < 0xc0;
}

static bool word(u8 c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Where the last character of the line begins; its end where it has none. */
static u32 character_start(void)
{
	for (u32 i = model.len; i > model.canon; i--) {
		if (!continuation(model.c[i - 1]))
			return i - 1;
	}
	return model.len;
}

static void model_erase_word(void)
{
	bool seen = false;

	while (character_start() < model.len) {
		bool is = word(model.c[character_start()]);

		if (seen && !is)
			return;
		seen = seen || is;
		model.len = character_start();
	}
}

static void model_kill(void)
{
	const u32 visible = UAPI_ECHO | UAPI_ECHOK | UAPI_ECHOKE | UAPI_ECHOE;

	if ((t.c_lflag & visible) != visible)
		model.len = model.canon;
	while (character_start() < model.len)
		model.len = character_start();
}

static bool is_cc(u8 c, unsigned place)
{
	return c != 0 && t.c_cc[place] == c;
}

static bool model_signal(u8 c)
{
	int signal = is_cc(c, UAPI_VINTR)   ? SIGINT
		     : is_cc(c, UAPI_VQUIT) ? SIGQUIT
		     : is_cc(c, UAPI_VSUSP) ? SIGTSTP
					    : 0;

	if (!(t.c_lflag & UAPI_ISIG) || signal == 0)
		return false;
	model_signals = model_signals * 3 + (u32)signal;
	if (!(t.c_lflag & UAPI_NOFLSH))
		model.len = model.canon = 0;
	return true;
}

static void model_edit(u8 c)
{
	bool extended = t.c_lflag & UAPI_IEXTEN;

	if (is_cc(c, UAPI_VERASE))
		model.len = character_start();
	else if (is_cc(c, UAPI_VKILL))
		model_kill();
	else if (extended && is_cc(c, UAPI_VWERASE))
		model_erase_word();
	else if (extended && is_cc(c, UAPI_VLNEXT))
		model.literal = true;
	else if (extended && (t.c_lflag & UAPI_ECHO) && is_cc(c, UAPI_VREPRINT))
		return;
	else if (c == '\n' || is_cc(c, UAPI_VEOL) || (extended && is_cc(c, UAPI_VEOL2)))
		model_add(c, END);
	else if (is_cc(c, UAPI_VEOF))
		model_add(0, EOF_MARK);
	else
		model_add(c, TEXT);
}

static void model_input(u8 c)
{
	bool literal = model.literal;

	model.literal = false;
	if (t.c_iflag & UAPI_ISTRIP)
		c &= 0x7f;
	if (literal) {
		model_add(c, TEXT);
		return;
	}
	if ((t.c_iflag & UAPI_IXON) && (is_cc(c, UAPI_VSTART) || is_cc(c, UAPI_VSTOP)))
		return;
	if (model_signal(c) || (c == '\r' && (t.c_iflag & UAPI_IGNCR)))
		return;
	if (c == '\r' && (t.c_iflag & UAPI_ICRNL))
		c = '\n';
	else if (c == '\n' && (t.c_iflag & UAPI_INLCR))
		c = '\r';
	if (canonical())
		model_edit(c);
	else
		model_add(c, TEXT);
}

static void model_drop(u32 n)
{
	model.len -= n;
	model.canon -= MIN(n, model.canon);
	memmove(model.c, model.c + n, model.len);
	memmove(model.kind, model.kind + n, model.len);
}

/* read(2) of up to max bytes. => how many */
static u32 model_read(u8 *buf, u32 max)
{
	u32 n = 0, end = canonical() ? model.canon : model.len;

	while (n < max && n < end && model.kind[n] != EOF_MARK) {
		buf[n] = model.c[n];
		n++;
		if (model.kind[n - 1] != TEXT) {
			model_drop(n);
			return n;
		}
	}
	model_drop(n + (n < end && model.kind[n] == EOF_MARK));
	return n;
}

static void model_set(void)
{
	model.canon = 0;
	model.literal = false;
	memset(model.kind, TEXT, sizeof(model.kind));
	if (canonical() && model.len > 0) {
		model.kind[model.len - 1] = PUSHED_END;
		model.canon = model.len;
	}
}

/* --- both --- */

static u32 line_read(struct tty_line *l, u8 *buf, u32 max)
{
	bool ended = false;
	u32 done = 0;

	while (done < max && !ended && tty_line_ready(l, 1)) {
		const u8 *run;
		u32 n = tty_line_next(l, max - done, &run);

		memcpy(buf + done, run, n);
		ended = tty_line_taken(l, n) || n == 0;
		done += n;
	}
	return done;
}

static void compare_read(struct tty_line *l, u32 max)
{
	static u8 got[TTY_LINE_BYTES], want[TTY_LINE_BYTES];
	u32 n = line_read(l, got, max);

	MUST(n == model_read(want, max));
	MUST(memcmp(got, want, n) == 0);
}

/* The row shows the line that is being edited, behind whatever stood there when it began. */
static void compare_screen(void)
{
	u32 col = 0;

	if (!row_known)
		return;
	for (u32 i = model.canon; i < model.len; i++) {
		u8 c = model.c[i];

		if (c == '\t') {
			col += 8 - col % 8;
			continue;
		}
		if (c < ' ' || c == 0x7f) {
			MUST(row[col] == '^');
			col++;
			c ^= 0x40;
		}
		MUST(row[col] == (char)c);
		col++;
	}
	MUST(cursor == col);
	for (; col < row_len; col++)
		MUST(row[col] == ' ' || row[col] == '^');
}

/* What makes the screen follow: all of the echo, no literal tabs, no signals' ^C in the row. */
static bool screen_follows(void)
{
	const u32 need =
		UAPI_ICANON | UAPI_ECHO | UAPI_ECHOE | UAPI_ECHOK | UAPI_ECHOKE | UAPI_ECHOCTL;

	return (t.c_lflag & need) == need && !(t.c_lflag & (UAPI_ECHOPRT | UAPI_ISIG)) &&
	       !(t.c_iflag & (UAPI_IUTF8 | UAPI_IXON)) && t.c_oflag == (UAPI_OPOST | UAPI_ONLCR);
}

static void type(struct tty_line *l, u8 c)
{
	bool was_literal = model.literal;
	u32 canon = model.canon;

	MUST(tty_line_accepts(l) == (model.len < FULL || (canonical() && model.canon == 0)));
	if (!tty_line_accepts(l))
		return;
	tty_line_input(l, c);
	model_input(c);
	tty_line_check(l);
	MUST(signals == model_signals);
	if (!screen_follows() || model.len == FULL || (was_literal && c <= '\r') ||
	    (canon != model.canon && row_len != 0))
		row_known = false;
	else if (!model.literal && model.len - model.canon <= COMPARED)
		compare_screen();
}

static void change_settings(struct tty_line *l, struct input *in)
{
	bool was = canonical();

	t = l->t;
	t.c_iflag = take_u16(in) & (u32) ~(UAPI_IUCLC | UAPI_IXANY);
	t.c_lflag = take_u16(in);
	t.c_oflag = take_u8(in) & 1 ? UAPI_OPOST | UAPI_ONLCR : take_u16(in);
	if (take_u8(in) & 1)
		t.c_cc[take_u8(in) % UAPI_NCCS] = take_u8(in);
	tty_line_set(l, &t);
	if (canonical() != was)
		model_set();
	row_known = false;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	static struct tty_line line;

	memset(&model, 0, sizeof(model));
	signals = model_signals = 0;
	row_len = cursor = 0;
	row_known = true;
	tty_line_init(&line, &ops);
	t = line.t;
	t.c_lflag &= ~(u32)UAPI_ISIG;
	t.c_iflag &= ~(u32)UAPI_IXON;
	tty_line_set(&line, &t);
	while (in.len != 0) {
		u8 op = take_u8(&in);

		if (op < 0xc0) {
			type(&line, op & 0x80 ? t.c_cc[op % UAPI_NCCS] : op);
		} else if (op < 0xe0) {
			compare_read(&line, 1 + op % 32u);
		} else if (op < 0xf0) {
			for (u32 n = take_u16(&in) % 5000u, c = take_u8(&in); n > 0; n--)
				type(&line, (u8)c);
		} else if (op < 0xf8) {
			compare_read(&line, TTY_LINE_BYTES - 1);
		} else {
			change_settings(&line, &in);
		}
	}
	return 0;
}
