/* SPDX-License-Identifier: MIT */
/*
 * A tree of directories, links and mounts, and a path: the walk must end where a naive resolver does.
 * That one knows no text in front of the rest: it resolves a link's target by calling itself. Nothing
 * may stay referenced or allocated, even where an allocation fails.
 */
#include "../host/path_world.h"
#include "fuzz.h"

struct inode world[WORLD_NODES];
unsigned world_nr;
int world_allocs;
int world_allocs_before_failure = -1;

/* --- the world --- */

void world_clear(void)
{
	memset(world, 0, sizeof(world));
	world_nr = 0;
	world_allocs = 0;
	world_allocs_before_failure = -1;
}

struct inode *world_add(struct inode *parent, const char *name, u32 mode, const char *target)
{
	struct inode *n;

	if (world_nr == WORLD_NODES)
		return NULL;
	n = &world[world_nr++];
	n->mode = mode;
	n->parent = parent ? parent : n;
	strlcpy(n->name, name, sizeof(n->name));
	if (target)
		strlcpy(n->target, target, sizeof(n->target));
	return n;
}

void world_mount(struct inode *root, struct inode *dir)
{
	dir->mounted = root;
	root->covers = dir;
}

struct inode *world_child(const struct inode *dir, const char *name, size_t len)
{
	for (unsigned i = 0; i < world_nr; i++)
		if (world[i].parent == dir && &world[i] != dir && strlen(world[i].name) == len &&
		    !memcmp(world[i].name, name, len))
			return &world[i];
	return NULL;
}

int world_may_search(const struct inode *dir)
{
	(void)dir;
	return 0;
}

u32 world_mode(const struct inode *inode)
{
	return inode->mode;
}

void world_get(struct inode *inode)
{
	inode->refs++;
}

void world_put(struct inode *inode)
{
	MUST(inode->refs > 0);
	inode->refs--;
}

int world_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct inode *n;

	MUST(S_ISDIR(dir->mode) && dir->refs > 0);
	MUST(len > 0 && len <= UAPI_NAME_MAX && !memchr(name, '/', len));
	MUST(!(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))));
	n = world_child(dir, name, len);
	if (!n)
		return -ENOENT;
	while (n->mounted)
		n = n->mounted;
	world_get(n);
	*out = n;
	return 0;
}

int world_parent(struct inode *dir, struct inode *root, struct inode **covered, struct inode **out)
{
	struct inode *at = dir, *up;

	MUST(S_ISDIR(dir->mode) && dir->refs > 0);
	while (at != root && at->covers)
		at = at->covers;
	world_get(at);
	world_put(dir);
	*covered = at;
	up = at == root ? at : at->parent;
	if (at != root)
		while (up->mounted)
			up = up->mounted;
	world_get(up);
	*out = up;
	return 0;
}

ssize_t world_readlink(struct inode *link, char *buf, size_t len)
{
	size_t n = MIN(len, strlen(link->target));

	MUST(S_ISLNK(link->mode) && link->refs > 0);
	memcpy(buf, link->target, n);
	return (ssize_t)n;
}

int world_jump(struct inode *link, struct inode **dir, struct inode **out)
{
	if (!link->jump)
		return -EINVAL;
	world_get(link->jump);
	*out = link->jump;
	*dir = S_ISDIR(link->jump->mode) ? NULL : link->jump->parent;
	if (*dir)
		world_get(*dir);
	return 0;
}

void *world_alloc(size_t size)
{
	if (world_allocs_before_failure == 0)
		return NULL;
	if (world_allocs_before_failure > 0)
		world_allocs_before_failure--;
	world_allocs++;
	return malloc(size);
}

void world_free(void *p)
{
	world_allocs -= p != NULL;
	free(p);
}

int world_walk(struct inode *root, struct inode *base, const char *path, unsigned flags,
	       struct path *out)
{
	size_t size = strlen(path) + 1;
	struct walk w = {.root = root, .dir = base};

	w.buffer = world_alloc(size);
	if (!w.buffer)
		return -ENOMEM;
	memcpy(w.buffer, path, size);
	w.rest = w.buffer;
	world_get(root);
	world_get(base);
	return walk_run(&w, flags, out);
}

void world_path_put(struct path *p)
{
	if (p->inode)
		world_put(p->inode);
	world_put(p->dir);
	world_free(p->buffer);
}

bool world_is_clean(void)
{
	for (unsigned i = 0; i < world_nr; i++)
		if (world[i].refs)
			return false;
	return world_allocs == 0;
}

/* --- the naive resolver --- */

struct model {
	struct inode *root;
	unsigned nr_links;
	struct inode *dir, *inode; /* where it ended */
	char name[300];
	bool slash;
	enum walk_last last;
};

static struct inode *model_parent(const struct model *m, struct inode *dir, struct inode **at)
{
	struct inode *up;

	while (dir != m->root && dir->covers)
		dir = dir->covers;
	*at = dir;
	if (dir == m->root)
		return dir;
	for (up = dir->parent; up->mounted;)
		up = up->mounted;
	return up;
}

/* One name in *dir. => NULL: there is none */
static struct inode *model_lookup(const struct model *m, struct inode **dir, const char *name)
{
	struct inode *n;

	if (!strcmp(name, "."))
		return *dir;
	if (!strcmp(name, ".."))
		return model_parent(m, *dir, dir);
	n = world_child(*dir, name, strlen(name));
	while (n && n->mounted)
		n = n->mounted;
	return n;
}

static int model_end(struct model *m, struct inode *dir, struct inode *inode, const char *name,
		     bool slash)
{
	m->dir = dir;
	m->inode = inode;
	strlcpy(m->name, name, sizeof(m->name));
	m->slash = slash;
	m->last = !strcmp(name, ".")    ? WALK_LAST_DOT
		  : !strcmp(name, "..") ? WALK_LAST_DOTDOT
					: WALK_LAST_NAME;
	return 0;
}

static int model_resolve(struct model *m, struct inode *dir, const char *path, unsigned flags)
{
	char text[6000], with_slash[6000], *next;
	size_t len = strlen(path);
	bool slash = len > 0 && path[len - 1] == '/', any = false;

	strlcpy(text, path, sizeof(text));
	if (path[0] == '/')
		dir = m->root;
	for (char *name = strtok_r(text, "/", &next); name; any = true) {
		char *following = strtok_r(NULL, "/", &next);
		bool last = !following;
		struct inode *n;
		int err;

		if (!S_ISDIR(dir->mode))
			return -ENOTDIR;
		if (last && (flags & WALK_ENTRY))
			return model_end(m, dir, NULL, name, slash);
		if (last && slash && (flags & WALK_PARENT) && strcmp(name, ".") &&
		    strcmp(name, ".."))
			return -EISDIR;
		if (strlen(name) > UAPI_NAME_MAX)
			return -ENAMETOOLONG;
		n = model_lookup(m, &dir, name);
		if (!n)
			return last && (flags & WALK_PARENT) ? model_end(m, dir, NULL, name, slash)
							     : -ENOENT;
		if (S_ISLNK(n->mode) && (!last || slash || (flags & WALK_FOLLOW))) {
			if (++m->nr_links > WALK_LINKS_MAX)
				return -ELOOP;
			if (n->jump) {
				n = n->jump;
				dir = S_ISDIR(n->mode) ? dir : n->parent;
			} else if (!n->target[0]) {
				return -ENOENT;
			} else if (last) {
				snprintf(with_slash, sizeof(with_slash), "%s%s", n->target,
					 slash ? "/" : "");
				return model_resolve(m, dir, with_slash, flags);
			} else {
				err = model_resolve(m, dir, n->target, WALK_FOLLOW);
				if (err)
					return err;
				n = m->inode;
			}
		}
		if (last) {
			if (slash && !S_ISDIR(n->mode))
				return -ENOTDIR;
			return model_end(m, dir, n, name, slash);
		}
		dir = n;
		name = following;
	}
	MUST(!any);
	model_end(m, dir, flags & WALK_ENTRY ? NULL : dir, ".", true);
	m->last = WALK_LAST_ROOT;
	return S_ISDIR(dir->mode) ? 0 : -ENOTDIR;
}

/* --- the property --- */

static const char *const parts[] = {"a",   "b",   "c", "/", "//", ".", "..", "/",
				    "a/b", "../", "l", "m", "/",  "d", "j",  "/."};

/* A short text made of parts; it may be a nonsense. */
static void take_text(struct input *in, char *out, size_t size, bool not_empty)
{
	unsigned nr = take_u8(in) % 8;

	out[0] = '\0';
	for (unsigned i = 0; i < nr; i++) {
		const char *part = parts[take_u8(in) % ARRAY_SIZE(parts)];

		if (strlen(out) + strlen(part) < size)
			strcat(out, part);
	}
	if (!out[0] && not_empty)
		strcpy(out, "a");
}

static struct inode *take_dir(struct input *in)
{
	struct inode *n = &world[take_u8(in) % world_nr];

	return S_ISDIR(n->mode) ? n : &world[0];
}

static void take_world(struct input *in)
{
	static const char *const names[] = {"a", "b", "c", "d", "l", "m", "j"};
	unsigned nr = take_u8(in) % 24;
	char target[64];

	world_add(NULL, "", S_IFDIR, NULL);
	world_add(NULL, "", S_IFDIR, NULL);
	world_add(NULL, "", S_IFDIR, NULL);
	for (unsigned i = 0; i < nr; i++) {
		struct inode *dir = take_dir(in), *n;
		const char *name = names[take_u8(in) % ARRAY_SIZE(names)];
		u8 kind = take_u8(in);
		u32 mode = kind % 4 == 0 ? S_IFREG : kind % 4 == 1 ? S_IFLNK : S_IFDIR;

		if (world_child(dir, name, strlen(name)))
			continue;
		take_text(in, target, sizeof(target), kind & 0x10);
		n = world_add(dir, name, mode, target);
		if (mode == S_IFLNK && (kind & 0xe0) == 0)
			n->jump = &world[take_u8(in) % world_nr];
		if (n->jump && S_ISLNK(n->jump->mode))
			n->jump = NULL;
	}
	for (unsigned i = 1; i < 3; i++) {
		struct inode *dir = take_dir(in);

		if (dir == &world[i] || dir->mounted || dir < &world[3])
			continue;
		for (struct inode *up = dir; up; up = up->parent == up ? up->covers : up->parent)
			if (up == &world[i])
				dir = NULL, up = &world[0];
		if (dir)
			world_mount(&world[i], dir);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	struct model m = {0};
	struct inode *root, *base;
	struct path p;
	unsigned flags;
	char path[128];
	int want, got;

	world_clear();
	take_world(&in);
	root = take_u8(&in) % 4 ? &world[0] : take_dir(&in);
	base = take_dir(&in);
	flags = take_u8(&in) & (WALK_FOLLOW | WALK_PARENT | WALK_ENTRY);
	take_text(&in, path, sizeof(path), true);

	m.root = root;
	want = model_resolve(&m, base, path, flags);
	got = world_walk(root, base, path, flags, &p);
	MUST(got == want);
	if (got == 0) {
		MUST(p.dir == m.dir && p.inode == m.inode && p.last == m.last);
		MUST(p.len == strlen(m.name) && !memcmp(p.name, m.name, p.len));
		MUST(p.must_be_dir == m.slash);
		world_path_put(&p);
	}
	MUST(world_is_clean());
	world_allocs_before_failure = take_u8(&in) % 4;
	if (world_walk(root, base, path, flags, &p) == 0)
		world_path_put(&p);
	MUST(world_is_clean());
	return 0;
}
