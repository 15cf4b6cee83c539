/* SPDX-License-Identifier: MIT */
/* Processes whose parent ends first get another, which reaps them. */
#include "guest.h"

static volatile int *shared;

static int await_other_parent(void *first)
{
	while (getppid() == (pid_t)(intptr_t)first)
		sched_yield();
	shared[1] = getppid();
	shared[0] = getpid();
	return 0;
}

/* A child that ends while its own children live. */
static int leave_child_behind(void *unused)
{
	(void)unused;
	must_start(await_other_parent, (void *)(intptr_t)getpid());
	return 0;
}

static int end_at_once(void *code)
{
	return (int)(intptr_t)code;
}

static int leave_zombies_behind(void *count)
{
	for (int i = 0; i < *(int *)count; i++)
		must_start(end_at_once, (void *)(intptr_t)i);
	sleep_ms(20);
	return 0;
}

static int run_and_end(void *code)
{
	for (int i = 0; i < 50; i++)
		sched_yield();
	__sync_fetch_and_add(&shared[2], 1);
	return (int)(intptr_t)code;
}

static int leave_runners_behind(void *count)
{
	for (int i = 0; i < *(int *)count; i++)
		must_start(run_and_end, (void *)(intptr_t)i);
	return 0;
}

/* Waits up to five seconds until nobody has PID. */
static int is_gone(pid_t pid)
{
	for (int i = 0; i < 500; i++) {
		if (sys(__NR_kill, pid, 0) == -ESRCH)
			return 1;
		sleep_ms(10);
	}
	return 0;
}

int main(void)
{
	int count = 40; /* more than the kernel hands over in one go */

	shared = map_shared(1);
	is(in_child(leave_child_behind, NULL), EXITED(0), "a child ends before its own child");
	await(&shared[0], 1);
	if (on_octavo())
		is(shared[1], 1, "which is now process 1's");
	else
		ok(shared[1] > 0 && shared[1] != getpid(), "which has got another parent");
	ok(is_gone(shared[0]), "and is reaped by it");
	is(waitpid(-1, NULL, WNOHANG), -1, "it has not become ours");

	is(in_child(leave_zombies_behind, &count), EXITED(0), "%d zombies lose their parent",
	   count);
	is(in_child(leave_runners_behind, &count), EXITED(0), "%d running ones, too", count);
	await(&shared[2], count);
	is(shared[2], count, "and all run to their end");
	for (int i = 0; i < 20; i++)
		if (in_child(leave_zombies_behind, &(int){5}) != 0)
			bail_out("round %d", i);
	ok(1, "and that 20 times");
	return tap_done();
}
