/* SPDX-License-Identifier: MIT */
/*
 * proc_pages.c - /proc/PID/pagemap, /proc/kpagecount, /proc/kpageflags: arrays of 64-bit numbers, one for
 * each page of a process, or each frame of the machine; <uapi/octavo/pagemap.h>.
 *
 *	position  0        8        16             8 * nr
 *		  | page 0 | page 1 | ... | page nr-1 |	   reads are of whole numbers
 *
 * A piece is made in memory of the kernel and copied out with no lock held. Of a process it is at the most
 * what a page of the kernel's has room for and one page table maps, and what has no table is zeros at once;
 * so a reader of 3G of nothing holds nobody up. pagemap is of the memory that was there at open(2), for who
 * may look into it then, and it names frames for who was CAP_SYS_ADMIN then.
 */
#include "proc.h"

#include <arch/memmap.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/mm_report.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define PIECE (PAGE_SIZE / (u32)sizeof(u64)) /* numbers made at once */

/* Of pages [first, first + nr), nr up to PIECE. */
typedef void (*numbers_fn)(const void *of, u32 first, u32 nr, u64 *out);

static ssize_t read_numbers(char __user *user, size_t len, loff_t *pos, u32 end, numbers_fn numbers,
			    const void *of)
{
	u64 first = (u64)*pos / sizeof(u64);
	u32 left = first < end ? MIN((u32)(len / sizeof(u64)), end - (u32)first) : 0;
	u32 nr, done = 0;
	int err = 0;
	u64 *piece;

	if (left == 0)
		return 0;
	piece = kmalloc(PIECE * sizeof(u64), GFP_KERNEL);
	if (piece == NULL)
		return -ENOMEM;
	for (; done < left && err == 0; done += nr) {
		nr = MIN(left - done, PIECE);
		numbers(of, (u32)first + done, nr, piece);
		err = copy_to_user(user + done * sizeof(u64), piece, nr * sizeof(u64));
		if (err == 0 && signal_fatal())
			err = -EINTR;
	}
	kfree(piece);
	if (err != 0)
		return err;
	*pos += (loff_t)(done * sizeof(u64));
	return (ssize_t)(done * sizeof(u64));
}

static bool is_aligned(size_t len, loff_t pos)
{
	return (((u64)pos | len) & (sizeof(u64) - 1)) == 0;
}

/* --- frames of the machine --- */

static void flags_numbers(const void *of, u32 first, u32 nr, u64 *out)
{
	(void)of;
	for (u32 i = 0; i < nr; i++)
		out[i] = frame_flags(first + i);
}

static void count_numbers(const void *of, u32 first, u32 nr, u64 *out)
{
	(void)of;
	for (u32 i = 0; i < nr; i++)
		out[i] = frame_mappings(first + i);
}

static ssize_t flags_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	(void)file;
	return is_aligned(len, *pos) ? read_numbers(user, len, pos, MAX_PFN, flags_numbers, NULL)
				     : -EINVAL;
}

static ssize_t count_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	(void)file;
	return is_aligned(len, *pos) ? read_numbers(user, len, pos, MAX_PFN, count_numbers, NULL)
				     : -EINVAL;
}

const struct file_ops proc_kpageflags_fops = {
	.read = flags_read, .seek = proc_seek, .empty = STREAM_READ};
const struct file_ops proc_kpagecount_fops = {
	.read = count_read, .seek = proc_seek, .empty = STREAM_READ};

/* --- pages of a process --- */

struct pagemap {
	struct mm *mm; /* [I] NULL: it had none */
	bool frames;   /* [I] may the reader know their numbers? */
};

static int pagemap_open(struct inode *inode, struct file *file)
{
	struct pagemap *map = kzalloc(sizeof(*map), GFP_KERNEL);
	int err;

	if (map == NULL)
		return -ENOMEM;
	err = proc_inspect_mm(proc_inode(inode), &map->mm);
	if (err != 0) {
		kfree(map);
		return err;
	}
	map->frames = capable(CAP_SYS_ADMIN);
	file->private = map;
	return 0;
}

static void pagemap_close(struct file *file)
{
	struct pagemap *map = file->private;

	if (map->mm != NULL)
		mm_drop(map->mm);
	kfree(map);
}

static void pagemap_numbers(const void *of, u32 first, u32 nr, u64 *out)
{
	const struct pagemap *map = of;
	vaddr_t va = first << PAGE_SHIFT, end = va + (nr << PAGE_SHIFT), stop;

	for (; va < end; va = stop) {
		stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, end);
		mm_pagemap(map->mm, va, stop, map->frames, out);
		out += (stop - va) >> PAGE_SHIFT;
	}
}

static ssize_t pagemap_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	const struct pagemap *map = file->private;
	ssize_t n = -EINVAL;

	if (map->mm == NULL || !mm_get_used(map->mm)) /* it has ended: so has its memory */
		return 0;
	if (is_aligned(len, *pos))
		n = read_numbers(user, len, pos, USER_END >> PAGE_SHIFT, pagemap_numbers, map);
	mm_put(map->mm);
	return n;
}

const struct file_ops proc_pagemap_fops = {
	.open = pagemap_open,
	.close = pagemap_close,
	.read = pagemap_read,
	.seek = proc_seek,
	.empty = STREAM_READ,
};
