/* SPDX-License-Identifier: MIT */
/*
 * tty_line.c - the line discipline of tty_line.h.
 *
 * A typed byte is looked at in this order: literal next; flow control (IXON); signals (ISIG);
 * CR and NL; with ICANON the editing characters and the ends of a line; else it is a byte of the
 * text. A character of c_cc that is 0 is switched off.
 */
#include <octavo/env.h>
#include <octavo/tty_line.h>
#include <uapi/octavo/signal.h>

#define DELETE   0x7f
#define TAB_STOP 8u

static bool flag(u32 flags, u32 which)
{
	return (flags & which) != 0;
}

static bool iflag(const struct tty_line *l, u32 which)
{
	return flag(l->t.c_iflag, which);
}

static bool oflag(const struct tty_line *l, u32 which)
{
	return flag(l->t.c_oflag, which);
}

static bool lflag(const struct tty_line *l, u32 which)
{
	return flag(l->t.c_lflag, which);
}

/* Is c the character at `place` of c_cc? */
static bool is_cc(const struct tty_line *l, u8 c, unsigned place)
{
	return c != 0 && l->t.c_cc[place] == c;
}

/* The places that IEXTEN switches. */
static bool is_extended(const struct tty_line *l, u8 c, unsigned place)
{
	return lflag(l, UAPI_IEXTEN) && is_cc(l, c, place);
}

static bool is_control(u8 c)
{
	return c < ' ' || c == DELETE;
}

/* A byte of a character that began before it. */
static bool is_continuation(const struct tty_line *l, u8 c)
{
	return iflag(l, UAPI_IUTF8) && (c & 0xc0) == 0x80;
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? (u8)(c + ('a' - 'A')) : c;
}

static bool is_word(u8 c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* --- the screen --- */

static void put(struct tty_line *l, u8 c)
{
	l->ops->put(l, (char)c);
}

static void line_starts(struct tty_line *l)
{
	l->column = 0;
	l->canon_column = 0;
}

static void write_newline(struct tty_line *l)
{
	if (oflag(l, UAPI_ONLRET))
		l->column = 0;
	if (oflag(l, UAPI_ONLCR)) {
		line_starts(l);
		put(l, '\r');
	} else {
		l->canon_column = l->column;
	}
	put(l, '\n');
}

static void write_return(struct tty_line *l)
{
	if (oflag(l, UAPI_ONOCR) && l->column == 0)
		return;
	if (!oflag(l, UAPI_OCRNL)) {
		line_starts(l);
		put(l, '\r');
		return;
	}
	if (oflag(l, UAPI_ONLRET))
		line_starts(l);
	put(l, '\n');
}

static void write_tab(struct tty_line *l)
{
	u32 width = TAB_STOP - l->column % TAB_STOP;

	l->column += width;
	if ((l->t.c_oflag & UAPI_TABDLY) != UAPI_XTABS) {
		put(l, '\t');
		return;
	}
	while (width-- > 0)
		put(l, ' ');
}

static void write_byte(struct tty_line *l, u8 c)
{
	if (!oflag(l, UAPI_OPOST)) {
		put(l, c);
	} else if (c == '\n') {
		write_newline(l);
	} else if (c == '\r') {
		write_return(l);
	} else if (c == '\t') {
		write_tab(l);
	} else {
		if (c == '\b' && l->column > 0)
			l->column--;
		if (!is_control(c) && !is_continuation(l, c))
			l->column++;
		if (oflag(l, UAPI_OLCUC) && c >= 'a' && c <= 'z')
			c = (u8)(c - ('a' - 'A'));
		put(l, c);
	}
}

void tty_line_write(struct tty_line *l, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		write_byte(l, (u8)text[i]);
}

static void go_on(struct tty_line *l)
{
	if (!l->stopped || l->held)
		return;
	l->stopped = false;
	l->ops->start(l);
}

void tty_line_hold(struct tty_line *l, bool hold)
{
	if (l->held == hold)
		return;
	l->held = hold;
	if (hold)
		l->stopped = true;
	else
		go_on(l);
}

/* --- echo --- */

static void echo_visibly(struct tty_line *l, u8 c)
{
	if (lflag(l, UAPI_ECHOCTL) && is_control(c) && c != '\t') {
		write_byte(l, '^');
		c ^= 0x40;
	}
	write_byte(l, c);
}

/* The text that ECHOPRT shows backwards is over. */
static void finish_erasing(struct tty_line *l)
{
	if (l->erasing)
		write_byte(l, '/');
	l->erasing = false;
}

/* A byte of the text, before it is stored. */
static void echo_text(struct tty_line *l, u8 c)
{
	if (!lflag(l, UAPI_ECHO))
		return;
	finish_erasing(l);
	if (l->canon == l->head)
		l->canon_column = l->column;
	if (c == '\n')
		write_byte(l, c);
	else
		echo_visibly(l, c);
}

/* --- the bytes --- */

static u8 byte_at(const struct tty_line *l, u32 pos)
{
	return l->bytes[pos % TTY_LINE_BYTES];
}

static bool ends_at(const struct tty_line *l, u32 pos)
{
	u32 i = pos % TTY_LINE_BYTES;

	return flag(l->ends[i / 32], 1u << i % 32);
}

static void set_end(struct tty_line *l, u32 pos, bool end)
{
	u32 i = pos % TTY_LINE_BYTES, bit = 1u << i % 32;

	l->ends[i / 32] = end ? l->ends[i / 32] | bit : l->ends[i / 32] & ~bit;
}

/* Bytes that still fit; one place is for the end of a line. */
static u32 room(const struct tty_line *l)
{
	return TTY_LINE_BYTES - 1 - (l->head - l->tail);
}

bool tty_line_accepts(const struct tty_line *l)
{
	return room(l) > 0 || (lflag(l, UAPI_ICANON) && l->canon == l->tail);
}

static void store(struct tty_line *l, u8 c)
{
	if (room(l) == 0) /* an unfinished line fills it all: the last byte is replaced */
		l->head--;
	l->bytes[l->head % TTY_LINE_BYTES] = c;
	set_end(l, l->head, false);
	l->head++;
	if (!lflag(l, UAPI_ICANON))
		l->canon = l->tail;
}

static void store_end(struct tty_line *l, u8 c)
{
	store(l, c);
	set_end(l, l->head - 1, true);
	l->canon = l->head;
}

void tty_line_flush(struct tty_line *l)
{
	l->tail = l->canon = l->head;
	l->pushed = false;
	l->erasing = false;
	l->literal = false;
	memset(l->ends, 0, sizeof(l->ends));
}

/* --- erasing --- */

/* How far the screen's cursor stands behind the last tab, or the line's beginning. */
static u32 columns_since_tab(const struct tty_line *l)
{
	u32 n = 0, pos = l->head;

	while (pos != l->canon) {
		u8 c = byte_at(l, --pos);

		if (c == '\t')
			return n;
		if (is_control(c))
			n += lflag(l, UAPI_ECHOCTL) ? 2 : 0;
		else if (!is_continuation(l, c))
			n++;
	}
	return n + l->canon_column;
}

static void echo_erased_tab(struct tty_line *l)
{
	for (u32 n = TAB_STOP - columns_since_tab(l) % TAB_STOP; n > 0; n--) {
		put(l, '\b');
		if (l->column > 0)
			l->column--;
	}
}

static void echo_erased_column(struct tty_line *l)
{
	tty_line_write(l, "\b \b", 3);
}

/* ECHOPRT: what is erased is printed, `len` bytes at head; the last character's bytes in order. */
static void echo_printed(struct tty_line *l, u32 len)
{
	if (!l->erasing)
		write_byte(l, '\\');
	l->erasing = true;
	echo_visibly(l, byte_at(l, l->head));
	for (u32 i = 1; i < len; i++)
		put(l, byte_at(l, l->head + i));
}

/* One character of `len` bytes has gone: it lies at head. */
static void echo_erased(struct tty_line *l, u32 len, bool one_only)
{
	u8 c = byte_at(l, l->head);

	if (!lflag(l, UAPI_ECHO))
		return;
	if (lflag(l, UAPI_ECHOPRT)) {
		echo_printed(l, len);
	} else if (one_only && !lflag(l, UAPI_ECHOE)) {
		echo_visibly(l, l->t.c_cc[UAPI_VERASE]);
	} else if (c == '\t') {
		echo_erased_tab(l);
	} else {
		if (is_control(c) && lflag(l, UAPI_ECHOCTL))
			echo_erased_column(l);
		if (!is_control(c) || lflag(l, UAPI_ECHOCTL))
			echo_erased_column(l);
	}
}

/* Bytes of the last character of the line; 0: the line has none, or not all of it. */
static u32 last_character(const struct tty_line *l)
{
	u32 pos = l->head;

	while (pos != l->canon) {
		pos--;
		if (!is_continuation(l, byte_at(l, pos)))
			return l->head - pos;
	}
	return 0;
}

static void erase_character(struct tty_line *l)
{
	u32 len = last_character(l);

	l->head -= len;
	if (len > 0)
		echo_erased(l, len, true);
}

static void erase_word(struct tty_line *l)
{
	bool in_word = false;
	u32 len;

	while ((len = last_character(l)) > 0) {
		u8 c = byte_at(l, l->head - len);

		if (in_word && !is_word(c))
			break;
		in_word |= is_word(c);
		l->head -= len;
		echo_erased(l, len, false);
	}
}

static void kill_line(struct tty_line *l)
{
	u32 len;

	if (!lflag(l, UAPI_ECHO)) {
		l->head = l->canon;
	} else if (lflag(l, UAPI_ECHOK) && lflag(l, UAPI_ECHOKE) && lflag(l, UAPI_ECHOE)) {
		while ((len = last_character(l)) > 0) {
			l->head -= len;
			echo_erased(l, len, false);
		}
	} else {
		l->head = l->canon;
		finish_erasing(l);
		echo_visibly(l, l->t.c_cc[UAPI_VKILL]);
		if (lflag(l, UAPI_ECHOK))
			write_byte(l, '\n');
	}
}

/* => whether c was one of the erasing characters */
static bool erase(struct tty_line *l, u8 c)
{
	bool one = is_cc(l, c, UAPI_VERASE), all = is_cc(l, c, UAPI_VKILL);

	if (!one && !all && !is_extended(l, c, UAPI_VWERASE))
		return false;
	if (l->head == l->canon)
		return true;
	if (one)
		erase_character(l);
	else if (all)
		kill_line(l);
	else
		erase_word(l);
	if (l->head == l->canon && lflag(l, UAPI_ECHO))
		finish_erasing(l);
	return true;
}

/* --- input --- */

static void text_byte(struct tty_line *l, u8 c)
{
	echo_text(l, c);
	store(l, c);
}

static void literal_next(struct tty_line *l)
{
	l->literal = true;
	if (!lflag(l, UAPI_ECHO))
		return;
	finish_erasing(l);
	if (lflag(l, UAPI_ECHOCTL))
		tty_line_write(l, "^\b", 2);
}

static void reprint(struct tty_line *l)
{
	finish_erasing(l);
	echo_visibly(l, l->t.c_cc[UAPI_VREPRINT]);
	write_byte(l, '\n');
	for (u32 pos = l->canon; pos != l->head; pos++)
		echo_visibly(l, byte_at(l, pos));
}

/* With ICANON: editing, and ends of lines. => whether c was that */
static bool edit(struct tty_line *l, u8 c)
{
	if (erase(l, c))
		return true;
	if (is_extended(l, c, UAPI_VLNEXT)) {
		literal_next(l);
	} else if (lflag(l, UAPI_ECHO) && is_extended(l, c, UAPI_VREPRINT)) {
		reprint(l);
	} else if (c == '\n') {
		if (lflag(l, UAPI_ECHO | UAPI_ECHONL))
			write_byte(l, '\n');
		store_end(l, '\n');
	} else if (is_cc(l, c, UAPI_VEOF)) {
		store_end(l, 0);
	} else if (is_cc(l, c, UAPI_VEOL) || is_extended(l, c, UAPI_VEOL2)) {
		echo_text(l, c);
		store_end(l, c);
	} else {
		return false;
	}
	return true;
}

static void typed_signal(struct tty_line *l, u8 c, int signal)
{
	if (!lflag(l, UAPI_NOFLSH))
		tty_line_flush(l);
	l->ops->signal(l, signal);
	if (iflag(l, UAPI_IXON))
		go_on(l);
	if (lflag(l, UAPI_ECHO))
		echo_visibly(l, c);
}

/* => whether c was a character that the program never sees: flow control, a signal */
static bool control(struct tty_line *l, u8 c)
{
	if (iflag(l, UAPI_IXON) && is_cc(l, c, UAPI_VSTART)) {
		go_on(l);
	} else if (iflag(l, UAPI_IXON) && is_cc(l, c, UAPI_VSTOP)) {
		l->stopped = true;
	} else if (!lflag(l, UAPI_ISIG)) {
		return false;
	} else if (is_cc(l, c, UAPI_VINTR)) {
		typed_signal(l, c, SIGINT);
	} else if (is_cc(l, c, UAPI_VQUIT)) {
		typed_signal(l, c, SIGQUIT);
	} else if (is_cc(l, c, UAPI_VSUSP)) {
		typed_signal(l, c, SIGTSTP);
	} else {
		return false;
	}
	return true;
}

void tty_line_input(struct tty_line *l, u8 c)
{
	bool literal = l->literal;

	l->literal = false;
	if (iflag(l, UAPI_ISTRIP))
		c &= 0x7f;
	if (iflag(l, UAPI_IUCLC) && lflag(l, UAPI_IEXTEN))
		c = lower(c);
	if (!literal && control(l, c))
		return;
	if (l->stopped && iflag(l, UAPI_IXON) && iflag(l, UAPI_IXANY))
		go_on(l);
	if (!literal) {
		if (c == '\r' && iflag(l, UAPI_IGNCR))
			return;
		if (c == '\r' && iflag(l, UAPI_ICRNL))
			c = '\n';
		else if (c == '\n' && iflag(l, UAPI_INLCR))
			c = '\r';
		if (lflag(l, UAPI_ICANON) && edit(l, c))
			return;
	}
	text_byte(l, c);
}

/* --- reading --- */

bool tty_line_ready(const struct tty_line *l, u32 least)
{
	if (lflag(l, UAPI_ICANON))
		return l->canon != l->tail;
	return l->head - l->tail >= MAX(least, 1u);
}

static bool is_eof(const struct tty_line *l, u32 pos)
{
	return ends_at(l, pos) && byte_at(l, pos) == 0 && !l->pushed;
}

u32 tty_line_count(const struct tty_line *l)
{
	u32 n = 0;

	if (!lflag(l, UAPI_ICANON))
		return l->head - l->tail;
	for (u32 pos = l->tail; pos != l->canon; pos++)
		n += !is_eof(l, pos);
	return n;
}

u32 tty_line_next(const struct tty_line *l, u32 max, const u8 **run)
{
	u32 start = l->tail % TTY_LINE_BYTES, n = 0;

	*run = l->bytes + start;
	max = MIN(max, TTY_LINE_BYTES - start);
	if (!lflag(l, UAPI_ICANON))
		return MIN(max, l->head - l->tail);
	max = MIN(max, l->canon - l->tail);
	while (n < max && !ends_at(l, l->tail + n))
		n++;
	return n < max && !is_eof(l, l->tail + n) ? n + 1 : n;
}

bool tty_line_taken(struct tty_line *l, u32 n)
{
	bool ended = n > 0 && ends_at(l, l->tail + n - 1);

	l->tail += n;
	if (!lflag(l, UAPI_ICANON)) {
		l->canon = l->tail;
		return false;
	}
	if (!ended && l->tail != l->canon && is_eof(l, l->tail)) {
		l->tail++;
		ended = true;
	}
	if (ended) {
		set_end(l, l->tail - 1, false);
		l->pushed = false;
	}
	return ended;
}

/* --- settings --- */

static const struct uapi_termios first_settings = {
	.c_iflag = UAPI_ICRNL | UAPI_IXON,
	.c_oflag = UAPI_OPOST | UAPI_ONLCR,
	.c_cflag = UAPI_B115200 | UAPI_CS8 | UAPI_CREAD | UAPI_HUPCL,
	.c_lflag = UAPI_ISIG | UAPI_ICANON | UAPI_ECHO | UAPI_ECHOE | UAPI_ECHOK | UAPI_ECHOCTL |
		   UAPI_ECHOKE | UAPI_IEXTEN,
	.c_cc =
		{
			[UAPI_VINTR] = 0x03,
			[UAPI_VQUIT] = 0x1c,
			[UAPI_VERASE] = DELETE,
			[UAPI_VKILL] = 0x15,
			[UAPI_VEOF] = 0x04,
			[UAPI_VMIN] = 1,
			[UAPI_VSTART] = 0x11,
			[UAPI_VSTOP] = 0x13,
			[UAPI_VSUSP] = 0x1a,
			[UAPI_VREPRINT] = 0x12,
			[UAPI_VWERASE] = 0x17,
			[UAPI_VLNEXT] = 0x16,
		},
};

void tty_line_init(struct tty_line *l, const struct tty_line_ops *ops)
{
	memset(l, 0, sizeof(*l));
	l->ops = ops;
	l->t = first_settings;
}

void tty_line_set(struct tty_line *l, const struct uapi_termios *t)
{
	bool switched = flag(l->t.c_lflag ^ t->c_lflag, UAPI_ICANON);

	l->t = *t;
	if (switched) {
		memset(l->ends, 0, sizeof(l->ends));
		l->canon = l->tail;
		l->pushed = false;
		l->erasing = false;
		l->literal = false;
		if (lflag(l, UAPI_ICANON) && l->head != l->tail) {
			set_end(l, l->head - 1, true);
			l->canon = l->head;
			l->pushed = true;
		}
	}
	if (!iflag(l, UAPI_IXON))
		go_on(l);
}

void tty_line_check(const struct tty_line *l)
{
	PANIC_ON(l->head - l->tail > TTY_LINE_BYTES || l->canon - l->tail > l->head - l->tail);
	PANIC_ON(!lflag(l, UAPI_ICANON) && l->canon != l->tail);
	PANIC_ON(l->canon != l->tail && !ends_at(l, l->canon - 1));
	PANIC_ON(l->pushed && l->canon == l->tail);
}
