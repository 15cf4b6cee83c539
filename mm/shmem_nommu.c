/* SPDX-License-Identifier: MIT */
/*
 * shmem_nommu.c - tmpfs's files without an MMU: one that is to be shared has its pages in a row.
 *
 *	open, ftruncate(fd, size), mmap		nm-6, nm-17
 *	      └─ the file is empty: a run for all of `size`, page by page in its tree
 *				  └─ in a row: their own memory is mapped; else ENODEV, or a copy
 *
 * What is mapped stays: the file cannot get shorter than that (ETXTBSY).
 */
#include <octavo/errno.h>
#include <octavo/nommu.h>
#include <octavo/run.h>
#include <octavo/shmem.h>
#include <octavo/string.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <uapi/octavo/memfd.h>

/* --- pages in a row --- */

static int charge_all(struct address_space *m, u32 nr_pages)
{
	for (u32 i = 0; i < nr_pages; i++) {
		int err = m->ops->charge(m);

		if (err != 0) {
			m->ops->uncharge(m, i);
			return err;
		}
	}
	return 0;
}

/* => how many of them the tree has; the references are given to it */
static u32 add_all(struct address_space *m, struct page *page, u32 nr_pages)
{
	u32 i;

	for (i = 0; i < nr_pages; i++) {
		if (filemap_add(m, i, page + i, false) != 0)
			break;
		put_page(page + i);
	}
	return i;
}

int shmem_gather(struct address_space *m, u32 nr_pages)
{
	struct page *page;
	u32 added;
	int err;

	if (nr_pages == 0 || m->pages.nr != 0)
		return 0;
	if (nr_pages > 1u << MAX_ORDER) {
		why("tmpfs: EFBIG: %u pages in a row, a block has %u", nr_pages, 1u << MAX_ORDER);
		return -EFBIG;
	}
	err = charge_all(m, nr_pages);
	if (err != 0)
		return err;
	page = run_alloc(GFP_HIGHUSER, nr_pages, 1, PAGE_FILE);
	if (page == NULL) {
		m->ops->uncharge(m, nr_pages);
		return -ENOMEM;
	}
	memset(page_to_virt(page), 0, nr_pages << PAGE_SHIFT);
	added = add_all(m, page, nr_pages);
	if (added == nr_pages)
		return 0;
	run_free(page + added, nr_pages - added);
	m->ops->uncharge(m, nr_pages - added);
	filemap_remove(m, 0, UINT32_MAX);
	return -ENOMEM;
}

/* --- pages that go --- */

int shmem_remove_begin(struct address_space *m, u32 first) __acquires(&region_lock)
{
	mutex_lock(&region_lock);
	if (!nommu_file_is_mapped(m->host, first))
		return 0;
	why("tmpfs: ETXTBSY: page %u of the file, or one behind it, is mapped", first);
	return -ETXTBSY;
}

void shmem_remove_end(struct address_space *m) __releases(&region_lock)
{
	(void)m;
	mutex_unlock(&region_lock);
}

/* They are mapped nowhere, see above. */
void filemap_unmap(struct address_space *m, u32 first, u32 last, bool copies)
{
	(void)m;
	(void)first;
	(void)last;
	(void)copies;
}

/* --- mapping --- */

/* [region_lock]: no page goes */
static long place(struct file *file, u32 pgoff, u32 len, u32 flags)
{
	struct address_space *m = file->inode->mapping;
	u32 end = pgoff + PAGES_OF(len);
	const struct page *first = NULL;

	(void)flags;
	for (u32 i = pgoff; i < end; i++) {
		const struct page *page;

		spin_lock(&m->tree_lock);
		page = i < filemap_end(m) ? radix_lookup(&m->pages, i) : NULL;
		spin_unlock(&m->tree_lock);
		if (i == pgoff)
			first = page;
		if (page == NULL || page != first + (i - pgoff))
			return -ENOSYS;
	}
	return (long)(vaddr_t)page_to_virt(first);
}

static void shared_close(struct vma *v)
{
	struct address_space *m = v->object;

	atomic_dec(&m->nr_writable);
}

static const struct vma_ops shared_ops = {.name = "tmpfs", .close = shared_close};

/* Who shares it may write to it, or could: that is counted, since it cannot be sealed then. */
static int map_own(struct file *file, struct vma *new)
{
	struct address_space *m = file->inode->mapping;
	int err = 0;

	if (!(new->flags &VM_SHARED))
		return 0;
	spin_lock(&m->tree_lock);
	if ((file->inode->seals & F_SEALS_NO_WRITE) && (new->flags &VM_WRITE))
		err = -EPERM;
	else if (file->inode->seals & F_SEALS_NO_WRITE)
		new->flags &= ~VM_MAYWRITE;
	if (err == 0 && (new->flags &VM_MAYWRITE)) {
		atomic_inc(&m->nr_writable);
		m->tail_dirty = true;
		new->object = m;
		new->ops = &shared_ops;
	}
	spin_unlock(&m->tree_lock);
	return err;
}

const struct file_ops shmem_file_ops = {
	SHMEM_FILE_OPS,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE | MAP_CAN_EXEC,
	.get_unmapped_area = place,
	.mmap = map_own,
};

/* --- promises: what is given is there --- */

int shmem_promise(const struct address_space *m, u32 nr)
{
	(void)m;
	(void)nr;
	return 0;
}

void shmem_unpromise(const struct address_space *m, u32 nr)
{
	(void)m;
	(void)nr;
}

int shmem_promise_all(struct address_space *m, u32 nr, bool noreserve)
{
	(void)m;
	(void)nr;
	(void)noreserve;
	return 0;
}

void shmem_audit_promises(const struct address_space *m, u32 nr)
{
	(void)m;
	(void)nr;
}
