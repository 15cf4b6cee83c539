/* SPDX-License-Identifier: MIT */
/* The firmware's tables of CPUs: as firmwares write them, and damaged ones. */
#include "test.h"
#include <arch/acpi.h>

enum { LOW = 0x100000, RSDP = 0xf5000, RSDT = 0x90000, XSDT = 0x91000, MADT = 0x92000 };

static u8 low[LOW]; /* physical memory from 0 on; nothing else can be read */
static struct acpi_cpus cpus;
static u32 madt_end;

static bool read_low(const struct acpi_memory *m, paddr_t at, void *buf, size_t len)
{
	(void)m;
	if (at > LOW || len > LOW - at)
		return false;
	memcpy(buf, low + at, len);
	return true;
}

static const struct acpi_memory memory = {read_low};

static void put(u32 at, u64 v, size_t bytes)
{
	memcpy(low + at, &v, bytes);
}

/* Make the `len` bytes at `start` add up to 0 by the one at `at`. */
static void seal(u32 start, u32 len, u32 at)
{
	u8 sum = 0;

	low[at] = 0;
	for (u32 i = 0; i < len; i++)
		sum += low[start + i];
	low[at] = (u8)-sum;
}

static void table(u32 at, const char *signature, u32 length)
{
	memcpy(low + at, signature, 4);
	put(at + 4, length, 4);
	seal(at, length, at + 9);
}

static void entry(u8 type, u8 length, const void *rest)
{
	low[madt_end] = type;
	low[madt_end + 1] = length;
	if (length > 2)
		memcpy(low + madt_end + 2, rest, length - 2u);
	madt_end += length;
}

static void cpu(u8 id, u8 enabled)
{
	entry(0, 8, (u8[]){id, id, enabled, 0, 0, 0});
}

static void ioapic(void)
{
	entry(1, 12, (u8[]){0, 0, 0x00, 0x00, 0xc0, 0xfe, 0, 0, 0, 0});
}

static void finish(void)
{
	table(MADT, "APIC", madt_end - MADT);
}

static int setup(void **state)
{
	(void)state;
	memset(low, 0, sizeof(low));
	memcpy(low + RSDP, "RSD PTR ", 8);
	put(RSDP + 16, RSDT, 4);
	seal(RSDP, 20, RSDP + 8);
	put(RSDT + 36, 0x80000, 4); /* another's */
	put(RSDT + 40, MADT, 4);
	table(RSDT, "RSDT", 44);
	put(MADT + 36, 0xfee00000, 4);
	madt_end = MADT + 44;
	host_log_clear();
	return 0;
}

static int parse(void)
{
	finish();
	return acpi_parse(&memory, &cpus);
}

static unsigned host_log_lines(void)
{
	unsigned n = 0;

	for (const char *p = host_log; *p; p++)
		n += *p == '\n';
	return n;
}

#define SAYS(words) assert_non_null(strstr(host_log, words))

static void an_ordinary_machine(void **state)
{
	(void)state;
	cpu(0, 1);
	cpu(1, 1);
	cpu(4, 0);
	cpu(3, 1);
	ioapic();
	entry(2, 10, (u8[]){0, 0, 2, 0, 0, 0, 0, 0});
	entry(2, 10, (u8[]){0, 9, 9, 0, 0, 0, 13, 0});
	entry(2, 10, (u8[]){0, 11, 20, 0, 0, 0, 15, 0});
	entry(4, 6, (u8[]){255, 0, 0, 1});
	entry(77, 2, NULL);
	assert_int_equal(parse(), 0);
	assert_string_equal(host_log, "");
	assert_int_equal(cpus.local_apic, 0xfee00000);
	assert_int_equal(cpus.nr_cpus, 3);
	assert_memory_equal(cpus.apic_id, ((u8[]){0, 1, 3}), 3);
	assert_int_equal(cpus.nr_ioapics, 1);
	assert_int_equal(cpus.ioapic[0].address, 0xfec00000);
	assert_int_equal(cpus.isa[0].gsi, 2);
	assert_int_equal(cpus.isa[4].gsi, 4);
	assert_false(cpus.isa[4].level || cpus.isa[4].active_low);
	assert_true(cpus.isa[9].level && !cpus.isa[9].active_low);
	assert_true(cpus.isa[11].level && cpus.isa[11].active_low && cpus.isa[11].gsi == 20);
}

static void wide_tables_in_the_ebda(void **state)
{
	(void)state;
	memset(low + RSDP, 0, 36);
	put(0x40e, 0x9fc0, 2);
	memcpy(low + 0x9fc20, "RSD PTR ", 8);
	low[0x9fc20 + 15] = 2;
	put(0x9fc20 + 20, 36, 4);
	put(0x9fc20 + 24, XSDT, 8);
	seal(0x9fc20, 20, 0x9fc20 + 8);
	seal(0x9fc20, 36, 0x9fc20 + 32);
	put(XSDT + 36, 0x500000000ull, 8);
	put(XSDT + 44, MADT, 8);
	table(XSDT, "XSDT", 52);
	cpu(7, 1);
	ioapic();
	entry(5, 12, (u8[]){0, 0, 0, 0x10, 0xe0, 0xfe, 0, 0, 0, 0});
	assert_int_equal(parse(), 0);
	assert_int_equal(cpus.apic_id[0], 7);
	assert_int_equal(cpus.local_apic, 0xfee01000);
}

static void more_cpus_than_can_be_used(void **state)
{
	(void)state;
	for (u8 i = 0; i < NR_CPUS + 3; i++)
		cpu(i, 1);
	ioapic();
	assert_int_equal(parse(), 0);
	assert_int_equal(cpus.nr_cpus, NR_CPUS);
	assert_int_equal(cpus.nr_more, 3);
}

static void nothing_there(void **state)
{
	(void)state;
	low[RSDP] = 'r';
	assert_int_equal(parse(), -ENOENT);
	setup(NULL);
	put(RSDT + 40, 0x80000, 4);
	table(RSDT, "RSDT", 44);
	assert_int_equal(parse(), -ENOENT);
	assert_string_equal(host_log, "");
}

static void damaged_on_the_way(void **state)
{
	(void)state;
	low[RSDP + 8]++;
	assert_int_equal(parse(), -EINVAL);
	SAYS("root pointer is damaged");
	setup(NULL);
	low[RSDT + 9]++;
	assert_int_equal(parse(), -EINVAL);
	SAYS("table of tables at 0x90000");
	setup(NULL);
	put(RSDT + 4, 0xffffffff, 4);
	assert_int_equal(parse(), -EINVAL);
	setup(NULL);
	cpu(0, 1);
	ioapic();
	finish();
	low[MADT + 50]++;
	assert_int_equal(acpi_parse(&memory, &cpus), -EINVAL);
	SAYS("table of CPUs at 0x92000");
	assert_int_equal(host_log_lines(), 1);
}

static void damaged_entries(void **state)
{
	static const struct {
		u8 bytes[12];
		const char *says;
	} bad[] = {
		{{0, 1}, "entry at offset 64"},
		{{0, 7}, "entry at offset 64"},
		{{1, 200}, "entry at offset 64"},
		{{2, 8}, "entry at offset 64"},
		{{0, 8, 0, 0, 1}, "two CPUs have the number 0"},
		{{1, 12, 0, 0, 8}, "IO-APIC at 0x8"},
		{{2, 10, 0, 16}, "line 16 of bus 0"},
		{{2, 10, 1, 3}, "line 3 of bus 1"},
		{{5, 12, 0, 0, 0, 0, 0, 0, 1}, "beyond 4G"},
		{{5, 12, 0, 0, 0, 8}, "local APICs are at 0x800"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		setup(NULL);
		cpu(0, 1);
		ioapic();
		memcpy(low + madt_end, bad[i].bytes, 12);
		madt_end += 12;
		if (bad[i].bytes[1] == 8 || bad[i].bytes[1] == 10)
			madt_end -= 12u - bad[i].bytes[1];
		assert_int_equal(parse(), -EINVAL);
		SAYS(bad[i].says);
		assert_int_equal(host_log_lines(), 1);
	}
}

static void of_no_use(void **state)
{
	(void)state;
	ioapic();
	assert_int_equal(parse(), -EINVAL);
	SAYS("names none");
	setup(NULL);
	cpu(0, 1);
	assert_int_equal(parse(), -EINVAL);
	SAYS("no IO-APIC");
}

static void random_tables(void **state)
{
	(void)state;
	random_inputs(1, 4000, 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(an_ordinary_machine, setup),
	cmocka_unit_test_setup(wide_tables_in_the_ebda, setup),
	cmocka_unit_test_setup(more_cpus_than_can_be_used, setup),
	cmocka_unit_test_setup(nothing_there, setup),
	cmocka_unit_test_setup(damaged_on_the_way, setup),
	cmocka_unit_test_setup(damaged_entries, setup),
	cmocka_unit_test_setup(of_no_use, setup),
	cmocka_unit_test(random_tables),
};

HOST_TEST_MAIN("acpi", tests)
