/* SPDX-License-Identifier: MIT */
/*
 * mpu_region.c - which region of the MPU opens a part of a run (pure).
 *
 *	run          [-----------------------------)
 *	region   |---+---+---+---+---+---+---+---|		2^n bytes, eight sub-regions
 *	          off  on  on  on  on  on  on  off		those inside the run are on
 *
 * Larger regions reach further but end in coarser steps; the sizes are tried from the largest that
 * can have a whole sub-region inside the run down to the one that cannot be better than the best.
 */
#include <octavo/mpu_region.h>

#define LOG2_GRANULE 10u
#define LOG2_MAX     31u

/* The part of [start, end) around `address` that a region of this size opens; false: none. */
static bool cover_of_size(u32 start, u32 end, u32 address, u32 log2_size, struct mpu_cover *c)
{
	u32 size = 1u << log2_size;
	u32 log2_step = log2_size - 3 >= LOG2_GRANULE ? log2_size - 3 : log2_size;
	u32 step = 1u << log2_step;
	u32 base = address & ~(size - 1);
	u32 low = MAX(ALIGN_UP(start, step), base);
	u32 high = ALIGN_DOWN(end, step);

	if (high - base > size)
		high = base + size;
	if (low > address || high <= address)
		return false;
	c->base = base;
	c->log2_size = log2_size;
	c->start = low;
	c->end = high;
	c->disabled = 0;
	if (log2_step != log2_size) {
		u32 first = (low - base) >> log2_step, nr = (high - low) >> log2_step;

		c->disabled = 0xffu & ~(((1u << nr) - 1) << first);
	}
	return true;
}

void mpu_region_cover(u32 start, u32 end, u32 address, struct mpu_cover *c)
{
	u32 len = end - start;
	u32 log2_len = 31u - (u32)__builtin_clz(len);
	struct mpu_cover candidate;
	u32 best = 0;

	ASSERT(((start | end) & (MPU_GRANULE - 1)) == 0);
	ASSERT(start <= address && address < end && end <= 1u << 31);
	/* Most runs are a block. */
	if ((len & (len - 1)) == 0 && (start & (len - 1)) == 0) {
		*c = (struct mpu_cover){
			.base = start, .log2_size = log2_len, .start = start, .end = end};
		return;
	}
	for (u32 n = MIN(log2_len + 3, LOG2_MAX); n >= LOG2_GRANULE && best < MIN(len, 1u << n);
	     n--) {
		if (!cover_of_size(start, end, address, n, &candidate))
			continue;
		if (candidate.end - candidate.start > best) {
			best = candidate.end - candidate.start;
			*c = candidate;
		}
	}
	ASSERT(best >= MPU_GRANULE);
}

bool mpu_region_stack(u32 start, u32 size, struct mpu_cover *c)
{
	u32 guard = MAX(size / 8, MPU_GRANULE);

	if (size < 4 * MPU_GRANULE || (size & (size - 1)) != 0 || (start & (size - 1)) != 0)
		return false;
	c->base = start;
	c->log2_size = 31u - (u32)__builtin_clz(size);
	c->disabled = size / 8 < guard ? 3 : 1;
	c->start = start + guard;
	c->end = start + size;
	return true;
}
