/* SPDX-License-Identifier: MIT */
/*
 * What an earlier run has left in files, for instance because it was killed:
 *
 *	remove_tree("/tmp/my-test");		a directory and all that is in it
 *
 * No mount is taken down and no link is followed. It needs no memory of the
 * program's; in a sweep of failing allocations it may fail itself, and then the
 * next run tidies up.
 */
#ifndef GUEST_TIDY_H
#define GUEST_TIDY_H

#include "guest.h"

#define TIDY_REMOVEDIR 0x200 /* AT_REMOVEDIR */

struct tidy_entry {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* Removes all that is in the open directory DIR. */
static inline void remove_entries(long dir)
{
	_Alignas(8) char text[1024];
	int removed;
	long n;

	do {
		removed = 0;
		sys(__NR_lseek, dir, 0, SEEK_SET);
		while ((n = sys(__NR_getdents64, dir, text, sizeof(text))) > 0) {
			for (long at = 0; at < n;) {
				const struct tidy_entry *e = (const void *)(text + at);
				long sub;

				at += e->reclen;
				if (!strcmp(e->name, ".") || !strcmp(e->name, ".."))
					continue;
				sub = sys(__NR_openat, dir, e->name,
					  O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
				if (sub >= 0) {
					remove_entries(sub);
					sys(__NR_close, sub);
				}
				removed |= sys(__NR_unlinkat, dir, e->name,
					       sub >= 0 ? TIDY_REMOVEDIR : 0) == 0;
			}
		}
	} while (removed);
}

static inline void remove_tree(const char *path)
{
	long dir = sys(__NR_open, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (dir < 0)
		return;
	remove_entries(dir);
	sys(__NR_close, dir);
	sys(__NR_rmdir, path);
}

#endif
