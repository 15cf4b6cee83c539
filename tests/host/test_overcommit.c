/* SPDX-License-Identifier: MIT */
/* How much memory may be promised. */
#include "test.h"
#include <octavo/overcommit.h>

static const struct overcommit_machine small = {
	.ram = 3200, .cache = 640, .slab = 32, .free = 1600};
static const struct overcommit_asker user, root = {.privileged = true};

/* shows: oc-2 oc-11 */
static void limit_is_a_part_of_memory_and_swap(void **state)
{
	struct overcommit_rules r = {.mode = OVERCOMMIT_NEVER, .ratio = 50};
	struct overcommit_machine m = small;

	(void)state;
	assert_int_equal(overcommit_limit(&r, &m), 1600);
	m.huge = 1200;
	m.swap = 100;
	assert_int_equal(overcommit_limit(&r, &m), 1100);
	r.ratio = 250;
	assert_int_equal(overcommit_limit(&r, &m), 5100);
	r.kbytes = 4096;
	assert_int_equal(overcommit_limit(&r, &m), 1124);
}

/* shows: oc-11 */
static void limit_does_not_overflow(void **state)
{
	const struct overcommit_rules r = {.ratio = INT32_MAX};
	const struct overcommit_machine m = {.ram = 1u << 20, .swap = UINT32_MAX};

	(void)state;
	assert_int_equal(overcommit_limit(&r, &m), UINT32_MAX);
	assert_int_equal(overcommit_allowed(&r, &m, &user), UINT32_MAX);
}

/* shows: oc-1 oc-11 */
static void the_last_part_is_for_the_privileged(void **state)
{
	const struct overcommit_rules r = {.ratio = 50};
	struct overcommit_machine m = small;
	struct overcommit_asker large = {.mapped = 320};

	(void)state;
	assert_int_equal(overcommit_allowed(&r, &m, &root), 1600);
	assert_int_equal(overcommit_allowed(&r, &m, &user), 1550);
	assert_int_equal(overcommit_allowed(&r, &m, &large), 1540);
	m.swap = 64; /* none of it is held back */
	assert_int_equal(overcommit_allowed(&r, &m, &user), 1614);
	large.mapped = UINT32_MAX;
	assert_int_equal(overcommit_allowed(&r, &m, &large), 0);
}

/* shows: oc-1 oc-10 */
static void what_cannot_be_had_is_refused(void **state)
{
	struct overcommit_machine m = small;

	(void)state;
	assert_true(overcommit_plausible(&m, &root, 2271));
	assert_false(overcommit_plausible(&m, &root, 2272));
	assert_true(overcommit_plausible(&m, &user, 2200)); /* 672 - 21 + 1600 - 50 */
	assert_false(overcommit_plausible(&m, &user, 2201));
	m.swap_free = 320;
	assert_true(overcommit_plausible(&m, &user, 2510)); /* 992 - 31 + 1550 */
	assert_false(overcommit_plausible(&m, &user, 2511));
}

/* shows: oc-1 */
static void modes_have_names_and_numbers(void **state)
{
	u32 mode = 7;

	(void)state;
	assert_true(overcommit_mode_named("heuristic", &mode));
	assert_int_equal(mode, OVERCOMMIT_HEURISTIC);
	assert_true(overcommit_mode_named("always", &mode));
	assert_int_equal(mode, OVERCOMMIT_ALWAYS);
	assert_true(overcommit_mode_named("2", &mode));
	assert_int_equal(mode, OVERCOMMIT_NEVER);
	assert_false(overcommit_mode_named("3", &mode));
	assert_false(overcommit_mode_named("", &mode));
	assert_false(overcommit_mode_named("22", &mode));
	assert_false(overcommit_mode_named("nev", &mode));
	assert_int_equal(mode, OVERCOMMIT_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit_is_a_part_of_memory_and_swap),
		cmocka_unit_test(limit_does_not_overflow),
		cmocka_unit_test(the_last_part_is_for_the_privileged),
		cmocka_unit_test(what_cannot_be_had_is_refused),
		cmocka_unit_test(modes_have_names_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
