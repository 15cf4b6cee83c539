/* SPDX-License-Identifier: MIT */
/*
 * nommu.h - an address space without an MMU: a list of runs of physical memory.
 *
 *	text	  in place, in the file system's image: read and execute
 *	data	  data, bss and the heap up to a fixed end: read and write
 *	guard	  the lowest eighth of the stack's block: nothing
 *	stack	  read and write
 *	mappings  of mmap(2)
 *
 * Each is a struct vma whose ops say what it stands on: nommu_memory_ops, page frames that it owns
 * (owner PAGE_RUN, one by one, so that a part may go), or nommu_in_place_ops, a file's bytes where
 * they lie. Locks are those of mm.h. The handler of the MPU's faults reads the list without one:
 * it runs when a program has faulted, and none runs while a lock is held.
 */
#pragma once

#include <octavo/audit.h>
#include <octavo/mm.h>

struct file;

extern const struct vma_ops nommu_memory_ops;
extern const struct vma_ops nommu_in_place_ops;

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

/* --- making and ending runs (nommu.c); mmap_sem held for writing, or the mm is not in use yet --- */
/* nommu_map_memory - `block_bytes` (page multiple) of new zeroed frames, contiguous and aligned to
 * the power of two that they need. => its start address, or -ENOMEM (why-line written); sleeps */
long nommu_map_memory(struct mm *mm, u32 bytes, u32 flags);
/* nommu_map_stack - a block of `size` bytes, a power of two; its lowest eighth is the guard, and the
 * MPU's stack slot is set. => its start, or -errno; sleeps */
long nommu_map_stack(struct mm *mm, u32 size);
/* nommu_map_file - [start, start + bytes) in place; takes over the reference on file on success.
 *   => 0 or -ENOMEM; sleeps */
int nommu_map_file(struct mm *mm, vaddr_t start, u32 bytes, u32 flags, struct file *file);
/* nommu_unmap - [start, end), inside one run. => 0 or -ENOMEM (a run would have to split); sleeps */
int nommu_unmap(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end);

/* --- what cannot be done without an MMU (nommu_refused.c) --- */
/* sys_nommu_refused - the system call of every number in the table. => its errno; a why-line */
long sys_nommu_refused(void);
