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
 * left its stack.
 *
 * Which CPU: a woken task returns to the one that it ran on, unless that is busy and another has nothing
 * to do; a new one begins where there is least to do. A CPU without a task pulls one from the longest
 * queue, and every few ticks a busy one does too where the difference is two or more. Only queued tasks
 * are pulled: they have left their stacks. One that may not run where it is any more (affinity) is
 * queued nowhere when it is switched out, and the task after it sends it off (finish_switch).
 *
 * No two run queues are ever locked at once. On its way from one to the other a task is on_rq, in no
 * queue, and its CPU is the one that it goes to, whose lock it is put in under.
 * Lock order: any spinlock, then runqueue_lock; nothing inside it.
 */
#include <arch/atomic.h>
#include <arch/clock.h>
#include <octavo/arch.h>
#include <octavo/mm.h>
#include <octavo/panic.h>
#include <octavo/sched.h>
#include <octavo/time.h>

TAILQ_HEAD(run_list, task);

enum { QUEUE_SLEEPERS, QUEUE_OTHERS, NR_QUEUES };

enum switch_reason {
	SWITCH_PREEMPT, /* the task did not ask: its state is left alone */
	SWITCH_SLEEP,   /* its state says whether it comes back */
	SWITCH_YIELD,
};

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
	u32 nr_ticks;                     /* [own CPU, its timer interrupt] */
	u32 nr_switches;                  /* [lock] */
} __aligned(64);

static struct runqueue runqueues[NR_CPUS];
static unsigned nr_cpus_running = 1;
static bool live;               /* set by the first switch */
static volatile u32 frozen_but; /* [a] number + 1 of the one CPU that runs tasks; 0: all do */
static spinlock_t exile_mark;   /* as exit_lock: nobody takes it, see finish_switch() */

#define BALANCE_TICKS 8u /* ticks between two looks of a busy CPU at the others' queues */

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

static void rq_lock(struct runqueue *rq) __acquires(&rq->lock)
{
	spin_lock_raw(&rq->lock);
}

static void rq_unlock(struct runqueue *rq) __releases(&rq->lock)
{
	spin_unlock_raw(&rq->lock);
}

static irqstate_t rq_lock_irqsave(struct runqueue *rq) __acquires(&rq->lock)
{
	irqstate_t s = arch_irq_save();

	rq_lock(rq);
	return s;
}

static void rq_unlock_irqrestore(struct runqueue *rq, irqstate_t s) __releases(&rq->lock)
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

static void rq_check(const struct runqueue *rq)
{
	const struct task *t;
	u32 n = 0;

	for (unsigned i = 0; i < NR_QUEUES; i++) {
		TAILQ_FOREACH(t, &rq->queue[i], rq_link) {
			PANIC_ON(!t->on_rq || t == rq->curr || t == rq->idle);
			n++;
		}
	}
	PANIC_ON(n != rq->nr || rq->curr == NULL);
}

/* --- queueing; the run queue's lock is held --- */

/* `which` is for a task that has something left of its slice. => the queue that it went to */
static __always_inline unsigned enqueue(struct runqueue *rq, struct task *t, unsigned which)
{
	if (unlikely(t->slice_left_ns <= 0)) {
		t->slice_left_ns = t->slice_ns;
		which = QUEUE_OTHERS;
	}
	t->on_rq = true;
	TAILQ_INSERT_TAIL(&rq->queue[which], t, rq_link);
	rq->nr++;
	return which;
}

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

/* Other CPUs do nothing now. */
static inline bool is_frozen(const struct runqueue *rq)
{
	u32 but = frozen_but;

	return unlikely(but != 0) && but != rq->cpu + 1;
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

/* Have the CPU of rq choose again as soon as it may. One interrupt is enough until it has. */
static void resched(struct runqueue *rq)
{
	struct task_head *head = &rq->curr->head;
	bool asked = (head->need_resched & RESCHED_WANTED) != 0;

	head->need_resched |= RESCHED_WANTED;
	head->work_resched = 1;
	if (!asked && unlikely(rq != this_rq()))
		arch_send_resched(rq->cpu);
}

/* t has become runnable in queue `which`: does it go before the running task? */
static void preempt_for(struct runqueue *rq, unsigned which)
{
	if (rq->curr == rq->idle || (which == QUEUE_SLEEPERS && in_interrupt()))
		resched(rq);
}

/* --- which CPU --- */

static inline bool allowed_on(const struct task *t, const struct runqueue *rq)
{
	return (arch_read_once(&t->cpu_set) >> rq->cpu & 1) != 0;
}

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

/* The least busy CPU that t may run on; `here` if no other is less so. */
static struct runqueue *least_busy(const struct task *t, struct runqueue *here)
{
	struct runqueue *best = allowed_on(t, here) ? here : NULL;

	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		struct runqueue *rq = &runqueues[cpu];

		if (allowed_on(t, rq) && (best == NULL || load_of(rq) < load_of(best)))
			best = rq;
	}
	return best != NULL ? best : here;
}

/* Where t, which slept, should run: on its CPU, or on one that has nothing to do. */
static struct runqueue *place_woken(const struct task *t, struct runqueue *own)
{
	if (allowed_on(t, own)) {
		if (has_nothing(own))
			return own;
		for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
			if (has_nothing(&runqueues[cpu]) && allowed_on(t, &runqueues[cpu]))
				return &runqueues[cpu];
		}
		return own;
	}
	return least_busy(t, own);
}

#define LOOK_AT 64u /* tasks of a queue, while its lock is held */

/* Take t out of the queue, to go to another CPU. => rq locked; false: it is not among the first */
static bool detach(struct runqueue *rq, struct task *t)
{
	for (unsigned i = 0; i < NR_QUEUES; i++) {
		const struct task *queued;
		u32 n = 0;

		TAILQ_FOREACH(queued, &rq->queue[i], rq_link) {
			if (queued == t) {
				TAILQ_REMOVE(&rq->queue[i], t, rq_link);
				rq->nr--;
				return true;
			}
			if (++n == LOOK_AT)
				break;
		}
	}
	return false;
}

/* Put t, which is on its way to `rq` (see above), in there; or on, where it may not run there either.
 * => no run queue locked, interrupts off */
static void attach(struct runqueue *rq, struct task *t, unsigned which)
{
	for (;;) {
		struct runqueue *next;

		rq_lock(rq);
		next = allowed_on(t, rq) ? rq : least_busy(t, rq);
		if (likely(next == rq))
			break;
		t->head.cpu = next->cpu;
		rq_unlock(rq);
		rq = next;
	}
	preempt_for(rq, enqueue(rq, t, which));
	rq_unlock(rq);
}

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
				t->head.cpu = to->cpu;
				return t;
			}
			if (++n == LOOK_AT)
				break;
		}
	}
	return NULL;
}

/* Pull one task here, where another CPU has at least `more` that wait. => interrupts off, none locked */
static void pull(struct runqueue *rq, u32 more)
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
		attach(rq, t, QUEUE_OTHERS);
}

/* --- the switch --- */

/* Half of the clock is enough: a task that runs is charged at each tick. */
static void charge(struct task *t, u32 now)
{
	u32 ran = now - t->charged_ns;

	t->charged_ns = now;
	t->run_ns += ran;
	t->slice_left_ns -= (s32)MIN(ran, 2u * SLICE_NS);
}

/* The task before may not run here: it has left its stack now. => rq locked, as on return */
static __noinline void exile_leaves(struct runqueue *rq)
{
	struct task *t = rq->exile;
	struct runqueue *to = least_busy(t, rq);

	rq->exile = NULL;
	t->head.cpu = to->cpu;
	rq_unlock(rq);
	attach(to, t, QUEUE_OTHERS);
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
	next->nr_switches++;
	rq->nr_switches++;
	rq->curr = next;
	live = true;
	next->active_mm = mm;
	if (prev->active_mm != mm)
		mm_switch(prev->active_mm, mm);
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

	rq_lock(rq);
	prev->head.need_resched &= ~RESCHED_WANTED;
	if (prev == rq->idle) {
		PANIC_ON(prev->state != TASK_RUNNABLE); /* there is nobody to run instead */
	} else if (reason == SWITCH_SLEEP && prev->state != TASK_RUNNABLE) {
		prev->on_rq = false;
	} else if (unlikely(!allowed_on(prev, rq))) {
		rq->exile = prev;
		rq->exit_lock = &exile_mark;
	} else {
		enqueue(rq, prev, reason == SWITCH_YIELD ? QUEUE_OTHERS : QUEUE_SLEEPERS);
	}
	next = pick_next(rq);
	if (next != prev)
		rq = switch_to(rq, prev, next);
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
	prev->on_rq = false;
	switch_to(rq, prev, pick_next(rq));
	panic("a dead task runs");
}

/* --- waking --- */

#define BIT_OF(state)       (1u << (state))
#define ANY_SLEEP           (BIT_OF(TASK_SLEEPING) | BIT_OF(TASK_INTERRUPTIBLE))
#define INTERRUPTIBLE_SLEEP BIT_OF(TASK_INTERRUPTIBLE)

/* t, which is runnable now and in no queue, goes to the CPU that is best for it. => rq, its own, locked;
 * not so on return */
static __noinline void wake_placed(struct runqueue *rq, struct task *t)
{
	struct runqueue *to = place_woken(t, rq);

	if (to == rq)
		preempt_for(rq, enqueue(rq, t, QUEUE_SLEEPERS));
	t->on_rq = true;
	t->head.cpu = to->cpu;
	rq_unlock(rq);
	if (to != rq)
		attach(to, t, QUEUE_SLEEPERS);
}

/* Make t runnable if its state is one of `states`. => interrupts off */
static __always_inline bool wake_task(struct task *t, u32 states)
{
	struct runqueue *rq = task_rq_lock(t);
	bool slept = (BIT_OF(t->state) & states) != 0;

	__acquire(&rq->lock);
	if (slept) {
		t->state = TASK_RUNNABLE;
		if (!t->on_rq && unlikely(nr_cpus_running > 1)) {
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
	struct runqueue *rq = least_busy(t, this_rq());

	rq_lock(rq);
	ASSERT(!t->on_rq);
	t->head.cpu = rq->cpu;
	t->state = TASK_RUNNABLE;
	t->slice_left_ns = t->slice_ns;
	preempt_for(rq, enqueue(rq, t, QUEUE_OTHERS));
	rq_unlock_irqrestore(rq, s);
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

void sched_affinity_changed(struct task *t)
{
	irqstate_t s = arch_irq_save();
	struct runqueue *rq = task_rq_lock(t), *to = NULL;

	__acquire(&rq->lock);
	if (!allowed_on(t, rq) && rq->curr == t) {
		resched(rq);
	} else if (!allowed_on(t, rq) && t->on_rq && detach(rq, t)) {
		to = least_busy(t, rq); /* else it is on its way here, and goes on by itself */
		t->head.cpu = to->cpu;
	}
	rq_unlock(rq);
	if (to != NULL)
		attach(to, t, QUEUE_OTHERS);
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
	while (arch_cmpxchg(&frozen_but, 0, own + 1) != 0) {
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
		ASSERT(frozen_but == own + 1);
		frozen_but = 0;
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
		irqstate_t s = rq_lock_irqsave(rq);

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
		pull(rq, rq->nr + 2);
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
	boot_task.on_rq = true;
	boot_task.charged_ns = arch_clock_ns_low();
	runqueues[0].idle = &boot_task;
	runqueues[0].curr = &boot_task;
}

void sched_cpu_add(struct task *idle)
{
	struct runqueue *rq = &runqueues[nr_cpus_running];
	irqstate_t s;

	PANIC_ON(idle->head.cpu != nr_cpus_running);
	s = rq_lock_irqsave(rq);
	idle->on_rq = true;
	idle->charged_ns = arch_clock_ns_low();
	rq->idle = idle;
	rq->curr = idle;
	rq_unlock_irqrestore(rq, s);
	nr_cpus_running++;
}

bool sched_is_idle(const struct task *t)
{
	for (unsigned cpu = 0; cpu < nr_cpus_running; cpu++) {
		if (runqueues[cpu].idle == t)
			return true;
	}
	return false;
}

void sched_cpu_idle(void)
{
	for (;;) {
		arch_irq_disable();
		if (unlikely(nr_cpus_running > 1) && this_rq()->nr == 0)
			pull(this_rq(), 1);
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

unsigned sched_nr_cpus(void)
{
	return nr_cpus_running;
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
