/* SPDX-License-Identifier: MIT */
/* zero_mmu.c - clear a frame that may lie outside the direct map. */
#include <octavo/pmap.h>
#include <octavo/zone.h>

void page_zero(struct page *page)
{
	pmap_zero_frame(page_to_pfn(page));
}
