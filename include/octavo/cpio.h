/* SPDX-License-Identifier: MIT */
/*
 * cpio.h - entries of cpio archives in the newc format (pure).
 *
 *	[header 110][name NUL][pad 4][data][pad 4] ... [TRAILER!!!][zeros] [next archive ...]
 *
 * A name may be followed by more NULs than one: archives are made so that file data begins at whole
 * pages. The archive lies in memory in one piece; the iterator reads each byte at most once, in order,
 * and never outside the range, so that the caller may free what lies behind it as it goes: see
 * cpio_done().
 */
#pragma once

#include <octavo/env.h>

#define CPIO_NAME_MAX 4096 /* bytes of a name with its NUL */

struct cpio_entry {
	u32 ino, dev_major, dev_minor; /* together they tell hard links */
	u32 mode;                      /* type and permissions, as in st_mode */
	u32 uid, gid, nlink, mtime;
	u32 rdev_major, rdev_minor;
	const char *name; /* in the archive; name[name_len] is NUL, none before it */
	u32 name_len;     /* at least 1 */
	const u8 *data;   /* in the archive */
	u32 size;         /* bytes of data; 0 for what is neither file nor symbolic link */
};

struct cpio {
	const u8 *base;
	size_t len;
	size_t offset; /* of the next header; after an error: of the entry that has the defect */
	size_t start;  /* where the archive begins that offset lies in */
	size_t nr_archives; /* trailers seen */
	bool open;          /* inside an archive: its trailer has yet to come */
	const char *error;  /* what is wrong, in words, after cpio_next() failed */
};

/* cpio_begin - start at the first byte of [base, base + len), which stays the caller's and has to stay
 * readable from cpio_done() on as long as the iterator or an entry is used. Any bytes will do. */
void cpio_begin(struct cpio *c, const void *base, size_t len);

/*
 * cpio_next - the next entry; trailers and the zeros between archives are passed over.
 *   => 1: *e is valid while the archive's memory is; 0: the end, after at least one trailer;
 *	-EINVAL: damaged or truncated: c->offset and c->error say where and what. It stays so.
 */
int cpio_next(struct cpio *c, struct cpio_entry *e);

/* cpio_done - bytes at the start of the range that the iterator will not look at again. */
static inline size_t cpio_done(const struct cpio *c)
{
	return c->offset;
}
