/* SPDX-License-Identifier: MIT */
/* dirent.h - directory records for getdents64(2), for the file systems. */
#pragma once

#include <octavo/types.h>

/* Where the records go. */
struct dirent_out {
	u8 __user *buf;
	size_t len;
	size_t used; /* bytes of records written */
	int err;     /* why the last record was not: -EINVAL it does not fit, -EFAULT */
};

/* dirent_put - write one record; `next` is the position of the one that follows.
 *   => false: it was not written, the directory's position stays before it; sleeps */
bool dirent_put(struct dirent_out *o, u32 ino, u32 mode, const char *name, size_t len, loff_t next);

/* dirent_result - what getdents64 returns: an error only where there is no record at all. */
static inline ssize_t dirent_result(const struct dirent_out *o)
{
	return o->used > 0 ? (ssize_t)o->used : o->err;
}
