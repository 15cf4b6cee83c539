/* SPDX-License-Identifier: MIT */
/*
 * segment.h - System V shared memory: what the files of ipc/ have of each other.
 *
 *	ids.table[index] -> segment -> inode, a file of tmpfs without a name: the memory
 *	                       ^                 ^
 *	shmat(2): area -> file -'(private) ------'
 *
 * Locks: shm_mutex for the table and all of a segment but its use, which is [use], shm_use_lock: an area
 * may come while page_table_lock is held. The order: mmap_sem > shm_mutex; page_table_lock > shm_use_lock.
 * A segment lives as long as the table has it: while something is attached, or until it is removed.
 */
#pragma once

#include <octavo/fs.h>
#include <octavo/mutex.h>
#include <octavo/shm.h>
#include <octavo/spinlock.h>

#define SHM_ID_SHIFT 15 /* an id: a sequence number, and the place in the table below it */
#define SHM_ID_INDEX (SHM_MNI_MAX - 1)

struct segment {
	u32 id, cuid, cgid, cpid; /* [I] */
	s32 key;                  /* IPC_PRIVATE from its removal on */
	u32 uid, gid, mode;       /* mode: with SHM_DEST, SHM_LOCKED */
	u32 size;                 /* bytes [I] */
	struct inode *inode;      /* [I] referenced */
	struct task *maker;       /* NULL: it has ended */
	LIST_ENTRY(segment) made; /* of the maker's, if there is one */
	u32 locker; /* the user whose RLIMIT_MEMLOCK it counts against, if SHM_LOCKED */
	u64 ctime_ns;
	u32 nr_attached;        /* areas, and shmat(2)s that are at it [use] */
	u32 lpid;               /* who attached or detached last [use] */
	u64 atime_ns, dtime_ns; /* [use] */
};

struct segment_ids {
	struct segment **table; /* NULL: that place is free */
	u32 size;               /* places that it has room for */
	u32 nr, highest;        /* in use; and the highest place of them, 0 where there is none */
	s32 last_index;         /* of the last id that was given; -1: none was */
	u32 sequence;           /* and its sequence number */
	u32 nr_pages;           /* of all segments */
};
extern struct segment_ids shm_ids; /* [shm_mutex] */
extern struct mutex shm_mutex;
extern spinlock_t shm_use_lock;

/* --- shm_ids.c; shm_mutex held --- */
/* segment_by_index - NULL: the place is free. segment_by_id - with its sequence number, too */
struct segment *segment_by_index(u32 index);
struct segment *segment_by_id(int id);
struct segment *segment_by_key(s32 key); /* key is not IPC_PRIVATE; NULL */
/* segment_enter - a new one is given an id. => 0, -ENOSPC (why-line), -ENOMEM; sleeps */
int segment_enter(struct segment *s);
/* segment_leave - no id leads to it any more. */
void segment_leave(struct segment *s);

/* --- shm.c --- */
/* segment_may - has the current task these permissions (S_IRUGO ... ) of it? => shm_mutex held */
bool segment_may(const struct segment *s, u32 mode);
/* segment_pages - that it may have */
static inline u32 segment_pages(const struct segment *s)
{
	return (s->size + (PAGE_SIZE - 1)) >> PAGE_SHIFT;
}
/* segment_unused - take it out of the table, if it is to go: nobody uses it, and it was removed, or
 * shm_rmid_forced. => true: it is the caller's to segment_free(); shm_mutex held */
bool segment_unused(struct segment *s);
void segment_free(struct segment *s); /* => sleeps; no lock but mmap_sem */
/* shm_attached - one more area maps it: any context that has another one, or who holds shm_mutex.
 * shm_detached - one fewer, of whose memory nothing is used any more. => sleeps; mmap_sem may be held */
void shm_attached(struct segment *s);
void shm_detached(struct segment *s);

/* --- what differs without an MMU (shm_mmu.c, shm_nommu.c) --- */
/* shm_map - as mmap(2) of the segment of `file`, size bytes, for the current process.
 *   => address or -errno, and -EINVAL where something is in the way; sleeps */
long shm_map(struct file *file, vaddr_t addr, u32 size, u32 prot, u32 map_flags);
extern const struct file_ops shm_file_ops;
