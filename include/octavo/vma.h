/* SPDX-License-Identifier: MIT */
/*
 * vma.h - the areas of an address space: a red-black tree by address, with the largest gap below
 * each subtree, so that finding a hole is logarithmic too (pure).
 *
 * Who looks holds mmap_sem for reading, or page_table_lock alone, as reclaim does. Who changes the tree, or
 * bounds or flags of an area in it, holds mmap_sem for writing and page_table_lock; but a stack grows with
 * mmap_sem for reading and page_table_lock (lock-3, lock-4, lock-6). The debug flavour asserts both.
 */
#pragma once

#include <octavo/assert.h>
#include <octavo/interval.h>
#include <octavo/types.h>
#include <sys/queue.h>
#include <sys/tree.h>

struct anon_region;
struct file;
struct mm;
struct vma_ops;

#define VM_READ      0x1u
#define VM_WRITE     0x2u
#define VM_EXEC      0x4u
#define VM_SHARED    0x8u
#define VM_MAYREAD   0x10u
#define VM_MAYWRITE  0x20u
#define VM_MAYEXEC   0x40u
#define VM_MAYSHARE  0x80u /* without an MMU: others may be given the same region */
#define VM_GROWSDOWN 0x100u
#define VM_LOCKED    0x2000u
#define VM_HEAP      0x10000u  /* without an MMU: brk's area, for /proc/PID/maps */
#define VM_STACK     0x20000u  /* the first stack */
#define VM_ACCT      0x40000u  /* its pages are promised: commit.h */
#define VM_LOCKFAULT 0x80000u  /* with VM_LOCKED: its pages are locked as they come. mlock2(2) */
#define VM_GUARDED   0x100000u /* MAP_STACK, where there is no MMU: a stack on it has a guard */
#define VM_IO        0x200000u /* a device's registers: the kernel touches nothing there for a program */
#define VM_NORESERVE 0x400000u  /* MAP_NORESERVE: never VM_ACCT */
#define VM_APART     0x800000u  /* areas of its object are counted: no two of them become one */
#define VM_FORKED    0x1000000u /* its region came by fork: it takes in nothing that has none */
#define VM_DONTFORK  0x2000000u /* no child has it. MADV_DONTFORK */
#define VM_WIPEFORK  0x4000000u /* a child has it without its pages. MADV_WIPEONFORK */
#define VM_NONLINEAR                                                                               \
	0x8000000u /* its entries say which pages of the file they show: remap_file.c */
#define VM_LOCK_BITS (VM_LOCKED | VM_LOCKFAULT)

#define STACK_GUARD_GAP (256u * 4096u) /* kept free below a VM_GROWSDOWN area, as on Linux */

struct vma {
	vaddr_t start, end; /* page-aligned; end is one past the last byte */
	u32 flags;          /* VM_* */
	u32 pgoff;          /* page of the object that `start` maps; anon: start >> PAGE_SHIFT, or
			     * what that was before its pages were moved (mremap.c) */
	void *object;       /* file or device, or NULL: private anonymous */
	const struct vma_ops *ops; /* NULL: private anonymous */
	struct mm *mm;
	struct anon_region *anon;   /* what its own pages are found by: <octavo/rmap.h>; NULL: has
				     * had none yet. Comes under PTL, goes with the area */
	LIST_ENTRY(vma) anon_areas; /* a region's areas [its lock] */
	union {
		struct interval
			i_mmap; /* a file's areas: the pages that it may map [its i_mmap_lock] */
		LIST_ENTRY(vma) twins; /* without an MMU */
	};
	RB_ENTRY(vma) rb;
	vaddr_t gap;     /* bytes between the previous area's end and start that may be mapped */
	vaddr_t max_gap; /* the largest gap in this subtree */
};

LIST_HEAD(vma_list, vma);
RB_HEAD(vma_rb, vma);
struct vma_tree {
	struct vma_rb root;
	u32 nr;
	struct vma
		*hint; /* last found: racy, only ever checked for containing the address (lock-5) */
};

/* vma_tree_init - empty; the tree's memory is the caller's, nothing is allocated. => no lock: nobody
 * else knows it yet */
void vma_tree_init(struct vma_tree *t);
/* vma_find - the first area with end > addr, or NULL (it may start above addr). */
struct vma *vma_find(struct vma_tree *t, vaddr_t addr);
/* vma_next, vma_prev, vma_first - in order of addresses; NULL: none. `v` is in a tree. */
struct vma *vma_next(const struct vma *v);
struct vma *vma_prev(const struct vma *v);
struct vma *vma_first(const struct vma_tree *t);
/* vma_overlaps - does any area meet [start, end)? */
bool vma_overlaps(struct vma_tree *t, vaddr_t start, vaddr_t end);
/* vma_insert - v overlaps nothing, its memory stays the caller's; start, end and flags are set.
 * vma_remove - v is in t, and can be freed afterwards. => cannot fail; mmap_sem write;
 * page_table_lock held */
void vma_insert(struct vma_tree *t, struct vma *v);
void vma_remove(struct vma_tree *t, struct vma *v);
/* vma_set_bounds - move start and end of a listed area; it still overlaps nothing. => as vma_insert() */
void vma_set_bounds(struct vma_tree *t, struct vma *v, vaddr_t start, vaddr_t end);
/* vma_grow_down - a listed area begins at start, which is below where it did, with the pages of its object
 * that come before; it still overlaps nothing. => mmap_sem, for reading too; page_table_lock held */
void vma_grow_down(struct vma *v, vaddr_t start);
/* vma_check_look - does who looks at v, which is listed, hold what he has to? A report says if not; debug.
 * vma_check_locks - of who changes it; vma_check_growth - of who lets it grow down */
void vma_check_look(const struct vma *v);
void vma_check_locks(const struct vma *v);
void vma_check_growth(const struct vma *v);
/* vma_set_flags - the VM_* of a listed area. => mmap_sem write; page_table_lock held */
static inline void vma_set_flags(struct vma *v, u32 flags)
{
	CHECK(vma_check_locks(v));
	v->flags = flags;
}
/* vma_gap_topdown - the highest start of a hole of `len` bytes in [low, high), which keeps
 * STACK_GUARD_GAP below areas that grow down; => 0 if there is none (low > 0) */
vaddr_t vma_gap_topdown(const struct vma_tree *t, vaddr_t low, vaddr_t high, vaddr_t len);
/* vma_gap_bottomup - the lowest start of such a hole; => 0 if there is none (low > 0) */
vaddr_t vma_gap_bottomup(const struct vma_tree *t, vaddr_t low, vaddr_t high, vaddr_t len);
/* vma_pages - how many pages v has */
static inline u32 vma_pages(const struct vma *v)
{
	return (u32)((v->end - v->start) >> PAGE_SHIFT);
}
/* vma_index - the page of the object that v maps at va */
static inline u32 vma_index(const struct vma *v, vaddr_t va)
{
	return v->pgoff + (u32)((va - v->start) >> PAGE_SHIFT);
}
/* vma_can_merge - are a and b (a->end == b->start) one area in all but name? Two regions are two. */
bool vma_can_merge(const struct vma *a, const struct vma *b);
/* vma_near_region - the region of a neighbour that differs from v in access at the most, or NULL */
struct anon_region *vma_near_region(const struct vma *v);
/* vma_split - v is cut at addr: v keeps [start, addr), `upper` (caller's memory, filled here and
 * inserted) has [addr, end). References on v->object are the caller's. */
void vma_split(struct vma_tree *t, struct vma *v, struct vma *upper, vaddr_t addr);
/* vma_merge_next - v swallows the next area, which leaves the tree and is returned to be freed. */
struct vma *vma_merge_next(struct vma_tree *t, struct vma *v);
/* vma_check - order, gaps and colours of the whole tree; panics. => t does not change meanwhile; debug */
void vma_check(const struct vma_tree *t);
