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
#include <octavo/why.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>

/*
 * Files cannot be mapped: what is wrong with a call that tries comes in the order in which Linux
 * looks, the access mode before the missing operation.
 */
static long map_file_errno(struct mm *mm, vaddr_t addr, u32 len, u32 prot, u32 flags, int fd,
			   u32 pgoff)
{
	struct file *file = files_lookup((u32)fd);
	u32 access, type = flags & MAP_TYPE;
	vaddr_t where;
	int err = -EINVAL;

	if (!file)
		return -EBADF;
	access = file->flags & O_ACCMODE;
	file_put(file);
	if ((flags & MAP_HUGETLB) || len == 0)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	err = mm_map_place(mm, addr, len, flags, pgoff, &where);
	rwsem_up_write(&mm->mmap_sem);
	if (err != 0)
		return err;
	if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (access == O_WRONLY)
		return -EACCES;
	if (type != MAP_PRIVATE && (prot & PROT_WRITE) && access != O_RDWR)
		return -EACCES;
	why("mmap: ENODEV: descriptor %d is a file, and files cannot be mapped", fd);
	return -ENODEV;
}

long sys_mmap2(vaddr_t addr, u32 len, u32 prot, u32 flags, int fd, u32 pgoff)
{
	struct mm *mm = current->mm;

	if (!(flags & MAP_ANONYMOUS))
		return map_file_errno(mm, addr, len, prot, flags, fd, pgoff);
	if (flags & MAP_HUGETLB)
		return -EINVAL;
	return mm_map(mm, addr, len, prot, flags, NULL, NULL, pgoff);
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
