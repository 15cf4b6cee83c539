/* SPDX-License-Identifier: MIT */
/*
 * filemap_mmap.c - areas that map a file: which may be made, and what they can do. The way from the
 * file to them: rmap.c.
 */
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/memfd.h>

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
