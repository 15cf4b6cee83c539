/* SPDX-License-Identifier: MIT */
/*
 * rootfs_cpio.c - the root file system: a tmpfs filled from the boot module, cpio archives.
 *
 *	module:	[header name|data page|data page|data.. header name data ..|.....]
 *		  freed       kept      kept       freed
 *
 * Nothing exists twice: a whole page of a file's data becomes a page of the tmpfs file as it lies;
 * everything else is copied, and the pages that the unpacking has passed are freed at once. Both
 * happen in ascending order. Where the archive does not align its data, all of it is copied.
 */
#include "tmpfs.h"

#include <octavo/boot.h>
#include <octavo/cpio.h>
#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/zone.h>
#include <uapi/octavo/stat.h>

/* A file with several names: its data may come with any of them. */
struct hard_link {
	LIST_ENTRY(hard_link) link;
	u32 ino, dev_major, dev_minor;
	struct inode *inode; /* referenced */
};

struct unpack {
	struct cpio cpio;
	paddr_t base; /* of the module */
	pfn_t passed; /* frames below it are freed or kept */
	struct inode *root;
	u32 nr_entries;
	LIST_HEAD(, hard_link) links;
};

static void complain(const struct cpio_entry *e, const char *what)
{
	pr_err("root archive: %s: %s\n", e->name, what);
}

/* --- paths; there are no tasks with a working directory yet, and no symbolic link is followed --- */

/* The next component of *path; false at its end. */
static bool next_component(const char **path, const char **name, size_t *len)
{
	for (;;) {
		while (**path == '/')
			(*path)++;
		*name = *path;
		while (**path != '\0' && **path != '/')
			(*path)++;
		*len = (size_t)(*path - *name);
		if (*len == 0)
			return false;
		if (*len != 1 || **name != '.')
			return true;
	}
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	int err;

	mutex_lock(&dir->mutex);
	err = dir->ops->lookup(dir, name, len, out);
	mutex_unlock(&dir->mutex);
	return err;
}

static int create(struct inode *dir, const char *name, size_t len, u32 mode, u32 rdev,
		  struct inode **out)
{
	int err;

	mutex_lock(&dir->mutex);
	err = dir->ops->create(dir, name, len, mode, rdev, out);
	mutex_unlock(&dir->mutex);
	return err;
}

/* Where an entry goes: a directory, referenced, and the last component. */
struct place {
	struct inode *dir;
	const char *name; /* len 0: the root itself */
	size_t len;
};

/* Find the directory of a path; directories that are missing on the way are made. */
static const char *find_place(struct unpack *u, const char *path, struct place *p)
{
	const char *name;
	size_t len;

	inode_get(u->root);
	*p = (struct place){u->root, path, 0};
	while (next_component(&path, &name, &len)) {
		struct inode *next;

		if (len > NAME_MAX || (len == 2 && name[0] == '.' && name[1] == '.'))
			return "name too long, or leads upward";
		if (p->len > 0) { /* the component before was a directory on the way */
			if (lookup(p->dir, p->name, p->len, &next) != 0 &&
			    create(p->dir, p->name, p->len, S_IFDIR | 0755, 0, &next) != 0)
				return "no memory";
			inode_put(p->dir);
			p->dir = next;
			if (!S_ISDIR(next->mode))
				return "a directory of its path is none";
		}
		p->name = name;
		p->len = len;
	}
	return NULL;
}

/* An earlier entry of the same name goes, unless both are directories. */
static const char *remove_earlier(const struct place *p, const struct cpio_entry *e, bool *keep)
{
	struct inode *old;
	int err;

	*keep = false;
	if (lookup(p->dir, p->name, p->len, &old) != 0)
		return NULL;
	if (S_ISDIR(old->mode) && S_ISDIR(e->mode)) {
		old->mode = e->mode;
		*keep = true;
		err = 0;
	} else {
		mutex_lock(&p->dir->mutex);
		err = p->dir->ops->unlink(p->dir, p->name, p->len, old);
		mutex_unlock(&p->dir->mutex);
	}
	inode_put(old);
	return err != 0 ? "an entry of that name cannot be replaced" : NULL;
}

/* --- the module's frames --- */

/* Free the whole frames before the byte at `offset`, those excepted that became part of a file. */
static void free_passed(struct unpack *u, size_t offset)
{
	pfn_t end = (u->base + (paddr_t)offset) >> PAGE_SHIFT;

	while (u->passed < end) {
		pfn_t run = u->passed;

		while (run < end && page_owner(pfn_to_page(run)) == PAGE_RESERVED)
			run++;
		if (run > u->passed && bootmem_release(u->passed, run - u->passed) == 0)
			for (pfn_t pfn = u->passed; pfn < run; pfn++)
				free_page(pfn_to_page(pfn));
		u->passed = MAX(run, u->passed + 1);
	}
}

/* Append the frame at `data` as it lies. => 0; -EAGAIN: it has to be copied; -ENOMEM */
static int adopt_page(struct inode *inode, const u8 *data)
{
	pfn_t pfn = virt_to_phys(data) >> PAGE_SHIFT;
	struct page *page = pfn_to_page(pfn);
	int err;

	if (bootmem_release(pfn, 1) != 0)
		return -EAGAIN;
	err = shmem_append_page(inode, page);
	if (err != 0)
		free_page(page);
	return err;
}

static int fill_file(struct inode *inode, const struct cpio_entry *e)
{
	const u8 *data = e->data;
	u32 left = e->size;
	int err = (uintptr_t)data & (PAGE_SIZE - 1) ? -EAGAIN : 0;

	mutex_lock(&inode->mutex);
	while (err == 0 && left >= PAGE_SIZE) {
		err = adopt_page(inode, data);
		if (err != 0)
			break;
		data += PAGE_SIZE;
		left -= PAGE_SIZE;
	}
	if (err != -ENOMEM)
		err = shmem_append(inode, data, left);
	mutex_unlock(&inode->mutex);
	return err;
}

/* --- entries --- */

static struct hard_link *find_link(struct unpack *u, const struct cpio_entry *e)
{
	struct hard_link *l;

	LIST_FOREACH(l, &u->links, link)
		if (l->ino == e->ino && l->dev_major == e->dev_major &&
		    l->dev_minor == e->dev_minor)
			return l;
	return NULL;
}

static void remember_link(struct unpack *u, const struct cpio_entry *e, struct inode *inode)
{
	struct hard_link *l = kmalloc(sizeof(*l), GFP_KERNEL);

	if (l == NULL)
		return; /* its other names become files of their own */
	*l = (struct hard_link){.ino = e->ino,
				.dev_major = e->dev_major,
				.dev_minor = e->dev_minor,
				.inode = inode};
	inode_get(inode);
	LIST_INSERT_HEAD(&u->links, l, link);
}

static void forget_links(struct unpack *u)
{
	while (!LIST_EMPTY(&u->links)) {
		struct hard_link *l = LIST_FIRST(&u->links);

		LIST_REMOVE(l, link);
		inode_put(l->inode);
		kfree(l);
	}
}

static const char *make_file(struct unpack *u, const struct place *p, const struct cpio_entry *e)
{
	struct hard_link *l = e->nlink > 1 ? find_link(u, e) : NULL;
	const char *fault = NULL;
	struct inode *inode;
	int err;

	if (l != NULL) {
		inode = l->inode;
		inode_get(inode);
		mutex_lock(&p->dir->mutex);
		err = tmpfs_link(p->dir, p->name, p->len, inode);
		mutex_unlock(&p->dir->mutex);
	} else {
		err = create(p->dir, p->name, p->len, e->mode, 0, &inode);
	}
	if (err != 0) {
		if (l != NULL)
			inode_put(inode);
		return "no memory";
	}
	if (e->nlink > 1 && l == NULL)
		remember_link(u, e, inode);
	if (inode->size == 0 && fill_file(inode, e) != 0)
		fault = "no memory for its contents";
	inode->mtime_ns = (u64)e->mtime * 1000000000u;
	inode_put(inode);
	return fault;
}

static const char *make_symlink(const struct place *p, const struct cpio_entry *e)
{
	char *target;
	int err;

	if (e->size == 0 || e->size >= PATH_MAX)
		return "symbolic link that is empty or too long";
	target = kmalloc(e->size + 1, GFP_KERNEL);
	if (target == NULL)
		return "no memory";
	memcpy(target, e->data, e->size);
	target[e->size] = '\0';
	mutex_lock(&p->dir->mutex);
	err = p->dir->ops->symlink(p->dir, p->name, p->len, target);
	mutex_unlock(&p->dir->mutex);
	kfree(target);
	return err != 0 ? "no memory" : NULL;
}

static const char *make_node(const struct place *p, const struct cpio_entry *e)
{
	u32 rdev = UAPI_MAKEDEV(e->rdev_major, e->rdev_minor);
	struct inode *inode;

	if (create(p->dir, p->name, p->len, e->mode, rdev, &inode) != 0)
		return "no memory";
	inode_put(inode);
	return NULL;
}

static const char *unpack_at(struct unpack *u, const struct place *p, const struct cpio_entry *e)
{
	const char *fault;
	bool keep;

	if (p->len == 0) { /* the root itself */
		if (S_ISDIR(e->mode))
			u->root->mode = e->mode;
		return NULL;
	}
	fault = remove_earlier(p, e, &keep);
	if (fault != NULL || keep)
		return fault;
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return make_file(u, p, e);
	case S_IFLNK:
		return make_symlink(p, e);
	case S_IFDIR:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return make_node(p, e);
	default:
		return "of a kind that a root file system cannot have";
	}
}

static void unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	struct place p;
	const char *fault = find_place(u, e->name, &p);

	if (fault == NULL)
		fault = unpack_at(u, &p, e);
	if (fault != NULL)
		complain(e, fault);
	inode_put(p.dir);
	u->nr_entries++;
}

void rootfs_init(const struct phys_range *module)
{
	static struct unpack u;
	struct cpio_entry e;
	int more;

	if (module->end <= module->start)
		panic("no root file system: the boot loader has given no usable module");
	if (module->end - 1 >= (paddr_t)max_low_pfn << PAGE_SHIFT)
		panic("no root file system: the module lies above the direct map");
	fs_root = tmpfs_mount_root();
	u.root = fs_root->root;
	u.base = module->start;
	u.passed = (module->start + PAGE_SIZE - 1) >> PAGE_SHIFT;
	cpio_begin(&u.cpio, phys_to_virt(module->start), module->end - module->start);
	tmpfs_set_limit(fs_root, UINT32_MAX);
	while ((more = cpio_next(&u.cpio, &e)) == 1) {
		unpack_entry(&u, &e);
		free_passed(&u, cpio_done(&u.cpio));
	}
	if (more < 0)
		pr_err("root archive: %s at byte %u of %u\n", u.cpio.error, (u32)u.cpio.offset,
		       (u32)u.cpio.len);
	forget_links(&u);
	free_passed(&u, module->end - module->start);
	tmpfs_set_limit(fs_root, tmpfs_nr_pages(fs_root) + tmpfs_share());
	pr_info("root: %u entries, %u pages of files\n", u.nr_entries, tmpfs_nr_pages(fs_root));
}
