/* SPDX-License-Identifier: MIT */
/*
 * cwd.c - a task's root and working directory, and the way back from a directory to its path.
 *
 * Both directories are referenced and keep their file system mounted (super_use()).
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/printf.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

/* --- the context --- */

/* One more reference, of a directory whose file system is in use already. */
static void dir_get(struct inode *dir)
{
	bool used = super_use(dir->sb);

	ASSERT(used);
	(void)used;
	inode_get(dir);
}

static void dir_put(struct inode *dir)
{
	super_unuse(dir->sb);
	inode_put(dir);
}

struct fs_context *fs_context_alloc(void)
{
	struct fs_context *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (fs == NULL)
		return NULL;
	atomic_set(&fs->refs, 1);
	spin_lock_init(&fs->lock, fs_lock);
	fs->root = fs_root->root;
	fs->cwd = fs_root->root;
	fs->umask = 022;
	fs->tasks = 1;
	fs->execs = 0;
	dir_get(fs->root);
	dir_get(fs->cwd);
	return fs;
}

struct fs_context *fs_context_fork(struct fs_context *parent)
{
	struct fs_context *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (fs == NULL)
		return NULL;
	atomic_set(&fs->refs, 1);
	spin_lock_init(&fs->lock, fs_lock);
	spin_lock(&parent->lock);
	fs->root = parent->root;
	fs->cwd = parent->cwd;
	fs->umask = parent->umask;
	fs->tasks = 1;
	fs->execs = 0;
	dir_get(fs->root);
	dir_get(fs->cwd);
	spin_unlock(&parent->lock);
	return fs;
}

void fs_context_get(struct fs_context *fs)
{
	atomic_inc(&fs->refs);
}

void fs_context_put(struct fs_context *fs)
{
	if (!atomic_dec_and_test(&fs->refs))
		return;
	dir_put(fs->root);
	dir_put(fs->cwd);
	kfree(fs);
	super_reap();
}

int fs_context_join(struct fs_context *fs)
{
	bool joined;

	spin_lock(&fs->lock);
	joined = fs->execs == 0;
	fs->tasks += joined;
	spin_unlock(&fs->lock);
	if (!joined)
		return -EAGAIN;
	fs_context_get(fs);
	return 0;
}

void fs_context_leave(struct task *t)
{
	struct fs_context *fs = t->fs;

	spin_lock(&fs->lock);
	spin_lock(&task_list_lock);
	t->fs = NULL;
	spin_unlock(&task_list_lock);
	fs->tasks--;
	spin_unlock(&fs->lock);
}

bool fs_context_exec_begin(struct fs_context *fs)
{
	const struct task *t;
	u32 others;

	spin_lock(&fs->lock);
	fs->execs++;
	others = fs->tasks;
	spin_lock(&task_list_lock);
	LIST_FOREACH(t, &current->signal->threads, thread_link)
		others -= t->fs == fs;
	spin_unlock(&task_list_lock);
	spin_unlock(&fs->lock);
	return others != 0;
}

void fs_context_exec_end(struct fs_context *fs)
{
	spin_lock(&fs->lock);
	fs->execs--;
	spin_unlock(&fs->lock);
}

struct inode *fs_root_get(struct fs_context *fs)
{
	struct inode *dir;

	spin_lock(&fs->lock);
	dir = fs->root;
	inode_get(dir);
	spin_unlock(&fs->lock);
	return dir;
}

struct inode *fs_cwd_get(struct fs_context *fs)
{
	struct inode *dir;

	spin_lock(&fs->lock);
	dir = fs->cwd;
	inode_get(dir);
	spin_unlock(&fs->lock);
	return dir;
}

/* `inode` in the place of *slot, the context's root or cwd. => 0, -ENOTDIR, -EACCES, -EPERM,
 * -ENOENT unmounted */
static int replace_dir(struct fs_context *fs, struct inode **slot, struct inode *inode)
{
	struct inode *old;
	int err;

	if (!S_ISDIR(inode->mode))
		return -ENOTDIR;
	err = inode_permission(inode, MAY_EXEC);
	if (err == 0 && slot == &fs->root && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (err != 0)
		return err;
	if (!super_use(inode->sb))
		return -ENOENT;
	inode_get(inode);
	spin_lock(&fs->lock);
	old = *slot;
	*slot = inode;
	spin_unlock(&fs->lock);
	dir_put(old);
	super_reap();
	return 0;
}

static long change_dir(const char __user *path, struct inode **slot)
{
	struct path p;
	int err = path_at(AT_FDCWD, path, WALK_FOLLOW, &p);

	if (err != 0)
		return err;
	err = replace_dir(current->fs, slot, p.inode);
	path_put(&p);
	return err;
}

long sys_chdir(const char __user *path)
{
	return change_dir(path, &current->fs->cwd);
}

long sys_chroot(const char __user *path)
{
	return change_dir(path, &current->fs->root);
}

long sys_fchdir(u32 fd)
{
	struct file *f = files_lookup_any(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = replace_dir(current->fs, &current->fs->cwd, f->inode);
	file_put(f);
	return err;
}

/* --- the way back --- */

/* Write "/name" in front of buf[*pos], for `child` in its parent. => the parent, referenced */
static struct inode *prepend_name(struct inode *child, char *buf, u32 *pos)
{
	char name[NAME_MAX + 1];
	struct inode *parent;
	ssize_t len;
	int err;

	mutex_lock(&child->mutex);
	err = child->nlink == 0 ? -ENOENT : child->ops->lookup(child, "..", 2, &parent);
	mutex_unlock(&child->mutex);
	if (err != 0)
		return err_ptr(err);
	mutex_lock(&parent->mutex);
	len = parent->ops->name_of(parent, child, name);
	mutex_unlock(&parent->mutex);
	if (len > 0 && (u32)len + 1 > *pos)
		len = -ENAMETOOLONG;
	if (len < 0) {
		inode_put(parent);
		return err_ptr(len);
	}
	*pos -= (u32)len;
	memcpy(buf + *pos, name, (size_t)len);
	buf[--*pos] = '/';
	return parent;
}

int inode_path(struct inode *dir, struct inode *root, char *buf, u32 *start, bool *reached)
{
	u32 pos = PATH_MAX - 1;

	buf[pos] = '\0';
	inode_get(dir);
	for (;;) {
		struct inode *parent;

		dir = mount_leave(dir, root);
		if (dir == root || dir == dir->sb->root)
			break;
		parent = prepend_name(dir, buf, &pos);
		inode_put(dir);
		if (ptr_is_err(parent))
			return ptr_err(parent);
		dir = parent;
	}
	*reached = dir == root;
	inode_put(dir);
	if (buf[pos] == '\0')
		buf[--pos] = '/';
	*start = pos;
	return 0;
}

/* "dir/name" where the directory still has it, else what it was. => its length, -ENAMETOOLONG */
static ssize_t path_in_dir(struct file *f, char *buf, size_t len)
{
	char name[NAME_MAX + 1];
	struct inode *dir = f->dir;
	const char *slash = len == 1 ? "" : "/";
	ssize_t n;

	mutex_lock(&dir->mutex);
	n = dir->ops->name_of != NULL ? dir->ops->name_of(dir, f->inode, name) : -ENOENT;
	mutex_unlock(&dir->mutex);
	if (n < 0)
		n = snprintf(name, sizeof(name), "#%u (deleted)", f->inode->ino);
	if (len + strlen(slash) + (size_t)n >= PATH_MAX)
		return -ENAMETOOLONG;
	return (ssize_t)len + scnprintf(buf + len, PATH_MAX - len, "%s%s", slash, name);
}

ssize_t dir_path(struct inode *dir, struct inode *root, char *buf)
{
	bool reached;
	u32 start;
	int err = inode_path(dir, root, buf, &start, &reached);

	if (err == -ENOENT)
		return snprintf(buf, PATH_MAX, "/#%u (deleted)", dir->ino);
	if (err != 0)
		return -ENAMETOOLONG;
	memmove(buf, buf + start, PATH_MAX - start);
	return (ssize_t)(PATH_MAX - start - 1);
}

ssize_t file_path(struct file *f, struct inode *root, char *buf)
{
	ssize_t n;

	if (S_ISDIR(f->inode->mode))
		return dir_path(f->inode, root, buf);
	if (f->dir == NULL && f->inode->ops->describe != NULL) {
		f->inode->ops->describe(f->inode, buf, PATH_MAX);
		return (ssize_t)strlen(buf);
	}
	if (f->dir == NULL)
		return snprintf(buf, PATH_MAX, "%s:[%u]",
				S_ISFIFO(f->inode->mode) ? "pipe" : "anon_inode", f->inode->ino);
	n = dir_path(f->dir, root, buf);
	return n < 0 ? n : path_in_dir(f, buf, (size_t)n);
}

/* What lies outside of the root, or in a file system that was detached, says so. getcwd(3) */
static int mark_unreachable(char *buf, u32 *start)
{
	static const char mark[] = {'(', 'u', 'n', 'r', 'e', 'a', 'c',
				    'h', 'a', 'b', 'l', 'e', ')'};

	if (*start < sizeof(mark))
		return -ENAMETOOLONG;
	*start -= sizeof(mark);
	memcpy(buf + *start, mark, sizeof(mark));
	return 0;
}

long sys_getcwd(char __user *user_buf, u32 len)
{
	struct fs_context *fs = current->fs;
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *dir, *root;
	bool reached = true;
	u32 start = 0;
	long result;

	if (buf == NULL)
		return -ENOMEM;
	dir = fs_cwd_get(fs);
	root = fs_root_get(fs);
	result = inode_path(dir, root, buf, &start, &reached);
	inode_put(dir);
	inode_put(root);
	if (result == 0 && !reached)
		result = mark_unreachable(buf, &start);
	if (result == 0) {
		result = (long)(PATH_MAX - start);
		if ((u32)result > len)
			result = -ERANGE;
		else if (copy_to_user(user_buf, buf + start, (size_t)result) != 0)
			result = -EFAULT;
	}
	kfree(buf);
	return result;
}

u32 fs_umask(struct fs_context *fs)
{
	u32 mask;

	spin_lock(&fs->lock);
	mask = fs->umask;
	spin_unlock(&fs->lock);
	return mask;
}

long sys_umask(u32 mask)
{
	struct fs_context *fs = current->fs;
	u32 old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & 0777;
	spin_unlock(&fs->lock);
	return (long)old;
}
