/* SPDX-License-Identifier: MIT */
/*
 * The tree of areas against a list of them and a map with one byte for each page: looking up,
 * splitting, merging, and the highest and lowest hole found page by page.
 */
#include "fuzz.h"
#include <octavo/vma.h>

enum { PAGES = 2048, AREAS = 40, GUARD = STACK_GUARD_GAP / PAGE_SIZE };

static struct vma_tree t;
static struct vma areas[AREAS];
static bool used[AREAS];   /* areas[i] is in the tree */
static u8 owner[PAGES];    /* 1 + index of the area that has the page, or 0 */
static bool closed[PAGES]; /* no hole: mapped, or the guard of what grows down */

static vaddr_t va(unsigned page)
{
	return (vaddr_t)page * PAGE_SIZE;
}

static void model_update(void)
{
	memset(owner, 0, sizeof(owner));
	memset(closed, 0, sizeof(closed));
	for (unsigned i = 0; i < AREAS; i++) {
		if (!used[i])
			continue;
		for (unsigned p = areas[i].start / PAGE_SIZE; p < areas[i].end / PAGE_SIZE; p++) {
			MUST(!owner[p]);
			owner[p] = (u8)(i + 1);
			closed[p] = true;
		}
	}
	for (unsigned i = 0; i < AREAS; i++) {
		unsigned p = areas[i].start / PAGE_SIZE;

		if (!used[i] || !(areas[i].flags & VM_GROWSDOWN))
			continue;
		for (unsigned n = 0; n < GUARD && p > 0 && !owner[p - 1]; n++)
			closed[--p] = true;
	}
}

static unsigned index_of(const struct vma *v)
{
	return (unsigned)(v - areas);
}

static unsigned spare(void)
{
	unsigned i = 0;

	while (i < AREAS && used[i])
		i++;
	return i;
}

static void do_insert(struct input *in)
{
	unsigned start = take_u16(in) % PAGES, len = 1 + (take_u8(in) & 63), i = spare();
	u8 kind = take_u8(in);
	struct vma v = {.start = va(start), .end = va(MIN(start + len, (unsigned)PAGES))};
	bool overlap = false;

	if (i == AREAS)
		return;
	for (unsigned p = start; p < v.end / PAGE_SIZE; p++)
		overlap |= owner[p] != 0;
	MUST(vma_overlaps(&t, v.start, v.end) == overlap);
	if (overlap)
		return;
	v.flags = VM_READ | (kind & 1 ? VM_WRITE : 0) | (kind % 8 == 6 ? VM_GROWSDOWN : 0);
	v.pgoff = start;
	areas[i] = v;
	used[i] = true;
	vma_insert(&t, &areas[i]);
}

static void do_bounds(struct vma *v, struct input *in)
{
	unsigned first = v->start / PAGE_SIZE, last = v->end / PAGE_SIZE;
	unsigned down = take_u8(in) & 15, up = take_u8(in) & 15;

	for (; down && first > 0 && !owner[first - 1]; down--)
		first--;
	for (; up && last < PAGES && !owner[last]; up--)
		last++;
	if (take_u8(in) & 1)
		first += (last - first) / 2;
	vma_set_bounds(&t, v, va(first), va(last));
}

static void do_split(struct vma *v, struct input *in)
{
	unsigned pages = (v->end - v->start) / PAGE_SIZE, i = spare(), at;
	struct vma old = *v;

	if (pages < 2 || i == AREAS)
		return;
	at = 1 + take_u8(in) % (pages - 1);
	vma_split(&t, v, &areas[i], v->start + va(at));
	used[i] = true;
	MUST(v->start == old.start && v->end == areas[i].start && areas[i].end == old.end);
	MUST(areas[i].pgoff == old.pgoff + at && areas[i].flags == old.flags);
	MUST(vma_can_merge(v, &areas[i]) && vma_next(v) == &areas[i]);
}

static void do_merge(struct vma *v)
{
	struct vma *next = vma_next(v), old = *v;

	if (!next || !vma_can_merge(v, next))
		return;
	MUST(next->start == v->end && next->flags == v->flags);
	old.end = next->end;
	MUST(vma_merge_next(&t, v) == next);
	MUST(v->start == old.start && v->end == old.end);
	used[index_of(next)] = false;
}

static void check_holes(struct input *in)
{
	unsigned low = 1 + take_u16(in) % (PAGES - 1), high = take_u16(in) % (PAGES + 1);
	unsigned len = take_u8(in) & (take_u8(in) & 1 ? 7 : 255), run = 0, lowest = 0, highest = 0;

	for (unsigned p = low; len && p < high; p++) {
		run = closed[p] ? 0 : run + 1;
		if (run < len)
			continue;
		highest = p + 1 - len;
		if (!lowest)
			lowest = highest;
	}
	MUST(vma_gap_topdown(&t, va(low), va(high), va(len)) == va(highest));
	MUST(vma_gap_bottomup(&t, va(low), va(high), va(len)) == va(lowest));
}

static void check_find(unsigned page)
{
	const struct vma *v = vma_find(&t, va(page) + page % PAGE_SIZE);

	while (page < PAGES && !owner[page])
		page++;
	MUST(page == PAGES ? v == NULL : v == &areas[owner[page] - 1]);
}

static void check_order(void)
{
	const struct vma *prev = NULL;
	unsigned n = 0;

	for (struct vma *v = vma_first(&t); v; prev = v, v = vma_next(v)) {
		MUST(used[index_of(v)]);
		MUST(vma_prev(v) == prev && (!prev || prev->end <= v->start));
		n++;
	}
	for (unsigned i = 0; i < AREAS; i++)
		n -= used[i];
	MUST(n == 0);
	vma_check(&t);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	vma_tree_init(&t);
	memset(used, 0, sizeof(used));
	model_update();
	while (in.len) {
		u8 op = take_u8(&in), which = take_u8(&in) % AREAS;
		struct vma *v = &areas[which];

		if (op < 110) {
			do_insert(&in);
		} else if (used[which] && op < 150) {
			vma_remove(&t, v);
			used[which] = false;
		} else if (used[which] && op < 180) {
			do_bounds(v, &in);
		} else if (used[which] && op < 220) {
			do_split(v, &in);
		} else if (used[which]) {
			do_merge(v);
		}
		model_update();
		check_order();
		check_find(take_u16(&in) % PAGES);
		check_holes(&in);
	}
	return 0;
}
