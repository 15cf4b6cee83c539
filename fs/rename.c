/* SPDX-License-Identifier: MIT */
/*
 * rename.c - rename(2) and renameat2(2).
 *
 *	/a  from.dir            /b  to.dir
 *	 '- old: inode    ==>    '- new: target, or nothing; with RENAME_EXCHANGE they change places
 *
 * A directory must not end up below itself. While rename_mutex is held no directory gets another
 * parent, so the ways up from both directories are looked at first: `above_to` is the entry of
 * from.dir through which to.dir is reached, and that one cannot be what moves.
 *
 * Order: rename_mutex > the two directories, an ancestor first, else by address > the inodes that
 * change (nested): what moves, if it is a directory, and what is replaced.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

enum { NEST_SECOND_DIR = 1, NEST_INODE, NEST_TARGET };

static struct mutex rename_mutex = MUTEX_INIT(rename_mutex, rename_mutex);

struct move {
	const struct path *from, *to;
	u32 flags;
	struct inode *above_to; /* child of from.dir on the way up from to.dir, referenced; or NULL */
	struct inode *above_from; /* the same the other way round */
};

/* --- ancestry; rename_mutex held --- */

/* The directory just below `top` on the way up from `dir`, referenced; NULL: dir does not lie there.
 * => 0 and *out, or -errno */
static int child_above(struct inode *dir, struct inode *top, struct inode **out)
{
	struct inode *parent;
	int err = 0;

	*out = NULL;
	inode_get(dir);
	while (dir != dir->sb->root && dir != top) {
		mutex_lock(&dir->mutex);
		err = dir->ops->lookup(dir, "..", 2, &parent);
		mutex_unlock(&dir->mutex);
		if (err != 0)
			break;
		if (parent == top) {
			inode_put(parent);
			*out = dir;
			return 0;
		}
		inode_put(dir);
		dir = parent;
	}
	inode_put(dir);
	return err;
}

/* --- what is refused, in Linux's order; both directories locked --- */

/* A name that a trailing slash follows is a directory's. */
static int check_slashes(const struct move *m, const struct rename *r)
{
	if (r->exchange) {
		if (!S_ISDIR(r->target->mode) && m->to->must_be_dir)
			return -ENOTDIR;
	} else if (!S_ISDIR(r->inode->mode) && m->to->must_be_dir) {
		return -ENOTDIR;
	}
	return !S_ISDIR(r->inode->mode) && m->from->must_be_dir ? -ENOTDIR : 0;
}

static int check_names(const struct move *m, const struct rename *r)
{
	int err;

	if ((m->flags & RENAME_NOREPLACE) && r->target != NULL)
		return -EEXIST;
	if (r->exchange && r->target == NULL)
		return -ENOENT;
	err = check_slashes(m, r);
	if (err != 0)
		return err;
	if (r->inode == m->above_to || r->inode == r->to.dir)
		return -EINVAL; /* into itself */
	if (r->target != NULL && (r->target == m->above_from || r->target == r->from.dir))
		return r->exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* May it leave its directory, and what it replaces, too? */
static int check_permissions(const struct rename *r)
{
	int err = dir_may_remove(r->from.dir, r->inode);

	if (err == 0 && r->target != NULL)
		err = dir_may_remove(r->to.dir, r->target);
	else if (err == 0)
		err = inode_permission(r->to.dir, MAY_WRITE | MAY_EXEC);
	return err;
}

/* A directory that gets another parent is written to: its "..". */
static int check_parents(const struct rename *r)
{
	int err = 0;

	if (r->from.dir == r->to.dir)
		return 0;
	if (S_ISDIR(r->inode->mode))
		err = inode_permission(r->inode, MAY_WRITE);
	if (err == 0 && r->exchange && S_ISDIR(r->target->mode))
		err = inode_permission(r->target, MAY_WRITE);
	return err;
}

static int check_inodes(const struct rename *r)
{
	int err = check_permissions(r);

	if (err != 0)
		return err;
	if (r->target != NULL && !r->exchange) {
		if (S_ISDIR(r->inode->mode) && !S_ISDIR(r->target->mode))
			return -ENOTDIR;
		if (!S_ISDIR(r->inode->mode) && S_ISDIR(r->target->mode))
			return -EISDIR;
	}
	if (r->from.dir->ops->rename == NULL)
		return -EPERM;
	err = check_parents(r);
	if (err != 0)
		return err;
	if (r->to.dir->nlink == 0 || super_is_dead(r->to.dir->sb))
		return -ENOENT;
	if (r->inode->mounted != NULL || (r->target != NULL && r->target->mounted != NULL))
		return -EBUSY;
	return 0;
}

/* --- acting --- */

static int rename_over_target(const struct rename *r)
{
	int err;

	mutex_lock_nested(&r->target->mutex, NEST_TARGET);
	err = r->from.dir->ops->rename(r);
	mutex_unlock(&r->target->mutex);
	return err;
}

/* Lock what changes beside the directories, and let the file system do it. */
static int rename_inodes(const struct rename *r)
{
	int err;

	mutex_lock_nested(&r->inode->mutex, NEST_INODE);
	if (r->target != NULL)
		err = rename_over_target(r);
	else
		err = r->from.dir->ops->rename(r);
	mutex_unlock(&r->inode->mutex);
	return err;
}

/* Both directories locked. *inode and *target are to be put by the caller, unlocked. */
static int rename_locked(const struct move *m, struct inode **inode, struct inode **target)
{
	struct rename r = {
		.from = {m->from->dir, m->from->name, m->from->len},
		.to = {m->to->dir, m->to->name, m->to->len},
		.exchange = (m->flags & RENAME_EXCHANGE) != 0,
	};
	int err = path_look_up(m->from, inode);

	if (err != 0)
		return err;
	err = path_look_up(m->to, target);
	if (err != 0 && err != -ENOENT)
		return err;
	r.inode = *inode;
	r.target = *target;
	err = check_names(m, &r);
	if (err != 0)
		return err;
	if (r.inode == r.target)
		return 0; /* two names of one file: both stay. rename(2) */
	err = check_inodes(&r);
	return err != 0 ? err : rename_inodes(&r);
}

static int rename_second_locked(const struct move *m, struct inode *second, struct inode **inode,
				struct inode **target)
{
	int err;

	mutex_lock_nested(&second->mutex, NEST_SECOND_DIR);
	err = rename_locked(m, inode, target);
	mutex_unlock(&second->mutex);
	return err;
}

/* Lock the directories in their order, or the one that both are. */
static int rename_in_dirs(const struct move *m, struct inode **inode, struct inode **target)
{
	struct inode *first = m->from->dir, *second = m->to->dir;
	int err;

	if (m->above_from != NULL || (m->above_to == NULL && second < first)) {
		first = m->to->dir;
		second = m->from->dir;
	}
	mutex_lock(&first->mutex);
	if (first == second)
		err = rename_locked(m, inode, target);
	else
		err = rename_second_locked(m, second, inode, target);
	mutex_unlock(&first->mutex);
	return err;
}

static int rename_tree(struct move *m)
{
	struct inode *inode = NULL, *target = NULL;
	int err;

	mutex_lock(&rename_mutex);
	err = child_above(m->to->dir, m->from->dir, &m->above_to);
	if (err == 0)
		err = child_above(m->from->dir, m->to->dir, &m->above_from);
	if (err == 0)
		err = rename_in_dirs(m, &inode, &target);
	mutex_unlock(&rename_mutex);
	if (inode != NULL)
		inode_put(inode);
	if (target != NULL)
		inode_put(target);
	if (m->above_to != NULL)
		inode_put(m->above_to);
	if (m->above_from != NULL)
		inode_put(m->above_from);
	return err;
}

static int rename_paths(const struct path *from, const struct path *to, u32 flags)
{
	struct move m = {.from = from, .to = to, .flags = flags};

	if (from->dir->sb != to->dir->sb)
		return -EXDEV;
	if (from->last != WALK_LAST_NAME)
		return -EBUSY;
	if (to->last != WALK_LAST_NAME)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (from->dir->sb->read_only)
		return -EROFS;
	return rename_tree(&m);
}

long sys_renameat2(int from_fd, const char __user *from, int to_fd, const char __user *to,
		   u32 flags)
{
	struct path old, new;
	int err;

	if (flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE)) /* nor whiteouts */
		return -EINVAL;
	if ((flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	err = path_at(from_fd, from, WALK_ENTRY, &old);
	if (err != 0)
		return err;
	err = path_at(to_fd, to, WALK_ENTRY, &new);
	if (err == 0) {
		err = rename_paths(&old, &new, flags);
		path_put(&new);
	}
	path_put(&old);
	return err;
}

long sys_renameat(int from_fd, const char __user *from, int to_fd, const char __user *to)
{
	return sys_renameat2(from_fd, from, to_fd, to, 0);
}

long sys_rename(const char __user *from, const char __user *to)
{
	return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
