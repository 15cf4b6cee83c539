/* SPDX-License-Identifier: MIT */
/*
 * nommu_refused.c - the system calls that cannot be done without an MMU: errno and reason.
 *
 * The architecture's table of system calls has sys_nommu_refused() at their numbers.
 */
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/nommu.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <uapi/octavo/unistd.h>

struct refusal {
	u16 nr;
	u16 error;
	const char *name, *reason;
};

static const char no_copy[] = "memory cannot be had twice at one address";
static const char no_pages[] = "a run is protected as a whole, when it is made";
static const char no_swap[] = "memory does not move, and is never paged out";
static const char no_place[] = "nobody chooses the address of a mapping";
static const char no_fault[] = "there are no page faults";

static const struct refusal refusals[] = {
	{__NR_fork, EINVAL, "fork", no_copy}, /* nm-1 */
	{__NR_mprotect, ENOSYS, "mprotect", no_pages},
	{__NR_msync, ENOSYS, "msync", no_swap},
	{__NR_madvise, ENOSYS, "madvise", no_swap},
	{__NR_mincore, ENOSYS, "mincore", no_swap},
	{__NR_mlock, ENOSYS, "mlock", no_swap},
	{__NR_mlock2, ENOSYS, "mlock2", no_swap},
	{__NR_munlock, ENOSYS, "munlock", no_swap},
	{__NR_mlockall, ENOSYS, "mlockall", no_swap},
	{__NR_munlockall, ENOSYS, "munlockall", no_swap},
	{__NR_swapon, ENOSYS, "swapon", no_swap},
	{__NR_swapoff, ENOSYS, "swapoff", no_swap},
	{__NR_remap_file_pages, ENOSYS, "remap_file_pages", no_place},
	{__NR_mbind, ENOSYS, "mbind", no_swap},
	{__NR_get_mempolicy, ENOSYS, "get_mempolicy", no_swap},
	{__NR_set_mempolicy, ENOSYS, "set_mempolicy", no_swap},
	{__NR_migrate_pages, ENOSYS, "migrate_pages", no_swap},
	{__NR_move_pages, ENOSYS, "move_pages", no_swap},
	{__NR_userfaultfd, ENOSYS, "userfaultfd", no_fault},
};

int zero_mmap(struct file *file, struct vma *new)
{
	(void)file;
	(void)new;
	return -ENODEV;
}

long sys_nommu_refused(void)
{
	u32 nr = frame_syscall(arch_user_frame(current));

	for (unsigned i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];

		if (r->nr != nr)
			continue;
		why("%s: error %u: without an MMU %s", r->name, r->error, r->reason);
		return -(long)r->error;
	}
	return sys_unknown(nr);
}
