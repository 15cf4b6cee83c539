/* SPDX-License-Identifier: MIT */
/* zero_nommu.c - clear a frame; all of them have addresses. */
#include <octavo/string.h>
#include <octavo/zone.h>

void page_zero(struct page *page)
{
	memset(page_to_virt(page), 0, PAGE_SIZE);
}
