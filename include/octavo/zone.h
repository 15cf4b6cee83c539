/* SPDX-License-Identifier: MIT */
/*
 * zone.h - nodes, zones, and the page allocator.
 *
 *	alloc_page() -> per-CPU hot list of the zone -> (empty) buddy, a batch at a time
 *	alloc_pages(order > 0) -> buddy
 *
 * Locks: zone->lock for the buddy; a per-CPU list belongs to its CPU with preemption off.
 * Pages are never freed or allocated in interrupt context.
 */
#pragma once

#include <arch/memmap.h>
#include <octavo/boot.h>
#include <octavo/buddy.h>
#include <octavo/gfp.h>
#include <octavo/lru.h>
#include <octavo/spinlock.h>
#include <octavo/watermark.h>

#define PCP_BATCH     48u  /* with one CPU; goes to and from the buddy at once, as whole blocks */
#define PCP_BATCH_MAX 512u /* with several, so that they seldom meet there */
#define PCP_SHARE     16u  /* but at most this part of the zone for all CPUs' batches together */

struct percpu_pages {          /* own CPU, preemption off */
	struct page **top;     /* behind the hottest */
	struct page **pages;   /* [I] once all CPUs run; coldest first */
	struct page **end;     /* [I] likewise: full, two batches */
	u32 nr_freed;          /* pages that free_page() has put here */
	struct page **lru_top; /* behind the last of the pages that are to be put on LRU lists */
	struct page **lru;     /* [I] once all CPUs run */
	struct page **lru_end; /* [I] likewise: full, one batch */
} __aligned(64);

static inline u32 pcp_count(const struct percpu_pages *pcp)
{
	return (u32)(pcp->top - pcp->pages);
}

struct zone {
	const char *name;          /* [I] */
	u8 index, node;            /* [I] */
	bool highmem, kernel_only; /* [I] */
	u32 present_pages;         /* [I] frames of RAM in the zone */
	struct watermarks marks;   /* changed by sysctl under lock */
	spinlock_t lock;
	struct buddy buddy;    /* [lock] */
	bool low_on_memory;    /* [lock] bal-17, bal-18 */
	bool zone_wake_kswapd; /* [lock] bal-17, bal-20 */
	u32 nr_refused;        /* [lock] requests that failed here (bal-21) */
	u32 managed_pages;     /* [lock] frames that it was given to hand out, then or later */
	/* [lock] pages since boot: blocks and runs given out and back, to hot lists and from them */
	u32 nr_block_out, nr_block_in, nr_pcp_in, nr_pcp_out;
	struct lru lru;
	u32 pcp_batch; /* [I] once all CPUs run */
	struct percpu_pages pcp[NR_CPUS];
};

struct pgdat { /* a node (numa-4) */
	unsigned nr_zones;
	struct zone zones[MAX_ZONES];
	u32 present_pages;
};
#define MAX_NODES 2
extern struct pgdat nodes[MAX_NODES];
extern unsigned nr_nodes;

/* Where a request may be served, best first; by the bits of gfp that name a place. */
struct zonelist {
	unsigned nr;
	unsigned classzone; /* index in its node of the best zone: what lowmem_reserve goes by */
	struct zone *zone[MAX_ZONES * MAX_NODES];
};
#define NR_ZONELISTS 8
extern struct zonelist zonelists[NR_ZONELISTS]; /* [I] */
static inline unsigned gfp_zonelist(gfp_t gfp)
{
	return (gfp >> 4) & 7;
}
static inline gfp_t zonelist_gfp(unsigned i) /* the other way round */
{
	return (gfp_t)i << 4;
}
_Static_assert((__GFP_DMA | __GFP_HIGHMEM | __GFP_USER) == 7u << 4, "gfp_zonelist()");
/* Zones by the top bits of a page's flags. */
extern struct zone *zone_table[1u << (32 - PAGE_ZONE_SHIFT)]; /* [I] */

/* zone_init - zones from arch_zones[] and bootmem's map; the rest of bootmem's memory becomes
 * free. => boot, once; after it bootmem is closed */
void zone_init(const struct boot_info *info);

/*
 * alloc_pages - 2^order contiguous frames, aligned to their size; refcount of the first is 1,
 * owner PAGE_KERNEL (set the owner at once).
 *   => sleeps only with __GFP_WAIT; NULL where nothing may be had: a why-line says so.
 *   order > 0: one allocated block, freed whole with free_pages(page, order)
 */
struct page *alloc_pages(gfp_t gfp, unsigned order);
/* alloc_page - one page. gfp is a constant most of the time, and so is where it looks first. */
void page_zero(struct page *page);
struct page *alloc_page_from(struct zone *best, gfp_t gfp); /* does not clear */
static __always_inline struct page *alloc_page(gfp_t gfp)
{
	struct page *page = alloc_page_from(zonelists[gfp_zonelist(gfp)].zone[0], gfp);

	if ((gfp & __GFP_ZERO) && page)
		page_zero(page);
	return page;
}
/* alloc_anon_page - a page of a program's own, owner PAGE_ANON, on its way to an LRU list; not cleared.
 *   => preemption off in any case, until the caller turns it on */
struct page *alloc_anon_page_from(struct zone *best, gfp_t gfp);
static __always_inline struct page *alloc_anon_page(gfp_t gfp)
{
	return alloc_anon_page_from(zonelists[gfp_zonelist(gfp)].zone[0], gfp);
}
/* free_pages - => refcount 0 or 1 (then it is the last), mapcount 0; not in interrupts */
void free_pages(struct page *page, unsigned order);
void free_page(struct page *page);
/* free_page_run - nr single pages in a row, of one zone, each with refcount 1 and mapcount 0: back into
 * the buddy in the largest blocks that they make. => not in interrupts */
void free_page_run(struct page *page, u32 nr);
/* zone_take_run - nr single pages in a row, owner PAGE_KERNEL, refcount 0, as buddy_find_run() looks for
 * them; the zone keeps its lowest mark, and what it reserves. => NULL; frees nothing */
struct page *zone_take_run(struct zone *z, u32 nr, u32 align, bool top, unsigned classzone);
/* zone_reclaim_unused - what no one uses goes back into the buddy, other CPUs' too. => sleeps */
void zone_reclaim_unused(void);
/* split_pages - a block of order > 0 becomes 2^order single pages, each with refcount 1. */
void split_pages(struct page *page, unsigned order);

static inline void get_page(struct page *page)
{
	atomic_inc(&page->refcount);
}
/* put_page - drop a reference; the last one frees an order-0 page. */
static inline void put_page(struct page *page)
{
	if (atomic_dec_and_test(&page->refcount))
		free_page(page);
}

static inline struct zone *page_zone(const struct page *page)
{
	return zone_table[page->flags >> PAGE_ZONE_SHIFT];
}
/* pages_set_owner - of all pages of an allocated block. */
void pages_set_owner(struct page *page, unsigned order, enum page_owner owner);
/* bootmem_release - frames that bootmem handed out or reserved become ordinary allocated ones:
 * refcount 1, owner PAGE_KERNEL, the caller's to use or free. => after zone_init(); 0, or -ENOMEM
 * (bootmem's lists are full: the frames stay reserved) */
int bootmem_release(pfn_t pfn, u32 nr);
u32 nr_free_pages(void);  /* all zones, per-CPU lists included */
u32 nr_total_pages(void); /* frames that the zones hold */
u32 zone_free_pages(const struct zone *z);
/* pcp_init - the boot CPU's list of a new zone. => before it has pages
 * pcp_set_cpus - lists for nr_cpus, the longer the more may ask for z->lock. => boot: the others do not
 * run tasks yet */
void pcp_init(struct zone *z);
void pcp_set_cpus(u32 nr_cpus);
/* pcp_drain_own - this CPU's lists back into the buddy, for requests that fail otherwise. */
void pcp_drain_own(void);
/* pcp_drain_all - every CPU's, which stop for it (sched_freeze). => preemption on, no spinlock held */
void pcp_drain_all(void);
/* percpu_drain_all - all that CPUs keep for themselves: slab objects, slabs without any, pages.
 * percpu_others_have: do others than this one keep something, now or a moment ago? => the same */
void percpu_drain_all(void);
bool percpu_others_have(void);
/* Every zone that has pages, of every node: for (struct zone *z = zone_first(); z; z = zone_next(z)) */
struct zone *zone_first(void);
struct zone *zone_next(struct zone *z);
/* zone_check - the buddy lists of z and what it counts; panics. => takes z->lock; debug */
void zone_check(struct zone *z);

/* vm.min_free_kbytes (bal-24) and vm.lowmem_reserve_ratio (bal-25; MAX_ZONES - 1 numbers): setting one
 * works the marks of all zones out anew. => takes zone->lock, one at a time; 0 */
u32 zone_min_free_kbytes(void);
int zone_set_min_free_kbytes(u32 kbytes);
void zone_reserve_ratio(u32 *ratio);
void zone_set_reserve_ratio(const u32 *ratio);

/* --- between zone.c and percpu_pages.c --- */
/* zone_alloc_slow - alloc_pages() where the hot list is empty or order > 0: marks, reserves,
 * reclaim, refusal; does not zero. */
struct page *zone_alloc_slow(gfp_t gfp, unsigned order);
/* zone_free_bulk - n single pages, owner PAGE_PCP, back into the buddy. */
void zone_free_bulk(struct zone *z, struct page **pages, unsigned n);
/* pcp_take_or_fill - a page of this CPU's list; where that is empty, `batch` pages go onto it from
 * the buddy first. => zone->lock held; NULL: the buddy is empty too */
struct page *pcp_take_or_fill(struct zone *z, unsigned batch) __must_hold(&z->lock);
/* zone_marks_update - free pages or marks of a zone have changed: its flags. => zone->lock held */
void zone_marks_update(struct zone *z) __must_hold(&z->lock);
/* lru_push - into this CPU's batch; true: it is full, lru_drain() is to be called. => preemption off */
static inline bool lru_push(struct percpu_pages *pcp, struct page *page)
{
	struct page **top = pcp->lru_top;

	*top++ = page;
	arch_store_release(&pcp->lru_top, top); /* reports look into it */
	return top == pcp->lru_end;
}
/* page_alloc_injected - is this allocation to fail by fault injection? Writes the why-line. */
bool page_alloc_injected(gfp_t gfp, unsigned order);
