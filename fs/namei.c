/* SPDX-License-Identifier: MIT */
/*
 * namei.c - from a path to an inode.
 *
 *	buffer:	 "usr/bin/../lib//x/"
 *	          ^name ^rest		one component at a time; `dir` is where it is looked up
 *
 * A symbolic link on the way puts its target in front of the rest, in a fresh buffer, and the walk
 * goes on from there (40 times at the most). One directory's mutex is held at a time; the inodes
 * in hand are referenced.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/stat.h>

char *path_from_user(const char __user *path)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	ssize_t len;

	if (buf == NULL)
		return err_ptr(-ENOMEM);
	len = strncpy_from_user(buf, path, PATH_MAX);
	if (len > 0 && len < (ssize_t)PATH_MAX)
		return buf;
	kfree(buf);
	if (len < 0)
		return err_ptr(len);
	return err_ptr(len == 0 ? -ENOENT : -ENAMETOOLONG);
}

/* --- the walk --- */

struct walk {
	struct inode *root; /* where absolute paths begin, referenced */
	struct inode *dir;  /* where the next component is looked up, referenced */
	const char *rest;   /* what is still to be walked, inside `buffer` */
	char *buffer;
	unsigned nr_links;
};

/* `base`: where relative paths begin; NULL: the working directory. */
static void walk_start(struct walk *w, struct inode *base)
{
	struct fs_context *fs = current->fs;

	spin_lock(&fs->lock);
	w->root = fs->root;
	w->dir = base != NULL ? base : fs->cwd;
	inode_get(w->root);
	inode_get(w->dir);
	spin_unlock(&fs->lock);
	w->nr_links = 0;
}

/* `inode` (its reference is taken over) is where the walk stands now. */
static void walk_enter(struct walk *w, struct inode *inode)
{
	inode_put(w->dir);
	w->dir = inode;
}

/* Leading slashes: the walk begins at the root. */
static void walk_absolute(struct walk *w)
{
	if (*w->rest != '/')
		return;
	inode_get(w->root);
	walk_enter(w, w->root);
	while (*w->rest == '/')
		w->rest++;
}

/* Cut the next component off. => its length; *last: nothing but slashes follows it */
static size_t walk_component(struct walk *w, const char **name, bool *last, bool *slash)
{
	const char *p = w->rest;
	size_t len;

	*name = p;
	while (*p != '\0' && *p != '/')
		p++;
	len = (size_t)(p - w->rest);
	*slash = *p == '/';
	while (*p == '/')
		p++;
	w->rest = p;
	*last = *p == '\0';
	return len;
}

/* "." is where the walk stands, even if something was mounted on that; ".." of the process's root is
 * the root. */
static int walk_lookup(struct walk *w, const char *name, size_t len, struct inode **out)
{
	bool up = len == 2 && name[0] == '.' && name[1] == '.';
	struct inode *dir;
	int err;

	if (!S_ISDIR(w->dir->mode))
		return -ENOTDIR;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (up)
		w->dir = mount_leave(w->dir, w->root);
	dir = w->dir;
	if ((up && dir == w->root) || (len == 1 && name[0] == '.')) {
		inode_get(dir);
		*out = dir;
		return 0;
	}
	mutex_lock(&dir->mutex);
	err = dir->ops->lookup(dir, name, len, out);
	mutex_unlock(&dir->mutex);
	if (err == 0)
		*out = mount_enter(*out);
	return err;
}

/* Put the target of `link` in front of the rest. The reference of `link` stays the caller's. */
static int walk_follow(struct walk *w, struct inode *link)
{
	size_t rest_len = strlen(w->rest);
	ssize_t len;
	char *buf;

	if (++w->nr_links > SYMLINKS_MAX)
		return -ELOOP;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (buf == NULL)
		return -ENOMEM;
	len = link->ops->readlink(link, buf, PATH_MAX - 1);
	if (len > 0 && (size_t)len + 1 + rest_len + 1 > PATH_MAX)
		len = -ENAMETOOLONG;
	if (len <= 0) {
		kfree(buf);
		return len == 0 ? -ENOENT : (int)len;
	}
	if (rest_len > 0)
		buf[len++] = '/';
	memcpy(buf + len, w->rest, rest_len + 1);
	kfree(w->buffer);
	w->buffer = buf;
	w->rest = buf;
	walk_absolute(w);
	return 0;
}

/* The last component: to `out`. Its link, if one is to be followed, is followed by the caller. */
static void walk_finish(struct walk *w, struct path *out, const char *name, size_t len, bool slash,
			struct inode *inode)
{
	inode_put(w->root);
	out->dir = w->dir;
	out->inode = inode;
	out->name = name;
	out->len = len;
	out->must_be_dir = slash;
	out->buffer = w->buffer;
}

static int walk_run(struct walk *w, unsigned flags, struct path *out)
{
	for (;;) {
		struct inode *inode = NULL;
		const char *name;
		bool last, slash;
		size_t len;
		int err;

		walk_absolute(w);
		if (*w->rest == '\0') { /* "/" alone, or a link to it */
			inode_get(w->dir);
			walk_finish(w, out, ".", 1, true, w->dir);
			return 0;
		}
		len = walk_component(w, &name, &last, &slash);
		err = walk_lookup(w, name, len, &inode);
		if (err == -ENOENT && last && (flags & WALK_PARENT)) {
			walk_finish(w, out, name, len, slash, NULL);
			return 0;
		}
		if (err != 0)
			return err;
		if (S_ISLNK(inode->mode) && (!last || slash || (flags & WALK_FOLLOW))) {
			if (last && slash)
				w->rest = "/"; /* what follows must be a directory still */
			err = walk_follow(w, inode);
			inode_put(inode);
			if (err != 0)
				return err;
			continue;
		}
		if (last) {
			if (slash && !S_ISDIR(inode->mode)) {
				inode_put(inode);
				return -ENOTDIR;
			}
			walk_finish(w, out, name, len, slash, inode);
			return 0;
		}
		walk_enter(w, inode);
	}
}

int path_walk(struct inode *base, const char *path, unsigned flags, struct path *out)
{
	size_t len = strlen(path);
	struct walk w;
	int err;

	if (len == 0)
		return -ENOENT;
	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	w.buffer = kmalloc(len + 1, GFP_KERNEL);
	if (w.buffer == NULL)
		return -ENOMEM;
	memcpy(w.buffer, path, len + 1);
	w.rest = w.buffer;
	walk_start(&w, base);
	err = walk_run(&w, flags, out);
	if (err != 0) {
		inode_put(w.root);
		inode_put(w.dir);
		kfree(w.buffer);
	}
	return err;
}

void path_put(struct path *p)
{
	if (p->inode != NULL)
		inode_put(p->inode);
	inode_put(p->dir);
	kfree(p->buffer);
}
