/* SPDX-License-Identifier: MIT */
/* fork_nommu.c - no fork(2): a second copy of a program's memory cannot be at the same address. */
#include <octavo/errno.h>
#include <octavo/process.h>
#include <octavo/why.h>

struct mm *process_copy_mm(struct mm *parent)
{
	(void)parent;
	why("clone: EINVAL: without an MMU memory cannot be had twice at one address");
	return err_ptr(-EINVAL);
}
