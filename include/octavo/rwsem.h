/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - a sleeping lock with many readers or one writer.
 *
 * First come, first served: a waiting writer keeps new readers out, so writers do not starve, and
 * a writer that unlocks lets all readers in that wait before the next writer. Therefore it is not
 * recursive for readers either. The uncontended paths are inline: one atomic operation each.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/lockval.h>
#include <octavo/wait.h>

#define RWSEM_WRITER  0x40000000 /* held for writing */
#define RWSEM_WAITING 0x20000000 /* somebody waits: every change takes the slow path */

struct rwsem {
	atomic_t count;            /* readers in the low bits, and the two flags above */
	struct wait_queue waiters; /* its lock orders the slow paths */
	struct lock_tag tag;
};

#define RWSEM_INIT(s, cls)                                                                         \
	{                                                                                          \
		.waiters = WAIT_QUEUE_INIT((s).waiters), .tag = LOCK_TAG_INIT(cls)                 \
	}
#define rwsem_init(s, cls) rwsem_init_tag((s), (struct lock_tag)LOCK_TAG_INIT(cls))
void rwsem_init_tag(struct rwsem *s, struct lock_tag tag);

void rwsem_down_read_slow(struct rwsem *s);
void rwsem_down_write_slow(struct rwsem *s);
void rwsem_up_slow(struct rwsem *s);

/* One more reader, unless there is a writer or somebody waits. */
static inline bool rwsem_add_reader(struct rwsem *s)
{
	s32 old = atomic_cmpxchg(&s->count, 0, 1);

	if (likely(old == 0))
		return true;
	while (likely(!(old & (RWSEM_WRITER | RWSEM_WAITING)))) {
		s32 seen = atomic_cmpxchg(&s->count, old, old + 1);

		if (likely(seen == old))
			return true;
		old = seen;
	}
	return false;
}

/* => all may sleep but the try forms and the unlocks */
static inline void rwsem_down_read(struct rwsem *s) __acquires(s)
{
	lockval_acquire(s, s->tag, 0, true);
	if (unlikely(!rwsem_add_reader(s)))
		rwsem_down_read_slow(s);
	lockval_took(&s->tag);
	__acquire(s);
}

static inline bool rwsem_try_read(struct rwsem *s)
{
	if (!rwsem_add_reader(s))
		return false;
	lockval_acquired(s, s->tag, true);
	lockval_took(&s->tag);
	return true;
}

static inline void rwsem_up_read(struct rwsem *s) __releases(s)
{
	__release(s);
	lockval_release(s, s->tag);
	if (unlikely(atomic_dec_return(&s->count) == RWSEM_WAITING))
		rwsem_up_slow(s);
}

static inline void rwsem_down_write_nested(struct rwsem *s, unsigned subclass) __acquires(s)
{
	lockval_acquire(s, s->tag, subclass, false);
	if (unlikely(atomic_cmpxchg(&s->count, 0, RWSEM_WRITER) != 0))
		rwsem_down_write_slow(s);
	lockval_took(&s->tag);
	__acquire(s);
}

static inline void rwsem_down_write(struct rwsem *s) __acquires(s)
{
	rwsem_down_write_nested(s, 0);
}

static inline bool rwsem_try_write(struct rwsem *s)
{
	if (atomic_cmpxchg(&s->count, 0, RWSEM_WRITER) != 0)
		return false;
	lockval_acquired(s, s->tag, false);
	lockval_took(&s->tag);
	return true;
}

static inline void rwsem_up_write(struct rwsem *s) __releases(s)
{
	__release(s);
	lockval_release(s, s->tag);
	if (unlikely(atomic_sub_return(&s->count, RWSEM_WRITER) != 0))
		rwsem_up_slow(s);
}
