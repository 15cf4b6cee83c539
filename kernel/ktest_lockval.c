/* SPDX-License-Identifier: MIT */
/*
 * ktest_lockval.c - the lock validator reports each kind of violation, and nothing else.
 * Debug flavour only. Reports that a test provokes are expected(), and so harm no run.
 */
#include <arch/atomic.h>
#include <octavo/ktest.h>
#include <octavo/mutex.h>
#include <octavo/rwsem.h>
#include <octavo/sched.h>
#include <octavo/time.h>

static spinlock_t upper = SPINLOCK_INIT(task_list_lock);
static spinlock_t lower = SPINLOCK_INIT(uts_lock);
static spinlock_t lower_twin = SPINLOCK_INIT(uts_lock);
static spinlock_t parent = SPINLOCK_INIT(files_lock);
static spinlock_t child = SPINLOCK_INIT(files_lock);
static spinlock_t irq_lock = SPINLOCK_INIT(wait_queue_lock);
static struct mutex mutex = MUTEX_INIT(mutex, tty_mutex);
static struct rwsem sem = RWSEM_INIT(sem, mmap_sem);

/* The number of reports since the last call. */
static unsigned count;
static unsigned reports_now(void)
{
	unsigned before = count;

	count = lockval_expected();
	return count - before;
}

static void expect_begin(void)
{
	lockval_expect(true);
	reports_now();
}

static void expect_end(void)
{
	lockval_expect(false);
}

KTEST(lockval_allows_the_order, "")
{
	irqstate_t s;

	expect_begin();
	mutex_lock(&mutex);
	rwsem_down_read(&sem);
	spin_lock(&parent);
	spin_lock_nested(&child, 1);
	spin_lock(&upper);
	spin_lock(&lower);
	s = spin_lock_irqsave(&irq_lock);
	spin_unlock_irqrestore(&irq_lock, s);
	spin_unlock(&upper); /* in any order */
	spin_unlock(&lower);
	spin_unlock(&child);
	spin_unlock(&parent);
	rwsem_up_read(&sem);
	mutex_unlock(&mutex);
	KTEST_OK(reports_now() == 0, "locks in the order of the table");
	expect_end();
}

KTEST(lockval_order, "")
{
	expect_begin();
	spin_lock(&lower);
	spin_lock(&upper);
	KTEST_OK(reports_now() == 1, "an inversion");
	spin_unlock(&upper);
	spin_unlock(&lower);
	rwsem_down_write(&sem);
	mutex_lock(&mutex);
	KTEST_OK(reports_now() == 1, "an inversion of sleeping locks");
	mutex_unlock(&mutex);
	rwsem_up_write(&sem);
	KTEST_OK(reports_now() == 0, "releases say nothing");
	expect_end();
}

KTEST(lockval_recursion_and_nesting, "")
{
	expect_begin();
	lockval_acquire(&lower, lower.tag, 0, false); /* only said: it would wait for ever */
	lockval_acquire(&lower, lower.tag, 0, false);
	KTEST_OK(reports_now() == 1, "the same lock twice");
	lockval_release(&lower, lower.tag);
	lockval_release(&lower, lower.tag);
	spin_lock(&lower);
	spin_lock(&lower_twin);
	KTEST_OK(reports_now() == 1, "two of a class that does not nest");
	spin_unlock(&lower_twin);
	spin_unlock(&lower);
	spin_lock(&parent);
	spin_lock(&child);
	KTEST_OK(reports_now() == 1, "two of a class that nests, but not said so");
	spin_unlock(&child);
	spin_unlock(&parent);
	expect_end();
}

KTEST(lockval_sleep_in_atomic_context, "")
{
	irqstate_t s;

	expect_begin();
	preempt_disable();
	might_sleep();
	KTEST_OK(reports_now() == 1, "with preemption off");
	preempt_enable();
	s = arch_irq_save();
	might_sleep();
	KTEST_OK(reports_now() == 1, "with interrupts off");
	arch_irq_restore(s);
	spin_lock(&parent);
	rwsem_down_read(&sem);
	KTEST_OK(reports_now() == 2, "a semaphore inside a spinlock: context and order");
	rwsem_up_read(&sem);
	spin_unlock(&parent);
	might_sleep();
	KTEST_OK(reports_now() == 0, "a plain task may sleep");
	expect_end();
}

static volatile bool fired;

static void lock_in_interrupt(void *arg)
{
	irqstate_t s = spin_lock_irqsave(&irq_lock);

	spin_unlock_irqrestore(&irq_lock, s);
	(void)arg;
	spin_lock(&lower);
	spin_unlock(&lower);
	fired = true;
}

KTEST(lockval_interrupts, "")
{
	struct timer timer = {.fn = lock_in_interrupt};

	expect_begin();
	spin_lock(&irq_lock);
	KTEST_OK(reports_now() == 1, "an interrupt's lock with interrupts on");
	spin_unlock(&irq_lock);
	fired = false;
	preempt_disable(); /* the interrupt comes on top of this task */
	timer_add(&timer, clock_ns());
	while (!fired)
		arch_relax();
	preempt_enable();
	KTEST_OK(reports_now() == 1, "a task's lock in an interrupt");
	expect_end();
}

KTEST(lockval_waiting_for_cpus, "")
{
	irqstate_t s;

	expect_begin();
	spin_lock(&lower);
	might_wait_for_cpus();
	KTEST_OK(reports_now() == 0, "with a task's lock");
	s = spin_lock_irqsave(&irq_lock);
	might_wait_for_cpus();
	KTEST_OK(reports_now() == 1, "with an interrupt's lock");
	spin_unlock_irqrestore(&irq_lock, s);
	spin_unlock(&lower);
	expect_end();
}

KTEST(lockval_held, "")
{
	expect_begin();
	KTEST_OK(!lockval_holds(&lower), "not held");
	spin_lock(&lower);
	KTEST_OK(lockval_holds(&lower), "held");
	KTEST_OK(!lockval_holds(&lower_twin), "another of its class is not");
	lockval_assert_none("a test");
	KTEST_OK(reports_now() == 1, "still held where nothing may be");
	spin_unlock(&lower);
	lockval_assert_none("a test");
	KTEST_OK(reports_now() == 0, "nothing is held");
	lockval_release(&lower, lower.tag);
	KTEST_OK(reports_now() == 1, "released but not held");
	KTEST_OK(rwsem_try_read(&sem), "try_read");
	KTEST_OK(lockval_holds(&sem), "a lock taken by a try form is held");
	rwsem_up_read(&sem);
	expect_end();
}

static void __noinline take_lower_first(void)
{
	spin_lock(&lower);
}

static void __noinline then_take_upper(void)
{
	spin_lock(&upper);
	spin_unlock(&upper);
}

KTEST_DELIBERATE(deliberate_inversion)
{
	for (unsigned i = 0; i < 3; i++) { /* reported once */
		take_lower_first();
		then_take_upper();
		spin_unlock(&lower);
	}
}
