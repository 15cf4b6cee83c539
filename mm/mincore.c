/* SPDX-License-Identifier: MIT */
/*
 * mincore.c - mincore(2): which pages would be there at once.
 *
 *	a page has an entry			1
 *	none, but its file or object has it	1
 *	neither					0
 *	of a file that the caller could not write to, if it asked: 1, since what is in the cache tells
 *	what others do with it
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

/* Is what the object has in memory no secret for the caller? */
static bool may_ask(const struct vma *v)
{
	return !vma_is_file(v) || inode_owner_or_capable(((struct file *)v->object)->inode) ||
	       inode_permission(((struct file *)v->object)->inode, MAY_WRITE) == 0;
}

/* Which of the pages of [va, end) have entries, a table's span at a time. */
static void look_at_entries(struct mm *mm, vaddr_t va, vaddr_t end, u8 *vec)
{
	while (va < end) {
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, end);
		struct pmap_iter it = pmap_iter_start(&mm->pmap, va, stop);

		if (!pmap_prepared(&mm->pmap, va)) {
			memset(vec, 0, (stop - va) >> PAGE_SHIFT);
			vec += (stop - va) >> PAGE_SHIFT;
		} else {
			spin_lock(&mm->page_table_lock);
			for (pmap_iter_table(&it); it.pte < it.stop; it.pte++)
				*vec++ = pte_present(*it.pte);
			spin_unlock(&mm->page_table_lock);
		}
		va = stop;
	}
}

static void look_at_object(const struct vma *v, vaddr_t start, u32 pages, u8 *vec)
{
	for (u32 i = 0; i < pages; i++, start += PAGE_SIZE)
		vec[i] = vec[i] != 0 || v->ops->has_page(v, vma_index_at(v, start));
}

/* What one area has of the pages from `start` on, `nr` at the most. => how many; -ENOMEM a hole */
static int look(struct mm *mm, vaddr_t start, u32 nr, u8 *vec)
{
	const struct vma *v;
	int pages = -ENOMEM;

	rwsem_down_read(&mm->mmap_sem);
	v = vma_find(&mm->vmas, start);
	if (v && v->start <= start) {
		pages = (int)MIN(nr, (u32)((v->end - start) >> PAGE_SHIFT));
		if (!may_ask(v)) {
			memset(vec, 1, (u32)pages);
		} else {
			look_at_entries(mm, start, start + ((u32)pages << PAGE_SHIFT), vec);
			if (v->ops)
				look_at_object(v, start, (u32)pages, vec);
		}
	}
	rwsem_up_read(&mm->mmap_sem);
	return pages;
}

long sys_mincore(vaddr_t start, u32 len, u8 __user *vec)
{
	u32 pages = (len >> PAGE_SHIFT) + ((len & (PAGE_SIZE - 1)) != 0);
	int n = 0;
	u8 *buf;

	if (start & (PAGE_SIZE - 1))
		return -EINVAL;
	if (!user_range_ok((void __user __force *)start, len))
		return -ENOMEM;
	if (!user_range_ok(vec, pages))
		return -EFAULT;
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		return -EAGAIN;
	while (pages > 0 && n >= 0) {
		n = look(current->mm, start, MIN(pages, (u32)PAGE_SIZE), buf);
		if (n < 0)
			break;
		if (copy_to_user(vec, buf, (u32)n) != 0)
			n = -EFAULT;
		pages -= (u32)n;
		vec += n;
		start += (u32)n << PAGE_SHIFT;
		if (signal_fatal())
			n = -EINTR;
	}
	kfree(buf);
	return n < 0 ? n : 0;
}
