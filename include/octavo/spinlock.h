/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - locks for short sections; the holder does not sleep and is not preempted.
 *
 * Written for several CPUs: the lock word is taken with an atomic exchange and waited for by
 * reading. Where interrupt handlers take the lock too (class IRQ), only the _irqsave forms do.
 */
#pragma once

#include <arch/atomic.h>
#include <arch/irq.h>
#include <octavo/assert.h>
#include <octavo/lockval.h>
#include <octavo/preempt.h>

typedef struct spinlock {
	u32 locked; /* [a] */
	struct lock_tag tag;
} spinlock_t;

#define SPINLOCK_INIT(cls)                                                                         \
	{                                                                                          \
		.locked = 0, .tag = LOCK_TAG_INIT(cls)                                             \
	}
#define spin_lock_init(l, cls) (*(l) = (spinlock_t)SPINLOCK_INIT(cls))

static inline void spin_lock_nested(spinlock_t *l, unsigned subclass) __acquires(l)
{
	preempt_disable();
	lockval_acquire(l, l->tag, subclass, false);
	while (unlikely(arch_xchg(&l->locked, 1))) {
		while (arch_read_once(&l->locked))
			arch_relax();
	}
	lockval_took(&l->tag);
	__acquire(l);
}

static inline void spin_lock(spinlock_t *l) __acquires(l)
{
	spin_lock_nested(l, 0);
}

static inline void spin_unlock(spinlock_t *l) __releases(l)
{
	__release(l);
	lockval_release(l, l->tag);
	arch_store_release(&l->locked, 0);
	preempt_enable();
}

/* spin_lock_irqsave - interrupts off first; returns the state for the unlock. */
static inline irqstate_t spin_lock_irqsave(spinlock_t *l) __acquires(l)
{
	irqstate_t s = arch_irq_save();
	spin_lock(l);
	return s;
}

static inline void spin_unlock_irqrestore(spinlock_t *l, irqstate_t s) __releases(l)
{
	__release(l);
	lockval_release(l, l->tag);
	arch_store_release(&l->locked, 0);
	arch_irq_restore(s);
	preempt_enable();
}

/*
 * spin_lock_raw - where interrupts are off, and stay off until the unlock: that keeps others from
 * this CPU as well as preempt_count would, so it does not count, and letting go does not look
 * whether somebody else should run. Where preemption is off, spin_unlock() turns it on again. For
 * sections where each instruction counts.
 */
static inline void spin_lock_raw(spinlock_t *l) __acquires(l)
{
	lockval_acquire(l, l->tag, 0, false);
	while (unlikely(arch_xchg(&l->locked, 1))) {
		while (arch_read_once(&l->locked))
			arch_relax();
	}
	lockval_took(&l->tag);
	__acquire(l);
}

static inline void spin_unlock_raw(spinlock_t *l) __releases(l)
{
	__release(l);
	lockval_release(l, l->tag);
	arch_store_release(&l->locked, 0);
}
