/* SPDX-License-Identifier: MIT */
/* Free areas of a zone by powers of two. */
#include "test.h"
#include <octavo/buddy.h>

enum { FRAMES = 2048 };

static struct page pages[FRAMES];
static struct buddy b;

/* Frames [start, start + nr), all free. */
static void all_free(pfn_t start, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		pages[i] = (struct page){.flags = PAGE_FREE};
	buddy_init(&b, pages, start, start + nr);
	buddy_free_range(&b, start, start + nr);
}

static void a_range_becomes_the_largest_blocks(void **state)
{
	(void)state;
	all_free(1, 15);
	assert_int_equal(b.nr_free, 15);
	for (unsigned o = 0; o < 4; o++)
		assert_int_equal(b.nr_blocks[o], 1); /* 1, 2-3, 4-7, 8-15 */
	assert_int_equal(buddy_largest(&b), 3);
	buddy_check(&b);
	all_free(0, FRAMES);
	assert_int_equal(b.nr_blocks[MAX_ORDER], 2);
}

static void splits_the_smallest_block_that_will_do(void **state)
{
	struct page *page;

	(void)state;
	all_free(0, 16);
	page = buddy_alloc(&b, 1);
	assert_ptr_equal(page, &pages[0]);
	assert_int_equal(b.nr_blocks[1], 1);
	assert_int_equal(b.nr_blocks[2], 1);
	assert_int_equal(b.nr_blocks[3], 1);
	assert_int_equal(b.nr_free, 14);
	assert_ptr_equal(buddy_alloc(&b, 2), &pages[4]);
	assert_int_equal(b.nr_blocks[3], 1);
	buddy_check(&b);
}

static void joins_up_to_the_largest(void **state)
{
	struct page *page[16];

	(void)state;
	all_free(0, 16);
	for (unsigned i = 0; i < 16; i++)
		page[i] = buddy_alloc(&b, 0);
	assert_null(buddy_alloc(&b, 0));
	assert_int_equal(buddy_largest(&b), -1);
	for (unsigned i = 0; i < 16; i += 2)
		buddy_free(&b, (pfn_t)(page[i] - pages), 0);
	assert_int_equal(b.nr_blocks[0], 8);
	for (unsigned i = 1; i < 16; i += 2)
		buddy_free(&b, (pfn_t)(page[i] - pages), 0);
	assert_int_equal(b.nr_blocks[4], 1);
	assert_int_equal(b.nr_free, 16);
	buddy_check(&b);
}

static void joins_to_the_largest_order_and_no_further(void **state)
{
	struct page *page[4];

	(void)state;
	all_free(0, FRAMES);
	for (unsigned i = 0; i < 4; i++)
		page[i] = buddy_alloc(&b, MAX_ORDER - 1);
	assert_int_equal(b.nr_free, 0);
	for (unsigned i = 0; i < 4; i++)
		buddy_free(&b, (pfn_t)(page[i] - pages), MAX_ORDER - 1);
	assert_int_equal(b.nr_blocks[MAX_ORDER], 2);
	buddy_check(&b);
}

static void never_joins_across_the_zone(void **state)
{
	struct page *page;

	(void)state;
	all_free(6, 7); /* 6-7, 8-11, 12 */
	page = buddy_alloc(&b, 2);
	assert_ptr_equal(page, &pages[2]);
	buddy_free(&b, 8, 2);
	assert_int_equal(buddy_largest(&b), 2);
	buddy_check(&b);
}

static void bulk_takes_blocks_whole(void **state)
{
	struct page *page[16];

	(void)state;
	all_free(0, 32);
	assert_int_equal(buddy_alloc_bulk(&b, 16, page, PAGE_PCP), 16);
	for (unsigned i = 0; i < 16; i++)
		assert_ptr_equal(page[i], &pages[15 - i]);
	assert_int_equal(b.nr_blocks[4], 1);
	assert_int_equal(buddy_alloc_bulk(&b, 11, page, PAGE_PCP), 11);
	assert_int_equal(buddy_alloc_bulk(&b, 16, page, PAGE_PCP), 5);
	assert_int_equal(buddy_alloc_bulk(&b, 1, page, PAGE_PCP), 0);
	buddy_check(&b);
}

static void rows_are_found_across_blocks(void **state)
{
	u32 longest;

	(void)state;
	all_free(1, 15); /* blocks of 1, 2, 4, 8 */
	assert_int_equal(buddy_longest_run(&b, &longest), 1);
	assert_int_equal(longest, 15);
	assert_int_equal(buddy_find_run(&b, 15, 1, false), 1);
	assert_int_equal(buddy_find_run(&b, 16, 1, false), BUDDY_NONE);
	assert_int_equal(buddy_find_run(&b, 5, 4, false), 4);
	assert_int_equal(buddy_find_run(&b, 5, 1, true), 11);
	assert_ptr_equal(buddy_take_run(&b, 3, 6), &pages[2]); /* parts of three */
	assert_int_equal(b.nr_free, 9);
	assert_int_equal(buddy_find_run(&b, 3, 1, false), 9);
	buddy_check(&b);
	for (pfn_t i = 3; i < 9; i++)
		buddy_free(&b, i, 0);
	assert_int_equal(buddy_largest(&b), 3);
	buddy_check(&b);
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(1, 60, 300);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_range_becomes_the_largest_blocks),
	cmocka_unit_test(splits_the_smallest_block_that_will_do),
	cmocka_unit_test(joins_up_to_the_largest),
	cmocka_unit_test(joins_to_the_largest_order_and_no_further),
	cmocka_unit_test(never_joins_across_the_zone),
	cmocka_unit_test(bulk_takes_blocks_whole),
	cmocka_unit_test(rows_are_found_across_blocks),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("buddy", tests)
