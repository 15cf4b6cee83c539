/* SPDX-License-Identifier: MIT */
/* ktest_wait.c - no wake is lost, and none wakes more than it should. */
#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/sched.h>
#include <octavo/time.h>

#define ROUNDS 500

static struct wait_queue queue = WAIT_QUEUE_INIT(queue);
static struct wait_queue back = WAIT_QUEUE_INIT(back);
static volatile u32 ball, woken, tickets;
static volatile bool flag, late;

/* Wakes a sleeper that was forgotten, and notes that. */
static void rescue(void *task)
{
	late = true;
	flag = true;
	sched_wake(task);
}

KTEST(wait_wake_between_look_and_sleep, "")
{
	struct timer rescuer = {.fn = rescue, .arg = current};
	struct waiter w = {.queued = false};
	u32 lost = 0;

	for (unsigned i = 0; i < 20; i++) {
		flag = late = false;
		timer_add(&rescuer, clock_ns() + 50 * NSEC_PER_MSEC);
		wait_prepare(&queue, &w, false);
		KTEST_OK(!flag, "the condition is looked at");
		flag = true;
		wake_one(&queue); /* comes before the sleep */
		wait_sleep();
		wait_finish(&queue, &w);
		timer_cancel(&rescuer);
		lost += late;
	}
	KTEST_OK(lost == 0, "a wake between the look and the sleep is not lost");
}

static void wake_from_timer(void *arg)
{
	(void)arg;
	flag = true;
	wake_all(&queue);
}

KTEST(wait_wake_from_interrupt, "")
{
	struct timer rescuer = {.fn = rescue, .arg = current};
	struct timer waker = {.fn = wake_from_timer};
	u32 lost = 0;

	for (unsigned i = 0; i < 20; i++) {
		flag = late = false;
		timer_add(&rescuer, clock_ns() + 200 * NSEC_PER_MSEC);
		timer_add(&waker, clock_ns() + ktest_random(3000) * 1000u);
		wait_event(&queue, flag);
		timer_cancel(&waker);
		timer_cancel(&rescuer);
		lost += late;
	}
	KTEST_OK(lost == 0, "a wake from an interrupt is not lost");
}

static int return_ball(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++) {
		wait_event(&queue, ball == 1);
		ball = 0;
		wake_one(&back);
	}
	return 0;
}

KTEST(wait_ping_pong, "")
{
	u64 switches = sched_nr_switches();

	ball = 0;
	ktest_spawn(return_ball, NULL);
	for (unsigned i = 0; i < ROUNDS; i++) {
		ball = 1;
		wake_one(&queue);
		wait_event(&back, ball == 0);
	}
	ktest_join();
	KTEST_OK(sched_nr_switches() - switches >= 2 * ROUNDS - 2, "each turn is a switch");
}

static int take_ticket(void *arg)
{
	(void)arg;
	wait_event(&queue, tickets > 0);
	tickets = tickets - 1;
	woken = woken + 1;
	return 0;
}

KTEST(wait_one_or_all, "")
{
	tickets = woken = 0;
	for (unsigned i = 0; i < 5; i++)
		ktest_spawn(take_ticket, NULL);
	ktest_sleep_ms(2);
	tickets = 5;
	KTEST_OK(woken == 0, "nobody runs before a wake");
	wake_one(&queue);
	ktest_sleep_ms(2);
	KTEST_OK(woken == 1, "wake_one wakes one");
	wake_one(&queue);
	wake_one(&queue);
	ktest_sleep_ms(2);
	KTEST_OK(woken == 3, "two wakes wake two");
	wake_all(&queue);
	ktest_join();
	KTEST_OK(woken == 5 && tickets == 0, "wake_all wakes the rest");
}

static struct task *volatile victim;
static volatile int victim_result;

/* A thread that plays a process: fatal signals are not for kernel threads. */
static int wait_to_be_killed(void *arg)
{
	(void)arg;
	current->flags &= ~TASK_KTHREAD;
	victim = current;
	victim_result = wait_event_killable(&queue, false);
	current->flags |= TASK_KTHREAD;
	current->signal->fatal = 0;
	current->sig.must_exit = false;
	return 0;
}

KTEST(wait_killable, "")
{
	victim = NULL;
	victim_result = 0;
	ktest_spawn(wait_to_be_killed, NULL);
	ktest_sleep_ms(2);
	KTEST_OK(victim != NULL && victim->state == TASK_INTERRUPTIBLE, "it sleeps");
	signal_kill(victim, SIGKILL);
	ktest_join();
	KTEST_OK(victim_result == -EINTR, "a fatal signal ends a killable wait");
}
