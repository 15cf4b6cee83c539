/* SPDX-License-Identifier: MIT */
/*
 * tmpfs.c - a file system that lives in memory alone: the root of a machine with an MMU.
 *
 *	directory --entries--> entry "etc" (cookie 2) --> inode
 *		               entry "bin" (cookie 3) --> inode
 *	    ^------------------------ parent --------------'	(directories only)
 *
 * An entry holds a reference to its inode, a directory one to its parent; an inode therefore goes
 * when its last entry and its last user went. A directory has its entries in two trees: by name, and
 * by their positions for getdents64(2), cookies that grow and are never reused, so that it may change
 * while it is read. Contents of regular files: mm/shmem.c.
 *
 * Locks: a directory's entries and everybody's nlink below it, its inode's mutex; the list of all
 * inodes, which the audit walks, inode_list_lock.
 */
#include "tmpfs.h"

#include "dirent.h"
#include "files.h"
#include <octavo/audit.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/printf.h>
#include <octavo/slab.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/zone.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/stat.h>

enum {
	COOKIE_DOT = 0,
	COOKIE_DOTDOT = 1,
	COOKIE_FIRST = 2,
	ENTRY_SIZE = 20, /* what an entry adds to st_size, as on Linux */
};

static const struct inode_ops dir_ops, file_ops, link_ops, node_ops;
static const struct file_ops dir_fops;

static struct slab_cache *inode_cache;
static atomic_t last_ino;
static spinlock_t list_lock = SPINLOCK_INIT(inode_list_lock);
static LIST_HEAD(, tmpfs_inode) all_inodes = LIST_HEAD_INITIALIZER(all_inodes);

/* --- inodes --- */

static const struct inode_ops *ops_for(u32 mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return &dir_ops;
	case S_IFREG:
		return &file_ops;
	case S_IFLNK:
		return &link_ops;
	default:
		return &node_ops;
	}
}

static const struct file_ops *fops_for(u32 mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return &dir_fops;
	case S_IFREG:
		return &shmem_file_ops;
	default:
		return NULL; /* devices: device.c knows */
	}
}

/* Its maker's; in a set-group-ID directory the group is the directory's. */
static void set_owner(struct inode *inode, const struct tmpfs_inode *parent)
{
	inode->uid = current->cred->fsuid;
	inode->gid = current->cred->fsgid;
	if (parent == NULL || !(parent->inode.mode & S_ISGID))
		return;
	inode->gid = parent->inode.gid;
	if (S_ISDIR(inode->mode))
		inode->mode |= S_ISGID;
	else if ((inode->mode & (S_ISGID | 0010)) == (S_ISGID | 0010) &&
		 !cred_in_group(current->cred, inode->gid) && !capable(CAP_FSETID))
		inode->mode &= ~(u32)S_ISGID;
}

/* A new inode without entries, charged already: one reference, no link. NULL without memory. */
static struct tmpfs_inode *inode_new(struct super_block *sb, struct tmpfs_inode *parent, u32 mode,
				     u32 rdev)
{
	struct tmpfs_inode *t = slab_alloc(inode_cache, GFP_KERNEL | __GFP_ZERO);

	if (t == NULL) {
		tmpfs_uncharge_inode(sb);
		return NULL;
	}
	inode_init(&t->inode, sb, (u32)atomic_inc_return(&last_ino), mode, ops_for(mode),
		   fops_for(mode));
	t->inode.nlink = 0;
	t->inode.rdev = rdev;
	set_owner(&t->inode, parent);
	if (S_ISREG(mode)) {
		shmem_init(&t->mapping, &t->inode, &tmpfs_super(sb)->account);
		t->inode.seals = F_SEAL_SEAL;
	}
	if (S_ISDIR(mode)) {
		RB_INIT(&t->names);
		RB_INIT(&t->cookies);
		t->next_cookie = COOKIE_FIRST;
		t->parent = parent != NULL ? parent : t;
		if (parent != NULL)
			inode_get(&parent->inode);
	}
	spin_lock(&list_lock);
	LIST_INSERT_HEAD(&all_inodes, t, all);
	spin_unlock(&list_lock);
	return t;
}

/* => the directory whose reference it had, NULL: it had none */
static struct inode *free_inode(struct inode *inode)
{
	struct tmpfs_inode *t = tmpfs_inode(inode);
	struct inode *parent = NULL;

	ASSERT(inode->nlink == 0);
	if (S_ISREG(inode->mode))
		shmem_release(&t->mapping);
	if (S_ISDIR(inode->mode)) {
		ASSERT(dir_is_empty(t));
		if (t->parent != t)
			parent = &t->parent->inode;
	}
	spin_lock(&list_lock);
	LIST_REMOVE(t, all);
	spin_unlock(&list_lock);
	kfree(t->target);
	tmpfs_uncharge_inode(inode->sb);
	slab_free(inode_cache, t);
	return parent;
}

/* A removed directory may be the last user of the one above it, and so on: a loop, for the stack. */
static void tmpfs_release(struct inode *inode)
{
	struct super_block *sb = inode->sb;
	struct inode *parent = free_inode(inode);

	while (parent != NULL && atomic_dec_and_test(&parent->refs)) {
		parent = free_inode(parent);
		super_put(sb);
	}
}

/* --- entries --- */

static bool is_dot(const char *name, size_t len)
{
	return len == 1 && name[0] == '.';
}

static bool is_dotdot(const char *name, size_t len)
{
	return len == 2 && name[0] == '.' && name[1] == '.';
}

/* Any order does; this one looks at the bytes of few names. */
static int name_cmp(const char *name, size_t len, const struct tmpfs_entry *e)
{
	return len != e->len ? (len < e->len ? -1 : 1) : memcmp(name, e->name, len);
}

static int by_name_cmp(const struct tmpfs_entry *a, const struct tmpfs_entry *b)
{
	return name_cmp(a->name, a->len, b);
}

static int by_cookie_cmp(const struct tmpfs_entry *a, const struct tmpfs_entry *b)
{
	return a->cookie < b->cookie ? -1 : a->cookie > b->cookie;
}

RB_GENERATE_STATIC(tmpfs_names, tmpfs_entry, by_name, by_name_cmp)
RB_GENERATE_STATIC(tmpfs_cookies, tmpfs_entry, by_cookie, by_cookie_cmp)

static struct tmpfs_entry *entry_find(struct tmpfs_inode *dir, const char *name, size_t len)
{
	struct tmpfs_entry *e = RB_ROOT(&dir->names);
	int order;

	while (e != NULL && (order = name_cmp(name, len, e)) != 0)
		e = order < 0 ? RB_LEFT(e, by_name) : RB_RIGHT(e, by_name);
	return e;
}

static struct tmpfs_entry *entry_new(const char *name, size_t len)
{
	struct tmpfs_entry *e = kmalloc(sizeof(*e) + len, GFP_KERNEL);

	if (e == NULL)
		return NULL;
	e->len = (u32)len;
	memcpy(e->name, name, len);
	return e;
}

/* The directory's entries and the inode's names have changed. */
static void changed(struct tmpfs_inode *dir, struct tmpfs_inode *t)
{
	dir->inode.mtime_ns = dir->inode.ctime_ns = t->inode.ctime_ns = clock_realtime_ns();
}

/* Put an entry for `t` into the directory; the entry takes a reference. Cannot fail. */
static void entry_add(struct tmpfs_inode *dir, struct tmpfs_entry *e, struct tmpfs_inode *t)
{
	bool is_dir = S_ISDIR(t->inode.mode);

	inode_get(&t->inode);
	e->inode = t;
	e->cookie = dir->next_cookie++;
	RB_INSERT(tmpfs_names, &dir->names, e);
	RB_INSERT(tmpfs_cookies, &dir->cookies, e);
	t->inode.nlink += is_dir ? 2 : 1;
	dir->inode.nlink += is_dir ? 1 : 0;
	dir->inode.size += ENTRY_SIZE;
	changed(dir, t);
}

static void entry_remove(struct tmpfs_inode *dir, struct tmpfs_entry *e)
{
	struct tmpfs_inode *t = e->inode;
	bool is_dir = S_ISDIR(t->inode.mode);

	RB_REMOVE(tmpfs_names, &dir->names, e);
	RB_REMOVE(tmpfs_cookies, &dir->cookies, e);
	kfree(e);
	ASSERT(t->inode.nlink >= (is_dir ? 2u : 1u));
	t->inode.nlink -= is_dir ? 2 : 1;
	dir->inode.nlink -= is_dir ? 1 : 0;
	dir->inode.size -= ENTRY_SIZE;
	changed(dir, t);
	inode_put(&t->inode);
}

static int dir_lookup(struct inode *inode, const char *name, size_t len, struct inode **out)
{
	struct tmpfs_inode *dir = tmpfs_inode(inode);
	struct tmpfs_entry *e;

	if (is_dot(name, len)) {
		*out = inode;
	} else if (is_dotdot(name, len)) {
		*out = &dir->parent->inode;
	} else {
		e = entry_find(dir, name, len);
		if (e == NULL)
			return -ENOENT;
		*out = &e->inode->inode;
	}
	inode_get(*out);
	return 0;
}

/* An entry and an inode for it, `target` for a symbolic link. *out with a reference. */
static int make(struct inode *inode, const char *name, size_t len, u32 mode, u32 rdev,
		const char *target, struct inode **out)
{
	struct tmpfs_inode *dir = tmpfs_inode(inode);
	struct tmpfs_entry *e;
	struct tmpfs_inode *t;

	if (!tmpfs_charge_inode(inode->sb))
		return -ENOSPC;
	e = entry_new(name, len);
	if (e == NULL) {
		tmpfs_uncharge_inode(inode->sb);
		return -ENOMEM;
	}
	t = inode_new(inode->sb, dir, mode, rdev);
	if (t == NULL)
		goto free_entry;
	if (target != NULL) {
		size_t size = strlen(target) + 1;

		t->target = kmalloc(size, GFP_KERNEL);
		if (t->target == NULL)
			goto put_inode;
		memcpy(t->target, target, size);
		t->inode.size = (loff_t)size - 1;
	}
	entry_add(dir, e, t);
	*out = &t->inode;
	return 0;

put_inode:
	inode_put(&t->inode);
free_entry:
	kfree(e);
	return -ENOMEM;
}

static int dir_create(struct inode *dir, const char *name, size_t len, u32 mode, u32 rdev,
		      struct inode **out)
{
	return make(dir, name, len, mode, rdev, NULL, out);
}

static int dir_symlink(struct inode *dir, const char *name, size_t len, const char *target)
{
	struct inode *inode;
	int err = make(dir, name, len, S_IFLNK | 0777, 0, target, &inode);

	if (err == 0)
		inode_put(inode);
	return err;
}

int tmpfs_link(struct inode *dir, const char *name, size_t len, struct inode *inode)
{
	struct tmpfs_entry *e;

	if (entry_find(tmpfs_inode(dir), name, len) != NULL)
		return -EEXIST;
	e = entry_new(name, len);
	if (e == NULL)
		return -ENOMEM;
	entry_add(tmpfs_inode(dir), e, tmpfs_inode(inode));
	return 0;
}

/* inode_ops.link: the caller has looked already. */
static int dir_link(struct inode *dir, const char *name, size_t len, struct inode *inode)
{
	return tmpfs_link(dir, name, len, inode);
}

static int dir_unlink(struct inode *inode, const char *name, size_t len, struct inode *victim)
{
	struct tmpfs_inode *dir = tmpfs_inode(inode);
	struct tmpfs_entry *e = entry_find(dir, name, len);

	if (e == NULL || &e->inode->inode != victim)
		return -ENOENT;
	if (S_ISDIR(victim->mode) && !dir_is_empty(e->inode))
		return -ENOTEMPTY;
	entry_remove(dir, e);
	return 0;
}

/* A directory that comes to another one counts there, and has it as its parent. */
static void new_parent(struct tmpfs_inode *t, struct tmpfs_inode *from, struct tmpfs_inode *to)
{
	if (!S_ISDIR(t->inode.mode) || from == to)
		return;
	from->inode.nlink--;
	to->inode.nlink++;
	t->parent = to;
	inode_get(&to->inode);
	inode_put(&from->inode); /* not the last: who renames has it */
}

/* The entries keep their places and names, and change what they lead to. */
static void exchange(const struct rename *r, struct tmpfs_entry *a, struct tmpfs_entry *b)
{
	struct tmpfs_inode *from = tmpfs_inode(r->from.dir), *to = tmpfs_inode(r->to.dir);
	struct tmpfs_inode *moved = a->inode;

	a->inode = b->inode;
	b->inode = moved;
	new_parent(moved, from, to);
	new_parent(a->inode, to, from);
	changed(from, a->inode);
	changed(to, moved);
}

static int dir_rename(const struct rename *r)
{
	struct tmpfs_inode *from = tmpfs_inode(r->from.dir), *to = tmpfs_inode(r->to.dir);
	struct tmpfs_entry *old = entry_find(from, r->from.name, r->from.len), *new = NULL;
	struct tmpfs_inode *moved = tmpfs_inode(r->inode);

	if (r->exchange) {
		exchange(r, old, entry_find(to, r->to.name, r->to.len));
		return 0;
	}
	if (r->target != NULL && S_ISDIR(r->target->mode) && !dir_is_empty(tmpfs_inode(r->target)))
		return -ENOTEMPTY;
	new = entry_new(r->to.name, r->to.len);
	if (new == NULL)
		return -ENOMEM;
	if (r->target != NULL)
		entry_remove(to, entry_find(to, r->to.name, r->to.len));
	entry_add(to, new, moved);
	if (S_ISDIR(r->inode->mode) && from != to) {
		moved->parent = to;
		inode_get(&to->inode);
		inode_put(&from->inode); /* not the last: who renames has it */
	}
	entry_remove(from, old);
	return 0;
}

static ssize_t dir_name_of(struct inode *inode, struct inode *child, char *buf)
{
	struct tmpfs_entry *e;

	RB_FOREACH(e, tmpfs_names, &tmpfs_inode(inode)->names) {
		if (&e->inode->inode != child)
			continue;
		memcpy(buf, e->name, e->len);
		buf[e->len] = '\0';
		return (ssize_t)e->len;
	}
	return -ENOENT;
}

static ssize_t link_readlink(struct inode *inode, char *buf, size_t len)
{
	size_t n = MIN(len, (size_t)inode->size);

	memcpy(buf, tmpfs_inode(inode)->target, n);
	return (ssize_t)n;
}

/* Of a file that was opened by no path: shmem_unnamed() made it. */
static void file_describe(struct inode *inode, char *buf, size_t len)
{
	const char *name = tmpfs_inode(inode)->target;

	if (name != NULL)
		snprintf(buf, len, "/%s (deleted)", name);
	else
		snprintf(buf, len, "/#%u (deleted)", inode->ino);
}

/* --- reading a directory --- */

/* The dots, then the entries from the position on; stops where a record does not fit. */
static void put_entries(struct tmpfs_inode *dir, loff_t *pos, struct dirent_out *o)
{
	struct tmpfs_entry key, *e;

	if (*pos == COOKIE_DOT) {
		if (!dirent_put(o, dir->inode.ino, dir->inode.mode, ".", 1, COOKIE_DOTDOT))
			return;
		*pos = COOKIE_DOTDOT;
	}
	if (*pos == COOKIE_DOTDOT) {
		const struct inode *up = &dir->parent->inode;

		if (!dirent_put(o, up->ino, up->mode, "..", 2, COOKIE_FIRST))
			return;
		*pos = COOKIE_FIRST;
	}
	key.cookie = (u64)*pos;
	for (e = RB_NFIND(tmpfs_cookies, &dir->cookies, &key); e != NULL;
	     e = RB_NEXT(tmpfs_cookies, &dir->cookies, e)) {
		const struct inode *inode = &e->inode->inode;

		if (!dirent_put(o, inode->ino, inode->mode, e->name, e->len, e->cookie + 1))
			return;
		*pos = (loff_t)e->cookie + 1;
	}
}

static ssize_t dir_getdents64(struct file *file, void __user *buf, size_t len)
{
	struct dirent_out o = {.buf = buf, .len = len};
	struct inode *inode = file->inode;

	mutex_lock(&inode->mutex);
	put_entries(tmpfs_inode(inode), &file->pos, &o);
	mutex_unlock(&inode->mutex);
	return dirent_result(&o);
}

/* --- tables --- */

static const struct inode_ops dir_ops = {
	.lookup = dir_lookup,
	.create = dir_create,
	.symlink = dir_symlink,
	.link = dir_link,
	.unlink = dir_unlink,
	.rename = dir_rename,
	.name_of = dir_name_of,
	.release = tmpfs_release,
};

static const struct inode_ops file_ops = {
	.truncate = shmem_truncate,
	.allocate = shmem_allocate,
	.describe = file_describe,
	.seals = memfd_seals,
	.release = tmpfs_release,
};

static const struct inode_ops link_ops = {
	.readlink = link_readlink,
	.release = tmpfs_release,
};

static const struct inode_ops node_ops = {
	.release = tmpfs_release,
};

static const struct file_ops dir_fops = {
	.seek = file_seek_inode,
	.getdents64 = dir_getdents64,
};

/* --- the whole of it --- */

struct inode *tmpfs_root(struct super_block *sb, u32 mode)
{
	struct tmpfs_inode *root;

	if (inode_cache == NULL)
		inode_cache = slab_cache_create("tmpfs_inode", sizeof(struct tmpfs_inode), 0);
	if (!tmpfs_charge_inode(sb))
		return NULL;
	root = inode_new(sb, NULL, S_IFDIR | mode, 0);
	if (root == NULL)
		return NULL;
	root->inode.nlink = 2;
	return &root->inode;
}

struct inode *tmpfs_unnamed(struct super_block *sb, u32 mode, char *name)
{
	struct tmpfs_inode *t = tmpfs_charge_inode(sb) ? inode_new(sb, NULL, mode, 0) : NULL;

	if (t == NULL)
		return NULL;
	t->target = name;
	return &t->inode;
}

/* From the leaves to the root. A walk may still be in one of the directories: it finds nothing. */
void tmpfs_empty(struct super_block *sb)
{
	struct tmpfs_inode *dir = tmpfs_inode(sb->root), *next;
	struct tmpfs_entry *e;

	inode_get(&dir->inode);
	for (;;) {
		mutex_lock(&dir->inode.mutex);
		e = RB_ROOT(&dir->names);
		if (e == NULL) {
			next = dir->parent;
		} else if (S_ISDIR(e->inode->inode.mode) && !dir_is_empty(e->inode)) {
			next = e->inode;
		} else {
			entry_remove(dir, e);
			next = dir;
		}
		inode_get(&next->inode);
		mutex_unlock(&dir->inode.mutex);
		inode_put(&dir->inode);
		if (e == NULL && next == dir)
			break;
		dir = next;
	}
	dir->inode.nlink = 0;
	inode_put(&dir->inode);
}

/* --- the audit --- */

/* Count the entries that lead to each inode, as nlink should have them. */
static void audit_count_links(void)
{
	struct tmpfs_inode *t;
	struct tmpfs_entry *e;

	LIST_FOREACH(t, &all_inodes, all)
		t->audit_links = &t->inode == t->inode.sb->root && t->inode.nlink > 0 ? 2 : 0;
	LIST_FOREACH(t, &all_inodes, all) {
		if (!S_ISDIR(t->inode.mode))
			continue;
		RB_FOREACH(e, tmpfs_names, &t->names) {
			bool is_dir = S_ISDIR(e->inode->inode.mode);

			e->inode->audit_links += is_dir ? 2 : 1;
			t->audit_links += is_dir ? 1 : 0;
		}
	}
}

void fs_audit(struct audit *a)
{
	struct tmpfs_inode *t;

	LIST_FOREACH(t, &all_inodes, all) {
		u32 nr;

		if (!S_ISREG(t->inode.mode))
			continue;
		nr = filemap_audit(a, &t->mapping);
		tmpfs_super(t->inode.sb)->audit_pages += nr;
		shmem_audit_promises(&t->mapping, nr);
	}
	tmpfs_audit_supers(a);
	audit_count_links();
	LIST_FOREACH(t, &all_inodes, all)
		if (t->audit_links != t->inode.nlink)
			audit_differ(a, "tmpfs: inode %u has %u links, %u counted", t->inode.ino,
				     t->audit_links, t->inode.nlink);
}
