/* SPDX-License-Identifier: MIT */
/*
 * file.c - open files, and a process's table of descriptors.
 *
 *	files -> slots[fd] -> file (counted) -> inode (counted)
 *
 * The table begins inside struct files and moves to larger memory as descriptors are used; the
 * memory for a larger one is had before files->lock is taken, and the table is looked at again.
 */
#include "rw.h"

#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

/* --- one open file --- */

/* Does it keep its file system from becoming read-only? */
static bool is_writer(const struct inode *inode, u32 flags)
{
	return open_writes(flags) && S_ISREG(inode->mode);
}

/* => 0; -ENOENT unmounted while it was looked for, -EROFS, -ETXTBSY */
static int file_use(struct inode *inode, u32 flags)
{
	int err = 0;

	if (!super_use(inode->sb))
		return -ENOENT;
	if (!is_writer(inode, flags))
		return 0;
	atomic_inc(&inode->sb->writers);
	if (arch_read_once(&inode->sb->read_only))
		err = -EROFS;
	else
		err = inode_write_begin(inode);
	if (err != 0) {
		atomic_dec(&inode->sb->writers);
		super_unuse(inode->sb);
	}
	return err;
}

static void file_unuse(struct inode *inode, u32 flags)
{
	if (is_writer(inode, flags)) {
		inode_write_end(inode);
		atomic_dec(&inode->sb->writers);
	}
	super_unuse(inode->sb);
}

struct file *file_alloc(struct inode *inode, u32 flags, const struct file_ops *ops)
{
	struct file *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int err;

	if (f == NULL)
		return err_ptr(-ENOMEM);
	err = file_use(inode, flags);
	if (err != 0)
		goto free_file;
	atomic_set(&f->refs, 1);
	f->flags = flags;
	f->inode = inode;
	f->ops = ops;
	if (ops->seek == NULL && ops->read != NULL && file_can_read(f))
		f->stream |= STREAM_READ;
	if (ops->seek == NULL && ops->write != NULL && file_can_write(f))
		f->stream |= STREAM_WRITE;
	mutex_init(&f->pos_mutex, file_pos);
	if (ops->open != NULL)
		err = ops->open(inode, f);
	if (err == 0)
		return f;
	file_unuse(inode, flags);
free_file:
	kfree(f);
	return err_ptr(err);
}

void file_get(struct file *f)
{
	atomic_inc(&f->refs);
}

void file_put(struct file *f)
{
	if (!atomic_dec_and_test(&f->refs))
		return;
	if (f->ops->close != NULL)
		f->ops->close(f);
	file_unuse(f->inode, f->flags);
	inode_put(f->inode);
	if (f->dir != NULL)
		inode_put(f->dir);
	kfree(f);
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t len, loff_t pos)
{
	if (f->ops->read_kernel == NULL)
		return -EINVAL;
	return f->ops->read_kernel(f, buf, len, pos);
}

/* lseek(2); the last two are the simplest right answers: no holes are told. */
#define SEEK_DATA 3
#define SEEK_HOLE 4

loff_t file_seek_inode(struct file *f, loff_t offset, u32 whence)
{
	struct inode *inode = f->inode;
	loff_t size;

	if (S_ISDIR(inode->mode) && whence > SEEK_CUR)
		return -EINVAL; /* a directory has places, and no size */
	mutex_lock(&inode->mutex);
	size = inode->size;
	mutex_unlock(&inode->mutex);
	return file_seek_size(f, size, offset, whence);
}

loff_t file_seek_size(struct file *f, loff_t size, loff_t offset, u32 whence)
{
	loff_t pos = 0;

	switch (whence) {
	case SEEK_CUR:
		pos = f->pos;
		break;
	case SEEK_END:
		pos = size;
		break;
	case SEEK_SET:
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		pos = whence == SEEK_DATA ? 0 : size - offset;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(pos, offset, &pos) || pos < 0 || pos > FILE_POS_MAX)
		return -EINVAL;
	f->pos = pos;
	return pos;
}

/* --- the table --- */

struct files *files_alloc(void)
{
	struct files *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (files == NULL)
		return NULL;
	spin_lock_init(&files->lock, files_lock);
	atomic_set(&files->refs, 1);
	files->slots = files->embedded;
	files->size = FILES_EMBEDDED;
	return files;
}

/* Make the table larger than `fd`. => 0, -ENOMEM; sleeps */
static int files_grow(struct files *files, u32 fd)
{
	u32 size = FILES_EMBEDDED;
	struct fd_slot *slots, *old = NULL;

	while (size <= fd)
		size *= 2;
	slots = kzalloc(size * sizeof(*slots), GFP_KERNEL);
	if (slots == NULL)
		return -ENOMEM;
	spin_lock(&files->lock);
	if (files->size < size) {
		memcpy(slots, files->slots, files->size * sizeof(*slots));
		old = files->slots;
		files->slots = slots;
		files->size = size;
		slots = NULL;
	}
	spin_unlock(&files->lock);
	kfree(slots); /* another thread was faster */
	if (old != files->embedded)
		kfree(old);
	return 0;
}

/* The lowest free slot from `fd` on, perhaps one past the table's end; files->lock held. */
static u32 lowest_free_from(const struct files *files, u32 fd)
{
	while (fd < files->size && (files->slots[fd].file != NULL || files->slots[fd].reserved))
		fd++;
	return fd;
}

struct files *files_fork(struct files *parent)
{
	struct files *child = files_alloc();

	if (child == NULL)
		return NULL;
	spin_lock(&parent->lock);
	while (child->size < parent->size) {
		u32 size = parent->size;

		spin_unlock(&parent->lock);
		if (files_grow(child, size - 1) != 0) {
			files_put(child);
			return NULL;
		}
		spin_lock(&parent->lock);
	}
	for (u32 fd = 0; fd < parent->size; fd++) {
		if (parent->slots[fd].file == NULL)
			continue;
		child->slots[fd] = parent->slots[fd];
		file_get(child->slots[fd].file);
	}
	child->lowest_free = lowest_free_from(child, 0); /* what the parent reserved is free here */
	spin_unlock(&parent->lock);
	return child;
}

void files_get(struct files *files)
{
	atomic_inc(&files->refs);
}

bool files_shared(const struct files *files)
{
	return atomic_read(&files->refs) > 1;
}

/* Nobody else knows the table any more: no lock. */
void files_put(struct files *files)
{
	if (!atomic_dec_and_test(&files->refs))
		return;
	for (u32 fd = 0; fd < files->size; fd++) {
		if (files->slots[fd].file != NULL)
			file_put(files->slots[fd].file);
	}
	if (files->slots != files->embedded)
		kfree(files->slots);
	kfree(files);
	super_reap();
}

void files_close_on_exec(struct files *files)
{
	for (u32 fd = 0; fd < files->size; fd++) {
		struct file *f;

		if (files->slots[fd].file == NULL || !files->slots[fd].cloexec)
			continue;
		f = files_remove(fd);
		if (f != NULL)
			file_put(f);
	}
}

struct file *files_lookup_any(u32 fd)
{
	return files_peek(current->files, fd);
}

u32 files_size(struct files *files)
{
	return arch_read_once(&files->size);
}

u32 files_next(struct files *files, u32 fd)
{
	spin_lock(&files->lock);
	while (fd < files->size && files->slots[fd].file == NULL)
		fd++;
	if (fd >= files->size)
		fd = FILES_NONE;
	spin_unlock(&files->lock);
	return fd;
}

struct file *files_peek(struct files *files, u32 fd)
{
	struct file *f = NULL;

	spin_lock(&files->lock);
	if (fd < files->size)
		f = files->slots[fd].file;
	if (f != NULL)
		file_get(f);
	spin_unlock(&files->lock);
	return f;
}

struct file *files_lookup(u32 fd)
{
	struct file *f = files_lookup_any(fd);

	if (likely(f == NULL || !(f->flags & O_PATH)))
		return f;
	file_put(f);
	return NULL;
}

int files_reserve(u32 min_fd)
{
	struct files *files = current->files;
	u32 fd;
	int err;

	for (;;) {
		spin_lock(&files->lock);
		fd = lowest_free_from(files, MAX(min_fd, files->lowest_free));
		if (fd < files->size && fd < rlimit(RLIMIT_NOFILE))
			break;
		spin_unlock(&files->lock);
		if (fd >= rlimit(RLIMIT_NOFILE))
			return -EMFILE;
		err = files_grow(files, fd);
		if (err != 0)
			return err;
	}
	files->slots[fd].reserved = true;
	if (fd == files->lowest_free)
		files->lowest_free = fd + 1;
	spin_unlock(&files->lock);
	return (int)fd;
}

void files_fill(u32 fd, struct file *f, bool cloexec)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	ASSERT(files->slots[fd].reserved && files->slots[fd].file == NULL);
	files->slots[fd] = (struct fd_slot){.file = f, .cloexec = cloexec};
	spin_unlock(&files->lock);
}

void files_unreserve(u32 fd)
{
	struct files *files = current->files;

	spin_lock(&files->lock);
	ASSERT(files->slots[fd].reserved);
	files->slots[fd].reserved = false;
	files->lowest_free = MIN(files->lowest_free, fd);
	spin_unlock(&files->lock);
}

int files_install(struct file *f, u32 min_fd, bool cloexec)
{
	int fd = files_reserve(min_fd);

	if (fd >= 0)
		files_fill((u32)fd, f, cloexec);
	return fd;
}

int files_replace(struct file *f, u32 fd, bool cloexec)
{
	struct files *files = current->files;
	struct file *old;
	int err;

	if (fd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	spin_lock(&files->lock);
	while (fd >= files->size) {
		spin_unlock(&files->lock);
		err = files_grow(files, fd);
		if (err != 0)
			return err;
		spin_lock(&files->lock);
	}
	if (files->slots[fd].reserved) {
		spin_unlock(&files->lock);
		return -EBUSY;
	}
	old = files->slots[fd].file;
	files->slots[fd] = (struct fd_slot){.file = f, .cloexec = cloexec};
	spin_unlock(&files->lock);
	if (old != NULL)
		file_put(old);
	return (int)fd;
}

struct file *files_remove(u32 fd)
{
	struct files *files = current->files;
	struct file *f = NULL;

	spin_lock(&files->lock);
	if (fd < files->size)
		f = files->slots[fd].file;
	if (f != NULL) {
		files->slots[fd] = (struct fd_slot){.file = NULL};
		files->lowest_free = MIN(files->lowest_free, fd);
	}
	spin_unlock(&files->lock);
	return f;
}
