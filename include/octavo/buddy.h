/* SPDX-License-Identifier: MIT */
/*
 * buddy.h - free areas of a zone by powers of two (pure).
 *
 * A block of order o starts at a page frame number that is a multiple of 2^o; its buddy is the
 * block whose number differs in bit o. Freeing joins buddies, allocating splits: an octavo is a
 * sheet folded three times. The caller holds the zone's lock.
 *
 * Every page of a free block says PAGE_FREE; its first one says PG_HEAD too, and its order in
 * `private`. An allocated block of order > 0 has PG_HEAD and `private` likewise, PG_TAIL after it.
 */
#pragma once

#include <octavo/config.h>
#include <octavo/page.h>

struct buddy {
	struct page *map;                     /* struct page of frame `start` */
	pfn_t start, end;                     /* frames [start, end) */
	u32 nr_free;                          /* pages */
	struct page_list free[MAX_ORDER + 1]; /* heads of free blocks, by order; last freed first */
	u32 nr_blocks[MAX_ORDER + 1];         /* blocks in each list */
};

/* buddy_init - no block is free. */
void buddy_init(struct buddy *b, struct page *map, pfn_t start, pfn_t end);
/* buddy_free - give the block that starts at frame pfn back; joins. => not free already (panics) */
void buddy_free(struct buddy *b, pfn_t pfn, unsigned order);
/* buddy_free_range - boot: frames [start, end) become free, in the largest blocks that fit;
 * touches the head of each block only. => all of them say PAGE_FREE already, and no PG_* bit;
 * the frames before and behind are not free */
void buddy_free_range(struct buddy *b, pfn_t start, pfn_t end);
/* buddy_alloc - => the first page of a block of 2^order pages, or NULL. Splits from the smallest
 * block that is large enough. The pages leave with owner PAGE_KERNEL, and refcount 0. */
struct page *buddy_alloc(struct buddy *b, unsigned order);
/* buddy_alloc_bulk - up to n single pages into pages[], from the smallest blocks; within a block the
 * lowest one last, since a hot list is taken from the end. They leave with `owner`. => how many */
unsigned buddy_alloc_bulk(struct buddy *b, unsigned n, struct page **pages, enum page_owner owner);
/* buddy_free_bulk - n single pages; neighbours in pages[] that lie together go back as blocks. */
void buddy_free_bulk(struct buddy *b, struct page **pages, unsigned n);
/* Rows of free frames, whatever blocks they are made of. These look at each frame of the zone, or block.
 * buddy_longest_run - => its first frame, and how many. buddy_find_run - the lowest nr of them that begin
 * at a multiple of `align`, a power of two; top: the highest. => BUDDY_NONE: there are none.
 * buddy_take_run - frames [start, start + nr), which are free, leave as single pages, owner PAGE_KERNEL */
#define BUDDY_NONE (~(pfn_t)0)
pfn_t buddy_longest_run(const struct buddy *b, u32 *nr);
pfn_t buddy_find_run(const struct buddy *b, u32 nr, u32 align, bool top);
struct page *buddy_take_run(struct buddy *b, pfn_t start, u32 nr);
/* buddy_largest - order of the largest free block, -1 if there is none */
int buddy_largest(const struct buddy *b);
/* buddy_check - panics when lists, counts and flags disagree. */
void buddy_check(const struct buddy *b);
