/* SPDX-License-Identifier: MIT */
/*
 * vma_locks.c - who looks at areas, or changes them, holds the locks that he has to. <octavo/vma.h> has the
 * rules, and vma.c asks at each look-up and change, in the debug flavour.
 *
 *			mmap_sem	page_table_lock
 *	look		read		or this
 *	change		write		and this
 *	a stack grows	read		and this
 *
 * page_table_lock keeps those out who have that alone (reclaim, which may not sleep for mmap_sem), mmap_sem
 * for writing all others.
 */
#include <octavo/mm.h>

void vma_check_look(const struct vma *v)
{
	if (!lockval_holds(&v->mm->mmap_sem))
		assert_held(&v->mm->page_table_lock);
}

void vma_check_locks(const struct vma *v)
{
	assert_held_write(&v->mm->mmap_sem);
	assert_held(&v->mm->page_table_lock);
}

void vma_check_growth(const struct vma *v)
{
	assert_held(&v->mm->mmap_sem);
	assert_held(&v->mm->page_table_lock);
}
