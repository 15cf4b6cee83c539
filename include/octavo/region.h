/* SPDX-License-Identifier: MIT */
/*
 * region.h - what mappings without an MMU stand on; and the tree of those that may be shared (pure).
 *
 *	area (process A) ─┐
 *	area (process A) ─┼─► region ──► frames of its own  [start, end) shown, [end, top) in excess
 *	area (process B) ─┘          └─► or a place that is the object's: top == start
 *
 * Linux calls it vm_region. A region of an object (a file's inode) that may be shared is in the tree, by
 * object and first page; a new mapping of the same segment looks for it there (nm-3, nm-21).
 */
#pragma once

#include <octavo/types.h>
#include <octavo/vma.h>
#include <sys/tree.h>

struct file;

struct region {
	vaddr_t start,
		end; /* whole pages; start moves when the first pages of memory are unmapped */
	vaddr_t top; /* behind its frames, which begin at start; start: they are not its own */
	u32 flags;   /* VM_* of the mapping that made it [I] */
	u32 users;   /* areas that refer to it */
	const void *object;        /* [I] NULL: memory that no object has */
	u32 pgoff;                 /* page of the object at start [I] */
	u8 blocks;                 /* of a page of small mappings: see nommu_small.c; else 0 */
	struct file *file;         /* [I] referenced; NULL: none */
	const struct vma_ops *ops; /* [I] what the driver has given; NULL: nothing */
	void *private;             /* [I] the driver's own */
	u32 audit_users;           /* areas that the audit found; while it runs */
	RB_ENTRY(region) rb;       /* one that may be shared [region_lock] */
};

RB_HEAD(region_tree, region);

/* Is it the object's own memory, not frames with a copy? */
static inline bool region_is_direct(const struct region *r)
{
	return r->top == r->start;
}
static inline u32 region_pages(const struct region *r)
{
	return (u32)(r->end - r->start) >> PAGE_SHIFT;
}

/* What a new mapping of an object needs. */
struct region_want {
	const void *object;
	u32 pgoff, nr_pages; /* they do not wrap */
	u32 flags;           /* VM_*: its access, and VM_SHARED */
	bool direct;         /* the object's own memory will do; else only a copy */
};

/* region_insert - object, pgoff, bounds and flags are set; its memory stays the caller's. */
void region_insert(struct region_tree *t, struct region *r);
void region_remove(struct region_tree *t, struct region *r);
/* region_first, region_next - all of them, in order; NULL: none */
struct region *region_first(const struct region_tree *t);
struct region *region_next(struct region *r);
/*
 * region_find - one that shows all that is wanted, and lets it be accessed so: what it may be used for
 * (VM_MAY*) holds the access; who writes for others to see gets no copy, and nobody's private region.
 *   => NULL: none; *mismatched then: a copy shows a part of it, and there is nothing but copies (nm-21)
 */
struct region *region_find(const struct region_tree *t, const struct region_want *want,
			   bool *mismatched);
/* region_is_mapped - does any show the object's own memory at page `first` or behind it? */
bool region_is_mapped(const struct region_tree *t, const void *object, u32 first);
/* region_tree_check - panics where one is not as it should be, or in the wrong place. debug */
void region_tree_check(const struct region_tree *t);
