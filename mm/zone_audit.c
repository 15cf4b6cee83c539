/* SPDX-License-Identifier: MIT */
/* zone_audit.c - which frames are free, on a hot list, or were never given to a zone. */
#include <octavo/audit.h>
#include <octavo/bootmem.h>
#include <octavo/zone.h>

static void audit_reserved(struct audit *a, pfn_t start, pfn_t end)
{
	if (start < end)
		audit_own(a, start, end - start, PAGE_RESERVED);
}

/* Whatever bootmem did not have free when zones began: kernel, mem_map, holes. */
void bootmem_audit(struct audit *a)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		const struct bootmem *b = &boot_memory[z->node];
		pfn_t at = z->buddy.start;

		for (unsigned i = 0; i < b->nr_free; i++) {
			pfn_t first = PAGES_OF(b->free[i].start);
			pfn_t last = b->free[i].end >> PAGE_SHIFT;

			if (first >= last || last <= at)
				continue;
			audit_reserved(a, at, MIN(first, z->buddy.end));
			at = MAX(at, last);
		}
		audit_reserved(a, at, z->buddy.end);
	}
}

void zone_audit(struct audit *a)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		for (unsigned order = 0; order <= MAX_ORDER; order++) {
			const struct page *page;

			TAILQ_FOREACH(page, &z->buddy.free[order], lru)
				audit_own(a, page_to_pfn(page), 1u << order, PAGE_FREE);
		}
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
			for (u32 i = 0; i < pcp_count(&z->pcp[cpu]); i++)
				audit_own(a, page_to_pfn(z->pcp[cpu].pages[i]), 1, PAGE_PCP);
		}
	}
}
