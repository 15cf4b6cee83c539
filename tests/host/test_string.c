/* SPDX-License-Identifier: MIT */
/* String functions against the C library's, on random strings of few letters. */
#include "test.h"

void *octavo_memcpy(void *dst, const void *src, size_t n);
void *octavo_memmove(void *dst, const void *src, size_t n);
void *octavo_memset(void *dst, int c, size_t n);
int octavo_memcmp(const void *a, const void *b, size_t n);
void *octavo_memchr(const void *s, int c, size_t n);
size_t octavo_strlen(const char *s);
size_t octavo_strnlen(const char *s, size_t max);
int octavo_strcmp(const char *a, const char *b);
int octavo_strncmp(const char *a, const char *b, size_t n);
char *octavo_strchr(const char *s, int c);
char *octavo_strrchr(const char *s, int c);
size_t octavo_strlcpy(char *dst, const char *src, size_t size);

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void compare_and_find(void **state)
{
	u64 seed = 7;

	(void)state;
	for (unsigned run = 0; run < 20000; run++) {
		char a[24], b[24];
		size_t n = random_u64(&seed) % 20;
		int c = "ab\xff\0"[random_u64(&seed) % 4];

		for (size_t i = 0; i < sizeof(a); i++) {
			a[i] = "aab\xff"[random_u64(&seed) % 4];
			b[i] = "aab\xff"[random_u64(&seed) % 4];
		}
		a[random_u64(&seed) % sizeof(a)] = '\0';
		b[random_u64(&seed) % sizeof(b)] = '\0';
		a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
		if (random_u64(&seed) & 1)
			memcpy(b, a, n);
		assert_int_equal(sign(octavo_memcmp(a, b, n)), sign(memcmp(a, b, n)));
		assert_int_equal(sign(octavo_strcmp(a, b)), sign(strcmp(a, b)));
		assert_int_equal(sign(octavo_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		assert_int_equal(octavo_strlen(a), strlen(a));
		assert_int_equal(octavo_strnlen(a, n), strnlen(a, n));
		assert_ptr_equal(octavo_strchr(a, c), strchr(a, c));
		assert_ptr_equal(octavo_strrchr(a, c), strrchr(a, c));
		assert_ptr_equal(octavo_memchr(a, c, n), memchr(a, c, n));
	}
}

static void copy_and_fill(void **state)
{
	u64 seed = 9;

	(void)state;
	for (unsigned run = 0; run < 20000; run++) {
		u8 a[96], b[96];
		size_t n = random_u64(&seed) % 40;
		size_t from = random_u64(&seed) % 50;
		size_t to = random_u64(&seed) % 50;

		for (size_t i = 0; i < sizeof(a); i++)
			a[i] = b[i] = (u8)random_u64(&seed);
		assert_ptr_equal(octavo_memmove(a + to, a + from, n), a + to);
		memmove(b + to, b + from, n);
		assert_memory_equal(a, b, sizeof(a));
		octavo_memset(a + to, (int)run, n);
		memset(b + to, (int)run, n);
		assert_memory_equal(a, b, sizeof(a));
		octavo_memcpy(a + 50, a, n);
		memcpy(b + 50, b, n);
		assert_memory_equal(a, b, sizeof(a));
	}
}

static void strlcpy_always_ends(void **state)
{
	char buf[8];

	(void)state;
	for (size_t size = 0; size <= sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		assert_int_equal(octavo_strlcpy(buf, "abcde", size), 5);
		if (size)
			assert_int_equal(strlen(buf), MIN(size - 1, (size_t)5));
		for (size_t i = MIN(size, (size_t)6); i < sizeof(buf); i++)
			assert_int_equal(buf[i], 'x');
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(compare_and_find),
	cmocka_unit_test(copy_and_fill),
	cmocka_unit_test(strlcpy_always_ends),
};

HOST_TEST_MAIN("string", tests)
