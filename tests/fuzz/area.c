/* SPDX-License-Identifier: MIT */
/*
 * Any sequence of mmap, munmap, mprotect, stack growth and first pages on the tree of areas, beside an
 * array that says for each page what is mapped there. After each step both tell the same, the tree is
 * sound, no two neighbours could be one, each object has as many references as areas, and each area has
 * the region that every page in it was made in.
 */
#include "fuzz.h"
#include <octavo/area.h>
#include <uapi/octavo/mman.h>

#define LOW     0x10000u
#define PAGES   1024u /* four guard gaps */
#define HIGH    (LOW + PAGES * PAGE_SIZE)
#define BASE    (HIGH - 64 * PAGE_SIZE)
#define OBJECTS 3
#define MAY     (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)

struct model_page {
	u32 flags; /* 0: nothing is mapped */
	u32 pgoff;
	void *object;
	struct anon_region *anon; /* NULL: not touched */
};

static struct vma_tree tree;
static struct model_page model[PAGES];
static struct area_window window = {LOW, BASE, HIGH};
static int objects[OBJECTS]; /* references */
static long nr_nodes;        /* struct vma that the tree has */
static uintptr_t nr_regions; /* made so far */

static struct vma *node_new(void)
{
	nr_nodes++;
	return malloc(sizeof(struct vma));
}

static void node_free(struct vma *v)
{
	nr_nodes--;
	free(v);
}

static void reference(void *object, int n)
{
	if (object)
		*(int *)object += n;
}

static u32 page_of(vaddr_t va)
{
	return (u32)((va - LOW) / PAGE_SIZE);
}

static vaddr_t address_of(u32 page)
{
	return LOW + (vaddr_t)page * PAGE_SIZE;
}

/* --- the naive side --- */

static bool model_free(vaddr_t start, vaddr_t end)
{
	u32 page = page_of(start), gap = STACK_GUARD_GAP / PAGE_SIZE;

	for (; page < page_of(end); page++) {
		if (model[page].flags)
			return false;
	}
	for (u32 i = page; i < PAGES && i < page + gap; i++) {
		if (model[i].flags)
			return !(model[i].flags & VM_GROWSDOWN);
	}
	return true;
}

static int model_choose(vaddr_t addr, size_t len, u32 flags, vaddr_t *where)
{
	vaddr_t start;

	if (len > HIGH - LOW)
		return -ENOMEM;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (addr > HIGH - len)
			return -ENOMEM;
		if (addr % PAGE_SIZE)
			return -EINVAL;
		if (addr < LOW)
			return -EPERM;
		for (start = addr; (flags & MAP_FIXED_NOREPLACE) && start < addr + len;
		     start += PAGE_SIZE) {
			if (model[page_of(start)].flags)
				return -EEXIST;
		}
		*where = addr;
		return 0;
	}
	addr -= addr % PAGE_SIZE;
	if (addr && addr < LOW)
		addr = LOW;
	if (addr && addr <= HIGH - len && model_free(addr, addr + len)) {
		*where = addr;
		return 0;
	}
	for (start = BASE; start >= LOW + len; start -= PAGE_SIZE) {
		if (model_free(start - len, start)) {
			*where = start - len;
			return 0;
		}
	}
	for (start = ALIGN_UP(HIGH / 3, PAGE_SIZE); start + len <= HIGH; start += PAGE_SIZE) {
		if (model_free(start, start + len)) {
			*where = start;
			return 0;
		}
	}
	return -ENOMEM;
}

static void model_set(vaddr_t start, vaddr_t end, struct model_page what)
{
	for (u32 page = page_of(start); page < page_of(end); page++) {
		model[page] = what;
		if (what.object)
			what.pgoff++;
		else
			model[page].pgoff = what.flags ? (LOW >> PAGE_SHIFT) + page : 0;
	}
}

static int model_protect(vaddr_t start, vaddr_t end, u32 access, bool *same)
{
	*same = true;
	for (u32 page = page_of(start); page < page_of(end); page++) {
		u32 flags = model[page].flags;

		if (!flags)
			return -ENOMEM;
		if (access & ~(flags >> 4) & 7)
			return -EACCES;
		*same = *same && (flags & 7) == access;
	}
	return 0;
}

/* v has taken in what has the region r: it may have none itself, or the same. */
static void adopt(struct vma *v, struct anon_region *r)
{
	MUST(!r || !v->anon || v->anon == r);
	if (r)
		v->anon = r;
}

/* --- the other side: what mmap.c and mprotect.c do around area.c --- */

static void real_unmap(vaddr_t start, vaddr_t end)
{
	struct vma *spare = area_needs_spare(&tree, start, end) ? node_new() : NULL;
	vaddr_t last = start;
	struct area_cut cut;

	while (area_take(&tree, start, end, spare, &cut)) {
		MUST(cut.start >= last && cut.start < cut.end && cut.end <= end);
		last = cut.end;
		if (cut.split)
			reference(cut.split->object, 1);
		if (cut.dead) {
			reference(cut.dead->object, -1);
			node_free(cut.dead);
		}
	}
}

static void real_map(const struct vma *new)
{
	struct vma *node = area_extends(&tree, new) ? NULL : node_new();
	struct vma *dead, *v;

	v = area_add(&tree, new, node, &dead);
	MUST(v->start <= new->start && v->end >= new->end);
	MUST((v == node) == (node != NULL));
	if (v == node)
		reference(new->object, 1);
	if (dead) {
		adopt(v, dead->anon);
		reference(dead->object, -1);
		node_free(dead);
	}
}

static void cut(vaddr_t at)
{
	struct vma *v = area_astride(&tree, at), *upper;

	if (!v)
		return;
	upper = node_new();
	vma_split(&tree, v, upper, at);
	reference(upper->object, 1);
}

static void real_protect(vaddr_t start, vaddr_t end, u32 access)
{
	struct vma *v, *dead;

	cut(start);
	cut(end);
	area_set_access(&tree, start, end, access);
	while ((v = area_mergeable(&tree, start, end)) != NULL) {
		dead = vma_merge_next(&tree, v);
		adopt(v, dead->anon);
		reference(dead->object, -1);
		node_free(dead);
	}
}

/* --- one step of each kind --- */

static void step_map(struct input *in)
{
	static const u32 how[] = {0, 0, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE};
	u32 flags = how[take_u8(in) % ARRAY_SIZE(how)];
	u8 kind = take_u8(in);
	vaddr_t addr = kind & 1 ? 0 : address_of(take_u16(in) % (PAGES + 8)) - 4 * PAGE_SIZE;
	size_t len = 1 + take_u16(in) % (kind & 2 ? 8 * PAGE_SIZE : 400 * PAGE_SIZE);
	struct model_page what = {.flags = MAY | (kind >> 2 & 7)};
	struct vma new = {.start = 0};
	vaddr_t model_where = 0;
	int err;

	if ((kind & 0xe0) == 0xe0)
		addr += kind & 0x1f;
	if (kind & 0x20)
		what.flags |= VM_GROWSDOWN;
	if (kind & 0x40) {
		what.object = &objects[kind % OBJECTS];
		what.pgoff = take_u8(in) % 4;
		what.flags |= VM_SHARED;
	}
	err = area_choose(&tree, &window, addr, len, flags, &new.start);
	MUST(err == model_choose(addr, len, flags, &model_where));
	if (err != 0)
		return;
	MUST(new.start == model_where);
	new.end = new.start + ALIGN_UP(len, PAGE_SIZE);
	new.flags = what.flags;
	new.object = what.object;
	new.pgoff = what.object ? what.pgoff : (u32)(new.start >> PAGE_SHIFT);
	real_unmap(new.start, new.end);
	real_map(&new);
	model_set(new.start, new.end, what);
}

static bool take_range(struct input *in, vaddr_t *start, vaddr_t *end)
{
	u32 first = take_u16(in) % PAGES, last = first + 1 + take_u8(in);

	*start = address_of(first);
	*end = address_of(MIN(last, PAGES));
	return *start < *end;
}

static void step_unmap(struct input *in)
{
	vaddr_t start, end;

	if (take_range(in, &start, &end)) {
		real_unmap(start, end);
		model_set(start, end, (struct model_page){0});
	}
}

static void step_protect(struct input *in)
{
	u32 access = take_u8(in) & 7;
	vaddr_t start, end, first, last;
	bool model_same;
	int err;

	if (!take_range(in, &start, &end))
		return;
	err = area_protect_check(&tree, start, end, access);
	MUST(err == model_protect(start, end, access, &model_same));
	if (err != 0)
		return;
	first = start;
	last = end;
	MUST(area_trim(&tree, 7, access, &first, &last) == !model_same);
	if (model_same)
		return;
	for (u32 page = page_of(start); page < page_of(first); page++)
		MUST((model[page].flags & 7) == access);
	MUST((model[page_of(first)].flags & 7) != access);
	MUST((model[page_of(last) - 1].flags & 7) != access);
	for (u32 page = page_of(last); page < page_of(end); page++)
		MUST((model[page].flags & 7) == access);
	real_protect(first, last, access);
	for (u32 page = page_of(first); page < page_of(last); page++) {
		u32 *flags = &model[page].flags;

		*flags = (*flags & ~7u) | access;
		if ((*flags & VM_WRITE) && !(*flags & VM_SHARED))
			*flags |= VM_ACCT;
	}
}

/* A first write to a page: one of a neighbour's region, or of a new one. */
static void step_touch(struct input *in)
{
	vaddr_t va = address_of(take_u16(in) % PAGES);
	struct vma *v = vma_find(&tree, va);

	if (!v || v->start > va || v->object)
		return;
	if (!v->anon)
		v->anon = vma_near_region(v);
	if (!v->anon)
		v->anon = (void *)(++nr_regions * 16);
	model[page_of(va)].anon = v->anon;
}

/* A fault below an area that grows down. */
static void step_stack(struct input *in)
{
	vaddr_t start = address_of(take_u16(in) % PAGES);
	struct vma *v = vma_find(&tree, start);
	u32 below = page_of(start), gap = STACK_GUARD_GAP / PAGE_SIZE;
	size_t limit = 700 * PAGE_SIZE;
	int err = 0;

	if (!v || v->start <= start || !(v->flags & VM_GROWSDOWN))
		return;
	if (v->end - start > limit)
		err = -ENOSPC;
	for (u32 i = 0; err == 0 && i < gap && below-- > 0;) {
		i++;
		if (!model[below].flags)
			continue;
		if (!(model[below].flags & VM_GROWSDOWN) && (model[below].flags & 7))
			err = -ENOMEM;
		break;
	}
	MUST(area_stack_room(v, start, LOW, limit) == err);
	if (err != 0 || v->object)
		return;
	model_set(start, v->start, (struct model_page){.flags = v->flags});
	v->pgoff -= (u32)((v->start - start) >> PAGE_SHIFT);
	vma_set_bounds(&tree, v, start, v->end);
}

static void compare(void)
{
	const struct vma *v, *last = NULL;
	int refs[OBJECTS] = {0};
	u32 page = 0;
	long nr = 0;

	vma_check(&tree);
	for (v = vma_first(&tree); v; last = v, v = vma_next(v)) {
		for (; page < page_of(v->start); page++)
			MUST(model[page].flags == 0);
		for (; page < page_of(v->end); page++) {
			MUST(model[page].flags == v->flags && model[page].object == v->object);
			MUST(model[page].pgoff == v->pgoff + page - page_of(v->start));
			MUST(!model[page].anon || model[page].anon == v->anon);
		}
		MUST(vma_prev(v) == last);
		if (v->object)
			refs[(int *)v->object - objects]++;
		nr++;
	}
	for (; page < PAGES; page++)
		MUST(model[page].flags == 0);
	MUST(nr == nr_nodes && tree.nr == (u32)nr);
	for (unsigned i = 0; i < OBJECTS; i++)
		MUST(refs[i] == objects[i]);
}

static void no_neighbours_to_merge(void)
{
	for (const struct vma *v = vma_first(&tree); v && vma_next(v); v = vma_next(v))
		MUST(v->end != vma_next(v)->start || !vma_can_merge(v, vma_next(v)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	bool grown = false;

	vma_tree_init(&tree);
	memset(model, 0, sizeof(model));
	memset(objects, 0, sizeof(objects));
	nr_regions = 0;
	while (in.len > 0) {
		u8 op = take_u8(&in) % 10;

		if (op < 3)
			step_map(&in);
		else if (op < 5)
			step_unmap(&in);
		else if (op < 7)
			step_protect(&in);
		else if (op < 8)
			step_stack(&in);
		else
			step_touch(&in);
		compare();
		/* Growth may make two areas touch, and they stay two. */
		grown |= op == 7;
		if (!grown)
			no_neighbours_to_merge();
	}
	real_unmap(LOW, HIGH);
	MUST(nr_nodes == 0 && vma_first(&tree) == NULL);
	return 0;
}
