/* SPDX-License-Identifier: MIT */
/* Names of functions by address. */
#include "test.h"
#include <octavo/ksyms.h>

/* Forty functions, f00 to f39, at 1000, 1016, 1032 ..., the last one ends at 1640. */
enum { FUNCTIONS = 40, FIRST = 1000, SIZE = 16 };

const uint32_t ksym_count = FUNCTIONS;
#define FOUR(n)                                                                                    \
	FIRST + (n)*SIZE, FIRST + ((n) + 1) * SIZE, FIRST + ((n) + 2) * SIZE,                      \
		FIRST + ((n) + 3) * SIZE
#define TWENTY(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12), FOUR((n) + 16)
const uint32_t ksym_addresses[] = {TWENTY(0), TWENTY(20), FIRST + FUNCTIONS *SIZE};
const uint32_t ksym_markers[] = {0, 16 * 4, 32 * 4};
const char ksym_names[] =
	"f00\0f01\0f02\0f03\0f04\0f05\0f06\0f07\0f08\0f09\0f10\0f11\0f12\0f13\0f14\0f15\0f16\0f17\0"
	"f18\0f19\0f20\0f21\0f22\0f23\0f24\0f25\0f26\0f27\0f28\0f29\0f30\0f31\0f32\0f33\0f34\0f35\0"
	"f36\0f37\0f38\0f39";

static void every_byte_of_every_function(void **state)
{
	(void)state;
	for (uintptr_t addr = FIRST; addr < FIRST + FUNCTIONS * SIZE; addr++) {
		unsigned i = (unsigned)(addr - FIRST) / SIZE;
		char want[4] = {'f', (char)('0' + i / 10), (char)('0' + i % 10), '\0'};
		size_t offset = 99;

		assert_string_equal(ksym_lookup(addr, &offset), want);
		assert_int_equal(offset, (addr - FIRST) % SIZE);
	}
}

static void addresses_in_no_function(void **state)
{
	size_t offset = 99;

	(void)state;
	assert_null(ksym_lookup(0, &offset));
	assert_null(ksym_lookup(FIRST - 1, &offset));
	assert_null(ksym_lookup(FIRST + FUNCTIONS * SIZE, &offset));
	assert_null(ksym_lookup(UINTPTR_MAX, &offset));
	assert_int_equal(offset, 99);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_byte_of_every_function),
	cmocka_unit_test(addresses_in_no_function),
};

HOST_TEST_MAIN("ksyms", tests)
