/* SPDX-License-Identifier: MIT */
/*
 * memory_device.h - devices whose contents are memory that the processor addresses: files of them are
 * mapped directly where there is no MMU.
 */
#pragma once

#include <octavo/types.h>

struct file;
struct file_ops;
struct inode;
struct vma;

struct memory_device {
	const char *name; /* as device_register() takes them [I] */
	u32 major, minor, mode;
	const struct file_ops *ops; /* no other device's [I] */
	u32 bytes;                  /* [I] whole pages */
	vaddr_t start;              /* [I] after the first open; 0: it has no memory yet */
};

/* The operations of such a file. open: it gets its memory, all zero, when it is opened first, and keeps it;
 * -ENOMEM (why-line). write: -ENOSPC behind the end. get_unmapped_area: -EINVAL where not all
 * of it lies inside; mmap: nobody is told. */
int memory_device_open(struct inode *inode, struct file *file);
ssize_t memory_device_read(struct file *file, char __user *buf, size_t len, loff_t *pos);
ssize_t memory_device_write(struct file *file, const char __user *buf, size_t len, loff_t *pos);
ssize_t memory_device_read_kernel(struct file *file, void *buf, size_t len, loff_t pos);
loff_t memory_device_seek(struct file *file, loff_t offset, u32 whence);
long memory_device_place(struct file *file, u32 pgoff, u32 len, u32 flags);
int memory_device_mmap(struct file *file, struct vma *area);

#define MEMORY_DEVICE_OPS                                                                          \
	.open = memory_device_open, .seek = memory_device_seek,                                    \
	.get_unmapped_area = memory_device_place

/* memory_devices_init - all of this machine are registered. => boot */
void memory_devices_init(void);
extern struct memory_device fb, flash, ramdisk;
extern const struct file_ops mem_fops; /* the machine's own addresses: dev_mem.c */
