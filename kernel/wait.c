/* SPDX-License-Identifier: MIT */
/*
 * wait.c - wait queues.
 *
 * A waiter is on the queue and marked sleeping before it looks at its condition; a waker changes
 * the condition before it looks at the queue. Each puts a full barrier in between, so at least one
 * of them sees the other. A waker that finds the queue empty takes no lock.
 *
 * A waker uses the waiter and its task only while it holds the queue's lock. So a waiter that is off
 * the queue waits until it has seen the lock free; then nobody uses waiter, task or queue for it any
 * more, and all of them may go.
 * Lock order: wait_queue.lock, runqueue_lock.
 */
#include <arch/atomic.h>
#include <octavo/sched.h>
#include <octavo/wait.h>

void wait_queue_init(struct wait_queue *q)
{
	spin_lock_init(&q->lock, wait_queue_lock);
	TAILQ_INIT(&q->waiters);
}

void wait_prepare(struct wait_queue *q, struct waiter *w, bool interruptible)
{
	struct task *t = current;

	ASSERT(!arch_irqs_disabled());
	arch_irq_disable();
	spin_lock_raw(&q->lock);
	if (!w->queued) {
		w->task = t;
		w->queued = true;
		TAILQ_INSERT_TAIL(&q->waiters, w, link);
	}
	t->state = interruptible ? TASK_INTERRUPTIBLE : TASK_SLEEPING;
	arch_mb(); /* before the caller's look at the condition */
	spin_unlock_raw(&q->lock);
	arch_irq_enable();
}

void wait_sleep(void)
{
	schedule();
}

void wait_finish_slow(struct wait_queue *q, struct waiter *w)
{
	irqstate_t s;

	sched_set_running();
	if (!arch_read_once(&w->queued)) {
		while (arch_load_acquire(&q->lock.locked))
			arch_relax();
		return;
	}
	s = spin_lock_irqsave(&q->lock);
	if (w->queued) {
		TAILQ_REMOVE(&q->waiters, w, link);
		w->queued = false;
	}
	spin_unlock_irqrestore(&q->lock, s);
}

void wait_until_granted(struct wait_queue *q, struct waiter *w, irqstate_t s) __releases(&q->lock)
{
	while (w->queued) {
		sched_set_sleeping(false);
		spin_unlock_irqrestore(&q->lock, s);
		schedule();
		s = spin_lock_irqsave(&q->lock);
	}
	spin_unlock_irqrestore(&q->lock, s);
}

void wait_watch(struct wait_queue *q, struct waiter *w, volatile u32 *fired)
{
	irqstate_t s = spin_lock_irqsave(&q->lock);

	*w = (struct waiter){.task = current, .queued = true, .fired = fired};
	TAILQ_INSERT_HEAD(&q->waiters, w, link);
	spin_unlock_irqrestore(&q->lock, s);
	arch_mb(); /* before the look at what q stands for */
}

void wait_unwatch(struct wait_queue *q, struct waiter *w)
{
	irqstate_t s = spin_lock_irqsave(&q->lock);

	TAILQ_REMOVE(&q->waiters, w, link);
	spin_unlock_irqrestore(&q->lock, s);
}

/* Wake up to max sleepers, and take them off the queue: they queue again if they must. Watchers stand
 * before all sleepers. */
static __always_inline void wake(struct wait_queue *q, u32 max)
{
	struct waiter *w, *next;
	irqstate_t s;

	arch_mb();
	if (TAILQ_EMPTY(&q->waiters))
		return;
	s = arch_irq_save();
	spin_lock_raw(&q->lock);
	for (w = TAILQ_FIRST(&q->waiters); w != NULL; w = next) {
		struct task *t = w->task;

		next = TAILQ_NEXT(w, link);
		if (unlikely(w->fired != NULL)) {
			*w->fired = 1;
			sched_wake_irqs_off(t);
			continue;
		}
		TAILQ_REMOVE(&q->waiters, w, link);
		w->queued = false;
		if (sched_wake_irqs_off(t) && --max == 0)
			break;
	}
	spin_unlock_raw(&q->lock);
	arch_irq_restore(s);
}

void wake_one(struct wait_queue *q)
{
	wake(q, 1);
}

void wake_all(struct wait_queue *q)
{
	wake(q, UINT32_MAX);
}
