/* SPDX-License-Identifier: MIT */
/* files.h - the descriptor table's and the directory context's inside, for fs/ alone. */
#pragma once

#include <octavo/fs.h>
#include <octavo/path_walk.h>
#include <octavo/spinlock.h>
#include <octavo/task.h>

#define FILES_EMBEDDED 32u /* descriptors in the table itself: most programs need no more */

struct fd_slot {
	struct file *file; /* NULL: free, or reserved */
	bool cloexec;
	bool reserved; /* an open(2) is on its way */
};

struct files {
	atomic_t refs;         /* [a] */
	spinlock_t lock;       /* files_lock */
	u32 size;              /* slots [lock] */
	u32 lowest_free;       /* no slot below it is free [lock] */
	struct fd_slot *slots; /* `embedded`, or kmalloc'ed [lock] */
	struct fd_slot embedded[FILES_EMBEDDED];
};

/* files_lookup_any - files_lookup() that finds files opened with O_PATH, too */
struct file *files_lookup_any(u32 fd);

/* files_are_own - has no other task current's descriptor table? */
static inline bool files_are_own(void)
{
	return likely(atomic_read(&current->files->refs) == 1);
}

/* files_borrow - current's file at fd, for the time of a call that does not change the table: no other
 * task changes it, so it holds the file for us. NULL: EBADF => files_are_own() */
static inline struct file *files_borrow(u32 fd)
{
	const struct files *files = current->files;

	return likely(fd < files->size) ? files->slots[fd].file : NULL;
}

struct fs_context {
	atomic_t refs;      /* [a] */
	spinlock_t lock;    /* fs_lock */
	struct inode *root; /* referenced [lock] */
	struct inode *cwd;  /* referenced [lock] */
	u32 umask;          /* [lock] */
	u32 tasks;          /* whose it is [lock]; refs counts readers in /proc, too */
	u32 execs;          /* tasks among them that count on nobody else's getting it [lock] */
};

/* files_reserve - the lowest free descriptor from min_fd on, before the open that may fail: a call
 * for which there is no descriptor must not create a file. => fd; -EMFILE, -ENOMEM; then one of: */
int files_reserve(u32 min_fd);
void files_fill(u32 fd, struct file *f, bool cloexec); /* takes the reference */
void files_unreserve(u32 fd);

/* fs_root_get, fs_cwd_get - referenced */
struct inode *fs_root_get(struct fs_context *fs);
struct inode *fs_cwd_get(struct fs_context *fs);
/* fs_umask - umask(2). => takes fs->lock */
u32 fs_umask(struct fs_context *fs);

/*
 * path_walk - along `path`, from current's root or, where it is relative, from `base` (a directory;
 * NULL: current's working directory).
 *   => as walk_run()
 */
int path_walk(struct inode *base, const char *path, unsigned flags, struct path *out);
/*
 * path_at - the same for a system call: the path is the program's, and begins at the directory that
 * `dirfd` is (AT_FDCWD: the working directory), which an absolute path does not look at.
 *   => as walk_run(); -EFAULT, -EBADF, -ENOTDIR `dirfd` is none
 */
int path_at(int dirfd, const char __user *path, unsigned flags, struct path *out);
/* path_at_copied - the same for a path that path_from_user() has copied, and that becomes the walk's
 * in any case. */
int path_at_copied(int dirfd, char *buffer, unsigned flags, struct path *out);
/* path_put - what a walk that succeeded gave: its references and its buffer. => sleeps */
void path_put(struct path *p);
/* path_look_up - the last name of a walk with WALK_ENTRY, as it is now. dir's [im] held
 *   => 0 and *inode referenced; -ENOENT, -ENAMETOOLONG, -ENOMEM */
int path_look_up(const struct path *p, struct inode **inode);

/* --- entries of directories (entries.c) --- */
/* entry_make - the entry that `p` (walked with WALK_ENTRY or WALK_PARENT) does not have yet, with an
 * inode of this mode; the umask is applied.
 *   => 0 and p->inode; -EEXIST, -ENOENT its directory is gone, -EROFS, -EPERM, -EACCES, -ENOMEM, -ENOSPC */
int entry_make(struct path *p, u32 mode, u32 rdev);

/* dir_may_remove - may the current task take `victim` out of `dir`, which may be sticky?
 *   => 0; -EACCES the directory, -EPERM it is another's */
int dir_may_remove(const struct inode *dir, const struct inode *victim);

/* --- attributes (attr.c) --- */
/* inode_truncate - a regular file's new size. => 0, -EROFS, -EINVAL it has none, -EFBIG (beyond RLIMIT_FSIZE:
 * and SIGXFSZ), -ENOMEM; sleeps, takes [im] */
int inode_truncate(struct inode *inode, loff_t size);

/* --- how long a file system lives (super.c) --- */
void super_put(struct super_block *sb); /* of sb->refs; the last one frees it */
/* super_number - a device number (st_dev) that no other mounted file system has; super_put() of the last
 * reference gives it back. */
void super_number(struct super_block *sb);
/* super_kill - nobody becomes a user of sb any more. => false: somebody is one */
bool super_kill(struct super_block *sb);
/* super_is_dead - it was killed: nothing may be made in its directories. */
bool super_is_dead(const struct super_block *sb);
/* super_take_down - a dead one that covers nothing gives everything back. => sleeps */
void super_take_down(struct super_block *sb);

/* --- the table of mounts (mount.c) --- */
/* mount_attach - sb covers `dir` from now on. => 0, -ENOTDIR, -ENOENT `dir` was removed, -EBUSY
 * something else covers it already: sb stays the caller's; sleeps */
int mount_attach(struct super_block *sb, struct inode *dir, u32 flags);
/* mount_detach_idle - sb, which nobody uses, is mounted nowhere any more, and taken down.
 *   => 0, -EBUSY, -EINVAL it was detached meanwhile; sleeps */
int mount_detach_idle(struct super_block *sb);
/* mount_detach_tree - sb and what is mounted on it disappear now, and end with their last users.
 *   => 0, -EINVAL it was detached meanwhile; sleeps */
int mount_detach_tree(struct super_block *sb);
/* mount_expire - mark sb. => it was marked before, and nobody became a user of it since */
bool mount_expire(struct super_block *sb);
/* mount_change - other options and flags. => 0, -EBUSY read-only with files open for writing,
 * -EINVAL options: nothing has changed; sleeps */
int mount_change(struct super_block *sb, const char *options, u32 flags);

extern spinlock_t mount_lock;
/* mount_enter - `dir` (its reference is taken over) if nothing is mounted on it, else the root of
 * what is, referenced. Takes mount_lock where something is. */
struct inode *mount_enter_slow(struct inode *dir);
static inline struct inode *mount_enter(struct inode *dir)
{
	return unlikely(arch_read_once(&dir->mounted) != NULL) ? mount_enter_slow(dir) : dir;
}
/* mount_leave - where `dir` (its reference is taken over) is the root of a mounted file system: the
 * directory that this covers, referenced; and so on, but not beyond `root`. */
struct inode *mount_leave(struct inode *dir, struct inode *root);
