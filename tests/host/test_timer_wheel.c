/* SPDX-License-Identifier: MIT */
/* The timer wheel. */
#include "test.h"
#include <octavo/timer_wheel.h>

static struct timer_wheel wheel;

static void never_early_whatever_the_distance(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 43; bits++) {
		u64 start = 123456789, when = start + ((u64)1 << bits) + 17;
		struct timer t = {.expires_ns = when};

		wheel_init(&wheel, start);
		wheel_add(&wheel, &t);
		assert_null(wheel_next_due(&wheel, start));
		assert_null(wheel_next_due(&wheel, start + ((u64)1 << bits) / 2));
		assert_null(wheel_next_due(&wheel, when - 1));
		assert_ptr_equal(wheel_next_due(&wheel, when), &t);
		wheel_remove(&wheel, &t);
		assert_null(wheel_next_due(&wheel, when));
	}
}

static void an_empty_wheel_skips_any_time(void **state)
{
	struct timer t = {.expires_ns = 0};

	(void)state;
	wheel_init(&wheel, 0);
	assert_null(wheel_next_due(&wheel, UINT64_MAX / 2));
	wheel_add(&wheel, &t); /* long ago: due at once */
	assert_ptr_equal(wheel_next_due(&wheel, UINT64_MAX / 2), &t);
	wheel_remove(&wheel, &t);
}

static void what_is_due_can_still_be_removed(void **state)
{
	struct timer a = {.expires_ns = 5}, b = {.expires_ns = 5};

	(void)state;
	wheel_init(&wheel, 0);
	wheel_add(&wheel, &a);
	wheel_add(&wheel, &b);
	assert_non_null(wheel_next_due(&wheel, 10));
	wheel_remove(&wheel, &a);
	assert_ptr_equal(wheel_next_due(&wheel, 10), &b);
	wheel_remove(&wheel, &b);
	assert_null(wheel_next_due(&wheel, 10));
	wheel_check(&wheel);
}

static void like_an_array(void **state)
{
	(void)state;
	random_inputs(1, 500, 400);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(never_early_whatever_the_distance),
	cmocka_unit_test(an_empty_wheel_skips_any_time),
	cmocka_unit_test(what_is_due_can_still_be_removed),
	cmocka_unit_test(like_an_array),
};

HOST_TEST_MAIN("timer_wheel", tests)
