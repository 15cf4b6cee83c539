/* SPDX-License-Identifier: MIT */
/*
 * percpu_pages.c - each CPU's stock of single pages, in front of each zone's buddy.
 *
 *	alloc_page  <--  | cold ... hot |  <--  free_page
 *	                   ^ |  a batch at a time, under zone->lock
 *	                   | v
 *	                  buddy
 *
 * The page freed last is still in the cache, so it goes out first. Pages on a list say PAGE_PCP and
 * have refcount 0. The marks are asked when a batch is taken from the buddy, not here; but only the
 * best zone for a request gives from its list unasked, since the next ones keep a reserve.
 * Lock: preemption off, and only the own CPU's list.
 */
#include <octavo/fail.h>
#include <octavo/task.h>
#include <octavo/zone.h>

static struct percpu_pages *this_pcp(struct zone *z)
{
	return &z->pcp[arch_current_head()->cpu];
}

static inline struct page *page_first_use(struct page *page)
{
	page->flags = (page->flags & PAGE_PLACE_MASK) | (u32)PAGE_KERNEL;
	atomic_set(&page->refcount, 1);
	return page;
}

/* The list is empty; preemption is off, and on again after it. */
static __noinline struct page *alloc_page_slow(gfp_t gfp)
{
	struct page *page;

	preempt_enable();
	page = zone_alloc_slow(gfp, 0);
	return page != NULL ? page_first_use(page) : NULL;
}

struct page *alloc_page_from(struct zone *z, gfp_t gfp)
{
	struct percpu_pages *pcp;
	struct page *page;

	ASSERT(!in_interrupt());
	if (gfp & __GFP_WAIT)
		might_sleep();
	if (fail_is_armed() && page_alloc_injected(gfp, 0))
		return NULL;
	preempt_disable();
	pcp = this_pcp(z);
	if (unlikely(pcp->count == 0))
		return alloc_page_slow(gfp);
	page = pcp->pages[--pcp->count];
	preempt_enable();
	return page_first_use(page);
}

/* The coldest PCP_BATCH pages of a full list go back to the buddy. */
static __noinline void pcp_shrink(struct zone *z, struct percpu_pages *pcp)
{
	zone_free_bulk(z, pcp->pages, PCP_BATCH);
	pcp->count -= PCP_BATCH;
	for (unsigned i = 0; i < pcp->count; i++)
		pcp->pages[i] = pcp->pages[i + PCP_BATCH];
}

void free_page(struct page *page)
{
	struct zone *z = page_zone(page);
	struct percpu_pages *pcp;

	ASSERT(atomic_read(&page->refcount) <= 1 && atomic_read(&page->mapcount) == 0);
	/* Free already, never allocated, or part of a larger block? */
	PANIC_ON((page->flags & PAGE_OWNER_MASK) <= PAGE_PCP ||
		 (page->flags & (PG_HEAD | PG_TAIL)));
	preempt_disable();
	pcp = this_pcp(z);
	if (unlikely(pcp->count == PCP_HIGH))
		pcp_shrink(z, pcp);
	page->flags = (page->flags & PAGE_PLACE_MASK) | (u32)PAGE_PCP;
	atomic_set(&page->refcount, 0);
	pcp->pages[pcp->count++] = page;
	preempt_enable();
}

struct page *pcp_take_or_fill(struct zone *z, unsigned batch)
{
	struct percpu_pages *pcp = this_pcp(z);

	assert_held(&z->lock);
	if (pcp->count == 0) {
		pcp->count = buddy_alloc_bulk(&z->buddy, batch, pcp->pages);
		for (u32 i = 0; i < pcp->count; i++)
			page_set_owner(pcp->pages[i], PAGE_PCP);
	}
	return pcp->count > 0 ? pcp->pages[--pcp->count] : NULL;
}

void pcp_drain_all(void)
{
	preempt_disable();
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
			struct percpu_pages *pcp = &z->pcp[cpu];

			zone_free_bulk(z, pcp->pages, pcp->count);
			pcp->count = 0;
		}
	}
	preempt_enable();
}
