/* SPDX-License-Identifier: MIT */
/* memory_device.c - what devices with memory of their own have in common. */
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <octavo/vma.h>
#include <octavo/vmalloc.h>

static struct mutex open_mutex = MUTEX_INIT(open_mutex, device_mutex);

static struct memory_device *const devices[] = {&fb, &flash, &ramdisk};

int memory_device_open(struct inode *inode, struct file *file)
{
	struct memory_device *d = NULL;

	(void)inode;
	for (unsigned i = 0; d == NULL || d->ops != file->ops; i++)
		d = devices[i];
	mutex_lock(&open_mutex);
	if (d->start == 0)
		d->start = (vaddr_t)vmalloc_user(d->bytes);
	mutex_unlock(&open_mutex);
	file->private = d;
	return d->start != 0 ? 0 : -ENOMEM;
}

/* Bytes of [pos, pos + len) that it has. */
static size_t clip(const struct memory_device *d, loff_t pos, size_t len)
{
	if (pos < 0 || pos >= (loff_t)d->bytes)
		return 0;
	return MIN(len, d->bytes - (size_t)pos);
}

ssize_t memory_device_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	const struct memory_device *d = file->private;
	loff_t at = *pos;
	size_t done;

	len = clip(d, at, len);
	done = len - copy_to_user_partial(buf, (const char *)d->start + at, len);
	*pos = at + (loff_t)done;
	return done > 0 || len == 0 ? (ssize_t)done : -EFAULT;
}

ssize_t memory_device_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	const struct memory_device *d = file->private;
	loff_t at = *pos;
	size_t done;

	len = clip(d, at, len);
	if (len == 0)
		return -ENOSPC;
	done = len - copy_from_user_partial((char *)d->start + at, buf, len);
	*pos = at + (loff_t)done;
	return done > 0 ? (ssize_t)done : -EFAULT;
}

ssize_t memory_device_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	const struct memory_device *d = file->private;

	len = clip(d, pos, len);
	memcpy(buf, (const char *)d->start + pos, len);
	return (ssize_t)len;
}

loff_t memory_device_seek(struct file *file, loff_t offset, u32 whence)
{
	const struct memory_device *d = file->private;

	return file_seek_size(file, d->bytes, offset, whence);
}

long memory_device_place(struct file *file, u32 pgoff, u32 len, u32 flags)
{
	const struct memory_device *d = file->private;
	u32 pages = d->bytes >> PAGE_SHIFT;

	(void)flags;
	if (pgoff > pages || PAGES_OF(len) > pages - pgoff)
		return -EINVAL;
	return (long)(d->start + (pgoff << PAGE_SHIFT));
}

int memory_device_mmap(struct file *file, struct vma *area)
{
	(void)file;
	(void)area;
	return 0;
}

void memory_devices_init(void)
{
	int err = device_register(1, 1, "mem", 0600, &mem_fops);

	for (unsigned i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct memory_device *d = devices[i];

		err |= device_register(d->major, d->minor, d->name, d->mode, d->ops);
	}
	PANIC_ON(err != 0);
}
