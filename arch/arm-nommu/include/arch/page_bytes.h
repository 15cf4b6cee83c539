/* SPDX-License-Identifier: MIT */
/* page_bytes.h - the bytes of a page frame: each has an address, for good. pmap.h has the contract. */
#pragma once

#include <arch/memmap.h>

static inline void *pmap_low_address(pfn_t pfn)
{
	void *va = pfn_to_virt(pfn);

	if (va == NULL)
		__builtin_unreachable(); /* frame 0 has the vectors */
	return va;
}

static inline void *pmap_map_temp(pfn_t pfn)
{
	return pmap_low_address(pfn);
}

static inline void pmap_unmap_temp(void *va)
{
	(void)va;
}
