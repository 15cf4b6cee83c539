/* SPDX-License-Identifier: MIT */
/*
 * What newlib's <dirent.h> needs of a system: a stream of directory entries
 * read by getdents64 into a buffer.
 */
#ifndef _SYS_DIRENT_H
#define _SYS_DIRENT_H

#include <sys/types.h>
#include <uapi/octavo/dirent.h>

struct dirent {
	ino_t d_ino;
	long long d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[256];
};

typedef struct octavo_dir DIR;

#endif
