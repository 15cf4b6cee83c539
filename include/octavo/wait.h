/* SPDX-License-Identifier: MIT */
/*
 * wait.h - wait queues: tasks that sleep until somebody says that something may have changed.
 *
 *	wait_event(&q, cond)	sleeps until cond holds; cond is looked at again after every wake
 *
 * A waiter puts itself on the queue and sets its state before it looks at the condition, so a wake
 * between the look and the sleep is not lost.
 */
#pragma once

#include <octavo/spinlock.h>
#include <sys/queue.h>

struct task;

struct waiter {
	struct task *task;
	bool queued; /* [wait_queue.lock] */
	bool write;  /* [I] of a rwsem: wants it for writing */
	TAILQ_ENTRY(waiter) link;
	volatile u32 *fired; /* [I] of a watcher: what a wake sets; NULL: a sleeper */
};

struct wait_queue {
	spinlock_t lock;
	TAILQ_HEAD(waiter_list, waiter) waiters; /* [lock] */
};

#define WAIT_QUEUE_INIT(q)                                                                         \
	{                                                                                          \
		.lock = SPINLOCK_INIT(wait_queue_lock),                                            \
		.waiters = TAILQ_HEAD_INITIALIZER((q).waiters)                                     \
	}
void wait_queue_init(struct wait_queue *q); /* nobody else knows it yet */

/* wait_begin - w is on no queue yet */
static inline void wait_begin(struct waiter *w)
{
	w->queued = false;
	w->fired = NULL;
}
/* wait_prepare - put the current task on q (if it is not there) and mark it sleeping;
 * `interruptible`: a signal wakes it too. The caller then looks at its condition. => interrupts on */
void wait_prepare(struct wait_queue *q, struct waiter *w, bool interruptible);
/* wait_sleep - give up the CPU unless a wake has come since wait_prepare(). => sleeps */
void wait_sleep(void);
/* wait_finish - off the queue, runnable. */
void wait_finish_slow(struct wait_queue *q, struct waiter *w);
static inline void wait_finish(struct wait_queue *q, struct waiter *w)
{
	/* A waker that has taken w off has made the task runnable before it lets go of the lock. */
	if (unlikely(arch_read_once(&w->queued) || arch_load_acquire(&q->lock.locked)))
		wait_finish_slow(q, w);
}

/* wait_until_granted - for locks that hand themselves over: sleep until the one who lets go has taken
 * w off the queue (queued false) and woken its task. => q->lock held, with the state `s` of
 * interrupts; returns without it */
void wait_until_granted(struct wait_queue *q, struct waiter *w, irqstate_t s) __releases(&q->lock);

/* wait_watch - from now on each wake of q sets *fired and wakes the current task. A watcher stays on
 * the queue, and is none of the sleepers that wake_one() counts. */
void wait_watch(struct wait_queue *q, struct waiter *w, volatile u32 *fired);
/* wait_unwatch - off q, on which wait_watch() put w; afterwards w may go. => takes q->lock */
void wait_unwatch(struct wait_queue *q, struct waiter *w);

/* wake_one / wake_all - make the first / every sleeper runnable. => any context */
void wake_one(struct wait_queue *q);
void wake_all(struct wait_queue *q);

#define wait_event(q, cond)                                                                        \
	do {                                                                                       \
		struct waiter w__;                                                                 \
		might_sleep();                                                                     \
		wait_begin(&w__);                                                                  \
		for (;;) {                                                                         \
			wait_prepare((q), &w__, false);                                            \
			if (cond)                                                                  \
				break;                                                             \
			wait_sleep();                                                              \
			if (cond) /* mostly so: then it need not queue again */                    \
				break;                                                             \
		}                                                                                  \
		wait_finish((q), &w__);                                                            \
	} while (0)

/* wait_event_or - the same, but it also ends, with `err`, where `stop` is true. */
#define wait_event_or(q, cond, stop, err)                                                          \
	({                                                                                         \
		struct waiter w__;                                                                 \
		int err__ = 0;                                                                     \
		might_sleep();                                                                     \
		wait_begin(&w__);                                                                  \
		for (;;) {                                                                         \
			wait_prepare((q), &w__, true);                                             \
			if (cond)                                                                  \
				break;                                                             \
			if (stop) {                                                                \
				err__ = (err);                                                     \
				break;                                                             \
			}                                                                          \
			wait_sleep();                                                              \
			if (cond) /* mostly so: then it need not queue again */                    \
				break;                                                             \
		}                                                                                  \
		wait_finish((q), &w__);                                                            \
		err__;                                                                             \
	})
/* wait_event_interruptible - evaluates to 0, or -ERESTARTSYS where a signal came first. */
#define wait_event_interruptible(q, cond) wait_event_or(q, cond, signal_pending(), -ERESTARTSYS)
/* wait_event_killable - evaluates to 0, or -EINTR where the task is to die. */
#define wait_event_killable(q, cond)      wait_event_or(q, cond, signal_fatal(), -EINTR)
