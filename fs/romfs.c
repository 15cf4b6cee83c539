/* SPDX-License-Identifier: MIT */
/*
 * romfs.c - a read-only file system over an image that genromfs made, read and executed in place.
 *
 *	image:	[/][bin][hello]...		nodes, by offset
 *	inodes:	 0   1     2			an array, made once at mount: one for each node that can
 *						be reached, its parent, its node
 *
 * All inodes live as long as the machine, so a lookup allocates nothing and cannot fail for want of
 * memory. Nothing changes after the mount, so nothing is locked but by the callers.
 */
#include "dirent.h"
#include "tmpfs.h"

#include <octavo/audit.h>
#include <octavo/boot.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/romfs.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <arch/memmap.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

enum {
	NODES_FIRST = 64,
	NODES_MAX = 4096,
	ROMFS_BLOCK_SIZE = 1024,
	POS_END = 1, /* a directory's position behind its last node: no node has this offset */
};

struct romfs_inode {
	struct inode inode; /* first; ino is the node's offset */
	u32 parent;         /* index; of a directory alone */
	struct romfs_node node;
};

/* A node that the mount has found. */
struct found {
	u32 offset;
	u32 parent; /* index of the directory that it was found in first */
	u32 nlink;
};

static struct romfs image;
static struct romfs_inode *inodes;
static u32 nr_inodes;
static void romfs_statfs(struct super_block *sb, struct uapi_statfs64 *out)
{
	(void)sb;
	out->f_bsize = out->f_frsize = ROMFS_BLOCK_SIZE;
	out->f_blocks = (image.size + ROMFS_BLOCK_SIZE - 1) / ROMFS_BLOCK_SIZE;
}

static const struct super_ops romfs_super_ops = {.magic = ROMFS_MAGIC, .statfs = romfs_statfs};
static struct super_block romfs_sb = {
	.name = "romfs", .dev = 1, .read_only = true, .ops = &romfs_super_ops};

static struct romfs_inode *romfs_inode(struct inode *inode)
{
	return container_of(inode, struct romfs_inode, inode);
}

static struct romfs_inode *inode_at(u32 offset)
{
	for (u32 i = 0; i < nr_inodes; i++)
		if (inodes[i].inode.ino == offset)
			return &inodes[i];
	return NULL;
}

static bool is_dot(const char *name, size_t len)
{
	return len == 1 && name[0] == '.';
}

static bool is_dotdot(const char *name, size_t len)
{
	return len == 2 && name[0] == '.' && name[1] == '.';
}

/* --- inode operations --- */

static int dir_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct romfs_inode *d = romfs_inode(dir), *r;
	struct romfs_node node;
	int err;

	if (is_dot(name, len)) {
		r = d;
	} else if (is_dotdot(name, len)) {
		r = &inodes[d->parent];
	} else {
		err = romfs_lookup(&image, &d->node, name, len, &node);
		if (err != 0)
			return err;
		r = inode_at(node.offset);
		if (r == NULL)
			return -EIO;
	}
	inode_get(&r->inode);
	*out = &r->inode;
	return 0;
}

static ssize_t dir_name_of(struct inode *dir, struct inode *child, char *buf)
{
	struct romfs_node n;
	int more = romfs_first(&image, &romfs_inode(dir)->node, &n);

	for (; more == 1; more = romfs_next(&image, &n)) {
		if (is_dot(n.name, n.name_len) || is_dotdot(n.name, n.name_len))
			continue;
		if (romfs_resolve(&image, &n) != 0 || n.offset != child->ino)
			continue;
		memcpy(buf, n.name, n.name_len + 1);
		return (ssize_t)n.name_len;
	}
	return -ENOENT;
}

static ssize_t link_readlink(struct inode *inode, char *buf, size_t len)
{
	const struct romfs_node *n = &romfs_inode(inode)->node;

	len = MIN(len, (size_t)n->size);
	memcpy(buf, n->data, len);
	return (ssize_t)len;
}

/* The table's own reference is never given up. */
static void romfs_release(struct inode *inode)
{
	panic("romfs: inode %u released", inode->ino);
}

static const struct inode_ops romfs_inode_ops = {
	.release = romfs_release,
};

static const struct inode_ops romfs_dir_ops = {
	.lookup = dir_lookup,
	.name_of = dir_name_of,
	.release = romfs_release,
};

static const struct inode_ops romfs_link_ops = {
	.readlink = link_readlink,
	.release = romfs_release,
};

/* --- file operations --- */

/* Bytes of [pos, pos + len) that the file has. */
static size_t clip(const struct romfs_node *n, loff_t pos, size_t len)
{
	if (pos < 0 || pos >= (loff_t)n->size)
		return 0;
	return MIN(len, n->size - (size_t)pos);
}

static ssize_t file_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	const struct romfs_node *n = &romfs_inode(file->inode)->node;
	size_t done;

	len = clip(n, *pos, len);
	if (len == 0)
		return 0;
	done = len - copy_to_user_partial(buf, n->data + *pos, len);
	*pos += (loff_t)done;
	return done > 0 ? (ssize_t)done : -EFAULT;
}

static ssize_t file_read_in_kernel(struct file *file, void *buf, size_t len, loff_t pos)
{
	const struct romfs_node *n = &romfs_inode(file->inode)->node;

	len = clip(n, pos, len);
	memcpy(buf, n->data + pos, len);
	return (ssize_t)len;
}

/* In place, where it lies on a page boundary. What follows the file in its last page shows, too. */
static long file_place(struct file *file, u32 pgoff, u32 len, u32 flags)
{
	const struct romfs_node *n = &romfs_inode(file->inode)->node;
	u32 pages = PAGES_OF(n->size);

	(void)flags;
	if (pgoff > pages || PAGES_OF(len) > pages - pgoff)
		return -EINVAL;
	if ((vaddr_t)n->data & ~PAGE_MASK)
		return -ENOSYS;
	return (long)(vaddr_t)(n->data + (pgoff << PAGE_SHIFT));
}

static int file_mmap(struct file *file, struct vma *new)
{
	(void)file;
	(void)new;
	return 0;
}

/* A position is the offset of the node that comes next; 0 the first one. */
static ssize_t dir_getdents64(struct file *file, void __user *buf, size_t len)
{
	struct dirent_out o = {.buf = buf, .len = len};
	struct romfs_inode *dir = romfs_inode(file->inode);
	struct romfs_node n;
	int more = 0;

	if (file->pos == 0)
		more = romfs_first(&image, &dir->node, &n);
	else if (file->pos > POS_END && file->pos < (loff_t)image.size)
		more = romfs_node(&image, (u32)file->pos, &n) == 0 ? 1 : -EIO;
	while (more == 1) {
		u32 next = n.next ? n.next : POS_END;
		const struct romfs_inode *r;

		if (romfs_resolve(&image, &n) != 0 || (r = inode_at(n.offset)) == NULL)
			return -EIO;
		if (!dirent_put(&o, r->inode.ino, r->inode.mode, n.name, n.name_len, next))
			break;
		file->pos = next;
		more = next == POS_END ? 0 : romfs_node(&image, next, &n) == 0 ? 1 : -EIO;
	}
	return more < 0 ? more : dirent_result(&o);
}

static const struct file_ops romfs_file_fops = {
	.read = file_read,
	.read_kernel = file_read_in_kernel,
	.seek = file_seek_inode,
	.map_caps = MAP_CAN_COPY | MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_EXEC,
	.get_unmapped_area = file_place,
	.mmap = file_mmap,
};

static const struct file_ops romfs_dir_fops = {
	.seek = file_seek_inode,
	.getdents64 = dir_getdents64,
};

/* --- mount --- */

static struct found *found_at(struct found *f, u32 nr, u32 offset)
{
	for (u32 i = 0; i < nr; i++)
		if (f[i].offset == offset)
			return &f[i];
	return NULL;
}

/* Room for one more; the array may move. */
static struct found *found_grow(struct found *f, u32 nr)
{
	struct found *larger;

	if (nr < NODES_FIRST || (nr & (nr - 1)) != 0)
		return f;
	larger = kmalloc(2 * nr * sizeof(*f), GFP_KERNEL | __GFP_NOFAIL);
	memcpy(larger, f, nr * sizeof(*f));
	kfree(f);
	return larger;
}

/* All that the directory f[dir] holds and was not found before; a damaged rest is left out. */
static struct found *find_in(struct found *f, u32 *nr, u32 dir, const struct romfs_node *node)
{
	struct romfs_node n;
	int more = romfs_first(&image, node, &n);

	for (; more == 1; more = romfs_next(&image, &n)) {
		struct found *old;

		if (is_dot(n.name, n.name_len) || is_dotdot(n.name, n.name_len))
			continue;
		if (romfs_resolve(&image, &n) != 0) {
			pr_err("romfs: %s is a link to nowhere\n", n.name);
			continue;
		}
		old = found_at(f, *nr, n.offset);
		if (old != NULL) {
			old->nlink++;
			continue;
		}
		if (*nr == NODES_MAX) {
			pr_err("romfs: more than %d files, %s is left out\n", NODES_MAX, n.name);
			return f;
		}
		f = found_grow(f, *nr);
		f[*nr] = (struct found){n.offset, dir, 1};
		if (n.type == ROMFS_DIRECTORY) {
			f[*nr].nlink++;
			f[dir].nlink++;
		}
		(*nr)++;
	}
	if (more < 0)
		pr_err("romfs: the directory at offset %u is damaged\n", node->offset);
	return f;
}

static u32 mode_of(const struct romfs_node *n)
{
	switch (n->type) {
	case ROMFS_DIRECTORY:
		return S_IFDIR | 0555;
	case ROMFS_REGULAR:
		return S_IFREG | 0444 | (n->executable ? 0111 : 0);
	case ROMFS_SYMLINK:
		return S_IFLNK | 0777;
	case ROMFS_BLOCK:
		return S_IFBLK | 0666;
	case ROMFS_CHAR:
		return S_IFCHR | 0666;
	case ROMFS_SOCKET:
		return S_IFSOCK | 0666;
	default:
		return S_IFIFO | 0666;
	}
}

static void inode_setup(struct romfs_inode *r, const struct found *f)
{
	const struct inode_ops *ops = &romfs_inode_ops;
	const struct file_ops *fops = NULL;

	if (romfs_node(&image, f->offset, &r->node) != 0)
		panic("romfs: the node at offset %u has changed", f->offset);
	if (r->node.type == ROMFS_DIRECTORY) {
		ops = &romfs_dir_ops;
		fops = &romfs_dir_fops;
	} else if (r->node.type == ROMFS_SYMLINK) {
		ops = &romfs_link_ops;
	} else if (r->node.type == ROMFS_REGULAR) {
		fops = &romfs_file_fops;
	}
	inode_init(&r->inode, &romfs_sb, f->offset, mode_of(&r->node), ops, fops);
	r->inode.nlink = f->nlink;
	r->inode.size = r->node.size;
	if (r->node.type == ROMFS_CHAR || r->node.type == ROMFS_BLOCK)
		r->inode.rdev = UAPI_MAKEDEV(r->node.info >> 16, r->node.info & 0xffff);
	r->parent = f->parent;
}

void rootfs_init(const struct phys_range *module)
{
	struct found *f = kmalloc(NODES_FIRST * sizeof(*f), GFP_KERNEL | __GFP_NOFAIL);
	const char *why = NULL;
	struct romfs_node node;
	u32 nr = 1;

	if (module->end <= module->start)
		panic("no root file system: no romfs image was loaded");
	if (romfs_open(&image, phys_to_virt(module->start), module->end - module->start, &why) != 0)
		panic("no root file system: %s", why);
	f[0] = (struct found){image.root, 0, 2};
	for (u32 i = 0; i < nr; i++)
		if (romfs_node(&image, f[i].offset, &node) == 0 && node.type == ROMFS_DIRECTORY)
			f = find_in(f, &nr, i, &node);
	inodes = kmalloc(nr * sizeof(*inodes), GFP_KERNEL | __GFP_NOFAIL);
	for (nr_inodes = 0; nr_inodes < nr; nr_inodes++)
		inode_setup(&inodes[nr_inodes], &f[nr_inodes]);
	kfree(f);
	tmpfs_init();
	romfs_sb.root = &inodes[0].inode;
	fs_root = &romfs_sb;
	pr_info("root: romfs, %u files and directories\n", nr);
}
