/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - a sleeping lock with one owner. Not from interrupts.
 *
 * The uncontended paths are one atomic operation each. Where tasks wait, unlock hands the mutex to
 * the one that has waited longest, so nobody starves.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/lockval.h>
#include <octavo/wait.h>

#define MUTEX_FREE    0u
#define MUTEX_HELD    1u
#define MUTEX_WAITERS 2u /* held, and somebody waits */

struct mutex {
	u32 locked;                /* [a] MUTEX_* */
	struct wait_queue waiters; /* its lock orders the slow paths */
	struct lock_tag tag;
};

#define MUTEX_INIT(m, cls)                                                                         \
	{                                                                                          \
		.waiters = WAIT_QUEUE_INIT((m).waiters), .tag = LOCK_TAG_INIT(cls)                 \
	}
#define mutex_init(m, cls) mutex_init_tag((m), (struct lock_tag)LOCK_TAG_INIT(cls))
void mutex_init_tag(struct mutex *m, struct lock_tag tag);

void mutex_lock_slow(struct mutex *m);
void mutex_unlock_slow(struct mutex *m);

/* the second of two locks of a class that may nest (lock_classes.h) */
static inline void mutex_lock_nested(struct mutex *m, unsigned subclass) __acquires(m)
{
	lockval_acquire(m, m->tag, subclass, false);
	if (unlikely(arch_cmpxchg(&m->locked, MUTEX_FREE, MUTEX_HELD) != MUTEX_FREE))
		mutex_lock_slow(m);
	lockval_took(&m->tag);
	__acquire(m);
}

/* mutex_lock - => may sleep; not recursive; returns with the lock held */
static inline void mutex_lock(struct mutex *m) __acquires(m)
{
	mutex_lock_nested(m, 0);
}

/* mutex_trylock - true: it is ours. Never sleeps. */
static inline bool mutex_trylock(struct mutex *m)
{
	if (arch_cmpxchg(&m->locked, MUTEX_FREE, MUTEX_HELD) != MUTEX_FREE)
		return false;
	lockval_acquired(m, m->tag, false);
	lockval_took(&m->tag);
	return true;
}

static inline void mutex_unlock(struct mutex *m) __releases(m)
{
	__release(m);
	lockval_release(m, m->tag);
	if (unlikely(arch_cmpxchg(&m->locked, MUTEX_HELD, MUTEX_FREE) != MUTEX_HELD))
		mutex_unlock_slow(m);
}
