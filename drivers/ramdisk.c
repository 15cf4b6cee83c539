/* SPDX-License-Identifier: MIT */
/* ramdisk.c - /dev/ram0: a block device in memory, which is shared as that memory (nm-7, nm-18). */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/mount.h>

static struct memory_device ramdisk = {.bytes = 256 << 10};

static int ramdisk_open(struct inode *inode, struct file *file)
{
	(void)inode;
	return memory_device_open(file, &ramdisk);
}

static long ramdisk_ioctl(struct file *file, u32 cmd, u32 arg)
{
	u64 bytes = ramdisk.bytes;

	(void)file;
	if (cmd != BLKGETSIZE64)
		return -ENOTTY;
	return copy_to_user((void __user *)arg, &bytes, sizeof(bytes));
}

const struct file_ops ramdisk_fops = {
	.open = ramdisk_open,
	.read = memory_device_read,
	.write = memory_device_write,
	.read_kernel = memory_device_read_kernel,
	.seek = memory_device_seek,
	.ioctl = ramdisk_ioctl,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE | MAP_CAN_EXEC,
	.get_unmapped_area = memory_device_place,
	.mmap = memory_device_mmap,
};
