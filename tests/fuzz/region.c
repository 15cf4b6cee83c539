/* SPDX-License-Identifier: MIT */
/*
 * The tree of regions against a plain list: whatever is found shows all that was wanted and may be
 * accessed so, nothing is found only where the list has nothing, and a part of a copy is told.
 */
#include "fuzz.h"
#include <octavo/region.h>

enum { REGIONS = 24, STEPS = 200 };

static struct region regions[REGIONS];
static struct region_tree tree;
static const char objects[3];

static u32 some_flags(struct input *in)
{
	return ((u32)take_u8(in) & (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)) |
	       (take_u8(in) & 1 ? VM_SHARED : 0) | VM_MAYSHARE;
}

static void add(struct input *in)
{
	struct region *r = regions;

	while (r < regions + REGIONS && r->users != 0)
		r++;
	if (r == regions + REGIONS)
		return;
	*r = (struct region){.users = 1, .object = &objects[take_u8(in) % 3]};
	r->pgoff = take_u8(in) % 32;
	r->start = (vaddr_t)(1 + take_u8(in)) << PAGE_SHIFT;
	r->end = r->start + ((vaddr_t)(1 + take_u8(in) % 8) << PAGE_SHIFT);
	r->top = take_u8(in) & 1 ? r->start : r->end;
	r->flags = some_flags(in);
	region_insert(&tree, r);
}

static void drop(struct input *in)
{
	struct region *r = &regions[take_u8(in) % REGIONS];

	if (r->users == 0)
		return;
	region_remove(&tree, r);
	r->users = 0;
}

/* The model's rule, said the other way round than in region.c. */
static bool fits(const struct region *r, const struct region_want *w)
{
	if (r->users == 0 || r->object != w->object)
		return false;
	if ((w->flags & VM_READ) && !(r->flags & VM_MAYREAD))
		return false;
	if ((w->flags & VM_WRITE) && !(r->flags & VM_MAYWRITE))
		return false;
	if ((w->flags & VM_EXEC) && !(r->flags & VM_MAYEXEC))
		return false;
	if ((w->flags & VM_SHARED) && !(r->flags & VM_SHARED))
		return false;
	return w->direct || r->top != r->start;
}

static bool shows(const struct region *r, u32 page)
{
	return page >= r->pgoff && page - r->pgoff < (r->end - r->start) / PAGE_SIZE;
}

static void look(struct input *in)
{
	struct region_want w = {.object = &objects[take_u8(in) % 3],
				.pgoff = take_u8(in) % 32,
				.nr_pages = 1 + take_u8(in) % 8,
				.flags = take_u8(in) & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED),
				.direct = take_u8(in) & 1};
	bool some = false, all = false, mismatched;
	const struct region *r = region_find(&tree, &w, &mismatched);

	for (unsigned i = 0; i < REGIONS; i++) {
		u32 pages = 0;

		if (!fits(&regions[i], &w))
			continue;
		for (u32 p = w.pgoff; p < w.pgoff + w.nr_pages; p++)
			pages += shows(&regions[i], p);
		some |= pages > 0;
		all |= pages == w.nr_pages;
		MUST(r != &regions[i] || pages == w.nr_pages);
	}
	MUST((r != NULL) == all);
	MUST(r == NULL || fits(r, &w));
	MUST(r != NULL || mismatched == (some && !w.direct));
}

static void ask_mapped(struct input *in)
{
	const void *object = &objects[take_u8(in) % 3];
	u32 first = take_u8(in) % 40;
	bool mapped = false;

	for (unsigned i = 0; i < REGIONS; i++) {
		const struct region *r = &regions[i];

		for (u32 p = first; p < 48; p++)
			mapped |= r->users != 0 && r->object == object && r->top == r->start &&
				  shows(r, p);
	}
	MUST(region_is_mapped(&tree, object, first) == mapped);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	memset(regions, 0, sizeof(regions));
	RB_INIT(&tree);
	for (unsigned i = 0; i < STEPS && in.len > 0; i++) {
		u8 what = take_u8(&in) % 8;

		if (what < 3)
			add(&in);
		else if (what == 3)
			drop(&in);
		else if (what < 7)
			look(&in);
		else
			ask_mapped(&in);
		region_tree_check(&tree);
	}
	return 0;
}
