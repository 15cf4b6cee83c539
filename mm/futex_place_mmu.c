/* SPDX-License-Identifier: MIT */
/*
 * futex_place_mmu.c - what memory a word is that several processes may share: the object that is mapped
 * there, and the page of it. Private memory, of a file too, is the address space's own.
 */
#include <octavo/errno.h>
#include <octavo/futex.h>
#include <octavo/mm_user.h>
#include <octavo/task.h>

int futex_place(vaddr_t addr, struct futex_place *place)
{
	struct mm *mm = current->mm;
	const struct vma *v;
	int err = 0;

	place->object = 0;
	rwsem_down_read(&mm->mmap_sem);
	v = mm_find(mm, addr);
	if (v == NULL || addr < v->start || !(v->flags & (VM_READ | VM_WRITE))) {
		err = -EFAULT;
	} else if ((v->flags & VM_SHARED) && v->object != NULL) {
		place->object = v->ops->serial(v);
		place->page = vma_index_at(v, addr & PAGE_MASK);
	}
	rwsem_up_read(&mm->mmap_sem);
	return err;
}
