/* SPDX-License-Identifier: MIT */
/* Intervals, and which of them meet another. */
#include "test.h"
#include <octavo/interval.h>

enum { MANY = 1000 };

static struct interval_tree tree;
static struct interval all[MANY];

static struct interval *add(unsigned i, u32 first, u32 last)
{
	all[i] = (struct interval){.first = first, .last = last};
	interval_insert(&tree, &all[i]);
	interval_check(&tree);
	return &all[i];
}

static void those_that_meet(void **state)
{
	struct interval *wide, *low, *high, *twin;

	(void)state;
	RB_INIT(&tree);
	assert_null(interval_first(&tree, 0, UINT32_MAX));
	wide = add(0, 0, 100);
	high = add(1, 50, 59);
	low = add(2, 10, 19);
	twin = add(3, 10, 19);
	assert_ptr_equal(interval_first(&tree, 15, 55), wide);
	assert_ptr_equal(interval_next(wide, 15, 55), low);
	assert_ptr_equal(interval_next(low, 15, 55), twin);
	assert_ptr_equal(interval_next(twin, 15, 55), high);
	assert_null(interval_next(high, 15, 55));
	interval_remove(&tree, wide);
	interval_check(&tree);
	assert_null(interval_first(&tree, 20, 49));
	assert_ptr_equal(interval_first(&tree, 59, UINT32_MAX), high);
	assert_null(interval_first(&tree, 60, UINT32_MAX));
}

/* One long interval in front does not make the others be looked at. */
static void many(void **state)
{
	(void)state;
	RB_INIT(&tree);
	for (unsigned i = 0; i < MANY; i++)
		add(i, i * 10, i * 10 + 9);
	for (unsigned i = 0; i < MANY; i++) {
		assert_ptr_equal(interval_first(&tree, i * 10 + 3, i * 10 + 4), &all[i]);
		assert_null(interval_next(&all[i], i * 10 + 3, i * 10 + 4));
	}
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(5, 300, 600);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(those_that_meet),
	cmocka_unit_test(many),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("interval", tests)
