/* SPDX-License-Identifier: MIT */
/*
 * namei.c - paths of system calls: copied from the program, walked (path_walk.c) over the inodes.
 *
 *	user memory --copy--> buffer --walk_run()--> struct path (which has the buffer)
 *
 * One directory's mutex is held at a time; the inodes in hand are referenced.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* --- the walk's world: inodes --- */

u32 world_mode(const struct inode *inode)
{
	return inode->mode;
}

int world_may_search(const struct inode *dir)
{
	return inode_permission(dir, MAY_EXEC);
}

void world_get(struct inode *inode)
{
	inode_get(inode);
}

void world_put(struct inode *inode)
{
	inode_put(inode);
}

int world_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	int err;

	mutex_lock(&dir->mutex);
	err = dir->ops->lookup(dir, name, len, out);
	mutex_unlock(&dir->mutex);
	if (err == 0)
		*out = mount_enter(*out);
	return err;
}

int world_parent(struct inode *dir, struct inode *root, struct inode **covered, struct inode **out)
{
	dir = mount_leave(dir, root);
	*covered = dir;
	if (dir != root)
		return world_lookup(dir, "..", 2, out);
	inode_get(dir);
	*out = dir;
	return 0;
}

ssize_t world_readlink(struct inode *link, char *buf, size_t len)
{
	return link->ops->readlink(link, buf, len);
}

int world_jump(struct inode *link, struct inode **dir, struct inode **out)
{
	if (link->sb->flags & MS_NOSYMFOLLOW)
		return -ELOOP;
	return link->ops->jump != NULL ? link->ops->jump(link, dir, out) : -EINVAL;
}

void *world_alloc(size_t size)
{
	return kmalloc(size, GFP_KERNEL);
}

void world_free(void *p)
{
	kfree(p);
}

/* --- paths --- */

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
		return err_ptr((int)len);
	return err_ptr(len == 0 ? -ENOENT : -ENAMETOOLONG);
}

/* `buffer` becomes the walk's; `base`: where relative paths begin, NULL: the working directory. */
static int walk_from(struct inode *base, char *buffer, unsigned flags, struct path *out)
{
	struct fs_context *fs = current->fs;
	struct walk w = {.rest = buffer, .buffer = buffer};

	spin_lock(&fs->lock);
	w.root = fs->root;
	w.dir = base != NULL ? base : fs->cwd;
	inode_get(w.root);
	inode_get(w.dir);
	spin_unlock(&fs->lock);
	return walk_run(&w, flags, out);
}

int path_walk(struct inode *base, const char *path, unsigned flags, struct path *out)
{
	size_t len = strlen(path);
	char *buffer;

	if (len == 0)
		return -ENOENT;
	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	buffer = kmalloc(len + 1, GFP_KERNEL);
	if (buffer == NULL)
		return -ENOMEM;
	memcpy(buffer, path, len + 1);
	return walk_from(base, buffer, flags, out);
}

/* An empty path: what the descriptor, or the working directory, is. */
static int path_of_fd(int dirfd, struct path *out)
{
	struct file *f = NULL;

	*out = (struct path){.last = WALK_LAST_DOT};
	if (dirfd == AT_FDCWD) {
		out->inode = fs_cwd_get(current->fs);
	} else {
		f = files_lookup_any((u32)dirfd);
		if (f == NULL)
			return -EBADF;
		out->inode = f->inode;
		inode_get(out->inode);
		file_put(f);
	}
	out->dir = out->inode;
	inode_get(out->dir);
	return 0;
}

static bool user_path_is_empty(const char __user *path)
{
	char first;

	return copy_from_user(&first, path, 1) == 0 && first == '\0';
}

int path_at_copied(int dirfd, char *buffer, unsigned flags, struct path *out)
{
	struct file *dir;
	int err;

	if (dirfd == AT_FDCWD || buffer[0] == '/')
		return walk_from(NULL, buffer, flags, out);
	dir = files_lookup_any((u32)dirfd);
	if (dir == NULL) {
		kfree(buffer);
		return -EBADF;
	}
	if (S_ISDIR(dir->inode->mode)) {
		err = walk_from(dir->inode, buffer, flags, out);
	} else {
		kfree(buffer);
		err = -ENOTDIR;
	}
	file_put(dir);
	return err;
}

int path_at(int dirfd, const char __user *user_path, unsigned flags, struct path *out)
{
	char *buffer;

	if (unlikely(flags & WALK_EMPTY) && user_path_is_empty(user_path))
		return path_of_fd(dirfd, out);
	buffer = path_from_user(user_path);
	return ptr_is_err(buffer) ? ptr_err(buffer) : path_at_copied(dirfd, buffer, flags, out);
}

int path_look_up(const struct path *p, struct inode **inode)
{
	if (p->len > NAME_MAX)
		return -ENAMETOOLONG;
	return p->dir->ops->lookup(p->dir, p->name, p->len, inode);
}

void path_put(struct path *p)
{
	if (p->inode != NULL)
		inode_put(p->inode);
	inode_put(p->dir);
	kfree(p->buffer);
}
