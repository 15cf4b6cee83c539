/* SPDX-License-Identifier: MIT */
/*
 * flash.c - /dev/mtd0: flash memory. It is read and executed in place; a write clears bits, and only an
 * erase of a whole block sets them again.
 *
 *	read	  | the contents
 *	program	  | the chip shows its status, at each address: whoever has it mapped, be it as text, must
 *		  | not see that (nm-16), and sleeps where he looks at it; so does read(2)
 *	read	  | the new contents
 *
 * The boards have no such chip, so there is one in memory here, with all that matters of a real one: what
 * its programming mode shows, and the time that it takes.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/memory_device.h>
#include <octavo/nommu.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mtd.h>

enum {
	BLOCK_BYTES = 16 << 10,
	CHUNK = 1024, /* bytes of a write that are programmed at once */
};
#define STATUS_BUSY 0x50505050u
#define PROGRAM_NS  (1 * NSEC_PER_MSEC) /* for a chunk */
#define ERASE_NS    (10 * NSEC_PER_MSEC)

static struct mutex flash_mutex = MUTEX_INIT(flash_mutex, device_mutex);

/* --- the chip --- */

/* In or out of the mode in which it shows something else than what it holds. */
static void chip_toggle_mode(void)
{
	for (u32 *word = (u32 *)flash.start; word < (u32 *)(flash.start + flash.bytes); word++)
		*word ^= STATUS_BUSY;
}

/* data NULL: erase */
static void chip_program(u32 at, const u8 *data, u32 len)
{
	u8 *cell = (u8 *)flash.start + at;

	for (u32 i = 0; data != NULL && i < len; i++)
		cell[i] &= data[i];
	if (data == NULL)
		memset(cell, 0xff, len);
}

/* --- the driver --- */

/* [flash_mutex]; data is the kernel's, since all programs are kept from the flash meanwhile */
static void program(u32 at, const u8 *data, u32 len, u64 takes_ns)
{
	nommu_hide(flash.start, flash.bytes);
	chip_toggle_mode();
	sleep_through(clock_ns() + takes_ns);
	chip_toggle_mode();
	chip_program(at, data, len);
	nommu_show();
}

static ssize_t flash_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	ssize_t n;

	mutex_lock(&flash_mutex);
	n = memory_device_read(file, buf, len, pos);
	mutex_unlock(&flash_mutex);
	return n;
}

static ssize_t flash_read_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n;

	mutex_lock(&flash_mutex);
	n = memory_device_read_kernel(file, buf, len, pos);
	mutex_unlock(&flash_mutex);
	return n;
}

/* => bytes, at most what `data` has room for */
static ssize_t write_chunk(const char __user *buf, size_t len, loff_t pos, u8 *data)
{
	u32 n = (u32)MIN(len, (size_t)CHUNK);

	if (pos < 0 || pos >= (loff_t)flash.bytes)
		return -ENOSPC;
	n = MIN(n, flash.bytes - (u32)pos);
	n -= (u32)copy_from_user_partial(data, buf, n);
	if (n == 0)
		return -EFAULT;
	mutex_lock(&flash_mutex);
	program((u32)pos, data, n, PROGRAM_NS);
	mutex_unlock(&flash_mutex);
	return (ssize_t)n;
}

static ssize_t flash_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u8 *data = kmalloc(CHUNK, GFP_KERNEL);
	ssize_t done = 0, n = 0;

	(void)file;
	if (data == NULL)
		return -ENOMEM;
	while ((size_t)done < len && !(done > 0 && signal_pending())) {
		n = write_chunk(buf + done, len - (size_t)done, *pos, data);
		if (n < 0)
			break;
		*pos += n;
		done += n;
	}
	kfree(data);
	return done > 0 ? done : n;
}

static long erase(struct file *file, u32 arg)
{
	struct uapi_erase_info e;

	if (!file_can_write(file))
		return -EPERM;
	if (copy_from_user(&e, (void __user *)arg, sizeof(e)) != 0)
		return -EFAULT;
	if ((e.start | e.length) % BLOCK_BYTES != 0 || e.length == 0 || e.start >= flash.bytes ||
	    e.length > flash.bytes - e.start)
		return -EINVAL;
	mutex_lock(&flash_mutex);
	program(e.start, NULL, e.length, ERASE_NS * (e.length / BLOCK_BYTES));
	mutex_unlock(&flash_mutex);
	return 0;
}

static long flash_ioctl(struct file *file, u32 cmd, u32 arg)
{
	const struct uapi_mtd_info info = {
		.type = MTD_NORFLASH,
		.flags = MTD_CAP_NORFLASH,
		.size = flash.bytes,
		.erasesize = BLOCK_BYTES,
		.writesize = 1,
	};

	switch (cmd) {
	case MEMGETINFO:
		return copy_to_user((void __user *)arg, &info, sizeof(info));
	case MEMERASE:
		return erase(file, arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_ops flash_fops = {
	MEMORY_DEVICE_OPS,
	.read = flash_read,
	.write = flash_write,
	.read_kernel = flash_read_kernel,
	.ioctl = flash_ioctl,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_EXEC,
	.mmap = memory_device_mmap,
};

struct memory_device flash = {
	.name = "mtd0", .major = 90, .mode = 0660, .ops = &flash_fops, .bytes = 4 * BLOCK_BYTES};
