/* SPDX-License-Identifier: MIT */
/* Flash memory: requests of ioctl(2), and what they read or write, as on Linux. */
#ifndef UAPI_OCTAVO_MTD_H
#define UAPI_OCTAVO_MTD_H

#define MEMGETINFO 0x80204d01
#define MEMERASE   0x40084d02

#define MTD_NORFLASH     3
#define MTD_CAP_NORFLASH 0xc00 /* written to in bits, erased in blocks */

struct uapi_mtd_info {
	unsigned char type;
	unsigned int flags, size, erasesize, writesize, oobsize;
	unsigned long long padding;
};

struct uapi_erase_info {
	unsigned int start, length;
};

#endif
