/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - the slow paths of a mutex: somebody holds it.
 *
 *	FREE --lock--> HELD --somebody queues--> WAITERS --unlock--> HELD or WAITERS, of the first
 *	     <-unlock-                                               waiter: the lock is never free
 *	                                                             while somebody waits for it
 *
 * `locked` goes to WAITERS, and from there on, only under waiters.lock. A waiter that is no longer
 * queued is the owner.
 */
#include <octavo/assert.h>
#include <octavo/mutex.h>
#include <octavo/sched.h>

void mutex_init_tag(struct mutex *m, struct lock_tag tag)
{
	m->locked = MUTEX_FREE;
	wait_queue_init(&m->waiters);
	m->tag = tag;
}

/* Somebody waits exactly while `locked` says so. => waiters.lock held */
static void mutex_check(const struct mutex *m)
{
	PANIC_ON(m->locked == MUTEX_FREE && !TAILQ_EMPTY(&m->waiters.waiters));
	PANIC_ON((m->locked == MUTEX_WAITERS) == TAILQ_EMPTY(&m->waiters.waiters));
}

void mutex_lock_slow(struct mutex *m)
{
	struct waiter w = {.task = current, .queued = true};
	irqstate_t s;

	might_sleep();
	s = spin_lock_irqsave(&m->waiters.lock);
	if (arch_xchg(&m->locked, MUTEX_WAITERS) == MUTEX_FREE) {
		/* It was unlocked just now; nobody waits, since the lock is never free then. */
		arch_store_release(&m->locked, MUTEX_HELD);
		spin_unlock_irqrestore(&m->waiters.lock, s);
		return;
	}
	TAILQ_INSERT_TAIL(&m->waiters.waiters, &w, link);
	CHECK(mutex_check(m));
	wait_until_granted(&m->waiters, &w, s);
}

void mutex_unlock_slow(struct mutex *m)
{
	irqstate_t s = spin_lock_irqsave(&m->waiters.lock);
	struct waiter *w = TAILQ_FIRST(&m->waiters.waiters);

	PANIC_ON(w == NULL); /* it was not locked */
	TAILQ_REMOVE(&m->waiters.waiters, w, link);
	if (TAILQ_EMPTY(&m->waiters.waiters))
		arch_store_release(&m->locked, MUTEX_HELD);
	w->queued = false;
	sched_wake_irqs_off(w->task);
	CHECK(mutex_check(m));
	spin_unlock_irqrestore(&m->waiters.lock, s);
}
