/* SPDX-License-Identifier: MIT */
/* ramdisk.c - /dev/ram0: a block device in memory, which is shared as that memory (nm-7, nm-18). */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

static long ramdisk_ioctl(struct file *file, u32 cmd, u32 arg)
{
	u64 bytes = ramdisk.bytes;

	(void)file;
	if (cmd != BLKGETSIZE64)
		return -ENOTTY;
	return copy_to_user((void __user *)arg, &bytes, sizeof(bytes));
}

static const struct file_ops ramdisk_fops = {
	MEMORY_DEVICE_OPS,
	.read = memory_device_read,
	.write = memory_device_write,
	.read_kernel = memory_device_read_kernel,
	.ioctl = ramdisk_ioctl,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE | MAP_CAN_EXEC,
	.mmap = memory_device_mmap,
};

struct memory_device ramdisk = {.name = "ram0",
				.major = 1,
				.mode = S_IFBLK | 0660,
				.ops = &ramdisk_fops,
				.bytes = 256 << 10};
