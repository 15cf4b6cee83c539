/* SPDX-License-Identifier: MIT */
/*
 * A loader's structure made of the input's bytes. Where the map is whole, a page is RAM in the
 * result exactly where a naive look at every entry says so; whatever the input, the result is
 * sorted, disjoint and aligned, and the module lies in RAM and not in the kernel.
 */
#include "fuzz.h"
#include <arch/multiboot.h>

enum { LOW = 0x4000, INFO = 0x100, MMAP = 0x200, MODS = 0x2000, CMDLINE = 0x3000, ENTRIES = 24 };

static u8 low[LOW]; /* physical memory from 0 on; nothing else can be read */
static struct boot_info result;

static bool read_low(const struct multiboot_memory *m, paddr_t at, void *buf, size_t len)
{
	(void)m;
	if (at > LOW || len > LOW - at)
		return false;
	memcpy(buf, low + at, len);
	return true;
}

static const struct multiboot_memory memory = {
	.read = read_low,
	.kernel = {0x100000, 0x180000},
};

static void put_u32(u32 at, u32 v)
{
	memcpy(low + at, &v, 4);
}

struct range {
	u64 start, len;
	u32 type;
};

/* An address near a page border, near 4G, or anywhere. */
static u64 take_address(struct input *in)
{
	u8 kind = take_u8(in);
	u64 a = take_u16(in);

	switch (kind % 6) {
	case 0:
		return a;
	case 1:
		return 0xffff0000u + a;
	case 2:
		return take_u64(in);
	case 3:
		return (a << 8) + (take_u8(in) & 3);
	default:
		return a % 64 << 12;
	}
}

static bool page_is_ram(const struct range *r, unsigned nr, u64 page)
{
	u64 start = page << 12, end = start + 4096;
	bool ram = false;

	for (unsigned i = 0; i < nr; i++) {
		u64 r_end = r[i].start + r[i].len;

		if (r_end < r[i].start)
			r_end = UINT64_MAX;
		if (r[i].type == 1)
			ram |= r[i].start <= start && r_end >= end;
		else if (r[i].len && r[i].start < end && r_end > start)
			return false;
	}
	return ram;
}

static bool page_in_result(u64 page)
{
	for (unsigned i = 0; i < result.nr_ranges; i++)
		if (page << 12 >= result.ranges[i].start && page << 12 < result.ranges[i].end)
			return true;
	return false;
}

static void compare(const struct range *r, unsigned nr)
{
	if (result.nr_ranges == BOOT_MAX_RANGES)
		return; /* the rest was left out, and said so */
	for (unsigned i = 0; i < nr; i++) {
		u64 borders[2] = {r[i].start >> 12, (r[i].start + r[i].len) >> 12};

		for (unsigned b = 0; b < 2; b++)
			for (u64 p = borders[b] ? borders[b] - 1 : 0; p <= borders[b] + 1; p++)
				if (p < 0xfffff)
					MUST(page_in_result(p) == page_is_ram(r, nr, p));
	}
}

static void check_result(void)
{
	const struct phys_range *m = &result.module;
	bool inside = m->end == 0;
	u64 before = 0;

	MUST(result.nr_ranges >= 1 && result.nr_ranges <= BOOT_MAX_RANGES);
	for (unsigned i = 0; i < result.nr_ranges; i++) {
		const struct phys_range *r = &result.ranges[i];

		MUST(r->start < r->end && ((r->start | r->end) & 4095) == 0);
		MUST(i == 0 || r->start > before);
		before = r->end;
		inside |= m->start >= r->start && m->end <= r->end;
	}
	MUST(inside && m->start <= m->end);
	MUST(m->end <= memory.kernel.start || m->start >= memory.kernel.end);
	MUST(memchr(result.cmdline, 0, sizeof(result.cmdline)) != NULL);
}

/* Lay out a map of whole entries; => its length */
static u32 make_map(struct input *in, struct range *r, unsigned nr)
{
	u32 at = MMAP;

	for (unsigned i = 0; i < nr; i++) {
		u32 extra = take_u8(in) % 16 == 1 ? 4 : 0;

		r[i].start = take_address(in);
		r[i].len = take_address(in);
		r[i].type = take_u8(in) % 3;
		put_u32(at, 20 + extra);
		memcpy(low + at + 4, &r[i].start, 8);
		memcpy(low + at + 12, &r[i].len, 8);
		put_u32(at + 20, r[i].type);
		at += 24 + extra;
	}
	return at - MMAP;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u8 choice = take_u8(&in);
	unsigned nr = take_u8(&in) % ENTRIES, nr_mods = take_u8(&in) % 4;
	struct range r[ENTRIES];
	u32 map_len;
	bool damaged = choice & 1;

	memset(low, 0, sizeof(low));
	put_u32(INFO, 0x4d); /* memory, command line, modules, map */
	put_u32(INFO + 4, 640);
	put_u32(INFO + 8, choice & 2 ? take_u32(&in) : 0);
	put_u32(INFO + 16, CMDLINE);
	put_u32(INFO + 20, nr_mods);
	put_u32(INFO + 24, MODS);
	map_len = make_map(&in, r, nr);
	put_u32(INFO + 44, map_len);
	put_u32(INFO + 48, MMAP);
	for (unsigned i = 0; i < nr_mods; i++) {
		put_u32(MODS + i * 16, (u32)take_address(&in));
		put_u32(MODS + i * 16 + 4, (u32)take_address(&in));
	}
	for (unsigned i = 0; i < 32; i++)
		low[CMDLINE + i] = take_u8(&in);
	for (unsigned i = take_u8(&in) % 8; damaged && i > 0; i--)
		low[take_u16(&in) % LOW] = take_u8(&in);
	if (choice & 4)
		put_u32(INFO + take_u8(&in) % 13 * 4, take_u32(&in));
	if (multiboot_parse(MULTIBOOT_BOOT_MAGIC, INFO, &memory, &result) != 0)
		return 0;
	check_result();
	if (!damaged && !(choice & 4)) {
		for (unsigned i = 0; i < nr; i++)
			if (r[i].type == 1 && r[i].len >= 4096) {
				struct boot_info again = result;

				/* mem_lower stands in only where the map gives nothing */
				put_u32(INFO, 0x4c);
				if (multiboot_parse(MULTIBOOT_BOOT_MAGIC, INFO, &memory, &result) ==
				    0)
					compare(r, nr);
				result = again;
				break;
			}
	}
	return 0;
}
