/* SPDX-License-Identifier: MIT */
/* The areas of an address space. */
#include "test.h"
#include <octavo/vma.h>

enum { AREAS = 1000 };

static struct vma_tree t;
static struct vma areas[AREAS];

static struct vma *add(unsigned i, vaddr_t start, vaddr_t end, u32 flags)
{
	areas[i] = (struct vma){
		.start = start, .end = end, .flags = flags, .pgoff = (u32)(start >> PAGE_SHIFT)};
	vma_insert(&t, &areas[i]);
	vma_check(&t);
	return &areas[i];
}

static void finds_the_first_that_ends_above(void **state)
{
	(void)state;
	vma_tree_init(&t);
	assert_null(vma_find(&t, 0));
	add(0, 0x10000, 0x20000, VM_READ);
	add(1, 0x20000, 0x30000, VM_READ);
	add(2, 0x50000, 0x60000, VM_READ);
	assert_ptr_equal(vma_find(&t, 0), &areas[0]);
	assert_ptr_equal(vma_find(&t, 0x1ffff), &areas[0]);
	assert_ptr_equal(vma_find(&t, 0x20000), &areas[1]);
	assert_ptr_equal(vma_find(&t, 0x30000), &areas[2]);
	assert_null(vma_find(&t, 0x60000));
	assert_false(vma_overlaps(&t, 0x30000, 0x50000));
	assert_true(vma_overlaps(&t, 0x30000, 0x51000));
	assert_ptr_equal(vma_prev(vma_next(&areas[0])), &areas[0]);
	assert_null(vma_next(&areas[2]));
}

/* What was found last is a hint, and no more. shows: lock-5 */
static void a_removed_area_is_not_found_again(void **state)
{
	struct vma *v;

	(void)state;
	vma_tree_init(&t);
	v = add(0, 0x10000, 0x20000, VM_READ);
	assert_ptr_equal(vma_find(&t, 0x18000), v); /* and remembered */
	vma_remove(&t, v);
	assert_null(vma_find(&t, 0x18000));
	vma_check(&t);
}

static void holes_from_both_ends(void **state)
{
	(void)state;
	vma_tree_init(&t);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0x2000), 0xfe000);
	assert_int_equal(vma_gap_bottomup(&t, 0x1000, 0x100000, 0x2000), 0x1000);
	add(0, 0x10000, 0x20000, VM_READ);
	add(1, 0x24000, 0xff000, VM_READ);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0x1000), 0xff000);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0x2000), 0x22000);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0x5000), 0xb000);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0xf000), 0x1000);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0x10000), 0);
	assert_int_equal(vma_gap_bottomup(&t, 0x18000, 0x100000, 0x1000), 0x20000);
	assert_int_equal(vma_gap_bottomup(&t, 0x23000, 0x100000, 0x2000), 0);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x800, 0x1000), 0);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0), 0);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, 0x100000, 0xfffff000), 0);
}

static void a_guard_below_what_grows_down(void **state)
{
	const vaddr_t top = 0xc0000000, stack = top - 0x21000;

	(void)state;
	vma_tree_init(&t);
	add(0, stack, top, VM_READ | VM_WRITE | VM_GROWSDOWN);
	assert_int_equal(vma_gap_topdown(&t, 0x1000, top, 0x1000),
			 stack - STACK_GUARD_GAP - 0x1000);
	add(1, stack - STACK_GUARD_GAP - 0x1000, stack - STACK_GUARD_GAP, VM_READ);
	assert_int_equal(vma_gap_topdown(&t, stack - STACK_GUARD_GAP - 0x1000, top, 0x1000), 0);
	assert_int_equal(vma_gap_bottomup(&t, stack - STACK_GUARD_GAP - 0x1000, top, 0x1000), 0);
}

static void split_and_merge_keep_the_offset(void **state)
{
	struct vma *v;
	static const int object;

	(void)state;
	vma_tree_init(&t);
	v = add(0, 0x10000, 0x20000, VM_READ);
	v->object = (void *)(uintptr_t)&object;
	v->pgoff = 7;
	vma_split(&t, v, &areas[1], 0x13000);
	vma_check(&t);
	assert_int_equal(v->end, 0x13000);
	assert_int_equal(areas[1].pgoff, 10);
	assert_true(vma_can_merge(v, &areas[1]));
	areas[1].pgoff = 11;
	assert_false(vma_can_merge(v, &areas[1]));
	areas[1].pgoff = 10;
	areas[1].flags |= VM_WRITE;
	assert_false(vma_can_merge(v, &areas[1]));
	areas[1].flags = v->flags;
	areas[1].object = NULL;
	assert_false(vma_can_merge(v, &areas[1]));
	areas[1].object = v->object;
	assert_ptr_equal(vma_merge_next(&t, v), &areas[1]);
	assert_int_equal(v->end, 0x20000);
	assert_int_equal(t.nr, 1);
	vma_check(&t);
}

/* The longest way from the root in a tree of 1000: at most 2 * log2(1001). */
static void the_tree_is_flat(void **state)
{
	unsigned deepest = 0;

	(void)state;
	vma_tree_init(&t);
	for (unsigned i = 0; i < AREAS; i++)
		add(i, 0x10000 + i * 0x2000, 0x11000 + i * 0x2000, VM_READ);
	for (unsigned i = 0; i < AREAS; i++) {
		unsigned depth = 0;

		for (const struct vma *v = &areas[i]; v; v = RB_PARENT(v, rb))
			depth++;
		deepest = MAX(deepest, depth);
	}
	assert_in_range(deepest, 10, 20);
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(4, 150, 1200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(finds_the_first_that_ends_above),
	cmocka_unit_test(a_removed_area_is_not_found_again),
	cmocka_unit_test(holes_from_both_ends),
	cmocka_unit_test(a_guard_below_what_grows_down),
	cmocka_unit_test(split_and_merge_keep_the_offset),
	cmocka_unit_test(the_tree_is_flat),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("vma", tests)
