/* SPDX-License-Identifier: MIT */
/* zero_nommu.c - clear a frame; all of them have addresses. */
#include <octavo/string.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

const u32 zero_pages = 0;

void page_zero(struct page *page)
{
	memset(page_to_virt(page), 0, PAGE_SIZE);
}
