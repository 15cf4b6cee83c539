/* SPDX-License-Identifier: MIT */
/* Names of functions by address. */
#include "test.h"
#include <octavo/ksyms.h>

/* Forty functions, f00 to f39, at 1000, 1016, 1032 ..., the last one ends at 1640. */
enum { FUNCTIONS = 40, FIRST = 1000, SIZE = 16 };

const uint32_t ksym_count = FUNCTIONS;
const uint32_t ksym_bases[] = {FIRST, FIRST + 16 * SIZE, FIRST + 32 * SIZE,
			       FIRST + FUNCTIONS *SIZE};
#define FOUR(n)    (n) * SIZE, ((n) + 1) * SIZE, ((n) + 2) * SIZE, ((n) + 3) * SIZE
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
const uint16_t ksym_deltas[] = {SIXTEEN(0), SIXTEEN(0), FOUR(0), FOUR(4)};
/* The first thirty begin with a packed string, the others are written out. */
const uint16_t ksym_markers[] = {0, 16 * 3, 30 * 3 + 2 * 4};
const char ksym_names[] = "\2000\0\2001\0\2002\0\2003\0\2004\0\2005\0\2006\0\2007\0\2008\0\2009\0"
			  "\2010\0\2011\0\2012\0\2013\0\2014\0\2015\0\2016\0\2017\0\2018\0\2019\0"
			  "\2020\0\2021\0\2022\0\2023\0\2024\0\2025\0\2026\0\2027\0\2028\0\2029\0"
			  "f30\0f31\0f32\0f33\0f34\0f35\0f36\0f37\0f38\0f39\0";
const char ksym_tokens[] = "f0\0f1\0f2\0";

static void every_byte_of_every_function(void **state)
{
	(void)state;
	for (uintptr_t addr = FIRST; addr < FIRST + FUNCTIONS * SIZE; addr++) {
		unsigned i = (unsigned)(addr - FIRST) / SIZE;
		char want[4] = {'f', (char)('0' + i / 10), (char)('0' + i % 10), '\0'};
		char name[KSYM_NAME_MAX];
		size_t offset = 99, unnamed = 99;

		assert_true(ksym_lookup(addr, name, &offset));
		assert_string_equal(name, want);
		assert_true(ksym_lookup(addr, NULL, &unnamed));
		assert_int_equal(unnamed, offset);
		assert_int_equal(offset, (addr - FIRST) % SIZE);
	}
}

static void addresses_in_no_function(void **state)
{
	char name[KSYM_NAME_MAX] = "same";
	size_t offset = 99;

	(void)state;
	assert_false(ksym_lookup(0, name, &offset));
	assert_false(ksym_lookup(FIRST - 1, name, &offset));
	assert_false(ksym_lookup(FIRST + FUNCTIONS * SIZE, name, &offset));
	assert_false(ksym_lookup(UINTPTR_MAX, name, &offset));
	assert_int_equal(offset, 99);
	assert_string_equal(name, "same");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_byte_of_every_function),
	cmocka_unit_test(addresses_in_no_function),
};

HOST_TEST_MAIN("ksyms", tests)
