/* SPDX-License-Identifier: MIT */
/*
 * mprotect.c - mprotect(2): what may be done with memory, for whole pages.
 *
 *	before	[        rw        ]		check: every page mapped, every area may
 *	cut	[  rw  |   rw  | rw]		cut at both ends (two new areas at most)
 *	set	[  rw  |   r   | rw]		areas, then the entries of their pages
 *	merge	[  rw  |     r     ] ...	neighbours that are alike now become one
 *
 * What has these rights already at either end is left out, so that no area is cut for nothing.
 *
 * All checks come first, and memory for the cuts with them: a call that fails has changed nothing.
 * (Linux has by then changed what lies before the first hole.)
 *
 * A private page that this address space has alone becomes writable at once; one that is shared
 * with another stays read-only, and the next write copies it (fault.c).
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

#define PROT_ACCESS (PROT_READ | PROT_WRITE | PROT_EXEC)
#define SET_AT_ONCE 32u /* areas, under page_table_lock: there may be 65,530 */

int range_cuts_get(struct mm *mm, vaddr_t start, vaddr_t end, const char *call,
		   struct range_cuts *cuts)
{
	bool need_start = area_astride(&mm->vmas, start) != NULL;
	bool need_end = area_astride(&mm->vmas, end) != NULL;
	u32 nr = mm->vmas.nr + need_start + need_end;

	cuts->at_start = NULL;
	cuts->at_end = NULL;
	if (need_start + need_end > 0 && nr > area_max) {
		why("%s: ENOMEM: would make %u areas, %u allowed", call, nr, area_max);
		return -ENOMEM;
	}
	if (need_start) {
		cuts->at_start = vma_alloc();
		if (!cuts->at_start)
			return -ENOMEM;
	}
	if (need_end) {
		cuts->at_end = vma_alloc();
		if (!cuts->at_end)
			goto free_at_start;
	}
	return 0;

free_at_start:
	if (cuts->at_start)
		vma_free(cuts->at_start);
	return -ENOMEM;
}

static void cut_at(struct mm *mm, vaddr_t addr, struct vma *spare)
{
	if (spare)
		vma_cut(area_astride(&mm->vmas, addr), addr, spare);
}

void range_cuts_make(struct mm *mm, vaddr_t start, vaddr_t end, const struct range_cuts *cuts)
{
	cut_at(mm, start, cuts->at_start);
	cut_at(mm, end, cuts->at_end);
}

static bool may_always_write(pfn_t pfn)
{
	(void)pfn;
	return true;
}

/* The entries of one area, a table's span at a time. */
static void protect_pages(struct mm *mm, const struct vma *v)
{
	u32 prot = vm_prot(v->flags);
	vaddr_t va = v->start;

	while (va < v->end) {
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, v->end);

		if (pmap_prepared(&mm->pmap, va)) {
			spin_lock(&mm->page_table_lock);
			if (v->flags & VM_SHARED)
				pmap_protect_range(&mm->pmap, va, stop, prot, may_always_write);
			else
				pmap_protect_range(&mm->pmap, va, stop, prot, user_page_may_write);
			spin_unlock(&mm->page_table_lock);
		}
		va = stop;
	}
}

void mm_merge_around(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct vma *v, *dead;

	while ((v = area_mergeable(&mm->vmas, start, end)) != NULL) {
		spin_lock(&mm->page_table_lock);
		dead = vma_merge_next(&mm->vmas, v);
		spin_unlock(&mm->page_table_lock);
		if (dead->anon || vma_is_file(dead))
			rmap_join(vma_find(&mm->vmas, dead->start), dead->anon);
		start = dead->start; /* no pair below it is left: every area is looked at once */
		vma_destroy(dead);   /* the one that it is part of now has another reference */
	}
}

/* Where the area ends that is SET_AT_ONCE areas further than `start`, or the last before `end`; there are no
 * holes. */
static vaddr_t end_of_some(struct mm *mm, vaddr_t start, vaddr_t end)
{
	const struct vma *v = vma_find(&mm->vmas, start);

	for (u32 n = 1; v->end < end && n < SET_AT_ONCE; n++)
		v = vma_next(v);
	return v->end;
}

/* All areas of [start, end), which are cut at both ends, then their entries. */
static void set_access(struct mm *mm, vaddr_t start, vaddr_t end, u32 access)
{
	for (vaddr_t at = start, stop; at < end; at = stop) {
		stop = end_of_some(mm, at, end);
		spin_lock(&mm->page_table_lock);
		area_set_access(&mm->vmas, at, stop, access);
		spin_unlock(&mm->page_table_lock);
	}
	for (const struct vma *v = vma_find(&mm->vmas, start); v && v->start < end; v = vma_next(v))
		protect_pages(mm, v);
}

static int protect_locked(struct mm *mm, vaddr_t start, vaddr_t end, u32 access)
{
	struct range_cuts cuts;
	u32 counted;
	int err = area_protect_check(&mm->vmas, start, end, access);

	if (err != 0 || !area_trim(&mm->vmas, VM_READ | VM_WRITE | VM_EXEC, access, &start, &end))
		return err;
	if ((access & VM_WRITE) && !mm_may_write(mm, start, end))
		return -ENOMEM;
	counted = access & VM_WRITE ? area_uncounted(&mm->vmas, start, end) : 0;
	if (counted != 0 && commit_charge(counted, 0) != 0)
		return -ENOMEM;
	err = range_cuts_get(mm, start, end, "mprotect", &cuts);
	if (err != 0) {
		commit_uncharge(counted);
		return err;
	}
	range_cuts_make(mm, start, end, &cuts);
	set_access(mm, start, end, access);
	mm_merge_around(mm, start, end);
	CHECK(mm_check(mm));
	return 0;
}

/* PROT_GROWSDOWN: from the start of the area, which must grow down. */
static int protect_from_start(struct mm *mm, vaddr_t *start, vaddr_t end)
{
	const struct vma *v = vma_find(&mm->vmas, *start);

	if (!v || v->start >= end)
		return -ENOMEM;
	*start = v->start;
	return v->flags & VM_GROWSDOWN ? 0 : -EINVAL;
}

int mm_protect(struct mm *mm, vaddr_t addr, u32 len, u32 prot)
{
	u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	vaddr_t end = addr + ALIGN_UP(len, PAGE_SIZE);
	int err = 0;

	prot &= ~(u32)(PROT_GROWSDOWN | PROT_GROWSUP);
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (addr & (PAGE_SIZE - 1)))
		return -EINVAL;
	if (len == 0)
		return 0;
	if (end <= addr)
		return -ENOMEM;
	if (prot & ~(u32)(PROT_ACCESS | PROT_SEM))
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	if (grows == PROT_GROWSDOWN)
		err = protect_from_start(mm, &addr, end);
	else if (grows == PROT_GROWSUP)
		err = vma_overlaps(&mm->vmas, addr, addr + 1) ? -EINVAL : -ENOMEM;
	if (err == 0)
		err = protect_locked(mm, addr, end, prot & PROT_ACCESS);
	rwsem_up_write(&mm->mmap_sem);
	if (err == 0 && (prot & PROT_WRITE) && mm->locked_pages != 0)
		mm_populate(mm, addr, end, VM_LOCKED); /* copies that a write would make */
	return err;
}

long sys_mprotect(vaddr_t addr, u32 len, u32 prot)
{
	return mm_protect(current->mm, addr, len, prot);
}
