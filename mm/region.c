/* SPDX-License-Identifier: MIT */
/* region.c - the tree of regions that may be shared (pure); region.h has the picture. */
#include <octavo/env.h>
#include <octavo/region.h>

/* By object, then first page; several may show the same. */
static int region_cmp(const struct region *a, const struct region *b)
{
	if (a->object != b->object)
		return (uintptr_t)a->object < (uintptr_t)b->object ? -1 : 1;
	if (a->pgoff != b->pgoff)
		return a->pgoff < b->pgoff ? -1 : 1;
	return (uintptr_t)a < (uintptr_t)b ? -1 : a != b;
}

RB_GENERATE_STATIC(region_tree, region, rb, region_cmp)

void region_insert(struct region_tree *t, struct region *r)
{
	PANIC_ON(RB_INSERT(region_tree, t, r) != NULL);
}

void region_remove(struct region_tree *t, struct region *r)
{
	RB_REMOVE(region_tree, t, r);
}

struct region *region_first(const struct region_tree *t)
{
	return RB_MIN(region_tree, (struct region_tree *)t);
}

struct region *region_next(struct region *r)
{
	return RB_NEXT(region_tree, NULL, r);
}

/* The object's region with the lowest page, or what follows where it would be. */
static struct region *first_of(const struct region_tree *t, const void *object)
{
	struct region *r = RB_ROOT(t), *found = NULL;

	while (r != NULL) {
		if ((uintptr_t)r->object < (uintptr_t)object) {
			r = RB_RIGHT(r, rb);
		} else {
			found = r;
			r = RB_LEFT(r, rb);
		}
	}
	return found;
}

static bool may_be_used(const struct region *r, const struct region_want *w)
{
	u32 need = (w->flags & (VM_READ | VM_WRITE | VM_EXEC)) << 4; /* VM_MAY* */

	if ((need & ~r->flags) != 0 || (w->flags & ~r->flags & VM_SHARED))
		return false;
	return w->direct || !region_is_direct(r);
}

struct region *region_find(const struct region_tree *t, const struct region_want *w,
			   bool *mismatched)
{
	struct region *r = first_of(t, w->object);
	u32 end = w->pgoff + w->nr_pages;

	*mismatched = false;
	for (; r != NULL && r->object == w->object && r->pgoff < end; r = region_next(r)) {
		u32 r_end = r->pgoff + region_pages(r);

		if (r_end <= w->pgoff || !may_be_used(r, w))
			continue;
		if (r->pgoff <= w->pgoff && end <= r_end)
			return r;
		*mismatched |= !w->direct;
	}
	return NULL;
}

bool region_is_mapped(const struct region_tree *t, const void *object, u32 first)
{
	struct region *r = first_of(t, object);

	for (; r != NULL && r->object == object; r = region_next(r))
		if (region_is_direct(r) && r->pgoff + region_pages(r) > first)
			return true;
	return false;
}

void region_tree_check(const struct region_tree *t)
{
	struct region *prev = NULL, *r;

	for (r = region_first(t); r != NULL; r = region_next(r)) {
		PANIC_ON(r->users == 0 || r->object == NULL || r->start >= r->end);
		PANIC_ON(!(r->flags & VM_MAYSHARE) || r->blocks != 0);
		PANIC_ON(!region_is_direct(r) && r->top < r->end);
		PANIC_ON(prev != NULL && region_cmp(prev, r) >= 0);
		prev = r;
	}
}
