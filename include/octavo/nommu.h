/* SPDX-License-Identifier: MIT */
/*
 * nommu.h - an address space without an MMU: a list of areas, each of which is a part of a region.
 *
 *	text	  the file, in place where it can be: read and execute
 *	data	  data, bss and the heap up to a fixed end: read and write
 *	guard	  the lowest eighth of the stack's block: nothing
 *	stack	  read and write
 *	mappings  of mmap(2)
 *
 * An area's `object` is its struct region: region.h has that picture. A region is a run of page frames of
 * its own (owner PAGE_RUN, one by one, so that a part may go), or lies where the file has its bytes. Locks
 * are those of mm.h, and region_lock. The handler of the MPU's faults reads the list of areas without
 * one: it runs when a program has faulted, and none runs while a lock is held.
 */
#pragma once

#include <octavo/audit.h>
#include <octavo/mm.h>
#include <octavo/mutex.h>
#include <octavo/region.h>

struct file;
struct inode;

/* --- what may be touched; no lock, or PTL (nommu_access.c) --- */
/* nommu_load - load an MPU slot for `address`. => handler; false: nobody may, or a slot that covers
 * it is loaded and does not allow what was tried */
bool nommu_load(struct mm *mm, uintptr_t address);
/* nommu_use_stack - a slot for the stack where `sp` is, with `room` bytes below it that can be written.
 * => interrupts off; false: no stack is there */
bool nommu_use_stack(struct mm *mm, uintptr_t sp, u32 room);
bool nommu_may_exec(struct mm *mm, uintptr_t address);
bool nommu_may_write(struct mm *mm, uintptr_t address, size_t len);
/* nommu_accessible - how many of the len bytes at addr the program may read (write) from the first
 * on, inside one run. => PTL, or the mm is not in use yet */
size_t nommu_accessible(struct mm *mm, vaddr_t addr, size_t len, bool write);

/* nommu_hide - until nommu_show() nobody sees [start, start + bytes); one at a time. Who touches it
 * sleeps, so nobody sleeps for a program that has it hidden. => preempted, no program has gone on since.
 * nommu_wait_shown - sleep while `address` is hidden. => true: it was */
void nommu_hide(vaddr_t start, u32 bytes);
void nommu_show(void);
bool nommu_wait_shown(vaddr_t address);

/* --- making and ending areas (nommu.c); mmap_sem held for writing, or the mm is not in use yet --- */
/* What mmap(2) or exec asks for. */
struct nommu_request {
	u32 bytes;         /* 1 .. 4G - 4K */
	u32 flags;         /* VM_* of the area */
	struct file *file; /* NULL: memory of zeros; none of the rest matters then */
	u32 pgoff;
	u32 caps;      /* MAP_CAN_* that may be used */
	u32 map_flags; /* MAP_*, for the driver */
};
/* nommu_map - a new area. => its address; -ENOMEM (why-line written), -EINVAL shares with a part of a
 * copy, -ENODEV can be neither mapped nor copied, what the file says; sleeps */
long nommu_map(struct mm *mm, const struct nommu_request *q);
/* nommu_map_memory - `bytes` rounded up to pages: zeroed frames, contiguous and aligned to the power of
 * two that they need. => its start address, or -ENOMEM (why-line written); sleeps */
long nommu_map_memory(struct mm *mm, u32 bytes, u32 flags);
/* nommu_map_stack - a block of `size` bytes, a power of two; its lowest eighth is the guard, and the
 * MPU's stack slot is set. => its start, or -errno; sleeps */
long nommu_map_stack(struct mm *mm, u32 size);
/* nommu_unmap - [start, end), inside one area; less than all of it only where it is the one user of
 * memory that no object has. => 0 or -ENOMEM (an area would have to split); sleeps */
int nommu_unmap(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end);
/* nommu_resize - the area has `bytes` from now on, whole pages: fewer, or up to its region's top, and
 * new ones are zero. */
void nommu_resize(struct mm *mm, struct vma *v, u32 bytes);
extern u32 nr_trim_pages; /* so many frames too many are given back; 0: none are. sysctl(2) */

/* --- regions: one that may be shared (VM_MAYSHARE) is nommu_file.c's, with region_lock; all others lie
 * in the one area that uses them --- */
/* region_take_frames - a run for `bytes`, not cleared: sets bounds. => 0, -ENOMEM (why-line); sleeps.
 * region_free_frames - all that it has. */
int region_take_frames(struct region *r, u32 bytes);
void region_free_frames(struct region *r);
void region_audit(struct audit *a, struct region *r);

/* nommu_file_caps - MAP_CAN_* of the file, without those that it has no operation for (nm-19).
 *   => -EINVAL no kind of file that is mapped */
int nommu_file_caps(const struct file *file);
/* nommu_file_region - one for the request: shared, direct or a copy. *r is the area's own, for what is not
 * shared, and becomes another one; `v` is for the driver. => 0, with one more user; -errno as
 * nommu_map(); sleeps; takes region_lock */
int nommu_file_region(const struct nommu_request *q, struct vma *v, struct region **r);
/* region_unshare - area v is one user fewer; the last one tells the driver (nm-15). => sleeps */
void region_unshare(struct region *r, struct vma *v);
/* nommu_file_is_mapped - does a mapping show the file's own memory at page `first` or behind it?
 *   => region_lock held */
bool nommu_file_is_mapped(const struct inode *inode, u32 first);
extern struct mutex region_lock;
void nommu_file_init(void);
void nommu_file_audit(struct audit *a);

/* nommu_region_next - the region behind `key` (0: the first) in the order of addresses, whoever maps it;
 * its file, if any, is the caller's to put. => its key; 0: none; sleeps (report_nommu.c) */
struct area_info;
u64 nommu_region_next(u64 key, struct area_info *out);

/* --- mappings of less than a page (nommu_small.c); mmap_sem held for writing --- */
/* nommu_map_small - bytes < PAGE_SIZE of zeros, in a page of the process's own. => as nommu_map() */
long nommu_map_small(struct mm *mm, u32 bytes, u32 flags);
/* nommu_unmap_small - the one that begins at addr. => 0; -EINVAL none does */
int nommu_unmap_small(struct mm *mm, struct vma *v, vaddr_t addr);
/* nommu_small_size - its bytes, a multiple of 1K. => 0: none begins there */
u32 nommu_small_size(const struct vma *v, vaddr_t addr);

/* --- what cannot be done without an MMU (nommu_refused.c) --- */
/* sys_nommu_refused - the system call of every number in the table. => its errno; a why-line */
long sys_nommu_refused(void);
