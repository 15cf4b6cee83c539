/* SPDX-License-Identifier: MIT */
/*
 * The scheduler as programs see it: everybody gets on, nobody waits for a spinning one. `sched exact`: on
 * a machine with several CPUs whose clock counts instructions, within the times that one CPU is given.
 */
#include "guest.h"

#include <string.h>

static int exact;
static volatile unsigned long *counters; /* shared */

static __attribute__((noreturn)) int spin(void *counter)
{
	for (;;)
		++*(volatile unsigned long *)counter;
}

static void kill_all(const pid_t *pids, int n)
{
	int status;

	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], &status, 0);
	}
}

/* Of N counters at 0, how many go on within 300 ms? Where the CPUs are threads of the host, it may leave
 * one of them alone for seconds while the others run. */
static int moving(int n)
{
	int tries = exact || own_cpus() == 1 ? 1 : 30, moved = 0;

	for (int i = 0; i < n; i++)
		counters[i] = 0;
	while (tries-- > 0 && moved < n) {
		sleep_ms(300);
		moved = 0;
		for (int i = 0; i < n; i++)
			moved += counters[i] != 0;
	}
	return moved;
}

/* N children that never make a system call. => how many of them have counted, and still do */
static int spin_together(int n)
{
	pid_t pids[8];
	int moved;

	for (int i = 0; i < n; i++)
		pids[i] = must_start(spin, (void *)(uintptr_t)&counters[i]);
	moved = moving(n);
	moved += moving(n);
	kill_all(pids, n);
	return moved;
}

static int soon(uint64_t took_ns, long limit_ms)
{
	long ms = (long)(took_ns / 1000000);

	return exact ? ms < limit_ms : in_time(ms, limit_ms);
}

static void test_sleep(void)
{
	static const long lengths[] = {1, 5, 20, 100};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint64_t start = now_ns(), took;

		sleep_ms(lengths[i]);
		took = now_ns() - start;
		ok(took >= (uint64_t)lengths[i] * 1000000 && soon(took, 2000),
		   "sleeping %ld ms takes as long, and not for ever", lengths[i]);
	}
}

static void test_clock(void)
{
	uint64_t last = now_ns();
	int back = 0;

	for (int i = 0; i < 5000; i++) {
		uint64_t now = now_ns();

		back += now < last;
		last = now;
	}
	is(back, 0, "the clock never goes back");
}

/* A process that sleeps runs at once when its time has come, whoever spins. */
static void test_wake_while_spinning(void)
{
	pid_t pid = must_start(spin, (void *)(uintptr_t)&counters[0]);
	uint64_t start, took;

	sleep_ms(20);
	start = now_ns();
	for (int i = 0; i < 10; i++)
		sleep_ms(5);
	took = now_ns() - start;
	ok(soon(took, 1500), "ten short sleeps beside a spinning process (%lu us)",
	   (unsigned long)(took / 1000));
	kill_all(&pid, 1);
}

static int yield_often(void *nothing)
{
	(void)nothing;
	for (int i = 0; i < 1000; i++) {
		counters[0]++;
		if (sched_yield() != 0)
			return 1;
	}
	return 0;
}

static void test_yield(void)
{
	const unsigned long cpus = own_cpus();
	pid_t pid;
	int status;

	use_cpus(1); /* on several neither would need to give way */
	counters[0] = counters[1] = 0;
	pid = must_start(yield_often, NULL);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		counters[1]++;
		sched_yield();
	}
	is(status, EXITED(0), "sched_yield 1000 times");
	ok(counters[0] == 1000 && counters[1] > 0, "both have had their turns");
	use_cpus(cpus);
}

int main(int argc, char **argv)
{
	exact = argc > 1 && strcmp(argv[1], "exact") == 0;
	counters = map_shared(1);
	is(spin_together(2), 2 * 2, "two spinning children both get on");
	is(spin_together(8), 2 * 8, "eight, too");
	test_sleep();
	test_clock();
	test_wake_while_spinning();
	test_yield();
	return tap_done();
}
