/* SPDX-License-Identifier: MIT */
/* devices.h - the devices that every machine has, and the file system that shows them. */
#pragma once

#include <octavo/fs.h>

int procfs_init(void);                  /* procfs.c: its kind is known from now on. => 0, -EBUSY */
extern const struct file_ops null_fops; /* 1,3: dev_null.c */
extern const struct file_ops zero_fops; /* 1,5: dev_null.c */
extern const struct file_ops full_fops; /* 1,7: dev_null.c */
extern const struct file_ops random_fops; /* 1,8 and 1,9: dev_random.c */
extern const struct file_ops kmsg_fops;   /* 1,11: dev_kmsg.c */
extern const struct file_ops octavo_fops; /* 10,240: dev_octavo.c */

extern const struct fs_type devfs_type; /* devfs.c */
extern const struct fs_type sysfs_type; /* sysfs.c */
