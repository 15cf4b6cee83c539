/* SPDX-License-Identifier: MIT */
/*
 * buddy.c - free areas of a zone, by powers of two (pure).
 *
 *	order 3  |               8               |      a block, and what it is made of:
 *	order 2  |       4       |       4       |      buddies differ in bit `order` of
 *	order 1  |   2   |   2   |   2   |   2   |      their frame number
 *	order 0  | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |
 *
 * Invariants: a free block is on the list of its order and on no other; of two buddies that both
 * lie in the zone not both are free blocks of that order (they would have been joined); nr_free is
 * the sum of all blocks. Only the first page of a block is looked at to find out that it is free.
 * Lock: the zone's, held by the caller.
 */
#include <octavo/env.h>
#include <octavo/buddy.h>

#define STATE_MASK (~PAGE_PLACE_MASK) /* all of flags that is not zone and node */
#define FREE_HEAD  (PG_HEAD | (u32)PAGE_FREE)

static struct page *page_at(const struct buddy *b, pfn_t pfn)
{
	return b->map + (pfn - b->start);
}

static pfn_t frame_of(const struct buddy *b, const struct page *page)
{
	return b->start + (pfn_t)(page - b->map);
}

static void page_set_state(struct page *page, u32 state)
{
	page->flags = (page->flags & PAGE_PLACE_MASK) | state;
}

static bool is_free_block(const struct page *page, unsigned order)
{
	return (page->flags & STATE_MASK) == FREE_HEAD && page->private == order;
}

/* Onto the list; its pages say PAGE_FREE already. The newest comes first: it is in the cache. */
static void block_link(struct buddy *b, struct page *page, unsigned order)
{
	page_set_state(page, FREE_HEAD);
	page->private = order;
	TAILQ_INSERT_HEAD(&b->free[order], page, lru);
	b->nr_blocks[order]++;
}

static void block_unlink(struct buddy *b, struct page *page, unsigned order)
{
	TAILQ_REMOVE(&b->free[order], page, lru);
	b->nr_blocks[order]--;
	page_set_state(page, PAGE_FREE);
}

void buddy_init(struct buddy *b, struct page *map, pfn_t start, pfn_t end)
{
	b->map = map;
	b->start = start;
	b->end = end;
	b->nr_free = 0;
	for (unsigned o = 0; o <= MAX_ORDER; o++) {
		TAILQ_INIT(&b->free[o]);
		b->nr_blocks[o] = 0;
	}
}

void buddy_free(struct buddy *b, pfn_t pfn, unsigned order)
{
	struct page *page = page_at(b, pfn);

	PANIC_ON(order > MAX_ORDER || (pfn & ((1u << order) - 1)) != 0);
	PANIC_ON(pfn < b->start || b->end - pfn < 1u << order);
	for (struct page *p = page; p < page + (1u << order); p++) {
		PANIC_ON(page_owner(p) == PAGE_FREE);
		page_set_state(p, PAGE_FREE);
	}
	b->nr_free += 1u << order;
	for (; order < MAX_ORDER; order++) {
		pfn_t buddy = pfn ^ (1u << order);

		if (buddy < b->start || buddy >= b->end)
			break;
		/* A free block lies in the zone as a whole. */
		if (!is_free_block(page_at(b, buddy), order))
			break;
		block_unlink(b, page_at(b, buddy), order);
		pfn &= ~(1u << order);
	}
	block_link(b, page_at(b, pfn), order);
}

void buddy_free_range(struct buddy *b, pfn_t start, pfn_t end)
{
	PANIC_ON(start < b->start || end > b->end || start > end);
	b->nr_free += end - start;
	while (start < end) {
		unsigned order = start ? (unsigned)__builtin_ctz(start) : MAX_ORDER;
		struct page *page = page_at(b, start);

		order = MIN(order, (unsigned)MAX_ORDER);
		while (end - start < 1u << order)
			order--;
		ASSERT((page->flags & STATE_MASK) == PAGE_FREE);
		page_set_state(page, FREE_HEAD);
		page->private = order;
		TAILQ_INSERT_TAIL(&b->free[order], page, lru);
		b->nr_blocks[order]++;
		start += 1u << order;
	}
}

/* The smallest block of at least `order` leaves its list; *found is its order. */
static struct page *block_take(struct buddy *b, unsigned order, unsigned *found)
{
	for (unsigned o = order; o <= MAX_ORDER; o++) {
		struct page *page = TAILQ_FIRST(&b->free[o]);

		if (page == NULL)
			continue;
		block_unlink(b, page, o);
		*found = o;
		return page;
	}
	return NULL;
}

/* A block of order `from`, off its list, is cut to `to`; the upper halves go back. */
static void block_split(struct buddy *b, struct page *page, unsigned from, unsigned to)
{
	while (from > to) {
		from--;
		block_link(b, page + (1u << from), from);
	}
}

struct page *buddy_alloc(struct buddy *b, unsigned order)
{
	unsigned found;
	struct page *page;

	ASSERT(order <= MAX_ORDER);
	page = block_take(b, order, &found);
	if (page == NULL)
		return NULL;
	block_split(b, page, found, order);
	b->nr_free -= 1u << order;
	if (order == 0) {
		page_set_state(page, PAGE_KERNEL);
		return page;
	}
	page_set_state(page, PG_HEAD | PAGE_KERNEL);
	page->private = order;
	for (struct page *tail = page + 1; tail < page + (1u << order); tail++)
		page_set_state(tail, PG_TAIL | PAGE_KERNEL);
	return page;
}

unsigned buddy_alloc_bulk(struct buddy *b, unsigned n, struct page **pages, enum page_owner owner)
{
	struct page **end = pages + n, **at = end;

	while (at > pages) {
		unsigned order;
		struct page *page = block_take(b, 0, &order), *last;

		if (page == NULL)
			break;
		while ((unsigned)(at - pages) < 1u << order) {
			order--;
			block_link(b, page + (1u << order), order);
		}
		for (last = page + (1u << order); page < last; page++) {
			page_set_state(page, owner);
			*--at = page;
		}
	}
	n = (unsigned)(end - at);
	b->nr_free -= n;
	if (at > pages) {
		for (unsigned i = 0; i < n; i++)
			pages[i] = at[i];
	}
	return n;
}

/* Frames [pfn, pfn + nr), each a single page so far. */
static void free_run(struct buddy *b, pfn_t pfn, unsigned nr)
{
	while (nr > 0) {
		unsigned order = pfn ? (unsigned)__builtin_ctz(pfn) : MAX_ORDER;

		order = MIN(order, 31u - (unsigned)__builtin_clz(nr));
		order = MIN(order, (unsigned)MAX_ORDER);
		buddy_free(b, pfn, order);
		pfn += 1u << order;
		nr -= 1u << order;
	}
}

void buddy_free_bulk(struct buddy *b, struct page **pages, unsigned n)
{
	unsigned i = 0;

	while (i < n) {
		struct page *first = pages[i];
		unsigned nr = 1;

		while (i + nr < n && pages[i + nr] == first + nr)
			nr++;
		free_run(b, frame_of(b, first), nr);
		i += nr;
	}
}

/* --- frames in a row, whatever blocks they make --- */

pfn_t buddy_longest_run(const struct buddy *b, u32 *nr)
{
	pfn_t best = b->start, run = b->start;

	*nr = 0;
	for (pfn_t pfn = b->start; pfn < b->end;) {
		const struct page *page = page_at(b, pfn);

		if ((page->flags & STATE_MASK) != FREE_HEAD) {
			run = ++pfn;
			continue;
		}
		pfn += 1u << page->private;
		if (pfn - run > *nr) {
			*nr = pfn - run;
			best = run;
		}
	}
	return best;
}

pfn_t buddy_find_run(const struct buddy *b, u32 nr, u32 align, bool top)
{
	pfn_t found = BUDDY_NONE, run = b->start;

	ASSERT(nr > 0 && align > 0 && (align & (align - 1)) == 0);
	for (pfn_t pfn = b->start; pfn < b->end;) {
		const struct page *page = page_at(b, pfn);
		pfn_t at;

		if ((page->flags & STATE_MASK) != FREE_HEAD) {
			run = ++pfn;
			continue;
		}
		pfn += 1u << page->private;
		if (pfn - run < nr)
			continue;
		at = top ? (pfn - nr) & ~(align - 1) : (run + align - 1) & ~(align - 1);
		if (at < run || at + nr > pfn)
			continue;
		found = at;
		if (!top)
			break;
	}
	return found;
}

/* The free block that holds the frame. */
static struct page *block_of(const struct buddy *b, pfn_t pfn, unsigned *order)
{
	for (*order = 0; *order <= MAX_ORDER; (*order)++) {
		pfn_t head = pfn & ~((1u << *order) - 1);

		if (head >= b->start && is_free_block(page_at(b, head), *order))
			return page_at(b, head);
	}
	return NULL;
}

struct page *buddy_take_run(struct buddy *b, pfn_t start, u32 nr)
{
	pfn_t end = start + nr, pfn = start;

	while (pfn < end) {
		unsigned order;
		struct page *block = block_of(b, pfn, &order);
		pfn_t head, behind;

		PANIC_ON(block == NULL);
		head = frame_of(b, block);
		behind = head + (1u << order);
		block_unlink(b, block, order);
		b->nr_free -= 1u << order;
		buddy_free_range(b, head, pfn);
		if (behind > end)
			buddy_free_range(b, end, behind);
		pfn = behind;
	}
	for (pfn = start; pfn < end; pfn++)
		page_set_state(page_at(b, pfn), PAGE_KERNEL);
	return page_at(b, start);
}

int buddy_largest(const struct buddy *b)
{
	int order = MAX_ORDER;

	while (order >= 0 && b->nr_blocks[order] == 0)
		order--;
	return order;
}

void buddy_check(const struct buddy *b)
{
	u32 pages = 0;

	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		u32 blocks = 0;
		struct page *page;

		TAILQ_FOREACH(page, &b->free[order], lru) {
			pfn_t pfn = frame_of(b, page);
			pfn_t buddy = pfn ^ (1u << order);

			PANIC_ON(pfn < b->start || pfn >= b->end || b->end - pfn < 1u << order);
			PANIC_ON(pfn & ((1u << order) - 1));
			PANIC_ON(!is_free_block(page, order));
			PANIC_ON(order < MAX_ORDER && buddy >= b->start && buddy < b->end &&
				 is_free_block(page_at(b, buddy), order));
			PANIC_ON(++blocks > b->nr_blocks[order]);
			for (unsigned i = 1; i < 1u << order; i++)
				PANIC_ON((page[i].flags & STATE_MASK) != PAGE_FREE);
		}
		PANIC_ON(blocks != b->nr_blocks[order]);
		pages += blocks << order;
	}
	PANIC_ON(pages != b->nr_free);
}
