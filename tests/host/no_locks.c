/* SPDX-License-Identifier: MIT */
/* no_locks.c - areas of no address space: nobody else knows them, so there is nothing to hold. */
#include <octavo/env.h>
#include <octavo/vma.h>

void vma_check_look(const struct vma *v)
{
	PANIC_ON(v->mm != NULL);
}

void vma_check_locks(const struct vma *v)
{
	PANIC_ON(v->mm != NULL);
}

void vma_check_growth(const struct vma *v)
{
	PANIC_ON(v->mm != NULL);
}
