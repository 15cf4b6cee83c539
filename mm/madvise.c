/* SPDX-License-Identifier: MIT */
/*
 * madvise.c - madvise(2): what a program says about its memory.
 *
 * MADV_DONTNEED gives pages back: private memory reads as zeros afterwards, shared memory comes
 * back from its object. Advice on how memory will be read is accepted and changes nothing, as long
 * as nothing is read ahead. Advice that is not known is EINVAL.
 *
 * Holes: the rest is done all the same, and the result is ENOMEM.
 */
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/mman.h>

static bool advice_known(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
		return true;
	default:
		return false;
	}
}

/* mmap_sem read: areas stay, and a page that a fault brings back meanwhile is a new one. */
static int advise_areas(struct mm *mm, vaddr_t start, vaddr_t end, int advice)
{
	int err = 0;

	for (struct vma *v = vma_find(&mm->vmas, start); start < end; v = vma_next(v)) {
		vaddr_t stop;

		if (!v || v->start >= end)
			return -ENOMEM;
		if (v->start > start) {
			err = -ENOMEM;
			start = v->start;
		}
		stop = MIN(v->end, end);
		if (advice == MADV_DONTNEED) {
			if (v->flags & VM_LOCKED)
				return -EINVAL;
			mm_zap(mm, start, stop);
		}
		start = stop;
	}
	return err;
}

int mm_advise(struct mm *mm, vaddr_t addr, u32 len, int advice)
{
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	int err;

	if (!advice_known(advice) || (addr & (PAGE_SIZE - 1)))
		return -EINVAL;
	if (len != 0 && bytes == 0)
		return -EINVAL;
	if (addr + bytes < addr)
		return -EINVAL;
	if (bytes == 0)
		return 0;
	rwsem_down_read(&mm->mmap_sem);
	err = advise_areas(mm, addr, addr + bytes, advice);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

long sys_madvise(vaddr_t addr, u32 len, int advice)
{
	return mm_advise(current->mm, addr, len, advice);
}
