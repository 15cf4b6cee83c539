/* SPDX-License-Identifier: MIT */
/*
 * madvise.c - madvise(2): what a program says about its memory.
 *
 *	goes		DONTNEED: private memory reads as zeros afterwards, shared memory comes back from
 *			its file. REMOVE: a hole in the file
 *	comes		POPULATE_READ, POPULATE_WRITE: as if it was touched
 *	at fork		DONTFORK, WIPEONFORK: a bit of the area, which is cut for it
 *	hints		all else: nothing is read ahead, reclaimed, dumped, or had in large pages
 *
 * Areas are done one after the other: what is refused is so in an area, and those before it are done.
 * Holes: the rest is done all the same, and the result is ENOMEM.
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/falloc.h>
#include <uapi/octavo/mman.h>

/* One kind of advice. `part` does [start, end) of area v. => 0 or an error, which ends the call; mmap_sem,
 * for writing if `set` or `clear`, is held again, if it was let go */
struct advice {
	int number;
	u32 refused;    /* VM_* of areas that it cannot be given for: EINVAL */
	u32 set, clear; /* VM_* */
	int (*part)(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
		    const struct advice *a);
};

static int zap_part(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
		    const struct advice *a)
{
	(void)a;
	if (v->flags & VM_NONLINEAR)
		nonlinear_zap(v, start, end);
	else
		mm_zap(mm, start, end, v->flags);
	return 0;
}

static int free_part(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
		     const struct advice *a)
{
	(void)mm;
	(void)start;
	(void)end;
	(void)a;
	return v->ops ? -EINVAL : 0; /* its pages go when there is reclaim */
}

static int remove_part(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
		       const struct advice *a) __must_hold(&mm->mmap_sem)
{
	struct file *file = vma_file(v);
	loff_t from = (loff_t)vma_index(v, start) << PAGE_SHIFT;
	int err;

	(void)a;
	if (!file)
		return -EINVAL;
	if ((v->flags & (VM_SHARED | VM_MAYWRITE)) != (VM_SHARED | VM_MAYWRITE))
		return -EACCES;
	file_get(file);
	rwsem_up_read(&mm->mmap_sem);
	err = file_allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from,
			    (loff_t)(end - start));
	file_put(file);
	rwsem_down_read(&mm->mmap_sem);
	return err;
}

static int populate_part(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
			 const struct advice *a)
{
	bool write = a->number == MADV_POPULATE_WRITE;
	int err;

	if (!(v->flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	err = mm_populate_area(mm, v, start, end, write);
	return err == -EIO ? -EFAULT : err;
}

/* The area's bits change: it is cut, and merged with neighbours that are alike now. */
static int bits_part(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end,
		     const struct advice *a)
{
	struct range_cuts cuts;

	if ((a->set & VM_WIPEFORK) && v->ops)
		return -EINVAL;
	if (((v->flags & ~a->clear) | a->set) == v->flags)
		return 0;
	if (range_cuts_get(mm, start, end, "madvise", &cuts) != 0)
		return -EAGAIN;
	range_cuts_make(mm, start, end, &cuts);
	v = vma_find(&mm->vmas, start);
	spin_lock(&mm->page_table_lock);
	vma_set_flags(v, (v->flags & ~a->clear) | a->set);
	spin_unlock(&mm->page_table_lock);
	mm_merge_around(mm, start, end);
	return 0;
}

static const struct advice all_advice[] = {
	{.number = MADV_NORMAL},
	{.number = MADV_RANDOM},
	{.number = MADV_SEQUENTIAL},
	{.number = MADV_WILLNEED},
	{.number = MADV_DONTNEED, .refused = VM_LOCKED | VM_IO, .part = zap_part},
	{.number = MADV_FREE, .refused = VM_LOCKED | VM_IO, .part = free_part},
	{.number = MADV_REMOVE, .refused = VM_LOCKED | VM_NONLINEAR, .part = remove_part},
	{.number = MADV_DONTFORK, .set = VM_DONTFORK, .part = bits_part},
	{.number = MADV_DOFORK, .refused = VM_IO, .clear = VM_DONTFORK, .part = bits_part},
	{.number = MADV_HUGEPAGE},
	{.number = MADV_NOHUGEPAGE},
	{.number = MADV_DONTDUMP},
	{.number = MADV_DODUMP, .refused = VM_IO},
	{.number = MADV_WIPEONFORK, .set = VM_WIPEFORK, .part = bits_part},
	{.number = MADV_KEEPONFORK, .clear = VM_WIPEFORK, .part = bits_part},
	{.number = MADV_COLD, .refused = VM_LOCKED | VM_IO},
	{.number = MADV_PAGEOUT, .refused = VM_LOCKED | VM_IO},
	{.number = MADV_POPULATE_READ, .refused = VM_IO, .part = populate_part},
	{.number = MADV_POPULATE_WRITE, .refused = VM_IO, .part = populate_part},
	{.number = MADV_DONTNEED_LOCKED, .refused = VM_IO, .part = zap_part},
};

static const struct advice *advice_known(int number)
{
	for (unsigned i = 0; i < ARRAY_SIZE(all_advice); i++) {
		if (all_advice[i].number == number)
			return &all_advice[i];
	}
	return NULL;
}

static int advise_areas(struct mm *mm, vaddr_t start, vaddr_t end, const struct advice *a)
{
	int err = 0, part = 0;

	while (start < end && part == 0) {
		struct vma *v = vma_find(&mm->vmas, start); /* `part` may have changed areas */
		vaddr_t stop;

		if (!v || v->start >= end)
			return -ENOMEM;
		if (v->start > start) {
			err = -ENOMEM;
			start = v->start;
		}
		if (v->flags & a->refused)
			return -EINVAL;
		stop = MIN(v->end, end);
		if (a->part)
			part = a->part(mm, v, start, stop, a);
		start = stop;
	}
	return part ? part : err;
}

int mm_advise(struct mm *mm, vaddr_t addr, u32 len, int advice)
{
	const struct advice *a = advice_known(advice);
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	int err;

	if (!a || (addr & (PAGE_SIZE - 1)))
		return -EINVAL;
	if (len != 0 && bytes == 0)
		return -EINVAL;
	if (addr + bytes < addr)
		return -EINVAL;
	if (bytes == 0)
		return 0;
	if (a->set | a->clear) {
		rwsem_down_write(&mm->mmap_sem);
		err = advise_areas(mm, addr, addr + bytes, a);
		rwsem_up_write(&mm->mmap_sem);
	} else {
		rwsem_down_read(&mm->mmap_sem);
		err = advise_areas(mm, addr, addr + bytes, a);
		rwsem_up_read(&mm->mmap_sem);
	}
	return err;
}

long sys_madvise(vaddr_t addr, u32 len, int advice)
{
	return mm_advise(current->mm, addr, len, advice);
}
