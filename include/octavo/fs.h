/* SPDX-License-Identifier: MIT */
/*
 * fs.h - inodes, open files, descriptor tables; the contract between the system calls and the
 * file systems.
 *
 *	task -> files -> file -> inode -> super_block
 *	task -> fs_context (root, cwd) -> inode
 *	super_block -covers-> directory it is mounted on -mounted-> super_block
 *
 * A directory's entries are the file system's; a path is walked over inodes, and ".." is a lookup
 * like another, but at the root of a mounted file system, where it is looked up in what that covers.
 * Legend: [I] immutable, [im] inode->mutex, [a] atomic, [fl] files->lock, [ml] mount_lock.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/mutex.h>
#include <octavo/types.h>
#include <sys/queue.h>

struct address_space;
struct audit;
struct file;
struct fs_context;
struct inode;
struct page;
struct phys_range;
struct rename;
struct poll_table;
struct super_block;
struct uapi_statfs64;
struct user_vector;
struct vma;

#define NAME_MAX        255u        /* bytes of one component */
#define PATH_MAX        4096u       /* bytes of a path with its NUL */
#define FILES_MAX       1024u       /* descriptors of a process, till it changes RLIMIT_NOFILE */
#define FILES_NONE      0xffffffffu /* no descriptor */
#define PIPE_SIZE_BYTES 65536u      /* what a pipe holds */
#define FILE_IO_MAX     0x7ffff000u /* bytes that one read or write moves at the most */
#define FILE_POS_MAX    0xffffffff000ll /* last position of a file: 2^32 - 1 pages, as on Linux */

/*
 * Operations of an inode: one const table for each kind of inode of each file system. A missing
 * one: lookup ENOTDIR; create, unlink, symlink, truncate EROFS or EPERM (see namei.c). Names are
 * not NUL-terminated, 1..NAME_MAX bytes, without '/'. All may sleep.
 */
struct inode_ops {
	/* lookup - entry `name` of a directory, "." and ".." included ("..": the parent, the root's
	 * is itself): *out with a reference. => 0, -ENOENT, -ENOMEM; dir's [im] held */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* create - make an entry and its inode (regular, directory, device, by mode), referenced for
	 * the caller; it does not exist yet. => 0, -ENOMEM, -ENOSPC; dir's [im] held */
	int (*create)(struct inode *dir, const char *name, size_t len, u32 mode, u32 rdev,
		      struct inode **out);
	/* symlink - an entry that holds `target` (NUL-terminated). dir's [im] held */
	int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target);
	/* link - another entry, which does not exist yet, for `inode`, no directory. => 0, -ENOMEM;
	 * dir's [im] held, then inode's (nested) */
	int (*link)(struct inode *dir, const char *name, size_t len, struct inode *inode);
	/* unlink - remove the entry, which is `inode`. Directories: it is empty, else -ENOTEMPTY.
	 * dir's [im] held, then inode's (nested) */
	int (*unlink)(struct inode *dir, const char *name, size_t len, struct inode *inode);
	/* rename - r->inode moves as r says. => 0, -ENOMEM, -ENOTEMPTY; the [im]s of all directories
	 * and of the inode that is replaced held, and nobody else moves a directory */
	int (*rename)(const struct rename *r);
	/* readlink - the target into buf, cut at len; => bytes */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t len);
	/* jump - where a link leads that is no path, as /proc/self/exe is: *out referenced, and *dir,
	 * where its name was looked up (so that what is opened by the link has a path again), or NULL.
	 * NULL: it is a path. => 0, -ENOENT, -EINVAL it is a path after all */
	int (*jump)(struct inode *link, struct inode **dir, struct inode **out);
	/* name_of - the name of `child` in dir, NUL-terminated, into buf[NAME_MAX + 1]; [im] held.
	 * => its length, -ENOENT */
	ssize_t (*name_of)(struct inode *dir, struct inode *child, char *buf);
	/* describe - what a file that was opened by no path is called, NUL-terminated, cut at len bytes;
	 * NULL: by its kind and number. Any context */
	void (*describe)(struct inode *inode, char *buf, size_t len);
	/* truncate - a regular file's new size; [im] held; => 0, -ENOMEM, -ENOSPC, -EFBIG */
	int (*truncate)(struct inode *inode, loff_t size);
	/* allocate - bytes [offset, offset + len) of a regular file get their room, or give it back, as
	 * `mode` says (FALLOC_FL_*); [im] held; NULL: EOPNOTSUPP. fallocate(2) => 0; -EOPNOTSUPP this
	 * mode, -ENOSPC, -EFBIG, -ENOMEM, -EINTR: nothing has changed */
	int (*allocate)(struct inode *inode, u32 mode, loff_t offset, loff_t len);
	/* seals - add some (F_SEAL_*), or tell them; NULL: EINVAL. fcntl(2) => 0 or the seals; -EPERM,
	 * -EBUSY; sleeps */
	long (*seals)(struct inode *inode, bool add, u32 seals);
	/* release - the last reference is gone: free inode and pages. A directory's entry holds one. */
	void (*release)(struct inode *inode);
};

/* A name, not NUL-terminated, in a directory. */
struct dir_name {
	struct inode *dir;
	const char *name;
	size_t len;
};

/* What rename(2) has found: all in one file system, no directory into itself. */
struct rename {
	struct dir_name from, to;
	struct inode *inode; /* entry `from` */
	struct inode
		*target; /* entry `to`, of the same kind (directory or not); NULL: there is none */
	bool exchange;   /* both stay, in each other's place; they may be of different kinds */
};

#define STREAM_READ  0x1u
#define STREAM_WRITE 0x2u

/* How a file may be mapped without an MMU (nm-19); the bits of access are VM_MAY*. */
#define MAP_CAN_COPY   0x4u
#define MAP_CAN_DIRECT 0x8u
#define MAP_CAN_READ   0x10u
#define MAP_CAN_WRITE  0x20u
#define MAP_CAN_EXEC   0x40u

struct file_ops {
	u8 empty;   /* STREAM_*: a read or write of 0 bytes is asked for, too; else it is 0 */
	u8 nowait;  /* STREAM_*: O_NONBLOCK, and so RWF_NOWAIT, means something to it */
	bool stays; /* without `seek`: lseek(2) is no error, and leads nowhere */
	/* open - after the file is made; failure undoes it. NULL: nothing to do. */
	int (*open)(struct inode *inode, struct file *file);
	void (*close)(struct file *file); /* the last reference went; NULL: nothing to do */
	/* read, write - user memory; *pos is read and advanced (but for devices pos_mutex is held where
	 * it is the file's own); len 1..FILE_IO_MAX. => bytes or -errno; what was moved before an error
	 * counts. NULL: EINVAL (directories: EISDIR) */
	ssize_t (*read)(struct file *file, char __user *buf, size_t len, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t len, loff_t *pos);
	/* read_vector, write_vector - the same of all buffers of readv(2) or writev(2) in one operation,
	 * len their bytes together. NULL: one after another, which is enough where no two can be told
	 * from one */
	ssize_t (*read_vector)(struct file *file, struct user_vector *to, size_t len, loff_t *pos);
	ssize_t (*write_vector)(struct file *file, struct user_vector *from, size_t len,
				loff_t *pos);
	/* read_kernel - the same into kernel memory: exec, unpacking */
	ssize_t (*read_kernel)(struct file *file, void *buf, size_t len, loff_t pos);
	/* write_kernel - len bytes (1 .. PAGE_SIZE; of a pipe 0, too, where there must be a reader and
	 * room all the same) of kernel memory at *pos, which is advanced, as far as they fit; wait: until one does, where there is no room (else -EAGAIN). => bytes or -errno;
	 * sleeps. NULL: sendfile(2) does not write to it */
	ssize_t (*write_kernel)(struct file *file, const void *buf, size_t len, loff_t *pos,
				bool wait);
	/* seek - pos_mutex held; NULL: ESPIPE, but for `stays`. file_seek_inode() serves what has a size. */
	loff_t (*seek)(struct file *file, loff_t offset, u32 whence);
	long (*ioctl)(struct file *file, u32 cmd, u32 arg); /* NULL: ENOTTY */
	/* poll - what the file is ready for, POLL* (poll.h); NULL: always for reading and writing */
	u32 (*poll)(struct file *file, struct poll_table *pt);
	ssize_t (*getdents64)(struct file *file, void __user *buf, size_t len); /* NULL: ENOTDIR */
	/* Without an MMU. map_caps - MAP_CAN_*; 0: what its kind of file has. get_unmapped_area - where
	 * the file's own memory has page pgoff and what follows, len bytes; flags: MAP_*; before mmap().
	 * => an address, a multiple of PAGE_SIZE; -ENOSYS: a copy will have to do; other -errno; sleeps;
	 * region_lock held */
	u32 map_caps;
	long (*get_unmapped_area)(struct file *file, u32 pgoff, u32 len, u32 flags);
	/* mmap - fill in object (its reference is the area's then) and ops of a new area, whose
	 * other fields are set; nothing is mapped yet. NULL: ENODEV. Without an MMU only for the first of
	 * those that share, and ops->close() after the last; -ENOSYS: it may be copied.
	 *   => 0 or -errno; mmap_sem write; sleeps */
	int (*mmap)(struct file *file, struct vma *new);
	/* areas - with an MMU: after the first, one more area maps the file (then a spinlock may be held),
	 * or one fewer (sleeps). NULL: nothing to do */
	void (*areas)(struct file *file, bool more);
};

struct inode {
	atomic_t refs; /* [a] */
	u32 ino;       /* [I] */
	u32 mode;      /* S_IF* [I], permissions [im] */
	u32 nlink;     /* [im] */
	u32 seals;     /* F_SEAL_* of a regular file [im], see memfd.c */
	u32 rdev;      /* [I] of a device, as UAPI_MAKEDEV */
	u32 uid, gid;  /* [im] */
	loff_t size;   /* [im] */
	u64 atime_ns;  /* last read [im], a reader's store may be lost to another's */
	u64 mtime_ns;  /* contents changed last [im] */
	u64 ctime_ns;  /* anything changed last [im] */
	struct mutex mutex;
	const struct inode_ops *ops; /* [I] */
	const struct file_ops *fops; /* [I] what file_open() gives a file; devices: device.c's */
	struct super_block *sb;      /* [I] */
	struct super_block *mounted; /* directory: what is mounted on it, or NULL [ml], peeked at */
	struct address_space *mapping; /* [I] its page cache (filemap.h), or NULL */
	atomic_t writers; /* open for writing so often; below 0: executed so often [a] */
	u64 serial;       /* [I] serial_number() */
};

/*
 * What a file system does as a whole; each may be missing. A mounted one is counted twice:
 * `users` are those that keep it mounted (open files, working and root directories, what is mounted
 * on its directories), `refs` those that keep its memory (each inode, and being mounted).
 */
struct super_ops {
	u32 magic; /* f_type of statfs(2) */
	/* fixed - what there is, and its permissions, is the file system's alone: another name is ENOENT
	 * also to who would make it, chmod(2) EPERM */
	bool fixed;
	/* umount - it is mounted nowhere, has no users and will get none: let go of all entries and of
	 * the root's reference. A path walk may still hold inodes of it for a moment. Sleeps */
	void (*umount)(struct super_block *sb);
	/* free - the last inode has gone, too: free sb. => any context that may sleep */
	void (*free)(struct super_block *sb);
	/* statfs - sizes, free blocks and inodes; the rest is filled in. statfs(2) */
	void (*statfs)(struct super_block *sb, struct uapi_statfs64 *out);
	/* remount - new options (NUL-terminated, "" for none). => 0, -EINVAL: nothing has changed */
	int (*remount)(struct super_block *sb, const char *options);
	/* show - own options as /proc/mounts has them, each with a comma before it, NUL-terminated */
	void (*show)(struct super_block *sb, char *buf, size_t len);
};

/* super_init() fills it in; one in static memory that is never mounted needs no more than its name
 * and dev. */
struct super_block {
	const char *name;            /* "tmpfs", "romfs" [I] */
	struct inode *root;          /* [I] */
	u32 dev;                     /* st_dev [I] */
	bool read_only;              /* [mount_mutex], peeked at */
	const struct super_ops *ops; /* [I] NULL: none */
	const struct fs_type *type;  /* [I] NULL: not made by mount(2) */
	atomic_t users;              /* [a] below 0: dead, see super_use() */
	atomic_t refs;               /* [a] */
	atomic_t writers;            /* [a] open files that may be written to */
	u32 flags;                   /* MS_* of mount(2) that last [mount_mutex], peeked at */
	struct inode *covers;        /* directory that it is mounted on, referenced [ml]; or NULL */
	char *source;                /* first word of its line in /proc/mounts [I] */
	u64 seq;                     /* order of the table [mount_mutex] */
	bool detached;               /* [ml] is mounted nowhere any more */
	bool expiring;               /* [ml] MNT_EXPIRE has been said, nobody has used it since */
	TAILQ_ENTRY(super_block) mounts; /* [mount_mutex] mounted ones; then [ml] the dying */
};

/* A kind of file system that mount(2) knows. */
struct fs_type {
	const char *name;
	bool nodev;  /* needs no device: "nodev" in /proc/filesystems */
	bool single; /* shows the same wherever it is mounted: EBUSY on its own root */
	/* mount - a new file system; options NUL-terminated ("" for none), flags MS_*. It has called
	 * super_init() and set `root`, whose reference is its own.
	 *   => 0 and *out; -EINVAL options, -ENOMEM; sleeps */
	int (*mount)(const char *options, u32 flags, struct super_block **out);
};

struct file {
	atomic_t refs; /* [a] */
	u32 flags;     /* O_* [I], but O_APPEND and O_NONBLOCK */
	u32 stream; /* [I] STREAM_*: what read(2) and write(2) ask first: it may be, and has no position */
	loff_t pos; /* [pos_mutex], a device's by whoever uses it */
	struct mutex pos_mutex;
	struct inode *inode;        /* referenced [I] */
	struct inode *dir;          /* where its name was looked up, referenced [I]; or NULL */
	const struct file_ops *ops; /* [I] */
	void *private;              /* the ops' own */
};

/* What open(2)'s access mode allows: a bit each of one more than it is, so 3 allows neither. */
static inline bool open_reads(u32 flags)
{
	return ((flags + 1) & 1) != 0;
}

static inline bool open_writes(u32 flags)
{
	return ((flags + 1) & 2) != 0;
}

static inline bool file_can_read(const struct file *f)
{
	return open_reads(f->flags);
}

static inline bool file_can_write(const struct file *f)
{
	return open_writes(f->flags);
}

/* --- inodes (fs/inode.c) --- */
/* inode_init - fill in the common part; refs 1. */
void inode_init(struct inode *inode, struct super_block *sb, u32 ino, u32 mode,
		const struct inode_ops *ops, const struct file_ops *fops);
static inline void inode_get(struct inode *inode)
{
	atomic_inc(&inode->refs);
}
void inode_put(struct inode *inode); /* the last one calls release; sleeps */
/* file_accessed - it was read: its inode's atime, as the flags of file and mount want it. => no lock;
 * two readers may overwrite each other's */
void file_accessed(const struct file *file);
/* A program that runs is not written to, and what is being written is not executed: execve(2).
 * inode_write_begin / inode_exec_begin - one more of its kind. => 0; -ETXTBSY the other is going on */
int inode_write_begin(struct inode *inode); /* => any context; its _end() gives it back */
void inode_write_end(struct inode *inode);
int inode_exec_begin(struct inode *inode);
void inode_exec_end(struct inode *inode);

/* --- permissions (fs/permission.c) --- */
#define MAY_EXEC   1u /* directories: look up in it */
#define MAY_WRITE  2u
#define MAY_READ   4u
#define O_FOR_EXEC 0x20u /* of file_open(): for execve(2), which need not read */
/* inode_permission - may the current task do all of `mask` (MAY_*), as owner, group, others and its
 * capabilities say? What mount flags say is the caller's. => 0, -EACCES; any context */
int inode_permission_slow(const struct inode *inode, u32 mask);
static inline int inode_permission(const struct inode *inode, u32 mask)
{
	if (likely((~inode->mode & mask * 0111) == 0)) /* everybody may */
		return 0;
	return inode_permission_slow(inode, mask);
}
/* inode_owner_or_capable - is it the current task's, or CAP_FOWNER? */
bool inode_owner_or_capable(const struct inode *inode);
/* inode_drop_set_id - it was written to: set-user-ID and set-group-ID go, unless CAP_FSETID.
 *   => [im] held */
void inode_drop_set_id_slow(struct inode *inode);
static inline void inode_drop_set_id(struct inode *inode)
{
	if (unlikely(inode->mode & 06000))
		inode_drop_set_id_slow(inode);
}

/* --- file systems and mounts (fs/super.c, fs/mount.c) --- */
/* fs_type_register - `type` lives for ever. => 0, -EBUSY the name is taken or the table is full */
int fs_type_register(const struct fs_type *type);
/* fs_type_at - by number, from 0 on; NULL behind the last */
const struct fs_type *fs_type_at(unsigned i);
/* super_init - fill in what is common: zeroes sb, one reference (being mounted). */
void super_init(struct super_block *sb, const char *name, const struct super_ops *ops);
/* super_use - one more that keeps it mounted. => false: it is gone, or going */
bool super_use(struct super_block *sb);
/* super_unuse - while an inode of it is still referenced. => any context; a file system that was
 * detached goes at the next super_reap() */
void super_unuse(struct super_block *sb);
/* super_reap - take down the detached file systems that the last user has left. => sleeps; no lock */
void super_reap(void);

/* A line of /proc/mounts; none of the words is escaped. */
struct mount_info {
	const char *source, *target, *type;
	const char *options; /* "rw,nosuid,size=64k" */
};
/* mounts_each - fn for each file system that can be reached from current's root, in the order in
 * which they were mounted, until it returns something else than 0. *from, 0 at first, is the one
 * to begin with, and becomes the one with which fn stopped.
 *   => that, 0, -ENOMEM, -EINTR killed; sleeps; no inode mutex held, mount_mutex is while fn runs */
int mounts_each(u64 *from, int (*fn)(const struct mount_info *info, void *arg), void *arg);
/* mounts_init - the root is in the table, and devfs on its /dev where it has one. */
void mounts_init(void);
/* inode_path - the absolute path of a directory as seen from `root`, written into buf[PATH_MAX] from
 * its end: *start is where it begins. *reached: it lies below root, else the path is the one from
 * the root of all. => 0, -ENOENT it was removed, -ERANGE too long; sleeps, no inode mutex held */
int inode_path(struct inode *dir, struct inode *root, char *buf, u32 *start, bool *reached);

/* --- open files and descriptor tables (fs/file.c) --- */
/* file_alloc - a file on `inode`, whose reference is taken over on success. => or err_ptr */
struct file *file_alloc(struct inode *inode, u32 flags, const struct file_ops *ops);
/* file_allocate - fallocate(2), which has its errors. => the inode's mutex is not held; sleeps */
int file_allocate(const struct file *f, u32 mode, loff_t offset, loff_t len);
void file_get(struct file *f); /* one reference more, of one that the caller has */
void file_put(struct file *f); /* the last one closes; sleeps */

struct files *files_alloc(void);                /* empty; NULL without memory */
struct files *files_fork(struct files *parent); /* a copy, each file referenced; NULL */
/* files_put - the last reference closes everything; sleeps */
void files_put(struct files *files);
/* files_get - one more reference, to look at the table of another task. */
void files_get(struct files *files);
/* files_shared - has anybody else a reference? */
bool files_shared(const struct files *files);
/* files_peek - the file at fd of any table, referenced; NULL. files_next - the first descriptor from
 * fd on that is open, or FILES_NONE. files_size - how many the table has room for */
struct file *files_peek(struct files *files, u32 fd);
u32 files_next(struct files *files, u32 fd);
u32 files_size(struct files *files);
/* files_close_on_exec - close what is marked O_CLOEXEC: execve(2). => nobody else uses it; sleeps */
void files_close_on_exec(struct files *files);
/* files_lookup - current's file at fd, referenced; NULL: EBADF */
struct file *files_lookup(u32 fd);
/* files_install - the lowest free descriptor from min_fd on gets `f` and its reference.
 *   => fd; -EMFILE, -ENOMEM: the reference stays the caller's */
int files_install(struct file *f, u32 min_fd, bool cloexec);
/* files_replace - descriptor fd becomes `f` (its reference is taken over on success), whatever it
 * was is closed. => fd, -EBADF beyond the limit, -ENOMEM, -EBUSY an open(2) is about to use it */
int files_replace(struct file *f, u32 fd, bool cloexec);
/* files_remove - take the file out of the table: the reference is the caller's; NULL: EBADF */
struct file *files_remove(u32 fd);
/* file_seek_inode - lseek(2) on an inode's size, for file_ops.seek. file_seek_size - on any size */
loff_t file_seek_size(struct file *f, loff_t size, loff_t offset, u32 whence);
loff_t file_seek_inode(struct file *f, loff_t offset, u32 whence);
/* file_read_kernel - => bytes, 0 at the end, -EINVAL where the file cannot; sleeps */
ssize_t file_read_kernel(struct file *f, void *buf, size_t len, loff_t pos);

/* --- paths (fs/namei.c, fs/open.c) --- */
struct fs_context *fs_context_alloc(void); /* root and cwd at the root; NULL without memory */
struct fs_context *fs_context_fork(struct fs_context *parent); /* a copy; NULL */
void fs_context_get(struct fs_context *fs);                    /* to look at it only */
void fs_context_put(struct fs_context *fs); /* the last one lets go of the directories; sleeps */
/* fs_context_join - one more task has it: CLONE_FS. => 0; -EAGAIN one that has it becomes somebody else
 * fs_context_leave - one fewer, t (alloc and fork make one), whose reference is the caller's to put */
int fs_context_join(struct fs_context *fs);
void fs_context_leave(struct task *t);
/* fs_context_exec_begin - nobody joins the current task's until fs_context_exec_end(). => has another
 * process it? A thread of ours that is being born counts as one */
bool fs_context_exec_begin(struct fs_context *fs);
void fs_context_exec_end(struct fs_context *fs);
/* file_open - as open(2), path in kernel memory, relative to current's directory.
 *   => a file with one reference, or an err_ptr; sleeps */
struct file *file_open(const char *path, u32 flags, u32 mode);
/* file_path - the path of an open file as seen from `root`, in buf[PATH_MAX], NUL-terminated; what has
 * none is described: "pipe:[7]", "/tmp/#7 (deleted)". => its length, -ENAMETOOLONG; sleeps, no inode
 * mutex held */
ssize_t file_path(struct file *f, struct inode *root, char *buf);
/* dir_path - the same of a directory */
ssize_t dir_path(struct inode *dir, struct inode *root, char *buf);
/* path_from_user - => kernel copy (kfree it), err_ptr(-EFAULT, -ENAMETOOLONG, -ENOENT if empty) */
char *path_from_user(const char __user *path);

/* --- devices (fs/device.c) --- */
/* device_register - a device, and its node in devfs: name (NULL: none), permissions, and S_IFBLK where it
 * is a block device. At boot. => 0, -EBUSY. A file of an unregistered device: ENXIO at open. */
int device_register(u32 major, u32 minor, const char *name, u32 mode, const struct file_ops *ops);
/* device_at - by number, from 0 on: *rdev, *name and *mode with its kind. => false: behind the last */
bool device_at(unsigned i, u32 *rdev, const char **name, u32 *mode);
/* device_ops - of a device inode's mode and rdev; NULL: ENXIO */
const struct file_ops *device_ops(u32 mode, u32 rdev);

/* --- start --- */
/* fs_init - caches and devices. */
void fs_init(void);
/* rootfs_init - tmpfs filled from the cpio archive on x86, romfs on ARM: fs/Makefile chooses.
 *   => fs_root is set; panics with one clear line if there is no root */
void rootfs_init(const struct phys_range *module);
extern struct super_block *fs_root; /* [I] after boot */
/* fs_audit - every frame of every file, see audit.h */
void fs_audit(struct audit *a);
