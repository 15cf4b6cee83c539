/* SPDX-License-Identifier: MIT */
/*
 * procfs.c - a file system that shows what the kernel knows: directories and inodes.
 *
 *	/		tables of what stands there always, and a directory for each pid
 *	 sys/		settings: proc_sys.c
 *	 PID/		proc_pid.c
 *	  fd/		a link for each descriptor: proc_fd.c
 *	  task/TID	the same of each of its threads
 *
 * /sys is of the same kind, with tables of its own (sysfs.c).
 *
 * What a file says is made when it is read (proc_file.c). Inodes are made by look-ups and hold their
 * directory; so nothing here grows with the number of processes.
 *
 * Inode numbers: of a table's entry its number; of a process's 64 numbers for each pid, and those of
 * descriptors above. Lock: none of its own; a directory's mutex is held by who looks something up.
 */
#include "proc.h"

#include "devices.h"
#include "dirent.h"
#include "files.h"
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/printf.h>
#include <octavo/rlimit.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

enum {
	INO_ROOT = 1,
	INO_PIDS = 0x1000, /* + pid * INOS_PER_PID + number of the entry */
	INOS_PER_PID = 64,
	INO_FDS = 0x800000, /* + pid * NOFILE_MAX + fd */
	POS_NUMBERS = 256,  /* positions of names that are numbers, in getdents64(2) */
	PREFIX_MAX = 8,
	DIGITS_MAX = 10,
};

static struct slab_cache *inode_cache;
static const struct inode_ops dir_ops, file_ops, link_ops, jump_ops;
static const struct file_ops dir_fops;

static const struct proc_entry root_entry = {
	.name = "", .mode = S_IFDIR | 0555, .dir = &proc_root_dir};

/* --- inodes --- */

static u32 ino_of(const struct proc_inode *dir, const struct proc_entry *e, u32 number)
{
	const struct proc_dir *d = dir->entry->dir;
	u32 entry = e != d->child ? number : d->prefix != NULL ? d->base + d->nr + number : 0;

	if (d == &proc_fd_dir)
		return INO_FDS + dir->pid * NOFILE_MAX + number;
	if (e == d->child && d->of_tasks)
		return INO_PIDS + number * INOS_PER_PID;
	if (dir->pid == 0)
		return entry;
	return INO_PIDS + dir->pid * INOS_PER_PID + entry;
}

static const struct inode_ops *ops_for(const struct proc_entry *e)
{
	if (S_ISDIR(e->mode))
		return &dir_ops;
	if (S_ISLNK(e->mode))
		return e->jump != NULL ? &jump_ops : &link_ops;
	return &file_ops;
}

static const struct file_ops *fops_for(const struct proc_entry *e)
{
	if (S_ISDIR(e->mode))
		return &dir_fops;
	return e->fops != NULL ? e->fops : &proc_text_fops;
}

static struct proc_inode *inode_new(struct super_block *sb, const struct proc_entry *e, u32 ino)
{
	struct proc_inode *p = slab_alloc(inode_cache, GFP_KERNEL | __GFP_ZERO);

	if (p == NULL)
		return NULL;
	inode_init(&p->inode, sb, ino, e->mode, ops_for(e), fops_for(e));
	p->inode.nlink = S_ISDIR(e->mode) ? 2 : 1;
	p->entry = e;
	return p;
}

/* What a process has in /proc is its effective user's, if it may be looked at: else root's, but for
 * directories that everybody may read. */
static void own(struct proc_inode *p)
{
	const struct task *t = p->pid != 0 ? proc_task_lock(p) : NULL;

	if (t == NULL)
		return;
	if ((t->mm != NULL && t->mm->dumpable) || p->entry->mode == (S_IFDIR | 0555)) {
		p->inode.uid = t->cred->euid;
		p->inode.gid = t->cred->egid;
	}
	proc_task_unlock();
}

static const char *prefix_of(const struct proc_dir *d)
{
	return d->prefix != NULL ? d->prefix : "";
}

/* The inode of entry `e` of a directory; *out with a reference. */
static int inode_in(struct proc_inode *dir, const struct proc_entry *e, u32 number,
		    struct inode **out)
{
	struct proc_inode *p = inode_new(dir->inode.sb, e, ino_of(dir, e, number));

	if (p == NULL)
		return -ENOMEM;
	inode_get(&dir->inode);
	p->up = dir;
	p->pid = dir->pid;
	p->born_ns = dir->born_ns;
	own(p);
	p->fd = number;
	*out = &p->inode;
	return 0;
}

static void proc_release(struct inode *inode)
{
	struct proc_inode *p = proc_inode(inode);

	if (p->up != p)
		inode_put(&p->up->inode);
	slab_free(inode_cache, p);
}

/* --- directories --- */

/* A name that is a number as it is written: no sign, no leading zero. => PROC_NONE: it is not one */
static u32 name_number(const char *name, size_t len)
{
	u32 n = 0;

	if (len > DIGITS_MAX - 1 || (name[0] == '0' && len > 1))
		return PROC_NONE;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return PROC_NONE;
		n = n * 10 + (u32)(name[i] - '0');
	}
	return n;
}

/* /proc/PID, or /proc/PID/task/TID, begins here: from now on the inode is about that very task. */
static int bind_task(struct proc_inode *p, u32 pid)
{
	struct task *t;

	spin_lock(&task_list_lock);
	t = task_find(pid);
	if (t != NULL) {
		p->pid = pid;
		p->born_ns = t->started_ns;
		p->inode.uid = t->cred->euid;
		p->inode.gid = t->cred->egid;
	}
	spin_unlock(&task_list_lock);
	return t != NULL ? 0 : -ENOENT;
}

static int lookup_number(struct proc_inode *dir, u32 n, struct inode **out)
{
	const struct proc_dir *d = dir->entry->dir;
	int err;

	if (n == PROC_NONE || d->next == NULL)
		return -ENOENT;
	if (d->next(dir, n) != n && (d->known == NULL || !d->known(dir, n)))
		return -ENOENT;
	err = inode_in(dir, d->child, n, out);
	if (err == 0 && d->of_tasks) {
		err = bind_task(proc_inode(*out), n);
		if (err != 0)
			inode_put(*out);
	}
	return err;
}

/* The number that a name is, behind the prefix that the directory's numbers have. */
static u32 number_in(const struct proc_dir *d, const char *name, size_t len)
{
	const char *prefix = prefix_of(d);
	size_t skip = strlen(prefix);

	if (len <= skip || memcmp(name, prefix, skip) != 0)
		return PROC_NONE;
	return name_number(name + skip, len - skip);
}

static int dir_lookup(struct inode *inode, const char *name, size_t len, struct inode **out)
{
	struct proc_inode *dir = proc_inode(inode);
	const struct proc_dir *d = dir->entry->dir;

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))) {
		*out = len == 1 ? inode : &dir->up->inode;
		inode_get(*out);
		return 0;
	}
	if (dir->pid != 0 && !proc_task_exists(dir))
		return -ENOENT;
	for (unsigned i = 0; i < d->nr; i++) {
		const struct proc_entry *e = &d->entries[i];

		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
			return inode_in(dir, e, d->base + i, out);
	}
	return lookup_number(dir, number_in(d, name, len), out);
}

/* => its length */
static int name_of_number(const struct proc_dir *d, u32 n, char *buf, size_t size)
{
	return snprintf(buf, size, "%s%u", prefix_of(d), n);
}

static ssize_t dir_name_of(struct inode *dir, struct inode *child, char *buf)
{
	const struct proc_inode *p;

	if (child->sb != dir->sb || child == dir)
		return -ENOENT;
	p = proc_inode(child);
	if (p->entry->name[0] != '\0')
		return (ssize_t)strlcpy(buf, p->entry->name, NAME_MAX + 1);
	return name_of_number(p->up->entry->dir, p->fd, buf, NAME_MAX + 1);
}

/* --- reading a directory: 0 and 1 are the dots, 2 + i an entry, POS_NUMBERS + n a number --- */

static bool put_dots(struct proc_inode *dir, loff_t *pos, struct dirent_out *o)
{
	for (; *pos < 2; ++*pos) {
		const struct inode *inode = *pos == 0 ? &dir->inode : &dir->up->inode;

		if (!dirent_put(o, inode->ino, inode->mode, "..", (size_t)*pos + 1, *pos + 1))
			return false;
	}
	return true;
}

static bool put_entries(struct proc_inode *dir, loff_t *pos, struct dirent_out *o)
{
	const struct proc_dir *d = dir->entry->dir;

	for (; *pos - 2 < (loff_t)d->nr; ++*pos) {
		u32 i = (u32)*pos - 2;
		const struct proc_entry *e = &d->entries[i];

		if (!dirent_put(o, ino_of(dir, e, d->base + i), e->mode, e->name, strlen(e->name),
				*pos + 1))
			return false;
	}
	return true;
}

static void put_numbers(struct proc_inode *dir, loff_t *pos, struct dirent_out *o)
{
	const struct proc_dir *d = dir->entry->dir;
	char name[PREFIX_MAX + DIGITS_MAX + 1];
	u32 n;

	*pos = MAX(*pos, (loff_t)POS_NUMBERS);
	if (*pos > (loff_t)INT32_MAX)
		return;
	while ((n = d->next(dir, (u32)*pos - POS_NUMBERS)) != PROC_NONE) {
		size_t len = (size_t)name_of_number(d, n, name, sizeof(name));

		if (!dirent_put(o, ino_of(dir, d->child, n), d->child->mode, name, len,
				(loff_t)n + 1 + POS_NUMBERS))
			return;
		*pos = (loff_t)n + 1 + POS_NUMBERS;
	}
}

static ssize_t dir_getdents64(struct file *file, void __user *buf, size_t len)
{
	struct dirent_out o = {.buf = buf, .len = len};
	struct proc_inode *dir = proc_inode(file->inode);

	if (dir->pid != 0 && !proc_task_exists(dir))
		return -ENOENT;
	if (put_dots(dir, &file->pos, &o) && put_entries(dir, &file->pos, &o) &&
	    dir->entry->dir->next != NULL)
		put_numbers(dir, &file->pos, &o);
	return dirent_result(&o);
}

/* --- links and files --- */

static ssize_t link_readlink(struct inode *inode, char *buf, size_t len)
{
	if (!proc_may_inspect(proc_inode(inode)))
		return -EACCES;
	return proc_inode(inode)->entry->readlink(inode, buf, len);
}

static int link_jump(struct inode *inode, struct inode **dir, struct inode **out)
{
	if (!proc_may_inspect(proc_inode(inode)))
		return -EACCES;
	return proc_inode(inode)->entry->jump(inode, dir, out);
}

/* O_TRUNC of a setting is nothing: it has no length. */
static int file_truncate(struct inode *inode, loff_t size)
{
	(void)inode;
	return size > INT32_MAX ? -EFBIG : 0;
}

static const struct inode_ops dir_ops = {
	.lookup = dir_lookup,
	.name_of = dir_name_of,
	.release = proc_release,
};

static const struct inode_ops file_ops = {
	.truncate = file_truncate,
	.release = proc_release,
};

static const struct inode_ops link_ops = {
	.readlink = link_readlink,
	.release = proc_release,
};

static const struct inode_ops jump_ops = {
	.readlink = link_readlink,
	.jump = link_jump,
	.release = proc_release,
};

static const struct file_ops dir_fops = {
	.seek = file_seek_inode,
	.getdents64 = dir_getdents64,
};

/* --- the whole of it --- */

void proc_umount(struct super_block *sb)
{
	inode_put(sb->root);
}

void proc_free(struct super_block *sb)
{
	kfree(sb->source);
	kfree(sb);
}

static const struct super_ops proc_super_ops = {
	.umount = proc_umount,
	.free = proc_free,
	.magic = PROC_SUPER_MAGIC,
	.fixed = true,
};

int proc_super_new(const char *name, const char *options, const struct proc_entry *entry,
		   const struct super_ops *ops, struct super_block **out)
{
	struct super_block *sb;
	struct proc_inode *root;

	if (options[0] != '\0')
		return -EINVAL;
	sb = kmalloc(sizeof(*sb), GFP_KERNEL);
	if (sb == NULL)
		return -ENOMEM;
	super_init(sb, name, ops);
	root = inode_new(sb, entry, INO_ROOT);
	if (root == NULL) {
		kfree(sb);
		return -ENOMEM;
	}
	root->up = root;
	sb->root = &root->inode;
	*out = sb;
	return 0;
}

static int proc_mount(const char *options, u32 flags, struct super_block **out)
{
	(void)flags;
	proc_sys_init();
	return proc_super_new("proc", options, &root_entry, &proc_super_ops, out);
}

static const struct fs_type proc_type = {
	.name = "proc", .nodev = true, .single = true, .mount = proc_mount};

int procfs_init(void)
{
	inode_cache = slab_cache_create("proc_inode", sizeof(struct proc_inode), 0);
	return fs_type_register(&proc_type);
}
