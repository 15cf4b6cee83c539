/* SPDX-License-Identifier: MIT */
/*
 * memmap.h - frame numbers, struct page and addresses of the direct map.
 *
 * One flat array has a struct page for every frame number below max_pfn, holes included.
 */
#pragma once

#include <arch/layout.h>
#include <octavo/page.h>

extern struct page *mem_map; /* [I] since arch_memory_init() */
extern pfn_t max_pfn;        /* [I] one past the last frame of RAM */
extern pfn_t max_low_pfn;    /* [I] one past the last frame of RAM in the direct map */

#define MEM_MAP_PAGES max_pfn /* entries of mem_map */
#define MAX_PFN       max_pfn /* one past the last frame with a struct page */

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

/* phys_to_virt, virt_to_phys - direct map only */
static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)(pa + KERNEL_OFFSET);
}

static inline paddr_t virt_to_phys(const volatile void *va)
{
	return (paddr_t)(uintptr_t)va - KERNEL_OFFSET;
}

/* frame_to_page - virt_to_page() of a frame's first byte: the compiler does not know of its 12 zero bits */
static inline struct page *frame_to_page(const volatile void *va)
{
	u32 offset = (u32)virt_to_phys(va) / (PAGE_SIZE / (u32)sizeof(struct page));

	return (struct page *)(void *)((char *)mem_map + offset);
}

struct text;
/* arch_meminfo_text - appends how much of the direct map has entries of 4K, and of 4M */
void arch_meminfo_text(struct text *t);

#include <octavo/direct_map.h> /* needs what is above */
