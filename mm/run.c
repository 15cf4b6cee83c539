/* SPDX-License-Identifier: MIT */
/*
 * run.c - runs of page frames.
 *
 *	|<----- a block of the buddy: a power of two ----->|
 *	|<--------- the run --------->|<--- back at once ->|
 *
 * A block is aligned to its size, which is what a region of the MPU wants; sub-regions make up for
 * what is missing of a power of two.
 */
#include <octavo/run.h>
#include <octavo/why.h>
#include <octavo/zone.h>

static unsigned order_of(u32 nr_pages)
{
	return nr_pages <= 1 ? 0 : 32u - (unsigned)__builtin_clz(nr_pages - 1);
}

u32 run_block(u32 nr_pages)
{
	return 1u << order_of(nr_pages);
}

struct page *run_alloc(gfp_t gfp, u32 nr_pages, u32 align_pages, enum page_owner owner)
{
	unsigned order = order_of(MAX(nr_pages, align_pages));
	struct page *page;

	if (order > MAX_ORDER) {
		why("run of %u pages: the largest block has %u", nr_pages, 1u << MAX_ORDER);
		return NULL;
	}
	page = alloc_pages(gfp, order);
	if (page == NULL)
		return NULL;
	for (u32 i = 0; i < 1u << order; i++) {
		page[i].flags = (page[i].flags & PAGE_PLACE_MASK) | (u32)owner;
		atomic_set(&page[i].refcount, 1);
	}
	if (nr_pages < 1u << order)
		free_page_run(page + nr_pages, (1u << order) - nr_pages);
	return page;
}

/* Single pages come from the hot lists, so there they go: the next one who wants one has it at once. */
void run_free(struct page *page, u32 nr_pages)
{
	if (nr_pages == 1)
		free_page(page);
	else if (nr_pages > 0)
		free_page_run(page, nr_pages);
}
