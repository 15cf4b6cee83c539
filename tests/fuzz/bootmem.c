/* SPDX-License-Identifier: MIT */
/*
 * Boot memory against a map with one byte for each 512 bytes: each piece is a hole, free or
 * reserved; an allocation is the lowest place that fits.
 */
#include "fuzz.h"
#include <octavo/bootmem.h>

enum { UNIT = 512, UNITS = 1024, PER_PAGE = 4096 / UNIT };
enum state { HOLE, FREE, RESERVED };

static struct bootmem b;
static u8 map[UNITS];
static paddr_t base;

static paddr_t addr(unsigned unit)
{
	return base + unit * UNIT;
}

/* The list must hold exactly the runs of `state`. */
static void compare_list(const struct phys_range *r, unsigned nr, enum state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < UNITS;) {
		unsigned end = i;

		while (end < UNITS && map[end] == state)
			end++;
		if (end > i) {
			MUST(n < nr && r[n].start == addr(i) && r[n].end == addr(end));
			n++;
		}
		i = end + 1;
	}
	MUST(n == nr);
}

static void compare(void)
{
	compare_list(b.free, b.nr_free, FREE);
	compare_list(b.reserved, b.nr_reserved, RESERVED);
	bootmem_check(&b);
}

/* May a list overflow? Each call makes one range more at most, and one for each piece it moves. */
static bool nearly_full(void)
{
	return b.nr_free + b.nr_reserved >= BOOTMEM_MAX_RANGES;
}

static void setup(struct input *in)
{
	struct phys_range ranges[BOOT_MAX_RANGES];
	unsigned nr = 0, at = take_u8(in) & 3;

	base = take_u8(in) & 1 ? 0xfff00000u : 0;
	memset(map, HOLE, sizeof(map));
	while (at < UNITS && nr < BOOT_MAX_RANGES) {
		unsigned end = at + 1 + take_u16(in) % 256;

		end = MIN(end, (unsigned)UNITS);
		ranges[nr++] = (struct phys_range){addr(at), addr(end)};
		memset(map + at, FREE, end - at);
		at = end + 1 + take_u8(in) % 32;
	}
	bootmem_init(&b, ranges, nr);
}

static void move(struct input *in, bool reserve)
{
	unsigned from = take_u16(in) % UNITS, to = from + take_u8(in);
	bool full = nearly_full();
	int err;

	to = MIN(to, (unsigned)UNITS);
	err = reserve ? bootmem_reserve(&b, addr(from), addr(to))
		      : bootmem_free(&b, addr(from), addr(to));
	MUST(err == 0 || (err == -ENOMEM && full));
	if (err)
		return;
	if (!reserve) {
		from = (from + PER_PAGE - 1) / PER_PAGE * PER_PAGE;
		to = to / PER_PAGE * PER_PAGE;
	}
	for (unsigned i = from; i < to; i++) {
		if (map[i] == (reserve ? FREE : RESERVED))
			map[i] = reserve ? RESERVED : FREE;
	}
}

static void alloc(struct input *in)
{
	unsigned size = 1 + take_u8(in) % 64, align = 1u << take_u8(in) % 6;
	unsigned low = take_u16(in) % UNITS, high = low + take_u16(in) % 1024;
	bool full = nearly_full();
	paddr_t got;

	high = MIN(high, (unsigned)UNITS);
	got = bootmem_alloc(&b, size * UNIT, align * UNIT, addr(low), addr(high));
	for (unsigned i = low; i + size <= high; i++) {
		unsigned n = 0;

		while (n < size && map[i + n] == FREE)
			n++;
		if (n < size || addr(i) % (align * UNIT) || addr(i) == 0)
			continue;
		MUST(got == addr(i) || full);
		if (got == 0)
			return;
		i = (got - base) / UNIT;
		for (n = 0; n < size; n++) {
			MUST(map[i + n] == FREE);
			map[i + n] = RESERVED;
		}
		return;
	}
	MUST(got == 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	setup(&in);
	compare();
	while (in.len) {
		u8 op = take_u8(&in) % 3;

		if (op < 2)
			move(&in, op == 0);
		else
			alloc(&in);
		compare();
	}
	return 0;
}
