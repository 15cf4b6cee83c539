/* SPDX-License-Identifier: MIT */
/*
 * kmalloc.c - memory of any size: from the cache of the next larger size, or as a block of pages.
 *
 * A block is found again by struct page: owner PAGE_KMALLOC, its order in `private`; all blocks are
 * on one list, so that the audit can account for them. Lock: kmalloc_big_lock for that list.
 */
#include <octavo/audit.h>
#include <octavo/buddy.h>
#include <octavo/slab.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include "slab_internal.h"

static const struct {
	u32 size;
	const char *name;
} kmalloc_sizes[] = {
	{16, "kmalloc-16"},   {32, "kmalloc-32"},     {48, "kmalloc-48"},     {64, "kmalloc-64"},
	{96, "kmalloc-96"},   {128, "kmalloc-128"},   {192, "kmalloc-192"},   {256, "kmalloc-256"},
	{512, "kmalloc-512"}, {1024, "kmalloc-1024"}, {2048, "kmalloc-2048"},
};
#define NR_KMALLOC_SIZES ARRAY_SIZE(kmalloc_sizes)
#define KMALLOC_SMALL    192u  /* up to here the cache is looked up in steps of 16 */
#define KMALLOC_LARGEST  2048u /* what is larger is a block of pages */

static struct slab_cache *caches[NR_KMALLOC_SIZES]; /* [I] */
static u8 small_cache[KMALLOC_SMALL / 16 + 1];      /* [I] by size in units of 16, rounded up */
static u8 power_cache[12];                          /* [I] by log2 of the size, rounded up */

static spinlock_t kmalloc_big_lock = SPINLOCK_INIT(kmalloc_big_lock);
static struct page_list kmalloc_big = TAILQ_HEAD_INITIALIZER(kmalloc_big); /* [kmalloc_big_lock] */

void kmalloc_init(void)
{
	unsigned at = 0;

	for (unsigned i = 0; i < NR_KMALLOC_SIZES; i++) {
		caches[i] = slab_cache_create(kmalloc_sizes[i].name, kmalloc_sizes[i].size, 8);
		for (; at < ARRAY_SIZE(small_cache) && at * 16 <= kmalloc_sizes[i].size; at++)
			small_cache[at] = (u8)i;
		if ((kmalloc_sizes[i].size & (kmalloc_sizes[i].size - 1)) == 0)
			power_cache[__builtin_ctz(kmalloc_sizes[i].size)] = (u8)i;
	}
}

static struct slab_cache *cache_for(size_t size)
{
	if (size <= KMALLOC_SMALL)
		return caches[small_cache[(size + 15) / 16]];
	return caches[power_cache[32 - __builtin_clz((u32)size - 1)]];
}

static unsigned order_for(size_t size)
{
	u32 pages = PAGES_OF((u32)size);

	return pages <= 1 ? 0 : 32 - (unsigned)__builtin_clz(pages - 1);
}

static void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page;
	unsigned order;

	if (slab_injected("kmalloc", gfp))
		return NULL;
	if (size > PAGE_SIZE << MAX_ORDER) {
		if (!(gfp & __GFP_NOWARN))
			why("kmalloc: %u bytes refused: above %u", (u32)size,
			    PAGE_SIZE << MAX_ORDER);
		return NULL;
	}
	order = order_for(size);
	page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);
	if (page == NULL)
		return NULL;
	pages_set_owner(page, order, PAGE_KMALLOC);
	page->private = order;
	owned_pages_add(PAGE_KMALLOC, 1 << order);
	spin_lock(&kmalloc_big_lock);
	TAILQ_INSERT_HEAD(&kmalloc_big, page, lru);
	spin_unlock(&kmalloc_big_lock);
	return page_to_virt(page);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (size > KMALLOC_LARGEST)
		return kmalloc_pages(size, gfp);
	return slab_alloc(cache_for(size), gfp);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

void kfree(const void *p)
{
	struct page *page;

	if (p == NULL)
		return;
	page = virt_to_page(p);
	if (page_owner(page) == PAGE_SLAB) {
		slab_free_object(page, (void *)(uintptr_t)p,
				 (uintptr_t)__builtin_return_address(0));
		return;
	}
	PANIC_ON(page_owner(page) != PAGE_KMALLOC || (page->flags & PG_TAIL) ||
		 page_to_virt(page) != p);
	spin_lock(&kmalloc_big_lock);
	TAILQ_REMOVE(&kmalloc_big, page, lru);
	spin_unlock(&kmalloc_big_lock);
	owned_pages_add(PAGE_KMALLOC, -(1 << page->private));
	free_pages(page, page->private);
}

size_t kmalloc_usable(const void *p)
{
	const struct page *page = virt_to_page(p);

	if (page_owner(page) == PAGE_SLAB)
		return slab_object_size(page);
	return (size_t)PAGE_SIZE << page->private;
}

void kmalloc_audit(struct audit *a)
{
	const struct page *page;

	TAILQ_FOREACH(page, &kmalloc_big, lru)
		audit_own(a, page_to_pfn(page), 1u << page->private, PAGE_KMALLOC);
}
