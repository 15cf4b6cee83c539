/* SPDX-License-Identifier: MIT */
/*
 * romfs.h - images made by genromfs, read in place (pure).
 *
 *	[-rom1fs-|size|checksum|volume name, pad 16]
 *	[next|type  info  size  checksum|name, pad 16|data, pad 16]	one node, at a multiple of 16
 *
 * Numbers are big-endian. The nodes of a directory are a chain (`next`); a directory's info leads
 * to its first node, a hard link's to its target. A node is checked when it is read: it and its
 * data lie inside the image, its name ends, and a chain only goes forward, so it ends.
 */
#pragma once

#include <octavo/env.h>

enum romfs_type {
	ROMFS_HARD_LINK,
	ROMFS_DIRECTORY,
	ROMFS_REGULAR,
	ROMFS_SYMLINK,
	ROMFS_BLOCK,
	ROMFS_CHAR,
	ROMFS_SOCKET,
	ROMFS_FIFO,
};

struct romfs {
	const u8 *base;
	u32 size; /* of the image, as its header says; at most what the caller gave */
	u32 root; /* offset of the root directory's node */
};

struct romfs_node {
	u32 offset; /* of the node: its inode number */
	u32 next;   /* offset of the next node of the directory, 0: none */
	enum romfs_type type;
	bool executable;
	u32 info;         /* directory: first node, 0: none; device: major << 16 | minor */
	const char *name; /* in the image; NUL-terminated */
	u32 name_len;     /* at most 255 */
	const u8 *data;   /* in the image */
	u32 size;         /* bytes of data */
};

/*
 * romfs_open - an image in [base, base + len).
 *   => 0; -EINVAL: no image, checksum wrong, or longer than len; *why (if not NULL) says which
 */
int romfs_open(struct romfs *r, const void *base, size_t len, const char **why);

/* romfs_node - read the node at `offset`; a hard link is not followed. => 0, -EIO: damaged */
int romfs_node(const struct romfs *r, u32 offset, struct romfs_node *n);

/* romfs_resolve - if *n is a hard link, replace all but its name, next and name_len by its
 * target's. => 0, -EIO: damaged, or a link to a link */
int romfs_resolve(const struct romfs *r, struct romfs_node *n);

/* romfs_first, romfs_next - walk a directory: its first node, the one behind *n.
 *   => 1 and *n; 0: no more; -EIO: damaged */
int romfs_first(const struct romfs *r, const struct romfs_node *dir, struct romfs_node *n);
int romfs_next(const struct romfs *r, struct romfs_node *n);

/* romfs_lookup - entry `name` of a directory, a hard link resolved. => 0, -ENOENT, -EIO */
int romfs_lookup(const struct romfs *r, const struct romfs_node *dir, const char *name, size_t len,
		 struct romfs_node *n);
