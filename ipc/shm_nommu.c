/* SPDX-License-Identifier: MIT */
/*
 * shm_nommu.c - segments without an MMU: the very memory is mapped, where it lies.
 *
 * Each attachment has a file, and a region of its own that nobody shares: it is all there or gone, and the
 * file is closed with it. So open files are what is counted. Who attaches a segment twice finds it at
 * one address, and detaches it twice.
 */
#include "segment.h"

#include <octavo/errno.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/shmem.h>
#include <octavo/syscall.h>
#include <octavo/why.h>
#include <uapi/octavo/mman.h>

static int shm_mmap(struct file *file, struct vma *new)
{
	(void)new;
	shm_attached(file->private);
	return 0;
}

static long place(struct file *file, u32 pgoff, u32 len, u32 flags)
{
	return shmem_file_ops.get_unmapped_area(file, pgoff, len, flags);
}

static void shm_close(struct file *file)
{
	if (file->private != NULL)
		shm_detached(file->private);
}

const struct file_ops shm_file_ops = {
	.map_caps = MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE | MAP_CAN_EXEC,
	.get_unmapped_area = place,
	.mmap = shm_mmap,
	.close = shm_close,
};

long shm_map(struct file *file, vaddr_t addr, u32 size, u32 prot, u32 map_flags)
{
	struct nommu_request q = {.bytes = size,
				  .file = file,
				  .caps = shm_file_ops.map_caps & ~(u32)MAP_CAN_COPY,
				  .flags = prot | VM_SHARED | VM_MAYREAD | VM_MAYEXEC};
	struct mm *mm = current->mm;
	long result = -EINVAL;

	if (prot & VM_WRITE)
		q.flags |= VM_MAYWRITE;
	if (map_flags != MAP_SHARED || addr != 0) {
		why("shmat: EINVAL: without an MMU nobody chooses an address");
	} else {
		rwsem_down_write(&mm->mmap_sem);
		result = nommu_map(mm, &q);
		rwsem_up_write(&mm->mmap_sem);
	}
	if (ptr_is_err((void *)result))
		file->private = NULL; /* nothing was attached */
	return result;
}

/* An area that shows a segment and begins at addr; the twins first, which lie over it. */
static struct vma *attached_at(struct mm *mm, vaddr_t addr)
{
	struct vma *v;

	LIST_FOREACH(v, &mm->pmap.twins, twins)
		if (v->start == addr)
			break;
	if (v == NULL)
		v = vma_find(&mm->vmas, addr);
	if (v != NULL && v->start == addr) {
		const struct region *r = v->object;

		if (r->file != NULL && r->file->ops == &shm_file_ops)
			return v;
	}
	return NULL;
}

long sys_shmdt(vaddr_t addr)
{
	struct mm *mm = current->mm;
	struct vma *v;
	int err = -EINVAL;

	rwsem_down_write(&mm->mmap_sem);
	v = attached_at(mm, addr);
	if (v != NULL)
		err = nommu_unmap(mm, v, v->start, v->end);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}
