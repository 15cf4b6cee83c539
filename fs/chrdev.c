/* SPDX-License-Identifier: MIT */
/* chrdev.c - character devices by number: a small table, filled at boot and only read later. */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <uapi/octavo/stat.h>

enum { DEVICES_MAX = 16 };

struct chrdev {
	u32 rdev; /* as UAPI_MAKEDEV */
	const struct file_ops *ops;
};

static struct chrdev devices[DEVICES_MAX]; /* [I] after boot */
static unsigned nr_devices;

int chrdev_register(u32 major, u32 minor, const struct file_ops *ops)
{
	u32 rdev = UAPI_MAKEDEV(major, minor);

	if (chrdev_ops(rdev) != NULL || nr_devices == DEVICES_MAX)
		return -EBUSY;
	devices[nr_devices++] = (struct chrdev){rdev, ops};
	return 0;
}

const struct file_ops *chrdev_ops(u32 rdev)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (devices[i].rdev == rdev)
			return devices[i].ops;
	return NULL;
}
