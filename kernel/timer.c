/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the kernel's timers: one wheel, turned by CPU 0's tick.
 *
 * timer_lock protects the wheel and `running`. A timer's function is called without the lock, so it
 * may add timers, its own included, and wake tasks. timer_cancel() on another CPU waits until the
 * function has returned; `running` tells it.
 */
#include <arch/atomic.h>
#include <octavo/assert.h>
#include <octavo/spinlock.h>
#include <octavo/time.h>
#include <octavo/timer_wheel.h>

static spinlock_t timer_lock = SPINLOCK_INIT(timer_lock);
static struct timer_wheel wheel; /* [timer_lock] */
static struct timer *running;    /* [timer_lock] whose function is being called */

void timer_init(void)
{
	wheel_init(&wheel, clock_ns());
}

void timer_add(struct timer *t, u64 expires_ns)
{
	irqstate_t s = spin_lock_irqsave(&timer_lock);

	PANIC_ON(t->pending);
	t->expires_ns = expires_ns;
	t->pending = true;
	wheel_add(&wheel, t);
	spin_unlock_irqrestore(&timer_lock, s);
}

bool timer_cancel(struct timer *t)
{
	irqstate_t s = spin_lock_irqsave(&timer_lock);
	bool was_pending = false;

	for (;;) {
		if (t->pending) { /* again, where its function has added it meanwhile */
			wheel_remove(&wheel, t);
			t->pending = false;
			was_pending = true;
		}
		if (running != t)
			break;
		spin_unlock_irqrestore(&timer_lock, s);
		arch_relax();
		s = spin_lock_irqsave(&timer_lock);
	}
	spin_unlock_irqrestore(&timer_lock, s);
	return was_pending;
}

void timers_run(u64 now_ns)
{
	irqstate_t s = spin_lock_irqsave(&timer_lock);
	struct timer *t;

	while ((t = wheel_next_due(&wheel, now_ns)) != NULL) {
		wheel_remove(&wheel, t);
		t->pending = false;
		running = t;
		spin_unlock_irqrestore(&timer_lock, s);
		t->fn(t->arg);
		s = spin_lock_irqsave(&timer_lock);
		running = NULL;
	}
	CHECK(wheel_check(&wheel));
	spin_unlock_irqrestore(&timer_lock, s);
}
