/* SPDX-License-Identifier: MIT */
/*
 * ktest_zone.c - kernel tests of the page allocator, on both machines.
 *
 * Shortage is made by raising the marks of a zone, not by taking its pages: the same sums, and the
 * test costs no time. A request of SINGLE is served by one zone alone: DMA on a PC, PSRAM on a
 * board.
 */
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <octavo/zone.h>

#define SINGLE (__GFP_DMA | __GFP_USER)

static struct zone *single_zone(void)
{
	return zonelists[gfp_zonelist(SINGLE)].zone[0];
}

/* Allocating and freeing from the buddy lets the zone look at its marks. */
static void marks_settle(struct zone *z)
{
	u32 flags = current->flags;
	struct page *page;

	current->flags |= TASK_MEMALLOC;
	page = alloc_pages(SINGLE | __GFP_NOWARN, 1);
	current->flags = flags;
	if (page != NULL)
		free_pages(page, 1);
	zone_check(z);
}

static void marks_set(struct zone *z, u32 min, u32 low, u32 high)
{
	spin_lock(&z->lock);
	z->marks.min = min;
	z->marks.low = low;
	z->marks.high = high;
	spin_unlock(&z->lock);
	marks_settle(z);
}

/* Everything of the zone in its buddy; => its free pages */
static u32 drained(struct zone *z)
{
	pcp_drain_all();
	return z->buddy.nr_free;
}

static bool gets(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_NOWARN);

	if (page != NULL)
		free_page(page);
	pcp_drain_all();
	return page != NULL;
}

/* --- blocks --- */

KTEST(zone_blocks_of_every_order, "")
{
	struct page *blocks[MAX_ORDER + 1];
	u32 before;

	pcp_drain_all();
	before = nr_free_pages();
	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
		pfn_t pfn;

		blocks[order] = page;
		if (page == NULL) /* a small machine may have no block of 4M */
			continue;
		pfn = page_to_pfn(page);
		KTEST_OK((pfn & ((1u << order) - 1)) == 0, "aligned to its size");
		KTEST_OK(atomic_read(&page->refcount) == 1, "one reference");
		KTEST_OK(page_owner(page) == PAGE_KERNEL, "allocated");
		KTEST_OK(page_owner(page + (1u << order) - 1) == PAGE_KERNEL, "to its end");
		KTEST_OK(pfn_to_page(pfn) == page, "there and back");
	}
	KTEST_OK(blocks[0] && blocks[3], "small ones at least");
	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		if (blocks[order] != NULL)
			free_pages(blocks[order], order);
	}
	pcp_drain_all();
	KTEST_OK(nr_free_pages() == before, "all came back");
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		zone_check(z);
}

KTEST(zone_joins_what_was_split, "")
{
	struct page *page = alloc_pages(SINGLE, 5);
	struct zone *z = page_zone(page);
	u32 blocks[MAX_ORDER + 1];
	bool apart = true;

	pcp_drain_all();
	memcpy(blocks, z->buddy.nr_blocks, sizeof(blocks));
	split_pages(page, 5);
	for (unsigned i = 0; i < 32; i++)
		apart = apart && atomic_read(&page[i].refcount) == 1 &&
			!(page[i].flags & (PG_HEAD | PG_TAIL));
	KTEST_OK(apart, "each page is one of its own");
	for (unsigned i = 0; i < 32; i += 2)
		free_page(&page[i]);
	for (unsigned i = 1; i < 32; i += 2)
		free_page(&page[i]);
	pcp_drain_all();
	page = alloc_pages(SINGLE, 5);
	pcp_drain_all();
	KTEST_OK(memcmp(blocks, z->buddy.nr_blocks, sizeof(blocks)) == 0, "one block again");
	free_pages(page, 5);
}

KTEST(zone_clears_pages, "")
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	bool zero = true;

	memset(page_to_virt(page), 0xa5, 4 * PAGE_SIZE);
	free_pages(page, 2);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	for (unsigned i = 0; i < PAGE_SIZE; i++)
		zero = zero && ((u32 *)page_to_virt(page))[i] == 0;
	KTEST_OK(zero, "all four pages");
	free_pages(page, 2);
}

/* --- hot lists --- */

KTEST(pcp_gives_the_hottest, "")
{
	struct page *a, *b, *again;

	preempt_disable();
	a = alloc_page(GFP_ATOMIC);
	b = alloc_page(GFP_ATOMIC);
	free_page(a);
	free_page(b);
	again = alloc_page(GFP_ATOMIC);
	KTEST_OK(again == b, "the page freed last");
	KTEST_OK(atomic_read(&again->refcount) == 1 && page_owner(again) == PAGE_KERNEL,
		 "as good as new");
	KTEST_OK(page_owner(a) == PAGE_PCP && atomic_read(&a->refcount) == 0,
		 "the other one waits");
	free_page(again);
	preempt_enable();
}

KTEST(pcp_is_bounded_and_drains, "")
{
	enum { N = 6 * PCP_BATCH };
	struct zone *z = single_zone();
	struct page *pages[N];
	u32 before = drained(z);
	bool bounded = true, got = true;

	for (unsigned i = 0; i < N; i++) {
		pages[i] = alloc_page(SINGLE);
		got = got && pages[i] != NULL;
	}
	KTEST_OK(got, "so many pages");
	for (unsigned i = 0; i < N && got; i++) {
		free_page(pages[i]);
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
			bounded = bounded && z->pcp[cpu].top <= z->pcp[cpu].end;
	}
	KTEST_OK(bounded, "a full list goes back to the buddy");
	KTEST_OK(z->buddy.nr_free < before, "some pages are kept");
	KTEST_OK(zone_free_pages(z) == before, "and counted as free");
	KTEST_OK(drained(z) == before, "drained");
	zone_check(z);
}

/* --- which zone --- */

KTEST(zone_order_of_a_request, "bal-5")
{
	static const gfp_t kinds[] = {GFP_KERNEL, GFP_USER, GFP_HIGHUSER, GFP_KERNEL | __GFP_DMA,
				      SINGLE};

	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct zonelist *zl = &zonelists[gfp_zonelist(kinds[k])];
		struct page *page = alloc_page(kinds[k]);

		KTEST_OK(page && page_zone(page) == zl->zone[0], "the best zone serves");
		if (page != NULL)
			free_page(page);
		for (unsigned i = 0; i < zl->nr; i++) {
			const struct zone *z = zl->zone[i];

			KTEST_OK(!z->highmem || (kinds[k] & __GFP_HIGHMEM), "high memory if asked");
			KTEST_OK(!z->kernel_only || !(kinds[k] & __GFP_USER), "the kernel's own");
			KTEST_OK(z->index == 0 || !(kinds[k] & __GFP_DMA), "DMA");
			KTEST_OK(i == 0 || z->node != zl->zone[i - 1]->node ||
					 z->index < zl->zone[i - 1]->index,
				 "the lowest zone of a node last");
		}
	}
}

/* The best zone is short: the next one serves, but keeps its reserve from such requests. */
KTEST(zone_next_one_keeps_a_reserve, "bal-6 bal-25")
{
	const struct zonelist *zl = NULL;
	struct watermarks first, second;
	struct zone *z, *next;
	struct page *page;
	gfp_t gfp = 0;

	for (unsigned i = 0; i < NR_ZONELISTS; i++) {
		if (zonelists[i].nr >= 2) {
			zl = &zonelists[i];
			gfp = zonelist_gfp(i) | __GFP_WAIT | __GFP_NOWARN;
		}
	}
	if (zl == NULL) /* 16M: one zone for all */
		return;
	z = zl->zone[0];
	next = zl->zone[1];
	first = z->marks;
	second = next->marks;
	pcp_drain_all();
	z->marks.min = z->marks.low = z->marks.high = 1u << 30;
	page = alloc_page(gfp);
	KTEST_OK(page && page_zone(page) == next, "the next zone serves");
	if (page != NULL)
		free_page(page);
	pcp_drain_all();
	for (unsigned i = 1; i < zl->nr; i++)
		zl->zone[i]->marks.lowmem_reserve[zl->classzone] += 1u << 30;
	KTEST_OK(alloc_page(gfp) == NULL, "not from the reserve");
	for (unsigned i = 1; i < zl->nr; i++)
		zl->zone[i]->marks.lowmem_reserve[zl->classzone] -= 1u << 30;
	z->marks = first;
	KTEST_OK(memcmp(&next->marks, &second, sizeof(second)) == 0, "marks as before");
	for (z = zone_first(); z != NULL; z = zone_next(z)) { /* look at the marks again */
		spin_lock(&z->lock);
		zone_marks_update(z);
		spin_unlock(&z->lock);
		zone_check(z);
	}
}

/* --- marks --- */

KTEST(zone_marks_decide, "bal-26")
{
	struct zone *z = single_zone();
	struct watermarks marks = z->marks;
	u32 free = drained(z), refused = z->nr_refused;

	marks_set(z, free / 2, free - 1, free);
	KTEST_OK(gets(SINGLE | __GFP_WAIT), "above low");
	marks_set(z, free / 2, free, free);
	KTEST_OK(gets(SINGLE | __GFP_WAIT), "below low, above min");
	KTEST_OK(z->nr_refused == refused, "nobody refused so far");
	/* Of a mark of 2: one who waits keeps 2, HIGH keeps 1, no WAIT 1.5, both 0.75. */
	marks_set(z, 2 * free, 2 * free, 2 * free);
	KTEST_OK(!gets(SINGLE | __GFP_WAIT), "below min");
	KTEST_OK(!gets(SINGLE | __GFP_WAIT | __GFP_HIGH), "HIGH alone does not do");
	KTEST_OK(!gets(SINGLE), "nor does no WAIT alone");
	KTEST_OK(z->nr_refused == refused + 3, "each refusal is counted");
	KTEST_OK(gets(SINGLE | __GFP_HIGH), "both dig deepest");
	marks_set(z, free + free / 2, free * 2, free * 2);
	KTEST_OK(gets(SINGLE | __GFP_WAIT | __GFP_HIGH), "HIGH: half of the mark");
	marks_set(z, 4 * free, 4 * free, 4 * free);
	KTEST_OK(!gets(SINGLE | __GFP_HIGH), "until it ends");
	current->flags |= TASK_MEMALLOC;
	KTEST_OK(gets(SINGLE | __GFP_WAIT), "who frees memory need not keep anything");
	current->flags &= ~TASK_MEMALLOC;
	KTEST_OK(gets(SINGLE | __GFP_WAIT | __GFP_NOFAIL), "nor who cannot go back");
	marks_set(z, marks.min, marks.low, marks.high);
}

KTEST(zone_batches_stop_at_low, "")
{
	struct zone *z = single_zone();
	struct watermarks marks = z->marks;
	u32 free = drained(z);
	struct page *page;

	marks_set(z, 0, free - 4, free);
	page = alloc_page(SINGLE);
	KTEST_OK(z->buddy.nr_free == free - 4, "the hot list takes no page below low");
	KTEST_OK(!z->zone_wake_kswapd, "so nobody is woken");
	free_page(page);
	drained(z);
	marks_set(z, marks.min, marks.low, marks.high);
}

KTEST(zone_flags_and_hysteresis, "bal-17 bal-18")
{
	struct zone *z = single_zone();
	struct watermarks marks = z->marks;
	u32 free = drained(z);

	marks_set(z, free - 30, free - 20, free - 10);
	KTEST_OK(!z->low_on_memory && !z->zone_wake_kswapd, "plenty");
	marks_set(z, free - 30, free + 20, free + 30);
	KTEST_OK(!z->low_on_memory && z->zone_wake_kswapd, "below low: kswapd");
	marks_set(z, free + 10, free + 20, free + 30);
	KTEST_OK(z->low_on_memory && z->zone_wake_kswapd, "below min: low on memory");
	marks_set(z, free - 30, free + 20, free + 30);
	KTEST_OK(z->low_on_memory && z->zone_wake_kswapd, "above min: still low on memory");
	marks_set(z, free - 30, free - 20, free + 10);
	KTEST_OK(z->low_on_memory && !z->zone_wake_kswapd, "kswapd's flag knows no hysteresis");
	marks_set(z, free - 30, free - 20, free);
	KTEST_OK(!z->low_on_memory, "until high");
	marks_set(z, marks.min, marks.low, marks.high);
}

/* An empty slab is what can be freed without asking anybody. */
KTEST(zone_low_on_memory_frees_first, "bal-19")
{
	static struct slab_cache *cache;
	struct zone *z = single_zone();
	struct watermarks marks = z->marks;
	u32 free, freed;
	void *object;

	if (cache == NULL)
		cache = slab_cache_create("ktest_zone", 512, 8);
	percpu_drain_all();
	free = drained(z);
	object = slab_alloc(cache, GFP_KERNEL);
	slab_free(cache, object);
	marks_set(z, 0, 2 * free, 2 * free);
	z->low_on_memory = false;
	KTEST_OK(gets(SINGLE | __GFP_WAIT), "low but not too low");
	freed = slab_shrink(false);
	KTEST_OK(freed >= 1, "nothing is freed for it");

	object = slab_alloc(cache, GFP_KERNEL);
	slab_free(cache, object);
	z->low_on_memory = true;
	KTEST_OK(gets(SINGLE), "who does not wait is served");
	KTEST_OK(slab_shrink(false) >= 1, "and frees nothing");

	object = slab_alloc(cache, GFP_KERNEL);
	slab_free(cache, object);
	z->low_on_memory = true;
	KTEST_OK(gets(SINGLE | __GFP_WAIT), "who waits is served");
	KTEST_OK(slab_shrink(false) == 0, "but has freed before");
	marks_set(z, marks.min, marks.low, marks.high);
}

/* --- refusals --- */

/* Does a why-line since position *pos have this text? */
static bool why_says(u64 *pos, const char *text)
{
	static char buf[2048];
	size_t n = why_read(pos, buf, sizeof(buf)), len = strlen(text);

	for (size_t i = 0; i + len <= n; i++) {
		if (memcmp(buf + i, text, len) == 0)
			return true;
	}
	return false;
}

static u64 why_end(void)
{
	static char buf[512];
	u64 pos = 0;

	while (why_read(&pos, buf, sizeof(buf)) != 0)
		continue;
	return pos;
}

KTEST(zone_refusal_says_why, "")
{
	struct zone *z = single_zone();
	struct watermarks marks = z->marks;
	u32 free = drained(z);
	u64 pos;

	marks_set(z, 4 * free, 4 * free, 4 * free);
	pos = why_end();
	KTEST_OK(alloc_page(SINGLE | __GFP_NOWARN) == NULL, "refused");
	KTEST_OK(!why_says(&pos, "refused"), "silently if so asked");
	KTEST_OK(alloc_page(SINGLE) == NULL, "refused");
	KTEST_OK(why_says(&pos, z->name), "the line names the zone");
	pos = why_end();
	KTEST_OK(alloc_pages(SINGLE, 3) == NULL, "refused");
	KTEST_OK(why_says(&pos, "order 3"), "the line names the order");
	marks_set(z, marks.min, marks.low, marks.high);
	pos = why_end();
	KTEST_OK(alloc_pages(GFP_KERNEL, MAX_ORDER + 1) == NULL, "larger than any block");
	KTEST_OK(why_says(&pos, "order 11"), "and a line");
}

KTEST(zone_fault_injection, "")
{
	struct page *page;
	u32 before;

	percpu_drain_all(); /* the injection's own slab comes and goes */
	before = nr_free_pages();
	fail_set_task("page", 2);
	page = alloc_page(GFP_KERNEL);
	KTEST_OK(page != NULL && !fail_task_fired(), "the first one is served");
	KTEST_OK(alloc_pages(GFP_KERNEL, 1) == NULL && fail_task_fired(), "the second one fails");
	free_page(page);
	fail_set_task("page", 1);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	KTEST_OK(page != NULL && !fail_task_fired(), "who cannot go back is not asked");
	free_page(page);
	KTEST_OK(alloc_page(GFP_KERNEL) == NULL, "a single page fails too");
	fail_set_task("page", 0);
	page = alloc_page(GFP_KERNEL);
	KTEST_OK(page != NULL, "no more");
	free_page(page);
	percpu_drain_all();
	KTEST_OK(nr_free_pages() == before, "nothing is lost");
}

/* Anything in any order; every page comes back. */
KTEST(zone_random, "")
{
	enum { HELD = 64 };
	static struct page *held[HELD];
	static u8 orders[HELD];
	u32 before;

	pcp_drain_all();
	before = nr_free_pages();
	for (unsigned i = 0; i < 2000; i++) {
		unsigned at = ktest_random(HELD);

		if (held[at] != NULL) {
			free_pages(held[at], orders[at]);
			held[at] = NULL;
			continue;
		}
		orders[at] = (u8)(ktest_random(4) ? 0 : ktest_random(5));
		held[at] = alloc_pages(ktest_random(2) ? GFP_KERNEL : GFP_HIGHUSER, orders[at]);
		if (held[at] != NULL)
			held[at]->mapping = &held[at];
	}
	for (unsigned at = 0; at < HELD; at++) {
		if (held[at] == NULL)
			continue;
		KTEST_OK(held[at]->mapping == &held[at], "no page went to two");
		free_pages(held[at], orders[at]);
		held[at] = NULL;
	}
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		zone_check(z);
	pcp_drain_all();
	KTEST_OK(nr_free_pages() == before, "every page came back");
}

KTEST_DELIBERATE(deliberate_page_freed_twice)
{
	struct page *page = alloc_page(GFP_KERNEL);

	free_page(page);
	free_page(page);
}
