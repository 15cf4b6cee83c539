/* SPDX-License-Identifier: MIT */
/*
 * mlock.c - mlock(2), mlock2(2), munlock(2), mlockall(2), munlockall(2): memory that stays where it is.
 *
 *	mlock		areas are cut at both ends and become VM_LOCKED; then their pages are made present
 *	mlock2		MLOCK_ONFAULT: VM_LOCKFAULT, too; its pages come when they are touched
 *	mlockall	every area, and (lock_future) those to come
 *
 * How much may be locked: mm_limits.c. All checks and memory for the cuts come before the first
 * change, as in mprotect.c; what fails after that is bringing in the pages, and the areas stay locked.
 */
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/mman.h>

/* The pages of [start, end) that are locked already; *whole: every page is mapped. */
static u32 locked_there(struct mm *mm, vaddr_t start, vaddr_t end, bool *whole)
{
	vaddr_t at = start;
	u32 pages = 0;

	for (const struct vma *v = vma_find(&mm->vmas, start); v && v->start <= at;
	     v = vma_next(v)) {
		if (v->flags & VM_LOCKED)
			pages += (MIN(v->end, end) - MAX(v->start, start)) >> PAGE_SHIFT;
		at = v->end;
		if (at >= end)
			break;
	}
	*whole = at >= end;
	return pages;
}

void mm_count_locks(struct mm *mm, vaddr_t start, vaddr_t stop, bool locked)
{
	struct pmap_iter it;

	assert_held(&mm->page_table_lock);
	pmap_for_each_present(&mm->pmap, start, stop, it)
	{
		pfn_t pfn = pte_pfn(*it.pte);

		if (pfn == zero_pfn)
			continue;
		if (locked)
			page_mlock(pfn_to_page(pfn));
		else
			page_munlock(pfn_to_page(pfn));
	}
}

/* Nobody can take an entry away between the flag and the counts: rmap_lock(). */
void mm_set_lock_bits(struct mm *mm, struct vma *v, u32 bits)
{
	bool was = v->flags & VM_LOCKED, locked = bits & VM_LOCKED;

	rmap_lock(v);
	spin_lock(&mm->page_table_lock);
	if (was)
		mm->locked_pages -= vma_pages(v);
	if (locked)
		mm->locked_pages += vma_pages(v);
	vma_set_flags(v, (v->flags & ~VM_LOCK_BITS) | bits);
	spin_unlock(&mm->page_table_lock);
	for (vaddr_t va = v->start, stop; was != locked && va < v->end; va = stop) {
		stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, v->end);
		if (!pmap_prepared(&mm->pmap, va))
			continue;
		spin_lock(&mm->page_table_lock);
		mm_count_locks(mm, va, stop, locked);
		spin_unlock(&mm->page_table_lock);
	}
	rmap_unlock(v);
}

/* All areas of [start, end), which are cut at both ends, get these VM_LOCK_BITS; those that change, and
 * the cuts, are merged with neighbours that are alike. */
static void set_locked(struct mm *mm, vaddr_t start, vaddr_t end, u32 bits)
{
	vaddr_t at = start;
	struct vma *v;

	while ((v = vma_find(&mm->vmas, at)) != NULL && v->start < end) {
		vaddr_t first = v->start;

		at = v->end;
		if ((v->flags & VM_LOCK_BITS) == bits)
			continue;
		mm_set_lock_bits(mm, v, bits);
		mm_merge_around(mm, first, at);
	}
	mm_merge_around(mm, start, start);
	mm_merge_around(mm, end, end);
	CHECK(mm_check(mm));
}

/* => 0; -EINVAL wraps around; -ENOMEM the limit, a hole, or areas cannot be cut; mmap_sem write */
static int lock_range(struct mm *mm, vaddr_t start, u32 bytes, u32 bits)
{
	vaddr_t end = start + bytes;
	struct range_cuts cuts;
	bool whole;
	u32 there = locked_there(mm, start, end < start ? USER_END : end, &whole);
	int err;

	if (bits && !mm_may_lock(mm, mm->locked_pages + bytes / PAGE_SIZE - there))
		return -ENOMEM;
	if (end < start)
		return -EINVAL;
	if (bytes == 0)
		return 0;
	if (!whole)
		return -ENOMEM;
	if (!area_trim(&mm->vmas, VM_LOCK_BITS, bits, &start, &end))
		return 0;
	err = range_cuts_get(mm, start, end, "mlock", &cuts);
	if (err != 0)
		return err;
	range_cuts_make(mm, start, end, &cuts);
	set_locked(mm, start, end, bits);
	return 0;
}

/* Whole pages, of which the first and the last byte are some. */
static int lock_bytes(vaddr_t addr, u32 len, u32 bits)
{
	u32 bytes = (u32)ALIGN_UP(len + (addr & ~PAGE_MASK), PAGE_SIZE);
	vaddr_t start = addr & PAGE_MASK;
	struct mm *mm = current->mm;
	int err;

	rwsem_down_write(&mm->mmap_sem);
	err = lock_range(mm, start, bytes, bits);
	rwsem_up_write(&mm->mmap_sem);
	if (err != 0 || !bits)
		return err;
	err = mm_populate(mm, start, start + bytes, VM_LOCKED);
	if (err == 0)
		return 0;
	return err == -ENOMEM ? -EAGAIN : -ENOMEM;
}

long sys_mlock(vaddr_t addr, u32 len)
{
	return mm_can_lock() ? lock_bytes(addr, len, VM_LOCKED) : -EPERM;
}

long sys_mlock2(vaddr_t addr, u32 len, u32 flags)
{
	if (flags & ~(u32)MLOCK_ONFAULT)
		return -EINVAL;
	if (!mm_can_lock())
		return -EPERM;
	return lock_bytes(addr, len, flags & MLOCK_ONFAULT ? VM_LOCK_BITS : VM_LOCKED);
}

long sys_munlock(vaddr_t addr, u32 len)
{
	return lock_bytes(addr, len, 0);
}

/* => 0; -ENOMEM the limit; mmap_sem write */
static int lock_all(struct mm *mm, u32 flags)
{
	u32 bits = flags & MCL_ONFAULT ? VM_LOCK_BITS : VM_LOCKED;

	if ((flags & MCL_CURRENT) && !mm_may_lock(mm, mm->total_pages))
		return -ENOMEM;
	mm->lock_future = flags & MCL_FUTURE ? bits : 0;
	if (flags & MCL_CURRENT)
		set_locked(mm, USER_START, USER_END, bits);
	return 0;
}

long sys_mlockall(u32 flags)
{
	struct mm *mm = current->mm;
	int err;

	if (flags == 0 || flags == MCL_ONFAULT ||
	    (flags & ~(u32)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
		return -EINVAL;
	if (!mm_can_lock())
		return -EPERM;
	rwsem_down_write(&mm->mmap_sem);
	err = lock_all(mm, flags);
	rwsem_up_write(&mm->mmap_sem);
	if (err == 0 && (flags & MCL_CURRENT))
		mm_populate(mm, USER_START, USER_END, VM_LOCKED);
	return err;
}

long sys_munlockall(void)
{
	struct mm *mm = current->mm;

	rwsem_down_write(&mm->mmap_sem);
	mm->lock_future = 0;
	set_locked(mm, USER_START, USER_END, 0);
	rwsem_up_write(&mm->mmap_sem);
	return 0;
}
