/* SPDX-License-Identifier: MIT */
/*
 * direct_map.h - what follows from the machine's arch/memmap.h, which includes it: between frames, their
 * struct page and the addresses under which the kernel always has them.
 *
 * Only of frames that are in the direct map (x86: below max_low_pfn; elsewhere all are).
 */
#pragma once

#include <octavo/page.h>

static inline void *pfn_to_virt(pfn_t pfn)
{
	return phys_to_virt(pfn << PAGE_SHIFT);
}

static inline pfn_t virt_to_pfn(const volatile void *va)
{
	return virt_to_phys(va) >> PAGE_SHIFT;
}

static inline void *page_to_virt(const struct page *page)
{
	return pfn_to_virt(page_to_pfn(page));
}

static inline struct page *virt_to_page(const volatile void *va)
{
	return pfn_to_page(virt_to_pfn(va));
}
