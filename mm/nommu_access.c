/* SPDX-License-Identifier: MIT */
/*
 * nommu_access.c - what a program may touch, for the MPU's faults and for the kernel's own accesses.
 *
 * Memory that shows something else than what it holds is hidden for a while (nm-16): no slot opens it, who
 * faults there or has a system call do something there sleeps.
 */
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/string.h>
#include <octavo/wait.h>

#define ANY (VM_READ | VM_WRITE | VM_EXEC)

/* What may be done at an address, and in all of [start, end) around it. */
struct access {
	vaddr_t start, end;
	u32 flags; /* VM_* of all areas there */
};

/* What no program sees for a while; handlers read it, so it changes with interrupts off. */
static struct {
	vaddr_t start;
	u32 bytes;
} hidden;
static struct wait_queue hidden_wait = WAIT_QUEUE_INIT(hidden_wait);

static bool is_hidden(vaddr_t address)
{
	return address - hidden.start < hidden.bytes;
}

/* Area v has the address, or ends the stretch around it. */
static void add_area(struct access *a, const struct vma *v, vaddr_t address)
{
	if (v->end <= address) {
		a->start = MAX(a->start, v->end);
	} else if (v->start > address) {
		a->end = MIN(a->end, v->start);
	} else {
		a->start = MAX(a->start, v->start);
		a->end = MIN(a->end, v->end);
		a->flags |= v->flags;
	}
}

/* Where areas lie over each other; v is the first one that ends behind the address. => false: none is
 * there */
static bool access_with_twins(struct mm *mm, const struct vma *v, vaddr_t address, struct access *a)
{
	const struct vma *prev = v != NULL ? vma_prev(v) : NULL;
	bool found = v != NULL && v->start <= address;

	*a = (struct access){.end = ~(vaddr_t)0};
	if (v != NULL)
		add_area(a, v, address);
	if (prev != NULL)
		add_area(a, prev, address);
	LIST_FOREACH(v, &mm->pmap.twins, twins) {
		found |= v->start <= address && address < v->end;
		add_area(a, v, address);
	}
	return found;
}

/* => false: no area is there */
static __always_inline bool access_at(struct mm *mm, vaddr_t address, struct access *a)
{
	const struct vma *v;

	if (unlikely(is_hidden(address)))
		return false;
	v = vma_find(&mm->vmas, address);
	if (unlikely(!LIST_EMPTY(&mm->pmap.twins)))
		return access_with_twins(mm, v, address, a);
	if (v == NULL || v->start > address)
		return false;
	*a = (struct access){v->start, v->end, v->flags};
	return true;
}

bool nommu_load(struct mm *mm, uintptr_t address)
{
	u32 prot = MPU_READ;
	struct access a;

	if (!access_at(mm, address, &a) || (a.flags & ANY) == 0)
		return false;
	if (a.flags & VM_WRITE)
		prot |= MPU_WRITE;
	if (a.flags & VM_EXEC)
		prot |= MPU_EXEC;
	return mpu_load(&mm->pmap.mpu, a.start, a.end, prot, address);
}

bool nommu_use_stack(struct mm *mm, uintptr_t sp, u32 room)
{
	struct access a;

	if (!access_at(mm, sp - room, &a) || (a.flags & (VM_WRITE | VM_IO)) != VM_WRITE ||
	    sp > a.end)
		return false;
	return mpu_use_stack(&mm->pmap.mpu, a.start, a.end, sp - room, (a.flags & VM_GUARDED) != 0);
}

bool nommu_may_exec(struct mm *mm, uintptr_t address)
{
	struct access a;

	return access_at(mm, address, &a) && (a.flags & VM_EXEC) != 0;
}

size_t nommu_accessible(struct mm *mm, vaddr_t addr, size_t len, bool write)
{
	struct access a;

	if (!access_at(mm, addr, &a) || (a.flags & (write ? VM_WRITE : ANY)) == 0 ||
	    (a.flags & VM_IO))
		return 0;
	return MIN(len, a.end - addr);
}

bool nommu_may_write(struct mm *mm, uintptr_t address, size_t len)
{
	return nommu_accessible(mm, address, len, true) == len;
}

/* --- what is hidden --- */

void nommu_hide(vaddr_t start, u32 bytes)
{
	struct mm *mm;
	irqstate_t s = arch_irq_save();

	PANIC_ON(hidden.bytes != 0);
	hidden.start = start;
	hidden.bytes = bytes;
	arch_irq_restore(s);
	spin_lock(&mm_list_lock);
	LIST_FOREACH(mm, &all_mms, all)
		mpu_flush(&mm->pmap.mpu, start, start + bytes);
	spin_unlock(&mm_list_lock);
}

void nommu_show(void)
{
	hidden.bytes = 0;
	wake_all(&hidden_wait);
}

bool nommu_wait_shown(vaddr_t address)
{
	if (likely(!is_hidden(address)))
		return false;
	wait_event(&hidden_wait, !is_hidden(address));
	return true;
}

/* A fault that the handler could not resolve: only says why. */
int mm_fault(struct mm *mm, vaddr_t addr, unsigned flags)
{
	u32 need = ANY;
	struct access a;
	int err;

	if (flags & FAULT_WRITE)
		need = VM_WRITE;
	else if (flags & FAULT_EXEC)
		need = VM_EXEC;
	nommu_wait_shown(addr);
	rwsem_down_read(&mm->mmap_sem);
	if (!access_at(mm, addr, &a))
		err = -EFAULT;
	else
		err = a.flags & need ? 0 : -EACCES;
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
