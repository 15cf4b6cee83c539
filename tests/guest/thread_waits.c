/* SPDX-License-Identifier: MIT */
/*
 * Threads that wait for the same children, by name and for any: each child has one who is told.
 * `thread_waits N` makes N children.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "thread.h"

#define WALL 0x40000000

static struct thread threads[2];
static volatile int named, done;
static volatile int nr_told[2];

static void wait_for_any(struct thread *t)
{
	(void)t;
	for (; !done; sched_yield())
		nr_told[0] += sys(__NR_wait4, -1, NULL, WNOHANG | WALL, NULL) > 0;
}

static void wait_by_name(struct thread *t)
{
	(void)t;
	for (; !done; sched_yield())
		nr_told[1] += named > 0 && sys(__NR_wait4, named, NULL, WNOHANG, NULL) > 0;
}

static int do_nothing(void *arg)
{
	(void)arg;
	return 0;
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 300;
	int made = 0;

	thread_start(&threads[0], wait_for_any, NULL);
	thread_start(&threads[1], wait_by_name, NULL);
	for (; made < nr; made++) {
		pid_t pid = start_child(do_nothing, NULL);

		if (pid < 0)
			break;
		named = pid;
		for (int i = 0; i < 100000 && nr_told[0] + nr_told[1] <= made; i++)
			sys(__NR_sched_yield);
	}
	done = 1;
	thread_join(&threads[0]);
	thread_join(&threads[1]);
	is(made, nr, "children");
	is(nr_told[0] + nr_told[1], nr, "each end is told once: %d to any, %d by name", nr_told[0],
	   nr_told[1]);
	return tap_done();
}
