/* SPDX-License-Identifier: MIT */
/* fork_mmu.c - fork(2) proper: a copy of the address space, which takes an MMU. */
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/syscall.h>
#include <uapi/octavo/sched.h>
#include <uapi/octavo/signal.h>

struct mm *process_copy_mm(struct mm *parent)
{
	struct mm *mm = mm_fork(parent);

	return mm != NULL ? mm : err_ptr(-ENOMEM);
}

long sys_fork(void)
{
	static const struct clone_request request = {.flags = SIGCHLD};

	return process_clone(&request);
}
