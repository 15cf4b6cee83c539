/* SPDX-License-Identifier: MIT */
/*
 * pmap.c - address spaces: their tables, loading them, forgetting cached translations.
 * <arch/pmap.h> has the picture, and the operations on entries.
 *
 * No CPU but this one runs yet; where others must be told to flush, pmap->cpus says which.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/pmap.h>
#include <octavo/preempt.h>
#include <octavo/string.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>

#define DIRECTORY_INDEX  PTES_PER_TABLE   /* page->index of a directory */
#define FLUSH_SINGLE_MAX (32 * PAGE_SIZE) /* longer ranges: everything but global entries */
#define PDE_TABLE        (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_YOUNG)

struct pmap kernel_pmap = {.dir = kernel_dir};

static struct pmap *loaded[NR_CPUS]; /* [own CPU, preemption off] */

/* --- tables --- */

static struct page *table_alloc(struct pmap *pmap, u32 index, gfp_t gfp)
{
	struct page *page;

	if (fail_should(FAIL_pmap)) {
		why("pmap: a table refused: fault injection");
		return NULL;
	}
	page = alloc_page(GFP_KERNEL | gfp);
	if (!page)
		return NULL;
	page_set_owner(page, PAGE_PGTABLE);
	page->mapping = pmap;
	page->index = index;
	page->private = 0;
	owned_pages_add(PAGE_PGTABLE, 1);
	return page;
}

static void table_free(struct page *page)
{
	page->mapping = NULL;
	owned_pages_add(PAGE_PGTABLE, -1);
	free_page(page);
}

/* next_table - the first directory entry from `index` on, below `end`, that is not empty */
static unsigned next_table(const struct pmap *pmap, unsigned index, unsigned end)
{
	const u32 *entry = pmap->dir + index;
	u32 left = end - index;
	bool empty;

	if (!left)
		return end;
	__asm__("repe scasl" : "+D"(entry), "+c"(left), "=@cce"(empty) : "a"(0) : "memory");
	return empty ? end : end - left - 1;
}

#define for_each_table(pmap, i)                                                                    \
	for ((i) = next_table((pmap), 0, USER_TABLES); (i) < USER_TABLES;                          \
	     (i) = next_table((pmap), (i) + 1, USER_TABLES))

int pmap_init(struct pmap *pmap)
{
	struct page *page = table_alloc(pmap, DIRECTORY_INDEX, 0);

	if (!page)
		return -ENOMEM;
	pmap->dir = page_to_virt(page);
	pmap->cpus = 0;
	memset(pmap->dir, 0, USER_TABLES * sizeof(u32));
	memcpy(pmap->dir + USER_TABLES, kernel_dir + USER_TABLES,
	       (PTES_PER_TABLE - USER_TABLES) * sizeof(u32));
	return 0;
}

void pmap_destroy(struct pmap *pmap)
{
	unsigned i;

	PANIC_ON(pmap->cpus);
	for_each_table(pmap, i)
	{
		struct page *page = pfn_to_page(pmap->dir[i] >> PAGE_SHIFT);

		PANIC_ON(page->private);
		table_free(page);
	}
	table_free(virt_to_page(pmap->dir));
	pmap->dir = NULL;
}

int pmap_prepare(struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	unsigned last = (end - 1) >> TABLE_SHIFT;

	for (unsigned i = va >> TABLE_SHIFT; i <= last; i++) {
		struct page *page;

		if (pmap->dir[i])
			continue;
		page = table_alloc(pmap, i, __GFP_ZERO);
		if (!page)
			return -ENOMEM;
		/* Another fault of this address space may have been faster. */
		if (arch_cmpxchg(&pmap->dir[i], 0, page_to_pfn(page) << PAGE_SHIFT | PDE_TABLE))
			table_free(page);
	}
	return 0;
}

void pmap_trim(struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	unsigned last = (end - 1) >> TABLE_SHIFT;

	for (unsigned i = va >> TABLE_SHIFT; i <= last; i++) {
		struct page *page;

		if (!pmap->dir[i])
			continue;
		page = pfn_to_page(pmap->dir[i] >> PAGE_SHIFT);
		if (page->private)
			continue;
		pmap->dir[i] = 0;
		/* The CPU may have kept the directory's entry: any flush forgets it. */
		pmap_flush_page(pmap, i << TABLE_SHIFT);
		table_free(page);
	}
}

/* --- loading and flushing --- */

void pmap_activate(struct pmap *pmap)
{
	u32 cpu = arch_current_head()->cpu;
	struct pmap *old = loaded[cpu];

	if (old == pmap)
		return;
	if (old)
		__asm__ volatile("lock; btrl %1, %0" : "+m"(old->cpus) : "r"(cpu) : "cc");
	__asm__ volatile("lock; btsl %1, %0" : "+m"(pmap->cpus) : "r"(cpu) : "cc");
	loaded[cpu] = pmap;
	write_cr3(virt_to_phys(pmap->dir));
}

static bool loaded_here(const struct pmap *pmap)
{
	return (pmap->cpus >> arch_current_head()->cpu & 1) != 0;
}

void pmap_flush_page(struct pmap *pmap, vaddr_t va)
{
	if (loaded_here(pmap))
		arch_invlpg(va);
}

void pmap_flush(struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	if (!loaded_here(pmap))
		return;
	if (end - va > FLUSH_SINGLE_MAX) {
		write_cr3(read_cr3());
		return;
	}
	for (; va < end; va += PAGE_SIZE)
		arch_invlpg(va);
}

void pmap_flush_interrupt(void)
{
}

/* --- kernel addresses above VMALLOC_START --- */

static pte_t *kernel_pte(vaddr_t va)
{
	pte_t *table = phys_to_virt(kernel_dir[va >> TABLE_SHIFT] & PTE_FRAME);

	ASSERT(va >= VMALLOC_START && va < VMALLOC_END);
	return table + pte_index(va);
}

void pmap_kenter(vaddr_t va, pfn_t pfn, u32 prot)
{
	u32 v = pfn << PAGE_SHIFT | PTE_PRESENT | PTE_YOUNG | PTE_DIRTY;

	if (prot & PMAP_WRITE)
		v |= PTE_WRITE;
	if (cpu_features & CPU_PGE)
		v |= PTE_GLOBAL;
	kernel_pte(va)->v = v;
}

void pmap_kremove(vaddr_t va, vaddr_t end)
{
	for (; va < end; va += PAGE_SIZE) {
		kernel_pte(va)->v = 0;
		arch_invlpg(va);
	}
}

/* --- for the audit --- */

void pmap_walk_tables(const struct pmap *pmap, void (*fn)(pfn_t pfn, void *arg), void *arg)
{
	unsigned i;

	if (pmap->dir == kernel_dir)
		return; /* made at boot, reserved */
	fn(virt_to_pfn(pmap->dir), arg);
	for_each_table(pmap, i) fn(pmap->dir[i] >> PAGE_SHIFT, arg);
}

void pmap_walk(const struct pmap *pmap, bool (*fn)(vaddr_t va, pte_t pte, void *arg), void *arg)
{
	bool kernel = pmap->dir == kernel_dir;
	unsigned end = kernel ? VMALLOC_END >> TABLE_SHIFT : USER_TABLES;
	unsigned i = kernel ? VMALLOC_START >> TABLE_SHIFT : 0;

	for (i = next_table(pmap, i, end); i < end; i = next_table(pmap, i + 1, end)) {
		const pte_t *table = phys_to_virt(pmap->dir[i] & PTE_FRAME);

		for (unsigned j = 0; j < PTES_PER_TABLE; j++)
			if (table[j].v && !fn(i << TABLE_SHIFT | j << PAGE_SHIFT, table[j], arg))
				return;
	}
}
