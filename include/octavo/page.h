/* SPDX-License-Identifier: MIT */
/*
 * page.h - struct page: one for each page frame, exactly 32 bytes.
 *
 *	owner        mapping             index              private         lru
 *	free (buddy) -                   -                  order           free list
 *	per-CPU hot  -                   -                  -               hot list
 *	slab         struct slab_cache   objects in use     first free      cache's lists
 *	anon         anon_region, and    page of the object -               (LRU later)
 *	             PAGE_MAPPING_SHARED
 *	file         struct address_space  page of the file -               -
 *	page table   struct pmap         which table        -               pmap's list
 *	vmalloc      struct vm_area      page of the area   -               -
 *	kmalloc big  -                   -                  order           kmalloc_big list
 *
 * Legend: [a] atomic, [z] zone lock, [own] the owner's lock.
 */
#pragma once

#include <octavo/types.h>
#include <arch/atomic.h>
#include <sys/queue.h>

/* Who owns the frame: the low four bits of flags; changed only by zone.c and the owner. */
enum page_owner {
	PAGE_RESERVED, /* kernel image, mem_map, holes, boot-time tables: never freed */
	PAGE_FREE,     /* in a buddy free list (head of a block), or inside such a block */
	PAGE_PCP,      /* on a per-CPU hot list */
	PAGE_KERNEL,   /* allocated, owner not yet said (short while) or by alloc_pages() itself */
	PAGE_SLAB,
	PAGE_KMALLOC, /* a big kmalloc */
	PAGE_VMALLOC,
	PAGE_PGTABLE,
	PAGE_ANON, /* private or shared anonymous user memory */
	PAGE_FILE, /* in the page cache: a file's contents */
	PAGE_RUN,  /* no-MMU: part of a program's contiguous run */
	PAGE_PIPE,
	NR_PAGE_OWNERS
};
#define PAGE_OWNER_MASK 0xfu
#define PG_HEAD         0x10u /* first page of an allocated block of order > 0; private = order */
#define PG_TAIL         0x20u /* a later page of such a block */
#define PG_ZERO         0x40u /* the shared zero page */
#define PAGE_ZONE_SHIFT 28    /* zone index in the top bits: 2 bits zone, 2 bits node */
#define PAGE_NODE_SHIFT 30
#define PAGE_PLACE_MASK 0xf0000000u /* zone and node */

#define PAGE_MAPPING_SHARED 1u /* in `mapping` of an anonymous page: a shared object has it */

struct page {
	u32 flags;             /* owner, PG_* [own]; zone and node [I] */
	atomic_t refcount;     /* 0 when free [a] */
	atomic_t mapcount;     /* user page-table entries that map it [a] */
	void *mapping;         /* see above [own] */
	u32 index;             /* [own] */
	u32 private;           /* [own] */
	TAILQ_ENTRY(page) lru; /* [own] or [z] */
};
_Static_assert(sizeof(struct page) == 32 || sizeof(void *) == 8, "32 bytes but on a 64-bit host");
TAILQ_HEAD(page_list, page);

static inline enum page_owner page_owner(const struct page *p)
{
	return (enum page_owner)(p->flags & PAGE_OWNER_MASK);
}
/* page_is_shared_anon - memory of a shared object */
static inline bool page_is_shared_anon(const struct page *p)
{
	return page_owner(p) == PAGE_ANON && ((uintptr_t)p->mapping & PAGE_MAPPING_SHARED);
}
/* page_claim - of a page that was just allocated: PAGE_KERNEL becomes `o`. */
static inline void page_claim(struct page *p, enum page_owner o)
{
	p->flags += (u32)o - (u32)PAGE_KERNEL;
}
static inline void page_set_owner(struct page *p, enum page_owner o)
{
	p->flags = (p->flags & ~PAGE_OWNER_MASK) | (u32)o;
}
