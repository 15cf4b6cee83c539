/* SPDX-License-Identifier: MIT */
/* cpio archives: what is refused, and where it says the defect is. */
#include "test.h"
#include <octavo/cpio.h>

static char archive[4096];
static size_t used;

static void begin(void)
{
	memset(archive, 0, sizeof(archive));
	used = 0;
}

/* One entry with its sizes as they are told, true or not. */
static size_t entry(const char *name, u32 namesize, u32 mode, const char *data, u32 size)
{
	size_t at = used;

	used += (size_t)sprintf(archive + used,
				"070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 7,
				mode, 0, 0, 1, 99, size, 8, 1, 5, 3, namesize, 0);
	memcpy(archive + used, name, strlen(name));
	used = ALIGN_UP(used + namesize, (size_t)4);
	memcpy(archive + used, data, strlen(data));
	used = ALIGN_UP(used + size, (size_t)4);
	return at;
}

static void trailer(void)
{
	entry("TRAILER!!!", 11, 0, "", 0);
}

static void refused(size_t at, const char *words)
{
	struct cpio_entry e;
	struct cpio c;
	int more;

	cpio_begin(&c, archive, used);
	while ((more = cpio_next(&c, &e)) == 1)
		;
	assert_int_equal(more, -EINVAL);
	assert_int_equal(c.offset, at);
	assert_non_null(strstr(c.error, words));
}

static void a_plain_archive(void **state)
{
	struct cpio_entry e;
	struct cpio c;

	(void)state;
	begin();
	entry("dev", 4, 0040755, "", 0);
	entry("dev/null", 9, 0020666, "", 0);
	entry("etc/motd", 9, 0100644, "hello", 5);
	trailer();
	cpio_begin(&c, archive, sizeof(archive));
	assert_int_equal(cpio_next(&c, &e), 1);
	assert_string_equal(e.name, "dev");
	assert_int_equal(cpio_next(&c, &e), 1);
	assert_int_equal(e.rdev_major, 5);
	assert_int_equal(e.rdev_minor, 3);
	assert_int_equal(cpio_next(&c, &e), 1);
	assert_memory_equal(e.data, "hello", 5);
	assert_int_equal(cpio_next(&c, &e), 0);
	assert_int_equal(cpio_next(&c, &e), 0);
}

static void padded_names(void **state)
{
	struct cpio_entry e;
	struct cpio c;
	size_t at;

	(void)state;
	begin();
	entry("file", 300, 0100644, "x", 1);
	trailer();
	cpio_begin(&c, archive, used);
	assert_int_equal(cpio_next(&c, &e), 1);
	assert_int_equal(e.name_len, 4);
	assert_int_equal(*e.data, 'x');

	begin();
	at = entry("file", 300, 0100644, "x", 1);
	archive[at + 110 + 200] = 'z';
	trailer();
	refused(at, "name");
}

static void damaged_headers(void **state)
{
	size_t at;

	(void)state;
	begin();
	entry("a", 2, 0100644, "", 0);
	at = entry("b", 2, 0100644, "", 0);
	archive[at + 3] = '8';
	trailer();
	refused(at, "header");
	archive[at + 3] = '7';
	archive[at + 20] = 'g';
	refused(at, "hexadecimal");

	begin();
	at = entry("", 1, 0100644, "", 0);
	refused(at, "name");
	begin();
	at = entry("abc", 3, 0100644, "", 0);
	refused(at, "name");
	begin();
	at = entry("abc", 0xffffffff, 0100644, "", 0);
	used = sizeof(archive);
	refused(at, "name");
	begin();
	at = entry("dir", 4, 0040755, "abc", 3);
	trailer();
	refused(at, "data");
	begin();
	at = entry("huge", 5, 0100644, "", 0xfffffffd);
	used = sizeof(archive);
	refused(at, "truncated");
}

static void truncation_anywhere(void **state)
{
	size_t whole;

	(void)state;
	begin();
	entry("etc/motd", 9, 0100644, "hello", 5);
	trailer();
	whole = used;
	for (size_t len = 0; len < whole; len++) {
		char *copy = malloc(len ? len : 1);
		struct cpio_entry e;
		struct cpio c;
		int more;

		memcpy(copy, archive, len);
		cpio_begin(&c, copy, len);
		while ((more = cpio_next(&c, &e)) == 1)
			assert_memory_equal(e.data, "hello", 5);
		assert_int_equal(more, -EINVAL);
		free(copy);
	}
}

static void every_archive_has_a_trailer(void **state)
{
	(void)state;
	begin();
	entry("a", 2, 0100644, "", 0);
	trailer();
	used += 100;
	entry("b", 2, 0100644, "", 0);
	refused(used, "no trailer");
}

static void nothing_at_all(void **state)
{
	(void)state;
	begin();
	used = 512;
	refused(512, "no archive");
	used = 0;
	refused(0, "no archive");
}

static void as_they_went_in(void **state)
{
	(void)state;
	random_inputs(4, 4000, 800);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_plain_archive),
	cmocka_unit_test(padded_names),
	cmocka_unit_test(damaged_headers),
	cmocka_unit_test(truncation_anywhere),
	cmocka_unit_test(every_archive_has_a_trailer),
	cmocka_unit_test(nothing_at_all),
	cmocka_unit_test(as_they_went_in),
};

HOST_TEST_MAIN("cpio", tests)
