/* SPDX-License-Identifier: MIT */
/*
 * shmem.c - tmpfs's files: their pages are in the page cache and nowhere else.
 *
 *	mapping --private--> the mount's account: used of max pages
 *
 * A page is charged before it is had, and uncharged when it left the cache; so `used` may for a
 * moment be larger than what the files hold, and is never smaller.
 * Invariant: no page at or beyond the end of the file, but those before kept_end that fallocate(2)
 * has put there; they are zero, and mapped nowhere. What lies behind the end in the last page is
 * zero, unless a program wrote there through a mapping; it is cleared when the file grows over it.
 */
#include <arch/page_bytes.h>
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/shmem.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <uapi/octavo/falloc.h>
#include <uapi/octavo/memfd.h>

/* --- the account --- */

static int shmem_charge(struct address_space *m)
{
	struct shmem_account *account = m->private;

	if ((u32)atomic_inc_return(&account->used) <= account->max) {
		if (shmem_promise(m, 1) == 0)
			return 0;
		atomic_dec(&account->used);
		return -ENOSPC;
	}
	atomic_dec(&account->used);
	why("tmpfs: ENOSPC: a page more than the %u that it may have", account->max);
	return -ENOSPC;
}

static void shmem_uncharge(struct address_space *m, u32 nr)
{
	struct shmem_account *account = m->private;

	atomic_sub(&account->used, (s32)nr);
	shmem_unpromise(m, nr);
}

static const struct mapping_ops shmem_ops = {
	.charge = shmem_charge,
	.uncharge = shmem_uncharge,
};

/* --- files --- */

void shmem_init(struct address_space *m, struct inode *host, struct shmem_account *account)
{
	filemap_init(m, host, &shmem_ops, account);
}

void shmem_release(struct address_space *m)
{
	ASSERT(RB_EMPTY(&m->i_mmap));
	filemap_remove(m, 0, UINT32_MAX);
	if (m->promised != 0) {
		u32 all = m->promised;

		m->promised = 0;
		shmem_unpromise(m, all);
	}
}

static int make_shorter(struct address_space *m, loff_t size)
{
	loff_t page_end = ALIGN_UP(size, (loff_t)PAGE_SIZE);
	u32 first = (u32)(page_end >> PAGE_SHIFT);
	int err = shmem_remove_begin(m, first);

	if (err == 0) {
		filemap_set_size(m, size);
		if (size < page_end)
			filemap_zero(m, size, page_end);
		filemap_remove(m, first, UINT32_MAX);
		filemap_unmap(m, first, UINT32_MAX, true);
		m->kept_end = 0;
	}
	shmem_remove_end(m);
	return err;
}

static void make_longer(struct address_space *m, loff_t size)
{
	loff_t old = m->host->size, page_end = ALIGN_UP(old, (loff_t)PAGE_SIZE);

	if (m->tail_dirty && old < page_end)
		filemap_zero(m, old, MIN(size, page_end));
	filemap_set_size(m, size);
}

int shmem_truncate(struct inode *inode, loff_t size)
{
	struct address_space *m = inode->mapping;
	int err = 0;

	if (size > SHMEM_MAX_SIZE)
		return -EFBIG;
	if ((size < inode->size && (inode->seals & F_SEAL_SHRINK)) ||
	    (size > inode->size && (inode->seals & F_SEAL_GROW)))
		return -EPERM;
	if (size < inode->size || (size == inode->size && m->kept_end != 0))
		err = make_shorter(m, size);
	else if (inode->size == 0)
		err = shmem_gather(m, (u32)((size + (PAGE_SIZE - 1)) >> PAGE_SHIFT));
	if (err != 0)
		return err;
	if (size > inode->size)
		make_longer(m, size);
	inode->mtime_ns = clock_realtime_ns();
	return 0;
}

/* --- fallocate(2) --- */

/* Bytes [from, to) become zero: whole pages go, private copies of them stay. => 0, -ETXTBSY */
static int punch_hole(struct address_space *m, loff_t from, loff_t to)
{
	loff_t start = ALIGN_UP(from, (loff_t)PAGE_SIZE), end = ALIGN_DOWN(to, (loff_t)PAGE_SIZE);

	if (start > end) { /* all in one page */
		filemap_zero(m, from, to);
		return 0;
	}
	if (start < end) {
		u32 first = (u32)(start >> PAGE_SHIFT), last = (u32)(end >> PAGE_SHIFT) - 1;
		int err = shmem_remove_begin(m, first);

		if (err == 0) {
			filemap_remove(m, first, last);
			filemap_unmap(m, first, last, false);
		}
		shmem_remove_end(m);
		if (err != 0)
			return err;
	}
	filemap_zero(m, from, start);
	filemap_zero(m, end, to);
	return 0;
}

static int fill_holes(struct address_space *m, loff_t from, loff_t to, bool keep_size)
{
	const struct shmem_account *account = m->private;
	u32 first = (u32)(from >> PAGE_SHIFT);
	u32 end = (u32)((to + (PAGE_SIZE - 1)) >> PAGE_SHIFT);
	int err = to > m->host->size ? rlimit_file_size((u64)to) : 0;

	if (err != 0)
		return err;
	if (to > m->host->size && (m->host->seals & F_SEAL_GROW))
		return -EPERM;
	if (end - first > MIN(account->max, nr_total_pages())) {
		why("tmpfs: ENOSPC: %u pages asked, %u allowed", end - first, account->max);
		return -ENOSPC;
	}
	err = filemap_fill(m, first, end);
	if (err != 0)
		return err;
	if (to > m->host->size) {
		if (keep_size)
			m->kept_end = MAX(m->kept_end, end);
		else
			make_longer(m, to);
	}
	return 0;
}

int shmem_allocate(struct inode *inode, u32 mode, loff_t offset, loff_t len)
{
	struct address_space *m = inode->mapping;

	if (mode & ~(u32)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (!(mode & FALLOC_FL_PUNCH_HOLE))
		return fill_holes(m, offset, offset + len, mode & FALLOC_FL_KEEP_SIZE);
	if (inode->seals & F_SEALS_NO_WRITE)
		return -EPERM;
	return punch_hole(m, offset, offset + len);
}

/* --- filling from the kernel --- */

/* The page that the file's end lies in, made if it is not there, with a reference. */
static int last_page(struct address_space *m, struct page **page)
{
	u32 index = (u32)(m->host->size >> PAGE_SHIFT);
	int err;

	*page = filemap_find(m, index);
	if (*page != NULL)
		return 0;
	*page = filemap_new_page(m, GFP_HIGHUSER | __GFP_ZERO);
	if (ptr_is_err(*page))
		return ptr_err(*page);
	err = filemap_add(m, index, *page, false);
	if (err != 0)
		filemap_drop_page(m, *page);
	return err;
}

int shmem_append(struct inode *inode, const void *data, u32 len)
{
	struct address_space *m = inode->mapping;
	const u8 *bytes = data;

	while (len > 0) {
		u32 offset = (u32)inode->size & (PAGE_SIZE - 1);
		u32 n = MIN(len, PAGE_SIZE - offset);
		struct page *page;
		u8 *to;
		int err = last_page(m, &page);

		if (err != 0)
			return err;
		to = pmap_map_temp(page_to_pfn(page));
		memcpy(to + offset, bytes, n);
		pmap_unmap_temp(to);
		put_page(page);
		filemap_set_size(m, inode->size + n);
		bytes += n;
		len -= n;
	}
	return 0;
}

int shmem_append_page(struct inode *inode, struct page *page)
{
	struct address_space *m = inode->mapping;
	int err = m->ops->charge(m);

	if (err != 0)
		return err;
	page_set_owner(page, PAGE_FILE);
	err = filemap_add(m, (u32)(inode->size >> PAGE_SHIFT), page, false);
	if (err != 0) {
		m->ops->uncharge(m, 1);
		return err;
	}
	put_page(page); /* the tree has its own reference */
	filemap_set_size(m, inode->size + PAGE_SIZE);
	return 0;
}
