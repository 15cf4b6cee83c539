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
 * A page that is freed while it is on an LRU list stays there, and a batch of the CPU's has those that are
 * on their way to one (lru.h).
 * Lock: preemption off, and only the own CPU's list; a zone's lru.lock for what leaves its LRU list.
 */
#include <octavo/fail.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/zone.h>

static inline struct percpu_pages *pcp_of(struct zone *z, const struct task_head *t)
{
	struct percpu_pages *pcp = &z->pcp[t->cpu];

	/* The compiler must not take the sum apart again for each access to a field. */
	__asm__("" : "+r"(pcp));
	return pcp;
}

static struct percpu_pages *this_pcp(struct zone *z)
{
	return pcp_of(z, arch_current_head());
}

/*
 * The fast paths below call nothing but what they end with, so that they need neither a stack frame
 * nor saved registers: a page fault runs through them.
 */

static inline void page_hand_out(struct page *page, u32 state)
{
	page->flags += state - (u32)PAGE_PCP;
	atomic_set(&page->refcount, 1);
}

/* Is it still on an LRU list, or on its way there? */
static inline bool is_listed(const struct page *page)
{
	return (page->flags & (PG_LRU_NEW | PG_LRU)) != 0;
}

static __noinline struct page *page_resched(struct page *page)
{
	preempt_resched();
	return page;
}

/* Where the fast path does not do. */
static __noinline struct page *alloc_page_slow(gfp_t gfp)
{
	struct page *page;

	if (page_alloc_injected(gfp, 0))
		return NULL;
	page = zone_alloc_slow(gfp, 0);
	if (page != NULL) {
		lru_del_bulk(page_zone(page), &page, 1);
		page_hand_out(page, PAGE_KERNEL);
	}
	return page;
}

/* What the fast paths have in hand; preemption is off. */
struct pcp_taken {
	struct percpu_pages *pcp;
	struct task_head *t;
	struct page *page; /* was the hottest */
};

/* => false: that takes the slow way, and preemption is on */
static __always_inline bool pcp_take(struct zone *z, gfp_t gfp, struct pcp_taken *taken)
{
	struct percpu_pages *pcp;
	struct task_head *t;
	struct page **top;

	ASSERT(!in_interrupt());
	might_ask_memory();
	if (gfp & __GFP_WAIT)
		might_sleep();
	if (fail_is_armed())
		return false;
	t = preempt_enter();
	pcp = pcp_of(z, t);
	top = pcp->top;
	if (unlikely(top == pcp->pages)) {
		t->preempt_count--;
		return false;
	}
	pcp->top = --top;
	*taken = (struct pcp_taken){.pcp = pcp, .t = t, .page = *top};
	return true;
}

struct page *alloc_page_from(struct zone *z, gfp_t gfp)
{
	struct pcp_taken taken;
	struct page *page;

	if (!pcp_take(z, gfp, &taken))
		return alloc_page_slow(gfp);
	page = taken.page;
	if (unlikely(is_listed(page)))
		lru_del_bulk(z, &page, 1);
	page_hand_out(page, PAGE_KERNEL);
	if (unlikely(preempt_leave(taken.t)))
		return page_resched(page);
	return page;
}

/* Where the next one does not do. */
static __noinline struct page *alloc_anon_page_slow(gfp_t gfp)
{
	struct page *page = alloc_page_slow(gfp);

	if (page != NULL) {
		page_claim(page, PAGE_ANON);
		lru_add(page, 0);
	}
	preempt_disable();
	return page;
}

/* The page was the last that the batch had room for; preemption is off. */
static __noinline struct page *page_batched(struct page *page)
{
	lru_drain(page_zone(page), this_pcp(page_zone(page)));
	return page;
}

/* It is listed already, and comes back as what it was. */
static __noinline struct page *page_again(struct page *page)
{
	page_flags_add(page, (u32)PAGE_ANON - (u32)PAGE_PCP);
	atomic_set(&page->refcount, 1);
	return page;
}

/* As above, and into the batch. */
struct page *alloc_anon_page_from(struct zone *z, gfp_t gfp)
{
	struct pcp_taken taken;
	struct page *page;

	if (!pcp_take(z, gfp, &taken))
		return alloc_anon_page_slow(gfp);
	page = taken.page;
	if (unlikely(is_listed(page)))
		return page_again(page);
	page_hand_out(page, PAGE_ANON | PG_LRU_NEW);
	return unlikely(lru_push(taken.pcp, page)) ? page_batched(page) : page;
}

/* The coldest batch of a full list goes back to the buddy. */
static __noinline void pcp_shrink(struct zone *z, struct percpu_pages *pcp)
{
	zone_free_bulk(z, pcp->pages, z->pcp_batch);
	pcp->top -= z->pcp_batch;
	memmove(pcp->pages, pcp->pages + z->pcp_batch, pcp_count(pcp) * sizeof(*pcp->pages));
}

static inline void pcp_put(struct percpu_pages *pcp, struct page *page)
{
	struct page **top = pcp->top;

	atomic_set(&page->refcount, 0);
	*top = page;
	arch_store_release(&pcp->top, top + 1); /* reports look into it */
	pcp->nr_freed++;
}

/* The list is full; preemption is off. */
static __noinline void free_page_slow(struct page *page)
{
	struct zone *z = page_zone(page);
	struct percpu_pages *pcp = this_pcp(z);

	pcp_shrink(z, pcp);
	pcp_put(pcp, page);
	preempt_enable();
}

/* Is it on an LRU list, or is it free already, was it never allocated, is it part of a larger block? */
static inline bool is_not_single(u32 flags)
{
	u32 state = flags & (PAGE_OWNER_MASK | PG_HEAD | PG_TAIL | PG_LRU_BITS);

	return state - (PAGE_PCP + 1u) > PAGE_OWNER_MASK - (PAGE_PCP + 1u);
}

/* What is on an inactive list stays there, since most pages come back before long. */
static __noinline void free_listed(struct page *page)
{
	const u32 others = PG_LRU_BITS & ~(PG_LRU_NEW | PG_LRU);

	if (page->flags & others)
		lru_del_bulk(page_zone(page), &page, 1);
	PANIC_ON(is_not_single(page->flags & ~PG_LRU_BITS));
	page_flags_add(page, (u32)PAGE_PCP - (u32)page_owner(page));
}

void free_page(struct page *page)
{
	struct percpu_pages *pcp;
	struct task_head *t;
	u32 flags = page->flags;

	ASSERT(atomic_read(&page->refcount) <= 1 && atomic_read(&page->mapcount) == 0);
	if (unlikely(is_not_single(flags)))
		free_listed(page);
	else
		page->flags = (flags & PAGE_PLACE_MASK) | (u32)PAGE_PCP;
	t = preempt_enter();
	pcp = pcp_of(zone_table[flags >> PAGE_ZONE_SHIFT], t);
	if (unlikely(pcp->top == pcp->end)) {
		free_page_slow(page);
		return;
	}
	pcp_put(pcp, page);
	if (unlikely(preempt_leave(t)))
		preempt_resched();
}

struct page *pcp_take_or_fill(struct zone *z, unsigned batch)
{
	struct percpu_pages *pcp = this_pcp(z);

	assert_held(&z->lock);
	if (pcp->top == pcp->pages) {
		pcp->top += buddy_alloc_bulk(&z->buddy, batch, pcp->pages, PAGE_PCP);
		z->nr_pcp_in += pcp_count(pcp);
	}
	return pcp->top > pcp->pages ? *--pcp->top : NULL;
}

static void pcp_drain(struct zone *z, struct percpu_pages *pcp)
{
	zone_free_bulk(z, pcp->pages, pcp_count(pcp));
	pcp->top = pcp->pages;
}

void pcp_drain_own(void)
{
	preempt_disable();
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		pcp_drain(z, this_pcp(z));
	preempt_enable();
}

bool percpu_others_have(void)
{
	u32 own = arch_current_head()->cpu;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
			if (cpu != own && arch_read_once(&z->pcp[cpu].top) != z->pcp[cpu].pages)
				return true;
		}
	}
	return slab_others_have(own);
}

/* The others are not in the middle of using theirs. */
static void drain_all(bool slabs)
{
	sched_freeze();
	if (slabs)
		slab_shrink(true);
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
			pcp_drain(z, &z->pcp[cpu]);
	}
	sched_thaw();
}

void pcp_drain_all(void)
{
	drain_all(false);
}

void percpu_drain_all(void)
{
	drain_all(true);
}

/* --- how long they are --- */

static struct page *boot_pages[MAX_NODES * MAX_ZONES][3 * PCP_BATCH]; /* the boot CPU's */

/* pages: room for three batches */
static void pcp_use(struct zone *z, struct percpu_pages *pcp, struct page **pages, u32 batch)
{
	u32 count = pcp_count(pcp);

	if (count != 0)
		memcpy(pages, pcp->pages, count * sizeof(*pages));
	pcp->top = pages + count;
	pcp->pages = pages;
	pcp->end = pages + (size_t)2 * batch;
	lru_drain(z, pcp);
	pcp->lru = pcp->lru_top = pcp->end;
	pcp->lru_end = pcp->end + batch;
}

void pcp_init(struct zone *z)
{
	z->pcp_batch = PCP_BATCH;
	pcp_use(z, &z->pcp[0], boot_pages[z->node * MAX_ZONES + z->index], PCP_BATCH);
}

void pcp_set_cpus(u32 nr_cpus)
{
	if (nr_cpus == 1)
		return;
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		u32 share = z->managed_pages / (PCP_SHARE * nr_cpus);
		u32 batch = MIN(MAX(share, PCP_BATCH), PCP_BATCH_MAX);

		for (u32 cpu = 0; cpu < nr_cpus; cpu++)
			pcp_use(z, &z->pcp[cpu],
				kmalloc(3 * batch * sizeof(struct page *),
					GFP_KERNEL | __GFP_NOFAIL),
				batch);
		z->pcp_batch = batch;
	}
}
