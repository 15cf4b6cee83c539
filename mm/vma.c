/* SPDX-License-Identifier: MIT */
/*
 * vma.c - the areas of an address space (pure).
 *
 *	addresses  |....[ a ].......[ b ][ c ]...~~~~[ d: grows down ]......|
 *	           |gap a     gap b  |    |  gap d                      last hole
 *	                             gap c = 0   ~~~~ STACK_GUARD_GAP, not part of gap d
 *
 * The tree is ordered by address. Each area knows the hole below it (`gap`, without the guard of an
 * area that grows down), and the largest hole of its subtree (`max_gap`), so that the search for a
 * hole walks one path down and at most one up again.
 *
 * tree.h calls RB_AUGMENT for one node only and leaves its ancestors to us: the hook walks up until
 * a node's max_gap does not change. Invariants are written down in vma_check().
 * Lock: the caller's (see vma.h).
 */
#include <octavo/env.h>
#include <octavo/vma.h>

static void gap_propagate(struct vma *v);
#undef RB_AUGMENT
#define RB_AUGMENT(v) gap_propagate(v)

static int vma_cmp(const struct vma *a, const struct vma *b)
{
	return a->start < b->start ? -1 : a->start > b->start;
}

RB_GENERATE_STATIC(vma_rb, vma, rb, vma_cmp)

/* --- gaps --- */

static vaddr_t guard_of(const struct vma *v)
{
	return v->flags & VM_GROWSDOWN ? STACK_GUARD_GAP : 0;
}

/* The end of the hole below v; where v has a gap, the hole is [hole_end - gap, hole_end). */
static vaddr_t hole_end(const struct vma *v)
{
	return v->start - guard_of(v);
}

static vaddr_t max_gap_of(const struct vma *v)
{
	return v ? v->max_gap : 0;
}

static vaddr_t subtree_gap(const struct vma *v)
{
	vaddr_t below = MAX(max_gap_of(RB_LEFT(v, rb)), max_gap_of(RB_RIGHT(v, rb)));

	return MAX(v->gap, below);
}

static void gap_propagate(struct vma *v)
{
	for (; v != NULL; v = RB_PARENT(v, rb)) {
		vaddr_t max_gap = subtree_gap(v);

		if (v->max_gap == max_gap)
			break;
		v->max_gap = max_gap;
	}
}

/* v's lower neighbour is `prev` (or NULL) now, or either has moved. */
static void gap_update(struct vma *v, const struct vma *prev)
{
	vaddr_t bytes = v->start - (prev ? prev->end : 0);
	vaddr_t guard = guard_of(v);

	v->gap = bytes > guard ? bytes - guard : 0;
	gap_propagate(v);
}

/* --- looking up --- */

void vma_tree_init(struct vma_tree *t)
{
	RB_INIT(&t->root);
	t->nr = 0;
	t->hint = NULL;
}

struct vma *vma_find(struct vma_tree *t, vaddr_t addr)
{
	struct vma *v = t->hint, *found = NULL;

	if (v != NULL && v->start <= addr && addr < v->end) {
		CHECK(vma_check_look(v));
		return v;
	}
	v = RB_ROOT(&t->root);
	while (v != NULL) {
		if (v->end <= addr) {
			v = RB_RIGHT(v, rb);
			continue;
		}
		found = v;
		if (v->start <= addr)
			break;
		v = RB_LEFT(v, rb);
	}
	if (found != NULL) {
		CHECK(vma_check_look(found));
		t->hint = found;
	}
	return found;
}

struct vma *vma_next(const struct vma *v)
{
	return vma_rb_RB_NEXT((struct vma *)(uintptr_t)v);
}

struct vma *vma_prev(const struct vma *v)
{
	return vma_rb_RB_PREV((struct vma *)(uintptr_t)v);
}

struct vma *vma_first(const struct vma_tree *t)
{
	struct vma *v = RB_ROOT(&t->root);

	while (v != NULL && RB_LEFT(v, rb) != NULL)
		v = RB_LEFT(v, rb);
	return v;
}

static const struct vma *vma_last(const struct vma_tree *t)
{
	const struct vma *v = RB_ROOT(&t->root);

	while (v != NULL && RB_RIGHT(v, rb) != NULL)
		v = RB_RIGHT(v, rb);
	return v;
}

bool vma_overlaps(struct vma_tree *t, vaddr_t start, vaddr_t end)
{
	const struct vma *v = vma_find(t, start);

	return v != NULL && v->start < end;
}

/* --- changing --- */

void vma_insert(struct vma_tree *t, struct vma *v)
{
	struct vma *next;

	CHECK(vma_check_locks(v));
	ASSERT(v->start < v->end);
	v->gap = 0;
	v->max_gap = 0;
	PANIC_ON(vma_rb_RB_INSERT(&t->root, v) != NULL);
	t->nr++;
	next = vma_next(v);
	ASSERT(next == NULL || v->end <= next->start);
	gap_update(v, vma_prev(v));
	if (next != NULL)
		gap_update(next, v);
}

void vma_remove(struct vma_tree *t, struct vma *v)
{
	struct vma *next = vma_next(v), *prev = vma_prev(v);

	CHECK(vma_check_locks(v));
	vma_rb_RB_REMOVE(&t->root, v);
	t->nr--;
	if (t->hint == v)
		t->hint = NULL;
	if (next != NULL)
		gap_update(next, prev);
}

void vma_set_bounds(struct vma_tree *t, struct vma *v, vaddr_t start, vaddr_t end)
{
	struct vma *next = vma_next(v), *prev = vma_prev(v);

	(void)t;
	CHECK(vma_check_locks(v));
	ASSERT(start < end);
	ASSERT((prev == NULL || prev->end <= start) && (next == NULL || end <= next->start));
	v->start = start;
	v->end = end;
	gap_update(v, prev);
	if (next != NULL)
		gap_update(next, v);
}

void vma_grow_down(struct vma *v, vaddr_t start)
{
	const struct vma *prev = vma_prev(v);

	CHECK(vma_check_growth(v));
	ASSERT(start < v->start && (prev == NULL || prev->end <= start));
	v->pgoff -= (u32)((v->start - start) >> PAGE_SHIFT);
	v->start = start;
	gap_update(v, prev);
}

/* Does b go on where a ends, with the same in all flags but `except`? */
static bool goes_on(const struct vma *a, const struct vma *b, u32 except)
{
	return a->end == b->start && ((a->flags ^ b->flags) & ~except) == 0 &&
	       a->object == b->object && a->ops == b->ops && a->mm == b->mm &&
	       b->pgoff == vma_index(a, a->end);
}

bool vma_can_merge(const struct vma *a, const struct vma *b)
{
	return goes_on(a, b, VM_APART) && (a->flags & b->flags & VM_APART) == 0 &&
	       (a->anon == b->anon || a->anon == NULL || b->anon == NULL);
}

struct anon_region *vma_near_region(const struct vma *v)
{
	const struct vma *next = vma_next(v), *prev = vma_prev(v);
	const u32 access = VM_READ | VM_WRITE | VM_EXEC;

	if (next != NULL && next->anon != NULL && goes_on(v, next, access))
		return next->anon;
	return prev != NULL && goes_on(prev, v, access) ? prev->anon : NULL;
}

void vma_split(struct vma_tree *t, struct vma *v, struct vma *upper, vaddr_t addr)
{
	CHECK(vma_check_locks(v));
	ASSERT(v->start < addr && addr < v->end && (addr & ~PAGE_MASK) == 0);
	*upper = *v;
	upper->start = addr;
	upper->pgoff = vma_index(v, addr);
	v->end = addr;
	vma_insert(t, upper);
}

struct vma *vma_merge_next(struct vma_tree *t, struct vma *v)
{
	struct vma *next = vma_next(v);

	PANIC_ON(next == NULL || !vma_can_merge(v, next));
	vma_remove(t, next);
	vma_set_bounds(t, v, v->start, next->end);
	return next;
}

/* --- holes --- */

/* What is looked for: `len` bytes with a start in [.., start_max] and an end in [end_min, ..]. */
struct want {
	vaddr_t len, start_max, end_min;
};

static bool want_init(struct want *w, vaddr_t low, vaddr_t high, vaddr_t len)
{
	if (len == 0 || high < low || high - low < len)
		return false;
	*w = (struct want){.len = len, .start_max = high - len, .end_min = low + len};
	return true;
}

static bool hole_fits(const struct vma *v, const struct want *w)
{
	return v->gap >= w->len && hole_end(v) - v->gap <= w->start_max &&
	       hole_end(v) >= w->end_min;
}

/* The area with the highest hole below it that fits, or NULL. */
static const struct vma *highest_hole(const struct vma *v, const struct want *w)
{
	bool descend = true;

	if (max_gap_of(v) < w->len)
		return NULL;
	for (;;) {
		const struct vma *child = descend ? RB_RIGHT(v, rb) : NULL;

		/* Every hole on the right starts at v->end or above. */
		if (max_gap_of(child) >= w->len && v->end <= w->start_max) {
			v = child;
			continue;
		}
		if (hole_fits(v, w))
			return v;
		if (v->start < w->end_min)
			return NULL; /* and every other hole ends below v->start */
		child = RB_LEFT(v, rb);
		descend = true;
		if (max_gap_of(child) >= w->len) {
			v = child;
			continue;
		}
		do { /* up to the first area that lies left of what was searched */
			child = v;
			v = RB_PARENT(v, rb);
		} while (v != NULL && RB_LEFT(v, rb) == child);
		if (v == NULL)
			return NULL;
		descend = false;
	}
}

/* The area with the lowest hole below it that fits, or NULL. */
static const struct vma *lowest_hole(const struct vma *v, const struct want *w)
{
	bool descend = true;

	if (max_gap_of(v) < w->len)
		return NULL;
	for (;;) {
		const struct vma *child = descend ? RB_LEFT(v, rb) : NULL;

		/* Every hole on the left ends below v->start. */
		if (max_gap_of(child) >= w->len && v->start >= w->end_min) {
			v = child;
			continue;
		}
		if (hole_fits(v, w))
			return v;
		if (v->end > w->start_max)
			return NULL; /* and every other hole starts there or above */
		child = RB_RIGHT(v, rb);
		descend = true;
		if (max_gap_of(child) >= w->len) {
			v = child;
			continue;
		}
		do {
			child = v;
			v = RB_PARENT(v, rb);
		} while (v != NULL && RB_RIGHT(v, rb) == child);
		if (v == NULL)
			return NULL;
		descend = false;
	}
}

vaddr_t vma_gap_topdown(const struct vma_tree *t, vaddr_t low, vaddr_t high, vaddr_t len)
{
	const struct vma *v = vma_last(t);
	struct want w;

	if (!want_init(&w, low, high, len))
		return 0;
	if (v == NULL || v->end <= w.start_max)
		return w.start_max;
	v = highest_hole(RB_ROOT(&t->root), &w);
	return v ? MIN(hole_end(v), high) - len : 0;
}

vaddr_t vma_gap_bottomup(const struct vma_tree *t, vaddr_t low, vaddr_t high, vaddr_t len)
{
	const struct vma *v;
	struct want w;

	if (!want_init(&w, low, high, len))
		return 0;
	v = lowest_hole(RB_ROOT(&t->root), &w);
	if (v != NULL)
		return MAX(hole_end(v) - v->gap, low);
	v = vma_last(t);
	if (v == NULL || v->end <= low)
		return low;
	return v->end <= w.start_max ? v->end : 0;
}

/* --- checking --- */

/* Colours, parents and max_gap of a subtree; => its height in black nodes */
static unsigned subtree_check(const struct vma *v, const struct vma *parent)
{
	unsigned left, right;

	if (v == NULL)
		return 0;
	PANIC_ON(RB_PARENT(v, rb) != parent);
	PANIC_ON(RB_COLOR(v, rb) == RB_RED && (!parent || RB_COLOR(parent, rb) == RB_RED));
	PANIC_ON(v->max_gap != subtree_gap(v));
	left = subtree_check(RB_LEFT(v, rb), v);
	right = subtree_check(RB_RIGHT(v, rb), v);
	PANIC_ON(left != right);
	return left + (RB_COLOR(v, rb) == RB_BLACK);
}

void vma_check(const struct vma_tree *t)
{
	const struct vma *prev = NULL;
	bool hint_found = t->hint == NULL;
	u32 nr = 0;

	subtree_check(RB_ROOT(&t->root), NULL);
	for (const struct vma *v = vma_first(t); v != NULL; prev = v, v = vma_next(v)) {
		vaddr_t below = prev ? prev->end : 0;

		PANIC_ON(v->start >= v->end || ((v->start | v->end) & ~PAGE_MASK) != 0);
		PANIC_ON(v->start < below);
		PANIC_ON(v->gap !=
			 (v->start - below > guard_of(v) ? v->start - below - guard_of(v) : 0));
		hint_found |= t->hint == v;
		nr++;
	}
	PANIC_ON(nr != t->nr || !hint_found);
}
