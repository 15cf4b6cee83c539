/* SPDX-License-Identifier: MIT */
/*
 * dev_mem.c - /dev/mem: the machine's addresses, for who may touch its devices. mem(4)
 *
 *	ROM_BASE	what the root file system lies in: it is read, and mapped for reading
 *	DEVICES_BASE	registers: they are mapped, and nothing else; the kernel does not look
 *	memory		is somebody's already: EPERM
 */
#include <arch/memmap.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <octavo/vma.h>
#include <octavo/why.h>
#include <uapi/octavo/capability.h>

static bool is_within(u32 pos, u32 len, u32 base, u32 end)
{
	return pos >= base && pos < end && len <= end - pos;
}

static int mem_open(struct inode *inode, struct file *file)
{
	(void)inode;
	(void)file;
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}

/* => bytes of the ROM there; -EFAULT none */
static ssize_t clip(loff_t pos, size_t len)
{
	if (pos < ROM_BASE || pos >= ROM_END)
		return -EFAULT;
	return (ssize_t)MIN(len, ROM_END - (size_t)pos);
}

static ssize_t mem_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	loff_t at = *pos;
	ssize_t n = clip(at, len);

	(void)file;
	if (n < 0)
		return n;
	n -= (ssize_t)copy_to_user_partial(buf, (const void *)(vaddr_t)at, (size_t)n);
	*pos = at + n;
	return n > 0 ? n : -EFAULT;
}

static ssize_t mem_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n = clip(pos, len);

	(void)file;
	if (n > 0)
		memcpy(buf, (const void *)(vaddr_t)pos, (size_t)n);
	return n;
}

static loff_t mem_seek(struct file *file, loff_t offset, u32 whence)
{
	return file_seek_size(file, 1ll << 32, offset, whence);
}

static long mem_place(struct file *file, u32 pgoff, u32 len, u32 flags)
{
	u32 pos = pgoff << PAGE_SHIFT;

	(void)file;
	(void)flags;
	if (pgoff >= 1u << (32 - PAGE_SHIFT))
		return -EINVAL;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (is_within(pos, len, ROM_BASE, ROM_END) ||
	    is_within(pos, len, DEVICES_BASE, DEVICES_END))
		return (long)pos;
	if (!pfn_valid(pgoff))
		return -EINVAL;
	why("mmap: EPERM: %08x is memory, which /dev/mem does not share", pos);
	return -EPERM;
}

static int mem_mmap(struct file *file, struct vma *area)
{
	(void)file;
	if (area->start >= DEVICES_BASE)
		area->flags |= VM_IO;
	else if (area->flags & VM_WRITE)
		return -EPERM;
	else
		area->flags &= ~VM_MAYWRITE;
	return 0;
}

const struct file_ops mem_fops = {
	.open = mem_open,
	.read = mem_read,
	.read_kernel = mem_read_kernel,
	.seek = mem_seek,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE | MAP_CAN_EXEC,
	.get_unmapped_area = mem_place,
	.mmap = mem_mmap,
};
