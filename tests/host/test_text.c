/* SPDX-License-Identifier: MIT */
/* Reports in memory of fixed size: what does not fit is left out whole, and said. */
#include "test.h"
#include <octavo/text.h>

static void pieces(void **state)
{
	char buf[12];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_puts(&t, "abc");
	text_printf(&t, "%d-%s", 12, "x");
	assert_int_equal(t.len, 7);
	assert_memory_equal(buf, "abc12-x", 7);
	text_put(&t, "12345", 5);
	assert_int_equal(t.len, 12);
	assert_false(t.full);
	text_put(&t, "", 0);
	assert_false(t.full);
	text_put(&t, "6", 1);
	assert_true(t.full);
	assert_int_equal(t.len, 12);
}

static void what_does_not_fit(void **state)
{
	char buf[9];
	struct text t;

	(void)state;
	memset(buf, '#', sizeof(buf));
	text_init(&t, buf, 8);
	text_printf(&t, "%s", "1234567"); /* 7 and a NUL */
	assert_int_equal(t.len, 7);
	text_init(&t, buf, 8);
	text_puts(&t, "1");
	text_printf(&t, "%s", "2345678");
	assert_true(t.full);
	assert_int_equal(t.len, 1);
	text_puts(&t, "2"); /* nothing comes behind what is missing */
	assert_int_equal(t.len, 1);
	assert_int_equal(buf[8], '#');
	text_init(&t, buf, 0);
	text_printf(&t, "%s", "");
	assert_true(t.full);
}

static void escapes(void **state)
{
	char buf[32];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put_escaped(&t, "a b\\c\nd", " \t\n");
	assert_int_equal(t.len, 16);
	assert_memory_equal(buf, "a\\040b\\134c\\012d", 16);
	text_init(&t, buf, 6);
	text_puts(&t, "xy");
	text_put_escaped(&t, "a b", " ");
	assert_true(t.full);
	assert_int_equal(t.len, 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(pieces),
	cmocka_unit_test(what_does_not_fit),
	cmocka_unit_test(escapes),
};

HOST_TEST_MAIN("text", tests)
