/* SPDX-License-Identifier: MIT */
/*
 * nommu_access.c - what a program may touch, for the MPU's faults and for the kernel's own accesses.
 */
#include <octavo/errno.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/string.h>

/* The run that holds the address, or NULL. */
static struct vma *run_at(struct mm *mm, vaddr_t address)
{
	struct vma *v = vma_find(&mm->vmas, address);

	return v != NULL && v->start <= address ? v : NULL;
}

bool nommu_load(struct mm *mm, uintptr_t address)
{
	struct vma *v = run_at(mm, address);
	u32 prot = MPU_READ;

	if (v == NULL || (v->flags & (VM_READ | VM_WRITE | VM_EXEC)) == 0)
		return false;
	if (v->flags & VM_WRITE)
		prot |= MPU_WRITE;
	if (v->flags & VM_EXEC)
		prot |= MPU_EXEC;
	return mpu_load(&mm->pmap.mpu, v->start, v->end, prot, address);
}

bool nommu_use_stack(struct mm *mm, uintptr_t sp, u32 room)
{
	const struct vma *v = run_at(mm, sp - room);

	if (v == NULL || (v->flags & VM_WRITE) == 0 || sp > v->end)
		return false;
	return mpu_use_stack(&mm->pmap.mpu, v->start, v->end, sp - room,
			     (v->flags & VM_GUARDED) != 0);
}

bool nommu_may_exec(struct mm *mm, uintptr_t address)
{
	const struct vma *v = run_at(mm, address);

	return v != NULL && (v->flags & VM_EXEC) != 0;
}

size_t nommu_accessible(struct mm *mm, vaddr_t addr, size_t len, bool write)
{
	const struct vma *v = run_at(mm, addr);

	if (v == NULL || (v->flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC)) == 0)
		return 0;
	return MIN(len, v->end - addr);
}

bool nommu_may_write(struct mm *mm, uintptr_t address, size_t len)
{
	return nommu_accessible(mm, address, len, true) == len;
}

/* A fault that the handler could not resolve: only says why. */
int mm_fault(struct mm *mm, vaddr_t addr, unsigned flags)
{
	const struct vma *v;
	u32 need = VM_READ | VM_WRITE | VM_EXEC;
	int err;

	if (flags & FAULT_WRITE)
		need = VM_WRITE;
	else if (flags & FAULT_EXEC)
		need = VM_EXEC;
	rwsem_down_read(&mm->mmap_sem);
	v = run_at(mm, addr);
	if (v == NULL)
		err = -EFAULT;
	else
		err = v->flags & need ? 0 : -EACCES;
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

int mm_write_user(struct mm *mm, vaddr_t addr, const void *src, u32 len)
{
	if (nommu_accessible(mm, addr, len, true) != len)
		return -EFAULT;
	memcpy((void *)addr, src, len);
	return 0;
}
