/* SPDX-License-Identifier: MIT */
/*
 * sys_mmap.c - the system calls mmap2(2), i386's first mmap, and munmap(2): what comes from a
 * program is turned into what mm/mmap.c understands.
 *
 * This is the one file about memory that knows of file descriptors.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/mman.h>

long sys_mmap2(vaddr_t addr, u32 len, u32 prot, u32 flags, int fd, u32 pgoff)
{
	struct file *file = NULL;
	long result;

	if (!(flags & MAP_ANONYMOUS)) {
		file = files_lookup((u32)fd);
		if (!file)
			return -EBADF;
	}
	result = flags & MAP_HUGETLB ? -EINVAL
				     : mm_map(current->mm, addr, len, prot, flags, file, pgoff);
	if (file)
		file_put(file); /* the area has a reference of its own */
	return result;
}

struct old_mmap_args { /* i386's first mmap: its arguments in memory, the offset in bytes */
	u32 addr, len, prot, flags, fd, offset;
};

long sys_old_mmap(const u32 __user *args)
{
	struct old_mmap_args a;

	if (copy_from_user(&a, args, sizeof(a)) != 0)
		return -EFAULT;
	if (a.offset & (PAGE_SIZE - 1))
		return -EINVAL;
	return sys_mmap2(a.addr, a.len, a.prot, a.flags, (int)a.fd, a.offset >> PAGE_SHIFT);
}

long sys_munmap(vaddr_t addr, u32 len)
{
	return mm_unmap(current->mm, addr, len);
}
