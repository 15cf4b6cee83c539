/* SPDX-License-Identifier: MIT */
/* tmpfs.h - the inside of tmpfs, for fs/tmpfs*.c and the file that fills the root. */
#pragma once

#include <octavo/shmem.h>
#include <sys/queue.h>
#include <sys/tree.h>

struct tmpfs_inode;

struct tmpfs_entry {
	RB_ENTRY(tmpfs_entry) by_name, by_cookie; /* [im of the directory] */
	struct tmpfs_inode *inode;                /* referenced [I] */
	u64 cookie; /* position for getdents64, never used twice [I] */
	u32 len;
	char name[]; /* len bytes, no NUL */
};

/* One mounted tmpfs. */
struct tmpfs_super {
	struct super_block sb;        /* first */
	struct shmem_account account; /* pages of its files; max: [mount_mutex], read without */
	atomic_t nr_inodes;           /* [a] */
	u32 max_inodes;               /* UINT32_MAX: no limit [mount_mutex], read without */
	u32 mode, uid, gid;           /* of its root, as mount(2) said [I] */
	u32 audit_pages;              /* what the audit found; while it runs */
	LIST_ENTRY(tmpfs_super) all;  /* [inode_list_lock] */
};

struct tmpfs_inode {
	struct inode inode;          /* first */
	LIST_ENTRY(tmpfs_inode) all; /* [inode_list_lock] */
	struct tmpfs_inode *parent;  /* directory: referenced; the root's is itself [im] */
	RB_HEAD(tmpfs_names, tmpfs_entry) names;     /* directory: its entries [im] */
	RB_HEAD(tmpfs_cookies, tmpfs_entry) cookies; /* directory: the same ones [im] */
	u64 next_cookie;                             /* directory [im] */
	char *target; /* of a symbolic link; what a file is called that has no name; NUL-terminated [I] */
	struct address_space mapping; /* regular file: its pages */
	u32 audit_links;              /* entries that the audit found; while it runs */
};

static inline struct tmpfs_inode *tmpfs_inode(struct inode *inode)
{
	return container_of(inode, struct tmpfs_inode, inode);
}

static inline bool dir_is_empty(const struct tmpfs_inode *dir)
{
	return RB_EMPTY(&dir->names);
}

static inline struct tmpfs_super *tmpfs_super(struct super_block *sb)
{
	return container_of(sb, struct tmpfs_super, sb);
}

/* --- tmpfs.c --- */
/* tmpfs_root - the root directory of a new tmpfs: one reference. => NULL without memory */
struct inode *tmpfs_root(struct super_block *sb, u32 mode);
/* tmpfs_unnamed - a regular file that no directory has: one reference; `name`, kmalloc'ed, is its own
 * then. => NULL without memory */
struct inode *tmpfs_unnamed(struct super_block *sb, u32 mode, char *name);
/* tmpfs_empty - remove every entry; nobody makes new ones, sb is dead. Sleeps */
void tmpfs_empty(struct super_block *sb);
/* tmpfs_audit_supers - nr_pages of each is what the audit has found; tmpfs_super.c */
void tmpfs_audit_supers(struct audit *a);
/* tmpfs_link - another entry for an inode. => 0, -ENOMEM, -EEXIST; dir's [im] held */
int tmpfs_link(struct inode *dir, const char *name, size_t len, struct inode *inode);

/* --- memfd.c --- */
/* memfd_init - `sb` is where its files lie. Boot */
void memfd_init(struct super_block *sb);
/* memfd_seals - inode_ops.seals */
long memfd_seals(struct inode *inode, bool add, u32 seals);

/* --- tmpfs_super.c --- */
extern const struct fs_type tmpfs_type;
/* tmpfs_init - mount(2) knows it, and memfd_create(2) has where its files lie. => panics without memory:
 * boot, PID 1 */
void tmpfs_init(void);
/* tmpfs_mount_root - tmpfs_init(), and an empty tmpfs for the root. => panics without memory: boot */
struct super_block *tmpfs_mount_root(void);
/* tmpfs_share - pages of contents that a file system may have without filling the machine */
u32 tmpfs_share(void);
/* tmpfs_set_limit - the most pages that all files of it together may have. */
void tmpfs_set_limit(struct super_block *sb, u32 nr_pages);
u32 tmpfs_nr_pages(struct super_block *sb);
/* tmpfs_charge_inode - one inode more. => false: it is full (ENOSPC) */
bool tmpfs_charge_inode(struct super_block *sb);
void tmpfs_uncharge_inode(struct super_block *sb);
