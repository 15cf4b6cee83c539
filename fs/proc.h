/* SPDX-License-Identifier: MIT */
/*
 * proc.h - the inside of procfs: what a table says of a file, and what an inode of it knows.
 *
 *	proc_dir  entries[] { name, mode, and one of: dir, text, show, readlink, fops }
 *		  next, child: a directory whose other names are numbers (pids, descriptors)
 *
 * An inode is made by each look-up and lives as long as somebody has it: nothing in it belongs to a
 * task. Whoever wants to know something of a process looks it up again, by pid and time of birth.
 */
#pragma once

#include <octavo/fs.h>
#include <octavo/text.h>

struct files;
struct mm;
struct proc_entry;
struct task;

#define PROC_NONE 0xffffffffu /* proc_dir.next: no further number */
#define PROC_END  ~0ull       /* proc_entry.show: nothing follows */

struct proc_inode {
	struct inode inode;             /* first */
	const struct proc_entry *entry; /* [I] */
	struct proc_inode *up;          /* [I] its directory, referenced; the root: itself */
	u32 pid;                        /* [I] whose it is; 0: nobody's */
	u32 fd;                         /* [I] in a directory of descriptors */
	u64 born_ns; /* [I] when that task began: another one has the pid later */
};

struct proc_dir {
	const struct proc_entry *entries; /* [I] */
	unsigned nr;
	u32 base; /* number of the first entry: unique among all tables */
	/* next - the first number from `from` on that is a name in it, or PROC_NONE. NULL: none are */
	u32 (*next)(struct proc_inode *dir, u32 from);
	/* known - is a number that is not listed a name, too? NULL: no */
	bool (*known)(struct proc_inode *dir, u32 number);
	const struct proc_entry *child; /* what stands behind a number */
	const char *prefix;             /* of the names that are numbers; NULL: none */
	bool of_tasks;                  /* the numbers are pids: each begins something of its own */
};

struct proc_entry {
	const char *name;
	u32 mode;         /* S_IF* and permissions */
	bool sysctl;      /* its permissions hold for root, too */
	const void *data; /* of show and store */
	const struct proc_dir *dir;
	/* text - the whole report at once */
	void (*text)(struct text *t);
	/*
	 * show - records from *cursor on (0: the first), as many as fit; *cursor says where to go on,
	 * or PROC_END. When t->full it has gone back to the end of the last whole record.
	 *   => 0, -errno; sleeps; no lock held
	 */
	int (*show)(struct proc_inode *p, struct text *t, u64 *cursor);
	/* show_mm - the same of the memory that the process had when the file was opened, and only for
	 * who was allowed to look into it then; NULL: it had none, or has left it, as execve(2) does */
	int (*show_mm)(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor);
	/* store - what was written: len bytes and a NUL. => 0, -errno */
	int (*store)(struct proc_inode *p, char *buf, size_t len);
	/* readlink, jump - as in inode_ops */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t len);
	int (*jump)(struct inode *inode, struct inode **dir, struct inode **out);
	const struct file_ops *fops; /* instead of the text ones */
};

static inline struct proc_inode *proc_inode(struct inode *inode)
{
	return container_of(inode, struct proc_inode, inode);
}

/* --- file systems of tables (procfs.c) --- */
/*
 * proc_super_new - a super block whose root is an inode of `root`, a directory; ops are proc_umount,
 * proc_free and the statfs of its own.
 *   => 0 and *out; -EINVAL there are options, -ENOMEM; sleeps
 */
int proc_super_new(const char *name, const char *options, const struct proc_entry *root,
		   const struct super_ops *ops, struct super_block **out);
void proc_umount(struct super_block *sb);
void proc_free(struct super_block *sb);

/* --- tables --- */
extern const struct proc_dir proc_root_dir; /* proc_root.c */
extern const struct proc_dir proc_pid_dir;  /* proc_pid.c: /proc/PID */
extern const struct proc_dir proc_sys_dir;  /* proc_sys.c */
extern const struct proc_entry proc_pid_entry, proc_thread_entry;
extern const struct proc_dir proc_sysvipc_dir; /* proc_sysvipc.c */
extern const struct proc_dir proc_sys_vm_dir;  /* proc_sys_mmu.c, proc_sys_nommu.c */

/* --- files that are text (proc_file.c) --- */
extern const struct file_ops proc_text_fops;
loff_t proc_seek(struct file *file, loff_t offset,
		 u32 whence);                /* from nowhere but SEEK_SET, SEEK_CUR */
extern const struct file_ops proc_mem_fops;  /* proc_mem.c, with an MMU */
extern const struct file_ops proc_kmsg_fops; /* proc_kmsg.c */
/* proc_pages.c, with an MMU */
extern const struct file_ops proc_pagemap_fops, proc_kpagecount_fops, proc_kpageflags_fops;

/* --- processes (proc_task.c) --- */
/* proc_task_lock - the task that p is about. => task_list_lock held; NULL: gone, and it is not */
struct task *proc_task_lock(const struct proc_inode *p);
void proc_task_unlock(void); /* after proc_task_lock() that found it */
/* proc_task_exists - is it still there, a zombie included? */
bool proc_task_exists(const struct proc_inode *p);
/* proc_may_inspect - may the current task see where its links lead? => yes, too, where nobody is there */
bool proc_may_inspect(const struct proc_inode *p);
/* proc_inspect_mm - its memory, for whoever may look into it. => 0 and *mm, to be mm_drop()ped, or NULL: it
 * has none; -EACCES; -ESRCH it has ended */
int proc_inspect_mm(const struct proc_inode *p, struct mm **mm);
/* proc_is_kthread - is it there, and a kernel thread? */
bool proc_is_kthread(const struct proc_inode *p);
/* proc_is_thread - is p below /proc/PID/task/TID: of the one thread, not of its process? */
static inline bool proc_is_thread(const struct proc_inode *p)
{
	return p->up->entry == &proc_thread_entry;
}
/* proc_mm, proc_files, proc_fs_context - what the task has, with a reference of its own: mm_put(),
 * files_put(), fs_context_put(). => NULL: it has none, or has ended */
struct mm *proc_mm(const struct proc_inode *p);
struct files *proc_files(const struct proc_inode *p);
struct fs_context *proc_fs_context(const struct proc_inode *p);

/* the files of /proc/PID (proc_pid.c, proc_status.c, proc_maps.c, proc_fd.c): functions of their
 * entries, see struct proc_entry. => -ESRCH, or -ENOENT of a link, where the process has ended; sleep */
int proc_stat_show(struct proc_inode *p, struct text *t, u64 *cursor);
int proc_statm_show(struct proc_inode *p, struct text *t, u64 *cursor);
int proc_status_show(struct proc_inode *p, struct text *t, u64 *cursor);
int proc_maps_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor);
int proc_smaps_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor);
int proc_smaps_rollup_show(struct proc_inode *p, struct mm *mm, struct text *t,
			   u64 *cursor); /* proc_smaps.c, with an MMU */
int proc_regions_show(struct proc_inode *p, struct text *t, u64 *cursor); /* proc_regions.c */
int proc_mounts_show(struct proc_inode *p, struct text *t, u64 *cursor);
u32 proc_fd_next(struct proc_inode *dir, u32 from);
extern const struct proc_dir proc_fd_dir;
ssize_t proc_cwd_readlink(struct inode *inode, char *buf, size_t len);
ssize_t proc_root_readlink(struct inode *inode, char *buf, size_t len);
ssize_t proc_exe_readlink(struct inode *inode, char *buf, size_t len);
int proc_cwd_jump(struct inode *inode, struct inode **dir, struct inode **out);
int proc_root_jump(struct inode *inode, struct inode **dir, struct inode **out);
int proc_exe_jump(struct inode *inode, struct inode **dir, struct inode **out);

/* proc_put_area - a line of maps; path: PATH_MAX bytes to work with. The area's file is put. => whether it
 * had room: else t is as before */
struct area_info;
bool proc_put_area(struct text *t, const struct area_info *a, struct inode *root, char *path);
/* proc_put_usage - what smaps says of an area behind its line in maps (proc_smaps.c, proc_smaps_nommu.c) */
struct area_usage;
void proc_put_usage(struct text *t, const struct area_info *a, const struct area_usage *u);

/* machine-wide reports (proc_stat.c, proc_root.c): appended to t. => sleep */
void proc_stat_text(struct text *t);
void proc_interrupts_text(struct text *t);
void proc_uptime_text(struct text *t);
void proc_loadavg_text(struct text *t);

/* proc_number - a decimal number and what may surround it in a file of /proc/sys, from *s on: blanks
 * before, blank or end behind. => 0 and *s behind it; -EINVAL; -ERANGE above 32 bits */
int proc_number(char **s, u32 *n);
/* proc_c_number - the whole of s as an unsigned number in C's notation, perhaps with a newline behind
 * it. => 0; -EINVAL; -ERANGE */
int proc_c_number(const char *s, size_t len, u32 *n);
void proc_sys_init(void); /* before the first report */
