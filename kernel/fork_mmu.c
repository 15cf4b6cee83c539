/* SPDX-License-Identifier: MIT */
/* fork_mmu.c - fork(2) proper: a copy of the address space, which takes an MMU. */
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/syscall.h>

long sys_fork(void)
{
	struct mm *mm = mm_fork(current->mm);

	if (mm == NULL)
		return -ENOMEM;
	return process_fork(mm, false);
}
