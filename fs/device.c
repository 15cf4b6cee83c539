/* SPDX-License-Identifier: MIT */
/* device.c - devices by kind and number: a small table, filled at boot and only read later. */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <uapi/octavo/stat.h>

enum { DEVICES_MAX = 24 };

struct device {
	u32 rdev;         /* as UAPI_MAKEDEV */
	u32 mode;         /* S_IFCHR or S_IFBLK, and permissions of its node in devfs */
	const char *name; /* of that node; NULL: it has none */
	const struct file_ops *ops;
};

static struct device devices[DEVICES_MAX]; /* [I] after boot */
static unsigned nr_devices;

int device_register(u32 major, u32 minor, const char *name, u32 mode, const struct file_ops *ops)
{
	u32 rdev = UAPI_MAKEDEV(major, minor);

	if (!S_ISBLK(mode))
		mode |= S_IFCHR;
	if (device_ops(mode, rdev) != NULL || nr_devices == DEVICES_MAX)
		return -EBUSY;
	devices[nr_devices++] = (struct device){rdev, mode, name, ops};
	return 0;
}

const struct file_ops *device_ops(u32 mode, u32 rdev)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (devices[i].rdev == rdev && ((devices[i].mode ^ mode) & S_IFMT) == 0)
			return devices[i].ops;
	return NULL;
}

bool device_at(unsigned i, u32 *rdev, const char **name, u32 *mode)
{
	if (i >= nr_devices)
		return false;
	*rdev = devices[i].rdev;
	*name = devices[i].name;
	*mode = devices[i].mode;
	return true;
}
