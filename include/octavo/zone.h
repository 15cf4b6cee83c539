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
#include <octavo/spinlock.h>
#include <octavo/watermark.h>

#define PCP_BATCH 16
#define PCP_HIGH  48

struct percpu_pages { /* own CPU, preemption off */
	u32 count;
	struct page_list list; /* hottest first */
} __aligned(32);

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
static inline struct page *alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}
/* free_pages - => refcount 0 or 1 (then it is the last), mapcount 0; not in interrupts */
void free_pages(struct page *page, unsigned order);
static inline void free_page(struct page *page)
{
	free_pages(page, 0);
}
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
		free_pages(page, 0);
}

struct zone *page_zone(const struct page *page);
u32 nr_free_pages(void);  /* all zones, per-CPU lists included */
u32 nr_total_pages(void); /* frames that the zones hold */
u32 zone_free_pages(const struct zone *z);
/* pcp_drain_all - per-CPU lists back into the buddy, for the audit and large requests. */
void pcp_drain_all(void);
/* Every zone of every node: for (struct zone *z = zone_first(); z; z = zone_next(z)) */
struct zone *zone_first(void);
struct zone *zone_next(struct zone *z);
void zone_check(struct zone *z);
