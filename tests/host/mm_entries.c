/* SPDX-License-Identifier: MIT */
/*
 * mm_entries.c - reverse mapping by lists of entries, beside the kernel's own by objects.
 *
 *	frame -> entry (address space, va) -> entry -> ...
 *
 * A list is built one entry at a time, by what the page tables tell (rmap_entry.h): it is told of no area and
 * no object, so it knows of pages in any order, too. shows: wli-5
 */
#include "mm_machine.h"
#include <octavo/env.h>
#include <octavo/mm_user.h>
#include <octavo/rmap.h>
#include <octavo/rmap_entry.h>

struct entry {
	LIST_ENTRY(entry) link;
	const struct pmap *pmap;
	vaddr_t va;
	bool walked;
};

static LIST_HEAD(entry_list, entry) * frames; /* one for each */

static struct entry *find(pfn_t pfn, const struct pmap *pmap, vaddr_t va)
{
	struct entry *e;

	LIST_FOREACH(e, &frames[pfn], link) {
		if (e->pmap == pmap && e->va == va)
			return e;
	}
	return NULL;
}

void rmap_entry_add(const struct pmap *pmap, vaddr_t va, pfn_t pfn)
{
	struct entry *e = malloc(sizeof(*e));

	if (!frames)
		frames = calloc(max_pfn, sizeof(*frames));
	PANIC_ON(find(pfn, pmap, va) != NULL);
	*e = (struct entry){.pmap = pmap, .va = va};
	LIST_INSERT_HEAD(&frames[pfn], e, link);
}

void rmap_entry_remove(const struct pmap *pmap, vaddr_t va, pfn_t pfn)
{
	struct entry *e = frames ? find(pfn, pmap, va) : NULL;

	PANIC_ON(e == NULL);
	LIST_REMOVE(e, link);
	free(e);
}

static bool walked(struct page *page, struct vma *v, vaddr_t va, void *arg)
{
	struct entry *e = find(page_to_pfn(page), &v->mm->pmap, va);
	u32 *nr = arg;

	PANIC_ON(e == NULL || e->walked);
	e->walked = true;
	*nr += 1;
	return true;
}

void machine_compare_entries(pfn_t pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct entry *e;
	u32 listed = 0, found = 0;

	if (frames) {
		LIST_FOREACH(e, &frames[pfn], link)
			listed++;
	}
	PANIC_ON(listed != (u32)atomic_read(&page->mapcount));
	if (listed == 0)
		return;
	PANIC_ON(!rmap_walk(page, walked, &found));
	PANIC_ON(found != listed);
	LIST_FOREACH(e, &frames[pfn], link)
		e->walked = false;
}
