/* SPDX-License-Identifier: MIT */
/*
 * mount.c - what is mounted where.
 *
 *	/ (tmpfs)           /dev (devfs)              /tmp (tmpfs)
 *	  root              .-> root                  .-> root
 *	   |- dev --mounted-'    ^ covers: dev        |
 *	   |- tmp --mounted------------ ... ----------'
 *
 * A directory knows what is mounted on it, a mounted file system what it covers, and a walk steps
 * over both (fs/namei.c). Mounting on a mounted root makes a stack. The table lists what is mounted
 * in the order of mounting, the root first; nothing that is in use leaves it, but by MNT_DETACH.
 *
 * Each covered directory is referenced and its file system used (super.c) by what covers it.
 *
 * Locks: the table, mount_mutex; the two pointers, mount_lock. A directory gets its `mounted` with
 * its mutex held, too, so that it cannot be removed at the same moment.
 * Order: mount_mutex > inode mutex > mount_lock.
 */
#include "devices.h"
#include "files.h"

#include <octavo/errno.h>
#include <octavo/printf.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

enum { OPTIONS_MAX = 256 };

spinlock_t mount_lock = SPINLOCK_INIT(mount_lock);

static struct mutex table_mutex = MUTEX_INIT(table_mutex, mount_mutex);
static TAILQ_HEAD(super_list,
		  super_block) table = TAILQ_HEAD_INITIALIZER(table); /* [table_mutex] */
static u64 last_seq;                                                  /* [table_mutex] */

/* --- stepping over a mount --- */

struct inode *mount_enter_slow(struct inode *dir)
{
	for (;;) {
		struct inode *root = NULL;

		spin_lock(&mount_lock);
		if (dir->mounted != NULL) {
			root = dir->mounted->root;
			inode_get(root);
		}
		spin_unlock(&mount_lock);
		if (root == NULL)
			return dir;
		inode_put(dir);
		dir = root;
	}
}

struct inode *mount_leave(struct inode *dir, struct inode *root)
{
	while (dir != root && dir == dir->sb->root) {
		struct inode *covered;

		spin_lock(&mount_lock);
		covered = dir->sb->covers;
		if (covered != NULL)
			inode_get(covered);
		spin_unlock(&mount_lock);
		if (covered == NULL)
			break;
		inode_put(dir);
		dir = covered;
	}
	return dir;
}

/* --- the table --- */

static void set_flags(struct super_block *sb, u32 flags)
{
	sb->flags = flags;
	arch_write_once(&sb->read_only, (flags & MS_RDONLY) != 0);
}

int mount_attach(struct super_block *sb, struct inode *dir, u32 flags)
{
	int err = 0;

	mutex_lock(&table_mutex);
	mutex_lock(&dir->mutex);
	if (!S_ISDIR(dir->mode) || !S_ISDIR(sb->root->mode))
		err = -ENOTDIR;
	else if (dir->nlink == 0 || !super_use(dir->sb))
		err = -ENOENT; /* it was removed */
	else if (dir->mounted != NULL) {
		super_unuse(dir->sb);
		err = -EBUSY; /* somebody was faster */
	} else {
		inode_get(dir);
		set_flags(sb, flags);
		super_number(sb);
		spin_lock(&mount_lock);
		dir->mounted = sb;
		sb->covers = dir;
		spin_unlock(&mount_lock);
		sb->seq = ++last_seq;
		TAILQ_INSERT_TAIL(&table, sb, mounts);
	}
	mutex_unlock(&dir->mutex);
	mutex_unlock(&table_mutex);
	return err;
}

/* Take sb off its directory and out of the table. [table_mutex] */
static void uncover(struct super_block *sb)
{
	struct inode *dir = sb->covers;

	TAILQ_REMOVE(&table, sb, mounts);
	spin_lock(&mount_lock);
	dir->mounted = NULL;
	sb->covers = NULL;
	spin_unlock(&mount_lock);
	super_unuse(dir->sb);
	inode_put(dir);
}

int mount_detach_idle(struct super_block *sb)
{
	int err = 0;

	mutex_lock(&table_mutex);
	if (sb->covers == NULL)
		err = -EINVAL; /* somebody was faster */
	else if (!super_kill(sb))
		err = -EBUSY;
	else
		uncover(sb);
	mutex_unlock(&table_mutex);
	if (err == 0)
		super_take_down(sb);
	return err;
}

/* Is sb mounted on `top`, or on something that is? [table_mutex] */
static bool is_below(const struct super_block *sb, const struct super_block *top)
{
	while (sb != top && sb->covers != NULL)
		sb = sb->covers->sb;
	return sb == top;
}

/* From the newest to the oldest: what is mounted on another came later than that. */
int mount_detach_tree(struct super_block *top)
{
	struct super_block *sb, *older;
	int err = 0;

	mutex_lock(&table_mutex);
	if (top->covers == NULL) {
		err = -EINVAL;
	} else {
		TAILQ_FOREACH_REVERSE_SAFE(sb, &table, super_list, mounts, older)
		{
			if (!is_below(sb, top))
				continue;
			inode_get(sb->root); /* what super_unuse() needs */
			if (super_use(sb)) {
				struct inode *root = sb->root;

				uncover(sb);
				arch_write_once(&sb->detached, true);
				super_unuse(sb);
				inode_put(root);
			}
		}
	}
	mutex_unlock(&table_mutex);
	super_reap();
	return err;
}

bool mount_expire(struct super_block *sb)
{
	bool before;

	spin_lock(&mount_lock);
	before = sb->expiring;
	sb->expiring = true;
	spin_unlock(&mount_lock);
	return before;
}

int mount_change(struct super_block *sb, const char *options, u32 flags)
{
	int err = 0;

	mutex_lock(&table_mutex);
	arch_write_once(&sb->read_only, (flags & MS_RDONLY) != 0);
	arch_mb(); /* file_alloc() counts itself, then looks */
	if ((flags & MS_RDONLY) && atomic_read(&sb->writers) > 0)
		err = -EBUSY;
	else if (sb->ops->remount != NULL)
		err = sb->ops->remount(sb, options);
	set_flags(sb, err == 0 ? flags : sb->flags);
	mutex_unlock(&table_mutex);
	return err;
}

/* --- what /proc/mounts says --- */

static void format_options(struct super_block *sb, char *buf)
{
	static const struct {
		u32 flag;
		const char *name;
	} names[] = {
		{MS_SYNCHRONOUS, ",sync"},        {MS_DIRSYNC, ",dirsync"},
		{MS_MANDLOCK, ",mand"},           {MS_LAZYTIME, ",lazytime"},
		{MS_NOSUID, ",nosuid"},           {MS_NODEV, ",nodev"},
		{MS_NOEXEC, ",noexec"},           {MS_NOATIME, ",noatime"},
		{MS_NODIRATIME, ",nodiratime"},   {MS_RELATIME, ",relatime"},
		{MS_NOSYMFOLLOW, ",nosymfollow"},
	};
	size_t len = strlcpy(buf, sb->flags & MS_RDONLY ? "ro" : "rw", OPTIONS_MAX);

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (sb->flags & names[i].flag)
			len += strlcpy(buf + len, names[i].name, OPTIONS_MAX - len);
	if (sb->ops->show != NULL)
		sb->ops->show(sb, buf + len, OPTIONS_MAX - len);
}

int mounts_each(u64 *from, int (*fn)(const struct mount_info *info, void *arg), void *arg)
{
	char *buf = kmalloc(PATH_MAX + OPTIONS_MAX, GFP_KERNEL);
	char *options;
	struct inode *root;
	struct super_block *sb;
	int result = 0;

	if (buf == NULL)
		return -ENOMEM;
	options = buf + PATH_MAX;
	root = fs_root_get(current->fs);
	mutex_lock(&table_mutex);
	TAILQ_FOREACH(sb, &table, mounts) {
		struct mount_info info = {sb->source, NULL, sb->name, options};
		bool reached;
		u32 start;

		if (sb->seq < *from)
			continue;
		*from = sb->seq;
		result = signal_fatal() ? -EINTR : 0;
		if (result != 0)
			break;
		if (inode_path(sb->root, root, buf, &start, &reached) != 0 || !reached)
			continue;
		info.target = buf + start;
		format_options(sb, options);
		result = fn(&info, arg);
		if (result != 0)
			break;
	}
	mutex_unlock(&table_mutex);
	inode_put(root);
	kfree(buf);
	return result;
}

/* --- start --- */

void mounts_init(void)
{
	static char root_source[16], dev_source[] = "devtmpfs";
	struct super_block *devfs;
	struct inode *dev;
	int err;

	if (fs_root->dev == 0)
		super_number(fs_root);
	/* Not "rootfs", as of a root that another lies over: df(1) passes that over. */
	strlcpy(root_source, fs_root->name, sizeof(root_source));
	fs_root->source = root_source;
	fs_root->flags = MS_RELATIME | (fs_root->read_only ? MS_RDONLY : 0);
	mutex_lock(&table_mutex);
	TAILQ_INSERT_TAIL(&table, fs_root, mounts);
	mutex_unlock(&table_mutex);

	mutex_lock(&fs_root->root->mutex);
	err = fs_root->root->ops->lookup(fs_root->root, "dev", 3, &dev);
	mutex_unlock(&fs_root->root->mutex);
	if (err != 0)
		return; /* a root without devices */
	if (S_ISDIR(dev->mode) && devfs_type.mount("", 0, &devfs) == 0) {
		devfs->type = &devfs_type;
		devfs->source = dev_source;
		PANIC_ON(mount_attach(devfs, dev, MS_NOSUID | MS_RELATIME) != 0);
	}
	inode_put(dev);
}
