/* SPDX-License-Identifier: MIT */
/* zero_mmu.c - clear a frame that may lie outside the direct map. */
#include <octavo/pmap.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

const u32 zero_pages = 1;

void page_zero(struct page *page)
{
	pmap_zero_frame(page_to_pfn(page));
}
