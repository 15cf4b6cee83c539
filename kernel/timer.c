/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the kernel's timers: a heap for each CPU.
 *
 * A timer is in the heap of the CPU that added it. The heap's lock protects the heap and `running`. A
 * timer's function is called without the lock, so it may add timers, its own included, and wake tasks.
 * timer_cancel() on another CPU waits until the function has returned; `running` tells it: so a timer
 * whose function runs is added in that heap again, and that CPU looks when its next one is due.
 * Two heaps are never locked at once.
 */
#include <arch/atomic.h>
#include <octavo/assert.h>
#include <octavo/clock_event.h>
#include <octavo/config.h>
#include <octavo/spinlock.h>
#include <octavo/time.h>
#include <octavo/timer_heap.h>

struct timer_base {
	spinlock_t lock;
	struct timer *first;   /* [lock] of the heap */
	struct timer *running; /* [lock] whose function is being called */
};

static struct timer_base bases[NR_CPUS];

void timer_init(void)
{
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		spin_lock_init(&bases[cpu].lock, timer_lock);
}

void timer_add(struct timer *t, u64 expires_ns)
{
	irqstate_t s = arch_irq_save();
	u32 cpu = arch_current_head()->cpu;
	struct timer_base *base = &bases[t->cpu];

	spin_lock(&base->lock);
	if (t->cpu != cpu && base->running != t) {
		t->cpu = (u8)cpu; /* under the old lock: who holds that to cancel it sees it go */
		spin_unlock(&base->lock);
		base = &bases[cpu];
		spin_lock(&base->lock);
	}
	PANIC_ON(t->pending);
	t->expires_ns = expires_ns;
	t->pending = true;
	timer_heap_add(&base->first, t);
	if (base->first == t && base == &bases[cpu])
		clock_event_at(expires_ns);
	spin_unlock_irqrestore(&base->lock, s);
}

/* The heap that t is or was in; it may change until it is locked. => interrupts off, its lock */
static struct timer_base *base_lock(struct timer *t, irqstate_t *s)
{
	for (;;) {
		struct timer_base *base = &bases[arch_read_once(&t->cpu)];

		*s = spin_lock_irqsave(&base->lock);
		if (likely(base == &bases[t->cpu])) {
			__release(&base->lock);
			return base;
		}
		spin_unlock_irqrestore(&base->lock, *s);
	}
}

bool timer_cancel(struct timer *t)
{
	bool was_pending = false;

	for (;;) {
		irqstate_t s;
		struct timer_base *base = base_lock(t, &s);
		bool runs = base->running == t;

		__acquire(&base->lock);
		if (t->pending) { /* again, where its function has added it meanwhile */
			timer_heap_remove(&base->first, t);
			t->pending = false;
			was_pending = true;
		}
		spin_unlock_irqrestore(&base->lock, s);
		if (!runs)
			return was_pending;
		arch_relax();
	}
}

u64 timers_run(u64 now_ns)
{
	struct timer_base *base = &bases[arch_current_head()->cpu];
	irqstate_t s = spin_lock_irqsave(&base->lock);
	struct timer *t;
	u64 next;

	while ((t = base->first) != NULL && t->expires_ns <= now_ns) {
		timer_heap_remove(&base->first, t);
		t->pending = false;
		base->running = t;
		spin_unlock_irqrestore(&base->lock, s);
		t->fn(t->arg);
		s = spin_lock_irqsave(&base->lock);
		base->running = NULL;
	}
	next = t != NULL ? t->expires_ns : UINT64_MAX;
	CHECK(timer_heap_check(base->first));
	spin_unlock_irqrestore(&base->lock, s);
	return next;
}
