/* SPDX-License-Identifier: MIT */
/*
 * The buddy against a map with one byte for each frame: what is handed out was free and aligned,
 * nothing is refused that the map has, the smallest block that is large enough is cut, and the
 * lists hold exactly the largest aligned blocks of what is free.
 */
#include "fuzz.h"
#include <octavo/buddy.h>

enum { FRAMES = 1600, BLOCKS = 64, BULK = 24 };

static struct page pages[FRAMES];
static struct buddy b;
static bool is_free[FRAMES];
static pfn_t start, nr;
static struct block {
	pfn_t pfn;
	unsigned order;
} blocks[BLOCKS]; /* what is handed out */
static unsigned nr_blocks;

/* Is the aligned block free as a whole, and inside the zone? */
static bool model_free(pfn_t pfn, unsigned order)
{
	if (pfn < start || pfn + (1u << order) > start + nr)
		return false;
	for (pfn_t i = pfn; i < pfn + (1u << order); i++) {
		if (!is_free[i - start])
			return false;
	}
	return true;
}

/* How many free blocks of this order are not half of a larger one? */
static u32 model_count(unsigned order)
{
	u32 n = 0;
	pfn_t mask = (1u << order) - 1;

	for (pfn_t pfn = (start + mask) & ~mask; pfn < start + nr; pfn += 1u << order) {
		if (!model_free(pfn, order))
			continue;
		n += order == MAX_ORDER || !model_free(pfn & ~(1u << order), order + 1);
	}
	return n;
}

static void model_take(pfn_t pfn, unsigned order)
{
	MUST((pfn & ((1u << order) - 1)) == 0);
	MUST(model_free(pfn, order));
	for (pfn_t i = pfn; i < pfn + (1u << order); i++) {
		is_free[i - start] = false;
		MUST(page_owner(&pages[i - start]) == PAGE_KERNEL);
		MUST((pages[i - start].flags & PAGE_PLACE_MASK) == PAGE_PLACE_MASK);
	}
}

static void compare(void)
{
	u32 free = 0;
	int largest = -1;

	for (pfn_t i = 0; i < nr; i++)
		free += is_free[i];
	MUST(b.nr_free == free);
	for (unsigned o = 0; o <= MAX_ORDER; o++) {
		u32 count = model_count(o);

		MUST(b.nr_blocks[o] == count);
		if (count)
			largest = (int)o;
	}
	MUST(buddy_largest(&b) == largest);
	buddy_check(&b);
}

static void setup(struct input *in)
{
	u16 shape = take_u16(in);

	start = take_u16(in) & 0x1fff;
	nr = 1 + shape % FRAMES;
	nr_blocks = 0;
	memset(is_free, 0, sizeof(is_free));
	for (pfn_t i = 0; i < nr; i++)
		pages[i] = (struct page){.flags = PAGE_PLACE_MASK};
	buddy_init(&b, pages, start, start + nr);
	for (pfn_t at = take_u8(in) & 31; at < nr;) {
		pfn_t end = at + 1 + (take_u16(in) & 1023);

		end = MIN(end, nr);
		for (pfn_t i = at; i < end; i++) {
			pages[i].flags = PAGE_PLACE_MASK | PAGE_FREE;
			is_free[i] = true;
		}
		buddy_free_range(&b, start + at, start + end);
		at = end + 1 + take_u8(in);
	}
}

static void do_alloc(unsigned order)
{
	unsigned from = order;
	struct page *page;

	while (from <= MAX_ORDER && b.nr_blocks[from] == 0)
		from++;
	page = buddy_alloc(&b, order);
	MUST((page == NULL) == (from > MAX_ORDER));
	if (page == NULL)
		return;
	blocks[nr_blocks] = (struct block){start + (pfn_t)(page - pages), order};
	/* The block that was cut lay on the list of order `from`, so it is aligned to that. */
	MUST(model_free(blocks[nr_blocks].pfn & ~((1u << from) - 1), from));
	model_take(blocks[nr_blocks++].pfn, order);
	MUST(order == 0 || ((page->flags & PG_HEAD) && page->private == order));
}

static void do_bulk(unsigned n)
{
	struct page *got[BULK];
	u32 free = b.nr_free;
	unsigned count = buddy_alloc_bulk(&b, n, got, PAGE_PCP);

	MUST(count == MIN(n, free));
	for (unsigned i = 0; i < count; i++) {
		MUST(page_owner(got[i]) == PAGE_PCP);
		page_set_owner(got[i], PAGE_KERNEL);
		blocks[nr_blocks] = (struct block){start + (pfn_t)(got[i] - pages), 0};
		model_take(blocks[nr_blocks++].pfn, 0);
	}
}

/* The lowest, or highest, place for a row of n free frames; BUDDY_NONE */
static pfn_t model_find_run(u32 n, u32 align, bool top)
{
	pfn_t found = BUDDY_NONE;

	for (pfn_t at = (start + align - 1) & ~(align - 1); at + n <= start + nr; at += align) {
		u32 i = 0;

		while (i < n && is_free[at + i - start])
			i++;
		if (i < n)
			continue;
		found = at;
		if (!top)
			break;
	}
	return found;
}

static void do_run(u32 n, u32 align, bool top)
{
	pfn_t at = buddy_find_run(&b, n, align, top);
	u32 longest, row = 0, most = 0;
	pfn_t first = buddy_longest_run(&b, &longest);

	MUST(at == model_find_run(n, align, top));
	for (pfn_t i = 0; i < nr; i++) {
		row = is_free[i] ? row + 1 : 0;
		most = MAX(most, row);
	}
	MUST(longest == most);
	for (u32 i = 0; i < longest; i++)
		MUST(is_free[first + i - start]);
	if (at == BUDDY_NONE)
		return;
	MUST(buddy_take_run(&b, at, n) == &pages[at - start]);
	for (u32 i = 0; i < n; i++) {
		blocks[nr_blocks] = (struct block){at + i, 0};
		model_take(blocks[nr_blocks++].pfn, 0);
	}
}

/* The newest single pages go back together. */
static void do_free_bulk(unsigned n)
{
	struct page *back[BULK];
	unsigned count = 0;

	while (count < n && nr_blocks && blocks[nr_blocks - 1].order == 0) {
		pfn_t pfn = blocks[--nr_blocks].pfn;

		is_free[pfn - start] = true;
		back[count++] = &pages[pfn - start];
	}
	/* Runs upwards are what is joined at once. */
	for (unsigned i = 0; (n & 1) && i < count / 2; i++) {
		struct page *p = back[i];

		back[i] = back[count - 1 - i];
		back[count - 1 - i] = p;
	}
	buddy_free_bulk(&b, back, count);
}

static void do_free(unsigned which)
{
	struct block block = blocks[which];

	blocks[which] = blocks[--nr_blocks];
	buddy_free(&b, block.pfn, block.order);
	for (pfn_t i = block.pfn; i < block.pfn + (1u << block.order); i++)
		is_free[i - start] = true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	setup(&in);
	compare();
	while (in.len) {
		u8 op = take_u8(&in);

		if (op < 128 && nr_blocks < BLOCKS)
			do_alloc(op % (MAX_ORDER + 1));
		else if (op < 144 && nr_blocks + BULK <= BLOCKS)
			do_bulk(op % BULK);
		else if (op < 152 && nr_blocks + BULK <= BLOCKS)
			do_run(1 + take_u8(&in) % BULK, 1u << op % 4, op & 4);
		else if (op < 160)
			do_free_bulk(op % BULK);
		else if (nr_blocks)
			do_free(op % nr_blocks);
		compare();
	}
	while (nr_blocks)
		do_free(nr_blocks - 1);
	compare();
	return 0;
}
