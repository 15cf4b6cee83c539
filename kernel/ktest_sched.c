/* SPDX-License-Identifier: MIT */
/* ktest_sched.c - who runs: preemption, turns, sleepers, chaos, the end of threads. */
#include <arch/atomic.h>
#include <octavo/ktest.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/time.h>

static volatile bool stop, timed_out;
static volatile u32 turns;
static u64 ran_ns[4];

/* Never gives the CPU up by itself; ends when told, or after a second. */
static int spin_until_stopped(void *arg)
{
	u64 give_up = clock_ns() + NSEC_PER_SEC;

	while (!stop) {
		if (clock_ns() > give_up) {
			timed_out = true;
			break;
		}
		arch_relax();
	}
	if (arg != NULL)
		*(u64 *)arg = sched_task_run_ns(current);
	return 0;
}

KTEST(sched_preempts_a_spinning_thread, "")
{
	stop = timed_out = false;
	ktest_spawn(spin_until_stopped, NULL);
	ktest_sleep_ms(30);
	stop = true;
	KTEST_OK(!timed_out, "a kernel thread that spins is preempted");
	ktest_join();
}

static int count_turn(void *arg)
{
	(void)arg;
	turns = turns + 1;
	return 0;
}

KTEST(sched_not_while_preemption_is_off, "")
{
	u64 until;
	u32 seen;

	turns = 0;
	preempt_disable();
	until = clock_ns() + 50 * NSEC_PER_MSEC;
	preempt_enable();
	ktest_spawn(count_turn, NULL);
	preempt_disable();
	seen = turns;
	while (clock_ns() < until)
		arch_relax();
	KTEST_OK(turns == seen, "nobody else runs while preemption is off");
	preempt_enable();
	ktest_join();
	KTEST_OK(turns == 1, "the thread runs afterwards");
}

KTEST(sched_takes_turns, "")
{
	u64 sum = 0;

	stop = timed_out = false;
	memset(ran_ns, 0, sizeof(ran_ns));
	for (unsigned i = 0; i < 3; i++)
		ktest_spawn(spin_until_stopped, &ran_ns[i]);
	ktest_sleep_ms(360);
	stop = true;
	ktest_join();
	KTEST_OK(!timed_out, "all are stopped in time");
	for (unsigned i = 0; i < 3; i++)
		sum += ran_ns[i];
	for (unsigned i = 0; i < 3; i++)
		KTEST_OK(
			ran_ns[i] * (chaos_on ? 12 : 6) > sum,
			"each of three has at least half of its third, a quarter where it is drawn");
}

KTEST(sched_sleepers_are_served_soon, "")
{
	unsigned late = 0;

	stop = timed_out = false;
	for (unsigned i = 0; i < 3; i++)
		ktest_spawn(spin_until_stopped, NULL);
	for (unsigned i = 0; i < 10; i++) {
		u64 when = clock_ns() + 5 * NSEC_PER_MSEC;

		sleep_until(when);
		late += clock_ns() - when >= 16 * NSEC_PER_MSEC;
	}
	stop = true;
	ktest_join();
	/* Once, where the sleeper's own slice comes to its end meanwhile. */
	KTEST_OK(chaos_on || late <= 1, "a sleeper need not wait for the slices of others");
}

static int yield_and_note(void *arg)
{
	for (unsigned i = 0; i < 10; i++) {
		if (turns % 2 != (u32)(uintptr_t)arg)
			timed_out = true;
		turns = turns + 1;
		sched_yield_cpu();
	}
	return 0;
}

KTEST(sched_yield_alternates, "")
{
	if (chaos_on)
		return;
	turns = 0;
	timed_out = false;
	preempt_disable(); /* both are queued before one runs */
	preempt_enable();
	ktest_spawn(yield_and_note, (void *)0);
	ktest_spawn(yield_and_note, (void *)1);
	ktest_join();
	KTEST_OK(turns == 20, "both end");
	KTEST_OK(!timed_out, "two that yield take turns");
}

static u32 tasks_in_use(void)
{
	struct slab_stat s;

	for (unsigned i = 0; slab_stat(i, &s); i++) {
		if (strcmp(s.name, "task") == 0)
			return s.in_use;
	}
	return 0;
}

KTEST(sched_dead_threads_are_freed, "")
{
	u32 before;

	ktest_join();
	before = tasks_in_use();
	turns = 0;
	for (unsigned i = 0; i < 40; i++) {
		ktest_spawn(count_turn, NULL);
		if (i % 8 == 7)
			ktest_join();
	}
	ktest_join();
	KTEST_OK(turns == 40, "every thread ran");
	KTEST_OK(tasks_in_use() == before, "every thread was freed");
}

KTEST(sched_chaos_is_seeded, "")
{
	u32 first[16], again = 0, other = 0;
	bool before = chaos_on;

	preempt_disable(); /* switches ask the generator too */
	chaos_init(7);
	for (unsigned i = 0; i < ARRAY_SIZE(first); i++)
		first[i] = chaos_pick(1000);
	chaos_init(7);
	for (unsigned i = 0; i < ARRAY_SIZE(first); i++)
		again += chaos_pick(1000) == first[i];
	chaos_init(8);
	for (unsigned i = 0; i < ARRAY_SIZE(first); i++)
		other += chaos_pick(1000) == first[i];
	chaos_on = before;
	preempt_enable();
	KTEST_OK(again == ARRAY_SIZE(first), "the same seed decides the same");
	KTEST_OK(other < ARRAY_SIZE(first) / 2, "another seed does not");
}

static int lock_and_unlock(void *arg)
{
	static spinlock_t lock = SPINLOCK_INIT(files_lock);

	(void)arg;
	for (unsigned i = 0; i < 1000; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	return 0;
}

static u64 switches_of_two_threads(void)
{
	u64 before = sched_nr_switches();

	ktest_spawn(lock_and_unlock, NULL);
	ktest_spawn(lock_and_unlock, NULL);
	ktest_join();
	return sched_nr_switches() - before;
}

KTEST(sched_chaos_preempts, "")
{
	bool before = chaos_on;
	u64 calm = switches_of_two_threads(), wild;

	chaos_init(3);
	wild = switches_of_two_threads();
	chaos_on = before;
	KTEST_OK(wild > 60, "with chaos, unlocks preempt");
	KTEST_OK(before || calm < wild / 2, "without, they do not");
}
