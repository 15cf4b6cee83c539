/* SPDX-License-Identifier: MIT */
/* Multiboot information: maps as loaders give them, and damaged ones. */
#include "test.h"
#include <arch/multiboot.h>

static u8 low[0x2000];
static struct boot_info info;
static const u32 INFO = 0x100, MMAP = 0x200, MODS = 0x800, CMDLINE = 0x1000;

static bool read_low(const struct multiboot_memory *m, paddr_t at, void *buf, size_t len)
{
	(void)m;
	if (at > sizeof(low) || len > sizeof(low) - at)
		return false;
	memcpy(buf, low + at, len);
	return true;
}

static const struct multiboot_memory memory = {.read = read_low, .kernel = {0x100000, 0x140000}};

static void put(u32 at, u32 v)
{
	memcpy(low + at, &v, 4);
}

static u32 map_end;

static void entry(u64 start, u64 len, u32 type)
{
	put(map_end, 20);
	memcpy(low + map_end + 4, &start, 8);
	memcpy(low + map_end + 12, &len, 8);
	put(map_end + 20, type);
	map_end += 24;
	put(INFO + 44, map_end - MMAP);
}

static int setup(void **state)
{
	(void)state;
	memset(low, 0, sizeof(low));
	map_end = MMAP;
	put(INFO, 0x4d);
	put(INFO + 4, 639);
	put(INFO + 8, 31 << 10);
	put(INFO + 16, CMDLINE);
	put(INFO + 24, MODS);
	put(INFO + 48, MMAP);
	host_log_clear();
	return 0;
}

static int parse(void)
{
	return multiboot_parse(MULTIBOOT_BOOT_MAGIC, INFO, &memory, &info);
}

#define RANGE(i, from, to)                                                                         \
	do {                                                                                       \
		assert_int_equal(info.ranges[i].start, from);                                      \
		assert_int_equal(info.ranges[i].end, to);                                          \
	} while (0)
#define SAYS(words) assert_non_null(strstr(host_log, words))

static void module(unsigned i, u32 start, u32 end)
{
	put(MODS + i * 16, start);
	put(MODS + i * 16 + 4, end);
	put(INFO + 20, i + 1);
}

static void an_ordinary_machine(void **state)
{
	(void)state;
	entry(0, 0x9fc00, 1);
	entry(0x9fc00, 0x400, 2);
	entry(0xf0000, 0x10000, 2);
	entry(0x100000, 0x7ee0000, 1);
	entry(0x7fe0000, 0x20000, 2);
	entry(0xfffc0000, 0x40000, 2);
	module(0, 0x141000, 0x200000);
	strcpy((char *)low + CMDLINE, "build/octavo.elf chaos=1 -- /bin/x");
	assert_int_equal(parse(), 0);
	assert_string_equal(host_log, "");
	assert_int_equal(info.nr_ranges, 2);
	RANGE(0, 0, 0x9f000);
	RANGE(1, 0x100000, 0x7fe0000);
	assert_int_equal(info.module.start, 0x141000);
	assert_int_equal(info.module.end, 0x200000);
	assert_int_equal(info.kernel.start, 0x100000);
	assert_string_equal(info.cmdline, "chaos=1 -- /bin/x");
}

static void kernel_names(void **state)
{
	static const char *const lines[][2] = {
		{"octavo.elf", ""},
		{"octavo.elf   a=b", "a=b"},
		{"/boot/octavo x", "x"},
		{"loglevel=4 x", "loglevel=4 x"},
		{"init=/bin/sh", "init=/bin/sh"},
		{"quiet -- /bin/x", "quiet -- /bin/x"},
		{"", ""},
	};

	(void)state;
	entry(0x100000, 0x1000000, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
		strcpy((char *)low + CMDLINE, lines[i][0]);
		assert_int_equal(parse(), 0);
		assert_string_equal(info.cmdline, lines[i][1]);
	}
}

static void overlaps_holes_and_disorder(void **state)
{
	(void)state;
	entry(0x800000, 0x800000, 1);
	entry(0x100000, 0x400000, 1);
	entry(0x300000, 0x300000, 1);
	entry(0x900123, 1, 2);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.nr_ranges, 3);
	RANGE(0, 0x100000, 0x600000);
	RANGE(1, 0x800000, 0x900000);
	RANGE(2, 0x901000, 0x1000000);
	SAYS("not in order");
	SAYS("2 overlapping");
}

static void above_4g_and_wrapping(void **state)
{
	(void)state;
	entry(0x100000, 0xfff00000, 1);
	entry(0x100000000ull, 0x40000000, 1);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.nr_ranges, 1);
	RANGE(0, 0x100000, 0xfffff000);
	SAYS("1024 MB of RAM above 4G");
	setup(NULL);
	entry(0x200000, 0xffffffffffffff00ull, 1);
	assert_int_equal(parse(), 0);
	RANGE(0, 0x200000, 0xfffff000);
	SAYS("wraps");
}

static void empty_and_tiny(void **state)
{
	(void)state;
	entry(0x5000, 0, 1);
	entry(0x6001, 0x1ffe, 1);
	entry(0x100000, 0x100000, 1);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.nr_ranges, 1);
	SAYS("empty range at 0x5000");
}

static void no_usable_map(void **state)
{
	(void)state;
	assert_int_equal(parse(), 0); /* a map of no entries: mem_lower and mem_upper */
	assert_int_equal(info.nr_ranges, 2);
	RANGE(0, 0, 0x9f000);
	RANGE(1, 0x100000, 0x2000000);
	SAYS("no RAM in it");
	put(INFO, 0x0d);
	assert_int_equal(parse(), 0);
	SAYS("no memory map");
	put(INFO, 0x0c);
	assert_int_equal(parse(), -ENOMEM);
	SAYS("no usable RAM");
}

static void truncated_maps(void **state)
{
	(void)state;
	entry(0x100000, 0x100000, 1);
	entry(0x300000, 0x100000, 1);
	put(INFO + 44, 24 + 12);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.nr_ranges, 1);
	SAYS("truncated after 24 bytes");
	put(INFO + 44, 48);
	put(MMAP + 24, 7);
	assert_int_equal(parse(), 0);
	SAYS("entry of 7 bytes at offset 24");
	put(INFO + 48, 0xfffffff0);
	assert_int_equal(parse(), 0);
	SAYS("wraps around");
	put(INFO + 48, 0x1ff8);
	assert_int_equal(parse(), 0);
	SAYS("truncated after 0 bytes");
}

static void not_multiboot(void **state)
{
	(void)state;
	assert_int_equal(multiboot_parse(1, INFO, &memory, &info), -EINVAL);
	SAYS("not started by a multiboot loader");
	assert_int_equal(multiboot_parse(MULTIBOOT_BOOT_MAGIC, 0x1ff0, &memory, &info), -EINVAL);
	SAYS("cannot be read");
}

static void modules(void **state)
{
	static const struct {
		u32 start, end;
		const char *says;
	} bad[] = {
		{0x200000, 0x200000, "is empty"},
		{0x200000, 0x1ff000, "ends before"},
		{0x3ff000, 0x401000, "not in RAM"},
		{0xfffff000, 0xffffffff, "not in RAM"},
		{0x13f000, 0x150000, "overlaps the kernel"},
		{0x100000, 0x140000, "overlaps the kernel"},
	};

	(void)state;
	entry(0x100000, 0x300000, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		module(0, bad[i].start, bad[i].end);
		module(1, 0x300000, 0x300100);
		host_log_clear();
		assert_int_equal(parse(), 0);
		SAYS(bad[i].says);
		assert_int_equal(info.module.start, 0x300000);
	}
	module(0, 0x200000, 0x200001);
	module(1, 0x300000, 0x300100);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.module.start, 0x200000);
	SAYS("one too many");
	put(INFO + 20, 0xffffffff);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.module.end, 0);
	put(INFO + 20, 1);
	put(INFO + 24, 0xfffffff8);
	assert_int_equal(parse(), 0);
	SAYS("module table");
}

static void long_command_lines(void **state)
{
	(void)state;
	entry(0x100000, 0x300000, 1);
	memset(low + CMDLINE, 'x', 0x1000);
	assert_int_equal(parse(), 0);
	assert_int_equal(strlen(info.cmdline), BOOT_CMDLINE_MAX - 1);
	SAYS("longer than");
	put(INFO + 16, 0x1ff0);
	assert_int_equal(parse(), 0);
	assert_int_equal(strlen(info.cmdline), 16);
	SAYS("cannot be read at 0x2000");
}

static void like_a_naive_look(void **state)
{
	(void)state;
	random_inputs(6, 20000, 500);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(an_ordinary_machine, setup),
	cmocka_unit_test_setup(kernel_names, setup),
	cmocka_unit_test_setup(overlaps_holes_and_disorder, setup),
	cmocka_unit_test_setup(above_4g_and_wrapping, setup),
	cmocka_unit_test_setup(empty_and_tiny, setup),
	cmocka_unit_test_setup(no_usable_map, setup),
	cmocka_unit_test_setup(truncated_maps, setup),
	cmocka_unit_test_setup(not_multiboot, setup),
	cmocka_unit_test_setup(modules, setup),
	cmocka_unit_test_setup(long_command_lines, setup),
	cmocka_unit_test(like_a_naive_look),
};

HOST_TEST_MAIN("multiboot", tests)
