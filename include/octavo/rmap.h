/* SPDX-License-Identifier: MIT */
/*
 * rmap.h - reverse mapping: from a page to the page-table entries that map it.
 *
 * Object-based: no page keeps a list of its entries. A page names an object (page->mapping) and its
 * place there (page->index); the object lists the areas that may map it, and an area's bounds say at
 * which address:
 *
 *	file's page	 -> address_space -> i_mmap: area [pgoff, ...) of mm A, area of mm B ..., a tree
 *						     by the pages that they may map
 *	anonymous page	 -> anon_region   -> areas:  the area that it was made in, those that were cut
 *						     off that one, moved from it, or forked from it
 *
 * Another scheme (lists of entries for each page) stands behind the same calls: it is told of every entry
 * that comes or goes by the page tables (rmap_entry.h), and whoever looks for entries asks rmap_walk().
 *
 * Where an area shows a file's pages in another order (VM_NONLINEAR), its bounds say nothing: it is listed
 * for all pages, and each of its entries is looked at.
 *
 * An area is listed before it has an entry, and leaves when it has none. Who holds mmap_sem for
 * writing may for a moment have entries outside of the area's bounds, which he takes away.
 * Locks: i_mmap_lock or the region's lock (in this order) for the lists; an area's bounds, its own
 * mm's page_table_lock. An mm lives as long as an area of it is listed.
 *
 * Who goes from a page to its region says so before he looks whether the page is mapped: if it is, an
 * area that is listed has a reference to the region, which is not freed before he has one of his own,
 * or has seen that there is none. Whoever gives up the last reference waits for those who are on their
 * way; nothing else is shared by processes that come and go.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/page.h>
#include <octavo/rwsem.h>
#include <octavo/vma.h>

struct audit;

struct anon_region {
	struct rwsem lock;
	struct vma_list areas; /* [lock] */
	atomic_t refs;         /* areas, and who walks */
	u32 seen;              /* areas that the audit found; while it runs */
};

/* page_anon_region - of an anonymous page. => it stays while the page is mapped: who may not count on
 * that is rmap_walk() */
static inline struct anon_region *page_anon_region(const struct page *page)
{
	return page->mapping;
}

/* --- areas --- */
/* rmap_prepare - an area that is about to have a page of its own gets a region, a neighbour's if they
 * could be one area. => 0 or -ENOMEM; mmap_sem; sleeps */
int rmap_prepare_slow(struct vma *v);
static inline int rmap_prepare(struct vma *v)
{
	return likely(arch_read_once(&v->anon) != NULL) ? 0 : rmap_prepare_slow(v);
}
/* rmap_link - area v, in the tree of its mm, is found from its object and region from now on; `after`
 * (or NULL) is the area whose entries it was or will be copied from. => sleeps; no spinlock held */
void rmap_link(struct vma *v, struct vma *after);
/* rmap_unlink - and no longer; its region's reference goes. => as rmap_link() */
void rmap_unlink(struct vma *v);
/* rmap_join - v has grown, by taking in an area of the region `region`, or NULL, which becomes v's, if v
 * has none. What was an area before is listed until then. => mmap_sem write; sleeps */
void rmap_join(struct vma *v, struct anon_region *region);
/* rmap_nonlinear - v, which maps a file, becomes VM_NONLINEAR, if it is not. => mmap_sem write; sleeps */
void rmap_nonlinear(struct vma *v);
/* rmap_lock - nobody walks to v's entries until rmap_unlock(). => v does not change; sleeps */
void rmap_lock(const struct vma *v) __acquires(v) __acquires(v->anon);
void rmap_unlock(const struct vma *v) __releases(v) __releases(v->anon);
/* rmap_insert - rmap_link() for who has done rmap_lock(after) */
void rmap_insert(struct vma *v, struct vma *after);

/* --- regions --- */
void anon_region_put(struct anon_region *region);

/* --- from a page to its entries --- */
/* Called for each entry: v maps the page at va. PTL of v->mm. => false: enough */
typedef bool (*rmap_visit)(struct page *page, struct vma *v, vaddr_t va, void *arg);
/* rmap_walk - visit every entry that maps the page. The caller has a reference to it, and to the file
 * if it is one's. => false: a visit said so; sleeps; no spinlock held */
bool rmap_walk(struct page *page, rmap_visit visit, void *arg);
/* rmap_unmap - take away every entry; private memory is lost by it. => how many; as rmap_walk()
 * All pages of a part of a file at once: filemap_unmap(). */
u32 rmap_unmap(struct page *page);
/* rmap_referenced - through how many entries it was accessed since the last time. => as rmap_walk() */
u32 rmap_referenced(struct page *page);
/* rmap_init - at boot, before the first area */
void rmap_init(void);

/* --- for the audit: every area is begun with, then said once; then every area's lists are looked at --- */
void rmap_audit_begin(struct vma *v);
void rmap_audit_area(struct vma *v);
void rmap_audit_lists(struct audit *a, const struct vma *v);
/* rmap_audit_entry - does the walk from this frame come to v at va? */
void rmap_audit_entry(struct audit *a, const struct vma *v, vaddr_t va, pfn_t pfn);
