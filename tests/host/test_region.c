/* SPDX-License-Identifier: MIT */
/* Which region a new mapping of a file may share. */
#include "test.h"
#include <octavo/region.h>

#define READS (VM_MAYREAD | VM_MAYEXEC | VM_MAYSHARE)

static struct region_tree tree = RB_INITIALIZER(&tree);
static const char file, other;

static struct region direct = {.start = 0x10000,
			       .end = 0x18000,
			       .top = 0x10000,
			       .users = 1,
			       .flags = READS,
			       .object = &file,
			       .pgoff = 2};
static struct region copy = {.start = 0x20000,
			     .end = 0x24000,
			     .top = 0x24000,
			     .users = 1,
			     .flags = READS | VM_MAYWRITE,
			     .object = &other};

static struct region *find(const void *object, u32 pgoff, u32 nr, u32 flags, bool may_direct,
			   bool *mismatched)
{
	const struct region_want w = {object, pgoff, nr, flags, may_direct};

	return region_find(&tree, &w, mismatched);
}

/* shows: nm-3 nm-21 */
static void what_holds_the_segment_is_shared(void **state)
{
	bool mismatched;

	(void)state;
	region_insert(&tree, &direct);
	region_insert(&tree, &copy);
	assert_ptr_equal(find(&file, 2, 8, VM_READ, true, &mismatched), &direct);
	assert_ptr_equal(find(&file, 9, 1, VM_EXEC, true, &mismatched), &direct);
	assert_null(find(&file, 1, 2, VM_READ, true, &mismatched));
	assert_false(mismatched);
	assert_ptr_equal(find(&other, 0, 4, VM_READ, false, &mismatched), &copy);
	assert_null(find(&other, 3, 2, VM_READ, false, &mismatched));
	assert_true(mismatched);
	assert_null(find(&other, 4, 2, VM_READ, false, &mismatched));
	assert_false(mismatched);
}

/* shows: nm-3 */
static void nobody_gets_more_than_is_allowed(void **state)
{
	bool mismatched;

	(void)state;
	assert_null(find(&file, 2, 8, VM_READ | VM_WRITE, true, &mismatched));
	assert_null(find(&file, 2, 8, VM_READ, false, &mismatched));
	assert_null(find(&other, 0, 4, VM_READ | VM_SHARED, true, &mismatched));
}

static void only_the_files_own_memory_counts_as_mapped(void **state)
{
	(void)state;
	assert_true(region_is_mapped(&tree, &file, 9));
	assert_false(region_is_mapped(&tree, &file, 10));
	assert_false(region_is_mapped(&tree, &other, 0));
	region_tree_check(&tree);
	region_remove(&tree, &direct);
	assert_false(region_is_mapped(&tree, &file, 0));
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(1, 400, 1200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_holds_the_segment_is_shared),
	cmocka_unit_test(nobody_gets_more_than_is_allowed),
	cmocka_unit_test(only_the_files_own_memory_counts_as_mapped),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("region", tests)
