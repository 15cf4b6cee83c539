/* SPDX-License-Identifier: MIT */
/*
 * Tables of CPUs made of the input's bytes, sealed with right checksums or not. A naive walk over the
 * same entries counts the CPUs; whatever the input, what is accepted can be used.
 */
#include "fuzz.h"
#include <arch/acpi.h>

enum { LOW = 0x100000, RSDP = 0xe0010, RSDT = 0x1000, MADT = 0x2000, ENTRIES = MADT + 44 };

static u8 low[LOW];
static struct acpi_cpus cpus;

static bool read_low(const struct acpi_memory *m, paddr_t at, void *buf, size_t len)
{
	(void)m;
	if (at > LOW || len > LOW - at)
		return false;
	memcpy(buf, low + at, len);
	return true;
}

static void put_u32(u32 at, u32 v)
{
	memcpy(low + at, &v, 4);
}

static void seal(u32 start, u32 len, u32 at)
{
	u8 sum = 0;

	low[at] = 0;
	for (u32 i = 0; i < len; i++)
		sum += low[start + i];
	low[at] = (u8)-sum;
}

/* Entries of known and of other kinds; now and then one of a wrong length. => where they end */
static u32 make_entries(struct input *in)
{
	static const u8 lengths[] = {8, 12, 10, 8, 6, 12};
	u32 at = ENTRIES;

	while (in->len > 0 && at < MADT + 0x800) {
		u8 type = take_u8(in) % 7, length = type < 6 ? lengths[type] : 4;

		if (take_u8(in) % 32 == 0)
			length = take_u8(in);
		low[at] = type;
		low[at + 1] = length;
		for (u32 i = 2; i < length; i++)
			low[at + i] = take_u8(in);
		at += MAX(length, 1);
	}
	return at;
}

static u32 naive_cpus(u32 end)
{
	u32 nr = 0;

	for (u32 at = ENTRIES; at < end; at += low[at + 1])
		nr += low[at] == 0 && (low[at + 4] & 1);
	return nr;
}

static void check(u32 end)
{
	MUST(cpus.nr_cpus >= 1 && cpus.nr_cpus <= NR_CPUS);
	MUST(cpus.nr_cpus + cpus.nr_more == naive_cpus(end) || cpus.nr_more > 0);
	MUST(cpus.nr_ioapics >= 1 && cpus.nr_ioapics <= ACPI_IOAPICS_MAX);
	MUST(cpus.local_apic != 0 && cpus.local_apic % PAGE_SIZE == 0);
	for (unsigned i = 0; i < cpus.nr_cpus; i++)
		for (unsigned k = 0; k < i; k++)
			MUST(cpus.apic_id[i] != cpus.apic_id[k]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct acpi_memory memory = {read_low};
	struct input in = {data, len};
	u8 choice = take_u8(&in);
	u32 end;

	memset(low + RSDT, 0, 0x3000);
	memset(low + RSDP, 0, 64);
	memcpy(low + RSDP, "RSD PTR ", 8);
	put_u32(RSDP + 16, choice & 1 ? RSDT : take_u32(&in));
	seal(RSDP, 20, RSDP + 8);
	memcpy(low + RSDT, "RSDT", 4);
	put_u32(RSDT + 4, choice & 2 ? 40 : take_u16(&in));
	put_u32(RSDT + 36, choice & 4 ? MADT : take_u32(&in));
	seal(RSDT, 40, RSDT + 9);
	memcpy(low + MADT, "APIC", 4);
	put_u32(MADT + 36, choice & 8 ? 0xfee00000 : take_u32(&in));
	end = make_entries(&in);
	put_u32(MADT + 4, choice & 16 ? end - MADT : take_u16(&in));
	if (choice & 32)
		seal(MADT, end - MADT, MADT + 9);
	if (acpi_parse(&memory, &cpus) == 0 && (choice & 23) == 23)
		check(end);
	return 0;
}
