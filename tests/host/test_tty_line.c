/* SPDX-License-Identifier: MIT */
/* The terminal's line discipline: editing, echo, ends of lines, settings. */
#include "test.h"
#include <octavo/tty_line.h>
#include <uapi/octavo/signal.h>

static struct tty_line line;
static char screen[20000], text[TTY_LINE_BYTES];
static size_t screen_len;
static int last_signal, starts;

static void put(struct tty_line *l, char c)
{
	(void)l;
	if (screen_len < sizeof(screen) - 1)
		screen[screen_len++] = c;
}

static void take_signal(struct tty_line *l, int signal)
{
	(void)l;
	last_signal = signal;
}

static void start(struct tty_line *l)
{
	(void)l;
	starts++;
}

static const struct tty_line_ops ops = {put, take_signal, start};

static void begin(u32 set_lflag, u32 clear_lflag)
{
	struct uapi_termios t;

	tty_line_init(&line, &ops);
	t = line.t;
	t.c_lflag = (t.c_lflag | set_lflag) & ~clear_lflag;
	tty_line_set(&line, &t);
	screen_len = 0;
	last_signal = starts = 0;
}

static void set_flags(u32 iflag, u32 oflag)
{
	struct uapi_termios t = line.t;

	t.c_iflag = iflag;
	t.c_oflag = oflag;
	tty_line_set(&line, &t);
}

static void type(const char *keys)
{
	for (; *keys; keys++)
		tty_line_input(&line, (u8)*keys);
	tty_line_check(&line);
}

/* What read(2) of len bytes gets; NULL: it would wait. */
static const char *get(u32 len)
{
	u32 done = 0;
	bool ended = false;

	if (!tty_line_ready(&line, 1))
		return NULL;
	while (done < len && !ended && tty_line_ready(&line, 1)) {
		const u8 *run;
		u32 n = tty_line_next(&line, len - done, &run);

		memcpy(text + done, run, n);
		ended = tty_line_taken(&line, n) || n == 0;
		done += n;
	}
	text[done] = '\0';
	return text;
}

static void screen_is(const char *want)
{
	screen[screen_len] = '\0';
	assert_string_equal(screen, want);
	screen_len = 0;
}

static void lines_and_ends_of_file(void **state)
{
	(void)state;
	begin(0, 0);
	type("one");
	assert_null(get(100));
	type("\rtwo\n");
	assert_string_equal(get(100), "one\n");
	assert_string_equal(get(2), "tw");
	assert_string_equal(get(100), "o\n");
	type("part\x04\x04");
	assert_int_equal(tty_line_count(&line), 4);
	assert_string_equal(get(4), "part"); /* and the end behind it, which only hands it out */
	assert_string_equal(get(100), "");
	assert_null(get(100));
	screen_is("one\r\ntwo\r\npart");
}

static void erasing(void **state)
{
	(void)state;
	begin(0, 0);
	type("ab\x7f");
	screen_is("ab\b \b");
	type("\x7f\x7f");
	screen_is("\b \b");
	type("\x01\x7f");
	screen_is("^A\b \b\b \b");
	type("a\tb\x7f\x7f");
	screen_is("a\tb\b \b\b\b\b\b\b\b\b");
	type("\x15");
	screen_is("\b \b");
	type("one two_3, \x17");
	screen_is("one two_3, \b \b\b \b\b \b\b \b\b \b\b \b\b \b");
	type("\n");
	assert_string_equal(get(100), "one \n");
	begin(0, 0);
	tty_line_write(&line, "abc", 3); /* a prompt */
	type("\t\x7f");
	screen_is("abc\t\b\b\b\b\b");
	type("done\n\x7f\x7fx\n"); /* what is complete is not erased */
	assert_string_equal(get(100), "done\n");
	assert_string_equal(get(100), "x\n");
}

static void kinds_of_echo(void **state)
{
	(void)state;
	begin(0, UAPI_ECHOE);
	type("ab\x7f");
	screen_is("ab^?");
	begin(0, UAPI_ECHOKE);
	type("ab\x15");
	screen_is("ab^U\r\n");
	begin(0, UAPI_ECHOKE | UAPI_ECHOK);
	type("ab\x15");
	screen_is("ab^U");
	begin(UAPI_ECHOPRT, 0);
	type("abc\x7f\x7fx\x7f\x7f");
	screen_is("abc\\cb/x\\xa/");
	begin(UAPI_ECHONL, UAPI_ECHO);
	type("secret\x7f\n");
	screen_is("\r\n");
	assert_string_equal(get(100), "secre\n");
	begin(0, UAPI_ECHOCTL);
	type("\x01");
	screen_is("\x01");
}

static void literal_and_reprint(void **state)
{
	(void)state;
	begin(0, 0);
	type("a\x16\x03\x16\x7f\x12");
	screen_is("a^\b^C^\b^?^R\r\na^C^?");
	assert_int_equal(last_signal, 0);
	type("\n");
	assert_string_equal(get(100), "a\x03\x7f\n");
	begin(0, UAPI_IEXTEN);
	type("a\x16\x12\x17\n");
	assert_string_equal(get(100), "a\x16\x12\x17\n");
}

static void utf8(void **state)
{
	(void)state;
	begin(0, 0);
	set_flags(UAPI_ICRNL | UAPI_IUTF8, UAPI_OPOST | UAPI_ONLCR);
	type("a\xc3\xa4\xe2\x82\xac\x7f");
	screen_is("a\xc3\xa4\xe2\x82\xac\b \b");
	assert_int_equal(line.column, 2);
	type("\x7f\n");
	assert_string_equal(get(100), "a\n");
}

static void signals_and_flow(void **state)
{
	(void)state;
	begin(0, 0);
	type("lost\x03");
	assert_int_equal(last_signal, SIGINT);
	screen_is("lost^C");
	type("\x1c");
	assert_int_equal(last_signal, SIGQUIT);
	type("kept\x13\x1a");
	assert_int_equal(last_signal, SIGTSTP);
	assert_int_equal(starts, 1);
	begin(UAPI_NOFLSH, 0);
	type("kept\x03\n");
	assert_string_equal(get(100), "kept\n");
	begin(0, UAPI_ISIG);
	type("\x13");
	assert_true(line.stopped);
	type("x\x11");
	assert_false(line.stopped);
	type("\x03\n");
	assert_string_equal(get(100), "x\x03\n");
	type("\x13");
	set_flags(UAPI_ICRNL, UAPI_OPOST);
	assert_false(line.stopped);
	begin(0, 0);
	tty_line_hold(&line, true);
	type("\x11");
	set_flags(UAPI_ICRNL, UAPI_OPOST);
	assert_true(line.stopped);
	tty_line_hold(&line, false);
	assert_false(line.stopped);
	begin(0, 0);
	type("\x13");
	tty_line_hold(&line, false);
	assert_true(line.stopped);
}

static void input_and_output_flags(void **state)
{
	(void)state;
	begin(0, UAPI_ECHO | UAPI_ICANON);
	set_flags(UAPI_ICRNL | UAPI_ISTRIP, 0);
	type("\r\n\xe1");
	assert_string_equal(get(100), "\n\na");
	set_flags(UAPI_IGNCR | UAPI_INLCR, 0);
	type("\r\n");
	assert_string_equal(get(100), "\r");
	tty_line_write(&line, "a\nb\r\t", 5);
	screen_is("a\nb\r\t");
	set_flags(0, UAPI_OPOST | UAPI_XTABS | UAPI_OCRNL);
	tty_line_write(&line, "\rabc\td", 6);
	screen_is("\nabc     d");
	set_flags(0, UAPI_OPOST | UAPI_ONLCR | UAPI_ONOCR | UAPI_OLCUC);
	tty_line_write(&line, "\n\rab", 4);
	screen_is("\r\nAB");
}

static void a_full_line(void **state)
{
	(void)state;
	begin(0, UAPI_ECHO);
	for (u32 i = 0; i < TTY_LINE_BYTES + 100; i++)
		tty_line_input(&line, 'x');
	type("yz\n");
	assert_int_equal(strlen(get(TTY_LINE_BYTES - 1)), TTY_LINE_BYTES - 1);
	assert_string_equal(text + TTY_LINE_BYTES - 3, "x\n");
	for (u32 i = 0; i < TTY_LINE_BYTES - 1; i++) {
		assert_true(tty_line_accepts(&line));
		tty_line_input(&line, '\n');
	}
	assert_false(tty_line_accepts(&line));
	assert_string_equal(get(10), "\n");
	assert_true(tty_line_accepts(&line));
}

/* A part is read raw; what follows is edited as if it had never been there. */
static void modes_change_in_the_middle(void **state)
{
	struct uapi_termios t;

	(void)state;
	begin(0, UAPI_ICANON);
	t = line.t;
	type("abcd");
	assert_string_equal(get(2), "ab");
	t.c_lflag |= UAPI_ICANON;
	tty_line_set(&line, &t);
	type("\x7f\x7fX\x7f\n");
	assert_string_equal(get(100), "cd");
	assert_string_equal(get(100), "\n");
	type("half");
	assert_null(get(100));
	t.c_lflag &= ~(u32)UAPI_ICANON;
	tty_line_set(&line, &t);
	assert_string_equal(get(100), "half");
	assert_false(tty_line_ready(&line, 1));
}

static void like_a_plain_one(void **state)
{
	(void)state;
	random_inputs(1, 1000, 200);
	random_inputs(2, 30, 1000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_and_ends_of_file),
	cmocka_unit_test(erasing),
	cmocka_unit_test(kinds_of_echo),
	cmocka_unit_test(literal_and_reprint),
	cmocka_unit_test(utf8),
	cmocka_unit_test(signals_and_flow),
	cmocka_unit_test(input_and_output_flags),
	cmocka_unit_test(a_full_line),
	cmocka_unit_test(modes_change_in_the_middle),
	cmocka_unit_test(like_a_plain_one),
};

HOST_TEST_MAIN("tty_line", tests)
