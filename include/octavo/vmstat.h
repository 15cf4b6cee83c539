/* SPDX-License-Identifier: MIT */
/*
 * vmstat.h - what the memory system says about itself: the counts, and the reports in /proc.
 *
 * Where frames are owned one by one and often, nothing is counted: anonymous memory is what is left
 * of a machine's pages when all others are taken off. Who owns them seldom says so here.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/page.h>
#include <octavo/text.h>

struct zone;

/* The page of zeros that unwritten memory reads as: 1, or 0 without an MMU. */
extern const u32 zero_pages;

/* Frames of each owner that counts: PAGE_KMALLOC, VMALLOC, PGTABLE, FILE, PIPE. [a] */
extern atomic_t owned_pages[NR_PAGE_OWNERS];

/* owned_pages_add - nr frames more (or fewer) belong to `owner`. => any context */
static inline void owned_pages_add(enum page_owner owner, s32 nr)
{
	atomic_add(&owned_pages[owner], nr);
}

/* What the whole machine's pages are used for; the fields add up to `managed`. In pages. */
struct vm_counts {
	u32 managed;           /* what the zones were given to hand out */
	u32 free;              /* hot lists included */
	u32 slab, slab_unused; /* slabs, and those of them that hold no object */
	u32 kmalloc, vmalloc, page_tables, pipes;
	u32 file; /* contents of files, MAP_SHARED | MAP_ANONYMOUS among them */
	u32 anon; /* private memory of programs: the rest */
};
/* vm_counts_get - each count is right, but they are taken one after the other. => may sleep */
void vm_counts_get(struct vm_counts *c);

/* Events of a zone since boot. */
struct zone_events {
	u32 allocated, freed; /* pages, by anybody */
};
void zone_events_get(struct zone *z, struct zone_events *e); /* => takes zone->lock */
/* vm_reserve_pages - what allocations leave free for emergencies: marks and reserves of all zones */
u32 vm_reserve_pages(void);

/* --- the reports: Linux's formats, see proc(5); appended to `t`. They take the zones' and the caches'
 * locks one at a time, so that the numbers of one report are of about one time --- */
void meminfo_text(struct text *t);
void buddyinfo_text(struct text *t);
void zoneinfo_text(struct text *t);
void slabinfo_text(struct text *t);
void vmstat_text(struct text *t);
/* lru_text - a line for each list of `l`: `before`, "nr_", `scope`, its name, how many pages */
struct lru_counts;
void lru_text(struct text *t, const char *before, const char *scope, const struct lru_counts *l);

/* --- what tasks count, for vmstat: page faults of all tasks, those that have ended included --- */
u32 task_faults_total(void); /* => takes task_list_lock, a task at a time */
/* what the OOM killer has killed */
extern atomic_t oom_kills;
