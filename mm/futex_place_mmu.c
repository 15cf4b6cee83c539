/* SPDX-License-Identifier: MIT */
/*
 * futex_place_mmu.c - what memory a word is that several processes may share: the object that is mapped
 * there, and the page of it. Private memory, of a file too, is the address space's own.
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/fs.h>
#include <octavo/futex.h>
#include <octavo/mm_user.h>
#include <octavo/task.h>

/* One file may be open often; a shared anonymous object is itself. */
static const void *identity(const struct vma *v)
{
	const struct file *file = v->object;

	return v->ops == &file_vma_ops ? (const void *)file->inode : v->object;
}

int futex_place(vaddr_t addr, bool pin, struct futex_place *place)
{
	struct mm *mm = current->mm;
	struct vma *v;
	int err = 0;

	*place = (struct futex_place){.object = NULL};
	rwsem_down_read(&mm->mmap_sem);
	v = mm_find(mm, addr);
	if (v == NULL || addr < v->start || !(v->flags & (VM_READ | VM_WRITE))) {
		err = -EFAULT;
	} else if ((v->flags & VM_SHARED) && v->object != NULL) {
		place->object = identity(v);
		place->page = v->pgoff + (u32)((addr - v->start) >> PAGE_SHIFT);
		if (pin) {
			struct vma pinned = {.object = v->object}; /* as it is unpinned */

			place->pin = v->object;
			place->ops = v->ops;
			v->ops->open(&pinned);
		}
	}
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

void futex_place_unpin(struct futex_place *place)
{
	struct vma was = {.object = place->pin};

	if (place->pin != NULL)
		place->ops->close(&was);
}
