/* SPDX-License-Identifier: MIT */
/*
 * pmap.c - address spaces: their tables, loading them, forgetting cached translations.
 * <arch/pmap.h> has the picture, and the operations on entries.
 *
 * A CPU that changes entries tells those that may have them cached (pmap->cpus; all of them for kernel
 * addresses), and waits until they have forgotten them:
 *
 *	asks			is asked
 *	requests[own] filled
 *	bit in inbox[other] --> IRQ_FLUSH, if the inbox was empty: one interrupt brings all that is in it
 *	waits		    <-- bit of requests[asker].waiting cleared
 *
 * A CPU that runs a kernel thread keeps the last address space loaded, lazily: the next task is likely
 * to have the same. The first that it is asked to forget makes it leave that altogether, so it is asked
 * no more.
 *
 * => Whoever asks holds no lock that is taken with interrupts off, else the one who is to answer may wait
 *    for it (might_wait_for_cpus()). Where interrupts are off (boot) the one who waits looks into its own
 *    inbox meanwhile.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/panic.h>
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
static bool lazy[NR_CPUS];           /* [own CPU, interrupts off] loaded, and not in use */

struct flush_request {
	struct pmap *pmap;    /* NULL: kernel addresses */
	vaddr_t va, end;      /* va == end: everything */
	volatile u32 waiting; /* [a] a bit for each CPU that has not done it yet */
} __aligned(64);
static struct flush_request requests[NR_CPUS]; /* [own CPU, preemption off; see above] */
static volatile u32 inbox[NR_CPUS];            /* [a] a bit for each CPU that asks */

/* --- loading and flushing --- */

static u32 this_cpu_nr(void)
{
	return arch_current_head()->cpu;
}

static void cpus_add(struct pmap *pmap, u32 cpu)
{
	__asm__ volatile("lock; btsl %1, %0" : "+m"(pmap->cpus) : "r"(cpu) : "memory", "cc");
}

static void cpus_remove(struct pmap *pmap, u32 cpu)
{
	__asm__ volatile("lock; btrl %1, %0" : "+m"(pmap->cpus) : "r"(cpu) : "memory", "cc");
}

/* Whoever changes an entry after the bit is set asks us; what was changed before, we see. */
void pmap_activate(struct pmap *pmap)
{
	u32 cpu = this_cpu_nr();
	struct pmap *old = loaded[cpu];

	lazy[cpu] = false;
	if (old == pmap)
		return;
	cpus_add(pmap, cpu);
	loaded[cpu] = pmap;
	write_cr3(virt_to_phys(pmap->dir));
	if (old)
		cpus_remove(old, cpu);
}

void pmap_lazy(void)
{
	lazy[this_cpu_nr()] = true;
}

static bool loaded_here(const struct pmap *pmap)
{
	return (pmap->cpus >> this_cpu_nr() & 1) != 0;
}

/* A range of user addresses of the loaded space, or of kernel addresses. */
static void flush_here(bool kernel, vaddr_t va, vaddr_t end)
{
	if (va == end || end - va > FLUSH_SINGLE_MAX) {
		if (kernel)
			flush_all();
		else
			write_cr3(read_cr3());
		return;
	}
	for (; va < end; va += PAGE_SIZE)
		arch_invlpg(va);
}

static void answer(const struct flush_request *r, u32 cpu)
{
	if (!r->pmap)
		flush_here(true, r->va, r->end);
	else if (loaded[cpu] == r->pmap && lazy[cpu])
		pmap_activate(&kernel_pmap);
	else if (loaded[cpu] == r->pmap)
		flush_here(false, r->va, r->end);
}

void pmap_flush_interrupt(void)
{
	u32 cpu = this_cpu_nr();
	u32 bits = arch_xchg(&inbox[cpu], 0);

	for (; bits; bits &= bits - 1) {
		struct flush_request *r = &requests[__builtin_ctz(bits)];

		answer(r, cpu);
		__asm__ volatile("lock; btrl %1, %0"
				 : "+m"(r->waiting)
				 : "r"(cpu)
				 : "memory", "cc");
	}
}

/* Put it into their inboxes; who has something there already has been sent an interrupt. */
static void ask(u32 self, u32 others)
{
	irqstate_t s = arch_irq_save();

	for (; others; others &= others - 1) {
		u32 cpu = (u32)__builtin_ctz(others);
		u32 before, seen = inbox[cpu];

		do {
			before = seen;
			seen = arch_cmpxchg(&inbox[cpu], before, before | 1u << self);
		} while (seen != before);
		if (!before)
			smp_send(cpu, IRQ_FLUSH);
	}
	arch_irq_restore(s);
}

/* Have `others` forget [va, end) of pmap, and wait until they have. => preemption off */
static __noinline void flush_others(u32 others, struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	u32 self = this_cpu_nr();
	struct flush_request *r = &requests[self];
	bool irqs_off = arch_irqs_disabled();

	r->pmap = pmap;
	r->va = va;
	r->end = end;
	r->waiting = others;
	ask(self, others);
	while (r->waiting) {
		if (irqs_off)
			pmap_flush_interrupt();
		if (panic_in_progress())
			break; /* nobody answers any more */
		arch_relax();
	}
}

/* The entry was changed by a locked operation before. */
void pmap_flush_page_of_many(struct pmap *pmap, vaddr_t va)
{
	u32 own = 1u << this_cpu_nr(), who = pmap->cpus;

	might_wait_for_cpus();
	if (who & own)
		arch_invlpg(va);
	if (who & ~own)
		flush_others(who & ~own, pmap, va, va + PAGE_SIZE);
}

void pmap_flush(struct pmap *pmap, vaddr_t va, vaddr_t end)
{
	u32 others;

	might_wait_for_cpus();
	preempt_disable();
	if (smp_online != 1)
		arch_mb(); /* the entries are changed before we look who has them */
	if (loaded_here(pmap))
		flush_here(false, va, end);
	others = pmap->cpus & ~(1u << this_cpu_nr());
	if (unlikely(others))
		flush_others(others, pmap, va, end);
	preempt_enable();
}

/* Nobody runs in it any more, but CPUs may have it loaded lazily. */
static void leave_everywhere(struct pmap *pmap)
{
	u32 others;

	might_wait_for_cpus();
	if (!pmap->cpus)
		return;
	preempt_disable();
	if (loaded_here(pmap))
		pmap_activate(&kernel_pmap);
	others = pmap->cpus;
	if (others)
		flush_others(others, pmap, 0, 0);
	preempt_enable();
}

void pmap_kflush(vaddr_t va, vaddr_t end)
{
	u32 others;

	might_wait_for_cpus();
	preempt_disable();
	arch_mb();
	flush_here(true, va, end);
	others = smp_online & ~(1u << this_cpu_nr());
	if (others)
		flush_others(others, NULL, va, end);
	preempt_enable();
}

void pmap_flush_everywhere(void)
{
	pmap_kflush(0, 0);
}

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

	leave_everywhere(pmap);
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
		(void)arch_xchg(&pmap->dir[i], 0);
		/* CPUs may have kept the directory's entry: any flush forgets it. */
		pmap_flush_page(pmap, i << TABLE_SHIFT);
		table_free(page);
	}
}

void pmap_move_range(struct pmap *pmap, vaddr_t va, vaddr_t end, vaddr_t to)
{
	struct pmap_iter it = pmap_iter_start(pmap, va, end);
	int moved = 0;

	if (!pmap_iter_table(&it))
		return;
	for (; it.pte < it.stop; it.pte++, to += PAGE_SIZE) {
		pte_t *table, pte;

		if (!it.pte->v)
			continue;
		table = pmap_table(pmap, to);
		pte.v = pte_swap_out(it.pte);
		table[pte_index(to)] = pte;
		pmap_table_count(table, 1);
		if (pte_present(pte)) {
			rmap_entry_remove(pmap, pmap_iter_va(&it), pte_pfn(pte));
			rmap_entry_add(pmap, to, pte_pfn(pte));
		}
		moved++;
	}
	pmap_table_count(it.table, -moved);
	if (moved != 0)
		pmap_flush(pmap, va, end);
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
