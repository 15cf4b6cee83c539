/* SPDX-License-Identifier: MIT */
/*
 * pmap.h - all that mm/ knows of an MMU.
 *
 * The architecture defines struct pmap and pte_t in <arch/pmap.h>, with these as inlines where one
 * instruction matters. A pmap_enter() never fails: tables are made before, where one may sleep.
 * User range only, unless it is said; `va` and `end` are page-aligned, va < end <= USER_END.
 * One page table maps TABLE_SPAN bytes, aligned to that.
 * Lock: the mm's page_table_lock is held (PTL) where it is said.
 */
#pragma once

#include <arch/pmap.h>
#include <octavo/types.h>

struct page;

/* --- protection, the pmap's view --- */
#define PMAP_READ  0x1u
#define PMAP_WRITE 0x2u
#define PMAP_EXEC  0x4u /* what the hardware cannot tell apart, it grants with READ */

/* --- life --- */
int pmap_init(struct pmap *pmap);      /* => 0 or -ENOMEM; sleeps; kernel part is shared */
void pmap_destroy(struct pmap *pmap);  /* nothing is mapped, nobody runs in it; frees all tables */
void pmap_activate(struct pmap *pmap); /* load it on this CPU; preemption off */
/* pmap_lazy - a kernel thread is next: what is loaded may stay so, unused. => interrupts off */
void pmap_lazy(void);
extern struct pmap kernel_pmap;

/* pmap_prepare - make the tables for [va, end). => sleeps, PTL not held; 0 or -ENOMEM; tables that
 * were made stay (they are freed with the pmap, or by pmap_trim) */
int pmap_prepare(struct pmap *pmap, vaddr_t va, vaddr_t end);
/* pmap_prepared - are the tables for the page at va there? One load or two. PTL. */
bool pmap_prepared(const struct pmap *pmap, vaddr_t va);

/* --- single pages; PTL --- */
/* pmap_enter - map frame `pfn` at va, replacing what is there (then flushed if it was present).
 *   => tables are prepared; counts in struct page are the caller's */
void pmap_enter(struct pmap *pmap, vaddr_t va, pfn_t pfn, u32 prot);
/* pmap_enter_empty - the same, but only where nothing is: false, and nothing done, where something
 * is there already */
bool pmap_enter_empty(struct pmap *pmap, vaddr_t va, pfn_t pfn, u32 prot);
/* pmap_replace - the same, but only where the entry at va, which is not empty, still is `seen` (as
 * pte_same() says); => false: it is not, and nothing is done */
bool pmap_replace(struct pmap *pmap, vaddr_t va, pte_t seen, pfn_t pfn, u32 prot);
/* pmap_query - the entry at va; an empty one if there is no table. Without PTL it may be stale. */
pte_t pmap_query(const struct pmap *pmap, vaddr_t va);
/* pmap_remember - the entry at va, which has a table, maps nothing any more, but keeps a number for the caller,
 * less than PTE_INDEX_END: pte_remembered(), pte_index_remembered(). It goes with its range, and moves and is
 * copied with it. => the old one; not flushed */
static inline pte_t pmap_remember(struct pmap *pmap, vaddr_t va, u32 index);
/* pmap_forget - the entry at va, which has a table, is empty from now on. => the old one; not flushed */
static inline pte_t pmap_forget(struct pmap *pmap, vaddr_t va);
/* pmap_test_clear_young - was the page at va accessed since the last time, or since it was entered? It is
 * mapped; flushed before it returns. */
static inline bool pmap_test_clear_young(struct pmap *pmap, vaddr_t va);
/* accessors of a pte_t: pte_none pte_present pte_pfn pte_writable pte_dirty pte_young pte_same
 * pte_accessible pte_read_only */

/* --- ranges; PTL; cost: a few instructions for each page --- */
/*
 * pmap_gather - frames on their way out: they are freed after the flush, so nobody touches a freed
 * page through a stale entry. pmap_remove_range() clears the entries of [va, end), hands each
 * frame to the caller's `page` function (counts), and flushes once. When the gather is full it
 * flushes and frees in between. Declared in <arch/pmap.h> as inlines over struct pmap_iter:
 *
 *	pmap_for_each_present(pmap, va, end, it) { pfn = pte_pfn(*it.pte); ... }
 */
/* pmap_copy_range - fork: for each entry of src in [va, end), the same entry in dst; with
 * `wrprotect` both lose write permission (the caller flushes src once with pmap_flush). `page` is
 * called for each frame first (counts). => how many frames; dst has a table wherever src has one;
 * both PTL held */
static inline u32 pmap_copy_range(struct pmap *dst, struct pmap *src, vaddr_t va, vaddr_t end,
				  bool wrprotect, void (*page)(pfn_t pfn));
/* pmap_remove_range - clear [va, end); `page` is called for each frame that was mapped, after it
 * can no longer be reached through this pmap by any CPU (batches with one flush each).
 * => how many entries */
static inline u32 pmap_remove_range(struct pmap *pmap, vaddr_t va, vaddr_t end,
				    void (*page)(pfn_t pfn, bool dirty));
/* pmap_protect_range - new protection for present entries. PMAP_WRITE is only taken away or, with
 * `may_write(pfn)` true, given. prot 0: entries become inaccessible but keep their frame. */
static inline void pmap_protect_range(struct pmap *pmap, vaddr_t va, vaddr_t end, u32 prot,
				      bool (*may_write)(pfn_t pfn));
/* pmap_move_range - the entries of [va, end), which one table has, map the same frames at `to` then;
 * nothing is mapped there, and there are tables. Flushed before it returns. */
void pmap_move_range(struct pmap *pmap, vaddr_t va, vaddr_t end, vaddr_t to);
/* pmap_flush - forget cached translations of [va, end) on every CPU that may hold them. */
void pmap_flush(struct pmap *pmap, vaddr_t va, vaddr_t end);
/* pmap_trim - free tables that map nothing in [va, end), after munmap. => sleeps not; PTL;
 * nothing is mapped in the tables that are freed */
void pmap_trim(struct pmap *pmap, vaddr_t va, vaddr_t end);

/* --- kernel addresses above VMALLOC_START --- */
void pmap_kenter(vaddr_t va, pfn_t pfn, u32 prot); /* tables exist since boot */
void pmap_kremove(vaddr_t va, vaddr_t end);        /* other CPUs remember until pmap_kflush() */
void pmap_kflush(vaddr_t va, vaddr_t end);         /* on every CPU */

/* --- frames without a mapping of their own; preemption off inside --- */
void pmap_zero_frame(pfn_t pfn);
void pmap_copy_frame(pfn_t dst, pfn_t src);
void *pmap_map_temp(pfn_t pfn); /* => preemption off until pmap_unmap_temp; two at most */
/* pmap_low_address - where a frame lies in the kernel's own map; NULL: it needs pmap_map_temp() */
static inline void *pmap_low_address(pfn_t pfn);
void pmap_unmap_temp(void *va);

/* --- for the audit --- */
/* every page-table frame of pmap, directory included */
void pmap_walk_tables(const struct pmap *pmap, void (*fn)(pfn_t pfn, void *arg), void *arg);
/* every entry that is not empty, in order of addresses; stops when fn returns false */
void pmap_walk(const struct pmap *pmap, bool (*fn)(vaddr_t va, pte_t pte, void *arg), void *arg);
