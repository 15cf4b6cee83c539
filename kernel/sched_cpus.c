/* SPDX-License-Identifier: MIT */
/*
 * sched_cpus.c - on which CPU a task runs.
 *
 * A woken task returns to the one that it ran on, unless that is busy and another has nothing
 * to do; a new one begins where there is least to do. A CPU without a task pulls one from the longest
 * queue, and every few ticks a busy one does too where the difference is two or more. Only queued tasks
 * are pulled: they have left their stacks. One that may not run where it is any more (affinity) is
 * queued nowhere when it is switched out, and the task after it sends it off (finish_switch).
 *
 * No two run queues are ever locked at once. On its way from one to the other a task is on_rq, in no
 * queue, and its CPU is the one that it goes to, whose lock it is put in under.
 * Lock order: as in sched.c.
 */
#include "sched_rq.h"

#include <arch/clock.h>
#include <octavo/assert.h>
#include <octavo/panic.h>

unsigned nr_cpus_running = 1;
volatile u32 sched_frozen = 1; /* the boot CPU alone, until its boot is over */

/* --- which CPU --- */

/* Has it nothing to do? Without its lock the answer may be old. */
static bool has_nothing(const struct runqueue *rq)
{
	return arch_read_once(&rq->curr) == rq->idle && arch_read_once(&rq->nr) == 0 &&
	       !is_frozen(rq);
}

static u32 load_of(const struct runqueue *rq)
{
	return arch_read_once(&rq->nr) + (arch_read_once(&rq->curr) != rq->idle) +
	       (is_frozen(rq) ? PID_MAX : 0);
}

/* The CPUs that t may run on, from the first on: for (u32 set = cpus_of(t); set; set &= set - 1) */
static u32 cpus_of(const struct task *t)
{
	return arch_read_once(&t->cpu_set) & sched_cpu_mask();
}

struct runqueue *rq_least_busy(const struct task *t, struct runqueue *here)
{
	struct runqueue *best = allowed_on(t, here) ? here : NULL;

	for (u32 set = cpus_of(t); set != 0; set &= set - 1) {
		struct runqueue *rq = &runqueues[__builtin_ctz(set)];

		if (rq != here && (best == NULL || load_of(rq) < load_of(best)))
			best = rq;
	}
	return best != NULL ? best : here;
}

struct runqueue *rq_place_woken(const struct task *t, struct runqueue *own)
{
	if (!allowed_on(t, own))
		return rq_least_busy(t, own);
	if (has_nothing(own))
		return own;
	for (u32 set = cpus_of(t); set != 0; set &= set - 1) {
		if (has_nothing(&runqueues[__builtin_ctz(set)]))
			return &runqueues[__builtin_ctz(set)];
	}
	return own;
}

/* Put t, which is on its way to `rq` (see above), in there; or on, where it may not run there either.
 * => no run queue locked, interrupts off */
void rq_attach(struct runqueue *rq, struct task *t, unsigned which)
{
	for (;;) {
		struct runqueue *next;

		rq_lock(rq);
		next = allowed_on(t, rq) ? rq : rq_least_busy(t, rq);
		if (likely(next == rq))
			break;
		depart(t, next);
		rq_unlock(rq);
		rq = next;
	}
	preempt_for(rq, enqueue(rq, t, which));
	rq_unlock(rq);
}

#define LOOK_AT 64u /* tasks of each queue, while its lock is held */

/* Take out of the queue a task that may run on `to`: the one that would wait longest. => from locked */
static struct task *detach_for(struct runqueue *from, const struct runqueue *to)
{
	for (unsigned i = NR_QUEUES; i-- > 0;) {
		struct task *t;
		u32 n = 0;

		TAILQ_FOREACH_REVERSE(t, &from->queue[i], run_list, rq_link) {
			if (allowed_on(t, to)) {
				TAILQ_REMOVE(&from->queue[i], t, rq_link);
				from->nr--;
				depart(t, to);
				return t;
			}
			if (++n == LOOK_AT)
				break;
		}
	}
	return NULL;
}

/* Pull one task here, where another CPU has at least `more` that wait. => interrupts off, none locked */
void rq_pull(struct runqueue *rq, u32 more)
{
	struct runqueue *from = NULL;
	struct task *t;

	if (is_frozen(rq))
		return;
	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		struct runqueue *other = &runqueues[cpu];

		if (other != rq && arch_read_once(&other->nr) >= more &&
		    (from == NULL || other->nr > from->nr))
			from = other;
	}
	if (from == NULL)
		return;
	rq_lock(from);
	t = from->nr >= more ? detach_for(from, rq) : NULL;
	rq_unlock(from);
	if (t != NULL)
		rq_attach(rq, t, QUEUE_OTHERS);
}

void sched_affinity_changed(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = task_rq_lock(t), *to = NULL;

	__acquire(&rq->lock);
	if (!allowed_on(t, rq) && rq->curr == t) {
		resched(rq);
	} else if (!allowed_on(t, rq) && t->on_rq != 0 && t->on_rq <= NR_QUEUES) {
		TAILQ_REMOVE(&rq->queue[t->on_rq - 1], t, rq_link);
		rq->nr--;
		to = rq_least_busy(t, rq); /* one that is on its way here goes on by itself */
		depart(t, to);
	}
	rq_unlock(rq);
	if (to != NULL)
		rq_attach(to, t, QUEUE_OTHERS);
	arch_irq_restore(s);
}

/* --- only one CPU runs tasks --- */

void sched_freeze(void)
{
	u32 own;

	preempt_disable();
	own = arch_current_head()->cpu;
	if (nr_cpus_running == 1)
		return;
	ASSERT(!arch_irqs_disabled());
	while (arch_cmpxchg(&sched_frozen, 0, own + 1) != 0) {
		preempt_enable(); /* we are frozen */
		arch_relax();
		preempt_disable();
		own = arch_current_head()->cpu;
	}
	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		struct runqueue *rq = &runqueues[cpu];
		irqstate_t s;

		if (cpu == own)
			continue;
		s = rq_lock_irqsave(rq);
		if (rq->curr != rq->idle)
			resched(rq);
		rq_unlock_irqrestore(rq, s);
		while (arch_read_once(&rq->curr) != rq->idle && !panic_in_progress())
			arch_relax();
	}
}

void sched_thaw(void)
{
	u32 own = arch_current_head()->cpu;

	if (nr_cpus_running > 1) {
		ASSERT(sched_frozen == own + 1);
		sched_frozen = 0;
		for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
			struct runqueue *rq = &runqueues[cpu];
			irqstate_t s = rq_lock_irqsave(rq);

			if (cpu != own && rq->nr != 0)
				resched(rq);
			rq_unlock_irqrestore(rq, s);
		}
	}
	preempt_enable();
}

/* --- CPUs --- */

void sched_cpu_add(struct task *idle)
{
	struct runqueue *rq = &runqueues[nr_cpus_running];
	irqstate_t s;

	PANIC_ON(idle->head.cpu != nr_cpus_running);
	s = rq_lock_irqsave(rq);
	idle->on_rq = 1;
	idle->charged_ns = arch_clock_ns_low();
	rq->idle = idle;
	rq->curr = idle;
	rq_unlock_irqrestore(rq, s);
	nr_cpus_running++;
	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++)
		runqueues[cpu].others = sched_cpu_mask() & ~(1u << cpu);
}

void sched_boot_over(void)
{
	sched_frozen = 0;
}

bool sched_is_idle(const struct task *t)
{
	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		if (runqueues[cpu].idle == t)
			return true;
	}
	return false;
}

unsigned sched_nr_cpus(void)
{
	return nr_cpus_running;
}
