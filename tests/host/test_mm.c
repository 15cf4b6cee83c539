/* SPDX-License-Identifier: MIT */
/* All of user memory: tests/fuzz/mm.c says what any sequence of calls must keep to. */
#include "test.h"
#include "mm_machine.h"
#include <uapi/octavo/mman.h>

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static void any_sequence(void **state)
{
	(void)state;
	random_inputs(11, 600, 6000);
}

/* The simulated CPUs themselves: one that was not told still writes where it wrote before. */
static void a_cpu_remembers_until_it_is_told(void **state)
{
	struct mm *mm;
	u8 byte = 1;

	(void)state;
	machine_start();
	mm = mm_alloc();
	machine_run(0, mm);
	machine_run(1, mm);
	machine_on(0);
	assert_int_equal(mm_map(mm, WINDOW, PAGE_SIZE, RW, ANON, NULL, 0), WINDOW);
	assert_int_equal(machine_access(1, WINDOW, &byte, 1, true), 0);
	pmap_table(&mm->pmap, WINDOW)[pte_index(WINDOW)].v &= ~PTE_WRITE;
	byte = 2;
	assert_int_equal(machine_access(1, WINDOW, &byte, 1, true), 0);
	pmap_flush(&mm->pmap, WINDOW, WINDOW + PAGE_SIZE);
	machine_check();
	machine_on(0);
	assert_int_equal(mm_protect(mm, WINDOW, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(machine_access(1, WINDOW, &byte, 1, true), -EACCES);
	assert_int_equal(machine_access(0, WINDOW, &byte, 1, false), 0);
	assert_int_equal(byte, 2);
	machine_run(0, NULL);
	machine_run(1, NULL);
	mm_put(mm);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_cpu_remembers_until_it_is_told),
	cmocka_unit_test(any_sequence),
};

HOST_TEST_MAIN("mm", tests)
