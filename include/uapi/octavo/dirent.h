/* SPDX-License-Identifier: MIT */
/*
 * Directory entries as getdents64 writes them: records of d_reclen bytes, the
 * name NUL-terminated, each record's length a multiple of 8. getdents(2).
 */
#ifndef UAPI_OCTAVO_DIRENT_H
#define UAPI_OCTAVO_DIRENT_H

#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_BLK     6
#define DT_REG     8
#define DT_LNK     10
#define DT_SOCK    12

struct uapi_dirent64 {
	unsigned long long d_ino;
	long long d_off; /* position of the next record */
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

#endif
