/* SPDX-License-Identifier: MIT */
/*
 * The marks against their rules in wide arithmetic, written down the other way round: not what is
 * left for larger blocks, but how many free pages lie in blocks that are large enough.
 * shows: bal-26
 */
#include "fuzz.h"
#include <octavo/watermark.h>

static u32 blocks[MAX_ORDER + 1];

static bool model_ok(unsigned order, s64 mark, s64 reserve, bool harder, bool high)
{
	s64 large = 0;

	if (high)
		mark = mark - mark / 2;
	if (harder)
		mark = mark - mark / 4;
	for (unsigned o = order + 1; o-- > 0;) {
		s64 keep = mark >> o;

		/* Pages in blocks of order o and above, without the block that is asked for. */
		large = 0;
		for (unsigned k = o; k <= MAX_ORDER; k++)
			large += (s64)blocks[k] << k;
		large = large - ((s64)1 << order) + 1;
		if (o == 0)
			keep += reserve;
		if (large <= keep)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	unsigned order = take_u8(&in) % (MAX_ORDER + 1);
	u32 mark = take_u16(&in) >> take_u8(&in) % 16, reserve = take_u16(&in) >> take_u8(&in) % 17;
	bool harder = take_u8(&in) & 1, high = take_u8(&in) & 1;
	u32 free = 0, kbytes = take_u32(&in) >> take_u8(&in) % 32, root;

	for (unsigned o = 0; o <= MAX_ORDER; o++) {
		blocks[o] = take_u8(&in) >> (o + take_u8(&in)) % 9;
		free += blocks[o] << o;
	}
	MUST(watermark_ok(free, blocks, order, mark, reserve, harder, high) ==
	     model_ok(order, mark, reserve, harder, high));

	root = watermark_min_free_kbytes(kbytes);
	MUST(root >= 128 && root <= 65536);
	MUST(root == 128 || root == 65536 || (u64)root * root <= (u64)kbytes * 16);
	MUST(root == 65536 || (u64)(root + 1) * (root + 1) > (u64)kbytes * 16);
	return 0;
}
