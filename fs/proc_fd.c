/* SPDX-License-Identifier: MIT */
/*
 * proc_fd.c - what a process has open and where it is: fd/, cwd, root, exe, mounts.
 *
 * The links lead to the inodes themselves, also where a path would no longer (a file that was
 * removed); what they read as is the path as the reader's root sees it.
 */
#include "proc.h"

#include "files.h"
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/stat.h>

/* --- what a link is about: a file, or a directory --- */

static struct file *fd_file(const struct proc_inode *p)
{
	struct files *files = proc_files(p);
	struct file *f = NULL;

	if (files != NULL) {
		f = files_peek(files, p->fd);
		files_put(files);
	}
	return f;
}

static struct file *exe_file(const struct proc_inode *p)
{
	struct mm *mm = proc_mm(p);
	struct file *f = NULL;

	if (mm != NULL) {
		f = mm->exe;
		if (f != NULL)
			file_get(f);
		mm_put(mm);
	}
	return f;
}

/* A kernel thread has no directories of its own: both are the machine's root. */
static struct inode *context_dir(const struct proc_inode *p,
				 struct inode *(*get)(struct fs_context *fs))
{
	struct fs_context *fs = proc_fs_context(p);
	struct inode *dir = NULL;

	if (fs != NULL) {
		dir = get(fs);
		fs_context_put(fs);
	} else if (proc_is_kthread(p)) {
		dir = fs_root->root;
		inode_get(dir);
	}
	return dir;
}

/* --- as text, and as the thing itself --- */

/* The path of f, whose reference goes, or else of dir, whose does. */
static ssize_t put_path(struct file *f, struct inode *dir, char *buf, size_t len)
{
	struct inode *root = fs_root_get(current->fs);
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	ssize_t n = -ENOMEM;

	if (path != NULL)
		n = f != NULL ? file_path(f, root, path) : dir_path(dir, root, path);
	if (n > 0) {
		n = MIN(n, (ssize_t)len);
		memcpy(buf, path, (size_t)n);
	}
	kfree(path);
	inode_put(root);
	if (f != NULL)
		file_put(f);
	else
		inode_put(dir);
	return n;
}

static ssize_t readlink_file(struct file *f, char *buf, size_t len)
{
	return f != NULL ? put_path(f, NULL, buf, len) : -ENOENT;
}

static ssize_t readlink_dir(struct inode *dir, char *buf, size_t len)
{
	return dir != NULL ? put_path(NULL, dir, buf, len) : -ENOENT;
}

static int jump_file(struct file *f, struct inode **dir, struct inode **out)
{
	if (f == NULL)
		return -ENOENT;
	inode_get(f->inode);
	*out = f->inode;
	if (f->dir != NULL)
		inode_get(f->dir);
	*dir = f->dir;
	file_put(f);
	return 0;
}

/* A directory knows its parent by itself. */
static int jump_dir(struct inode *target, struct inode **dir, struct inode **out)
{
	*out = target;
	*dir = NULL;
	return target != NULL ? 0 : -ENOENT;
}

ssize_t proc_exe_readlink(struct inode *inode, char *buf, size_t len)
{
	return readlink_file(exe_file(proc_inode(inode)), buf, len);
}

int proc_exe_jump(struct inode *inode, struct inode **dir, struct inode **out)
{
	return jump_file(exe_file(proc_inode(inode)), dir, out);
}

ssize_t proc_cwd_readlink(struct inode *inode, char *buf, size_t len)
{
	return readlink_dir(context_dir(proc_inode(inode), fs_cwd_get), buf, len);
}

int proc_cwd_jump(struct inode *inode, struct inode **dir, struct inode **out)
{
	return jump_dir(context_dir(proc_inode(inode), fs_cwd_get), dir, out);
}

ssize_t proc_root_readlink(struct inode *inode, char *buf, size_t len)
{
	return readlink_dir(context_dir(proc_inode(inode), fs_root_get), buf, len);
}

int proc_root_jump(struct inode *inode, struct inode **dir, struct inode **out)
{
	return jump_dir(context_dir(proc_inode(inode), fs_root_get), dir, out);
}

static ssize_t fd_readlink(struct inode *inode, char *buf, size_t len)
{
	return readlink_file(fd_file(proc_inode(inode)), buf, len);
}

static int fd_jump(struct inode *inode, struct inode **dir, struct inode **out)
{
	return jump_file(fd_file(proc_inode(inode)), dir, out);
}

/* --- the directory of descriptors --- */

u32 proc_fd_next(struct proc_inode *dir, u32 from)
{
	struct files *files = proc_files(dir);
	u32 fd = FILES_NONE;

	if (files != NULL) {
		fd = files_next(files, from);
		files_put(files);
	}
	return fd != FILES_NONE ? fd : PROC_NONE;
}

static const struct proc_entry fd_entry = {
	.name = "",
	.mode = S_IFLNK | 0777,
	.readlink = fd_readlink,
	.jump = fd_jump,
};

const struct proc_dir proc_fd_dir = {.next = proc_fd_next, .child = &fd_entry};

/* --- mounts --- */

static int put_mount(const struct mount_info *info, void *text)
{
	static const char blanks[] = " \t\n";
	struct text *t = text;
	size_t mark = t->len;

	text_put_escaped(t, info->source[0] != '\0' ? info->source : "none", blanks);
	text_puts(t, " ");
	text_put_escaped(t, info->target, blanks);
	text_puts(t, " ");
	text_put_escaped(t, info->type, blanks);
	text_puts(t, " ");
	text_put_escaped(t, info->options, blanks);
	text_puts(t, " 0 0\n");
	if (t->full)
		text_rewind(t, mark);
	return t->full;
}

int proc_mounts_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	int err;

	if (!proc_task_exists(p))
		return -ESRCH;
	err = mounts_each(cursor, put_mount, t);
	if (err == 0)
		*cursor = PROC_END;
	return err < 0 ? err : 0;
}
