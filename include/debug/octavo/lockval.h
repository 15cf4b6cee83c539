/* SPDX-License-Identifier: MIT */
/*
 * lockval.h - the lock validator, debug flavour.
 *
 * Each task carries the stack of locks it holds. Every acquisition is checked against
 * lock_classes.h: order, recursion, interrupt safety, sleeping with a spinlock held or interrupts
 * off, waiting for other CPUs with an interrupt's lock held, asking for memory under a lock of those who give
 * it; and a contract that says which lock its caller has, by assert_held(). A violation prints the stack of the
 * acquisition that is at odds and the current one, sends an L frame, and lets the machine go on (once for
 * each pair of classes).
 */
#pragma once

#include <octavo/lock_classes.h>
#include <octavo/types.h>

#define LOCKVAL_MAX_HELD 16
#define LOCKVAL_TRACE    6

struct lock_tag {    /* inside every lock */
	u8 class_id; /* [I] */
	u8 taken_by; /* the CPU that took it last, and 1; 0: none has. [the lock] */
};
#define LOCK_TAG_INIT(cls)                                                                         \
	{                                                                                          \
		.class_id = (LOCK_##cls)                                                           \
	}

struct held_lock {
	const void *lock;
	u8 class_id, subclass;
	bool read;
	uintptr_t trace[LOCKVAL_TRACE]; /* return addresses at the acquisition */
};
struct lock_state { /* inside every task */
	unsigned depth;
	bool busy;      /* the validator itself runs for this task */
	bool expecting; /* lockval_expect() */
	struct held_lock held[LOCKVAL_MAX_HELD];
};

/* lockval_acquire - before `lock` is waited for. subclass 1: the second of a nesting pair. */
void lockval_acquire(const void *lock, struct lock_tag tag, unsigned subclass, bool read);
/* lockval_acquired - a lock that was taken without waiting (try forms): noted, its order not checked */
void lockval_acquired(const void *lock, struct lock_tag tag, bool read);
/* lockval_took - it is ours now, for /proc/lock_stat: another CPU may have had it before. => held */
void lockval_took(struct lock_tag *tag);
void lockval_release(const void *lock, struct lock_tag tag);
/* lockval_might_sleep - where a function may sleep: nothing atomic may be going on. */
void lockval_might_sleep(const char *where);
/* lockval_might_wait_for_cpus - where a function may wait until other CPUs have served an interrupt: no
 * lock that is taken with interrupts off is held, for which one of them may wait. */
void lockval_might_wait_for_cpus(const char *where);
bool lockval_holds(const void *lock);
/* lockval_must_hold - the current task has `lock`, for writing if `write`; else a report is made of `where`,
 * which is a function's name. => any context */
void lockval_must_hold(const void *lock, struct lock_tag tag, bool write, const char *where);
/* lockval_asks_memory - where pages may be asked for: no lock is held that is taken by whoever hands them out,
 * or frees some to have them (lock-7) */
void lockval_asks_memory(const char *where);
/* lockval_exit - a system call returns or a task ends: no lock may be held. */
void lockval_assert_none(const char *where);
/* lockval_expect - while true, reports about the current task are counted for lockval_expected() and
 * nothing else: tests of the validator. */
void lockval_expect(bool on);
unsigned lockval_expected(void);
/* number of violations since boot, without the expected ones */
unsigned lockval_reports(void);

/* /proc/lock_stat - of each class, how often such a lock was taken, and how often by a CPU that had not
 * taken this lock last (a handover: its cache line came from there) */
struct text;
void lock_stat_text(struct text *t);
/* /proc/lock_order - of each class, behind its name, those of which a lock was waited for while one of its own
 * was held, since boot */
void lock_order_text(struct text *t);
#define LOCKVAL_FILES                                                                              \
	{.name = "lock_stat", .mode = S_IFREG | 0400, .text = lock_stat_text},                     \
		{.name = "lock_order", .mode = S_IFREG | 0400, .text = lock_order_text},

#define might_sleep()         lockval_might_sleep(__func__)
#define might_wait_for_cpus() lockval_might_wait_for_cpus(__func__)
#define might_ask_memory()    lockval_asks_memory(__func__)
/* assert_held - what a contract says of its caller
 * assert_held_write - of a read/write semaphore, for writing */
#define assert_held(l)        lockval_must_hold((l), (l)->tag, false, __func__)
#define assert_held_write(l)  lockval_must_hold((l), (l)->tag, true, __func__)
