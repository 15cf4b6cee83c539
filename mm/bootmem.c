/* SPDX-License-Identifier: MIT */
/*
 * bootmem.c - the allocator before there is one (pure).
 *
 *	RAM	|--------------------------------------|        |-----------|
 *	free	   |----|              |---------------|        |-----------|
 *	reserved|--|    |--------------|
 *
 * Invariants: each list is sorted, and its ranges neither meet nor touch; no byte is in both lists;
 * together they are the RAM that bootmem_init() was told of. Reserving and freeing move what they
 * name from one list to the other. There is one CPU, so there is no lock.
 */
#include <octavo/env.h>
#include <octavo/bootmem.h>

struct range_list {
	unsigned *nr;
	struct phys_range *range; /* BOOTMEM_MAX_RANGES of them */
};

static struct range_list free_list(struct bootmem *b)
{
	return (struct range_list){&b->nr_free, b->free};
}

static struct range_list reserved_list(struct bootmem *b)
{
	return (struct range_list){&b->nr_reserved, b->reserved};
}

static void list_insert(struct range_list l, unsigned at, paddr_t start, paddr_t end)
{
	for (unsigned i = *l.nr; i > at; i--)
		l.range[i] = l.range[i - 1];
	l.range[at] = (struct phys_range){start, end};
	++*l.nr;
}

static void list_delete(struct range_list l, unsigned at)
{
	--*l.nr;
	for (unsigned i = at; i < *l.nr; i++)
		l.range[i] = l.range[i + 1];
}

/* [start, end) meets nothing in the list: it joins its neighbours, or is a range of its own. */
static void list_add(struct range_list l, paddr_t start, paddr_t end)
{
	unsigned at = 0;
	bool before, after;

	while (at < *l.nr && l.range[at].end < start)
		at++;
	before = at < *l.nr && l.range[at].end == start;
	after = at + before < *l.nr && l.range[at + before].start == end;
	if (before && after) {
		l.range[at].end = l.range[at + 1].end;
		list_delete(l, at + 1);
	} else if (before) {
		l.range[at].end = end;
	} else if (after) {
		l.range[at].start = start;
	} else {
		list_insert(l, at, start, end);
	}
}

/* [start, end) lies inside range `at`. */
static void list_cut(struct range_list l, unsigned at, paddr_t start, paddr_t end)
{
	struct phys_range *r = &l.range[at];

	if (r->start == start && r->end == end) {
		list_delete(l, at);
	} else if (r->start == start) {
		r->start = end;
	} else if (r->end == end) {
		r->end = start;
	} else {
		list_insert(l, at + 1, end, r->end);
		l.range[at].end = start;
	}
}

/* Have both lists room for moving [start, end)? One piece for each range that it meets goes over,
 * and one that contains it is cut in two. */
static bool list_move_fits(struct range_list from, struct range_list to, paddr_t start, paddr_t end)
{
	unsigned pieces = 0;
	bool cut = false;

	for (unsigned i = 0; i < *from.nr; i++) {
		const struct phys_range *r = &from.range[i];

		pieces += r->start < end && r->end > start;
		cut |= r->start < start && r->end > end;
	}
	return *to.nr + pieces <= BOOTMEM_MAX_RANGES && *from.nr + cut <= BOOTMEM_MAX_RANGES;
}

static int list_move(struct range_list from, struct range_list to, paddr_t start, paddr_t end)
{
	unsigned i = 0;

	if (start >= end)
		return 0;
	if (!list_move_fits(from, to, start, end))
		return -ENOMEM;
	while (i < *from.nr) {
		paddr_t piece_start = MAX(from.range[i].start, start);
		paddr_t piece_end = MIN(from.range[i].end, end);
		unsigned nr = *from.nr;

		if (piece_start < piece_end) {
			list_cut(from, i, piece_start, piece_end);
			list_add(to, piece_start, piece_end);
		}
		if (*from.nr >= nr)
			i++;
	}
	return 0;
}

void bootmem_init(struct bootmem *b, const struct phys_range *ranges, unsigned nr)
{
	b->nr_free = 0;
	b->nr_reserved = 0;
	for (unsigned i = 0; i < nr; i++) {
		if (ranges[i].start < ranges[i].end)
			list_add(free_list(b), ranges[i].start, ranges[i].end);
	}
	CHECK(bootmem_check(b));
}

int bootmem_reserve(struct bootmem *b, paddr_t start, paddr_t end)
{
	int err = list_move(free_list(b), reserved_list(b), start, end);

	CHECK(bootmem_check(b));
	return err;
}

int bootmem_free(struct bootmem *b, paddr_t start, paddr_t end)
{
	int err;

	if (start > (paddr_t)PAGE_MASK)
		return 0;
	err = list_move(reserved_list(b), free_list(b), ALIGN_UP(start, PAGE_SIZE),
			ALIGN_DOWN(end, PAGE_SIZE));
	CHECK(bootmem_check(b));
	return err;
}

paddr_t bootmem_alloc(struct bootmem *b, u32 size, u32 align, paddr_t low, paddr_t high)
{
	ASSERT(size > 0 && align > 0 && (align & (align - 1)) == 0);
	for (unsigned i = 0; i < b->nr_free; i++) {
		/* Address 0 means "none": it is not handed out. */
		paddr_t from = MAX(MAX(b->free[i].start, low), 1u);
		paddr_t to = MIN(b->free[i].end, high);
		paddr_t start = ALIGN_UP(from, align);

		if (start < from || start >= to || to - start < size)
			continue;
		if (bootmem_reserve(b, start, start + size) == 0)
			return start;
	}
	return 0;
}

static void list_check(const struct phys_range *r, unsigned nr)
{
	PANIC_ON(nr > BOOTMEM_MAX_RANGES);
	for (unsigned i = 0; i < nr; i++) {
		PANIC_ON(r[i].start >= r[i].end);
		PANIC_ON(i > 0 && r[i - 1].end >= r[i].start);
	}
}

void bootmem_check(const struct bootmem *b)
{
	unsigned f = 0, r = 0;

	list_check(b->free, b->nr_free);
	list_check(b->reserved, b->nr_reserved);
	while (f < b->nr_free && r < b->nr_reserved) {
		if (b->free[f].end <= b->reserved[r].start) {
			f++;
		} else {
			PANIC_ON(b->reserved[r].end > b->free[f].start);
			r++;
		}
	}
}
