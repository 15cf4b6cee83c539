/* SPDX-License-Identifier: MIT */
/* dirent.c - directory records for getdents64(2). */
#include "dirent.h"

#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/dirent.h>
#include <uapi/octavo/stat.h>

bool dirent_put(struct dirent_out *o, u32 ino, u32 mode, const char *name, size_t len, loff_t next)
{
	union {
		struct uapi_dirent64 d;
		char bytes[ALIGN_UP(offsetof(struct uapi_dirent64, d_name) + NAME_MAX + 1, 8u)];
	} record;
	size_t size = ALIGN_UP(offsetof(struct uapi_dirent64, d_name) + len + 1, 8u);

	if (size > o->len - o->used) {
		o->err = -EINVAL;
		return false;
	}
	memset(&record, 0, size);
	record.d.d_ino = ino;
	record.d.d_off = next;
	record.d.d_reclen = (u16)size;
	record.d.d_type = (u8)((mode & S_IFMT) >> 12);
	memcpy(record.bytes + offsetof(struct uapi_dirent64, d_name), name, len);
	o->err = copy_to_user(o->buf + o->used, &record, size);
	if (o->err != 0)
		return false;
	o->used += size;
	return true;
}
