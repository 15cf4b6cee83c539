/* SPDX-License-Identifier: MIT */
/*
 * path_world.h - directories, links and mounts for the walk of paths: what the kernel has inodes for.
 * Nodes and allocations are counted, so that what a walk leaves behind is seen.
 */
#pragma once

#include <octavo/path_walk.h>
#include <uapi/octavo/limits.h>
#include <uapi/octavo/stat.h>

enum { WORLD_NODES = 32 };

struct inode {
	u32 mode;
	int refs;
	struct inode *parent;  /* a root's is itself */
	struct inode *mounted; /* root of what is mounted here */
	struct inode *covers;  /* of a mounted root */
	struct inode *jump;    /* a link that leads there without a path */
	char name[300];        /* in its parent; "" of a root */
	char target[5000];     /* of a link */
};

extern struct inode world[WORLD_NODES];
extern unsigned world_nr;               /* nodes in use */
extern int world_allocs;                /* not freed */
extern int world_allocs_before_failure; /* then one fails; below 0: never */

void world_clear(void);
/* world_add - "" with a NULL parent: a root. => NULL: there is no room */
struct inode *world_add(struct inode *parent, const char *name, u32 mode, const char *target);
/* world_mount - root of another tree on `dir`. */
void world_mount(struct inode *root, struct inode *dir);
struct inode *world_child(const struct inode *dir, const char *name, size_t len);
/* world_walk - as a system call would. => walk_run()'s */
int world_walk(struct inode *root, struct inode *base, const char *path, unsigned flags,
	       struct path *out);
void world_path_put(struct path *p);
bool world_is_clean(void); /* nothing is referenced or allocated any more */
