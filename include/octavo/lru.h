/* SPDX-License-Identifier: MIT */
/*
 * lru.h - a zone's pages of programs and files, by how lately they were used: what reclaim will go by.
 *
 *	alloc_anon_page(), lru_add() --> a CPU's batch (PG_LRU_NEW) --> inactive (PG_LRU)
 *								    | page_accessed() twice
 *								    v
 *								 active (PG_LRU, PG_ACTIVE)
 *	mlock: from the lists, a flag and a count (wli-4), and back to the inactive one
 *	free: an inactive page stays listed while it is on a CPU's hot list, and comes back as it was if
 *	      the next owner is a program; else it leaves, with others in one go
 *
 * anon: memory without a disk behind it, which needs swap to go: anonymous, shared anonymous, tmpfs.
 * file: PG_BACKED.
 *
 * A batch does not own its pages: one that has left, or is mlocked, is no longer PG_LRU_NEW, and is
 * passed over. If it is a new page by then, it gets to its list early.
 *
 * Lock: lru.lock, inside whatever may ask for a page or free one, but for zone->lock. It guards the lists
 * and PG_LRU_BITS; of a page that nobody else knows and that is in no batch, its owner sets them. While a
 * page is in a batch its owner may change by page_flags_add() only.
 */
#pragma once

#include <octavo/page.h>
#include <octavo/spinlock.h>

struct audit;
struct percpu_pages;
struct zone;

enum lru_list { LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE, NR_LRU };

struct lru {
	spinlock_t lock;
	struct page_list list[NR_LRU]; /* [lock] the newest last, or come back from a hot list */
	u32 nr[NR_LRU];                /* [lock] */
	u32 nr_mlocked;                /* [lock] pages that are PG_MLOCKED */
};

/* lru_list_of - where a page of these flags is, if it is on a list */
static inline enum lru_list lru_list_of(u32 flags)
{
	return (enum lru_list)(flags / PG_ACTIVE & 3);
}
_Static_assert(PG_BACKED == 2 * PG_ACTIVE, "lru_list_of()");

void lru_init(struct lru *lru);
/* lru_add - a page that nobody else knows yet goes to an inactive list; `bits`: 0, PG_BACKED,
 * PG_REFERENCED. => any context that may take lru.lock */
void lru_add(struct page *page, u32 bits);
/* lru_drain - this CPU's batch goes to the lists. => preemption off, or the CPU is stopped */
void lru_drain(struct zone *z, struct percpu_pages *pcp);
/* lru_del_bulk - n pages of z that nobody has leave their lists and batches: no PG_LRU_BITS then */
void lru_del_bulk(struct zone *z, struct page **pages, unsigned n);
/* page_accessed - read(2) or write(2) of a page that others know: the second time makes it active */
void page_accessed(struct page *page);

/* page_mlock, page_munlock - one more, or one fewer, entry of a mlocked area maps it. => PTL */
void page_mlock(struct page *page);
void page_munlock(struct page *page);

/* --- reports --- */
struct lru_counts {
	u32 nr[NR_LRU], mlocked; /* in pages */
	u32 unevictable;         /* mlocked ones among them */
};
/* lru_counts_add - what z has, batches and all; hot pages are not counted. Of a moment, more or less: other
 * CPUs go on meanwhile */
void lru_counts_add(struct zone *z, struct lru_counts *c);

/* --- audit --- */
/* lru_audit_page - `owner`: whose it is; `listed`: a list has it; `locks`: so many entries of mlocked
 * areas map it */
void lru_audit_page(struct audit *a, const struct page *page, enum page_owner owner, bool listed,
		    u32 locks);
