/* SPDX-License-Identifier: MIT */
/* chrdev.c - character devices by number: a small table, filled at boot and only read later. */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <uapi/octavo/stat.h>

enum { DEVICES_MAX = 24 };

struct chrdev {
	u32 rdev;         /* as UAPI_MAKEDEV */
	u32 mode;         /* permissions of its node in devfs */
	const char *name; /* of that node; NULL: it has none */
	const struct file_ops *ops;
};

static struct chrdev devices[DEVICES_MAX]; /* [I] after boot */
static unsigned nr_devices;

int chrdev_register(u32 major, u32 minor, const char *name, u32 mode, const struct file_ops *ops)
{
	u32 rdev = UAPI_MAKEDEV(major, minor);

	if (chrdev_ops(rdev) != NULL || nr_devices == DEVICES_MAX)
		return -EBUSY;
	devices[nr_devices++] = (struct chrdev){rdev, mode, name, ops};
	return 0;
}

const struct file_ops *chrdev_ops(u32 rdev)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (devices[i].rdev == rdev)
			return devices[i].ops;
	return NULL;
}

const struct file_ops *chrdev_at(unsigned i, u32 *rdev, const char **name, u32 *mode)
{
	if (i >= nr_devices)
		return NULL;
	*rdev = devices[i].rdev;
	*name = devices[i].name;
	*mode = devices[i].mode;
	return devices[i].ops;
}
