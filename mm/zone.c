/* SPDX-License-Identifier: MIT */
/*
 * zone.c - the page allocator behind the hot lists: which zone serves a request, and when none may.
 *
 *	pass over the zonelist                       keeps of each zone
 *	1 everybody                                  low  + lowmem_reserve
 *	2 everybody; __GFP_HIGH, no WAIT dig deeper  min  + lowmem_reserve     (bal-26)
 *	3 who frees memory, or was chosen to die     nothing                   (bal-27)
 *	4 who may WAIT: free what nobody uses, then pass 2 again
 *	  refusal: one why-line with the arithmetic of each zone
 *
 * While a zone is low_on_memory (below min, until high: bal-18), who may WAIT frees first (bal-19).
 * Locks: zone->lock, one at a time; none is held while memory is freed.
 */
#include <octavo/audit.h>
#include <octavo/fail.h>
#include <octavo/printf.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/why.h>
#include <octavo/zone.h>

#define WHY_TEXT 160

/* What a pass asks of a zone; `marks` false: nothing is kept. */
struct pass {
	bool marks, low, harder, high;
};

/* Free pages of a zone changed: what the marks say (bal-17, bal-18, bal-20). */
void zone_marks_update(struct zone *z)
{
	u32 free = z->buddy.nr_free;

	assert_held(&z->lock);
	if (free < z->marks.min)
		z->low_on_memory = true;
	else if (free >= z->marks.high)
		z->low_on_memory = false;
	z->zone_wake_kswapd = free < z->marks.low;
}

/* How many single pages may go without touching what the pass keeps; at least one may. */
static unsigned batch_size(const struct zone *z, const struct pass *pass, u32 reserve)
{
	u32 keep = z->marks.low + reserve;

	if (!pass->low || z->buddy.nr_free <= keep)
		return 1;
	return MIN(z->buddy.nr_free - keep, z->pcp_batch);
}

static struct page *block_take(struct zone *z, unsigned order)
{
	struct page *page = buddy_alloc(&z->buddy, order);

	if (page != NULL)
		z->nr_block_out += 1u << order;
	return page;
}

static struct page *zone_take(struct zone *z, unsigned order, unsigned classzone,
			      const struct pass *pass)
{
	u32 mark = pass->low ? z->marks.low : z->marks.min;
	u32 reserve = z->marks.lowmem_reserve[classzone];
	struct page *page = NULL;

	spin_lock(&z->lock);
	if (!pass->marks || watermark_ok(z->buddy.nr_free, z->buddy.nr_blocks, order, mark, reserve,
					 pass->harder, pass->high)) {
		if (order > 0)
			page = block_take(z, order);
		else
			page = pcp_take_or_fill(z, batch_size(z, pass, reserve));
		zone_marks_update(z);
	}
	spin_unlock(&z->lock);
	return page;
}

static struct page *zonelist_take(const struct zonelist *zl, unsigned order,
				  const struct pass *pass)
{
	for (unsigned i = 0; i < zl->nr; i++) {
		struct page *page = zone_take(zl->zone[i], order, zl->classzone, pass);

		if (page != NULL)
			return page;
	}
	return NULL;
}

static bool zonelist_low(const struct zonelist *zl)
{
	for (unsigned i = 0; i < zl->nr; i++) {
		if (zl->zone[i]->low_on_memory)
			return true;
	}
	return false;
}

/* Give back what no one uses: this needs no I/O and touches no one's data. `all`: it is the last resort,
 * so other CPUs stop for what they keep. */
static void reclaim_unused(gfp_t gfp, bool all)
{
	if ((gfp & __GFP_WAIT) && all && percpu_others_have()) {
		percpu_drain_all();
		return;
	}
	if (gfp & __GFP_WAIT)
		slab_shrink(false);
	pcp_drain_own();
}

void zone_reclaim_unused(void)
{
	reclaim_unused(GFP_KERNEL, false);
	reclaim_unused(GFP_KERNEL, true);
}

/* The refusal in words: of each zone, what is free and what must be kept. */
static void refuse(const struct zonelist *zl, gfp_t gfp, unsigned order, const struct pass *pass)
{
	char text[WHY_TEXT];
	int len = 0;

	for (unsigned i = 0; i < zl->nr; i++) {
		struct zone *z = zl->zone[i];
		u32 mark = z->marks.min;
		u32 reserve = z->marks.lowmem_reserve[zl->classzone];

		spin_lock(&z->lock);
		z->nr_refused++; /* bal-21 */
		if (pass->high)
			mark -= mark / 2;
		if (pass->harder)
			mark -= mark / 4;
		len += scnprintf(text + len, sizeof(text) - (size_t)len,
				 "%s %s: free %u, largest order %d, keeps %u+%u", i ? ";" : "",
				 z->name, z->buddy.nr_free, buddy_largest(&z->buddy),
				 pass->marks ? mark : 0, pass->marks ? reserve : 0);
		spin_unlock(&z->lock);
	}
	if (gfp & __GFP_NOFAIL)
		panic("page: order %u, gfp 0x%x that must not fail:%s", order, gfp, text);
	if (!(gfp & __GFP_NOWARN))
		why("page: order %u, gfp 0x%x refused:%s", order, gfp, text);
}

struct page *zone_alloc_slow(gfp_t gfp, unsigned order)
{
	const struct zonelist *zl = &zonelists[gfp_zonelist(gfp)];
	struct pass pass = {.marks = true, .low = true};
	struct page *page = zonelist_take(zl, order, &pass);

	if (page != NULL)
		return page;
	pass = (struct pass){
		.marks = true, .harder = !(gfp & __GFP_WAIT), .high = (gfp & __GFP_HIGH) != 0};
	if ((gfp & __GFP_WAIT) && zonelist_low(zl))
		reclaim_unused(gfp, false);
	page = zonelist_take(zl, order, &pass);
	if (page != NULL)
		return page;
	if ((current->flags & TASK_MEMALLOC) || current->signal->oom_victim ||
	    (gfp & __GFP_NOFAIL)) {
		pass.marks = false;
		page = zonelist_take(zl, order, &pass);
		if (page != NULL)
			return page;
	}
	reclaim_unused(gfp, true);
	page = zonelist_take(zl, order, &pass);
	if (page == NULL)
		refuse(zl, gfp, order, &pass);
	return page;
}

bool page_alloc_injected(gfp_t gfp, unsigned order)
{
	if ((gfp & __GFP_NOFAIL) || !fail_should(FAIL_page))
		return false;
	if (!(gfp & __GFP_NOWARN))
		why("page: order %u, gfp 0x%x refused: fault injection", order, gfp);
	return true;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
	struct page *page;

	if (order == 0)
		return alloc_page(gfp);
	ASSERT(!in_interrupt());
	might_ask_memory();
	if (gfp & __GFP_WAIT)
		might_sleep();
	if (page_alloc_injected(gfp, order))
		return NULL;
	if (order > MAX_ORDER) {
		if (!(gfp & __GFP_NOWARN))
			why("page: order %u refused: above %u", order, MAX_ORDER);
		return NULL;
	}
	page = zone_alloc_slow(gfp, order);
	if (page == NULL)
		return NULL;
	atomic_set(&page->refcount, 1);
	if (gfp & __GFP_ZERO) {
		for (struct page *p = page; p < page + (1u << order); p++)
			page_zero(p);
	}
	return page;
}

struct page *zone_take_run(struct zone *z, u32 nr, u32 align, bool top, unsigned classzone)
{
	struct page *page = NULL;
	pfn_t at = BUDDY_NONE;

	spin_lock(&z->lock);
	if ((u64)nr + z->marks.min + z->marks.lowmem_reserve[classzone] <= z->buddy.nr_free)
		at = buddy_find_run(&z->buddy, nr, align, top);
	if (at != BUDDY_NONE) {
		page = buddy_take_run(&z->buddy, at, nr);
		z->nr_block_out += nr;
		zone_marks_update(z);
	}
	spin_unlock(&z->lock);
	return page;
}

void free_pages(struct page *page, unsigned order)
{
	struct zone *z = page_zone(page);

	if (order == 0) {
		free_page(page);
		return;
	}
	ASSERT(!in_interrupt());
	ASSERT(atomic_read(&page->refcount) <= 1 && atomic_read(&page->mapcount) == 0);
	PANIC_ON(!(page->flags & PG_HEAD) || page->private != order);
	atomic_set(&page->refcount, 0);
	spin_lock(&z->lock);
	buddy_free(&z->buddy, page_to_pfn(page), order);
	z->nr_block_in += 1u << order;
	zone_marks_update(z);
	spin_unlock(&z->lock);
}

void free_page_run(struct page *page, u32 nr)
{
	struct zone *z = page_zone(page);
	pfn_t pfn = page_to_pfn(page), end = pfn + nr;

	ASSERT(!in_interrupt());
	for (struct page *p = page; p < page + nr; p++) {
		ASSERT(page_zone(p) == z && !(p->flags & (PG_HEAD | PG_TAIL)));
		ASSERT(atomic_read(&p->refcount) == 1 && atomic_read(&p->mapcount) == 0);
		atomic_set(&p->refcount, 0);
	}
	spin_lock(&z->lock);
	while (pfn < end) {
		unsigned order = MIN((unsigned)__builtin_ctz(pfn), (unsigned)MAX_ORDER);

		while (end - pfn < 1u << order)
			order--;
		buddy_free(&z->buddy, pfn, order);
		pfn += 1u << order;
	}
	z->nr_block_in += nr;
	zone_marks_update(z);
	spin_unlock(&z->lock);
}

void zone_free_bulk(struct zone *z, struct page **pages, unsigned n)
{
	if (n == 0)
		return;
	lru_del_bulk(z, pages, n);
	spin_lock(&z->lock);
	buddy_free_bulk(&z->buddy, pages, n);
	z->nr_pcp_out += n;
	zone_marks_update(z);
	spin_unlock(&z->lock);
}

void split_pages(struct page *page, unsigned order)
{
	if (order == 0)
		return;
	PANIC_ON(!(page->flags & PG_HEAD) || page->private != order);
	for (struct page *p = page; p < page + (1u << order); p++) {
		p->flags &= ~(PG_HEAD | PG_TAIL);
		atomic_set(&p->refcount, 1);
	}
}

void pages_set_owner(struct page *page, unsigned order, enum page_owner owner)
{
	for (struct page *p = page; p < page + (1u << order); p++)
		page_set_owner(p, owner);
}

u32 zone_free_pages(const struct zone *z)
{
	u32 free = z->buddy.nr_free;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		free += pcp_count(&z->pcp[cpu]);
	return free;
}

u32 nr_free_pages(void)
{
	u32 free = 0;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		free += zone_free_pages(z);
	return free;
}

u32 nr_total_pages(void)
{
	u32 pages = 0;

	for (unsigned node = 0; node < nr_nodes; node++)
		pages += nodes[node].present_pages;
	return pages;
}

void zone_check(struct zone *z)
{
	spin_lock(&z->lock);
	buddy_check(&z->buddy);
	PANIC_ON(z->buddy.nr_free < z->marks.min && !z->low_on_memory);
	PANIC_ON(z->buddy.nr_free >= z->marks.high && z->low_on_memory);
	PANIC_ON(z->zone_wake_kswapd != (z->buddy.nr_free < z->marks.low));
	spin_unlock(&z->lock);
	sched_freeze();
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct percpu_pages *pcp = &z->pcp[cpu];

		PANIC_ON(pcp->top > pcp->end);
		for (u32 i = 0; i < pcp_count(pcp); i++)
			PANIC_ON(page_owner(pcp->pages[i]) != PAGE_PCP);
	}
	sched_thaw();
}
