/* SPDX-License-Identifier: MIT */
/* mm_machine.c - what stands around mm/ and the page tables: memory, CPUs, locks. mm_machine.h says how. */
#include "mm_machine.h"
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/audit.h>
#include <octavo/commit.h>
#include <octavo/cred.h>
#include <octavo/env.h>
#include <octavo/fail.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/param.h>
#include <octavo/rlimit.h>
#include <octavo/serial_number.h>
#include <octavo/slab.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <stdarg.h>

#define FRAMES   4096u
#define POISON   0xee
#define NO_FRAME UINT32_MAX

/* --- frames --- */

static struct page pages[FRAMES];
static struct page_list free_frames = TAILQ_HEAD_INITIALIZER(free_frames);
static u32 nr_free;
static unsigned fail_in;
static bool failed;

u8 *host_ram;
struct page *mem_map = pages;
pfn_t max_pfn = FRAMES, max_low_pfn = FRAMES;
struct zonelist zonelists[NR_ZONELISTS];
atomic_t owned_pages[NR_PAGE_OWNERS], fail_armed;
struct params boot_params;

bool machine_fail(unsigned n)
{
	bool had = failed;

	fail_in = n;
	failed = false;
	atomic_set(&fail_armed, n != 0);
	return had;
}

bool fail_should_slow(enum fail_site site)
{
	(void)site;
	if (fail_in == 0 || --fail_in != 0)
		return false;
	failed = true;
	return true;
}

static u32 tlb_has(pfn_t pfn);

struct page *alloc_page_from(struct zone *best, gfp_t gfp)
{
	struct page *page = TAILQ_FIRST(&free_frames);

	(void)best;
	if (!page || (!(gfp & __GFP_NOFAIL) && fail_should(FAIL_page)))
		return NULL;
	TAILQ_REMOVE(&free_frames, page, lru);
	nr_free--;
	*page = (struct page){.flags = PAGE_KERNEL};
	atomic_set(&page->refcount, 1);
	return page;
}

struct page *alloc_anon_page_from(struct zone *best, gfp_t gfp)
{
	struct page *page = alloc_page_from(best, gfp);

	if (page)
		page_claim(page, PAGE_ANON);
	preempt_disable();
	return page;
}

/* No lists, but what is mlocked is counted: nothing is freed before it is unlocked by all. */
void lru_add(struct page *page, u32 bits)
{
	(void)page, (void)bits;
}

void page_accessed(struct page *page)
{
	(void)page;
}

void page_mlock(struct page *page)
{
	page->nr_mlocks = page->flags & PG_MLOCKED ? page->nr_mlocks + 1 : 1;
	page->flags |= PG_MLOCKED;
}

void page_munlock(struct page *page)
{
	PANIC_ON(!(page->flags & PG_MLOCKED));
	if (--page->nr_mlocks == 0)
		page->flags &= ~PG_MLOCKED;
}

void audit_lock(struct audit *a, pfn_t pfn)
{
	(void)a, (void)pfn;
}

void free_page(struct page *page)
{
	PANIC_ON(page->flags & PG_MLOCKED);
	PANIC_ON(page_owner(page) == PAGE_FREE || atomic_read(&page->refcount) > 1);
	PANIC_ON(atomic_read(&page->mapcount) != 0);
	if (tlb_has(page_to_pfn(page)) != NO_FRAME)
		panic("CPU %u still reaches frame %u, which is freed", tlb_has(page_to_pfn(page)),
		      page_to_pfn(page));
	memset(page_to_virt(page), POISON, PAGE_SIZE);
	atomic_set(&page->refcount, 0);
	page->flags = PAGE_FREE;
	TAILQ_INSERT_HEAD(&free_frames, page, lru);
	nr_free++;
}

void page_zero(struct page *page)
{
	memset(page_to_virt(page), 0, PAGE_SIZE);
}

void pmap_zero_frame(pfn_t pfn)
{
	memset(pfn_to_virt(pfn), 0, PAGE_SIZE);
}

void pmap_copy_frame(pfn_t dst, pfn_t src)
{
	memcpy(pfn_to_virt(dst), pfn_to_virt(src), PAGE_SIZE);
}

void *pmap_map_temp(pfn_t pfn)
{
	return pfn_to_virt(pfn);
}

void pmap_unmap_temp(void *va)
{
	(void)va;
}

u32 machine_free_frames(void)
{
	return nr_free;
}

u32 nr_free_pages(void)
{
	return nr_free;
}

u32 nr_total_pages(void)
{
	return FRAMES;
}

void vm_counts_get(struct vm_counts *c)
{
	*c = (struct vm_counts){.free = nr_free};
}

struct zone *zone_first(void)
{
	return NULL;
}

struct zone *zone_next(struct zone *z)
{
	return z;
}

/* --- objects: the host's, so that its sanitizer sees each --- */

struct slab_cache {
	size_t size;
};

struct slab_cache *slab_cache_create(const char *name, size_t size, size_t align)
{
	static struct slab_cache caches[8];
	static unsigned nr;

	(void)name;
	(void)align;
	PANIC_ON(nr == ARRAY_SIZE(caches));
	caches[nr].size = size;
	return &caches[nr++];
}

void *slab_alloc(struct slab_cache *c, gfp_t gfp)
{
	(void)gfp;
	return kzalloc(c->size, gfp);
}

void slab_free(struct slab_cache *c, void *object)
{
	(void)c;
	free(object);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return fail_should(FAIL_slab) ? NULL : calloc(1, size);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return kzalloc(size, gfp);
}

void kfree(const void *p)
{
	free((void *)(uintptr_t)p);
}

/* --- CPUs --- */

struct tlb_entry {
	bool valid;
	u32 pte;
};

static struct task tasks[MACHINE_CPUS];
static struct signal_state process = {.rlimits = RLIMITS_OF_INIT};
static struct tlb_entry tlb[MACHINE_CPUS][WINDOW_PAGES];
static u32 cr3[MACHINE_CPUS];

struct task *host_current = &tasks[0];
u32 kernel_dir[PTES_PER_TABLE];
u32 cpu_features;
volatile u32 smp_online = (1u << MACHINE_CPUS) - 1;

static unsigned this_cpu_nr(void)
{
	return (unsigned)(host_current - tasks);
}

void machine_on(unsigned cpu)
{
	host_current = &tasks[cpu];
}

struct mm *machine_runs(unsigned cpu)
{
	return tasks[cpu].mm;
}

void machine_run(unsigned cpu, struct mm *mm)
{
	struct task *before = host_current;

	host_current = &tasks[cpu];
	tasks[cpu].mm = mm;
	mm_switch(mm ? mm : &kernel_mm);
	host_current = before;
}

/* The interrupt is served at once, where it goes. */
void smp_send(unsigned cpu, unsigned irq)
{
	struct task *before = host_current;

	(void)irq;
	host_current = &tasks[cpu];
	pmap_flush_interrupt();
	host_current = before;
}

void arch_invlpg(vaddr_t va)
{
	if (va >= WINDOW && va < WINDOW + WINDOW_PAGES * PAGE_SIZE)
		tlb[this_cpu_nr()][(va - WINDOW) >> PAGE_SHIFT].valid = false;
}

u32 read_cr3(void)
{
	return cr3[this_cpu_nr()];
}

void write_cr3(u32 v)
{
	cr3[this_cpu_nr()] = v;
	memset(tlb[this_cpu_nr()], 0, sizeof(tlb[0]));
}

void flush_all(void)
{
	write_cr3(read_cr3());
}

static u32 tlb_has(pfn_t pfn)
{
	for (u32 cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		for (u32 i = 0; i < WINDOW_PAGES; i++) {
			if (tlb[cpu][i].valid && tlb[cpu][i].pte >> PAGE_SHIFT == pfn)
				return cpu;
		}
	}
	return NO_FRAME;
}

static pte_t *walk(unsigned cpu, vaddr_t va)
{
	const u32 *dir = phys_to_virt(cr3[cpu]);
	u32 pde = dir[va >> TABLE_SHIFT];

	return pde ? (pte_t *)phys_to_virt(pde & PTE_FRAME) + pte_index(va) : NULL;
}

/* As the CPU does it: what allows the access is taken over, and noted in the tables. => false: a fault */
static bool tlb_load(unsigned cpu, vaddr_t va, bool write, struct tlb_entry *e)
{
	const u32 need = PTE_PRESENT | PTE_USER | (write ? PTE_WRITE : 0);
	pte_t *pte = walk(cpu, va);

	e->valid = false;
	if (!pte || (pte->v & need) != need)
		return false;
	pte->v |= PTE_YOUNG | (write ? PTE_DIRTY : 0);
	*e = (struct tlb_entry){.valid = true, .pte = pte->v};
	return true;
}

static bool tlb_allows(const struct tlb_entry *e, bool write)
{
	return e->valid &&
	       (!write || (e->pte & (PTE_WRITE | PTE_DIRTY)) == (PTE_WRITE | PTE_DIRTY));
}

int machine_access(unsigned cpu, vaddr_t va, void *buf, u32 len, bool write)
{
	struct tlb_entry *e = &tlb[cpu][(va - WINDOW) >> PAGE_SHIFT];
	u8 *at;

	machine_on(cpu);
	for (unsigned faults = 0; !tlb_allows(e, write) && !tlb_load(cpu, va, write, e); faults++) {
		pte_t *pte = walk(cpu, va);
		bool present = pte && (pte->v & PTE_PRESENT);
		int err = mm_fault(host_current->mm, va,
				   FAULT_USER | (write ? FAULT_WRITE : 0) |
					   (present ? FAULT_PRESENT : 0));

		if (err != 0)
			return err;
		if (faults == 4)
			panic("a fault at %08x is served again and again", (u32)va);
	}
	at = host_ram + (e->pte & PTE_FRAME) + (va & (PAGE_SIZE - 1));
	if (write)
		memcpy(at, buf, len);
	else
		memcpy(buf, at, len);
	return 0;
}

void preempt_resched(void)
{
}

bool panic_in_progress(void)
{
	return false;
}

/* --- the rest of the kernel, as far as it is asked --- */

void why(const char *fmt, ...)
{
	(void)fmt;
}

u64 serial_number(void)
{
	static u64 last;

	return ++last;
}

bool capable(unsigned cap)
{
	(void)cap;
	return true;
}

u64 clock_realtime_ns(void)
{
	return 0;
}

int rlimit_file_size(u64 size)
{
	(void)size;
	return 0;
}

loff_t file_seek_inode(struct file *file, loff_t offset, u32 whence)
{
	(void)file;
	(void)whence;
	return offset;
}

char __user *user_vector_at(struct user_vector *v, size_t at, size_t *len)
{
	(void)v;
	(void)at;
	(void)len;
	return NULL;
}

void file_accessed(const struct file *file)
{
	(void)file;
}

void inode_drop_set_id_slow(struct inode *inode)
{
	(void)inode;
}

void mm_copy_exe(struct mm *mm, const struct mm *from)
{
	(void)mm;
	(void)from;
}

void mm_drop_exe(struct mm *mm)
{
	(void)mm;
}

/* Files are read and written from kernel memory here: no call touches the program's. */
static __noreturn void no_user_copies(void)
{
	panic("user memory is touched by a call");
}

size_t copy_from_user_partial(void *dst, const void __user *src, size_t len)
{
	(void)dst, (void)src, (void)len;
	no_user_copies();
}

size_t copy_to_user_partial(void __user *dst, const void *src, size_t len)
{
	(void)dst, (void)src, (void)len;
	no_user_copies();
}

size_t copy_from_user_atomic(void *dst, const void __user *src, size_t len)
{
	(void)dst, (void)src, (void)len;
	no_user_copies();
}

size_t copy_to_user_atomic(void __user *dst, const void *src, size_t len)
{
	(void)dst, (void)src, (void)len;
	no_user_copies();
}

int touch_user_read(const void __user *src)
{
	(void)src;
	no_user_copies();
}

int touch_user_write(void __user *dst)
{
	(void)dst;
	no_user_copies();
}

int clear_user(void __user *dst, size_t len)
{
	(void)dst, (void)len;
	no_user_copies();
}

/* --- life and checks --- */

void machine_start(void)
{
	if (host_ram)
		return;
	host_ram = aligned_alloc(PAGE_SIZE, (size_t)FRAMES * PAGE_SIZE);
	for (u32 i = FRAMES; i-- > 1;) {
		pages[i].flags = PAGE_KERNEL;
		free_page(&pages[i]);
	}
	for (u32 i = 0; i < MACHINE_CPUS; i++) {
		tasks[i].head.cpu = i;
		tasks[i].signal = &process;
	}
	mm_init();
	for (u32 i = 0; i < MACHINE_CPUS; i++)
		machine_run(i, NULL);
}

static void check_entry(unsigned cpu, u32 i)
{
	const struct tlb_entry *e = &tlb[cpu][i];
	const pte_t *pte = walk(cpu, WINDOW + i * PAGE_SIZE);
	const u32 rights = e->pte & (PTE_PRESENT | PTE_WRITE | PTE_YOUNG | PTE_DIRTY);
	u32 now = pte ? pte->v : 0;

	if ((now & PTE_FRAME) != (e->pte & PTE_FRAME) || (now & rights) != rights)
		panic("CPU %u remembers %08x at %08x, where %08x is by now", cpu, e->pte,
		      WINDOW + i * PAGE_SIZE, now);
}

void machine_check(void)
{
	PANIC_ON(machine_locks_held() != 0);
	for (unsigned cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		PANIC_ON(tasks[cpu].head.preempt_count != 0);
		for (u32 i = 0; i < WINDOW_PAGES; i++) {
			if (tlb[cpu][i].valid)
				check_entry(cpu, i);
		}
	}
}

struct audit {
	struct counts {
		s32 refs, entries;
		bool alone;
	} frames[FRAMES];
};

void audit_own(struct audit *a, pfn_t pfn, u32 nr, enum page_owner owner)
{
	if (pfn == zero_pfn)
		return;
	PANIC_ON(nr != 1 || page_owner(pfn_to_page(pfn)) != owner);
	a->frames[pfn].refs++;
}

void audit_map(struct audit *a, pfn_t pfn, bool alone)
{
	struct counts *c = &a->frames[pfn];

	c->refs++;
	c->entries++;
	c->alone |= alone;
	PANIC_ON(c->alone && c->entries > 1);
}

void audit_differ(struct audit *a, const char *fmt, ...)
{
	va_list ap;

	(void)a;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	panic(": the audit");
}

void machine_audit(struct address_space *file)
{
	static struct audit a;

	memset(&a, 0, sizeof(a));
	mm_audit(&a);
	commit_audit_seen(filemap_audit(&a, file));
	machine_audit_files(&a);
	commit_audit(&a);
	for (u32 i = 1; i < FRAMES; i++) {
		const struct page *page = &pages[i];
		const struct counts *c = &a.frames[i];

		if (i != zero_pfn)
			machine_compare_entries(i);
		if (i == zero_pfn || page_owner(page) == PAGE_FREE) {
			PANIC_ON(c->refs != 0);
			continue;
		}
		if (atomic_read(&page->refcount) != c->refs ||
		    atomic_read(&page->mapcount) != c->entries)
			panic("frame %u: %d references and %d entries, %d and %d counted", i,
			      c->refs, c->entries, atomic_read(&page->refcount),
			      atomic_read(&page->mapcount));
	}
}
