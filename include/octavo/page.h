/* SPDX-License-Identifier: MIT */
/*
 * page.h - struct page: one for each page frame, exactly 32 bytes.
 *
 *	owner        mapping             index              private         lru
 *	free (buddy) -                   -                  order           free list
 *	per-CPU hot  -                   -                  -               hot list
 *	slab         struct slab_cache   objects in use     first free      cache's lists
 *	anon         anon_region         page of the region -               LRU list, or how often
 *									     it is mlocked
 *	file         struct address_space  page of the file -               the same
 *	page table   struct pmap         which table        -               pmap's list
 *	vmalloc      struct vm_area      page of the area   -               -
 *	kmalloc big  -                   -                  order           kmalloc_big list
 *
 * Legend: [a] atomic, [z] zone lock or its lru.lock, [own] the owner's lock.
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
	PAGE_ANON, /* private user memory */
	PAGE_FILE, /* in the page cache: a file's contents */
	PAGE_RUN,  /* no-MMU: part of a program's contiguous run */
	PAGE_PIPE,
	NR_PAGE_OWNERS
};
#define PAGE_OWNER_MASK 0xfu
#define PG_HEAD         0x10u /* first page of an allocated block of order > 0; private = order */
#define PG_TAIL         0x20u /* a later page of such a block */
#define PG_ZERO         0x40u /* the shared zero page */
/* Of pages of programs and files, changed under the zone's lru.lock once others know the page: lru.h */
#define PG_LRU_NEW      0x80u   /* on its way to a list, in a CPU's batch */
#define PG_LRU          0x100u  /* on a list */
#define PG_ACTIVE       0x200u  /* the list, or the one to be: active */
#define PG_BACKED       0x400u  /* and: of files that have their contents on a disk, too */
#define PG_REFERENCED   0x800u  /* read(2) or write(2) came by once */
#define PG_MLOCKED      0x1000u /* on no list: areas that are mlocked map it nr_mlocks times */
#define PG_LRU_BITS     0x1f80u
#define PAGE_ZONE_SHIFT 28 /* zone index in the top bits: 2 bits zone, 2 bits node */
#define PAGE_NODE_SHIFT 30
#define PAGE_PLACE_MASK 0xf0000000u /* zone and node */

struct page {
	u32 flags;         /* owner, PG_* [own]; zone and node [I] */
	atomic_t refcount; /* 0 when free [a] */
	atomic_t mapcount; /* user page-table entries that map it [a] */
	void *mapping;     /* see above [own] */
	u32 index;         /* [own] */
	u32 private;       /* [own] */
	union {
		TAILQ_ENTRY(page) lru; /* [own] or [z] */
		u32 nr_mlocks;         /* PG_MLOCKED: its lock's (wli-4) */
	};
};
_Static_assert(sizeof(struct page) == 32 || sizeof(void *) == 8, "32 bytes but on a 64-bit host");
TAILQ_HEAD(page_list, page);

static inline enum page_owner page_owner(const struct page *p)
{
	return (enum page_owner)(p->flags & PAGE_OWNER_MASK);
}
/* page_flags_add - while another CPU may be putting the page on a list (lru.h) */
static inline void page_flags_add(struct page *p, u32 more)
{
	__atomic_fetch_add(&p->flags, more, __ATOMIC_RELAXED);
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
