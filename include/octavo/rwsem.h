/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - a sleeping lock with many readers or one writer.
 * A waiting writer keeps new readers out, so writers do not starve; therefore not recursive for
 * readers either. The uncontended paths are inline: one atomic operation each.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/lockval.h>
#include <octavo/wait.h>

#define RWSEM_WRITER  0x40000000 /* held for writing */
#define RWSEM_WAITING 0x20000000 /* the slow path must look: somebody waits */

struct rwsem {
	atomic_t count;            /* readers in the low bits, and the two flags above */
	struct wait_queue waiters; /* its lock orders the slow paths */
	u32 nr_waiting_writers;    /* [waiters.lock] */
	struct lock_tag tag;
};

#define rwsem_init(s, cls) rwsem_init_tag((s), (struct lock_tag)LOCK_TAG_INIT(cls))
void rwsem_init_tag(struct rwsem *s, struct lock_tag tag);

/* => all may sleep but the try forms and the unlocks */
void rwsem_down_read(struct rwsem *s) __acquires(s);
void rwsem_up_read(struct rwsem *s) __releases(s);
void rwsem_down_write(struct rwsem *s) __acquires(s);
void rwsem_down_write_nested(struct rwsem *s, unsigned subclass) __acquires(s);
void rwsem_up_write(struct rwsem *s) __releases(s);
bool rwsem_try_read(struct rwsem *s);
