/* SPDX-License-Identifier: MIT */
/* memmap.h - as the machine's, but physical memory is an array of the host's. */
#pragma once

#include <arch/layout.h>
#include <octavo/page.h>

extern struct page *mem_map;
extern pfn_t max_pfn, max_low_pfn;
extern u8 *host_ram; /* frame 0 */

static inline bool pfn_valid(pfn_t pfn)
{
	return pfn < max_pfn;
}

static inline struct page *pfn_to_page(pfn_t pfn)
{
	return mem_map + pfn;
}

static inline pfn_t page_to_pfn(const struct page *page)
{
	return (pfn_t)(page - mem_map);
}

static inline void *phys_to_virt(paddr_t pa)
{
	return host_ram + pa;
}

static inline paddr_t virt_to_phys(const volatile void *va)
{
	return (paddr_t)((uintptr_t)va - (uintptr_t)host_ram);
}

#include <octavo/direct_map.h> /* needs what is above */

static inline struct page *frame_to_page(const volatile void *va)
{
	return virt_to_page(va);
}
