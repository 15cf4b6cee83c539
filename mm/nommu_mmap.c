/* SPDX-License-Identifier: MIT */
/*
 * nommu_mmap.c - mmap(2), munmap(2) and brk(2) without an MMU, for memory of one's own.
 *
 * A mapping is a run of frames that the kernel chooses: an address may be hinted at but not be
 * asked for (nm-11), shared anonymous memory is private memory (nm-2), and a part of it may be
 * unmapped. The heap ends where the program's run of data ends, fixed when it starts.
 */
#include <octavo/errno.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <uapi/octavo/mman.h>

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)

/* => 0, or the error of a request that can never succeed here */
static int validate(u32 len, u32 prot, u32 flags)
{
	u32 type = flags & MAP_TYPE;

	if (len == 0 || (type != MAP_PRIVATE && type != MAP_SHARED) || (prot & ~PROT_ALL) != 0)
		return -EINVAL;
	if (flags & MAP_FIXED) {
		why("mmap: EINVAL: MAP_FIXED, but without an MMU nobody chooses an address");
		return -EINVAL;
	}
	if (len > (u32)-PAGE_SIZE)
		return -ENOMEM;
	return 0;
}

static u32 vm_flags(u32 prot, u32 map)
{
	u32 flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	if (prot & PROT_READ)
		flags |= VM_READ;
	if (prot & PROT_WRITE)
		flags |= VM_WRITE;
	if (prot & PROT_EXEC)
		flags |= VM_EXEC;
	if (map & MAP_STACK)
		flags |= VM_GUARDED;
	return flags;
}

long sys_mmap2(vaddr_t addr, u32 len, u32 prot, u32 flags, int fd, u32 pgoff)
{
	struct mm *mm = current->mm;
	int err = validate(len, prot, flags);
	long start;

	(void)addr;
	(void)fd;
	(void)pgoff;
	if (err != 0)
		return err;
	if ((flags & MAP_ANONYMOUS) == 0) {
		why("mmap: ENODEV: files are not mapped");
		return -ENODEV;
	}
	rwsem_down_write(&mm->mmap_sem);
	start = nommu_map_memory(mm, len, vm_flags(prot, flags));
	rwsem_up_write(&mm->mmap_sem);
	return start;
}

/* Is it a mapping that mmap(2) made? A program's own text, data and stack stay. */
static bool may_unmap(const struct vma *v)
{
	return v->ops == &nommu_memory_ops && (v->flags & (VM_STACK | VM_HEAP)) == 0;
}

long sys_munmap(vaddr_t addr, u32 len)
{
	struct mm *mm = current->mm;
	struct vma *v;
	vaddr_t end;
	long err = -EINVAL;

	if (len == 0 || len > (u32)-PAGE_SIZE || (addr & ~PAGE_MASK) != 0)
		return -EINVAL;
	end = addr + ALIGN_UP(len, PAGE_SIZE);
	if (end < addr)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	v = vma_find(&mm->vmas, addr);
	if (v != NULL && v->start <= addr && end <= v->end && may_unmap(v))
		err = nommu_unmap(mm, v, addr, end);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}

/* What the heap gives back is cleared at once, so that it is zero when it is taken again. */
vaddr_t mm_brk(struct mm *mm, vaddr_t brk)
{
	vaddr_t result;

	rwsem_down_write(&mm->mmap_sem);
	if (brk >= mm->brk_start && brk <= mm->pmap.brk_limit) {
		if (brk < mm->brk)
			memset((void *)brk, 0, mm->brk - brk);
		mm->brk = brk;
	} else if (brk > mm->pmap.brk_limit) {
		why("brk: %u bytes of heap asked, the program was started with room for %u",
		    (u32)(brk - mm->brk_start), (u32)(mm->pmap.brk_limit - mm->brk_start));
	}
	result = mm->brk;
	rwsem_up_write(&mm->mmap_sem);
	return result;
}

long sys_brk(vaddr_t brk)
{
	return (long)mm_brk(current->mm, brk);
}
