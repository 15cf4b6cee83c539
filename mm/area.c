/* SPDX-License-Identifier: MIT */
/*
 * area.c - what mmap(2), munmap(2) and mprotect(2) do to the list of areas (pure).
 *
 *	area_add	[  prev  ][ new ][  next  ]	grows prev, or next, or joins both
 *	area_take	[  a   ]   [  b  ]  [   c  ]
 *			     |<---- taken ----->|	a loses its tail, b goes, c loses its head
 *	area_take	[          a           ]
 *			     |<- taken ->|		a is split: this alone takes a new struct vma
 *
 * vma.c keeps the tree; here it is decided how it is to change. The order of the checks is Linux's,
 * since programs see which of two errors comes first.
 */
#include <octavo/area.h>
#include <octavo/env.h>
#include <uapi/octavo/mman.h>

u32 area_max = AREA_MAX;

#define ACCESS_BITS (VM_READ | VM_WRITE | VM_EXEC)

/* The lowest address that an area keeps for itself. */
static vaddr_t start_with_gap(const struct vma *v)
{
	if (!(v->flags & VM_GROWSDOWN))
		return v->start;
	return v->start > STACK_GUARD_GAP ? v->start - STACK_GUARD_GAP : 0;
}

static bool hint_fits(struct vma_tree *t, const struct area_window *w, vaddr_t addr, size_t len)
{
	const struct vma *v;

	if (addr < w->low || addr > w->high - len)
		return false;
	v = vma_find(t, addr);
	return !v || addr + len <= start_with_gap(v);
}

static int choose_free(struct vma_tree *t, const struct area_window *w, vaddr_t hint, size_t len,
		       vaddr_t *where)
{
	vaddr_t addr = hint & ~(vaddr_t)(PAGE_SIZE - 1);

	if (addr && addr < w->low)
		addr = w->low;
	if (addr && hint_fits(t, w, addr, len)) {
		*where = addr;
		return 0;
	}
	addr = vma_gap_topdown(t, w->low, w->base, len);
	if (!addr)
		addr = vma_gap_bottomup(t, ALIGN_UP(w->high / 3, PAGE_SIZE), w->high, len);
	*where = addr;
	return addr ? 0 : -ENOMEM;
}

int area_choose(struct vma_tree *t, const struct area_window *w, vaddr_t addr, size_t len,
		u32 flags, vaddr_t *where)
{
	ASSERT(len != 0);
	if (len > w->high - w->low || t->nr > area_max)
		return -ENOMEM;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return choose_free(t, w, addr, len, where);
	if (addr > w->high - len)
		return -ENOMEM;
	if (addr & (PAGE_SIZE - 1))
		return -EINVAL;
	if (addr < w->low)
		return -EPERM;
	if ((flags & MAP_FIXED_NOREPLACE) && vma_overlaps(t, addr, addr + len))
		return -EEXIST;
	*where = addr;
	return 0;
}

/* The neighbours that `new` touches and is one area with, or NULL. */
static void find_neighbours(struct vma_tree *t, const struct vma *new, struct vma **prev,
			    struct vma **next)
{
	struct vma *v = vma_find(t, new->start - 1);

	*prev = NULL;
	if (v && v->end == new->start) {
		if (vma_can_merge(v, new))
			*prev = v;
		v = vma_next(v);
	}
	*next = v && v->start == new->end &&vma_can_merge(new, v) ? v : NULL;
	if (*prev && *next && ((*prev)->flags & (*next)->flags & VM_APART))
		*next = NULL;
	if (*prev && *next && (*prev)->anon && (*next)->anon && (*prev)->anon != (*next)->anon)
		*next = NULL; /* `new` has no pages yet and goes with either */
}

bool area_extends(struct vma_tree *t, const struct vma *new)
{
	struct vma *prev, *next;

	find_neighbours(t, new, &prev, &next);
	return prev || next;
}

/* move_start - the first page of the object goes with the start. */
static void move_start(struct vma_tree *t, struct vma *v, vaddr_t start)
{
	if (start >= v->start)
		v->pgoff += (u32)((start - v->start) >> PAGE_SHIFT);
	else
		v->pgoff -= (u32)((v->start - start) >> PAGE_SHIFT);
	vma_set_bounds(t, v, start, v->end);
}

struct vma *area_add(struct vma_tree *t, const struct vma *new, struct vma *node, struct vma **dead)
{
	struct vma *prev, *next;

	*dead = NULL;
	find_neighbours(t, new, &prev, &next);
	if (prev) {
		vma_set_bounds(t, prev, prev->start, new->end);
		if (next)
			*dead = vma_merge_next(t, prev);
		return prev;
	}
	if (next) {
		move_start(t, next, new->start);
		return next;
	}
	ASSERT(node);
	*node = *new;
	vma_insert(t, node);
	return node;
}

bool area_needs_spare(struct vma_tree *t, vaddr_t start, vaddr_t end)
{
	const struct vma *v = vma_find(t, start);

	return v && v->start < start && v->end > end;
}

bool area_take(struct vma_tree *t, vaddr_t start, vaddr_t end, struct vma *spare,
	       struct area_cut *cut)
{
	struct vma *v = vma_find(t, start);

	if (!v || v->start >= end)
		return false;
	cut->start = MAX(v->start, start);
	cut->end = MIN(v->end, end);
	cut->flags = v->flags;
	cut->dead = NULL;
	cut->split = NULL;
	if (cut->start == v->start && cut->end == v->end) {
		vma_remove(t, v);
		cut->dead = v;
	} else if (cut->start == v->start) {
		move_start(t, v, cut->end);
	} else {
		if (cut->end < v->end) {
			ASSERT(spare);
			vma_split(t, v, spare, cut->end);
			cut->split = spare;
		}
		vma_set_bounds(t, v, v->start, cut->start);
	}
	return true;
}

struct vma *area_astride(struct vma_tree *t, vaddr_t addr)
{
	struct vma *v = vma_find(t, addr);

	return v && v->start < addr ? v : NULL;
}

int area_protect_check(struct vma_tree *t, vaddr_t start, vaddr_t end, u32 access)
{
	const struct vma *v;

	for (v = vma_find(t, start); v && v->start <= start; v = vma_next(v)) {
		u32 may = v->flags / (VM_MAYREAD / VM_READ);

		if (access & ~may & ACCESS_BITS)
			return -EACCES;
		start = v->end;
		if (start >= end)
			return 0;
	}
	return -ENOMEM;
}

bool area_trim(struct vma_tree *t, u32 mask, u32 bits, vaddr_t *start, vaddr_t *end)
{
	const struct vma *v = vma_find(t, *start);

	while (*start < *end && (v->flags & mask) == bits) {
		*start = v->end;
		v = vma_next(v);
	}
	if (*start >= *end)
		return false;
	for (v = vma_find(t, *end - 1); (v->flags & mask) == bits; v = vma_prev(v))
		*end = v->start;
	return true;
}

u32 area_uncounted(struct vma_tree *t, vaddr_t start, vaddr_t end)
{
	u32 pages = 0;

	for (const struct vma *v = vma_find(t, start); v && v->start < end; v = vma_next(v)) {
		if (!(v->flags & VM_ACCT) && area_accountable(v->flags | VM_WRITE))
			pages += (u32)((MIN(v->end, end) - MAX(v->start, start)) >> PAGE_SHIFT);
	}
	return pages;
}

void area_set_access(struct vma_tree *t, vaddr_t start, vaddr_t end, u32 access)
{
	struct vma *v;

	for (v = vma_find(t, start); v && v->start < end; v = vma_next(v)) {
		ASSERT(v->start >= start && v->end <= end);
		vma_set_flags(v, (v->flags & ~ACCESS_BITS) | access);
		if (area_accountable(v->flags))
			vma_set_flags(v, v->flags | VM_ACCT);
	}
}

struct vma *area_mergeable(struct vma_tree *t, vaddr_t start, vaddr_t end)
{
	struct vma *v = vma_find(t, start - 1), *next;

	for (; v && v->end <= end; v = next) {
		next = vma_next(v);
		if (next && next->start == v->end && vma_can_merge(v, next))
			return v;
	}
	return NULL;
}

int area_stack_room(const struct vma *v, vaddr_t start, vaddr_t low, size_t limit)
{
	const struct vma *below = vma_prev(v);

	if (start < low)
		return -EPERM;
	if (v->end - start > limit)
		return -ENOSPC;
	if (below && !(below->flags & VM_GROWSDOWN) && (below->flags & ACCESS_BITS) &&
	    start - below->end < STACK_GUARD_GAP)
		return -ENOMEM;
	return 0;
}
