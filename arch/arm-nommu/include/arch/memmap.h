/* SPDX-License-Identifier: MIT */
/*
 * memmap.h - page frame numbers, struct page, addresses.
 *
 * mem_map is one array: bank 0's frames first, then the PSRAM's. The hole between them has no struct
 * page.
 */
#pragma once

#include <arch/layout.h>
#include <octavo/page.h>
#include <octavo/types.h>

#define BANK0_PAGES   (KERNEL_BANK_END >> PAGE_SHIFT)
#define PSRAM_PAGES   (PSRAM_BYTES >> PAGE_SHIFT)
#define MEM_MAP_PAGES (BANK0_PAGES + PSRAM_PAGES)
#define MAX_PFN       (psram_pfn + PSRAM_PAGES) /* one past the last frame with a struct page */

extern pfn_t psram_pfn; /* [I] the board's, since arch_boot_info() */

extern struct page *mem_map; /* [I] since arch_memory_init() */

/* pfn_valid - does the frame have a struct page? */
static inline bool pfn_valid(pfn_t pfn)
{
	return pfn < BANK0_PAGES || pfn - psram_pfn < PSRAM_PAGES;
}

static inline struct page *pfn_to_page(pfn_t pfn)
{
	return mem_map + (pfn < BANK0_PAGES ? pfn : pfn - psram_pfn + BANK0_PAGES);
}

static inline pfn_t page_to_pfn(const struct page *page)
{
	pfn_t index = (pfn_t)(page - mem_map);

	return index < BANK0_PAGES ? index : index - BANK0_PAGES + psram_pfn;
}

static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)pa;
}

static inline paddr_t virt_to_phys(const volatile void *va)
{
	return (paddr_t)va;
}

struct text;
/* arch_meminfo_text - nothing is mapped here: no lines */
static inline void arch_meminfo_text(struct text *t)
{
	(void)t;
}

#include <octavo/direct_map.h> /* needs what is above */
