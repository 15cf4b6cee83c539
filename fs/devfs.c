/* SPDX-License-Identifier: MIT */
/*
 * devfs.c - devtmpfs: a directory with a node for each registered device.
 *
 *	/	null zero console ...		one for each device_register() with a name
 *		fd -> /proc/self/fd ...		links, as every Linux has them
 *		shm/				an empty directory to mount a tmpfs on
 *
 * What is in it stands when it is mounted, and nobody adds to it (EPERM). Every mount has its own
 * inodes, all in one piece of memory, which goes when the last of them has.
 */
#include "devices.h"

#include "dirent.h"
#include "files.h"
#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

struct dev_node {
	struct inode inode; /* first */
	const char *name;
	const char *target; /* symbolic link */
};

/* nodes[0] is the root. */
struct devfs {
	struct super_block sb; /* first */
	u32 nr_nodes;
	struct dev_node nodes[];
};

/* What is there beside the devices. */
static const struct {
	const char *name, *target;
	u32 mode;
} extras[] = {
	{"fd", "/proc/self/fd", S_IFLNK | 0777},
	{"stdin", "/proc/self/fd/0", S_IFLNK | 0777},
	{"stdout", "/proc/self/fd/1", S_IFLNK | 0777},
	{"stderr", "/proc/self/fd/2", S_IFLNK | 0777},
	{"shm", NULL, S_IFDIR | 01777},
};

static struct dev_node *node_of(struct inode *inode)
{
	return container_of(inode, struct dev_node, inode);
}

static struct devfs *devfs_of(struct inode *inode)
{
	return container_of(inode->sb, struct devfs, sb);
}

static bool is_dots(const char *name, size_t len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* --- inode operations --- */

/* Both "." of the root and ".." of anything are the root. */
static int dir_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct devfs *fs = devfs_of(dir);
	struct inode *found = NULL;

	if (is_dots(name, len))
		found = len == 1 ? dir : fs->sb.root;
	for (u32 i = 1; found == NULL && dir == fs->sb.root && i < fs->nr_nodes; i++)
		if (strlen(fs->nodes[i].name) == len && memcmp(fs->nodes[i].name, name, len) == 0)
			found = &fs->nodes[i].inode;
	if (found == NULL)
		return -ENOENT;
	inode_get(found);
	*out = found;
	return 0;
}

static ssize_t dir_name_of(struct inode *dir, struct inode *child, char *buf)
{
	if (dir != dir->sb->root || child == dir || child->sb != dir->sb)
		return -ENOENT;
	return (ssize_t)strlcpy(buf, node_of(child)->name, NAME_MAX + 1);
}

static ssize_t link_readlink(struct inode *inode, char *buf, size_t len)
{
	const char *target = node_of(inode)->target;

	len = MIN(len, strlen(target));
	memcpy(buf, target, len);
	return (ssize_t)len;
}

/* The memory is the file system's. */
static void node_release(struct inode *inode)
{
	ASSERT(super_is_dead(inode->sb));
}

static const struct inode_ops dir_ops = {
	.lookup = dir_lookup,
	.name_of = dir_name_of,
	.release = node_release,
};

static const struct inode_ops link_ops = {
	.readlink = link_readlink,
	.release = node_release,
};

static const struct inode_ops node_ops = {
	.release = node_release,
};

/* --- reading a directory: positions 0 and 1 are the dots, 1 + n the node n --- */

static ssize_t dir_getdents64(struct file *file, void __user *buf, size_t len)
{
	struct dirent_out o = {.buf = buf, .len = len};
	struct inode *dir = file->inode;
	struct devfs *fs = devfs_of(dir);
	u32 end = dir == fs->sb.root ? fs->nr_nodes + 1 : 2;

	while (file->pos < end) {
		u32 pos = (u32)file->pos;
		struct inode *inode = pos == 0   ? dir
				      : pos == 1 ? fs->sb.root
						 : &fs->nodes[pos - 1].inode;
		const char *name = pos == 0 ? "." : pos == 1 ? ".." : node_of(inode)->name;

		if (!dirent_put(&o, inode->ino, inode->mode, name, strlen(name), pos + 1))
			break;
		file->pos++;
	}
	return dirent_result(&o);
}

static const struct file_ops dir_fops = {
	.seek = file_seek_inode,
	.getdents64 = dir_getdents64,
};

/* --- the whole of it --- */

static void devfs_umount(struct super_block *sb)
{
	struct devfs *fs = container_of(sb, struct devfs, sb);
	u32 nr = fs->nr_nodes; /* the last put frees fs */

	for (u32 i = nr; i-- > 0;)
		inode_put(&fs->nodes[i].inode);
}

static void devfs_free(struct super_block *sb)
{
	kfree(sb->source);
	kfree(container_of(sb, struct devfs, sb));
}

static const struct super_ops devfs_super_ops = {
	.umount = devfs_umount, .free = devfs_free, .magic = TMPFS_MAGIC, /* as Linux's */
};

static void add_node(struct devfs *fs, const char *name, u32 mode, u32 rdev, const char *target)
{
	struct dev_node *n = &fs->nodes[fs->nr_nodes++];
	const struct inode_ops *ops = S_ISDIR(mode)   ? &dir_ops
				      : S_ISLNK(mode) ? &link_ops
						      : &node_ops;

	inode_init(&n->inode, &fs->sb, fs->nr_nodes, mode, ops, S_ISDIR(mode) ? &dir_fops : NULL);
	n->inode.nlink = S_ISDIR(mode) ? 2 : 1;
	n->inode.rdev = rdev;
	n->inode.size = target != NULL ? (loff_t)strlen(target) : 0;
	n->name = name;
	n->target = target;
}

/* Room for the root, each device and the extras. */
static struct devfs *devfs_alloc(void)
{
	u32 nr = 1 + ARRAY_SIZE(extras), rdev, mode;
	const char *name;
	struct devfs *fs;

	for (unsigned i = 0; device_at(i, &rdev, &name, &mode); i++)
		nr++;
	fs = kzalloc(sizeof(*fs) + nr * sizeof(fs->nodes[0]), GFP_KERNEL);
	if (fs != NULL)
		super_init(&fs->sb, "devtmpfs", &devfs_super_ops);
	return fs;
}

static int devfs_mount(const char *options, u32 flags, struct super_block **out)
{
	struct devfs *fs = devfs_alloc();
	const char *name;
	u32 rdev, mode;

	(void)options;
	(void)flags;
	if (fs == NULL)
		return -ENOMEM;
	add_node(fs, "", S_IFDIR | 0755, 0, NULL);
	fs->sb.root = &fs->nodes[0].inode;
	for (unsigned i = 0; device_at(i, &rdev, &name, &mode); i++)
		if (name != NULL)
			add_node(fs, name, mode, rdev, NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(extras); i++)
		add_node(fs, extras[i].name, extras[i].mode, 0, extras[i].target);
	fs->sb.root->nlink++; /* shm's ".." */
	*out = &fs->sb;
	return 0;
}

const struct fs_type devfs_type = {
	.name = "devtmpfs", .nodev = true, .single = true, .mount = devfs_mount};
