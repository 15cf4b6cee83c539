/* SPDX-License-Identifier: MIT */
/* watermark.h - when a zone has enough free pages (pure; bal-24 to bal-26). */
#pragma once

#include <octavo/config.h>
#include <octavo/types.h>

#define MAX_ZONES 3 /* of a node */

struct watermarks {
	u32 min, low, high;            /* pages (bal-17) */
	u32 lowmem_reserve[MAX_ZONES]; /* pages kept from requests that could use zone j (bal-25) */
};
/* watermark_min_free_kbytes - from the amount of low memory in kB (bal-24) */
u32 watermark_min_free_kbytes(u32 lowmem_kbytes);
/* watermark_set - a zone's marks. highmem: the special rule of bal-24. */
void watermark_set(struct watermarks *w, u32 min_free_kbytes, u32 present_pages, u32 lowmem_pages,
		   bool highmem);
/* watermark_reserve_set - lowmem_reserve of zone `zone` from the present pages of all (bal-25): the
 * pages above it by ratio[zone] (MAX_ZONES - 1 of them; 0: it keeps nothing) */
void watermark_reserve_set(struct watermarks *w, unsigned zone, const u32 *present,
			   unsigned nr_zones, const u32 *ratio);
/*
 * watermark_ok - may a block of 2^order pages be taken while `mark` must be kept? (bal-26)
 * nr_free_blocks[o]: free blocks of each order. can_try_harder: realtime or no WAIT; high: __GFP_HIGH.
 */
bool watermark_ok(u32 free_pages, const u32 *nr_free_blocks, unsigned order, u32 mark, u32 reserve,
		  bool can_try_harder, bool high);
