/* SPDX-License-Identifier: MIT */
/* init.c - what of fs/ is there before any file system: the devices. */
#include "devices.h"

#include <octavo/assert.h>

void fs_init(void)
{
	int err = 0;

	err |= device_register(1, 3, "null", 0666, &null_fops);
	err |= device_register(1, 5, "zero", 0666, &zero_fops);
	err |= device_register(1, 7, "full", 0666, &full_fops);
	err |= device_register(1, 8, "random", 0666, &random_fops);
	err |= device_register(1, 9, "urandom", 0666, &random_fops);
	err |= device_register(1, 11, "kmsg", 0644, &kmsg_fops);
	err |= device_register(10, 240, "octavo", 0666, &octavo_fops);
	err |= fs_type_register(&devfs_type);
	err |= procfs_init();
	err |= fs_type_register(&sysfs_type);
	PANIC_ON(err != 0);
}
