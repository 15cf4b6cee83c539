/* SPDX-License-Identifier: MIT */
/*
 * sys_mount.c - mount(2) and umount2(2): what they accept, in Linux's order.
 *
 * One file system is mounted in one place: there are no bind mounts and no moves (EINVAL), and every
 * mount is private.
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* What is kept of the flags; the others say what to do. */
#define MS_KEPT                                                                                    \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS | MS_MANDLOCK |             \
	 MS_DIRSYNC | MS_NOSYMFOLLOW | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_LAZYTIME)

/* The arguments in kernel memory. */
struct request {
	char *type, *source; /* NULL where the program gave none */
	char *options;       /* "" where it gave none */
	u32 flags;
};

/* => a copy, NULL for NULL, err_ptr(-EFAULT, -EINVAL too long, -ENOMEM) */
static char *copy_word(const char __user *user, u32 size)
{
	char *buf;
	ssize_t len;

	if (user == NULL)
		return NULL;
	buf = kmalloc(size, GFP_KERNEL);
	if (buf == NULL)
		return err_ptr(-ENOMEM);
	len = strncpy_from_user(buf, user, size);
	if (len >= 0 && len < (ssize_t)size)
		return buf;
	kfree(buf);
	return err_ptr(len < 0 ? (int)len : -EINVAL);
}

/* As much of a page as can be read: nobody has to end it with a NUL. mount(2) */
static char *copy_options(const void __user *user)
{
	char *buf = kzalloc(PAGE_SIZE, GFP_KERNEL);

	if (buf == NULL)
		return err_ptr(-ENOMEM);
	if (user != NULL && copy_from_user_partial(buf, user, PAGE_SIZE) == PAGE_SIZE) {
		kfree(buf);
		return err_ptr(-EFAULT);
	}
	buf[PAGE_SIZE - 1] = '\0';
	return buf;
}

static void request_free(struct request *r)
{
	if (!ptr_is_err(r->type))
		kfree(r->type);
	if (!ptr_is_err(r->source))
		kfree(r->source);
	if (!ptr_is_err(r->options))
		kfree(r->options);
}

/* mount_flags - without the mark of old programs, and with the default for access times */
static u32 clean_flags(u32 flags)
{
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	return flags;
}

static u32 kept_flags(u32 flags)
{
	u32 kept = flags & MS_KEPT;

	if (flags & MS_NOATIME)
		return kept & ~MS_RELATIME;
	return flags & MS_STRICTATIME ? kept & ~(u32)MS_RELATIME : kept | MS_RELATIME;
}

static const struct fs_type *find_type(const char *name)
{
	const struct fs_type *type;

	for (unsigned i = 0; (type = fs_type_at(i)) != NULL; i++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

/* The words of the table; `source` moves to the file system. */
static int new_mount(struct request *r, struct inode *dir)
{
	const struct fs_type *type;
	struct super_block *sb;
	char *source;
	int err;

	if (r->type == NULL)
		return -EINVAL;
	type = find_type(r->type);
	if (type == NULL)
		return -ENODEV;
	source = r->source != NULL ? r->source : kzalloc(sizeof("none"), GFP_KERNEL);
	if (source == NULL)
		return -ENOMEM;
	if (r->source == NULL)
		memcpy(source, "none", sizeof("none"));
	r->source = source;
	err = type->mount(r->options, kept_flags(r->flags), &sb);
	if (err != 0)
		return err;
	sb->type = type;
	sb->source = source;
	err = -EBUSY;
	if (!type->single || dir->sb->type != type || dir != dir->sb->root)
		err = mount_attach(sb, dir, kept_flags(r->flags));
	if (err == 0) {
		r->source = NULL;
	} else {
		sb->source = NULL;
		super_kill(sb);
		super_take_down(sb);
	}
	return err;
}

static int remount(const struct request *r, struct inode *dir)
{
	if (dir != dir->sb->root)
		return -EINVAL;
	return mount_change(dir->sb, r->options, kept_flags(r->flags));
}

/* MS_PRIVATE is what every mount is; nothing is shared between them. */
static int change_propagation(u32 flags, struct inode *dir)
{
	u32 kind = flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE);

	if (flags & ~(kind | MS_REC | MS_SILENT))
		return -EINVAL;
	return kind == MS_PRIVATE && dir == dir->sb->root ? 0 : -EINVAL;
}

static int mount_at(struct request *r, struct inode *dir)
{
	u32 flags = r->flags;

	if (flags & MS_NOUSER)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((flags & (MS_REMOUNT | MS_BIND)) == MS_REMOUNT)
		return remount(r, dir);
	if (flags & MS_REMOUNT) /* the place's flags, not the file system's: it has one place */
		return remount(r, dir);
	if (flags & MS_BIND)
		return -EINVAL;
	if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
		return change_propagation(flags, dir);
	if (flags & MS_MOVE)
		return -EINVAL;
	return new_mount(r, dir);
}

/* copy what is pointed to. => 0 or -errno; request_free() in any case */
static int request_copy(struct request *r, const char __user *source, const char __user *type,
			u32 flags, const void __user *data)
{
	*r = (struct request){.flags = clean_flags(flags)};
	r->type = copy_word(type, PATH_MAX);
	if (ptr_is_err(r->type))
		return ptr_err(r->type);
	r->source = copy_word(source, PATH_MAX);
	if (ptr_is_err(r->source))
		return ptr_err(r->source);
	r->options = copy_options(data);
	return ptr_is_err(r->options) ? ptr_err(r->options) : 0;
}

long sys_mount(const char __user *source, const char __user *target, const char __user *type,
	       u32 flags, const void __user *data)
{
	struct request r;
	struct path p;
	int err = request_copy(&r, source, type, flags, data);

	if (err == 0)
		err = path_at(AT_FDCWD, target, WALK_FOLLOW, &p);
	if (err == 0) {
		err = mount_at(&r, p.inode);
		path_put(&p);
	}
	request_free(&r);
	return err;
}

/* --- umount --- */

/* The root of the process is not taken away: it becomes read-only. */
static int umount_root(struct super_block *sb)
{
	return sb->read_only ? 0 : mount_change(sb, "", sb->flags | MS_RDONLY);
}

static int umount_super(struct super_block *sb, u32 flags)
{
	bool is_root = sb->root == current->fs->root;

	if (flags & MNT_EXPIRE) {
		if (is_root || (flags & (MNT_FORCE | MNT_DETACH)))
			return -EINVAL;
		if (atomic_read(&sb->users) > 0)
			return -EBUSY;
		if (!mount_expire(sb))
			return -EAGAIN;
	}
	if (is_root && !(flags & MNT_DETACH))
		return umount_root(sb);
	return flags & MNT_DETACH ? mount_detach_tree(sb) : mount_detach_idle(sb);
}

long sys_umount2(const char __user *target, u32 flags)
{
	struct super_block *sb;
	struct path p;
	long err;

	if (flags & ~(u32)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = path_at(AT_FDCWD, target, flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW, &p);
	if (err != 0)
		return err;
	sb = p.inode->sb;
	if (!capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else
		err = p.inode == sb->root ? umount_super(sb, flags) : -EINVAL;
	path_put(&p);
	return err;
}

long sys_oldumount(const char __user *target)
{
	return sys_umount2(target, 0);
}
