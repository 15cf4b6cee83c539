/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipe(2), pipe(7): a ring of bytes between two descriptors.
 *
 *	pages	[ 0 ][ 1 ][   ][   ] ... [15]	had when first written, given back when drained
 *	              ^read_pos ... ^write_pos	bytes since the start, modulo PIPE_BYTES
 *
 * Invariants: write_pos - read_pos <= PIPE_BYTES; a page that holds unread bytes is there; at most
 * one page without any is kept, so that a ping-pong does not go to the allocator.
 *
 * A write of up to PIPE_BUF bytes goes in whole or not at all. Readers of an empty pipe wait while
 * somebody can write, writers of a full one while somebody can read.
 * Lock order: pipe_mutex > mmap_sem (the copies' faults); the waits hold nothing.
 */
#include "files.h"

#include <octavo/audit.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/poll.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/signal.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>
#include <uapi/octavo/termios.h>

#define PIPE_BYTES PIPE_SIZE_BYTES
#define PIPE_PAGES (PIPE_BYTES / PAGE_SIZE)
#define PIPE_BUF   4096u

struct pipe {
	struct inode inode; /* what both files refer to */
	struct mutex mutex; /* pipe_mutex */
	u32 read_pos;       /* [mutex] */
	u32 write_pos;      /* [mutex] */
	u32 nr_readers;     /* [mutex] open files */
	u32 nr_writers;     /* [mutex] */
	struct wait_queue readable, writable;
	struct page *pages[PIPE_PAGES]; /* [mutex] */
	LIST_ENTRY(pipe) link;          /* [pipe_list_lock] */
};

static LIST_HEAD(pipe_list, pipe) all_pipes = LIST_HEAD_INITIALIZER(all_pipes);
static spinlock_t pipe_list_lock = SPINLOCK_INIT(pipe_list_lock);
static u32 last_ino; /* [pipe_list_lock] */
static const struct super_ops pipefs_ops = {.magic = PIPEFS_MAGIC};
static struct super_block pipefs = {.name = "pipefs", .dev = 9, .ops = &pipefs_ops};

static struct pipe *pipe_of(struct file *f)
{
	return container_of(f->inode, struct pipe, inode);
}

static u32 pipe_bytes(const struct pipe *p)
{
	return p->write_pos - p->read_pos;
}

/* Nothing to read, and somebody may still write: a reader has to wait. The writers are looked at first:
 * the last one's bytes were there before it went. => without the mutex what was so a moment ago */
static bool pipe_is_idle(const struct pipe *p)
{
	u32 nr_writers = arch_load_acquire(&p->nr_writers);

	return arch_read_once(&p->write_pos) == arch_read_once(&p->read_pos) && nr_writers != 0;
}

/* The page that holds byte `pos`. */
static struct page **pipe_slot(struct pipe *p, u32 pos)
{
	return &p->pages[pos / PAGE_SIZE % PIPE_PAGES];
}

static void pipe_check(const struct pipe *p)
{
	u32 first = p->read_pos / PAGE_SIZE, nr = 0, idle = 0;

	PANIC_ON(pipe_bytes(p) > PIPE_BYTES);
	if (pipe_bytes(p) > 0)
		nr = (p->write_pos - 1) / PAGE_SIZE - first + 1;
	for (u32 i = 0; i < PIPE_PAGES; i++) {
		const struct page *page = p->pages[(first + i) % PIPE_PAGES];

		PANIC_ON(page == NULL && i < nr && nr <= PIPE_PAGES);
		PANIC_ON(page != NULL && page_owner(page) != PAGE_PIPE);
		idle += page != NULL && i >= nr;
	}
	PANIC_ON(idle > 1);
}

/* --- bytes in and out; [mutex] --- */

/* A page that no slot has any more. */
static void pipe_page_free(struct page *page)
{
	owned_pages_add(PAGE_PIPE, -1);
	free_page(page);
}

/* The page at `pos` has been read to its end: keep it as the one idle page, or free it. */
static void pipe_page_drained(struct pipe *p, u32 pos)
{
	struct page **slot = pipe_slot(p, pos);
	struct page *page = *slot;
	struct page **next = pipe_slot(p, p->write_pos);

	*slot = NULL;
	if (*next == NULL)
		*next = page;
	else
		pipe_page_free(page);
}

/* Bytes that lie in one page, as they mostly do. => how many were copied out; 0: the long way */
static __always_inline size_t pipe_take_short(struct pipe *p, char __user *buf, size_t len)
{
	u32 pos = p->read_pos, offset = pos % PAGE_SIZE;
	u32 n = MIN(pipe_bytes(p), (u32)len);

	if (n > PAGE_SIZE - offset)
		return 0;
	if (copy_to_user_partial(buf, (char *)page_to_virt(*pipe_slot(p, pos)) + offset, n) != 0)
		return 0;
	p->read_pos = pos + n;
	if (unlikely(offset + n == PAGE_SIZE))
		pipe_page_drained(p, pos);
	return n;
}

/* Copy out what there is, up to len. => bytes; -EFAULT where none could be */
static ssize_t pipe_take(struct pipe *p, struct user_vector *to, size_t len)
{
	size_t done = 0;

	while (done < len && pipe_bytes(p) > 0) {
		u32 offset = p->read_pos % PAGE_SIZE;
		size_t n = MIN(MIN(pipe_bytes(p), PAGE_SIZE - offset), (u32)(len - done));
		char *from = (char *)page_to_virt(*pipe_slot(p, p->read_pos)) + offset;
		char __user *buf = user_vector_at(to, done, &n);
		size_t missed = copy_to_user_partial(buf, from, n);
		u32 pos = p->read_pos;

		done += n - missed;
		p->read_pos += (u32)(n - missed);
		if (p->read_pos % PAGE_SIZE == 0 && p->read_pos != pos)
			pipe_page_drained(p, pos);
		if (missed > 0)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

static __noinline ssize_t pipe_take_one(struct pipe *p, char __user *buf, size_t len)
{
	USER_VECTOR_ONE(to, buf, len);

	return pipe_take(p, &to, len);
}

/* Make sure that there is a page for byte `pos`. => 0, -ENOMEM */
static int pipe_need_page(struct pipe *p, u32 pos)
{
	struct page **slot = pipe_slot(p, pos);

	if (*slot != NULL)
		return 0;
	*slot = alloc_page(GFP_KERNEL);
	if (*slot == NULL)
		return -ENOMEM;
	page_set_owner(*slot, PAGE_PIPE);
	owned_pages_add(PAGE_PIPE, 1);
	return 0;
}

/* Bytes that go into one page that is there. => how many were copied in: all of them, or 0: the long
 * way */
static __always_inline size_t pipe_put_short(struct pipe *p, const char __user *buf, size_t len)
{
	u32 offset = p->write_pos % PAGE_SIZE;
	struct page *page = *pipe_slot(p, p->write_pos);

	if (len > PAGE_SIZE - offset || page == NULL || len > PIPE_BYTES - pipe_bytes(p))
		return 0;
	if (copy_from_user_partial((char *)page_to_virt(page) + offset, buf, len) != 0)
		return 0;
	p->write_pos += (u32)len;
	return len;
}

/* Copy in what fits of the bytes from `at` on, up to len. => bytes; -EFAULT, -ENOMEM where none could be */
static ssize_t pipe_put(struct pipe *p, struct user_vector *from, size_t at, size_t len)
{
	size_t done = 0;

	while (done < len && pipe_bytes(p) < PIPE_BYTES) {
		u32 offset = p->write_pos % PAGE_SIZE;
		size_t n =
			MIN(MIN(PIPE_BYTES - pipe_bytes(p), PAGE_SIZE - offset), (u32)(len - done));
		const char __user *buf = user_vector_at(from, at + done, &n);
		size_t missed;
		int err = pipe_need_page(p, p->write_pos);

		if (err != 0)
			return done > 0 ? (ssize_t)done : err;
		missed = copy_from_user_partial(
			(char *)page_to_virt(*pipe_slot(p, p->write_pos)) + offset, buf, n);
		done += n - missed;
		p->write_pos += (u32)(n - missed);
		if (missed > 0)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

/* The same for a write that stays whole: all of it, or nothing and -EFAULT or -ENOMEM. */
static ssize_t pipe_put_whole(struct pipe *p, struct user_vector *from, size_t len)
{
	u32 start = p->write_pos;
	struct page **first = pipe_slot(p, start);
	struct page **last = pipe_slot(p, start + (u32)len - 1);
	bool had_last = *last != NULL;
	ssize_t n = pipe_need_page(p, start);

	if (n == 0)
		n = pipe_need_page(p, start + (u32)len - 1);
	if (n == 0)
		n = pipe_put(p, from, 0, len);
	if (n == (ssize_t)len)
		return n;
	p->write_pos = start;
	if (!had_last && last != first && *last != NULL) {
		pipe_page_free(*last);
		*last = NULL;
	}
	return n < 0 ? n : -EFAULT;
}

/* --- read(2) and write(2) --- */

/* Sleep until there is something to read, or nobody can write any more. => 0, or an error; an error
 * passes on the wake that may have come for us meanwhile */
static __always_inline int pipe_wait_bytes(struct pipe *p, const struct file *f)
{
	int err = -EAGAIN;

	if (!(f->flags & O_NONBLOCK))
		err = wait_event_interruptible(&p->readable, !pipe_is_idle(p));
	if (unlikely(err == -ERESTARTSYS) && !pipe_is_idle(p))
		wake_one(&p->readable);
	return err;
}

/* A write wakes one reader: what that one leaves, or does not come to read, is for the next.
 * to: NULL, `buf` is the only buffer */
static __always_inline ssize_t pipe_read_to(struct file *f, char __user *buf,
					    struct user_vector *to, size_t len)
{
	struct pipe *p = pipe_of(f);
	bool was_full, more, at_end;
	ssize_t n;

	do {
		/* A look without the mutex: whether there is something is decided with it. */
		if (pipe_is_idle(p)) {
			int err = pipe_wait_bytes(p, f);

			if (unlikely(err != 0))
				return err;
		}
		mutex_lock(&p->mutex);
		was_full = pipe_bytes(p) > PIPE_BYTES - PIPE_BUF;
		if (to != NULL)
			n = pipe_take(p, to, len);
		else
			n = (ssize_t)pipe_take_short(p, buf, len);
		if (unlikely(n == 0) && to == NULL)
			n = pipe_take_one(p, buf, len);
		more = pipe_bytes(p) > 0;
		at_end = n == 0 && p->nr_writers == 0;
		CHECK(pipe_check(p));
		mutex_unlock(&p->mutex);
		if (unlikely(was_full))
			wake_all(&p->writable);
		if (unlikely(more))
			wake_one(&p->readable);
	} while (unlikely(n == 0) && !at_end); /* another reader was faster */
	return n;
}

static ssize_t pipe_read(struct file *f, char __user *buf, size_t len, loff_t *pos)
{
	(void)pos;
	return pipe_read_to(f, buf, NULL, len);
}

static ssize_t pipe_read_vector(struct file *f, struct user_vector *to, size_t len, loff_t *pos)
{
	(void)pos;
	return pipe_read_to(f, NULL, to, len);
}

/* Room for a piece of a write that has len bytes left: all of it where it must stay whole. */
static bool pipe_has_room(const struct pipe *p, size_t left, size_t len)
{
	u32 room = PIPE_BYTES - pipe_bytes(p);

	return len <= PIPE_BUF ? room >= left : room > 0;
}

/* One attempt at what comes after `done` of len bytes. => bytes, 0: no room; -EPIPE, -EFAULT, -ENOMEM;
 * [mutex] */
static ssize_t pipe_put_some(struct pipe *p, struct user_vector *from, size_t done, size_t len)
{
	if (p->nr_readers == 0)
		return -EPIPE;
	if (!pipe_has_room(p, len - done, len))
		return 0;
	return len <= PIPE_BUF ? pipe_put_whole(p, from, len) : pipe_put(p, from, done, len - done);
}

/* Until a write that has `left` of its `len` bytes to go may go on. */
static int pipe_wait_room(struct pipe *p, const struct file *f, size_t left, size_t len)
{
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(&p->writable,
					pipe_has_room(p, left, len) || p->nr_readers == 0);
}

/* A write that does not go into one page that is there, at once. */
static ssize_t pipe_write_long(struct pipe *p, const struct file *f, struct user_vector *from,
			       size_t len)
{
	size_t done = 0;
	ssize_t n;

	do {
		bool was_empty;

		mutex_lock(&p->mutex);
		was_empty = pipe_bytes(p) == 0;
		n = pipe_put_some(p, from, done, len);
		CHECK(pipe_check(p));
		mutex_unlock(&p->mutex);
		if (n > 0 && was_empty)
			wake_one(&p->readable);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			n = pipe_wait_room(p, f, len - done, len);
	} while (n >= 0 && done < len);
	if (n == -EPIPE) /* nobody will read it any more */
		signal_send_self(SIGPIPE);
	return done > 0 ? (ssize_t)done : n;
}

static __noinline ssize_t pipe_write_one(struct pipe *p, const struct file *f,
					 const char __user *buf, size_t len)
{
	USER_VECTOR_ONE(from, buf, len);

	return pipe_write_long(p, f, &from, len);
}

static ssize_t pipe_write(struct file *f, const char __user *buf, size_t len, loff_t *pos)
{
	struct pipe *p = pipe_of(f);
	bool was_empty;
	size_t n = 0;

	(void)pos;
	mutex_lock(&p->mutex);
	was_empty = pipe_bytes(p) == 0;
	if (likely(p->nr_readers != 0))
		n = pipe_put_short(p, buf, len);
	CHECK(pipe_check(p));
	mutex_unlock(&p->mutex);
	if (unlikely(n == 0))
		return pipe_write_one(p, f, buf, len);
	if (was_empty)
		wake_one(&p->readable);
	return (ssize_t)n;
}

static ssize_t pipe_write_vector(struct file *f, struct user_vector *from, size_t len, loff_t *pos)
{
	(void)pos;
	return pipe_write_long(pipe_of(f), f, from, len);
}

/* What fits into one page's rest, up to len. => bytes; -EAGAIN no room, -EPIPE, -ENOMEM; [mutex] */
static ssize_t pipe_put_kernel(struct pipe *p, const void *buf, size_t len)
{
	u32 offset = p->write_pos % PAGE_SIZE;
	u32 n = MIN(MIN(PIPE_BYTES - pipe_bytes(p), PAGE_SIZE - offset), (u32)len);
	int err;

	if (p->nr_readers == 0)
		return -EPIPE;
	if (n == 0)
		return pipe_bytes(p) == PIPE_BYTES ? -EAGAIN : 0;
	err = pipe_need_page(p, p->write_pos);
	if (err != 0)
		return err;
	memcpy((char *)page_to_virt(*pipe_slot(p, p->write_pos)) + offset, buf, n);
	p->write_pos += n;
	return (ssize_t)n;
}

static ssize_t pipe_write_kernel(struct file *f, const void *buf, size_t len, loff_t *pos,
				 bool wait)
{
	struct pipe *p = pipe_of(f);
	int err = 0;
	ssize_t n;

	(void)pos;
	do {
		bool was_empty;

		mutex_lock(&p->mutex);
		was_empty = pipe_bytes(p) == 0;
		n = pipe_put_kernel(p, buf, len);
		CHECK(pipe_check(p));
		mutex_unlock(&p->mutex);
		if (n > 0 && was_empty)
			wake_one(&p->readable);
		if (n == -EAGAIN && wait)
			err = pipe_wait_room(p, f, 1, PIPE_BUF + 1);
	} while (n == -EAGAIN && wait && err == 0);
	if (n == -EPIPE)
		signal_send_self(SIGPIPE);
	return err != 0 ? err : n;
}

/* --- poll(2) --- */

static u32 pipe_poll_read(struct file *f, struct poll_table *pt)
{
	struct pipe *p = pipe_of(f);
	u32 events = 0;

	poll_wait(pt, &p->readable);
	mutex_lock(&p->mutex);
	if (pipe_bytes(p) > 0)
		events |= POLLIN | POLLRDNORM;
	if (p->nr_writers == 0)
		events |= POLLHUP;
	mutex_unlock(&p->mutex);
	return events;
}

/* Ready where a write of PIPE_BUF bytes would go in. */
static u32 pipe_poll_write(struct file *f, struct poll_table *pt)
{
	struct pipe *p = pipe_of(f);
	u32 events = 0;

	poll_wait(pt, &p->writable);
	mutex_lock(&p->mutex);
	if (PIPE_BYTES - pipe_bytes(p) >= PIPE_BUF)
		events |= POLLOUT | POLLWRNORM;
	if (p->nr_readers == 0)
		events |= POLLERR;
	mutex_unlock(&p->mutex);
	return events;
}

/* FIONREAD of either end. */
static long pipe_ioctl(struct file *f, u32 cmd, u32 arg)
{
	struct pipe *p = pipe_of(f);
	s32 n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&p->mutex);
	n = (s32)pipe_bytes(p);
	mutex_unlock(&p->mutex);
	return copy_to_user((void __user *)(uintptr_t)arg, &n, sizeof(n));
}

/* --- its two ends --- */

static void pipe_close(struct file *f)
{
	struct pipe *p = pipe_of(f);

	mutex_lock(&p->mutex);
	if ((f->flags & O_ACCMODE) == O_RDONLY)
		p->nr_readers--;
	else
		p->nr_writers--;
	mutex_unlock(&p->mutex);
	wake_all(&p->readable);
	wake_all(&p->writable);
}

static void pipe_release(struct inode *inode)
{
	struct pipe *p = container_of(inode, struct pipe, inode);

	spin_lock(&pipe_list_lock);
	LIST_REMOVE(p, link);
	spin_unlock(&pipe_list_lock);
	for (u32 i = 0; i < PIPE_PAGES; i++) {
		if (p->pages[i] != NULL)
			pipe_page_free(p->pages[i]);
	}
	kfree(p);
}

static const struct inode_ops pipe_inode_ops = {.release = pipe_release};
static const struct file_ops pipe_read_fops = {
	.nowait = STREAM_READ,
	.read = pipe_read,
	.read_vector = pipe_read_vector,
	.poll = pipe_poll_read,
	.ioctl = pipe_ioctl,
	.close = pipe_close,
};
static const struct file_ops pipe_write_fops = {
	.nowait = STREAM_WRITE,
	.write = pipe_write,
	.write_vector = pipe_write_vector,
	.write_kernel = pipe_write_kernel,
	.poll = pipe_poll_write,
	.ioctl = pipe_ioctl,
	.close = pipe_close,
};

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);
	u32 ino;

	if (p == NULL)
		return NULL;
	spin_lock(&pipe_list_lock);
	LIST_INSERT_HEAD(&all_pipes, p, link);
	ino = ++last_ino;
	spin_unlock(&pipe_list_lock);
	inode_init(&p->inode, &pipefs, ino, S_IFIFO | 0600, &pipe_inode_ops, NULL);
	p->inode.uid = current->cred->fsuid;
	p->inode.gid = current->cred->fsgid;
	mutex_init(&p->mutex, pipe_mutex);
	wait_queue_init(&p->readable);
	wait_queue_init(&p->writable);
	return p;
}

/* Two files on one new pipe. => 0, -ENOMEM */
static int pipe_files(u32 flags, struct file *ends[2])
{
	struct pipe *p = pipe_alloc();

	if (p == NULL)
		return -ENOMEM;
	ends[0] = file_alloc(&p->inode, O_RDONLY | (flags & O_NONBLOCK), &pipe_read_fops);
	if (ptr_is_err(ends[0])) {
		inode_put(&p->inode);
		return ptr_err(ends[0]);
	}
	p->nr_readers = 1;
	inode_get(&p->inode);
	ends[1] = file_alloc(&p->inode, O_WRONLY | (flags & O_NONBLOCK), &pipe_write_fops);
	if (ptr_is_err(ends[1])) {
		inode_put(&p->inode);
		file_put(ends[0]);
		return ptr_err(ends[1]);
	}
	p->nr_writers = 1;
	return 0;
}

/* Both descriptors come first: without them no pipe is made, and none is seen half. */
long sys_pipe2(s32 __user *user_fds, u32 flags)
{
	struct file *ends[2];
	s32 fds[2];
	int err;

	if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fds[0] = files_reserve(0);
	if (fds[0] < 0)
		return fds[0];
	fds[1] = files_reserve(0);
	if (fds[1] < 0) {
		err = fds[1];
		goto unreserve_read_end;
	}
	err = pipe_files(flags, ends);
	if (err != 0)
		goto unreserve_write_end;
	err = copy_to_user(user_fds, fds, sizeof(fds));
	if (err != 0)
		goto close_ends;
	files_fill((u32)fds[0], ends[0], (flags & O_CLOEXEC) != 0);
	files_fill((u32)fds[1], ends[1], (flags & O_CLOEXEC) != 0);
	return 0;

close_ends:
	file_put(ends[0]);
	file_put(ends[1]);
unreserve_write_end:
	files_unreserve((u32)fds[1]);
unreserve_read_end:
	files_unreserve((u32)fds[0]);
	return err;
}

long sys_pipe(s32 __user *fds)
{
	return sys_pipe2(fds, 0);
}

void pipe_audit(struct audit *a)
{
	struct pipe *p;

	LIST_FOREACH(p, &all_pipes, link) {
		for (u32 i = 0; i < PIPE_PAGES; i++) {
			if (p->pages[i] != NULL)
				audit_own(a, page_to_pfn(p->pages[i]), 1, PAGE_PIPE);
		}
	}
}
