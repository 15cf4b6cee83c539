/* SPDX-License-Identifier: MIT */
/*
 * zoneinfo.c - what the allocators have in stock, in Linux's formats: /proc/buddyinfo,
 * /proc/zoneinfo, /proc/slabinfo. Lock: zone->lock, for one copy of the numbers at a time.
 */
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

void buddyinfo_text(struct text *t)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		u32 blocks[MAX_ORDER + 1];

		spin_lock(&z->lock);
		memcpy(blocks, z->buddy.nr_blocks, sizeof(blocks));
		spin_unlock(&z->lock);
		text_printf(t, "Node %u, zone %8s ", z->node, z->name);
		for (unsigned order = 0; order <= MAX_ORDER; order++)
			text_printf(t, "%6u ", blocks[order]);
		text_put(t, "\n", 1);
	}
}

/* --- /proc/zoneinfo --- */

struct zone_numbers {
	u32 free, managed;
	struct watermarks marks;
	u32 hot[NR_CPUS];
};

static void zone_numbers_get(struct zone *z, struct zone_numbers *n)
{
	spin_lock(&z->lock);
	n->free = z->buddy.nr_free;
	n->managed = z->managed_pages;
	n->marks = z->marks;
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		n->hot[cpu] = pcp_count(&z->pcp[cpu]);
	spin_unlock(&z->lock);
}

static void zoneinfo_one(struct text *t, struct zone *z)
{
	struct lru_counts l = {0};
	struct zone_numbers n;

	zone_numbers_get(z, &n);
	lru_counts_add(z, &l);
	text_printf(t, "Node %u, zone %8s\n", z->node, z->name);
	text_printf(t, "  pages free     %u\n", n.free);
	text_printf(t, "        boost    0\n        min      %u\n", n.marks.min);
	text_printf(t, "        low      %u\n        high     %u\n", n.marks.low, n.marks.high);
	text_printf(t, "        spanned  %u\n", z->buddy.end - z->buddy.start);
	text_printf(t, "        present  %u\n        managed  %u\n        cma      0\n",
		    z->present_pages, n.managed);
	text_printf(t, "        protection: (");
	for (unsigned j = 0; j < nodes[z->node].nr_zones; j++)
		text_printf(t, "%s%u", j > 0 ? ", " : "", n.marks.lowmem_reserve[j]);
	text_printf(t, ")\n      nr_free_pages %u\n", n.free);
	lru_text(t, "      ", "zone_", &l);
	text_printf(t, "      nr_mlock %u\n  pagesets\n", l.mlocked);
	for (unsigned cpu = 0; cpu < sched_nr_cpus(); cpu++)
		text_printf(t,
			    "    cpu: %u\n              count: %u\n              high:  %u\n"
			    "              batch: %u\n",
			    cpu, n.hot[cpu], 2 * z->pcp_batch, z->pcp_batch);
	text_printf(t, "  node_unreclaimable:  0\n  start_pfn:           %u\n", z->buddy.start);
}

void zoneinfo_text(struct text *t)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		zoneinfo_one(t, z);
}

/* --- /proc/slabinfo --- */

void slabinfo_text(struct text *t)
{
	struct slab_stat s;

	text_puts(t, "slabinfo - version: 2.1\n"
		     "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		     "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
		     "<active_slabs> <num_slabs> <sharedavail>\n");
	for (unsigned i = 0; slab_stat(i, &s); i++)
		text_printf(t,
			    "%-17s %6u %6u %6u %4u %4d : tunables %4u %4u %4u"
			    " : slabdata %6u %6u %6u\n",
			    s.name, s.in_use, s.total, s.object_size, s.per_slab, 1, 0, 0, 0,
			    s.pages - s.unused_pages, s.pages, 0);
}
