/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_file.c - contents of tmpfs's regular files: whole frames, held by the inode.
 *
 *	pages -> [0][1][ ][3][ ][ ][ ][ ]	nr_slots pointers; an empty one is a hole of zeros
 *	          |  |     |
 *	          frames, owner PAGE_FILE, mapping the inode, index the page of the file
 *
 * Invariants: no frame at or beyond the end of the file; what lies behind the end in the last frame
 * is zero. The frames lie in the direct map, since user copies may sleep, which a temporary mapping
 * does not allow.
 *
 * A reader takes a reference to one frame at a time under the inode's mutex and copies without it;
 * a writer keeps the mutex. Order: inode mutex > mmap_sem (faults of the copies).
 */
#include "tmpfs.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>
#include <uapi/octavo/fcntl.h>

enum {
	SLOTS_MIN = 4,
	SLOTS_MAX = 1 << 20, /* 4G of file; the pointers are then one block of 4M */
};

#define SIZE_MAX_FILE  ((loff_t)SLOTS_MAX << PAGE_SHIFT)
#define SIZE_MAX_SMALL 0x7fffffffll /* without O_LARGEFILE: what 32 bits can tell. open(2) */

static void *page_bytes(const struct page *page)
{
	return page_to_virt(page);
}

static u32 page_count(loff_t size)
{
	return (u32)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

void tmpfs_check(struct tmpfs_inode *t, u32 from, u32 to)
{
	u32 end = page_count(t->inode.size);

	for (u32 i = from; i < MIN(to, t->nr_slots); i++) {
		const struct page *page = t->pages[i];

		if (page == NULL)
			continue;
		ASSERT(i < end);
		ASSERT(page_owner(page) == PAGE_FILE);
		ASSERT(page->mapping == &t->inode && page->index == i);
	}
}

/* --- slots and frames --- */

/* Make sure that slot `index` is there. */
static int slots_grow(struct tmpfs_inode *t, u32 index)
{
	u32 nr = MAX(t->nr_slots, (u32)SLOTS_MIN);
	struct page **pages;

	if (index < t->nr_slots)
		return 0;
	while (nr <= index)
		nr *= 2;
	pages = kzalloc(nr * sizeof(*pages), GFP_KERNEL);
	if (pages == NULL)
		return -ENOMEM;
	if (t->nr_slots > 0)
		memcpy(pages, t->pages, t->nr_slots * sizeof(*pages));
	kfree(t->pages);
	t->pages = pages;
	t->nr_slots = nr;
	return 0;
}

static struct page *slot(const struct tmpfs_inode *t, u32 index)
{
	return index < t->nr_slots ? t->pages[index] : NULL;
}

static void slot_fill(struct tmpfs_inode *t, u32 index, struct page *page)
{
	page_set_owner(page, PAGE_FILE);
	page->mapping = &t->inode;
	page->index = index;
	t->pages[index] = page;
	owned_pages_add(PAGE_FILE, 1);
}

static void slot_free(struct tmpfs_inode *t, u32 index)
{
	struct page *page = slot(t, index);

	if (page == NULL)
		return;
	t->pages[index] = NULL;
	tmpfs_uncharge(t->inode.sb, 1);
	owned_pages_add(PAGE_FILE, -1);
	put_page(page);
}

/* The frame for page `index`, made if it is not there; *made says so. */
static int slot_get(struct tmpfs_inode *t, u32 index, gfp_t gfp, struct page **out, bool *made)
{
	struct page *page = slot(t, index);
	int err;

	*made = false;
	*out = page;
	if (page != NULL)
		return 0;
	if (!tmpfs_charge(t->inode.sb))
		return -ENOSPC;
	err = slots_grow(t, index);
	if (err == 0) {
		page = alloc_page(GFP_USER | gfp);
		err = page == NULL ? -ENOMEM : 0;
	}
	if (err != 0) {
		tmpfs_uncharge(t->inode.sb, 1);
		return err;
	}
	slot_fill(t, index, page);
	*made = true;
	*out = page;
	return 0;
}

void tmpfs_free_pages(struct tmpfs_inode *t)
{
	for (u32 i = 0; i < t->nr_slots; i++)
		slot_free(t, i);
	kfree(t->pages);
	t->pages = NULL;
	t->nr_slots = 0;
}

int tmpfs_truncate(struct inode *inode, loff_t size)
{
	struct tmpfs_inode *t = tmpfs_inode(inode);
	u32 offset = (u32)size & (PAGE_SIZE - 1);

	if (size > SIZE_MAX_FILE)
		return -EFBIG;
	if (size < inode->size) {
		struct page *last = offset ? slot(t, (u32)(size >> PAGE_SHIFT)) : NULL;

		for (u32 i = page_count(size); i < t->nr_slots; i++)
			slot_free(t, i);
		if (last != NULL)
			memset((u8 *)page_bytes(last) + offset, 0, PAGE_SIZE - offset);
	}
	inode->size = size;
	inode->mtime_ns = clock_ns();
	CHECK(tmpfs_check(t, 0, t->nr_slots));
	return 0;
}

/* --- reading --- */

/* What one step of a read sees: up to a page's end, or the file's. */
struct read_step {
	struct page *page; /* referenced; NULL: a hole */
	u32 offset;        /* in the page */
	size_t len;        /* 0: the end of the file */
};

static struct read_step read_begin(struct inode *inode, loff_t pos, size_t len)
{
	struct tmpfs_inode *t = tmpfs_inode(inode);
	struct read_step s = {NULL, (u32)pos & (PAGE_SIZE - 1), 0};

	mutex_lock(&inode->mutex);
	if (pos < inode->size) {
		s.len = MIN(len, PAGE_SIZE - s.offset);
		if ((loff_t)s.len > inode->size - pos)
			s.len = (size_t)(inode->size - pos);
		s.page = slot(t, (u32)(pos >> PAGE_SHIFT));
		if (s.page != NULL)
			get_page(s.page);
	}
	mutex_unlock(&inode->mutex);
	return s;
}

/* => bytes copied */
static size_t read_copy(const struct read_step *s, char __user *buf)
{
	if (s->page == NULL)
		return clear_user(buf, s->len) == 0 ? s->len : 0;
	return s->len - copy_to_user_partial(buf, (u8 *)page_bytes(s->page) + s->offset, s->len);
}

static ssize_t tmpfs_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	size_t done = 0;

	while (done < len) {
		struct read_step s = read_begin(file->inode, *pos, len - done);
		size_t n;

		if (s.len == 0)
			break;
		n = read_copy(&s, buf + done);
		if (s.page != NULL)
			put_page(s.page);
		done += n;
		*pos += n;
		if (n < s.len)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

static struct page *tmpfs_page(struct file *file, u32 pgoff)
{
	return read_begin(file->inode, (loff_t)pgoff << PAGE_SHIFT, PAGE_SIZE).page;
}

static ssize_t tmpfs_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	size_t done = 0;

	while (done < len) {
		struct read_step s = read_begin(file->inode, pos + (loff_t)done, len - done);

		if (s.len == 0)
			break;
		if (s.page != NULL) {
			memcpy((u8 *)buf + done, (u8 *)page_bytes(s.page) + s.offset, s.len);
			put_page(s.page);
		} else {
			memset((u8 *)buf + done, 0, s.len);
		}
		done += s.len;
	}
	return (ssize_t)done;
}

/* --- writing --- */

static void grow_to(struct inode *inode, loff_t pos)
{
	if (pos > inode->size)
		inode->size = pos;
}

/*
 * One step of a write, inside one page. => bytes written, or -errno where there are none. A new
 * frame that is not filled whole is zeroed first, one that nothing was written to goes again.
 */
static ssize_t write_step(struct inode *inode, const char __user *buf, size_t len, loff_t pos)
{
	struct tmpfs_inode *t = tmpfs_inode(inode);
	u32 index = (u32)(pos >> PAGE_SHIFT);
	u32 offset = (u32)pos & (PAGE_SIZE - 1);
	struct page *page;
	bool made;
	size_t left;
	int err = slot_get(t, index, len == PAGE_SIZE ? 0 : __GFP_ZERO, &page, &made);

	if (err != 0)
		return err;
	left = copy_from_user_partial((u8 *)page_bytes(page) + offset, buf, len);
	if (left == len) {
		if (made)
			slot_free(t, index);
		return -EFAULT;
	}
	if (made && left > 0)
		memset((u8 *)page_bytes(page) + offset + len - left, 0, left);
	grow_to(inode, pos + (loff_t)(len - left));
	return (ssize_t)(len - left);
}

static ssize_t write_locked(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	loff_t max = file->flags & O_LARGEFILE ? SIZE_MAX_FILE : SIZE_MAX_SMALL;
	struct inode *inode = file->inode;
	size_t done = 0;

	if (file->flags & O_APPEND)
		*pos = inode->size;
	if (*pos >= max)
		return -EFBIG;
	if ((loff_t)len > max - *pos)
		len = (size_t)(max - *pos);
	while (done < len) {
		size_t room = PAGE_SIZE - ((u32)*pos & (PAGE_SIZE - 1));
		size_t want = MIN(len - done, room);
		ssize_t n = write_step(inode, buf + done, want, *pos);

		if (n < 0)
			return done > 0 ? (ssize_t)done : n;
		done += (size_t)n;
		*pos += n;
		if ((size_t)n < want)
			break;
	}
	return (ssize_t)done;
}

static ssize_t tmpfs_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct inode *inode = file->inode;
	ssize_t n;

	mutex_lock(&inode->mutex);
	n = write_locked(file, buf, len, pos);
	if (n > 0) {
		inode->mtime_ns = clock_ns();
		CHECK(tmpfs_check(tmpfs_inode(inode), (u32)((*pos - n) >> PAGE_SHIFT),
				  page_count(*pos) + 1));
	}
	mutex_unlock(&inode->mutex);
	return n;
}

int tmpfs_append(struct inode *inode, const void *data, u32 len)
{
	const u8 *bytes = data;

	while (len > 0) {
		u32 offset = (u32)inode->size & (PAGE_SIZE - 1);
		u32 n = MIN(len, PAGE_SIZE - offset);
		struct page *page;
		bool made;
		int err = slot_get(tmpfs_inode(inode), (u32)(inode->size >> PAGE_SHIFT),
				   n == PAGE_SIZE ? 0 : __GFP_ZERO, &page, &made);

		if (err != 0)
			return err;
		memcpy((u8 *)page_bytes(page) + offset, bytes, n);
		inode->size += n;
		bytes += n;
		len -= n;
	}
	return 0;
}

int tmpfs_append_page(struct inode *inode, struct page *page)
{
	struct tmpfs_inode *t = tmpfs_inode(inode);
	u32 index = (u32)(inode->size >> PAGE_SHIFT);
	int err = tmpfs_charge(inode->sb) ? slots_grow(t, index) : -ENOSPC;

	if (err != 0) {
		if (err != -ENOSPC)
			tmpfs_uncharge(inode->sb, 1);
		return err;
	}
	slot_fill(t, index, page);
	inode->size += PAGE_SIZE;
	return 0;
}

const struct file_ops tmpfs_file_fops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.read_kernel = tmpfs_read_kernel,
	.page = tmpfs_page,
	.seek = file_seek_inode,
};
