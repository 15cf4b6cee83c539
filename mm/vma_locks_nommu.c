/* SPDX-License-Identifier: MIT */
/*
 * vma_locks_nommu.c - without an MMU nobody reclaims what is mapped, and the MPU's faults look at areas with
 * interrupts off: who changes them has page_table_lock. (With an MMU: vma_locks.c)
 */
#include <octavo/mm.h>

void vma_check_look(const struct vma *v)
{
	(void)v;
}

void vma_check_locks(const struct vma *v)
{
	assert_held(&v->mm->page_table_lock);
}

void vma_check_growth(const struct vma *v)
{
	vma_check_locks(v);
}
