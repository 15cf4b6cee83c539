/* SPDX-License-Identifier: MIT */
/* Where the parts of a new address space lie. */
#include "test.h"
#include <octavo/exec_layout.h>

enum { END = 0xc0000000u, STACK = 8 << 20, PAGE = 4096 };

static struct exec_layout l;

static void without_randomness(void **state)
{
	(void)state;
	exec_layout_choose(&l, END, STACK, EXEC_LAYOUT_FIXED);
	assert_int_equal(l.stack_top, END);
	assert_int_equal(l.mmap_base, 0xb8000000);
	assert_int_equal(l.program_base, 0x400000);
	assert_int_equal(l.brk_shift, 0);
}

static void the_stack_has_room(void **state)
{
	(void)state;
	exec_layout_choose(&l, END, 512u << 20, EXEC_LAYOUT_FIXED);
	assert_int_equal(l.mmap_base, END - (513u << 20));
	exec_layout_choose(&l, END, 0xfffff000, EXEC_LAYOUT_FIXED);
	assert_int_equal(l.mmap_base, END - END / 6 * 5);
	exec_layout_choose(&l, END, 0xffffffff, EXEC_LAYOUT_FIXED);
	assert_int_equal(l.mmap_base, 0xb8000000);
	for (u64 limit = 0; limit < 0xffffffff; limit += 1234567) {
		exec_layout_choose(&l, END, (u32)limit, ~0ull);
		assert_int_equal(l.mmap_base % PAGE, 0);
		assert_true(l.mmap_base < l.stack_top && l.mmap_base >= END / 6 - (1u << 20));
		assert_true(l.stack_top - l.mmap_base >= (limit < 2u << 30 ? limit : 2u << 30));
	}
}

static void each_part_has_its_own_randomness(void **state)
{
	u32 stack = 0, mmap = 0, program = 0, brk = 0;

	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		exec_layout_choose(&l, END, STACK, 1ull << bit);
		assert_true((l.stack_top != END) + (l.mmap_base != 0xb8000000) +
				    (l.program_base != 0x400000) + (l.brk_shift != 0) ==
			    (bit < 40));
		stack |= END - l.stack_top;
		mmap |= 0xb8000000 - l.mmap_base;
		program |= l.program_base - 0x400000;
		brk |= l.brk_shift;
	}
	assert_int_equal(stack, 0x7ff000);
	assert_int_equal(mmap, 0xff000);
	assert_int_equal(program, 0xff000);
	assert_int_equal(brk, 0x1fff000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_randomness),
	cmocka_unit_test(the_stack_has_room),
	cmocka_unit_test(each_part_has_its_own_randomness),
};

HOST_TEST_MAIN("exec_layout", tests)
