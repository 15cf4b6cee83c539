/* SPDX-License-Identifier: MIT */
/*
 * path_walk.h - from a path to an inode (pure). path_resolution(7)
 *
 * The walk knows directories and links only through the world_ functions at the end, which
 * fs/namei.c has for inodes, and the host tests for a model.
 */
#pragma once

#include <octavo/types.h>

struct inode;

#define WALK_FOLLOW 0x1u /* a symbolic link at the end is followed */
/* the last component may be missing: inode NULL, not -ENOENT; -EISDIR where a slash follows a name */
#define WALK_PARENT 0x2u
#define WALK_ENTRY  0x4u /* the last component is not looked up at all: inode NULL */
#define WALK_EMPTY                                                                                 \
	0x8u /* path_from_fd(): an empty path names what the descriptor is (AT_EMPTY_PATH) */

#define WALK_LINKS_MAX 40u /* links followed in one walk, then ELOOP */

/* What the last component is. */
enum walk_last {
	WALK_LAST_NAME,
	WALK_LAST_DOT,
	WALK_LAST_DOTDOT,
	WALK_LAST_ROOT, /* there is none: "/" */
};

/* Where a walk ended. */
struct path {
	struct inode *dir;   /* the directory of the last component, referenced */
	struct inode *inode; /* what it names, referenced; NULL: no such entry, or not looked up */
	const char *name;    /* the last component, inside `buffer`, not NUL-terminated */
	size_t len; /* of name: up to NAME_MAX where it was looked up, see path_look_up() */
	enum walk_last last;
	bool must_be_dir; /* a slash followed it */
	char *buffer;
};

/* A walk on its way. */
struct walk {
	struct inode *root; /* where absolute paths begin and ".." ends, referenced */
	struct inode *dir;  /* where the next component is looked up, referenced */
	const char *rest;   /* what is still to be walked, inside `buffer` */
	char *buffer;       /* from world_alloc() */
	unsigned nr_links;
};

/*
 * walk_run - walk to the end of w->rest, which is not empty and shorter than PATH_MAX. w->root is put,
 * w->dir and w->buffer become the result's, or are given back where it fails.
 *   => 0 and *out; -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP, -ENOMEM, what a lookup says; sleeps
 */
int walk_run(struct walk *w, unsigned flags, struct path *out);

/* --- the world --- */
u32 world_mode(const struct inode *inode); /* S_IF* bits at least */
/* world_may_search - may names be looked up in the directory? => 0, -EACCES */
int world_may_search(const struct inode *dir);
void world_get(struct inode *inode);
void world_put(struct inode *inode);
/* world_lookup - `name` in the directory `dir` ("." and ".." never, nor a file), over mounts.
 *   => 0 and *out referenced, -ENOENT ... */
int world_lookup(struct inode *dir, const char *name, size_t len, struct inode **out);
/* world_parent - ".." of `dir`, over mounts, not beyond `root`. `dir`'s reference is taken over.
 * *covered: the directory whose ".." it is: dir, or what dir's file system covers, referenced
 *   => 0 and *out referenced (*covered itself at the root), -ENOMEM ...; *covered is set always */
int world_parent(struct inode *dir, struct inode *root, struct inode **covered, struct inode **out);
/* world_readlink - the target into buf, cut at len. => bytes or -errno */
ssize_t world_readlink(struct inode *link, char *buf, size_t len);
/* world_jump - where `link` leads without a path (/proc/self/exe). => 0, *out referenced, and *dir,
 * the directory that has it, too: NULL if none is known; -EINVAL it has a path, -ELOOP it must not
 * be followed, -ENOENT ... */
int world_jump(struct inode *link, struct inode **dir, struct inode **out);
void *world_alloc(size_t size); /* NULL */
void world_free(void *p);
