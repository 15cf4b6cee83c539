/* SPDX-License-Identifier: MIT */
/*
 * mremap.c - mremap(2): memory becomes longer or shorter, and may go elsewhere with its pages.
 *
 *	shrink		[ kept | unmapped ]
 *	extend		[ v    ]++++++		where nothing lies behind it
 *	move		[ v    ] ... [ new    ]	entries go from one to the other, no page is copied;
 *						then v goes, or stays empty (MREMAP_DONTUNMAP)
 *	old length 0	[ v    ] ... [ new ]	another area of the same object, as yet without pages
 *
 * All checks come first, then memory for the cuts and the page tables, then what is in the way at a fixed
 * address; if there is no memory for the new area after that, that alone has changed.
 *
 * While entries move nobody faults (mmap_sem is held for writing) or walks to them (rmap_lock()).
 */
#include <octavo/assert.h>
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <uapi/octavo/mman.h>

struct remap {
	struct mm *mm;
	vaddr_t from;
	u32 old_len, new_len; /* multiples of PAGE_SIZE */
	u32 flags;            /* MREMAP_* */
	vaddr_t to;           /* where it is wanted; then where it is */
	struct vma *v;        /* that has `from`, until areas change */
	bool locked;          /* what it has grown by is to be brought in */
};

/* --- may it be? --- */

static int check_arguments(const struct remap *r)
{
	if (r->flags & ~(u32)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	return (r->from & (PAGE_SIZE - 1)) || r->new_len == 0 ? -EINVAL : 0;
}

static u32 first_page(const struct remap *r)
{
	return r->v->pgoff + (u32)((r->from - r->v->start) >> PAGE_SHIFT);
}

/* `more` bytes; what lies at a fixed address will have gone. */
static bool may_grow(const struct remap *r, u32 more)
{
	vaddr_t end = r->flags & MREMAP_FIXED ? r->to + r->new_len : r->to;

	return mm_may_grow(r->mm, more >> PAGE_SHIFT, r->v->flags, r->to, end);
}

/* May what v has of [from, from + old_len) get this length? */
static int check_length(const struct remap *r, u32 old_len)
{
	const struct vma *v = r->v;
	u32 more = r->new_len - old_len;

	if (old_len == 0 && !(v->flags & VM_SHARED))
		return -EINVAL;
	if (old_len > v->end - r->from)
		return -EFAULT;
	if (more == 0)
		return 0;
	if (first_page(r) + PAGES_OF(r->new_len) < first_page(r))
		return -EINVAL;
	if ((v->flags & VM_LOCKED) && !mm_may_lock(r->mm, r->mm->locked_pages + PAGES_OF(more)))
		return -EAGAIN;
	return may_grow(r, more) ? 0 : -ENOMEM;
}

/* --- in place --- */

static int shrink(struct remap *r)
{
	vaddr_t start = r->from + r->new_len;
	u32 bytes = r->old_len - r->new_len;

	r->to = r->from;
	if (bytes == 0)
		return 0;
	if (start > USER_END || bytes > USER_END - start)
		return -EINVAL;
	return mm_unmap_locked(r->mm, start, start + bytes);
}

/* Does it reach to the end of its area, and is there room behind? */
static bool can_extend(const struct remap *r)
{
	vaddr_t end = r->from + r->new_len;

	return r->from + r->old_len == r->v->end && end > r->v->end && end <= USER_END &&
	       !vma_overlaps(&r->mm->vmas, r->v->end, end);
}

static int extend(struct remap *r)
{
	struct vma more = *r->v;
	int err;

	more.start = r->v->end;
	more.end = r->from + r->new_len;
	more.pgoff += (u32)((more.start - r->v->start) >> PAGE_SHIFT);
	more.flags &= ~VM_APART; /* no other one than v, which stays so */
	err = mm_charge_area(r->mm, &more, 0);
	if (err != 0)
		return err;
	vma_open_object(&more);
	err = mm_area_new(r->mm, &more);
	PANIC_ON(err != 0); /* v takes it in */
	r->to = r->from;
	r->locked = (more.flags & VM_LOCKED) != 0;
	return 0;
}

/* --- elsewhere --- */

/* The area at `to`. What has no pages yet is numbered by its new address, as if it had been made there. */
static struct vma area_elsewhere(const struct remap *r)
{
	struct vma new = *r->v;

	new.start = r->to;
	new.end = r->to + r->new_len;
	new.flags &= ~VM_STACK;
	new.pgoff = first_page(r);
	if (!new.ops && !r->v->anon)
		new.pgoff = r->to >> PAGE_SHIFT;
	return new;
}

/* Tables for all entries that are to move. => 0, -ENOMEM */
static int prepare_tables(const struct remap *r)
{
	for (vaddr_t va = r->from, end = r->from + r->old_len, stop; va < end; va = stop) {
		stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, end);
		if (pmap_prepared(&r->mm->pmap, va) &&
		    pmap_prepare(&r->mm->pmap, r->to + (va - r->from), r->to + (stop - r->from)) !=
			    0)
			return -ENOMEM;
	}
	return 0;
}

/* What was [va, stop) and is elsewhere now. PTL */
static void count_moved_locks(const struct remap *r, vaddr_t va, vaddr_t stop)
{
	mm_count_locks(r->mm, r->to + (va - r->from), r->to + (stop - r->from), true);
}

/* Whoever walks to the entries of a page finds it in one of both areas. */
static void move_entries(const struct remap *r, u32 vm_flags)
{
	struct mm *mm = r->mm;
	const struct vma *old = vma_find(&mm->vmas, r->from);
	bool lock = vm_flags & ~old->flags & VM_LOCKED; /* the old area has given up its locks */

	if (r->old_len == 0)
		return;
	rmap_lock(old);
	for (vaddr_t va = r->from, end = r->from + r->old_len, stop; va < end; va = stop) {
		stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, end);
		if (pmap_prepared(&mm->pmap, va)) {
			spin_lock(&mm->page_table_lock);
			pmap_move_range(&mm->pmap, va, stop, r->to + (va - r->from));
			if (lock)
				count_moved_locks(r, va, stop);
			spin_unlock(&mm->page_table_lock);
		}
	}
	rmap_unlock(old);
}

/* The new area, after what lies in its way has gone. `new` has its object's reference in any case. */
static int enter_area(const struct remap *r, const struct vma *new)
{
	struct mm *mm = r->mm;
	int err = 0;

	if (vma_overlaps(&mm->vmas, new->start, new->end))
		err = mm_unmap_locked(mm, new->start, new->end);
	if (err == 0)
		err = prepare_tables(r);
	if (err == 0)
		err = mm_area_new(mm, new);
	return err;
}

/* The old area, cut out, has given its entries away. */
static void leave_old(const struct remap *r)
{
	vaddr_t end = r->from + r->old_len;
	int err;

	if (r->old_len == 0)
		return;
	if (r->flags & MREMAP_DONTUNMAP) {
		mm_merge_around(r->mm, r->from, end);
		return;
	}
	err = mm_unmap_locked(r->mm, r->from, end);
	PANIC_ON(err != 0); /* it is cut already */
}

static int move(struct remap *r)
{
	struct vma new = area_elsewhere(r);
	vaddr_t end = r->from + r->old_len;
	struct range_cuts cuts = {NULL, NULL};
	int err = 0;

	if (r->mm->vmas.nr + 3 >= area_max) {
		why("mremap: ENOMEM: %u areas, %u allowed", r->mm->vmas.nr, area_max);
		return -ENOMEM;
	}
	err = mm_charge_area(r->mm, &new, r->flags & MREMAP_DONTUNMAP ? 0 : PAGES_OF(r->old_len));
	if (err != 0)
		return err;
	if (r->old_len > 0)
		err = range_cuts_get(r->mm, r->from, end, "mremap", &cuts);
	if (err != 0)
		goto uncharge;
	range_cuts_make(r->mm, r->from, end, &cuts);
	if (r->flags & MREMAP_DONTUNMAP)
		mm_set_lock_bits(r->mm, vma_find(&r->mm->vmas, r->from), 0);
	vma_open_object(&new);
	err = enter_area(r, &new);
	if (err != 0) {
		vma_close_object(&new);
		if (r->flags & MREMAP_DONTUNMAP)
			mm_set_lock_bits(r->mm, vma_find(&r->mm->vmas, r->from),
					 new.flags &VM_LOCK_BITS);
		mm_merge_around(r->mm, r->from, end);
		goto uncharge;
	}
	move_entries(r, new.flags);
	leave_old(r);
	r->locked = (new.flags &VM_LOCKED) && r->new_len > r->old_len;
	CHECK(mm_check(r->mm));
	return 0;

uncharge:
	mm_uncharge_area(&new);
	return err;
}

/* To a place of the caller's, or away from the old one in any case. */
static int move_to(struct remap *r)
{
	u32 fixed = r->flags & MREMAP_FIXED, kept = MIN(r->old_len, r->new_len);
	int err;

	if ((r->to & (PAGE_SIZE - 1)) || r->new_len > USER_END || r->to > USER_END - r->new_len)
		return -EINVAL;
	if (r->from + r->old_len > r->to && r->to + r->new_len > r->from)
		return -EINVAL;
	if (r->mm->vmas.nr + 5 >= area_max)
		return -ENOMEM;
	if (r->old_len > kept && (r->old_len > USER_END || r->from > USER_END - r->old_len))
		return -EINVAL;
	if (fixed && r->from == r->to)
		return -EFAULT; /* the same object's, in the place of what it is made from */
	err = check_length(r, kept);
	if (err == 0 && (r->flags & MREMAP_DONTUNMAP) && !may_grow(r, r->new_len))
		err = -ENOMEM;
	if (!fixed && r->to < mm_user_window.low)
		r->to = 0; /* no hint: mmap(2) would take the lowest address instead */
	if (err == 0)
		err = mm_map_place(r->mm, r->to, r->new_len, fixed ? MAP_FIXED : 0, 0, &r->to);
	if (err == 0 && r->old_len > kept) {
		err = mm_unmap_locked(r->mm, r->from + kept, r->from + r->old_len);
		r->v = vma_find(&r->mm->vmas, r->from);
		r->old_len = kept;
	}
	return err != 0 ? err : move(r);
}

static int remap(struct remap *r)
{
	int err;

	r->v = vma_find(&r->mm->vmas, r->from);
	if (!r->v || r->v->start > r->from)
		return -EFAULT;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return move_to(r);
	if (r->old_len >= r->new_len)
		return shrink(r);
	r->to = 0;
	err = check_length(r, r->old_len);
	if (err != 0)
		return err;
	if (can_extend(r))
		return extend(r);
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	err = mm_map_place(r->mm, 0, r->new_len, 0, 0, &r->to);
	return err != 0 ? err : move(r);
}

long mm_remap(struct mm *mm, vaddr_t addr, u32 old_len, u32 new_len, u32 flags, vaddr_t new_addr)
{
	struct remap r = {
		.mm = mm,
		.from = addr,
		.old_len = (u32)ALIGN_UP(old_len, PAGE_SIZE),
		.new_len = (u32)ALIGN_UP(new_len, PAGE_SIZE),
		.flags = flags,
		.to = new_addr,
	};
	u32 before = r.old_len;
	int err = check_arguments(&r);

	if (err == 0 && (flags & MREMAP_DONTUNMAP) && old_len != new_len)
		err = -EINVAL;
	if (err != 0)
		return err;
	rwsem_down_write(&mm->mmap_sem);
	err = remap(&r);
	rwsem_up_write(&mm->mmap_sem);
	if (err != 0)
		return err;
	if (r.locked)
		mm_populate(mm, r.to + before, r.to + r.new_len, 0);
	return (long)r.to;
}

long sys_mremap(vaddr_t addr, u32 old_len, u32 new_len, u32 flags, vaddr_t new_addr)
{
	return mm_remap(current->mm, addr, old_len, new_len, flags, new_addr);
}
