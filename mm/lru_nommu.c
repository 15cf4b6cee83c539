/* SPDX-License-Identifier: MIT */
/*
 * lru_nommu.c - no LRU lists: without an MMU no page can be taken from a program, and files have their
 * pages in memory alone.
 */
#include <octavo/lru.h>
#include <octavo/zone.h>

void lru_init(struct lru *lru)
{
	(void)lru;
}

void lru_add(struct page *page, u32 bits)
{
	(void)page;
	(void)bits;
}

void lru_drain(struct zone *z, struct percpu_pages *pcp)
{
	(void)z;
	(void)pcp;
}

void lru_del_bulk(struct zone *z, struct page **pages, unsigned n)
{
	(void)z;
	(void)pages;
	(void)n;
}

void page_accessed(struct page *page)
{
	(void)page;
}

void lru_counts_add(struct zone *z, struct lru_counts *c)
{
	const struct page *page = z->buddy.map;

	for (; page < z->buddy.map + (z->buddy.end - z->buddy.start); page++)
		c->unevictable += page_owner(page) == PAGE_FILE;
}

void lru_audit_page(struct audit *a, const struct page *page, enum page_owner owner, bool listed,
		    u32 locks)
{
	(void)owner;
	(void)a;
	(void)page;
	(void)listed;
	(void)locks;
}
