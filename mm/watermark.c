/* SPDX-License-Identifier: MIT */
/*
 * watermark.c - when a zone has enough free pages (pure; bal-24 to bal-26).
 *
 *	free pages of a zone
 *	  high ----  low_on_memory clears here (bal-18)
 *	  low  ----  below it kswapd is poked (bal-20); requests pass at first only above it
 *	  min  ----  below it low_on_memory is set; the rest is for those who cannot wait
 *	  0
 *
 * On top of each mark lies what the zone keeps from requests that a higher zone could serve.
 */
#include <octavo/env.h>
#include <octavo/watermark.h>

#define MIN_FREE_KBYTES_LEAST 128u
#define MIN_FREE_KBYTES_MOST  65536u
#define HIGHMEM_MIN_LEAST     32u
#define HIGHMEM_MIN_MOST      128u
#define KBYTES_TO_PAGES_SHIFT (PAGE_SHIFT - 10)

static u32 clamp_u32(u32 n, u32 least, u32 most)
{
	return MIN(MAX(n, least), most);
}

/* The largest r with r * r <= n, a bit at a time. */
static u32 int_sqrt(u64 n)
{
	u32 root = 0;

	for (u32 bit = 1u << 31; bit != 0; bit >>= 1) {
		u64 r = root | bit;

		if (r * r <= n)
			root |= bit;
	}
	return root;
}

u32 watermark_min_free_kbytes(u32 lowmem_kbytes)
{
	return clamp_u32(int_sqrt((u64)lowmem_kbytes * 16), MIN_FREE_KBYTES_LEAST,
			 MIN_FREE_KBYTES_MOST);
}

void watermark_set(struct watermarks *w, u32 min_free_kbytes, u32 present_pages, u32 lowmem_pages,
		   bool highmem)
{
	u32 pages = min_free_kbytes >> KBYTES_TO_PAGES_SHIFT;

	if (highmem)
		w->min = clamp_u32(present_pages / 1024, HIGHMEM_MIN_LEAST, HIGHMEM_MIN_MOST);
	else
		w->min = lowmem_pages ? (u32)((u64)pages * present_pages / lowmem_pages) : 0;
	w->low = w->min * 5 / 4;
	w->high = w->min * 6 / 4;
}

void watermark_reserve_set(struct watermarks *w, unsigned zone, const u32 *present,
			   unsigned nr_zones, const u32 *ratio)
{
	u32 above = 0, part = zone < MAX_ZONES - 1 ? ratio[zone] : 0;

	ASSERT(zone < nr_zones && nr_zones <= MAX_ZONES);
	for (unsigned j = 0; j < MAX_ZONES; j++) {
		if (j > zone && j < nr_zones)
			above += present[j];
		w->lowmem_reserve[j] = part != 0 ? above / part : 0;
	}
}

bool watermark_ok(u32 free_pages, const u32 *nr_free_blocks, unsigned order, u32 mark, u32 reserve,
		  bool can_try_harder, bool high)
{
	s64 left = (s64)free_pages - (1 << order) + 1;

	if (high)
		mark -= mark / 2;
	if (can_try_harder)
		mark -= mark / 4;
	if (left <= (s64)mark + reserve)
		return false;
	for (unsigned o = 0; o < order; o++) {
		left -= (s64)nr_free_blocks[o] << o;
		mark >>= 1;
		if (left <= mark)
			return false;
	}
	return true;
}
