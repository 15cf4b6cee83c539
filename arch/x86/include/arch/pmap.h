/* SPDX-License-Identifier: MIT */
/*
 * pmap.h - page tables of two levels, without PAE.
 *
 *	directory (1 frame)	0..767	tables of this address space, made by pmap_prepare()
 *				768..987  direct map: 4M entries, or tables where there is no PSE
 *				988..1023 tables made at boot, shared by all address spaces
 *	table (1 frame)		1024 entries of 4K; page->private counts those that are not empty,
 *				page->index is its number in the directory
 *
 * Invariants: directories and tables lie in the direct map, owner PAGE_PGTABLE, mapping = the
 * pmap. An entry is empty (0), present, PTE_NONE_PROT: not present, but with its frame; or it remembers a
 * page of a file by its number, with PTE_WRITE alone of the bits that say what it is.
 * Lock: the mm's page_table_lock for everything in 0..767; but an empty directory entry may get its
 * table without it, by one atomic operation (two faults at once).
 */
#pragma once

#include <arch/layout.h>
#include <arch/memmap.h>
#include <arch/tlb.h>
#include <octavo/preempt.h>
#include <octavo/rmap_entry.h>
#include <octavo/types.h>

#define PTE_PRESENT   0x001u
#define PTE_WRITE     0x002u
#define PTE_USER      0x004u
#define PTE_CACHE_OFF 0x018u /* no caching, write through: devices */
#define PTE_YOUNG     0x020u /* set by the CPU at an access */
#define PTE_DIRTY     0x040u /* set by the CPU at a write */
#define PTE_LARGE     0x080u /* in the directory: 4M */
#define PTE_GLOBAL    0x100u
#define PTE_NONE_PROT 0x200u /* not present: PROT_NONE, the frame is kept */
#define PTE_FRAME     0xfffff000u

/* A number that is remembered: 20 bits in place of the frame's, 3 more in bits 2 to 4. */
#define PTE_INDEX_END 0x800000u

#define PTES_PER_TABLE 1024u
#define TABLE_SHIFT    22
#define TABLE_SPAN     (1u << TABLE_SHIFT) /* bytes that one table maps */
#define USER_TABLES    (USER_END >> TABLE_SHIFT)

/* While a range operation runs it gathers this many frames before it flushes. */
#define PMAP_GATHER 64

typedef struct {
	u32 v;
} pte_t;

struct pmap {
	u32 *dir;          /* [I] the directory, in the direct map */
	volatile u32 cpus; /* [a] a bit for each CPU that has it loaded */
};

static inline bool pte_none(pte_t p)
{
	return p.v == 0;
}
static inline bool pte_present(pte_t p) /* there is a frame: PROT_NONE ones count */
{
	return (p.v & (PTE_PRESENT | PTE_NONE_PROT)) != 0;
}
static inline bool pte_remembered(pte_t p)
{
	return p.v != 0 && !pte_present(p);
}
static inline u32 pte_index_remembered(pte_t p)
{
	return p.v >> PAGE_SHIFT | (p.v & 0x1c) << 18;
}
static inline bool pte_accessible(pte_t p) /* the CPU can read it */
{
	return (p.v & PTE_PRESENT) != 0;
}
static inline pfn_t pte_pfn(pte_t p)
{
	return p.v >> PAGE_SHIFT;
}
static inline bool pte_writable(pte_t p)
{
	return (p.v & (PTE_WRITE | PTE_PRESENT)) == (PTE_WRITE | PTE_PRESENT);
}
static inline bool pte_read_only(pte_t p) /* the CPU can read it, but not write */
{
	return (p.v & (PTE_WRITE | PTE_PRESENT)) == PTE_PRESENT;
}
static inline bool pte_same(pte_t a, pte_t b) /* but for what the CPU notes by itself */
{
	return ((a.v ^ b.v) & ~(PTE_YOUNG | PTE_DIRTY)) == 0;
}
static inline bool pte_dirty(pte_t p)
{
	return (p.v & PTE_DIRTY) != 0;
}
static inline bool pte_young(pte_t p)
{
	return (p.v & PTE_YOUNG) != 0;
}

/* pmap_table - the table of va, or NULL. User addresses only. */
static inline pte_t *pmap_table(const struct pmap *pmap, vaddr_t va)
{
	u32 pde = pmap->dir[va >> TABLE_SHIFT];

	return pde ? phys_to_virt(pde & PTE_FRAME) : NULL;
}

static inline void *pmap_low_address(pfn_t pfn)
{
	return pfn < max_low_pfn ? pfn_to_virt(pfn) : NULL;
}

static inline unsigned pte_index(vaddr_t va)
{
	return (va >> PAGE_SHIFT) & (PTES_PER_TABLE - 1);
}

/* the flags of an entry with protection `prot` (PMAP_*) */
static inline u32 pte_flags(u32 prot)
{
	if (!prot)
		return PTE_NONE_PROT;
	return PTE_PRESENT | PTE_USER | PTE_YOUNG | (prot & 2u /* PMAP_WRITE */);
}

/* --- one page (contracts in <octavo/pmap.h>) --- */

void pmap_flush(struct pmap *pmap, vaddr_t va, vaddr_t end);
void pmap_flush_page_of_many(struct pmap *pmap, vaddr_t va);

/* pmap_flush_page - the same for one page: mostly this CPU alone has it loaded. => PTL */
static inline void pmap_flush_page(struct pmap *pmap, vaddr_t va)
{
	if (likely(pmap->cpus == 1u << arch_current_head()->cpu))
		arch_invlpg(va);
	else
		pmap_flush_page_of_many(pmap, va);
}

/* pte_swap_out - take the entry away; what the CPU noted in it until then is in the result. */
static inline u32 pte_swap_out(pte_t *pte)
{
	return arch_xchg(&pte->v, 0);
}

static inline void pmap_table_count(const pte_t *table, int n)
{
	frame_to_page(table)->private += (u32)n;
}

static inline bool pmap_prepared(const struct pmap *pmap, vaddr_t va)
{
	return pmap->dir[va >> TABLE_SHIFT] != 0;
}

static inline pte_t pmap_query(const struct pmap *pmap, vaddr_t va)
{
	u32 pde = pmap->dir[va >> TABLE_SHIFT];

	if (unlikely(!pde))
		return (pte_t){0};
	return ((const pte_t *)phys_to_virt(pde & PTE_FRAME))[pte_index(va)];
}

static inline bool pmap_test_clear_young(struct pmap *pmap, vaddr_t va)
{
	pte_t *pte = pmap_table(pmap, va) + pte_index(va);

	if (!(pte->v & PTE_YOUNG))
		return false;
	/* the CPU may be about to note a write in it */
	__asm__ volatile("lock; andl %1, %0" : "+m"(pte->v) : "i"(~PTE_YOUNG) : "memory", "cc");
	pmap_flush(pmap, va, va + PAGE_SIZE);
	return true;
}

static inline void pmap_enter(struct pmap *pmap, vaddr_t va, pfn_t pfn, u32 prot)
{
	pte_t *table = pmap_table(pmap, va);
	pte_t *pte = table + pte_index(va);
	pte_t old = {arch_xchg(&pte->v, pfn << PAGE_SHIFT | pte_flags(prot))};

	if (pte_present(old))
		rmap_entry_remove(pmap, va, pte_pfn(old));
	rmap_entry_add(pmap, va, pfn);
	if (pte_none(old))
		pmap_table_count(table, 1);
	else if (pte_accessible(old))
		pmap_flush_page(pmap, va);
}

static inline bool pmap_enter_empty(struct pmap *pmap, vaddr_t va, pfn_t pfn, u32 prot)
{
	pte_t *table = phys_to_virt(pmap->dir[va >> TABLE_SHIFT] & PTE_FRAME);
	pte_t *pte = table + pte_index(va);

	if (unlikely(pte->v))
		return false;
	pte->v = pfn << PAGE_SHIFT | pte_flags(prot);
	pmap_table_count(table, 1);
	rmap_entry_add(pmap, va, pfn);
	return true;
}

static inline bool pmap_replace(struct pmap *pmap, vaddr_t va, pte_t seen, pfn_t pfn, u32 prot)
{
	pte_t *table = phys_to_virt(pmap->dir[va >> TABLE_SHIFT] & PTE_FRAME);
	pte_t *pte = table + pte_index(va);

	if (unlikely(!pte_same(*pte, seen)))
		return false;
	(void)arch_xchg(&pte->v, pfn << PAGE_SHIFT | pte_flags(prot));
	pmap_flush_page(pmap, va);
	if (pte_present(seen))
		rmap_entry_remove(pmap, va, pte_pfn(seen));
	rmap_entry_add(pmap, va, pfn);
	return true;
}

static inline pte_t pmap_remember(struct pmap *pmap, vaddr_t va, u32 index)
{
	pte_t *table = pmap_table(pmap, va);
	pte_t *pte = table + pte_index(va);
	pte_t old = {arch_xchg(&pte->v, index << PAGE_SHIFT | (index >> 18 & 0x1c) | PTE_WRITE)};

	if (!old.v)
		pmap_table_count(table, 1);
	if (pte_present(old))
		rmap_entry_remove(pmap, va, pte_pfn(old));
	return old;
}

static inline pte_t pmap_forget(struct pmap *pmap, vaddr_t va)
{
	pte_t *table = pmap_table(pmap, va);
	pte_t old = {arch_xchg(&table[pte_index(va)].v, 0)};

	if (old.v)
		pmap_table_count(table, -1);
	if (pte_present(old))
		rmap_entry_remove(pmap, va, pte_pfn(old));
	return old;
}

/* --- ranges --- */

/* A walk over the tables of [va, end): in the inner loop `pte` runs up to `stop`. */
struct pmap_iter {
	const struct pmap *pmap;
	vaddr_t va, end; /* what is left, from the next table on */
	pte_t *table;
	pte_t *pte, *stop;
};

static inline struct pmap_iter pmap_iter_start(const struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	return (struct pmap_iter){.pmap = pmap, .va = va, .end = end};
}

/* pmap_iter_table - on to the next table that exists; false: there is none. */
static __always_inline bool pmap_iter_table(struct pmap_iter *it)
{
	while (it->va < it->end) {
		vaddr_t va = it->va;
		vaddr_t last = MIN(va | (TABLE_SPAN - 1), it->end - 1); /* end may be 4G - x */

		it->va = last + 1;
		it->table = pmap_table(it->pmap, va);
		if (it->table) {
			it->pte = it->table + pte_index(va);
			it->stop = it->table + pte_index(last) + 1;
			return true;
		}
	}
	return false;
}

/* pmap_iter_va - the address that it->pte maps; inside the inner loop */
static inline vaddr_t pmap_iter_va(const struct pmap_iter *it)
{
	return ((it->va - 1) & ~(TABLE_SPAN - 1)) + ((vaddr_t)(it->pte - it->table) << PAGE_SHIFT);
}

/* Two loops: a `break` in the body goes on with the next table. */
#define pmap_for_each_present(pmap_, va_, end_, it)                                                \
	for ((it) = pmap_iter_start((pmap_), (va_), (end_)); pmap_iter_table(&(it));)              \
		for (; (it).pte < (it).stop; (it).pte++)                                           \
			if (pte_present(*(it).pte))

static __always_inline u32 pmap_copy_range(struct pmap *dst, struct pmap *src, vaddr_t va,
					   vaddr_t end, bool wrprotect, void (*page)(pfn_t pfn))
{
	struct pmap_iter it = pmap_iter_start(src, va, end);
	u32 total = 0;

	while (pmap_iter_table(&it)) {
		pte_t *to_table = phys_to_virt(dst->dir[(it.va - 1) >> TABLE_SHIFT] & PTE_FRAME);
		pte_t *to = to_table + (it.pte - it.table);
		int copied = 0, remembered = 0;

		for (; it.pte < it.stop; it.pte++, to++) {
			u32 v = it.pte->v;

			if (!(v & (PTE_PRESENT | PTE_NONE_PROT))) {
				if (unlikely(v)) {
					to->v = v;
					remembered++;
				}
				continue;
			}
			page(v >> PAGE_SHIFT);
			rmap_entry_add(dst, pmap_iter_va(&it), v >> PAGE_SHIFT);
			if (wrprotect && (v & PTE_WRITE)) {
				/* the CPU may be about to note an access in it */
				__asm__ volatile("lock; andl %1, %0"
						 : "+m"(it.pte->v)
						 : "i"(~PTE_WRITE)
						 : "memory", "cc");
				v &= ~PTE_WRITE;
			}
			to->v = v;
			copied++;
		}
		pmap_table_count(to_table, copied + remembered);
		total += (u32)copied;
	}
	return total;
}

/* What pmap_remove_range() took out and has not yet handed on. */
struct pmap_gather {
	unsigned nr;
	vaddr_t first;
	u32 old[PMAP_GATHER];
};

static __always_inline void pmap_gather_flush(struct pmap_gather *g, struct pmap *pmap,
					      vaddr_t next, void (*page)(pfn_t pfn, bool dirty))
{
	unsigned i;

	if (!g->nr)
		return;
	pmap_flush(pmap, g->first, next);
	for (i = 0; i < g->nr; i++)
		page(g->old[i] >> PAGE_SHIFT, (g->old[i] & PTE_DIRTY) != 0);
	g->nr = 0;
	g->first = next;
}

static __always_inline u32 pmap_remove_range(struct pmap *pmap, vaddr_t va, vaddr_t end,
					     void (*page)(pfn_t pfn, bool dirty))
{
	struct pmap_iter it = pmap_iter_start(pmap, va, end);
	struct pmap_gather g;
	u32 total = 0;

	g.nr = 0;
	g.first = va;
	while (pmap_iter_table(&it)) {
		int removed = 0, remembered = 0;

		for (; it.pte < it.stop; it.pte++) {
			if (!it.pte->v)
				continue;
			if (unlikely(pte_remembered(*it.pte))) {
				it.pte->v = 0;
				remembered++;
				continue;
			}
			if (g.nr == PMAP_GATHER)
				pmap_gather_flush(&g, pmap, pmap_iter_va(&it), page);
			g.old[g.nr] = pte_swap_out(it.pte);
			rmap_entry_remove(pmap, pmap_iter_va(&it), g.old[g.nr] >> PAGE_SHIFT);
			g.nr++;
			removed++;
		}
		pmap_table_count(it.table, -removed - remembered);
		total += (u32)removed;
	}
	pmap_gather_flush(&g, pmap, end, page);
	return total;
}

static __always_inline void pmap_protect_range(struct pmap *pmap, vaddr_t va, vaddr_t end, u32 prot,
					       bool (*may_write)(pfn_t pfn))
{
	struct pmap_iter it = pmap_iter_start(pmap, va, end);
	const u32 flags = pte_flags(prot & ~2u /* PMAP_WRITE */);
	bool lost = false; /* some entry allows less than before */

	while (pmap_iter_table(&it)) {
		for (; it.pte < it.stop; it.pte++) {
			u32 v, new;

			if (!pte_present(*it.pte))
				continue;
			v = pte_swap_out(it.pte);
			new = (v & (PTE_FRAME | PTE_DIRTY | PTE_YOUNG)) | flags;
			if ((prot & 2u /* PMAP_WRITE */) && may_write(v >> PAGE_SHIFT))
				new |= PTE_WRITE;
			lost |= (v & ~new &(PTE_PRESENT | PTE_WRITE)) != 0;
			it.pte->v = new;
		}
	}
	if (lost)
		pmap_flush(pmap, va, end);
}
