/* SPDX-License-Identifier: MIT */
/* When a zone has enough free pages. */
#include "test.h"
#include <octavo/watermark.h>

static const u32 no_blocks[MAX_ORDER + 1];

/* shows: bal-24 */
static void min_free_kbytes(void **state)
{
	(void)state;
	assert_int_equal(watermark_min_free_kbytes(16 << 10), 512);
	assert_int_equal(watermark_min_free_kbytes(64 << 10), 1024);
	assert_int_equal(watermark_min_free_kbytes(256 << 10), 2048);
	assert_int_equal(watermark_min_free_kbytes(880 << 10), 3797);
	assert_int_equal(watermark_min_free_kbytes(0), 128);
	assert_int_equal(watermark_min_free_kbytes(1 << 10), 128);
	assert_int_equal(watermark_min_free_kbytes(0xffffffff), 65536);
}

/* shows: bal-24 bal-17 */
static void marks_of_low_zones_share_by_size(void **state)
{
	struct watermarks w;

	(void)state;
	watermark_set(&w, 1024, 4096, 16384, false); /* 16M of 64M: a quarter of 256 pages */
	assert_int_equal(w.min, 64);
	assert_int_equal(w.low, 80);
	assert_int_equal(w.high, 96);
	watermark_set(&w, 3797, 221184, 225280, false);
	assert_int_equal(w.min, 931);
	assert_int_equal(w.low, 1163);
	assert_int_equal(w.high, 1396);
	watermark_set(&w, 128, 0, 0, false);
	assert_int_equal(w.min, 0);
}

/* shows: bal-24 */
static void marks_of_high_memory_are_clamped(void **state)
{
	struct watermarks w;

	(void)state;
	watermark_set(&w, 3797, 1024, 225280, true);
	assert_int_equal(w.min, 32);
	watermark_set(&w, 3797, 102400, 225280, true);
	assert_int_equal(w.min, 100);
	assert_int_equal(w.low, 125);
	assert_int_equal(w.high, 150);
	watermark_set(&w, 3797, 600000, 225280, true);
	assert_int_equal(w.min, 128);
}

/* shows: bal-25 */
static void lower_zones_hold_back(void **state)
{
	static const u32 present[] = {4096, 221184, 102400};
	static const u32 ratio[] = {256, 32};
	struct watermarks w;

	(void)state;
	watermark_reserve_set(&w, 0, present, 3, ratio);
	assert_int_equal(w.lowmem_reserve[0], 0);
	assert_int_equal(w.lowmem_reserve[1], 221184 / 256);
	assert_int_equal(w.lowmem_reserve[2], (221184 + 102400) / 256);
	watermark_reserve_set(&w, 1, present, 3, ratio);
	assert_int_equal(w.lowmem_reserve[0], 0);
	assert_int_equal(w.lowmem_reserve[1], 0);
	assert_int_equal(w.lowmem_reserve[2], 102400 / 32);
	watermark_reserve_set(&w, 2, present, 3, ratio);
	for (unsigned j = 0; j < MAX_ZONES; j++)
		assert_int_equal(w.lowmem_reserve[j], 0);
}

/* shows: bal-26 */
static void the_mark_is_reduced_in_this_order(void **state)
{
	(void)state;
	/* One page: free' = free, so it passes from mark + 1 on. */
	assert_false(watermark_ok(101, no_blocks, 0, 101, 0, false, false));
	assert_true(watermark_ok(102, no_blocks, 0, 101, 0, false, false));
	/* __GFP_HIGH: 101 - 50 = 51; then no WAIT: 51 - 12 = 39; that alone: 101 - 25 = 76. */
	assert_false(watermark_ok(51, no_blocks, 0, 101, 0, false, true));
	assert_true(watermark_ok(52, no_blocks, 0, 101, 0, false, true));
	assert_false(watermark_ok(39, no_blocks, 0, 101, 0, true, true));
	assert_true(watermark_ok(40, no_blocks, 0, 101, 0, true, true));
	assert_false(watermark_ok(76, no_blocks, 0, 101, 0, true, false));
	assert_true(watermark_ok(77, no_blocks, 0, 101, 0, true, false));
}

/* shows: bal-26 bal-25 */
static void the_reserve_is_not_reduced(void **state)
{
	(void)state;
	assert_false(watermark_ok(51 + 30, no_blocks, 0, 101, 30, false, true));
	assert_true(watermark_ok(51 + 31, no_blocks, 0, 101, 30, false, true));
}

/* shows: bal-26 */
static void free_pages_in_small_blocks_do_not_count(void **state)
{
	u32 blocks[MAX_ORDER + 1] = {0};

	(void)state;
	/* Order 2 of 100 free, mark 16: 97 > 16; without order 0: 97 - n > 8; without order 1: > 4. */
	assert_true(watermark_ok(100, blocks, 2, 16, 0, false, false));
	blocks[0] = 88;
	assert_true(watermark_ok(100, blocks, 2, 16, 0, false, false));
	blocks[0] = 89;
	assert_false(watermark_ok(100, blocks, 2, 16, 0, false, false));
	blocks[0] = 0;
	blocks[1] = 46;
	assert_true(watermark_ok(100, blocks, 2, 16, 0, false, false));
	blocks[1] = 47;
	assert_false(watermark_ok(100, blocks, 2, 16, 0, false, false));
	/* A block larger than all that is free: no wrap below 0. */
	assert_false(watermark_ok(3, no_blocks, MAX_ORDER, 0, 0, true, true));
}

static void any_numbers(void **state)
{
	(void)state;
	random_inputs(3, 20000, 60);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(min_free_kbytes),
	cmocka_unit_test(marks_of_low_zones_share_by_size),
	cmocka_unit_test(marks_of_high_memory_are_clamped),
	cmocka_unit_test(lower_zones_hold_back),
	cmocka_unit_test(the_mark_is_reduced_in_this_order),
	cmocka_unit_test(the_reserve_is_not_reduced),
	cmocka_unit_test(free_pages_in_small_blocks_do_not_count),
	cmocka_unit_test(any_numbers),
};

HOST_TEST_MAIN("watermark", tests)
