/* SPDX-License-Identifier: MIT */
/* files.h - the descriptor table's and the directory context's inside, for fs/ alone. */
#pragma once

#include <octavo/fs.h>
#include <octavo/spinlock.h>

#define FILES_EMBEDDED 32u /* descriptors in the table itself: most programs need no more */

struct fd_slot {
	struct file *file; /* NULL: free, or reserved */
	bool cloexec;
	bool reserved; /* an open(2) is on its way */
};

struct files {
	spinlock_t lock;       /* files_lock */
	u32 size;              /* slots [lock] */
	u32 lowest_free;       /* no slot below it is free [lock] */
	struct fd_slot *slots; /* `embedded`, or kmalloc'ed [lock] */
	struct fd_slot embedded[FILES_EMBEDDED];
};

struct fs_context {
	spinlock_t lock;    /* fs_lock */
	struct inode *root; /* referenced [lock] */
	struct inode *cwd;  /* referenced [lock] */
	u32 umask;          /* [lock] */
};

/* files_reserve - the lowest free descriptor from min_fd on, before the open that may fail: a call
 * for which there is no descriptor must not create a file. => fd; -EMFILE, -ENOMEM; then one of: */
int files_reserve(u32 min_fd);
void files_fill(u32 fd, struct file *f, bool cloexec); /* takes the reference */
void files_unreserve(u32 fd);

/* Where a walk ended. Release with path_put(). */
struct path {
	struct inode *dir;   /* the directory of the last component, referenced; NULL for "/" */
	struct inode *inode; /* what it names, referenced; NULL: no such entry */
	const char *name;    /* the last component, inside `buffer` */
	size_t len;
	bool must_be_dir; /* a slash followed it */
	char *buffer;
};

#define WALK_FOLLOW 0x1u /* a symbolic link at the end is followed */
#define WALK_PARENT 0x2u /* the last component may be missing: inode NULL, not -ENOENT */

/*
 * path_walk - along `path`, from current's root or, where it is relative, from `base` (a directory;
 * NULL: current's working directory).
 *   => 0 and *out; -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP, -ENOMEM with nothing to release
 */
int path_walk(struct inode *base, const char *path, unsigned flags, struct path *out);
void path_put(struct path *p);
