/* SPDX-License-Identifier: MIT */
/*
 * brk.c - brk(2): the heap, one area that begins at brk_start and ends at brk, rounded up.
 *
 * There is no error: the caller gets the break as it is, and compares.
 */
#include <octavo/assert.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/why.h>

/* May the heap reach from `from` to `to`? A page stays free before the next area. */
static bool brk_room(struct mm *mm, vaddr_t from, vaddr_t to)
{
	const struct vma *next = vma_find(&mm->vmas, from);
	vaddr_t limit = USER_END;

	if (mm->vmas.nr > area_max) {
		why("brk: %u areas, %u allowed", mm->vmas.nr, area_max);
		return false;
	}
	if (next) {
		limit = next->start;
		if (next->flags & VM_GROWSDOWN)
			limit = limit > STACK_GUARD_GAP ? limit - STACK_GUARD_GAP : 0;
	}
	if (to <= limit && limit - to >= PAGE_SIZE)
		return true;
	why("brk: heap of %u kB asked, room for %u kB", (u32)(to - mm->brk_start) / 1024,
	    limit > mm->brk_start ? (u32)(limit - mm->brk_start) / 1024 : 0);
	return false;
}

static bool brk_grow(struct mm *mm, vaddr_t from, vaddr_t to)
{
	struct vma new = {
		.start = from,
		.end = to,
		.flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCT |
			 mm->lock_future,
		.pgoff = from >> PAGE_SHIFT,
		.mm = mm,
	};

	if (mm->lock_future &&
	    !mm_may_lock(mm, mm->locked_pages + (u32)((to - from) >> PAGE_SHIFT)))
		return false;
	if (!brk_room(mm, from, to) || !mm_may_expand(mm, from, to, new.flags) ||
	    mm_charge_area(mm, &new, 0) != 0)
		return false;
	if (mm_area_new(mm, &new) == 0)
		return true;
	mm_uncharge_area(&new);
	return false;
}

vaddr_t mm_brk(struct mm *mm, vaddr_t brk)
{
	vaddr_t old_end, new_end, result;
	bool done = false, populate;

	rwsem_down_write(&mm->mmap_sem);
	old_end = ALIGN_UP(mm->brk, PAGE_SIZE);
	new_end = ALIGN_UP(brk, PAGE_SIZE);
	if (brk >= mm->brk_start && mm_may_break(mm, brk) && brk <= USER_END) {
		if (new_end > old_end)
			done = brk_grow(mm, old_end, new_end);
		else if (new_end < old_end)
			done = vma_overlaps(&mm->vmas, new_end, old_end) &&
			       mm_unmap_locked(mm, new_end, old_end) == 0;
		else
			done = true;
	}
	if (done)
		mm->brk = brk;
	result = mm->brk;
	populate = done && mm->lock_future && new_end > old_end;
	rwsem_up_write(&mm->mmap_sem);
	if (populate)
		mm_populate(mm, old_end, new_end, VM_LOCKED);
	return result;
}

long sys_brk(vaddr_t brk)
{
	return (long)mm_brk(current->mm, brk);
}
