/* SPDX-License-Identifier: MIT */
/*
 * proc_file.c - reading and writing the files of /proc.
 *
 *	the whole report  |------------|============|. . . . . . . .
 *			  0            start        start + len     (not made yet: cursor)
 *
 * A piece of the report is made in memory of the kernel, at least a record long, and copied out from
 * there with no other lock held. A read that begins at 0 makes it anew, one behind the piece makes
 * the next, one before it begins again: so a report is of one piece as far as it fits in one, any
 * reader comes through it with any buffer, and a position far away costs no more than the report.
 *
 * Locks: the piece belongs to the open file, and its mutex, since pread(2) does not lock the
 * position.
 */
#include "proc.h"

#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>

#define PIECE_FIRST PAGE_SIZE
#define PIECE_MAX   (1024u * 1024) /* a report that comes as a whole, or one record, is shorter */

struct proc_file {
	struct mutex mutex;
	char *buf;     /* [mutex] NULL before the first read */
	size_t size;   /* [mutex] bytes of buf */
	size_t len;    /* [mutex] bytes of the piece */
	loff_t start;  /* [mutex] where it lies in the report */
	u64 cursor;    /* [mutex] what follows it */
	struct mm *mm; /* [I] of show_mm, or NULL: it has none */
};

static int grow(struct proc_file *f)
{
	size_t size = f->buf == NULL ? PIECE_FIRST : f->size * 2;
	char *buf;

	if (size > PIECE_MAX)
		return -ENOMEM;
	buf = kmalloc(size, GFP_KERNEL);
	if (buf == NULL)
		return -ENOMEM;
	kfree(f->buf);
	f->buf = buf;
	f->size = size;
	return 0;
}

/* Records of the memory that it had at open. => as proc_entry.show_mm */
static int show_mm(const struct proc_file *f, struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct mm *mm = f->mm != NULL && mm_get_used(f->mm) ? f->mm : NULL;
	int err = p->entry->show_mm(p, mm, t, cursor);

	if (mm != NULL)
		mm_put(mm);
	return err;
}

/* Make the piece that begins with record `cursor`. => 0, -ENOMEM, the report's own */
static int make_piece(struct proc_file *f, struct proc_inode *p)
{
	const struct proc_entry *e = p->entry;
	int err = f->buf == NULL ? grow(f) : 0;

	while (err == 0) {
		u64 cursor = f->cursor;
		struct text t;

		text_init(&t, f->buf, f->size);
		if (e->text != NULL) {
			e->text(&t);
			cursor = PROC_END;
		} else if (e->show_mm != NULL) {
			err = show_mm(f, p, &t, &cursor);
		} else {
			err = e->show(p, &t, &cursor);
		}
		if (err == 0 && t.full && (t.len == 0 || e->text != NULL || cursor == PROC_END)) {
			err = grow(f);
			continue;
		}
		if (err == 0) {
			f->len = t.len;
			f->cursor = cursor;
		}
		return err;
	}
	return err;
}

static void begin_again(struct proc_file *f)
{
	f->start = 0;
	f->len = 0;
	f->cursor = 0;
}

/* Have the piece with byte `pos`. => its bytes from there on, 0 at the end, -errno */
static ssize_t piece_at(struct proc_file *f, struct proc_inode *p, loff_t pos)
{
	int err;

	if (pos == 0 || pos < f->start)
		begin_again(f);
	while (pos >= f->start + (loff_t)f->len) {
		if (f->cursor == PROC_END)
			return 0;
		if (signal_fatal())
			return -EINTR;
		f->start += (loff_t)f->len;
		f->len = 0;
		err = make_piece(f, p);
		if (err != 0)
			return err;
	}
	return (ssize_t)(f->start + (loff_t)f->len - pos);
}

static ssize_t text_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	const struct proc_entry *e = proc_inode(file->inode)->entry;
	struct proc_file *f = file->private;
	ssize_t done = 0, n = 0;

	if (e->text == NULL && e->show == NULL && e->show_mm == NULL)
		return -EINVAL;
	mutex_lock(&f->mutex);
	while (len > 0) {
		n = piece_at(f, proc_inode(file->inode), *pos);
		if (n <= 0)
			break;
		n = MIN(n, (ssize_t)len);
		if (copy_to_user(buf + done, f->buf + (*pos - f->start), (size_t)n) != 0) {
			n = -EFAULT;
			break;
		}
		done += n;
		len -= (size_t)n;
		*pos += n;
	}
	mutex_unlock(&f->mutex);
	return done > 0 ? done : n;
}

static ssize_t text_write(struct file *file, const char __user *user_buf, size_t len, loff_t *pos)
{
	struct proc_inode *p = proc_inode(file->inode);
	size_t n = MIN(len, (size_t)PAGE_SIZE - 1);
	char *buf;
	int err;

	if (p->entry->store == NULL)
		return p->entry->sysctl ? -EINVAL : -EIO;
	if (p->entry->sysctl && *pos != 0) { /* a number is written at once; as on Linux */
		*pos += (loff_t)len;
		return (ssize_t)len;
	}
	buf = kmalloc(n + 1, GFP_KERNEL);
	if (buf == NULL)
		return -ENOMEM;
	err = copy_from_user(buf, user_buf, n);
	if (err == 0) {
		buf[n] = '\0';
		err = p->entry->store(p, buf, n);
	}
	kfree(buf);
	if (err != 0)
		return err;
	*pos += (loff_t)len;
	return (ssize_t)len;
}

/* A report has no end that one could count from. */
loff_t proc_seek(struct file *file, loff_t offset, u32 whence)
{
	loff_t from = whence == SEEK_CUR ? file->pos : 0;

	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	if (__builtin_add_overflow(from, offset, &offset) || offset < 0)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

static int text_open(struct inode *inode, struct file *file)
{
	const struct proc_entry *e = proc_inode(inode)->entry;
	u32 mode = file->flags & O_ACCMODE;
	struct proc_file *f;
	int err;

	if (e->sysctl && ((mode != O_RDONLY && (e->mode & 0200) == 0) ||
			  (mode != O_WRONLY && (e->mode & 0400) == 0)))
		return -EACCES;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (f == NULL)
		return -ENOMEM;
	err = e->show_mm != NULL ? proc_inspect_mm(proc_inode(inode), &f->mm) : 0;
	if (err != 0) {
		kfree(f);
		return err;
	}
	mutex_init(&f->mutex, proc_file);
	file->private = f;
	return 0;
}

static void text_close(struct file *file)
{
	struct proc_file *f = file->private;

	if (f->mm != NULL)
		mm_drop(f->mm);
	kfree(f->buf);
	kfree(f);
}

const struct file_ops proc_text_fops = {
	.open = text_open,
	.close = text_close,
	.read = text_read,
	.write = text_write,
	.seek = proc_seek,
};
