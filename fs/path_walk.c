/* SPDX-License-Identifier: MIT */
/*
 * path_walk.c - the walk of path_walk.h.
 *
 *	buffer:	 "usr/bin/../lib//x/"
 *	          ^name ^rest		one component at a time; `dir` is where it is looked up
 *
 * A symbolic link on the way puts its target in front of the rest, in a fresh buffer, and the walk
 * goes on from there, WALK_LINKS_MAX times at the most. Nothing is locked by the walk; what it has in hand is
 * referenced: root, dir, and the inode of the component that it looks at.
 */
#include <octavo/env.h>
#include <octavo/path_walk.h>
#include <uapi/octavo/limits.h>
#include <uapi/octavo/stat.h>

/* A component, cut off. */
struct component {
	const char *name;
	size_t len;
	bool last;  /* nothing but slashes follows it */
	bool slash; /* at least one does */
	enum walk_last kind;
};

/* `inode` (its reference is taken over) is where the walk stands now. */
static void stand_at(struct walk *w, struct inode *inode)
{
	world_put(w->dir);
	w->dir = inode;
}

/* Leading slashes: the walk begins at the root. */
static void skip_to_root(struct walk *w)
{
	if (*w->rest != '/')
		return;
	world_get(w->root);
	stand_at(w, w->root);
	while (*w->rest == '/')
		w->rest++;
}

static struct component cut_component(struct walk *w)
{
	struct component c = {.name = w->rest, .kind = WALK_LAST_NAME};
	const char *p = w->rest;

	while (*p != '\0' && *p != '/')
		p++;
	c.len = (size_t)(p - w->rest);
	c.slash = *p == '/';
	while (*p == '/')
		p++;
	w->rest = p;
	c.last = *p == '\0';
	if (c.name[0] == '.' && c.len == 1)
		c.kind = WALK_LAST_DOT;
	else if (c.name[0] == '.' && c.len == 2 && c.name[1] == '.')
		c.kind = WALK_LAST_DOTDOT;
	return c;
}

/* "." is where the walk stands, even if something was mounted on that. */
static int look_up(struct walk *w, const struct component *c, struct inode **out)
{
	int err;

	if (!S_ISDIR(world_mode(w->dir)))
		return -ENOTDIR;
	err = world_may_search(w->dir);
	if (err != 0)
		return err;
	if (c->len > UAPI_NAME_MAX)
		return -ENAMETOOLONG;
	if (likely(c->kind == WALK_LAST_NAME))
		return world_lookup(w->dir, c->name, c->len, out);
	if (c->kind == WALK_LAST_DOTDOT)
		return world_parent(w->dir, w->root, &w->dir, out);
	world_get(w->dir);
	*out = w->dir;
	return 0;
}

/* Put the target of `link` in front of the rest. */
static int follow_path(struct walk *w, struct inode *link)
{
	size_t rest_len = strlen(w->rest);
	char *buf = world_alloc(UAPI_PATH_MAX);
	ssize_t len;

	if (buf == NULL)
		return -ENOMEM;
	len = world_readlink(link, buf, UAPI_PATH_MAX - 1);
	if (len > 0 && (size_t)len + 1 + rest_len + 1 > UAPI_PATH_MAX)
		len = -ENAMETOOLONG;
	if (len <= 0) {
		world_free(buf);
		return len == 0 ? -ENOENT : (int)len;
	}
	if (rest_len > 0)
		buf[len++] = '/';
	memcpy(buf + len, w->rest, rest_len + 1);
	world_free(w->buffer);
	w->buffer = buf;
	w->rest = buf;
	return 0;
}

/* => 0: the walk goes on with what the link says; 1: it leads to *target, without a path, and the
 * walk stands in its directory, if one is known */
static int follow(struct walk *w, const struct component *c, struct inode *link,
		  struct inode **target)
{
	struct inode *dir = NULL;
	int err;

	if (++w->nr_links > WALK_LINKS_MAX)
		return -ELOOP;
	err = world_jump(link, &dir, target);
	if (err == 0 && dir != NULL)
		stand_at(w, dir);
	if (err != -EINVAL)
		return err == 0 ? 1 : err;
	if (c->last && c->slash)
		w->rest = "/"; /* what it leads to must be a directory still */
	return follow_path(w, link);
}

static int finish(struct walk *w, const struct component *c, struct inode *inode, struct path *out)
{
	world_put(w->root);
	*out = (struct path){
		.dir = w->dir,
		.inode = inode,
		.name = c->name,
		.len = c->len,
		.last = c->kind,
		.must_be_dir = c->slash,
		.buffer = w->buffer,
	};
	return 0;
}

/* "/" alone, or a link to it. */
static int finish_root(struct walk *w, unsigned flags, struct path *out)
{
	static const struct component root = {
		.name = ".", .len = 1, .last = true, .slash = true, .kind = WALK_LAST_ROOT};
	struct inode *inode = NULL;

	if (!S_ISDIR(world_mode(w->dir)))
		return -ENOTDIR;
	if (!(flags & WALK_ENTRY)) {
		inode = w->dir;
		world_get(inode);
	}
	return finish(w, &root, inode, out);
}

/* The last component, of which only the directory is wanted. Nobody has looked at its length. A file is
 * not made by a name with a slash behind it. */
static int finish_entry(struct walk *w, const struct component *c, unsigned flags, struct path *out)
{
	int err = S_ISDIR(world_mode(w->dir)) ? world_may_search(w->dir) : -ENOTDIR;

	if (err == 0 && !(flags & WALK_ENTRY))
		err = -EISDIR;
	return err == 0 ? finish(w, c, NULL, out) : err;
}

static bool is_entry_only(const struct component *c, unsigned flags)
{
	return c->last && ((flags & WALK_ENTRY) ||
			   ((flags & WALK_PARENT) && c->slash && c->kind == WALK_LAST_NAME));
}

/* One component. => 1: the walk has ended well, 0: it goes on */
static int step(struct walk *w, unsigned flags, struct path *out)
{
	struct inode *inode = NULL, *target;
	struct component c = cut_component(w);
	int err;

	if (is_entry_only(&c, flags)) {
		err = finish_entry(w, &c, flags, out);
		return err != 0 ? err : 1;
	}
	err = look_up(w, &c, &inode);
	if (err == -ENOENT && c.last && (flags & WALK_PARENT)) {
		finish(w, &c, NULL, out);
		return 1;
	}
	if (err != 0)
		return err;
	if (S_ISLNK(world_mode(inode)) && (!c.last || c.slash || (flags & WALK_FOLLOW))) {
		err = follow(w, &c, inode, &target);
		world_put(inode);
		if (err <= 0)
			return err;
		inode = target;
	}
	if (!c.last) {
		stand_at(w, inode);
		return 0;
	}
	if (c.slash && !S_ISDIR(world_mode(inode))) {
		world_put(inode);
		return -ENOTDIR;
	}
	finish(w, &c, inode, out);
	return 1;
}

int walk_run(struct walk *w, unsigned flags, struct path *out)
{
	int done;

	do {
		skip_to_root(w);
		if (*w->rest == '\0') {
			done = finish_root(w, flags, out);
			done = done != 0 ? done : 1;
		} else {
			done = step(w, flags, out);
		}
	} while (done == 0);
	if (done == 1)
		return 0;
	world_put(w->root);
	world_put(w->dir);
	world_free(w->buffer);
	return done;
}
