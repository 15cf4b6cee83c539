/* SPDX-License-Identifier: MIT */
/*
 * filemap_rw.c - read(2) and write(2) of files in the page cache: straight between its pages and
 * the program.
 *
 * The copy may fault, and a fault takes mmap_sem and perhaps fills a page of this very file. So
 * nothing of the cache is locked while user memory is touched, only a reference keeps the page. A
 * writer holds the inode's mutex, which no fault takes.
 *
 * A frame in the direct map is copied from where it lies. One in high memory is shown by a
 * temporary mapping, which forbids to sleep: such a copy stops where user memory is not there, the
 * page is brought in, and the copy goes on.
 */
#include <arch/page_bytes.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/fs.h>
#include <octavo/rlimit.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <octavo/zone.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/memfd.h>

#define SIZE_MAX_SMALL 0x7fffffffll /* without O_LARGEFILE: what 32 bits can tell. open(2) */

/* --- one page --- */

/* => bytes not copied */
static size_t page_to_user(const struct page *page, u32 offset, char __user *buf, size_t len)
{
	const char *low = pmap_low_address(page_to_pfn(page));
	size_t left = len;

	if (low)
		return copy_to_user_partial(buf, low + offset, len);
	while (left > 0) {
		char *from = pmap_map_temp(page_to_pfn(page));
		size_t done = len - left;

		left = copy_to_user_atomic(buf + done, from + offset + done, left);
		pmap_unmap_temp(from);
		if (left > 0 && touch_user_write(buf + len - left) != 0)
			break;
	}
	return left;
}

static size_t page_from_user(struct page *page, u32 offset, const char __user *buf, size_t len)
{
	char *low = pmap_low_address(page_to_pfn(page));
	size_t left = len;

	if (low)
		return copy_from_user_partial(low + offset, buf, len);
	while (left > 0) {
		char *to = pmap_map_temp(page_to_pfn(page));
		size_t done = len - left;

		left = copy_from_user_atomic(to + offset + done, buf + done, left);
		pmap_unmap_temp(to);
		if (left > 0 && touch_user_read(buf + len - left) != 0)
			break;
	}
	return left;
}

/* Where a write's bytes come from. */
struct source {
	struct user_vector *user;
	const char *kernel; /* NULL: user */
};

/* Bytes [at, at + len) of the source. => bytes not copied */
static size_t page_from(struct page *page, u32 offset, const struct source *s, size_t at,
			size_t len)
{
	size_t done = 0, n, missed = 0;

	if (s->kernel != NULL) {
		char *to = pmap_map_temp(page_to_pfn(page));

		memcpy(to + offset, s->kernel + at, len);
		pmap_unmap_temp(to);
		return 0;
	}
	for (; done < len && missed == 0; done += n - missed) {
		const char __user *buf;

		n = len - done;
		buf = user_vector_at(s->user, at + done, &n);
		missed = page_from_user(page, offset + (u32)done, buf, n);
	}
	return len - done;
}

/* --- reading --- */

/* What one step of a read sees: up to a page's end, or the file's. */
struct read_step {
	struct page *page; /* referenced; NULL: a hole */
	u32 offset;        /* in the page */
	size_t len;        /* 0: the end of the file */
};

static struct read_step read_begin(struct address_space *m, loff_t pos, size_t len)
{
	struct read_step s = {NULL, (u32)pos & (PAGE_SIZE - 1), 0};
	loff_t size;

	spin_lock(&m->tree_lock);
	size = m->host->size;
	if (pos < size) {
		s.len = MIN(len, PAGE_SIZE - s.offset);
		if ((loff_t)s.len > size - pos)
			s.len = (size_t)(size - pos);
		s.page = radix_lookup(&m->pages, (u32)(pos >> PAGE_SHIFT));
		if (s.page != NULL)
			get_page(s.page);
	}
	spin_unlock(&m->tree_lock);
	return s;
}

/* At most a page of zeros, which may be in two of the program's. => bytes that could be written */
static size_t hole_to_user(char __user *buf, size_t len)
{
	size_t head = PAGE_SIZE - ((uintptr_t)buf & (PAGE_SIZE - 1));

	if (clear_user(buf, len) == 0)
		return len;
	return head < len && clear_user(buf, head) == 0 ? head : 0;
}

ssize_t filemap_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	size_t done = 0;

	while (done < len) {
		struct read_step s = read_begin(file->inode->mapping, *pos, len - done);
		size_t n = s.len;

		if (s.len == 0)
			break;
		if (s.page != NULL) {
			n -= page_to_user(s.page, s.offset, buf + done, s.len);
			page_accessed(s.page);
			put_page(s.page);
		} else {
			n = hole_to_user(buf + done, s.len);
		}
		done += n;
		*pos += n;
		if (n < s.len)
			return done > 0 ? (ssize_t)done : -EFAULT;
		if (signal_fatal())
			break;
	}
	file_accessed(file);
	return (ssize_t)done;
}

ssize_t filemap_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	size_t done = 0;

	while (done < len) {
		struct read_step s =
			read_begin(file->inode->mapping, pos + (loff_t)done, len - done);

		if (s.len == 0)
			break;
		if (s.page != NULL) {
			char *from = pmap_map_temp(page_to_pfn(s.page));

			memcpy((u8 *)buf + done, from + s.offset, s.len);
			pmap_unmap_temp(from);
			put_page(s.page);
		} else {
			memset((u8 *)buf + done, 0, s.len);
		}
		done += s.len;
	}
	return (ssize_t)done;
}

/* --- writing; the inode's mutex is held --- */

/* Into a page that is not there: it is filled before anybody can see it.
 * => bytes written; -EEXIST: it is there now; -EFAULT, -ENOMEM, -ENOSPC */
static ssize_t write_new(struct address_space *m, const struct source *s, size_t at, size_t len,
			 loff_t pos)
{
	bool whole = len == PAGE_SIZE;
	struct page *page = filemap_new_page(m, GFP_HIGHUSER | (whole ? 0 : __GFP_ZERO));
	size_t left;
	int err = -EFAULT;

	if (ptr_is_err(page))
		return ptr_err(page);
	left = page_from(page, (u32)pos & (PAGE_SIZE - 1), s, at, len);
	if (whole && left > 0 && left < len) {
		char *bytes = pmap_map_temp(page_to_pfn(page));

		memset(bytes + PAGE_SIZE - left, 0, left);
		pmap_unmap_temp(bytes);
	}
	if (left < len)
		err = filemap_add(m, (u32)(pos >> PAGE_SHIFT), page, false);
	if (err != 0) {
		filemap_drop_page(m, page);
		return err;
	}
	page_accessed(page);
	put_page(page); /* the tree has its own reference */
	return (ssize_t)(len - left);
}

/* A write behind the end: what programs left there in the last page does not come to light. Nothing has changed
 * if not a byte could be written. */
static void zero_to(struct address_space *m, loff_t pos)
{
	loff_t size = m->host->size, page_end = ALIGN_UP(size, (loff_t)PAGE_SIZE);

	if (m->tail_dirty && pos > size && size < page_end)
		filemap_zero(m, size, MIN(pos, page_end));
}

/* One step of a write, inside one page. => bytes written, or -errno where there are none */
static ssize_t write_step(struct address_space *m, const struct source *s, size_t at, size_t len,
			  loff_t pos)
{
	ssize_t n = -EEXIST;

	while (n == -EEXIST) {
		struct page *page = filemap_find(m, (u32)(pos >> PAGE_SHIFT));

		if (page == NULL) {
			n = write_new(m, s, at, len, pos);
			continue;
		}
		n = (ssize_t)(len - page_from(page, (u32)pos & (PAGE_SIZE - 1), s, at, len));
		page_accessed(page);
		put_page(page);
		if (n == 0)
			return -EFAULT;
	}
	if (n > 0 && pos + n > m->host->size) {
		zero_to(m, pos);
		filemap_set_size(m, pos + n);
	}
	return n;
}

/* May bytes up to `end` be written to it? => 0, -EPERM */
static int check_seals(const struct inode *inode, loff_t end)
{
	if (likely(!(inode->seals & (F_SEALS_NO_WRITE | F_SEAL_GROW))))
		return 0;
	return (inode->seals & F_SEALS_NO_WRITE) || end > inode->size ? -EPERM : 0;
}

/* How far may a write at pos go? => bytes, of len; -EFBIG, and SIGXFSZ at RLIMIT_FSIZE */
static ssize_t write_room(const struct file *file, loff_t pos, size_t len)
{
	loff_t max = file->flags & O_LARGEFILE ? FILE_POS_MAX : SIZE_MAX_SMALL;
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (unlikely(limit != RLIMIT_INFINITE)) {
		if (pos >= (loff_t)limit)
			return rlimit_file_size((u64)pos + 1);
		max = MIN(max, (loff_t)limit);
	}
	if (pos >= max)
		return -EFBIG;
	return (ssize_t)MIN((loff_t)len, max - pos);
}

static ssize_t write_locked(struct file *file, const struct source *s, size_t len, loff_t *pos)
{
	struct address_space *m = file->inode->mapping;
	size_t done = 0;
	ssize_t room;

	if (file->flags & O_APPEND)
		*pos = m->host->size;
	room = write_room(file, *pos, len);
	if (room < 0)
		return room;
	len = (size_t)room;
	inode_drop_set_id(m->host);
	while (done < len) {
		size_t want = MIN(len - done, PAGE_SIZE - ((u32)*pos & (PAGE_SIZE - 1)));
		ssize_t n = check_seals(m->host, *pos + (loff_t)want);

		if (n == 0)
			n = write_step(m, s, done, want, *pos);
		if (n < 0)
			return done > 0 ? (ssize_t)done : n;
		done += (size_t)n;
		*pos += n;
		if (signal_fatal())
			break;
	}
	return (ssize_t)done;
}

static ssize_t write_source(struct file *file, const struct source *s, size_t len, loff_t *pos)
{
	struct inode *inode = file->inode;
	ssize_t n;

	mutex_lock(&inode->mutex);
	n = write_locked(file, s, len, pos);
	if (n > 0)
		inode->mtime_ns = inode->ctime_ns = clock_realtime_ns();
	mutex_unlock(&inode->mutex);
	return n;
}

ssize_t filemap_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	USER_VECTOR_ONE(from, buf, len);

	return write_source(file, &(struct source){.user = &from}, len, pos);
}

ssize_t filemap_write_vector(struct file *file, struct user_vector *from, size_t len, loff_t *pos)
{
	return write_source(file, &(struct source){.user = from}, len, pos);
}

ssize_t filemap_write_kernel(struct file *file, const void *buf, size_t len, loff_t *pos, bool wait)
{
	(void)wait; /* a file is never full for a while */
	return write_source(file, &(struct source){.kernel = buf}, len, pos);
}
