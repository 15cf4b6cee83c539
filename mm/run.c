/* SPDX-License-Identifier: MIT */
/*
 * run.c - runs of page frames, by one of two policies: runs= on the command line.
 *
 *	blocks	|<----- a block of the buddy: a power of two ----->|
 *		|<--------- the run --------->|<--- back at once ->|
 *
 *	ends	| small  small |      free      | large | large |	of the zone
 *
 * A block is aligned to its size, which is what a region of the MPU wants; sub-regions make up for
 * what is missing of a power of two. `ends` looks at each frame of the zone, and finds whatever is free
 * in a row, more than a block, too; large runs do not come to lie between small ones.
 */
#include <octavo/audit.h>
#include <octavo/param.h>
#include <octavo/printf.h>
#include <octavo/run.h>
#include <octavo/string.h>
#include <octavo/text.h>
#include <octavo/why.h>
#include <octavo/zone.h>

enum {
	LARGE = 16,        /* pages */
	ALIGNED_MOST = 64, /* runs of up to so many, a power of two, are aligned to their size */
};

static unsigned order_of(u32 nr_pages)
{
	return nr_pages <= 1 ? 0 : 32u - (unsigned)__builtin_clz(nr_pages - 1);
}

u32 run_block(u32 nr_pages)
{
	return 1u << order_of(nr_pages);
}

/* --- policies: => single pages of any state, nr of them; NULL --- */

static struct page *take_block(gfp_t gfp, u32 nr, u32 align)
{
	unsigned order = order_of(nr);

	(void)align;
	return order <= MAX_ORDER ? alloc_pages(gfp, order) : NULL;
}

static struct page *take_from_zones(gfp_t gfp, u32 nr, u32 align)
{
	const struct zonelist *zl = &zonelists[gfp_zonelist(gfp)];

	for (unsigned i = 0; i < zl->nr; i++) {
		struct page *page =
			zone_take_run(zl->zone[i], nr, align, nr >= LARGE, zl->classzone);

		if (page != NULL)
			return page;
	}
	return NULL;
}

static struct page *take_at_end(gfp_t gfp, u32 nr, u32 align)
{
	bool whole = (nr & (nr - 1)) == 0;
	struct page *page;

	if (nr == 1 && align == 1)
		return alloc_page(gfp);
	if (page_alloc_injected(gfp, order_of(nr)))
		return NULL;
	align = MAX(align, whole ? MIN(nr, (u32)ALIGNED_MOST) : MAX(run_block(nr) / 8, 1u));
	page = take_from_zones(gfp, nr, run_block(align));
	if (page != NULL)
		return page;
	zone_reclaim_unused();
	return take_from_zones(gfp, nr, run_block(align));
}

static const struct run_policy {
	const char *name;
	bool whole_blocks; /* takes powers of two only */
	struct page *(*take)(gfp_t gfp, u32 nr, u32 align);
} policies[] = {{"blocks", true, take_block}, {"ends", false, take_at_end}};
static const struct run_policy *policy = policies; /* [I] after run_init() */

void run_init(void)
{
	const char *name = params_get(&boot_params, "runs");

	for (unsigned i = 0; name != NULL && i < ARRAY_SIZE(policies); i++)
		if (strcmp(policies[i].name, name) == 0)
			policy = &policies[i];
}

/* --- refusals and reports; the frames are looked at as they are, nobody stops for it --- */

/* Frames of [pfn, pfn + nr) that are not free; *owner: whose the first of them is. */
static u32 in_the_way(pfn_t pfn, u32 nr, enum page_owner *owner)
{
	u32 n = 0;

	for (pfn_t end = pfn + nr; pfn < end; pfn++) {
		enum page_owner o = page_owner(pfn_to_page(pfn));

		if (o != PAGE_FREE && n++ == 0)
			*owner = o;
	}
	return n;
}

/* The longest row of free frames, and the place for a block that the fewest frames keep from being one. */
static void refuse(const struct zone *z, u32 nr)
{
	u32 block = run_block(nr), longest, least = UINT32_MAX;
	pfn_t at = buddy_longest_run(&z->buddy, &longest), best = 0;
	enum page_owner owner = PAGE_FREE;

	for (pfn_t pfn = (z->buddy.start + block - 1) & ~(block - 1);
	     pfn < z->buddy.end && z->buddy.end - pfn >= block; pfn += block) {
		enum page_owner o = PAGE_FREE;
		u32 n = in_the_way(pfn, block, &o);

		if (n >= least)
			continue;
		least = n;
		best = pfn;
		owner = o;
	}
	if (best == 0)
		why("run of %u pages refused: %s has %u in a row at the most, from %08x", nr,
		    z->name, longest, at << PAGE_SHIFT);
	else
		why("run of %u pages refused: %s has %u in a row at the most, from %08x; at %08x %u "
		    "are in the way, the first is %s",
		    nr, z->name, longest, at << PAGE_SHIFT, best << PAGE_SHIFT, least,
		    page_owner_name(owner));
}

/* Of the free frames, thousandths that lie in blocks below each order: of no use for one of that order. */
static void put_unusable(struct text *t, const u32 *blocks, u32 free)
{
	u32 below = 0;

	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		u32 part = free != 0 ? below * 1000 / free : 0;

		text_printf(t, " %u.%03u", part / 1000, part % 1000);
		below += blocks[order] << order;
	}
	text_puts(t, "\n");
}

void run_text(struct text *t)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		u32 blocks[MAX_ORDER + 1], free, longest;

		spin_lock(&z->lock);
		buddy_longest_run(&z->buddy, &longest);
		memcpy(blocks, z->buddy.nr_blocks, sizeof(blocks));
		free = z->buddy.nr_free;
		spin_unlock(&z->lock);
		text_printf(t, "Node %u, zone %8s, runs %s, free %u, longest %u, unusable", z->node,
			    z->name, policy->name, free, longest);
		put_unusable(t, blocks, free);
	}
}

/* --- runs --- */

struct page *run_alloc(gfp_t gfp, u32 nr_pages, u32 align_pages, enum page_owner owner)
{
	u32 taken = policy->whole_blocks ? run_block(MAX(nr_pages, align_pages)) : nr_pages;
	struct page *page = policy->take(gfp, taken, align_pages);

	if (page == NULL) {
		refuse(zonelists[gfp_zonelist(gfp)].zone[0], nr_pages);
		return NULL;
	}
	for (u32 i = 0; i < taken; i++) {
		page[i].flags = (page[i].flags & PAGE_PLACE_MASK) | (u32)owner;
		atomic_set(&page[i].refcount, 1);
	}
	if (nr_pages < taken)
		free_page_run(page + nr_pages, taken - nr_pages);
	return page;
}

/* Single pages come from the hot lists, so there they go: the next one who wants one has it at once. */
void run_free(struct page *page, u32 nr_pages)
{
	if (nr_pages == 1)
		free_page(page);
	else if (nr_pages > 0)
		free_page_run(page, nr_pages);
}
