/* SPDX-License-Identifier: MIT */
/*
 * memory_device.h - devices whose contents are memory that the processor addresses: files of them are
 * mapped directly where there is no MMU.
 */
#pragma once

#include <octavo/types.h>

struct file;
struct vma;

struct memory_device {
	u32 bytes;     /* [I] whole pages */
	vaddr_t start; /* [I] after the first open; 0: it has no memory yet */
};

/* memory_device_open - for file_ops.open: `file` is one of d, which gets its memory, all zero, when it
 * is opened first, and keeps it. => 0, -ENOMEM (why-line); sleeps */
int memory_device_open(struct file *file, struct memory_device *d);

/* The operations of such a file. write: -ENOSPC behind the end. get_unmapped_area: -EINVAL where not all
 * of it lies inside; mmap: nobody is told. */
ssize_t memory_device_read(struct file *file, char __user *buf, size_t len, loff_t *pos);
ssize_t memory_device_write(struct file *file, const char __user *buf, size_t len, loff_t *pos);
ssize_t memory_device_read_kernel(struct file *file, void *buf, size_t len, loff_t pos);
loff_t memory_device_seek(struct file *file, loff_t offset, u32 whence);
long memory_device_place(struct file *file, u32 pgoff, u32 len, u32 flags);
int memory_device_mmap(struct file *file, struct vma *area);

/* memory_devices_init - all of this machine are registered. => boot */
void memory_devices_init(void);
extern const struct file_ops fb_fops;      /* 29,0: fb.c */
extern const struct file_ops flash_fops;   /* 90,0: flash.c */
extern const struct file_ops ramdisk_fops; /* block 1,0: ramdisk.c */
extern const struct file_ops mem_fops;     /* 1,1: the machine's own addresses, dev_mem.c */
