/* SPDX-License-Identifier: MIT */
/*
 * vmstat.c - what all pages are used for, and the reports that say it: /proc/meminfo, /proc/vmstat.
 *
 *	managed  = free + slab + kmalloc + vmalloc + page tables + pipes
 *		   + file + the page of zeros + anon
 *	pgalloc  = blocks out + singles out of the hot lists; the latter is not counted where it
 *		   happens, but what went in is, and what is left
 *
 * So neither a fault nor the exit of a program counts anonymous pages, and an allocation counts
 * nothing at all. Where numbers are read one after the other while tasks run, a sum may be off by
 * what they did meanwhile; `anon` is then cut at 0.
 *
 * Locks: zone->lock, one at a time, in bounded steps.
 */
#include <arch/layout.h>
#include <arch/memmap.h>
#include <octavo/commit.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/vmalloc.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

#define KB_PER_PAGE (PAGE_SIZE / 1024)

atomic_t owned_pages[NR_PAGE_OWNERS];
atomic_t oom_kills;

static u32 owned(enum page_owner owner)
{
	return (u32)atomic_read(&owned_pages[owner]);
}

static void slab_counts(struct vm_counts *c)
{
	struct slab_stat s;

	for (unsigned i = 0; slab_stat(i, &s); i++) {
		c->slab += s.pages;
		c->slab_unused += s.unused_pages;
	}
}

void vm_counts_get(struct vm_counts *c)
{
	u32 used;

	memset(c, 0, sizeof(*c));
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		c->managed += z->managed_pages;
		c->free += zone_free_pages(z);
	}
	slab_counts(c);
	c->kmalloc = owned(PAGE_KMALLOC);
	c->vmalloc = owned(PAGE_VMALLOC);
	c->page_tables = owned(PAGE_PGTABLE);
	c->pipes = owned(PAGE_PIPE);
	c->file = owned(PAGE_FILE);
	used = c->free + c->slab + c->kmalloc + c->vmalloc + c->page_tables + c->pipes + c->file +
	       zero_pages;
	c->anon = c->managed > used ? c->managed - used : 0;
}

void zone_events_get(struct zone *z, struct zone_events *e)
{
	u32 freed = 0, left = 0;

	spin_lock(&z->lock);
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		freed += z->pcp[cpu].nr_freed;
		left += pcp_count(&z->pcp[cpu]);
	}
	e->freed = z->nr_block_in + freed;
	e->allocated = z->nr_block_out + z->nr_pcp_in + freed - z->nr_pcp_out - left;
	spin_unlock(&z->lock);
}

/* As Linux reckons it: of each zone the high mark, and the most that it keeps from any request. */
u32 vm_reserve_pages(void)
{
	u32 sum = 0;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		u32 most = 0;

		for (unsigned j = z->index; j < MAX_ZONES; j++)
			most = MAX(most, z->marks.lowmem_reserve[j]);
		sum += MIN(most + z->marks.high, z->managed_pages);
	}
	return sum;
}

/* Pages of files and of shared memory that entries map. Nothing counts them: all pages are looked at,
 * without a lock. */
static u32 mapped_pages(void)
{
	u32 nr = 0;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		const struct page *page = z->buddy.map;
		const struct page *end = page + (z->buddy.end - z->buddy.start);

		for (; page < end; page++) {
			if (page_owner(page) == PAGE_FILE)
				nr += atomic_read(&page->mapcount) > 0;
		}
	}
	return nr;
}

/* --- /proc/meminfo --- */

static void meminfo_kb(struct text *t, const char *name, u32 pages)
{
	text_printf(t, "%-15s %8u kB\n", name, pages * KB_PER_PAGE);
}

/* The halves of memory, where the machine can have a zone beyond the direct map. */
static void meminfo_high(struct text *t, const struct vm_counts *c)
{
	u32 total = 0, free = 0;

	if (!arch_zones[arch_nr_zones - 1].highmem)
		return;
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		if (z->highmem) {
			total += z->managed_pages;
			free += zone_free_pages(z);
		}
	}
	meminfo_kb(t, "HighTotal:", total);
	meminfo_kb(t, "HighFree:", free);
	meminfo_kb(t, "LowTotal:", c->managed - total);
	meminfo_kb(t, "LowFree:", c->free > free ? c->free - free : 0);
}

static void lru_counts_get(struct lru_counts *l)
{
	memset(l, 0, sizeof(*l));
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		lru_counts_add(z, l);
}

static void meminfo_lru(struct text *t)
{
	struct lru_counts l;

	lru_counts_get(&l);
	meminfo_kb(t, "Active:", l.nr[LRU_ACTIVE_ANON] + l.nr[LRU_ACTIVE_FILE]);
	meminfo_kb(t, "Inactive:", l.nr[LRU_INACTIVE_ANON] + l.nr[LRU_INACTIVE_FILE]);
	meminfo_kb(t, "Active(anon):", l.nr[LRU_ACTIVE_ANON]);
	meminfo_kb(t, "Inactive(anon):", l.nr[LRU_INACTIVE_ANON]);
	meminfo_kb(t, "Active(file):", l.nr[LRU_ACTIVE_FILE]);
	meminfo_kb(t, "Inactive(file):", l.nr[LRU_INACTIVE_FILE]);
	meminfo_kb(t, "Unevictable:", l.unevictable);
	meminfo_kb(t, "Mlocked:", l.mlocked);
}

void meminfo_text(struct text *t)
{
	u32 reserve = vm_reserve_pages();
	struct vm_counts c;
	u32 available;

	vm_counts_get(&c);
	available = c.free + c.slab_unused;
	available = available > reserve ? available - reserve : 0;
	meminfo_kb(t, "MemTotal:", c.managed);
	meminfo_kb(t, "MemFree:", c.free);
	meminfo_kb(t, "MemAvailable:", available);
	meminfo_kb(t, "Buffers:", 0); /* there is no block device */
	meminfo_kb(t, "Cached:", c.file);
	meminfo_kb(t, "SwapCached:", 0);
	meminfo_lru(t);
	meminfo_high(t, &c);
	meminfo_kb(t, "SwapTotal:", 0);
	meminfo_kb(t, "SwapFree:", 0);
	meminfo_kb(t, "Dirty:", 0); /* no file has its contents elsewhere, too */
	meminfo_kb(t, "Writeback:", 0);
	meminfo_kb(t, "AnonPages:", c.anon);
	meminfo_kb(t, "Mapped:", mapped_pages());
	meminfo_kb(t, "Shmem:", c.file);
	meminfo_kb(t, "KReclaimable:", c.slab_unused);
	meminfo_kb(t, "Slab:", c.slab + c.kmalloc);
	meminfo_kb(t, "SReclaimable:", c.slab_unused);
	meminfo_kb(t, "SUnreclaim:", c.slab + c.kmalloc - c.slab_unused);
	text_printf(t, "%-15s %8u kB\n", "KernelStack:", task_count() * (KSTACK_SIZE / 1024));
	meminfo_kb(t, "PageTables:", c.page_tables);
	meminfo_kb(t, "NFS_Unstable:", 0);
	meminfo_kb(t, "Bounce:", 0);
	meminfo_kb(t, "WritebackTmp:", 0);
	commit_meminfo(t);
	text_printf(t, "%-15s %8u kB\n", "VmallocTotal:", vmalloc_room() / 1024);
	meminfo_kb(t, "VmallocUsed:", c.vmalloc);
	meminfo_kb(t, "VmallocChunk:", 0); /* as on Linux: nobody looks for it any more */
	meminfo_kb(t, "Percpu:", 0); /* what each CPU has of its own lies in the kernel's image */
	arch_meminfo_text(t);
}

/* --- /proc/vmstat --- */

/* "DMA" and "Normal" as they are, in small letters; "HighMem" is "high" there. */
static void pgalloc_line(struct text *t, struct zone *z, u32 pages)
{
	char name[16];
	unsigned i;

	for (i = 0; i < sizeof(name) - 1 && z->name[i] != '\0'; i++)
		name[i] = (char)(z->name[i] | 0x20);
	name[z->highmem ? 4 : i] = '\0';
	text_printf(t, "pgalloc_%s %u\n", name, pages);
}

void lru_text(struct text *t, const char *before, const char *scope, const struct lru_counts *l)
{
	static const char *const names[NR_LRU] = {
		[LRU_INACTIVE_ANON] = "inactive_anon",
		[LRU_ACTIVE_ANON] = "active_anon",
		[LRU_INACTIVE_FILE] = "inactive_file",
		[LRU_ACTIVE_FILE] = "active_file",
	};

	for (unsigned i = 0; i < NR_LRU; i++)
		text_printf(t, "%snr_%s%s %u\n", before, scope, names[i], l->nr[i]);
	text_printf(t, "%snr_%sunevictable %u\n", before, scope, l->unevictable);
}

void vmstat_text(struct text *t)
{
	struct lru_counts l;
	struct zone_events e;
	struct vm_counts c;
	u32 freed = 0;

	vm_counts_get(&c);
	lru_counts_get(&l);
	text_printf(t, "nr_free_pages %u\n", c.free);
	lru_text(t, "", "zone_", &l);
	text_printf(t, "nr_mlock %u\n", l.mlocked);
	lru_text(t, "", "", &l);
	text_printf(t, "nr_slab_reclaimable %u\n", c.slab_unused);
	text_printf(t, "nr_slab_unreclaimable %u\n", c.slab + c.kmalloc - c.slab_unused);
	text_printf(t, "nr_anon_pages %u\n", c.anon);
	text_printf(t, "nr_mapped %u\n", mapped_pages());
	text_printf(t, "nr_file_pages %u\n", c.file);
	text_printf(t, "nr_shmem %u\n", c.file);
	text_printf(t, "nr_kernel_stack %u\n", task_count() * (KSTACK_SIZE / 1024));
	text_printf(t, "nr_page_table_pages %u\n", c.page_tables);
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		zone_events_get(z, &e);
		pgalloc_line(t, z, e.allocated);
		freed += e.freed;
	}
	text_printf(t, "pgfree %u\n", freed);
	text_printf(t, "pgfault %u\n", task_faults_total());
	text_printf(t, "pgmajfault 0\n"); /* no fault waits for a disk */
	text_printf(t, "oom_kill %u\n", (u32)atomic_read(&oom_kills));
}
