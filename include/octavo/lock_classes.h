/* SPDX-License-Identifier: MIT */
/*
 * lock_classes.h - every lock of the kernel, in the one order in which locks may be taken.
 *
 * A task that holds a lock may take only locks that stand further down in this list. Locks of the
 * same class never nest, except where NEST is said: there the second one is taken with
 * spin_lock_nested() or its like, and the rule for the pair stands in the comment.
 *   SLEEP  a mutex or read/write semaphore: its holder may sleep
 *   SPIN   a spinlock: its holder may not
 *   IRQ    a spinlock that interrupt handlers take too: always with interrupts off
 */
#pragma once

/* clang-format off */
#define LOCK_CLASSES(X) \
	/* name              kind   NEST  */ \
	X(tty_mutex,         SLEEP, 0) /* the terminal's line and settings */ \
	X(file_pos,          SLEEP, 0) /* the position of an open file */ \
	X(proc_file,         SLEEP, 0) /* the piece of a report that an open file of /proc has */ \
	X(pipe_mutex,        SLEEP, 0) /* a pipe's bytes */ \
	X(mount_mutex,       SLEEP, 0) /* the table of mounted file systems */ \
	X(rename_mutex,      SLEEP, 0) /* no directory changes its parent meanwhile */ \
	X(inode_mutex,       SLEEP, 1) /* contents of a directory or file; parent before child */ \
	X(mmap_sem,          SLEEP, 1) /* an mm's vmas; fork holds the parent's, then the child's */ \
	X(shm_mutex,         SLEEP, 0) /* System V segments and their ids; munmap detaches */ \
	X(page_lock,         SLEEP, 0) /* a page's contents and place in a mapping */ \
	X(i_mmap_lock,       SLEEP, 0) /* who maps a file */ \
	X(region_lock,       SLEEP, 0) /* without an MMU: regions of files, and what of a file is in them */ \
	X(device_mutex,      SLEEP, 0) /* a device's memory: that it has some, or what is done to it */ \
	X(anon_vma_lock,     SLEEP, 0) /* who maps an anon region */ \
	X(tty_job_lock,      SPIN,  0) /* whose terminal it is: session and foreground group */ \
	X(inode_list_lock,   SPIN,  0) /* the inodes that a file system has in memory */ \
	X(files_lock,        SPIN,  1) /* a descriptor table; parent before child at fork */ \
	X(pipe_list_lock,    SPIN,  0) /* the list of all pipes */ \
	X(fs_lock,           SPIN,  0) /* a task's root and working directory */ \
	X(mount_lock,        SPIN,  0) /* what covers what */ \
	X(futex_lock,        SPIN,  1) /* who waits for a word; the bucket of the lower address first */ \
	X(page_table_lock,   SPIN,  1) /* an mm's page tables; fork: parent before child */ \
	X(shm_use_lock,      SPIN,  0) /* who uses a System V segment */ \
	X(tree_lock,         SPIN,  0) /* a file's page tree */ \
	X(mm_list_lock,      SPIN,  0) /* the list of all mms */ \
	X(vmalloc_lock,      SPIN,  0) /* vmalloc areas */ \
	X(task_list_lock,    SPIN,  0) /* all tasks: parents, children, pids */ \
	X(uts_lock,          SPIN,  0) /* the machine's names */ \
	X(slab_lock,         SPIN,  0) /* one slab cache */ \
	X(kmalloc_big_lock,  SPIN,  0) /* the list of kmallocs larger than the largest cache */ \
	X(lru_lock,          SPIN,  0) /* a zone's LRU lists */ \
	X(zone_lock,         SPIN,  0) /* a zone's buddy */ \
	X(commit_lock,       SPIN,  0) /* the sum of promises, and each where their limit is firm */ \
	X(tty_ring_lock,     IRQ,   0) /* bytes that came and the terminal has not looked at */ \
	X(pgrp_lock,         IRQ,   0) /* members of process groups and sessions */ \
	X(sighand_lock,      IRQ,   0) /* a process's signals */ \
	X(wait_queue_lock,   IRQ,   0) /* the sleepers of one wait queue */ \
	X(timer_lock,        IRQ,   0) /* timers that have not fired */ \
	X(realtime_lock,     IRQ,   0) /* what the real-time clock is ahead */ \
	X(runqueue_lock,     IRQ,   0) /* one CPU's runnable tasks */ \
	X(fail_lock,         IRQ,   0) /* the call chains that fault injection has seen */ \
	X(why_lock,          IRQ,   0) /* the ring of refusals */ \
	X(console_lock,      IRQ,   0) /* the console's device */ \
	X(log_lock,          IRQ,   0) /* the kernel log's ring */ \
	X(control_lock,      IRQ,   0) /* the control channel's device */
/* clang-format on */

enum lock_class_id {
#define LOCK_CLASS_ID(name, kind, nest) LOCK_##name,
	LOCK_CLASSES(LOCK_CLASS_ID)
#undef LOCK_CLASS_ID
		NR_LOCK_CLASSES
};
