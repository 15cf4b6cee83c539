/* SPDX-License-Identifier: MIT */
/* run.h - page frames in a row, for what has no page tables to make them look so. */
#pragma once

#include <octavo/gfp.h>
#include <octavo/page.h>

/* run_alloc - nr_pages single pages in a row, not cleared, owned by `owner`, aligned to the power of two
 * that nr_pages, or align_pages, needs. => NULL and a why-line; sleeps */
struct page *run_alloc(gfp_t gfp, u32 nr_pages, u32 align_pages, enum page_owner owner);
/* run_free - single pages in a row, each with refcount 1; nr may be 0. */
void run_free(struct page *page, u32 nr_pages);
/* run_block - nr_pages rounded up to a power of two: what the allocator begins with. */
u32 run_block(u32 nr_pages);
/* run_init - runs=blocks or runs=ends. => boot, after the first runs; they may be of another policy */
void run_init(void);
/* run_text - /proc/fragmentation: the longest row of free frames of each zone, and the part of them that
 * is of no use for a block of each order */
struct text;
void run_text(struct text *t);
