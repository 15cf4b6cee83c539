/* SPDX-License-Identifier: MIT */
/*
 * sched.c - who runs: a run queue for each CPU.
 *
 *	queue[0]  tasks with something left of their slice: woken sleepers
 *	queue[1]  tasks whose slice was used up (it is full again), new ones, those that yielded
 *
 * Each queue is first come, first served, and queue[0] goes first: whoever sleeps much is served
 * soon, until its slice is used up, so nobody waits longer than the slices of those before it. A
 * wake from an interrupt preempts a task, a wake by a task does not. The idle task is in no queue.
 *
 * A task is in one of these states:
 *	running		rq->curr, on_rq, in no queue
 *	runnable	on_rq, in a queue
 *	asleep		not on_rq; state is a sleeping one
 *	falling asleep	running, state a sleeping one: a wake turns it back; a preemption leaves the
 *			state alone and queues the task, so that it can go on to look at its condition
 *
 * The run queue's lock is held from before the choice of the next task until that task has
 * continued on its own stack (finish_switch); so a task that a waker sees off its run queue has
 * left its stack. On which CPU a task runs is decided in sched_cpus.c.
 * Lock order: any spinlock, then runqueue_lock; nothing inside it.
 */
#include "sched_rq.h"

#include <arch/atomic.h>
#include <arch/clock.h>
#include <octavo/arch.h>
#include <octavo/mm.h>
#include <octavo/panic.h>
#include <octavo/sched.h>
#include <octavo/time.h>

enum switch_reason {
	SWITCH_PREEMPT, /* the task did not ask: its state is left alone */
	SWITCH_SLEEP,   /* its state says whether it comes back */
	SWITCH_YIELD,
};

struct runqueue runqueues[NR_CPUS];
static bool live;             /* set by the first switch */
static spinlock_t exile_mark; /* as exit_lock: nobody takes it, see finish_switch() */

#define BALANCE_TICKS 8u /* ticks between two looks of a busy CPU at the others' queues */

static void rq_check(const struct runqueue *rq)
{
	const struct task *t;
	u32 n = 0;

	for (unsigned i = 0; i < NR_QUEUES; i++) {
		TAILQ_FOREACH(t, &rq->queue[i], rq_link) {
			PANIC_ON(t->on_rq != i + 1 || t == rq->curr || t == rq->idle);
			n++;
		}
	}
	PANIC_ON(n != rq->nr || rq->curr == NULL);
}

/* --- queueing; the run queue's lock is held --- */

/* The n-th runnable task, n < rq->nr, and its queue. */
static struct task *nth_runnable(struct runqueue *rq, u32 n, struct run_list **queue)
{
	struct task *t = NULL;

	for (unsigned i = 0; i < NR_QUEUES; i++) {
		*queue = &rq->queue[i];
		TAILQ_FOREACH(t, *queue, rq_link) {
			if (n-- == 0)
				return t;
		}
	}
	return t;
}

static __always_inline struct task *pick_next(struct runqueue *rq)
{
	struct run_list *queue = &rq->queue[QUEUE_SLEEPERS];
	struct task *t = TAILQ_FIRST(queue);

	if (is_frozen(rq))
		return rq->idle;
	if (t == NULL) {
		queue = &rq->queue[QUEUE_OTHERS];
		t = TAILQ_FIRST(queue);
		if (t == NULL)
			return rq->idle;
	}
	if (unlikely(chaos_on))
		t = nth_runnable(rq, chaos_pick(rq->nr), &queue);
	TAILQ_REMOVE(queue, t, rq_link);
	rq->nr--;
	return t;
}

/* --- the switch --- */

/* Apart, since the one instruction takes nearly all registers. */
static __noinline void charge_process(const struct task *t, u32 ran)
{
	arch_add64(&t->signal->threads_ns, ran);
}

/* Half of the clock is enough: a task that runs is charged at each tick. */
static __always_inline void charge(struct task *t, u32 now)
{
	u32 ran = now - t->charged_ns;

	t->charged_ns = now;
	t->run_ns += ran;
	if (unlikely(t->follows))
		charge_process(t, ran);
	t->slice_left_ns -= (s32)MIN(ran, 2u * SLICE_NS);
}

/* The task before may not run here: it has left its stack now. => rq locked, as on return */
static __noinline void exile_leaves(struct runqueue *rq) __must_hold(&rq->lock)
{
	struct task *t = rq->exile;
	struct runqueue *to = rq_least_busy(t, rq);

	rq->exile = NULL;
	depart(t, to);
	rq_unlock(rq);
	rq_attach(to, t, QUEUE_OTHERS);
	rq_lock(rq);
}

/* The first thing on the stack of the task that continues. => rq lock held, which prev took */
static void finish_switch(struct runqueue *rq, struct task *prev)
{
	spinlock_t *exit_lock = rq->exit_lock;

	if (likely(exit_lock == NULL))
		return;
	rq->exit_lock = NULL;
	if (exit_lock == &exile_mark) {
		exile_leaves(rq);
		return;
	}
	if (prev->state == TASK_DEAD)
		TAILQ_INSERT_TAIL(&rq->dead, prev, rq_link);
	/* From here on a zombie's parent may free it. */
	arch_store_release(&exit_lock->locked, 0);
}

/* => the run queue of the CPU on which prev continues, locked; it may be another one */
static __always_inline struct runqueue *switch_to(struct runqueue *rq, struct task *prev,
						  struct task *next)
{
	struct mm *mm = next->mm != NULL ? next->mm : &kernel_mm;
	u32 now = arch_clock_ns_low();

	charge(prev, now);
	next->charged_ns = now;
	next->head.need_resched = chaos_on ? RESCHED_CHAOS : 0;
	prev->nr_switches++;
	rq->nr_switches++;
	rq->curr = next;
	live = true;
	next->active_mm = mm;
	if (prev->active_mm != mm)
		mm_switch(mm);
	lockval_release(&rq->lock, rq->lock.tag);
	prev = arch_switch(prev, next);
	rq = this_rq();
	lockval_acquire(&rq->lock, rq->lock.tag, 0, false);
	finish_switch(rq, prev);
	return rq;
}

/* Interrupts are off, and off again on return. */
static void switch_tasks(enum switch_reason reason)
{
	struct task *prev = current, *next;
	struct runqueue *rq = this_rq();
	u32 preempted = 0;

	rq_lock(rq);
	prev->head.need_resched &= ~RESCHED_WANTED;
	if (prev == rq->idle) {
		PANIC_ON(prev->state != TASK_RUNNABLE); /* there is nobody to run instead */
	} else if (reason == SWITCH_SLEEP && prev->state != TASK_RUNNABLE) {
		prev->on_rq = 0;
	} else if (unlikely(!allowed_on(prev, rq))) {
		rq->exile = prev;
		rq->exit_lock = &exile_mark;
	} else {
		enqueue(rq, prev, reason == SWITCH_YIELD ? QUEUE_OTHERS : QUEUE_SLEEPERS);
		preempted = 1;
	}
	next = pick_next(rq);
	if (next != prev) {
		prev->nr_preempted += preempted;
		rq = switch_to(rq, prev, next);
	}
	rq_unlock(rq);
}

static void switch_while_wanted(enum switch_reason reason)
{
	do {
		switch_tasks(reason);
	} while (unlikely(current->head.need_resched & RESCHED_WANTED));
}

void schedule(void)
{
	ASSERT(current->head.preempt_count == 0 && !arch_irqs_disabled());
	arch_irq_disable();
	switch_while_wanted(SWITCH_SLEEP);
	arch_irq_enable();
}

void sched_yield_cpu(void)
{
	ASSERT(current->head.preempt_count == 0 && !arch_irqs_disabled());
	arch_irq_disable();
	switch_tasks(SWITCH_YIELD);
	arch_irq_enable();
}

static bool preemption_due(void)
{
	u32 why = current->head.need_resched;

	return (why & RESCHED_WANTED) || ((why & RESCHED_CHAOS) && chaos_preempt());
}

void preempt_resched(void)
{
	if (arch_irqs_disabled() || current->head.preempt_count != 0 || !preemption_due())
		return;
	arch_irq_disable();
	switch_while_wanted(SWITCH_PREEMPT);
	arch_irq_enable();
}

void preempt_resched_irq(void)
{
	ASSERT(arch_irqs_disabled() && current->head.preempt_count == 0);
	if (preemption_due())
		switch_while_wanted(SWITCH_PREEMPT);
}

void sched_new_task(struct task *prev)
{
	struct runqueue *rq = this_rq();

	lockval_acquire(&rq->lock, rq->lock.tag, 0, false);
	__acquire(&rq->lock); /* prev did */
	finish_switch(rq, prev);
	rq_unlock(rq);
	arch_irq_enable();
}

void sched_exit(spinlock_t *lock)
{
	struct task *prev = current;
	struct runqueue *rq;

	arch_irq_disable();
	rq = this_rq();
	rq_lock(rq);
	ASSERT(prev != rq->idle && (prev->state == TASK_ZOMBIE || prev->state == TASK_DEAD));
	lockval_release(lock, lock->tag);
	rq->exit_lock = lock;
	prev->on_rq = 0;
	switch_to(rq, prev, pick_next(rq));
	panic("a dead task runs");
}

/* --- waking --- */

#define BIT_OF(state)       (1u << (state))
#define ANY_SLEEP           (BIT_OF(TASK_SLEEPING) | BIT_OF(TASK_INTERRUPTIBLE))
#define INTERRUPTIBLE_SLEEP BIT_OF(TASK_INTERRUPTIBLE)

/* t, which is runnable now and in no queue, goes to the CPU that is best for it. => rq, its own, locked;
 * not so on return */
static __noinline void wake_placed(struct runqueue *rq, struct task *t) __releases(&rq->lock)
{
	struct runqueue *to = rq_place_woken(t, rq);

	if (to == rq)
		preempt_for(rq, enqueue(rq, t, QUEUE_SLEEPERS));
	else
		depart(t, to);
	rq_unlock(rq);
	if (to != rq)
		rq_attach(to, t, QUEUE_SLEEPERS);
}

/* Make t runnable if its state is one of `states`. => interrupts off */
static __always_inline bool wake_task(struct task *t, u32 states)
{
	struct runqueue *rq = task_rq_lock(t);
	bool slept = (BIT_OF(t->state) & states) != 0;

	__acquire(&rq->lock);
	if (slept) {
		t->state = TASK_RUNNABLE;
		if (!t->on_rq && unlikely(arch_read_once(&t->cpu_set) & rq->others)) {
			wake_placed(rq, t);
			return true;
		}
		if (!t->on_rq)
			preempt_for(rq, enqueue(rq, t, QUEUE_SLEEPERS));
	}
	rq_unlock(rq);
	return slept;
}

bool sched_wake_irqs_off(struct task *t)
{
	return wake_task(t, ANY_SLEEP);
}

bool sched_wake(struct task *t)
{
	irqstate_t s = arch_irq_save();
	bool slept = wake_task(t, ANY_SLEEP);

	arch_irq_restore(s);
	return slept;
}

bool sched_wake_interruptible(struct task *t)
{
	irqstate_t s = arch_irq_save();
	bool slept = wake_task(t, INTERRUPTIBLE_SLEEP);

	arch_irq_restore(s);
	return slept;
}

bool sched_wake_stopped(struct task *t)
{
	irqstate_t s = arch_irq_save();
	bool slept = wake_task(t, INTERRUPTIBLE_SLEEP | BIT_OF(TASK_STOPPED));

	arch_irq_restore(s);
	return slept;
}

void sched_start(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = rq_least_busy(t, this_rq());

	ASSERT(!t->on_rq);
	t->state = TASK_RUNNABLE;
	t->slice_left_ns = t->slice_ns;
	depart(t, rq); /* who changes its affinity now finds it on its way */
	rq_attach(rq, t, QUEUE_OTHERS);
	arch_irq_restore(s);
}

void sched_kick(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = task_rq_lock(t);

	__acquire(&rq->lock);
	if (rq->curr == t && rq != this_rq())
		arch_send_resched(rq->cpu);
	rq_unlock_irqrestore(rq, s);
}

void sched_wait_inactive(struct task *t)
{
	for (;;) {
		irqstate_t s = arch_irq_save();
		struct runqueue *rq = task_rq_lock(t);
		bool running = rq->curr == t;

		__acquire(&rq->lock);
		rq_unlock_irqrestore(rq, s);
		if (!running)
			break;
		arch_relax();
	}
}

void sched_bury(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = this_rq();

	rq_lock(rq);
	t->state = TASK_DEAD;
	TAILQ_INSERT_TAIL(&rq->dead, t, rq_link);
	rq_unlock_irqrestore(rq, s);
}

struct task *sched_take_dead(void)
{
	struct task *t = NULL;

	for (unsigned cpu = 0; cpu < nr_cpus_running && t == NULL; cpu++) {
		struct runqueue *rq = &runqueues[cpu];
		irqstate_t s;

		if (TAILQ_EMPTY(&rq->dead)) /* or not for long: the next call finds it */
			continue;
		s = rq_lock_irqsave(rq);
		t = TAILQ_FIRST(&rq->dead);
		if (t != NULL)
			TAILQ_REMOVE(&rq->dead, t, rq_link);
		rq_unlock_irqrestore(rq, s);
	}
	return t;
}

/* --- ticks, idling, reports --- */

void sched_tick(void)
{
	struct runqueue *rq = this_rq();
	irqstate_t s = rq_lock_irqsave(rq);
	struct task *t = rq->curr;

	charge(t, arch_clock_ns_low());
	if (rq->nr != 0 && (t == rq->idle || t->slice_left_ns <= 0))
		resched(rq);
	else if (t->slice_left_ns <= 0)
		t->slice_left_ns = t->slice_ns;
	CHECK(rq_check(rq));
	rq_unlock(rq);
	if (unlikely(nr_cpus_running > 1) && t != rq->idle && rq->nr_ticks++ % BALANCE_TICKS == 0)
		rq_pull(rq, rq->nr + 2);
	arch_irq_restore(s);
}

u64 sched_task_run_ns(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = task_rq_lock(t);
	u64 ns;

	__acquire(&rq->lock);
	if (rq->curr == t)
		charge(t, arch_clock_ns_low());
	ns = t->run_ns;
	rq_unlock_irqrestore(rq, s);
	return ns;
}

void sched_init(void)
{
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		struct runqueue *rq = &runqueues[cpu];

		spin_lock_init(&rq->lock, runqueue_lock);
		rq->cpu = cpu;
		for (unsigned i = 0; i < NR_QUEUES; i++)
			TAILQ_INIT(&rq->queue[i]);
		TAILQ_INIT(&rq->dead);
	}
	boot_task.on_rq = 1;
	boot_task.charged_ns = arch_clock_ns_low();
	runqueues[0].idle = &boot_task;
	runqueues[0].curr = &boot_task;
}

void sched_cpu_idle(void)
{
	for (;;) {
		arch_irq_disable();
		if (unlikely(nr_cpus_running > 1) && this_rq()->nr == 0)
			rq_pull(this_rq(), 1);
		if (current->head.need_resched & RESCHED_WANTED)
			arch_irq_enable();
		else
			arch_idle();
		if (current->head.need_resched & RESCHED_WANTED)
			schedule();
	}
}

bool sched_is_live(void)
{
	return live;
}

unsigned sched_nr_runnable(void)
{
	unsigned n = 0;

	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		const struct runqueue *rq = &runqueues[cpu];

		n += rq->nr + (rq->curr != rq->idle ? 1 : 0);
	}
	return n;
}

u64 sched_nr_switches(void)
{
	u64 n = 0;

	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		struct runqueue *rq = &runqueues[cpu];
		irqstate_t s = rq_lock_irqsave(rq);

		n += rq->nr_switches;
		rq_unlock_irqrestore(rq, s);
	}
	return n;
}
