/* SPDX-License-Identifier: MIT */
/*
 * zone_init.c - from boot memory to zones: nodes, zones, zonelists, every struct page once.
 *
 *	arch_zones[]	|  DMA  |        Normal        |   HighMem   |
 *	RAM		|-|  |---------------------------------------|
 *	bootmem free	    |--|      |----------------|-------------|
 *	struct page	 R R F R      F                F              (PAGE_RESERVED, PAGE_FREE)
 *
 * After zone_init() bootmem hands out nothing more; its lists remain as the record of what was never
 * given to the zones, which the audit reads and bootmem_release() shortens.
 */
#include <octavo/audit.h>
#include <octavo/bootmem.h>
#include <octavo/errno.h>
#include <octavo/panic.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/zone.h>

struct pgdat nodes[MAX_NODES];
unsigned nr_nodes;
struct zonelist zonelists[NR_ZONELISTS];
struct zone *zone_table[1u << (32 - PAGE_ZONE_SHIFT)];
struct bootmem boot_memory[MAX_NODES];

/* The pages that lie in a range of bytes as a whole. */
static pfn_t range_first(const struct phys_range *r)
{
	return (r->start >> PAGE_SHIFT) + ((r->start & ~PAGE_MASK) != 0);
}

static pfn_t range_end(const struct phys_range *r)
{
	return r->end >> PAGE_SHIFT;
}

/* The node of the zone in which a frame lies. */
static unsigned frame_node(pfn_t pfn)
{
	for (unsigned i = 0; i < arch_nr_zones; i++) {
		if (pfn >= arch_zones[i].start && pfn < arch_zones[i].end)
			return arch_zones[i].node;
	}
	return 0;
}

/* Never handed out: no kernel pointer with a page's address is NULL, wherever RAM is mapped. */
static const struct phys_range frame_0 = {0, PAGE_SIZE};

static void boot_reserve(const struct phys_range *r)
{
	for (unsigned node = 0; node < MAX_NODES; node++) {
		if (bootmem_reserve(&boot_memory[node], r->start, r->end) != 0)
			panic("boot: memory map in too many pieces");
	}
}

void bootmem_setup(const struct boot_info *info)
{
	for (unsigned node = 0; node < MAX_NODES; node++) {
		struct phys_range ranges[BOOT_MAX_RANGES];
		unsigned n = 0;

		for (unsigned i = 0; i < info->nr_ranges; i++) {
			if (frame_node(info->ranges[i].start >> PAGE_SHIFT) == node)
				ranges[n++] = info->ranges[i];
		}
		bootmem_init(&boot_memory[node], ranges, n);
	}
	boot_reserve(&frame_0);
	boot_reserve(&info->kernel);
	boot_reserve(&info->module);
}

/* Frames [start, end) get their struct page. These stores are most of what the boot costs, so the
 * list links, which every owner sets first, are left alone. */
static void pages_init(pfn_t start, pfn_t end, u32 flags)
{
	struct page *page, *last;

	if (start >= end)
		return;
	page = pfn_to_page(start);
	last = page + (end - start);
#pragma GCC unroll 4
	for (; page != last; page++) {
		page->flags = flags;
		atomic_set(&page->refcount, 0);
		atomic_set(&page->mapcount, 0);
		page->mapping = NULL;
		page->index = 0;
		page->private = 0;
	}
}

/* Frames of [start, end) that bootmem has left are free, the others reserved. */
static void zone_fill(struct zone *z, pfn_t start, pfn_t end)
{
	const struct bootmem *b = &boot_memory[z->node];
	u32 place = (u32)z->index << PAGE_ZONE_SHIFT | (u32)z->node << PAGE_NODE_SHIFT;
	pfn_t at = start;

	buddy_init(&z->buddy, pfn_to_page(start), start, end);
	for (unsigned i = 0; i < b->nr_free; i++) {
		pfn_t first = MAX(range_first(&b->free[i]), start);
		pfn_t last = MIN(range_end(&b->free[i]), end);

		if (first >= last)
			continue;
		pages_init(at, first, place | (u32)PAGE_RESERVED);
		pages_init(first, last, place | (u32)PAGE_FREE);
		buddy_free_range(&z->buddy, first, last);
		at = last;
	}
	pages_init(at, end, place | (u32)PAGE_RESERVED);
	z->managed_pages = z->buddy.nr_free;
}

static u32 ram_pages(const struct boot_info *info, pfn_t start, pfn_t end)
{
	u32 pages = 0;

	for (unsigned i = 0; i < info->nr_ranges; i++) {
		pfn_t first = MAX(range_first(&info->ranges[i]), start);
		pfn_t last = MIN(range_end(&info->ranges[i]), end);

		if (first < last)
			pages += last - first;
	}
	return pages;
}

static void zone_setup(const struct zone_layout *layout, const struct boot_info *info)
{
	struct pgdat *node = &nodes[layout->node];
	struct zone *z = &node->zones[node->nr_zones];
	pfn_t end = MIN(layout->end, (pfn_t)MAX_PFN);

	PANIC_ON(layout->node >= MAX_NODES || node->nr_zones == MAX_ZONES);
	z->name = layout->name;
	z->index = (u8)node->nr_zones++;
	z->node = layout->node;
	z->highmem = layout->highmem;
	z->kernel_only = layout->kernel_only;
	spin_lock_init(&z->lock, zone_lock);
	lru_init(&z->lru);
	pcp_init(z);
	nr_nodes = MAX(nr_nodes, layout->node + 1u);
	zone_table[(u32)z->index | (u32)z->node << (PAGE_NODE_SHIFT - PAGE_ZONE_SHIFT)] = z;
	if (layout->start >= end) {
		buddy_init(&z->buddy, NULL, layout->start, layout->start);
		return;
	}
	z->present_pages = ram_pages(info, layout->start, end);
	node->present_pages += z->present_pages;
	zone_fill(z, layout->start, end);
}

static u32 min_free_kbytes;                          /* vm.min_free_kbytes [a] */
static u32 reserve_ratio[MAX_ZONES - 1] = {256, 32}; /* vm.lowmem_reserve_ratio [a] */

static u32 lowmem_pages(void)
{
	u32 pages = 0;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		pages += z->highmem ? 0 : z->present_pages;
	return pages;
}

/* Marks of all zones, from all low memory of the machine (bal-24), and their reserves (bal-25). */
static void marks_set_all(void)
{
	u32 lowmem = lowmem_pages();

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		const struct pgdat *node = &nodes[z->node];
		u32 present[MAX_ZONES];

		for (unsigned i = 0; i < node->nr_zones; i++)
			present[i] = node->zones[i].present_pages;
		spin_lock(&z->lock);
		watermark_set(&z->marks, min_free_kbytes, z->present_pages, lowmem, z->highmem);
		watermark_reserve_set(&z->marks, z->index, present, node->nr_zones, reserve_ratio);
		zone_marks_update(z);
		spin_unlock(&z->lock);
	}
}

u32 zone_min_free_kbytes(void)
{
	return min_free_kbytes;
}

int zone_set_min_free_kbytes(u32 kbytes)
{
	min_free_kbytes = kbytes;
	marks_set_all();
	return 0;
}

void zone_reserve_ratio(u32 *ratio)
{
	memcpy(ratio, reserve_ratio, sizeof(reserve_ratio));
}

void zone_set_reserve_ratio(const u32 *ratio)
{
	memcpy(reserve_ratio, ratio, sizeof(reserve_ratio));
	marks_set_all();
}

static bool zone_serves(const struct zone *z, gfp_t gfp)
{
	if ((gfp & __GFP_USER) && z->kernel_only)
		return false;
	if (gfp & __GFP_DMA)
		return z->index == 0 && !z->highmem;
	return !z->highmem || (gfp & __GFP_HIGHMEM);
}

/* Highest zone first, DMA last (bal-5); for the kernel itself, its own zone before any other. */
static void zonelist_setup(struct zonelist *zl, gfp_t gfp)
{
	for (int kernel_only = 1; kernel_only >= 0; kernel_only--) {
		for (unsigned n = 0; n < nr_nodes; n++) {
			for (unsigned i = nodes[n].nr_zones; i-- > 0;) {
				struct zone *z = &nodes[n].zones[i];

				if (z->present_pages > 0 && z->kernel_only == kernel_only &&
				    zone_serves(z, gfp))
					zl->zone[zl->nr++] = z;
			}
		}
	}
	if (zl->nr == 0)
		panic("boot: no memory for requests with gfp 0x%x", gfp);
	zl->classzone = zl->zone[0]->index;
}

void zone_init(const struct boot_info *info)
{
	for (unsigned i = 0; i < arch_nr_zones; i++)
		zone_setup(&arch_zones[i], info);
	for (unsigned i = 0; i < NR_ZONELISTS; i++)
		zonelist_setup(&zonelists[i], zonelist_gfp(i));
	min_free_kbytes = watermark_min_free_kbytes(lowmem_pages() << (PAGE_SHIFT - 10));
	marks_set_all();
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		pr_info("zone %s: %u pages, %u free, marks %u %u %u\n", z->name, z->present_pages,
			z->buddy.nr_free, z->marks.min, z->marks.low, z->marks.high);
		CHECK(zone_check(z));
	}
}

/* --- one zone after the other --- */

static struct zone *zone_from(unsigned node, unsigned index)
{
	for (; node < nr_nodes; node++, index = 0) {
		for (; index < nodes[node].nr_zones; index++) {
			if (nodes[node].zones[index].present_pages > 0)
				return &nodes[node].zones[index];
		}
	}
	return NULL;
}

struct zone *zone_first(void)
{
	return zone_from(0, 0);
}

struct zone *zone_next(struct zone *z)
{
	return zone_from(z->node, z->index + 1u);
}

/* --- what bootmem kept --- */

/* One frame more that the zone has to give. */
static void zone_adopt(struct zone *z)
{
	spin_lock(&z->lock);
	z->managed_pages++;
	z->nr_block_out++; /* its new owner has it from here */
	spin_unlock(&z->lock);
}

int bootmem_release(pfn_t pfn, u32 nr)
{
	int err = bootmem_free(&boot_memory[frame_node(pfn)], pfn << PAGE_SHIFT,
			       (pfn + nr) << PAGE_SHIFT);

	if (err != 0)
		return err;
	for (u32 i = 0; i < nr; i++) {
		struct page *page = pfn_to_page(pfn + i);

		PANIC_ON(page_owner(page) != PAGE_RESERVED);
		page_set_owner(page, PAGE_KERNEL);
		atomic_set(&page->refcount, 1);
		zone_adopt(page_zone(page));
	}
	return 0;
}
