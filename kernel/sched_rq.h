/* SPDX-License-Identifier: MIT */
/*
 * sched_rq.h - a CPU's run queue, between sched.c, which has the picture, and sched_cpus.c.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/arch.h>
#include <octavo/sched.h>

TAILQ_HEAD(run_list, task);

enum { QUEUE_SLEEPERS, QUEUE_OTHERS, NR_QUEUES };

struct runqueue {
	spinlock_t lock;
	struct run_list queue[NR_QUEUES]; /* [lock] */
	u32 nr;                           /* [lock] tasks in the queues */
	struct task *curr;                /* [lock] */
	struct task *idle;                /* [I] */
	spinlock_t *exit_lock;            /* [lock] of sched_exit(): the next task releases it */
	struct run_list dead;             /* [lock] TASK_DEAD, off their stacks */
	struct task *exile;               /* [lock] was switched out and may not run here */
	u32 cpu;                          /* [I] its number */
	u32 others;                       /* a bit for each other CPU; changes at boot only */
	u32 nr_ticks;                     /* [own CPU, its timer interrupt] */
	u32 nr_switches;                  /* [lock] */
} __aligned(64);

extern struct runqueue runqueues[NR_CPUS];
extern unsigned nr_cpus_running;  /* changes at boot only */
extern volatile u32 sched_frozen; /* [a] number + 1 of the one CPU that runs tasks; 0: all do */

/*
 * --- the run queue's lock: always with interrupts off (spin_lock_raw) ---
 */

static __always_inline struct runqueue *rq_of(u32 cpu)
{
	struct runqueue *rq = &runqueues[cpu];

	/* Keep the pointer: without this the compiler makes it anew from `cpu` at each use. */
	__asm__("" : "+r"(rq));
	return rq;
}

static __always_inline struct runqueue *this_rq(void)
{
	return rq_of(arch_current_head()->cpu);
}

static inline void rq_lock(struct runqueue *rq) __acquires(&rq->lock)
{
	spin_lock_raw(&rq->lock);
}

static inline void rq_unlock(struct runqueue *rq) __releases(&rq->lock)
{
	spin_unlock_raw(&rq->lock);
}

static inline irqstate_t rq_lock_irqsave(struct runqueue *rq) __acquires(&rq->lock)
{
	irqstate_t s = arch_irq_save();

	rq_lock(rq);
	return s;
}

static inline void rq_unlock_irqrestore(struct runqueue *rq, irqstate_t s) __releases(&rq->lock)
{
	rq_unlock(rq);
	arch_irq_restore(s);
}

/* Lock the run queue of t; it may move while we wait. => interrupts off
 * To sparse a lock that is returned is no lock of this function: the caller says __acquire(). */
static __always_inline struct runqueue *task_rq_lock(struct task *t)
{
	for (;;) {
		u32 cpu = arch_read_once(&t->head.cpu);
		struct runqueue *rq = rq_of(cpu);

		rq_lock(rq);
		if (likely(cpu == arch_read_once(&t->head.cpu))) {
			__release(&rq->lock);
			return rq;
		}
		rq_unlock(rq);
	}
}

/* --- queueing; the run queue's lock is held --- */

/* `which` is for a task that has something left of its slice. => the queue that it went to */
static __always_inline unsigned enqueue(struct runqueue *rq, struct task *t, unsigned which)
{
	if (unlikely(t->slice_left_ns <= 0)) {
		t->slice_left_ns = t->slice_ns;
		which = QUEUE_OTHERS;
	}
	t->on_rq = (u8)(which + 1);
	TAILQ_INSERT_TAIL(&rq->queue[which], t, rq_link);
	rq->nr++;
	return which;
}

/* t, in no queue, goes to another CPU; rq_attach() puts it in there.
 * => the lock of the run queue that it leaves is held, or it is new and nobody else can wake it; interrupts
 *    off */
static inline void depart(struct task *t, const struct runqueue *to)
{
	t->on_rq = NR_QUEUES + 1;
	arch_store_release(&t->head.cpu, to->cpu); /* from here on that one's lock protects it */
}

/* Other CPUs do nothing now. */
static inline bool is_frozen(const struct runqueue *rq)
{
	u32 but = sched_frozen;

	return unlikely(but != 0) && but != rq->cpu + 1;
}

/* Have the CPU of rq choose again as soon as it may. One interrupt is enough until it has. */
static inline void resched(struct runqueue *rq)
{
	struct task_head *head = &rq->curr->head;
	bool asked = (head->need_resched & RESCHED_WANTED) != 0;

	head->need_resched |= RESCHED_WANTED;
	head->work_resched = 1;
	if (!asked && unlikely(rq != this_rq()))
		arch_send_resched(rq->cpu);
}

/* t has become runnable in queue `which`: does it go before the running task? */
static inline void preempt_for(struct runqueue *rq, unsigned which)
{
	if (rq->curr == rq->idle || (which == QUEUE_SLEEPERS && in_interrupt()))
		resched(rq);
}

static inline bool allowed_on(const struct task *t, const struct runqueue *rq)
{
	return (arch_read_once(&t->cpu_set) >> rq->cpu & 1) != 0;
}

/* --- sched_cpus.c --- */

/* rq_least_busy - the least busy CPU that t may run on; `here` if no other is less so. => any context */
struct runqueue *rq_least_busy(const struct task *t, struct runqueue *here);
/* rq_place_woken - where t, which slept on `own`, should run. => any context */
struct runqueue *rq_place_woken(const struct task *t, struct runqueue *own);
/* rq_attach - put t, which is on its way to rq, in there; or on, where it may not run there either.
 *   => no run queue locked, interrupts off */
void rq_attach(struct runqueue *rq, struct task *t, unsigned which);
/* rq_pull - one task to rq, this CPU's, where another has at least `more` that wait. => the same */
void rq_pull(struct runqueue *rq, u32 more);
