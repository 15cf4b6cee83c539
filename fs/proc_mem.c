/* SPDX-License-Identifier: MIT */
/*
 * proc_mem.c - /proc/PID/mem: a process's memory as a file, for debuggers; proc(5).
 *
 * It is the memory that was there at open(2), for whoever may look into it then; it is read and written as
 * ptrace(2) does, mm_access_debug().
 */
#include "proc.h"

#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/slab.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>

static int mem_open(struct inode *inode, struct file *file)
{
	struct mm *mm = NULL;
	int err = proc_inspect_mm(proc_inode(inode), &mm);

	if (err == 0)
		file->private = mm;
	return err;
}

static void mem_close(struct file *file)
{
	if (file->private != NULL)
		mm_drop(file->private);
}

/* What of the page at pos there is of len bytes. => 0 and *n; -EIO, -EFAULT */
static int move_piece(struct mm *mm, char __user *user, size_t len, loff_t pos, char *buf,
		      bool write, size_t *n)
{
	vaddr_t addr = (vaddr_t)pos;

	if (pos >> 32 != 0 || signal_fatal())
		return -EIO;
	*n = MIN(len, (size_t)(PAGE_SIZE - (addr & (PAGE_SIZE - 1))));
	if (write && copy_from_user(buf, user, *n) != 0)
		return -EFAULT;
	if (mm_access_debug(mm, addr, buf, (u32)*n, write) != 0)
		return -EIO;
	return write ? 0 : copy_to_user(user, buf, *n);
}

static ssize_t mem_move(struct file *file, char __user *user, size_t len, loff_t *pos, bool write)
{
	struct mm *mm = file->private;
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	size_t done = 0, n;
	int err = 0;

	if (buf == NULL)
		return -ENOMEM;
	if (*pos < 0 && *pos >= INT32_MIN)
		*pos = (u32)*pos;
	if (mm == NULL || !mm_get_used(mm)) /* it has ended: so has its memory */
		goto free_buf;
	while (done < len) {
		err = move_piece(mm, user + done, len - done, *pos, buf, write, &n);
		if (err != 0)
			break;
		done += n;
		*pos += (loff_t)n;
	}
	mm_put(mm);
free_buf:
	kfree(buf);
	return done > 0 && err != -EFAULT ? (ssize_t)done : err;
}

static ssize_t mem_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	return mem_move(file, user, len, pos, false);
}

static ssize_t mem_write(struct file *file, const char __user *user, size_t len, loff_t *pos)
{
	return mem_move(file, (char __user *)user, len, pos, true);
}

/* To any place: those from 2 GB on are negative ones to lseek(2), which has 32 bits. */
static loff_t mem_seek(struct file *file, loff_t offset, u32 whence)
{
	loff_t from = whence == SEEK_CUR ? file->pos : 0;

	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	if (__builtin_add_overflow(from, offset, &offset))
		return -EINVAL;
	file->pos = offset;
	return offset;
}

const struct file_ops proc_mem_fops = {
	.open = mem_open,
	.close = mem_close,
	.read = mem_read,
	.write = mem_write,
	.seek = mem_seek,
};
