/* SPDX-License-Identifier: MIT */
/* The tagged radix tree. */
#include "test.h"
#include <octavo/radix.h>

static struct radix_tree t;
static struct radix_spares spares;

static void fill_spares(void)
{
	while (spares.nr < 2 * RADIX_LEVELS)
		radix_spare_put(&spares, calloc(1, sizeof(struct radix_node)));
}

static void free_spares(void)
{
	struct radix_node *n;

	while ((n = radix_spare_take(&spares)) != NULL)
		free(n);
}

static void *item(u32 i)
{
	return (void *)(uintptr_t)(i * 4 + 4);
}

static void add(u32 index)
{
	fill_spares();
	assert_int_equal(radix_insert(&t, index, item(index & 0xffff), &spares), 0);
	radix_check(&t);
}

static void drop(u32 index)
{
	assert_ptr_equal(radix_delete(&t, index, &spares), item(index & 0xffff));
	radix_check(&t);
}

static void an_empty_tree_has_nothing(void **state)
{
	u32 index = 0, nr;

	(void)state;
	radix_init(&t);
	assert_null(radix_lookup(&t, 0));
	assert_null(radix_lookup(&t, UINT32_MAX));
	assert_null(radix_next(&t, &index, RADIX_ANY));
	assert_null(radix_delete(&t, 5, &spares));
	assert_null(radix_run(&t, 0, &nr));
	assert_int_equal(nr, UINT32_MAX);
	assert_false(radix_tag_set(&t, 0, RADIX_DIRTY));
	radix_check(&t);
}

static void grows_and_shrinks_with_its_numbers(void **state)
{
	(void)state;
	radix_init(&t);
	add(3);
	assert_int_equal(t.root->level, 0);
	add(64);
	assert_int_equal(t.root->level, 1);
	add(UINT32_MAX);
	assert_int_equal(t.root->level, 5);
	assert_ptr_equal(radix_lookup(&t, 3), item(3));
	assert_ptr_equal(radix_lookup(&t, 64), item(64));
	assert_ptr_equal(radix_lookup(&t, UINT32_MAX), item(0xffff));
	assert_null(radix_lookup(&t, 4));
	drop(UINT32_MAX);
	assert_int_equal(t.root->level, 1);
	drop(64);
	assert_int_equal(t.root->level, 0);
	drop(3);
	assert_null(t.root);
	free_spares();
}

static void an_insertion_says_what_it_needs(void **state)
{
	(void)state;
	radix_init(&t);
	assert_int_equal(radix_insert(&t, 70, item(70), &spares), -EAGAIN);
	assert_int_equal(spares.want, 2);
	assert_null(t.root);
	add(70);
	assert_int_equal(radix_insert(&t, 70, item(1), &spares), -EEXIST);
	free_spares();
	assert_int_equal(radix_insert(&t, 71, item(71), &spares), 0);
	drop(70);
	drop(71);
	free_spares();
}

static void searches_cross_the_borders_of_nodes(void **state)
{
	struct radix_found found[4];
	u32 index = 0, nr;
	void *const *slots;

	(void)state;
	radix_init(&t);
	add(10);
	add(63);
	add(64);
	add(5000);
	assert_ptr_equal(radix_next(&t, &index, RADIX_ANY), item(10));
	index++;
	assert_ptr_equal(radix_next(&t, &index, RADIX_ANY), item(63));
	assert_int_equal(index, 63);
	index = 65;
	assert_ptr_equal(radix_next(&t, &index, RADIX_ANY), item(5000));
	index = 5001;
	assert_null(radix_next(&t, &index, RADIX_ANY));
	assert_int_equal(radix_gang(&t, 11, 4999, RADIX_ANY, found, 4), 2);
	assert_int_equal(found[0].index, 63);
	assert_int_equal(found[1].index, 64);
	slots = radix_run(&t, 62, &nr);
	assert_int_equal(nr, 2);
	assert_null(slots[0]);
	assert_ptr_equal(slots[1], item(63));
	assert_null(radix_run(&t, 128, &nr));
	assert_int_equal(nr, 64);
	for (u32 i = 0; i < 4; i++)
		drop((u32[]){10, 63, 64, 5000}[i]);
	free_spares();
}

static void tags_are_found_and_go_with_their_item(void **state)
{
	u32 index = 0;

	(void)state;
	radix_init(&t);
	for (u32 i = 0; i < 300; i++)
		add(i * 50);
	assert_true(radix_tag_set(&t, 50 * 123, RADIX_DIRTY));
	assert_true(radix_tag_set(&t, 50 * 124, RADIX_WRITEBACK));
	assert_false(radix_tag_set(&t, 50 * 124 + 1, RADIX_DIRTY));
	radix_check(&t);
	assert_ptr_equal(radix_next(&t, &index, RADIX_DIRTY), item(50 * 123));
	index++;
	assert_null(radix_next(&t, &index, RADIX_DIRTY));
	drop(50 * 123);
	assert_false(radix_any_tagged(&t, RADIX_DIRTY));
	assert_true(radix_any_tagged(&t, RADIX_WRITEBACK));
	assert_true(radix_tag_clear(&t, 50 * 124, RADIX_WRITEBACK));
	assert_false(radix_any_tagged(&t, RADIX_WRITEBACK));
	for (u32 i = 0; i < 300; i++)
		if (i != 123)
			drop(i * 50);
	free_spares();
}

static void exceptional_entries_are_items(void **state)
{
	void *entry = radix_exceptional(0x3fffffff);

	(void)state;
	radix_init(&t);
	add(7);
	assert_true(radix_is_exceptional(entry) && !radix_is_exceptional(item(7)));
	assert_int_equal(radix_exceptional_value(entry), 0x3fffffff);
	assert_true(radix_tag_set(&t, 7, RADIX_DIRTY));
	assert_ptr_equal(radix_replace(&t, 7, entry), item(7));
	assert_ptr_equal(radix_lookup(&t, 7), entry);
	assert_true(radix_tagged(&t, 7, RADIX_DIRTY));
	assert_ptr_equal(radix_delete(&t, 7, &spares), entry);
	free_spares();
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(6, 200, 1500);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_empty_tree_has_nothing),
	cmocka_unit_test(grows_and_shrinks_with_its_numbers),
	cmocka_unit_test(an_insertion_says_what_it_needs),
	cmocka_unit_test(searches_cross_the_borders_of_nodes),
	cmocka_unit_test(tags_are_found_and_go_with_their_item),
	cmocka_unit_test(exceptional_entries_are_items),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("radix", tests)
