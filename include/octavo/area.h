/* SPDX-License-Identifier: MIT */
/*
 * area.h - what mmap(2), munmap(2) and mprotect(2) do to the list of areas (pure).
 *
 * Nothing here allocates, sleeps or touches page tables: a caller brings the memory for a new
 * struct vma, and gets back what is no longer needed. Addresses and lengths are page-aligned but
 * where it is said. Locks as in vma.h. References on v->object are the caller's.
 */
#pragma once

#include <octavo/vma.h>

#define AREA_MAX 65530u /* areas in an address space, unless vm.max_map_count says otherwise */
extern u32 area_max;    /* that setting; read at each call [a] */

/* Where areas may lie: [low, high); chosen addresses go downward from base. */
struct area_window {
	vaddr_t low, base, high;
};

/*
 * area_choose - the address for a new mapping of `len` bytes (not 0, any number).
 * flags: MAP_FIXED, MAP_FIXED_NOREPLACE; else `addr` is a hint, or 0.
 *   => 0 and *where; -ENOMEM no room, or too many areas; -EINVAL fixed and not aligned; -EPERM
 *   fixed and below the window; -EEXIST would replace
 */
int area_choose(struct vma_tree *t, const struct area_window *w, vaddr_t addr, size_t len,
		u32 flags, vaddr_t *where);

/* area_extends - would `new` become a part of a neighbour? Then area_add() needs no node. */
bool area_extends(struct vma_tree *t, const struct vma *new);
/* area_add - enter the area described by `new`, which overlaps nothing; `node` is memory for it if
 * it does not extend a neighbour. => the area that it is part of now; *dead: a struct vma that left
 * the tree, or NULL */
struct vma *area_add(struct vma_tree *t, const struct vma *new, struct vma *node,
		     struct vma **dead);

/* One step of taking [start, end) out. */
struct area_cut {
	vaddr_t start, end; /* what was taken */
	u32 flags;          /* VM_* of it */
	struct vma *dead;   /* left the tree whole, or NULL */
	struct vma *split;  /* the spare, now the part above the hole, or NULL */
};
/* area_needs_spare - does taking [start, end) out make two areas of one? */
bool area_needs_spare(struct vma_tree *t, vaddr_t start, vaddr_t end);
/* area_take - take out what the first area in [start, end) has of it. => false: nothing is left */
bool area_take(struct vma_tree *t, vaddr_t start, vaddr_t end, struct vma *spare,
	       struct area_cut *cut);

/* area_astride - the area that begins below addr and ends above it, or NULL. */
struct vma *area_astride(struct vma_tree *t, vaddr_t addr);

/*
 * area_protect_check - may [start, end) get the access bits `access` (VM_READ, VM_WRITE, VM_EXEC)?
 *   => 0; -ENOMEM part of it is not mapped; -EACCES an area does not allow it
 */
int area_protect_check(struct vma_tree *t, vaddr_t start, vaddr_t end, u32 access);
/* area_accountable - may every page of an area with these flags become one of its own? Then it is
 * VM_ACCT, and stays so when it can no longer be written (oc-5, oc-6). */
static inline bool area_accountable(u32 flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_NORESERVE)) == VM_WRITE;
}
/* area_uncounted - pages of [start, end) that are not VM_ACCT, and would be if they could be written (oc-12) */
u32 area_uncounted(struct vma_tree *t, vaddr_t start, vaddr_t end);
/* area_trim - take from both ends of [*start, *end), all of which is mapped, what lies in areas whose flags are
 * `bits` in `mask` already. => false: that is all of it */
bool area_trim(struct vma_tree *t, u32 mask, u32 bits, vaddr_t *start, vaddr_t *end);
/* area_set_access - the areas of [start, end), cut at both ends, get the access bits `access`. */
void area_set_access(struct vma_tree *t, vaddr_t start, vaddr_t end, u32 access);
/* area_mergeable - the first pair of neighbours that meet at or between start and end and can be one area.
 *   => the lower one, for vma_merge_next(); NULL when there is no such pair */
struct vma *area_mergeable(struct vma_tree *t, vaddr_t start, vaddr_t end);

/*
 * area_stack_room - may the area `v`, which grows down, begin at `start`? limit: bytes that it may
 * have. => 0; -EPERM below `low`; -ENOSPC over the limit; -ENOMEM too near to the area below
 */
int area_stack_room(const struct vma *v, vaddr_t start, vaddr_t low, size_t limit);
