/* SPDX-License-Identifier: MIT */
/*
 * msync.c - msync(2): what was written through shared mappings goes to where the file lives.
 *
 * Mappings and files share the pages of the cache, and those are where a tmpfs file lives: there is
 * nothing to move. What is left is to say what is wrong with the call, in Linux's order.
 */
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/mman.h>

/* Are all of [start, end) mapped, and none locked that is to be invalidated? mmap_sem read */
static int sync_areas(struct mm *mm, vaddr_t start, vaddr_t end, u32 flags)
{
	int err = 0;

	for (struct vma *v = vma_find(&mm->vmas, start); start < end; v = vma_next(v)) {
		if (!v || v->start >= end)
			return -ENOMEM;
		if (v->start > start)
			err = -ENOMEM; /* a hole; what lies behind it is looked at all the same */
		if ((flags & MS_INVALIDATE) && (v->flags & VM_LOCKED))
			return -EBUSY;
		start = v->end;
	}
	return err;
}

long sys_msync(vaddr_t addr, u32 len, u32 flags)
{
	struct mm *mm = current->mm;
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	int err;

	if ((flags & ~(u32)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || (addr & (PAGE_SIZE - 1)))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (addr + bytes < addr)
		return -ENOMEM;
	if (bytes == 0)
		return 0;
	rwsem_down_read(&mm->mmap_sem);
	err = sync_areas(mm, addr, addr + bytes, flags);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}
