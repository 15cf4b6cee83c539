/* SPDX-License-Identifier: MIT */
/* Regions of the MPU for runs of memory. */
#include "test.h"
#include <octavo/mpu_region.h>

static struct mpu_cover c;

/* The region around `address` opens exactly [from, to) of the run. */
static void assert_opens(u32 start, u32 end, u32 address, u32 from, u32 to)
{
	mpu_region_cover(start, end, address, &c);
	assert_int_equal(c.start, from);
	assert_int_equal(c.end, to);
}

static void a_block_is_one_region(void **state)
{
	(void)state;
	for (u32 n = 10; n < 24; n++)
		assert_opens(0x21000000, 0x21000000 + (1u << n), 0x21000000, 0x21000000,
			     0x21000000 + (1u << n));
}

static void sub_regions_trim(void **state)
{
	(void)state;
	/* five pages of the block of eight that they came from */
	assert_opens(0x21008000, 0x2100d000, 0x21009000, 0x21008000, 0x2100d000);
	assert_int_equal(c.log2_size, 15);
	assert_int_equal(c.disabled, 0xe0);
	/* the upper seven eighths, and the middle */
	assert_opens(0x21001000, 0x21008000, 0x21001000, 0x21001000, 0x21008000);
	assert_opens(0x21002000, 0x21006000, 0x21005fff, 0x21002000, 0x21006000);
}

static void what_no_region_covers_takes_several(void **state)
{
	(void)state;
	/* nine pages of sixteen: eight and one */
	assert_opens(0x21010000, 0x21019000, 0x21010000, 0x21010000, 0x21018000);
	assert_opens(0x21010000, 0x21019000, 0x21018abc, 0x21018000, 0x21019000);
}

static void small_runs(void **state)
{
	(void)state;
	assert_opens(0x20000400, 0x20000800, 0x200007ff, 0x20000400, 0x20000800);
	assert_opens(0x20000400, 0x20000c00, 0x20000800, 0x20000400, 0x20000c00);
	/* no piece of less than a granule, so none of the 1K that lies across two blocks of 8K */
	assert_opens(0x20001c00, 0x20002400, 0x20002000, 0x20002000, 0x20002400);
}

static void a_stack_has_a_guard(void **state)
{
	(void)state;
	assert_true(mpu_region_stack(0x21008000, 0x8000, &c));
	assert_int_equal(c.base, 0x21008000);
	assert_int_equal(c.log2_size, 15);
	assert_int_equal(c.disabled, 1);
	assert_int_equal(c.start, 0x21009000);
	assert_int_equal(c.end, 0x21010000);
	assert_false(mpu_region_stack(0x21009000, 0x8000, &c));
	assert_false(mpu_region_stack(0x21008000, 0x6000, &c));
	assert_false(mpu_region_stack(0x21008000, 0x800, &c));
	assert_true(mpu_region_stack(0x21008000, 0x1000, &c));
	assert_int_equal(c.disabled, 3);
	assert_int_equal(c.start, 0x21008400);
}

static void any_run(void **state)
{
	(void)state;
	random_inputs(1, 200000, 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_block_is_one_region),
	cmocka_unit_test(sub_regions_trim),
	cmocka_unit_test(what_no_region_covers_takes_several),
	cmocka_unit_test(small_runs),
	cmocka_unit_test(a_stack_has_a_guard),
	cmocka_unit_test(any_run),
};

HOST_TEST_MAIN("mpu_region", tests)
