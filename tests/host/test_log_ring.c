/* SPDX-License-Identifier: MIT */
/* The ring of the kernel log. */
#include "test.h"
#include <octavo/log_ring.h>

static char buffer[64], text[80];

static size_t get(const struct log_ring *r, u64 *pos, unsigned level)
{
	size_t n = log_ring_get(r, pos, level, text, sizeof(text) - 1);

	text[n] = '\0';
	return n;
}

static void lines_end_and_levels_are_kept_apart(void **state)
{
	struct log_ring ring = LOG_RING_INIT(buffer);
	u64 pos = 0;

	(void)state;
	log_ring_put(&ring, 1, "one", 3);
	log_ring_put(&ring, 4, "two\n", 4);
	log_ring_put(&ring, 2, "", 0);
	assert_int_equal(get(&ring, &pos, 4), 9);
	assert_string_equal(text, "one\ntwo\n\n");
	assert_int_equal(get(&ring, &pos, 4), 0);
	pos = 0;
	get(&ring, &pos, 2);
	assert_string_equal(text, "one\n\n");
}

static void a_reader_left_behind_finds_a_whole_line(void **state)
{
	struct log_ring ring = LOG_RING_INIT(buffer);
	u64 pos = 2;

	(void)state;
	for (char c = 'a'; c <= 'j'; c++) {
		char line[11] = {c, c, c, c, c, c, c, c, c, c, '\n'};

		log_ring_put(&ring, 0, line, sizeof(line));
	}
	get(&ring, &pos, 0);
	assert_string_equal(text, "ffffffffff\ngggggggggg\nhhhhhhhhhh\niiiiiiiiii\njjjjjjjjjj\n");
}

static void bytes_that_look_like_levels(void **state)
{
	struct log_ring ring = LOG_RING_INIT(buffer);
	u64 pos = 0;

	(void)state;
	log_ring_put(&ring, 0, "\x80\xff!", 3);
	get(&ring, &pos, 0);
	assert_string_equal(text, "\?\?!\n");
	pos = 1000;
	assert_int_equal(get(&ring, &pos, 0), 0);
	assert_true(pos == ring.head);
}

static void like_one_long_array(void **state)
{
	(void)state;
	random_inputs(1, 3000, 600);
	random_inputs(2, 50, 20000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_end_and_levels_are_kept_apart),
	cmocka_unit_test(a_reader_left_behind_finds_a_whole_line),
	cmocka_unit_test(bytes_that_look_like_levels),
	cmocka_unit_test(like_one_long_array),
};

HOST_TEST_MAIN("log_ring", tests)
