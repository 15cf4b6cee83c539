/* SPDX-License-Identifier: MIT */
/*
 * shm_mmu.c - segments are mapped like the files that they are; every area counts, and stays one.
 *
 *	shmat	[ area ]		1 attached
 *	munmap	[a]    [a]		2: the pieces have the offsets that they had
 *	shmdt				0: all pieces of that attachment
 */
#include "segment.h"

#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <uapi/octavo/mman.h>

/* file_ops.mmap: the first area of an attachment */
static int shm_mmap(struct file *file, struct vma *new)
{
	int err = filemap_mmap(file, new);

	new->flags |= VM_APART;
	if (err == 0)
		shm_attached(file->private);
	return err;
}

static void shm_areas(struct file *file, bool more)
{
	if (more)
		shm_attached(file->private);
	else
		shm_detached(file->private);
}

const struct file_ops shm_file_ops = {.mmap = shm_mmap, .areas = shm_areas};

/* So far; before all else that may be wrong, as on Linux. */
static bool is_free(struct mm *mm, vaddr_t addr, u32 size)
{
	bool overlaps;

	if (addr + size < addr)
		return false;
	rwsem_down_read(&mm->mmap_sem);
	overlaps = vma_overlaps(&mm->vmas, addr, addr + size);
	rwsem_up_read(&mm->mmap_sem);
	return !overlaps;
}

long shm_map(struct file *file, vaddr_t addr, u32 size, u32 prot, u32 map_flags)
{
	long result;

	if (addr != 0 && !(map_flags & MAP_FIXED) && !is_free(current->mm, addr, size))
		return -EINVAL;
	result = mm_map(current->mm, addr, size, prot, map_flags, file, 0);
	return result == -EEXIST ? -EINVAL : result;
}

/* Is v a piece of an attachment that began at addr, of `file` (NULL: any)? */
static bool is_piece(const struct vma *v, vaddr_t addr, const struct file *file)
{
	const struct file *f = vma_file(v);

	return f != NULL && f->ops == &shm_file_ops && (file == NULL || f == file) &&
	       v->start >= addr && (v->start - addr) >> PAGE_SHIFT == v->pgoff;
}

/* The first piece says which attachment it is, and so how far its others may lie. */
static int detach_at(struct mm *mm, vaddr_t addr)
{
	struct vma *v = vma_find(&mm->vmas, addr), *next;
	const struct file *file = NULL;
	u32 span = UINT32_MAX;

	for (; v != NULL && v->end - addr <= span; v = next) {
		vaddr_t start = v->start, stop = v->end;
		int err;

		next = vma_next(v);
		if (!is_piece(v, addr, file))
			continue;
		if (file == NULL) {
			file = v->object;
			span = ALIGN_UP((u32)file->inode->size, PAGE_SIZE);
		}
		err = mm_unmap_locked(mm, start, stop);
		if (err != 0)
			return err;
	}
	return file != NULL ? 0 : -EINVAL;
}

long sys_shmdt(vaddr_t addr)
{
	struct mm *mm = current->mm;
	int err;

	if (addr & (PAGE_SIZE - 1))
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	err = detach_at(mm, addr);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}
