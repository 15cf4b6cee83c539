/* SPDX-License-Identifier: MIT */
/*
 * mm_machine.h - what an address space keeps for the machine: no page tables, but the MPU's slots.
 *
 *	slot 0      the kernel's text and read-only data: nobody writes
 *	slot 1      the guard below the running task's kernel stack: nobody touches
 *	slot 2      the first stack of the running program, whole
 *	slot 3..7   parts of its runs, as it touches them, replaced in turn
 *	slot 3      but not where it holds another stack that the program was seen on last,
 *	slot 4      and what lies below it in its run, where one region is not all of it
 *
 * While a program is on a stack that knows itself as one (the first, and what MAP_STACK has made),
 * nobody has its lowest eighth in a slot: the guard.
 *
 * Where regions overlap the higher slot decides.
 */
#pragma once

#include <octavo/types.h>
#include <sys/queue.h>

#define MPU_SLOTS       8u
#define MPU_SLOT_KERNEL 0u
#define MPU_SLOT_GUARD  1u
#define MPU_SLOT_STACK  2u
#define MPU_SLOT_FIRST  3u /* of those that are replaced in turn */
#define MPU_DYNAMIC     (MPU_SLOTS - MPU_SLOT_FIRST)

/* A region as the processor takes it, and the bytes that it opens: [start, end). */
struct mpu_region {
	u32 rbar, rasr;
	uintptr_t start, end;
};

struct mpu_space {                           /* [interrupts off] */
	struct mpu_region stack;             /* the first one */
	struct mpu_region slot[MPU_DYNAMIC]; /* rasr 0: empty */
	u32 next;                            /* the one to replace next */
	u32 nr_pinned;                       /* so many of slot[] stay: the other stack's */
	uintptr_t guard; /* of the stack that the program is on: it begins here */
	u32 guard_bytes;
	bool open; /* the MPU is off as long as the program runs */
};

struct vma;

struct pmap {
	struct mpu_space mpu;
	u32 audit_pages;        /* what the audit found; while it runs */
	struct vma *small;      /* page of small mappings, see nommu_small.c [mmap_sem] */
	LIST_HEAD(, vma) twins; /* see nommu.c [mmap_sem write + PTL] */
	uintptr_t brk_limit;    /* [I] after exec: the heap cannot grow beyond */
};

#define PROC_MMU_FILES   /* of /proc/PID: none */
#define PROC_FRAME_FILES /* of /proc: none */
/* of /proc: all regions of the machine, and how its free frames lie */
#define PROC_NOMMU_FILES                                                                           \
	{.name = "fragmentation", .mode = S_IFREG | 0444, .text = run_text},                       \
		{.name = "maps", .mode = S_IFREG | 0444, .show = proc_regions_show},
