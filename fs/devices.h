/* SPDX-License-Identifier: MIT */
/* devices.h - the devices that every machine has; their numbers stand in the root's /dev. */
#pragma once

#include <octavo/fs.h>

extern const struct file_ops null_fops;    /* 1,3: dev_null.c */
extern const struct file_ops zero_fops;    /* 1,5: dev_null.c */
extern const struct file_ops console_fops; /* 5,1: dev_console.c */
extern const struct file_ops octavo_fops;  /* 10,240: dev_octavo.c */
