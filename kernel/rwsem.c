/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - the slow paths of a read/write semaphore: somebody waits, or will have to.
 *
 * While RWSEM_WAITING is set the inline paths only release: whoever wants the semaphore comes here
 * and queues, and whoever lets go of it comes here and grants it to those in front. The flag is set
 * and cleared under waiters.lock. A waiter that is no longer queued has been granted what it wanted.
 *
 *	queue:	R R W R		granted together: the first writer alone, or all readers before it
 */
#include <octavo/assert.h>
#include <octavo/rwsem.h>
#include <octavo/sched.h>

void rwsem_init_tag(struct rwsem *s, struct lock_tag tag)
{
	atomic_set(&s->count, 0);
	wait_queue_init(&s->waiters);
	s->tag = tag;
}

/* => waiters.lock held */
static void rwsem_check(const struct rwsem *s)
{
	s32 count = atomic_read(&s->count);
	bool waiting = (count & RWSEM_WAITING) != 0, writer = (count & RWSEM_WRITER) != 0;

	PANIC_ON(waiting == TAILQ_EMPTY(&s->waiters.waiters));
	PANIC_ON(count < 0 || (writer && (count & ~(RWSEM_WAITING | RWSEM_WRITER)) != 0));
}

/* Take it for the kind of w, if nobody is in its way. => waiters.lock held, RWSEM_WAITING set */
static bool take(struct rwsem *s, bool write)
{
	s32 held = atomic_read(&s->count) & ~RWSEM_WAITING;

	if (write ? held != 0 : (held & RWSEM_WRITER) != 0)
		return false;
	atomic_add(&s->count, write ? RWSEM_WRITER : 1);
	return true;
}

/* Grant it to as many in front as may have it. => waiters.lock held */
static void grant(struct rwsem *s)
{
	struct waiter *w;

	while ((w = TAILQ_FIRST(&s->waiters.waiters)) != NULL && take(s, w->write)) {
		TAILQ_REMOVE(&s->waiters.waiters, w, link);
		w->queued = false;
		sched_wake_irqs_off(w->task);
	}
	if (TAILQ_EMPTY(&s->waiters.waiters) && (atomic_read(&s->count) & RWSEM_WAITING))
		atomic_sub(&s->count, RWSEM_WAITING);
	CHECK(rwsem_check(s));
}

static void down_slow(struct rwsem *s, bool write)
{
	struct waiter w = {.task = current, .queued = true, .write = write};
	irqstate_t state;

	might_sleep();
	state = spin_lock_irqsave(&s->waiters.lock);
	TAILQ_INSERT_TAIL(&s->waiters.waiters, &w, link);
	if (!(atomic_read(&s->count) & RWSEM_WAITING))
		atomic_add(&s->count, RWSEM_WAITING);
	grant(s); /* it may have been released before the flag was set */
	wait_until_granted(&s->waiters, &w, state);
}

void rwsem_down_read_slow(struct rwsem *s)
{
	down_slow(s, false);
}

void rwsem_down_write_slow(struct rwsem *s)
{
	down_slow(s, true);
}

void rwsem_up_slow(struct rwsem *s)
{
	irqstate_t state = spin_lock_irqsave(&s->waiters.lock);

	grant(s);
	spin_unlock_irqrestore(&s->waiters.lock, state);
}
