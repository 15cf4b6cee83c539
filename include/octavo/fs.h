/* SPDX-License-Identifier: MIT */
/*
 * fs.h - inodes, open files, descriptor tables; the contract between the system calls and the
 * file systems.
 *
 * A directory's entries are the file system's; a path is walked over inodes. Legend: [I] immutable,
 * [im] inode->mutex, [a] atomic, [fl] files->lock.
 */
#pragma once

#include <octavo/mutex.h>
#include <octavo/types.h>

struct file;
struct inode;
struct super_block;

struct inode_ops { /* one const table for each kind of inode of each file system */
	/* lookup - entry `name` of a directory: *out with a reference. => 0, -ENOENT; [im] held */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* create - make an entry and its inode (regular, directory, device by mode). [im] held */
	int (*create)(struct inode *dir, const char *name, size_t len, u32 mode, u32 rdev,
		      struct inode **out);
	int (*unlink)(struct inode *dir, const char *name, size_t len);
	int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target);
	/* readlink - the target into buf; => its length */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t len);
	int (*truncate)(struct inode *inode, u32 size);
	/* release - the last reference of an inode without links went: free it and its pages */
	void (*release)(struct inode *inode);
};

struct file_ops {
	int (*open)(struct inode *inode, struct file *file);
	void (*close)(struct file *file); /* the last reference went */
	/* read, write - user memory; *pos is advanced; => bytes or -errno; sleep */
	ssize_t (*read)(struct file *file, char __user *buf, size_t len, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t len, loff_t *pos);
	/* read_kernel - the same into kernel memory: exec, unpacking */
	ssize_t (*read_kernel)(struct file *file, void *buf, size_t len, loff_t pos);
	loff_t (*seek)(struct file *file, loff_t offset, int whence); /* NULL: -ESPIPE */
	int (*ioctl)(struct file *file, u32 cmd, u32 arg);
	ssize_t (*getdents64)(struct file *file, void __user *buf, size_t len);
	/* direct - where the file's bytes lie for execution in place, or NULL (romfs) */
	const void *(*direct)(struct file *file, u32 offset, u32 len);
};

struct inode {
	atomic_t refs;                 /* [a] */
	u32 nlink;                     /* [im] 0 and no reference: released */
	u32 ino, mode, rdev, uid, gid; /* [I] but mode's low bits */
	loff_t size;                   /* [im] */
	u64 mtime_ns;                  /* [im] */
	struct mutex mutex;
	const struct inode_ops *ops;
	const struct file_ops *fops;
	struct super_block *sb; /* [I] */
};

struct super_block {
	const char *name;
	struct inode *root;
	u32 dev;
};

struct file {
	atomic_t refs; /* [a] */
	u32 flags;     /* O_* */
	loff_t pos;    /* [pos_mutex] */
	struct mutex pos_mutex;
	struct inode *inode; /* referenced [I] */
	const struct file_ops *ops;
	void *private;
};

struct file *file_get(struct file *f);
void file_put(struct file *f); /* sleeps */

/* --- descriptor tables (fs/file.c) --- */
struct files *files_alloc(void);                /* empty; NULL */
struct files *files_fork(struct files *parent); /* a copy, each file referenced; NULL */
void files_put(struct files *files);            /* closes everything; sleeps */
void files_close_on_exec(struct files *files);
struct file *files_lookup(u32 fd); /* of current; referenced; NULL: EBADF */
int files_install(struct file *f, u32 min_fd,
		  bool cloexec); /* takes the reference; fd or -EMFILE */

/* --- paths (fs/namei.c) --- */
struct fs_context *fs_context_alloc(void); /* root and cwd at the root */
struct fs_context *fs_context_fork(struct fs_context *parent);
void fs_context_put(struct fs_context *fs);
/* file_open - as open(2), path in kernel memory, relative to current's directory.
 *   => a file with one reference, or an err_ptr */
struct file *file_open(const char *path, int flags, u32 mode);
/* path_from_user - => kernel copy (kfree it), err_ptr(-EFAULT, -ENAMETOOLONG, -ENOENT if empty) */
char *path_from_user(const char __user *path);
ssize_t file_read_kernel(struct file *f, void *buf, size_t len, loff_t pos);

/* --- devices (fs/chrdev.c) --- */
int chrdev_register(unsigned major, unsigned minor, const struct file_ops *ops);

/* --- start (fs/init.c): mounts the root and fills it. rootfs_init is tmpfs from cpio on x86,
 * romfs on ARM: fs/Makefile chooses the file. => panics with one clear line if there is no root */
struct phys_range;
void fs_init(void);
void rootfs_init(const struct phys_range *module);
/* what the audit needs: every frame of every file */
struct audit;
void fs_audit(struct audit *a);
