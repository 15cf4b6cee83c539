/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the kernel's own mappings: made at boot, made read-only when it is over.
 *
 *	0xc0000000  first 4M: 4K entries since boot.S, so that each page of the kernel's image has
 *		    its own protection; frame 0 is not mapped
 *	0xc0400000  low memory: 4M global entries, or tables where the CPU has no PSE; holes of 4M
 *		    and more stay unmapped
 *	0xf7000000  vmalloc: 32 tables, empty, shared by all address spaces
 *	0xff800000  fixmap: one table
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/bootmem.h>
#include <octavo/panic.h>
#include <octavo/pmap.h>
#include <octavo/string.h>
#include <octavo/text.h>

#define DIRECT_FIRST   (KERNEL_BASE >> TABLE_SHIFT)
#define DIRECT_TABLES  (DIRECT_MAP_SIZE >> TABLE_SHIFT)
#define VMALLOC_FIRST  (VMALLOC_START >> TABLE_SHIFT)
#define VMALLOC_TABLES ((VMALLOC_END - VMALLOC_START) >> TABLE_SHIFT)
#define DMA_END        (16u << 20)

#define ENTRY (PTE_PRESENT | PTE_WRITE | PTE_YOUNG | PTE_DIRTY)

struct page *mem_map;
pfn_t max_pfn, max_low_pfn;

/* What must lie in the direct map; the DMA zone is spared if possible. */
static __init paddr_t low_alloc(u32 bytes, paddr_t limit, const char *what)
{
	paddr_t pa = 0;

	if (limit > DMA_END)
		pa = bootmem_alloc(&boot_memory[0], bytes, PAGE_SIZE, DMA_END, limit);
	if (!pa)
		pa = bootmem_alloc(&boot_memory[0], bytes, PAGE_SIZE, PAGE_SIZE, limit);
	if (!pa)
		panic("memory does not suffice for %s: %u KB", what, bytes >> 10);
	return pa;
}

static __init u32 global_flag(void)
{
	return cpu_features & CPU_PGE ? PTE_GLOBAL : 0;
}

/* Does the 4M at `start` hold RAM? */
static __init bool has_ram(const struct boot_info *info, paddr_t start)
{
	for (unsigned i = 0; i < info->nr_ranges; i++)
		if (info->ranges[i].start < start + TABLE_SPAN && info->ranges[i].end > start)
			return true;
	return false;
}

/* Without 4M pages: a table. Memory that is not mapped yet may hold it, so the fixmap shows it. */
static __init u32 direct_table(paddr_t start)
{
	paddr_t pa = low_alloc(PAGE_SIZE, DIRECT_MAP_SIZE, "page tables of the direct map");
	u32 *table = fixmap_set(FIX_TEMP0, pa >> PAGE_SHIFT);

	for (unsigned i = 0; i < PTES_PER_TABLE; i++)
		table[i] = (start + (i << PAGE_SHIFT)) | ENTRY | global_flag();
	return pa | ENTRY;
}

static __init void direct_map_init(const struct boot_info *info)
{
	for (unsigned i = 0; i < PTES_PER_TABLE; i++)
		low_table[i].v = i << PAGE_SHIFT | ENTRY | global_flag();
	low_table[0].v = 0;
	for (unsigned i = 1; i < DIRECT_TABLES; i++) {
		paddr_t start = i << TABLE_SHIFT;

		if (!has_ram(info, start))
			continue;
		if (cpu_features & CPU_PSE)
			kernel_dir[DIRECT_FIRST + i] = start | ENTRY | PTE_LARGE | global_flag();
		else
			kernel_dir[DIRECT_FIRST + i] = direct_table(start);
	}
	write_cr3(read_cr3());
}

static __init void vmalloc_tables_init(void)
{
	paddr_t pa = low_alloc(VMALLOC_TABLES * PAGE_SIZE, max_low_pfn << PAGE_SHIFT,
			       "page tables of vmalloc");

	memset(phys_to_virt(pa), 0, VMALLOC_TABLES * PAGE_SIZE);
	for (unsigned i = 0; i < VMALLOC_TABLES; i++)
		kernel_dir[VMALLOC_FIRST + i] = (pa + i * PAGE_SIZE) | ENTRY;
}

void arch_memory_init(void)
{
	const struct boot_info *info = arch_boot_info();

	max_pfn = info->ranges[info->nr_ranges - 1].end >> PAGE_SHIFT;
	for (unsigned i = 0; i < info->nr_ranges; i++)
		if (info->ranges[i].start < DIRECT_MAP_SIZE)
			max_low_pfn = MIN(info->ranges[i].end, DIRECT_MAP_SIZE) >> PAGE_SHIFT;
	direct_map_init(info);
	vmalloc_tables_init();
	mem_map = phys_to_virt(
		low_alloc(max_pfn * sizeof(struct page), max_low_pfn << PAGE_SHIFT, "struct page"));
	pmap_activate(&kernel_pmap);
	smp_find();
}

/* Global entries outlive a load of CR3. */
void flush_all(void)
{
	u32 cr4 = cpu_features & CPU_PGE ? read_cr4() : 0;

	if (cr4 & CR4_PGE) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	}
	write_cr3(read_cr3());
}

static unsigned low_index(const char *p)
{
	return virt_to_pfn(p);
}

void arch_protect_kernel(void (*free_init)(pfn_t pfn, unsigned nr_pages))
{
	for (unsigned i = low_index(text_start); i < low_index(rodata_end); i++)
		low_table[i].v &= ~PTE_WRITE;
	low_table[low_index(boot_stack_guard)].v = 0;
	pmap_flush_everywhere();
	free_init(low_index(init_start), low_index(init_end) - low_index(init_start));
}

/* Pages of the direct map that one table maps. */
static u32 small_pages(const pte_t *table)
{
	u32 nr = 0;

	for (unsigned i = 0; i < PTES_PER_TABLE; i++)
		nr += pte_accessible(table[i]);
	return nr;
}

void arch_meminfo_text(struct text *t)
{
	u32 small = 0, large = 0;

	for (unsigned i = 0; i < DIRECT_TABLES; i++) {
		u32 entry = kernel_dir[DIRECT_FIRST + i];

		if (entry & PTE_LARGE)
			large++;
		else if (entry & PTE_PRESENT)
			small += small_pages(phys_to_virt(entry & PTE_FRAME));
	}
	text_printf(t, "DirectMap4k:    %8u kB\nDirectMap4M:    %8u kB\n",
		    small * (PAGE_SIZE / 1024), large * (TABLE_SPAN / 1024));
}
