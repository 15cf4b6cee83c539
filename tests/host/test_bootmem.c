/* SPDX-License-Identifier: MIT */
/* Boot memory: one list of ranges for each node. */
#include "test.h"
#include <octavo/bootmem.h>

static struct bootmem b;

static void two_banks(void)
{
	static const struct phys_range ranges[] = {{0, 0xa0000}, {0x100000, 0x1000000}};

	bootmem_init(&b, ranges, 2);
}

static void lowest_fit_inside_the_limits(void **state)
{
	(void)state;
	two_banks();
	assert_int_equal(bootmem_alloc(&b, 4096, 4096, 0, 0x1000000), 0x1000);
	assert_int_equal(bootmem_alloc(&b, 100, 64, 0x100000, 0x1000000), 0x100000);
	assert_int_equal(bootmem_alloc(&b, 100, 64, 0x100000, 0x1000000), 0x100080);
	assert_int_equal(bootmem_alloc(&b, 0x100000, 0x100000, 0, 0x1000000), 0x200000);
	assert_int_equal(bootmem_alloc(&b, 0x2000000, 4096, 0, 0xffffffff), 0);
	assert_int_equal(bootmem_alloc(&b, 0x1000, 0x1000, 0xa0000, 0x100000), 0);
	bootmem_check(&b);
}

static void nothing_is_handed_out_twice(void **state)
{
	paddr_t last = 0, pa;

	(void)state;
	two_banks();
	assert_int_equal(bootmem_reserve(&b, 0x100000, 0x300000), 0);
	while ((pa = bootmem_alloc(&b, 0x10000, 0x1000, 0, 0x1000000)) != 0) {
		assert_true(pa >= last + 0x10000 || last == 0);
		assert_true(pa + 0x10000 <= 0x100000 || pa >= 0x300000);
		last = pa;
	}
	assert_int_equal(last, 0xff0000);
}

static void address_0_is_not_handed_out(void **state)
{
	(void)state;
	two_banks();
	assert_int_equal(bootmem_alloc(&b, 16, 1, 0, 0x1000), 1);
	assert_int_equal(bootmem_alloc(&b, 16, 16, 0, 0x1000), 0x20);
}

static void reserving_spans_holes_and_freeing_undoes_it(void **state)
{
	(void)state;
	two_banks();
	assert_int_equal(bootmem_reserve(&b, 0x90000, 0x200000), 0);
	assert_int_equal(b.nr_reserved, 2);
	assert_int_equal(b.reserved[0].end, 0xa0000);
	assert_int_equal(b.reserved[1].start, 0x100000);
	assert_int_equal(bootmem_free(&b, 0x90001, 0x1fffff), 0); /* whole pages only */
	assert_int_equal(b.nr_reserved, 2);
	assert_int_equal(b.reserved[0].end, 0x91000);
	assert_int_equal(b.reserved[1].start, 0x1ff000);
	assert_int_equal(bootmem_free(&b, 0, 0xfffff000), 0);
	assert_int_equal(b.nr_reserved, 0);
	assert_int_equal(b.nr_free, 2);
}

static void too_many_pieces_change_nothing(void **state)
{
	unsigned n = 0;
	struct bootmem before;

	(void)state;
	two_banks();
	while (bootmem_reserve(&b, 0x100000 + n * 0x2000, 0x101000 + n * 0x2000) == 0) {
		n++;
		before = b;
	}
	assert_in_range(n, BOOTMEM_MAX_RANGES - 2, BOOTMEM_MAX_RANGES);
	assert_memory_equal(&b, &before, sizeof(b));
	bootmem_check(&b);
}

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(2, 300, 300);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lowest_fit_inside_the_limits),
	cmocka_unit_test(nothing_is_handed_out_twice),
	cmocka_unit_test(address_0_is_not_handed_out),
	cmocka_unit_test(reserving_spans_holes_and_freeing_undoes_it),
	cmocka_unit_test(too_many_pieces_change_nothing),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("bootmem", tests)
