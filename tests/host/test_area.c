/* SPDX-License-Identifier: MIT */
/* What mmap, munmap and mprotect do to the areas of an address space. */
#include "test.h"
#include <octavo/area.h>
#include <uapi/octavo/mman.h>

static const struct area_window window = {0x10000, 0xb8000000, 0xc0000000};
static struct vma_tree tree;
static struct vma pool[8];
static unsigned used;

static struct vma *area(vaddr_t start, vaddr_t end, u32 flags)
{
	struct vma *v = &pool[used++], *dead;
	struct vma new = {.start = start,
			  .end = end,
			  .flags = flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
			  .pgoff = (u32)(start >> PAGE_SHIFT)};

	return area_add(&tree, &new, v, &dead);
}

static int begin(void **state)
{
	(void)state;
	vma_tree_init(&tree);
	used = 0;
	return 0;
}

static void chosen_addresses_go_down(void **state)
{
	vaddr_t where;

	(void)state;
	assert_int_equal(area_choose(&tree, &window, 0, 1, 0, &where), 0);
	assert_int_equal(where, 0xb8000000 - 0x1000);
	area(0xb7fff000, 0xb8000000, VM_READ);
	assert_int_equal(area_choose(&tree, &window, 0, 0x1001, 0, &where), 0);
	assert_int_equal(where, 0xb7ffd000);
}

static void hints(void **state)
{
	vaddr_t where;

	(void)state;
	area(0x400000, 0x500000, VM_READ);
	assert_int_equal(area_choose(&tree, &window, 0x300123, 0x1000, 0, &where), 0);
	assert_int_equal(where, 0x300000);
	assert_int_equal(area_choose(&tree, &window, 0x3ff000, 0x2000, 0, &where), 0);
	assert_int_equal(where, 0xb8000000 - 0x2000);
	assert_int_equal(area_choose(&tree, &window, 0x1000, 0x1000, 0, &where), 0);
	assert_int_equal(where, 0x10000);
}

static void order_of_errors(void **state)
{
	vaddr_t where;

	(void)state;
	area(0x400000, 0x500000, VM_READ);
	assert_int_equal(area_choose(&tree, &window, 0, 0xc0000000, 0, &where), -ENOMEM);
	assert_int_equal(area_choose(&tree, &window, 0xbffff001, 0x2000, MAP_FIXED, &where),
			 -ENOMEM);
	assert_int_equal(area_choose(&tree, &window, 0x123, 0x2000, MAP_FIXED, &where), -EINVAL);
	assert_int_equal(area_choose(&tree, &window, 0xf000, 0x2000, MAP_FIXED, &where), -EPERM);
	assert_int_equal(area_choose(&tree, &window, 0x4ff000, 0x2000, MAP_FIXED, &where), 0);
	assert_int_equal(area_choose(&tree, &window, 0x4ff000, 1, MAP_FIXED_NOREPLACE, &where),
			 -EEXIST);
	assert_int_equal(area_choose(&tree, &window, 0x500000, 1, MAP_FIXED_NOREPLACE, &where), 0);
}

static void too_many_areas(void **state)
{
	vaddr_t where;

	(void)state;
	tree.nr = AREA_MAX;
	assert_int_equal(area_choose(&tree, &window, 0, 1, 0, &where), 0);
	tree.nr = AREA_MAX + 1;
	assert_int_equal(area_choose(&tree, &window, 0, 1, 0, &where), -ENOMEM);
}

static void new_areas_join_their_neighbours(void **state)
{
	struct vma new = {.start = 0x402000, .end = 0x403000, .pgoff = 0x402}, *dead;
	struct vma *low = area(0x400000, 0x402000, VM_READ | VM_WRITE);
	struct vma *high = area(0x403000, 0x404000, VM_READ | VM_WRITE);

	(void)state;
	new.flags = low->flags;
	assert_true(area_extends(&tree, &new));
	assert_ptr_equal(area_add(&tree, &new, NULL, &dead), low);
	assert_ptr_equal(dead, high);
	assert_int_equal(low->end, 0x404000);
	assert_int_equal(tree.nr, 1);
}

/* One without pages goes with either of two that have some, but those do not go together. */
static void pages_of_two_origins_stay_two(void **state)
{
	struct vma new = {.start = 0x402000, .end = 0x403000, .pgoff = 0x402}, *dead;
	struct vma *low = area(0x400000, 0x402000, VM_READ | VM_WRITE);
	struct vma *high = area(0x403000, 0x404000, VM_READ | VM_WRITE);

	(void)state;
	new.flags = low->flags;
	low->anon = (struct anon_region *)&pool[0];
	high->anon = (struct anon_region *)&pool[1];
	assert_ptr_equal(area_add(&tree, &new, NULL, &dead), low);
	assert_null(dead);
	assert_int_equal(low->end, high->start);
	assert_null(area_mergeable(&tree, low->start, high->end));
	assert_ptr_equal(vma_near_region(low), high->anon);
	high->anon = low->anon;
	assert_ptr_equal(area_mergeable(&tree, low->start, high->end), low);
}

static void taking_the_middle_splits(void **state)
{
	struct vma *v = area(0x400000, 0x410000, VM_READ), spare;
	struct area_cut cut;

	(void)state;
	assert_false(area_needs_spare(&tree, 0x400000, 0x401000));
	assert_false(area_needs_spare(&tree, 0x40f000, 0x420000));
	assert_true(area_needs_spare(&tree, 0x401000, 0x402000));
	assert_true(area_take(&tree, 0x401000, 0x402000, &spare, &cut));
	assert_null(cut.dead);
	assert_ptr_equal(cut.split, &spare);
	assert_int_equal(v->end, 0x401000);
	assert_int_equal(spare.start, 0x402000);
	assert_int_equal(spare.end, 0x410000);
	assert_int_equal(spare.pgoff, 0x402);
	assert_false(area_take(&tree, 0x401000, 0x402000, NULL, &cut));
}

static void a_stack_keeps_its_distance(void **state)
{
	struct vma *stack = area(0x900000, 0x910000, VM_READ | VM_WRITE | VM_GROWSDOWN);
	struct vma *below = area(0x600000, 0x700000, VM_READ);

	(void)state;
	assert_int_equal(area_stack_room(stack, 0x800000, 0x10000, 0x800000), 0);
	assert_int_equal(area_stack_room(stack, 0x7ff000, 0x10000, 0x800000), -ENOMEM);
	assert_int_equal(area_stack_room(stack, 0x800000, 0x10000, 0x100000), -ENOSPC);
	assert_int_equal(area_stack_room(stack, 0xf000, 0x10000, 0x8000000), -EPERM);
	below->flags &= ~(u32)VM_READ; /* PROT_NONE: a guard of the program's own */
	assert_int_equal(area_stack_room(stack, 0x701000, 0x10000, 0x800000), 0);
}

static void like_the_array_of_pages(void **state)
{
	(void)state;
	random_inputs(4, 3000, 400);
	random_inputs(5, 20, 8000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(chosen_addresses_go_down, begin),
	cmocka_unit_test_setup(hints, begin),
	cmocka_unit_test_setup(order_of_errors, begin),
	cmocka_unit_test_setup(too_many_areas, begin),
	cmocka_unit_test_setup(new_areas_join_their_neighbours, begin),
	cmocka_unit_test_setup(pages_of_two_origins_stay_two, begin),
	cmocka_unit_test_setup(taking_the_middle_splits, begin),
	cmocka_unit_test_setup(a_stack_keeps_its_distance, begin),
	cmocka_unit_test(like_the_array_of_pages),
};

HOST_TEST_MAIN("area", tests)
