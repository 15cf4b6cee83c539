/* SPDX-License-Identifier: MIT */
/* The heap of timers. */
#include "test.h"
#include <octavo/timer_heap.h>

enum { MANY = 1000 };

static struct timer timers[MANY];

static void the_first_comes_first(void **state)
{
	struct timer *first = NULL;

	(void)state;
	for (u32 i = 0; i < MANY; i++) {
		timers[i] = (struct timer){.expires_ns = i * 7919 % MANY};
		timer_heap_add(&first, &timers[i]);
	}
	for (u32 i = 0; i < MANY; i++) {
		assert_int_equal(first->expires_ns, i);
		timer_heap_remove(&first, first);
	}
	assert_null(first);
}

/* In the orders that make other trees long. => the steps to the right of the root */
static u32 steps(bool upwards)
{
	struct timer *first = NULL;
	u32 n = 0;

	for (u32 i = 0; i < MANY; i++) {
		timers[i] = (struct timer){.expires_ns = upwards ? i : MANY - i};
		timer_heap_add(&first, &timers[i]);
	}
	timer_heap_check(first);
	for (const struct timer *t = first; t != NULL; t = t->right)
		n++;
	return n;
}

static void the_way_is_short(void **state)
{
	(void)state;
	assert_in_range(steps(true), 1, 9);
	assert_in_range(steps(false), 1, 9);
}

static void like_an_array(void **state)
{
	(void)state;
	random_inputs(1, 500, 400);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_first_comes_first),
	cmocka_unit_test(the_way_is_short),
	cmocka_unit_test(like_an_array),
};

HOST_TEST_MAIN("timer_heap", tests)
