/* SPDX-License-Identifier: MIT */
/* init.c - what of fs/ is there before any file system: the devices. */
#include "devices.h"

#include <octavo/assert.h>

void fs_init(void)
{
	int err = 0;

	err |= chrdev_register(1, 3, &null_fops);
	err |= chrdev_register(1, 5, &zero_fops);
	err |= chrdev_register(5, 1, &console_fops);
	err |= chrdev_register(10, 240, &octavo_fops);
	PANIC_ON(err != 0);
}
