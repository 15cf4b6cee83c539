/* SPDX-License-Identifier: MIT */
/* Formatted print: what the C library prints, and what is the kernel's own. */
#include "test.h"

int octavo_snprintf(char *buf, size_t size, const char *fmt, ...);
int octavo_scnprintf(char *buf, size_t size, const char *fmt, ...);

static char buf[256];

#define PRINTS(want, ...)                                                                          \
	do {                                                                                       \
		assert_int_equal(octavo_snprintf(buf, sizeof(buf), __VA_ARGS__), strlen(want));    \
		assert_string_equal(buf, want);                                                    \
	} while (0)

static void numbers(void **state)
{
	(void)state;
	PRINTS("0", "%d", 0);
	PRINTS("-2147483648", "%d", INT32_MIN);
	PRINTS("-9223372036854775808", "%lld", (long long)INT64_MIN);
	PRINTS("18446744073709551615", "%llu", (unsigned long long)UINT64_MAX);
	PRINTS("ffffffffffffffff", "%llx", (unsigned long long)UINT64_MAX);
	PRINTS("1777777777777777777777", "%llo", (unsigned long long)UINT64_MAX);
	PRINTS("+5, 5,005,5  |", "%+d,% d,%03d,%-3d|", 5, 5, 5, 5);
	PRINTS("0x1f 0X1F 037 0 0", "%#x %#X %#o %#x %#o", 31, 31, 31, 0, 0);
	PRINTS("[]", "[%.0d]", 0);
	PRINTS("[0]", "[%#.0o]", 0);
	PRINTS("[00042] [   00042]", "[%.5d] [%8.5d]", 42, 42);
	PRINTS("-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 255, 65535, 65535);
	PRINTS("4096 -7", "%zu %td", (size_t)4096, (ptrdiff_t)-7);
}

static void strings_and_characters(void **state)
{
	char open_end[3] = {'a', 'b', 'c'};

	(void)state;
	PRINTS("abc", "%s", "abc");
	PRINTS("(null)", "%s", (char *)NULL);
	PRINTS("  abc|abc  ", "%5s|%-5s", "abc", "abc");
	PRINTS("abc", "%.3s", open_end);
	PRINTS("ab", "%.*s", 2, open_end);
	PRINTS("x 100%", "%c %d%%", 'x', 100);
	PRINTS("|  x|x  ", "|%3c|%-3c", 'x', 'x');
}

static void stars(void **state)
{
	(void)state;
	PRINTS("    5|5    |", "%*d|%*d|", 5, 5, -5, 5);
	PRINTS("5", "%.*d", -1, 5);
	PRINTS("005", "%.*d", 3, 5);
}

static void pointers(void **state)
{
	(void)state;
	PRINTS("0x00000000deadbeef", "%p", (void *)0xdeadbeef);
	PRINTS("0x0000000000000000", "%p", NULL);
}

static void unknown_conversions_are_copied(void **state)
{
	(void)state;
	PRINTS("%y 7", "%y %d", 7);
	PRINTS("%", "%");
	PRINTS("%5.2l", "%5.2l");
}

static void cutting_never_changes_the_result(void **state)
{
	(void)state;
	for (size_t size = 0; size < 12; size++) {
		memset(buf, 'x', sizeof(buf));
		assert_int_equal(octavo_snprintf(buf, size, "%s-%d", "abcd", 12345), 10);
		for (size_t i = size; i < 16; i++)
			assert_int_equal(buf[i], 'x');
		if (size)
			assert_int_equal(strlen(buf), size > 10 ? 10 : size - 1);
	}
	assert_int_equal(octavo_snprintf(NULL, 0, "%d", 77), 2);
}

static void scnprintf_says_what_it_stored(void **state)
{
	(void)state;
	assert_int_equal(octavo_scnprintf(buf, 4, "abcdef"), 3);
	assert_int_equal(octavo_scnprintf(buf, 40, "abcdef"), 6);
	assert_int_equal(octavo_scnprintf(NULL, 0, "abcdef"), 0);
}

static void like_the_c_library(void **state)
{
	(void)state;
	random_inputs(1, 60000, 24);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers),
	cmocka_unit_test(strings_and_characters),
	cmocka_unit_test(stars),
	cmocka_unit_test(pointers),
	cmocka_unit_test(unknown_conversions_are_copied),
	cmocka_unit_test(cutting_never_changes_the_result),
	cmocka_unit_test(scnprintf_says_what_it_stored),
	cmocka_unit_test(like_the_c_library),
};

HOST_TEST_MAIN("printf", tests)
