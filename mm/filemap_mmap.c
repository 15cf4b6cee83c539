/* SPDX-License-Identifier: MIT */
/*
 * filemap_mmap.c - areas that map a file, and the way from the file to them.
 *
 *	mapping->i_mmap -> area [pgoff, pgoff + pages) of mm A
 *	                -> area ...                    of mm B
 *
 * A file that gets shorter must find every page-table entry of the pages that went. So an area is
 * listed before an entry can be made in it, and leaves the list when none is left. Where an area is
 * cut in two the new half is listed in the same section (i_mmap_lock, then page_table_lock) in
 * which the bounds change; where two become one, the one that goes is listed until the other has
 * its pages. A fork lists the copy behind the original: whoever walks the list comes to the copy
 * later, and finds there what was copied before he emptied the original.
 *
 * Locks: i_mmap_lock for the list; an area's bounds, its own mm's page_table_lock. An mm lives as
 * long as an area of it is listed.
 */
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/memfd.h>

void filemap_link(struct vma *v, struct vma *after)
{
	struct address_space *m = vma_mapping(v);

	if (!m)
		return;
	rwsem_down_write(&m->i_mmap_lock);
	if (after)
		LIST_INSERT_AFTER(after, v, i_mmap);
	else
		LIST_INSERT_HEAD(&m->i_mmap, v, i_mmap);
	rwsem_up_write(&m->i_mmap_lock);
}

void filemap_unlink(struct vma *v)
{
	struct address_space *m = vma_mapping(v);

	if (!m)
		return;
	rwsem_down_write(&m->i_mmap_lock);
	LIST_REMOVE(v, i_mmap);
	rwsem_up_write(&m->i_mmap_lock);
}

static bool maps_a_copy(struct mm *mm, vaddr_t va)
{
	pte_t pte = pmap_query(&mm->pmap, va);

	return pte_present(pte) && page_is_private(pfn_to_page(pte_pfn(pte)));
}

/* Entries of the cache's pages in [va, stop), which one table has; copies stay. PTL */
static void remove_cached(struct mm *mm, vaddr_t va, vaddr_t stop)
{
	while (va < stop) {
		vaddr_t end = va;

		while (end < stop && !maps_a_copy(mm, end))
			end += PAGE_SIZE;
		if (va < end)
			mm_remove_entries(mm, va, end);
		va = end + PAGE_SIZE;
	}
}

/* One table's span of the pages [*first, last] in one area; *first moves on. => false: done */
static bool unmap_span(struct vma *v, u32 *first, u32 last, bool copies)
{
	struct mm *mm = v->mm;
	bool more = false;

	spin_lock(&mm->page_table_lock);
	if (*first < v->pgoff)
		*first = v->pgoff;
	if (*first <= last && *first - v->pgoff < (v->end - v->start) >> PAGE_SHIFT) {
		vaddr_t va = v->start + ((*first - v->pgoff) << PAGE_SHIFT);
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, v->end);

		if (last - *first < (stop - va) >> PAGE_SHIFT)
			stop = va + ((last - *first + 1) << PAGE_SHIFT);
		if (copies || !v->copied)
			mm_remove_entries(mm, va, stop);
		else if (pmap_prepared(&mm->pmap, va))
			remove_cached(mm, va, stop);
		more = stop < v->end;
		*first += (u32)((stop - va) >> PAGE_SHIFT);
	}
	spin_unlock(&mm->page_table_lock);
	return more;
}

void filemap_unmap(struct address_space *m, u32 first, u32 last, bool copies)
{
	struct vma *v;

	rwsem_down_read(&m->i_mmap_lock);
	LIST_FOREACH(v, &m->i_mmap, i_mmap) {
		u32 at = first;

		while (unmap_span(v, &at, last, copies))
			;
	}
	rwsem_up_read(&m->i_mmap_lock);
}

/* --- the kind of area --- */

/* Is it, or can mprotect(2) make it, one through which the file is written? */
static bool writes_to_file(const struct vma *v)
{
	return (v->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

static void file_area_open(struct vma *v)
{
	struct file *file = v->object;

	if (writes_to_file(v))
		atomic_inc(&file->inode->mapping->nr_writable);
	file_get(file);
	if (unlikely(file->ops->areas != NULL))
		file->ops->areas(file, true);
}

static void file_area_close(struct vma *v)
{
	struct file *file = v->object;

	if (writes_to_file(v))
		atomic_dec(&file->inode->mapping->nr_writable);
	if (unlikely(file->ops->areas != NULL))
		file->ops->areas(file, false);
	file_put(file);
}

/* One file may be open often. */
static u64 file_area_serial(const struct vma *v)
{
	const struct file *file = v->object;

	return file->inode->serial;
}

static bool file_area_has_page(const struct vma *v, u32 index)
{
	struct page *page = filemap_find(vma_mapping(v), index);

	if (page)
		put_page(page);
	return page != NULL;
}

const struct vma_ops file_vma_ops = {
	.name = "file",
	.open = file_area_open,
	.close = file_area_close,
	.fault = filemap_fault,
	.serial = file_area_serial,
	.has_page = file_area_has_page,
};

/* What a file that is sealed against writing allows. => 0, -EPERM [t] */
static int check_seals(u32 seals, struct vma *new)
{
	if (!(seals & F_SEALS_NO_WRITE) || !(new->flags &VM_SHARED))
		return 0;
	if (new->flags & VM_WRITE)
		return -EPERM;
	new->flags &= ~VM_MAYWRITE;
	return 0;
}

int filemap_mmap(struct file *file, struct vma *new)
{
	struct address_space *m = file->inode->mapping;
	int err;

	spin_lock(&m->tree_lock);
	err = check_seals(file->inode->seals, new);
	if (err == 0 && writes_to_file(new)) {
		atomic_inc(&m->nr_writable);
		m->tail_dirty = true;
	}
	spin_unlock(&m->tree_lock);
	if (err != 0)
		return err;
	file_get(file);
	new->object = file;
	new->ops = &file_vma_ops;
	return 0;
}
