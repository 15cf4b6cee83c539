/* SPDX-License-Identifier: MIT */
/* ktest_vmstat.c - the counts of vmstat.c against what every struct page says. */
#include <octavo/ktest.h>
#include <octavo/preempt.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/vmalloc.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

/* Frames of each owner, from mem_map alone. */
static void count_frames(u32 *by_owner)
{
	memset(by_owner, 0, NR_PAGE_OWNERS * sizeof(*by_owner));
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		for (pfn_t pfn = z->buddy.start; pfn < z->buddy.end; pfn++)
			by_owner[page_owner(pfn_to_page(pfn))]++;
}

static void compare(void)
{
	u32 by_owner[NR_PAGE_OWNERS];
	struct vm_counts c;

	preempt_disable(); /* nobody else, so that all numbers are of one moment */
	vm_counts_get(&c);
	count_frames(by_owner);
	preempt_enable();
	KTEST_OK(c.free == by_owner[PAGE_FREE] + by_owner[PAGE_PCP], "free");
	KTEST_OK(c.slab == by_owner[PAGE_SLAB], "slab");
	KTEST_OK(c.kmalloc == by_owner[PAGE_KMALLOC], "kmalloc");
	KTEST_OK(c.vmalloc == by_owner[PAGE_VMALLOC], "vmalloc");
	KTEST_OK(c.page_tables == by_owner[PAGE_PGTABLE], "page tables");
	KTEST_OK(c.pipes == by_owner[PAGE_PIPE], "pipes");
	KTEST_OK(c.file == by_owner[PAGE_FILE], "files");
	KTEST_OK(c.anon == by_owner[PAGE_ANON] + by_owner[PAGE_RUN] + by_owner[PAGE_KERNEL],
		 "anonymous memory, and pages that have no owner yet");
}

KTEST(vmstat_counts, "")
{
	void *big, *area;

	compare();
	big = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	area = vmalloc(3 * PAGE_SIZE);
	KTEST_OK(big != NULL && area != NULL, "memory to count");
	compare();
	vfree(area);
	kfree(big);
	compare();
}

/* What all zones have given and got since they were made, and how many are out now. */
KTEST(vmstat_events, "")
{
	struct zone_events before, after;
	struct zone *z = zonelists[gfp_zonelist(GFP_KERNEL)].zone[0];
	struct page *single, *block;

	zone_events_get(z, &before);
	KTEST_OK(before.allocated - before.freed == z->managed_pages - zone_free_pages(z),
		 "pages that are out");
	single = alloc_page(GFP_KERNEL);
	block = alloc_pages(GFP_KERNEL, 2);
	zone_events_get(z, &after);
	KTEST_OK(after.allocated - before.allocated == 5, "five more allocated");
	KTEST_OK(after.freed == before.freed, "none freed");
	free_pages(block, 2);
	free_page(single);
	zone_events_get(z, &after);
	KTEST_OK(after.freed - before.freed == 5, "and all five freed");
	pcp_drain_all();
	zone_events_get(z, &before);
	KTEST_OK(before.allocated == after.allocated && before.freed == after.freed,
		 "emptying the hot lists is neither");
}
