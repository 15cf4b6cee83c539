/* SPDX-License-Identifier: MIT */
/*
 * Any run and any address in it: the region is one that the processor has, opens nothing outside the
 * run, and no region opens more around the address.
 */
#include "fuzz.h"
#include <octavo/mpu_region.h>

#define SPACE (64u << 20)

/* What the processor makes of base, size and sub-regions: is this byte open? */
static bool opens(const struct mpu_cover *c, u32 at)
{
	u64 offset = (u64)at - c->base;

	if (at < c->base || offset >> c->log2_size != 0)
		return false;
	return (c->disabled & 1u << (offset >> (c->log2_size - 3))) == 0;
}

/* Bytes around the address that the best region opens, found by trying all of them. */
static u32 naive_best(u32 start, u32 end, u32 address)
{
	u32 best = 0;

	for (unsigned n = 10; n < 31; n++) {
		u32 size = 1u << n, step = n < 13 ? size : size / 8;
		u32 low = address & ~(step - 1), high = low + step;

		if (low < start || high > end)
			continue;
		while ((low & (size - 1)) != 0 && low - step >= start && low >= step)
			low -= step;
		while ((high & (size - 1)) != 0 && high + step <= end)
			high += step;
		best = MAX(best, high - low);
	}
	return best;
}

static u32 take(const u8 **data, size_t *len)
{
	u32 v = 0;

	for (unsigned i = 0; i < 3 && *len > 0; i++, (*len)--)
		v = v << 8 | *(*data)++;
	return v;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u32 start = take(&data, &len) * MPU_GRANULE % SPACE;
	u32 span = (take(&data, &len) >> (len > 0 ? data[0] % 24 : 0)) * MPU_GRANULE % SPACE;
	u32 end = start + MAX(span, MPU_GRANULE);
	u32 address = start + take(&data, &len) % (end - start);
	struct mpu_cover c;

	memset(&c, 0xff, sizeof(c));
	mpu_region_cover(start, end, address, &c);
	MUST(c.log2_size >= 10 && c.log2_size <= 31 && c.disabled < 0xff);
	MUST((c.base & ((1u << c.log2_size) - 1)) == 0);
	MUST(c.disabled == 0 || c.log2_size >= 13);
	MUST(c.start >= start && c.end <= end && c.start <= address && address < c.end);
	MUST(c.end - c.start == naive_best(start, end, address));
	for (unsigned i = 0; i <= 8; i++) {
		u32 piece = 1u << (c.log2_size - 3);
		u32 at = c.base + i * piece;

		MUST(opens(&c, at) == (at >= c.start && at < c.end));
		if (at > 0)
			MUST(opens(&c, at - 1) == (at - 1 >= c.start && at - 1 < c.end));
	}
	MUST(opens(&c, c.start) && opens(&c, c.end - 1) && opens(&c, address));
	MUST(!opens(&c, c.end) && (c.start == 0 || !opens(&c, c.start - 1)));
	return 0;
}
