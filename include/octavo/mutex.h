/* SPDX-License-Identifier: MIT */
/* mutex.h - a sleeping lock with one owner. Not from interrupts. */
#pragma once

#include <octavo/lockval.h>
#include <octavo/wait.h>

struct task;

struct mutex {
	u32 locked;         /* [a] 0 free, 1 held, 2 held and somebody may be waiting */
	struct task *owner; /* the holder, for assertions and the validator */
	struct wait_queue waiters;
	struct lock_tag tag;
};

#define MUTEX_INIT(m, cls)                                                                         \
	{                                                                                          \
		.waiters = WAIT_QUEUE_INIT((m).waiters), .tag = LOCK_TAG_INIT(cls)                 \
	}
#define mutex_init(m, cls) mutex_init_tag((m), (struct lock_tag)LOCK_TAG_INIT(cls))
void mutex_init_tag(struct mutex *m, struct lock_tag tag);

/* mutex_lock - => may sleep; not recursive; returns with the lock held */
void mutex_lock(struct mutex *m) __acquires(m);
/* the second of two locks of a class that may nest (lock_classes.h) */
void mutex_lock_nested(struct mutex *m, unsigned subclass) __acquires(m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m) __releases(m);
