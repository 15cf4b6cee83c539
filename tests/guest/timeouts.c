/* SPDX-License-Identifier: MIT */
/*
 * Waits of less than a tick: none ends early, and none much later than asked. `timeouts exact`: on a
 * machine that runs by its own clock, so that how late can be told. It is told of each CPU by itself:
 * under -icount QEMU gives the CPUs their turns, and one that is idle may get its interrupt only when
 * the program on another has used up its turn, a tick later.
 */
#include <poll.h>

#include "guest.h"

#define US       1000LL
#define ROUNDS   25
#define SLEEPERS (CHILDREN_HAVE_MEMORY ? 256 : 60)

static int exact;
static int only_cpu = -1; /* on which the program runs; -1: on all of them */
static volatile int word, alarms;

struct spec {
	int32_t sec, nsec;
};

static void nap(long long ns)
{
	struct spec t = {0, (int32_t)ns};

	sys(__NR_nanosleep, &t, NULL);
}

static void nap_until(long long ns)
{
	uint64_t when = now_ns() + (uint64_t)ns;
	struct spec t = {(int32_t)(when / 1000000000), (int32_t)(when % 1000000000)};

	sys(__NR_clock_nanosleep, CLOCK_MONOTONIC, 1, &t, NULL);
}

static void wait_for_word(long long ns)
{
	struct spec t = {0, (int32_t)ns};

	sys(__NR_futex, &word, 0, 0, &t, NULL, 0);
}

static void poll_nothing(long long ns)
{
	struct spec t = {0, (int32_t)ns};

	sys(__NR_ppoll, NULL, 0, &t, NULL, 8);
}

static void await_signal(long long ns)
{
	const uint32_t set[2] = {1u << (SIGUSR1 - 1), 0};
	struct spec t = {0, (int32_t)ns};

	sys(__NR_rt_sigtimedwait, set, NULL, &t, 8);
}

static void count_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void await_alarm(long long ns)
{
	const int32_t once[4] = {0, 0, 0, (int32_t)(ns / 1000)};
	int before = alarms;

	sys(__NR_setitimer, 0, once, NULL);
	while (alarms == before)
		;
}

/* The interrupt that ends the nap is not the last one. */
static void await_alarm_behind_a_nap(long long ns)
{
	const int32_t once[4] = {0, 0, 0, (int32_t)(ns / 1000)};
	int before = alarms;

	sys(__NR_setitimer, 0, once, NULL);
	nap(ns / 4);
	while (alarms == before)
		;
}

static void check(void (*pause_for)(long long), long long ns, const char *what)
{
	long long least = INT64_MAX, most = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = now_ns();
		long long late;

		pause_for(ns);
		late = (long long)(now_ns() - start) - ns;
		least = late < least ? late : least;
		most = late > most ? late : most;
	}
	if (only_cpu < 0)
		ok(least >= 0, "%s: never early (%d us)", what, (int)(least / US));
	else
		ok(least >= 0 && most <= 60 * US, "%s on CPU %d: at most 60 us late (%d to %d us)",
		   what, only_cpu, (int)(least / US), (int)(most / US));
}

/* A short interval: the signals come, and leave the program its time. */
static void test_interval(void)
{
	const int32_t each[4] = {0, 1000, 0, 1000}, tiny[4] = {0, 1, 0, 1}, off[4] = {0, 0, 0, 0};
	uint64_t start = now_ns();

	alarms = 0;
	sys(__NR_setitimer, 0, each, NULL);
	await(&alarms, 20);
	sys(__NR_setitimer, 0, off, NULL);
	ok(now_ns() - start >= 20000 * (uint64_t)US, "twenty milliseconds, one by one");
	if (exact)
		ok(now_ns() - start < 21000 * (uint64_t)US, "and no more");
	if (!on_octavo())
		return; /* Linux has no least interval: such a program may never get on */
	alarms = 0;
	sys(__NR_setitimer, 0, tiny, NULL);
	for (int turns = 0; turns < 100 || alarms < 2; turns++)
		now_ns();
	sys(__NR_setitimer, 0, off, NULL);
	ok(1, "an interval of 1 us does not take all the time");
}

/* An alarm that is blocked is pending once, and the next one comes after it was taken. */
static void test_blocked(void)
{
	const int32_t each[4] = {0, 2000, 0, 1000}, off[4] = {0, 0, 0, 0};
	int32_t left[4] = {0, 0, 0, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarms = 0;
	sys(__NR_setitimer, 0, each, NULL);
	nap(20000 * US);
	sys(__NR_getitimer, 0, left);
	ok(left[1] == 2000 && left[3] == 0, "a timer waits for its signal to be taken");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	await(&alarms, 3);
	sys(__NR_setitimer, 0, off, left);
	ok(left[1] == 2000 && left[3] > 0 && left[3] <= 2000, "and goes on then (%ld us)",
	   (long)left[3]);
	if (exact)
		is(alarms, 3, "none is made up for");
}

static uint64_t work_ns(void)
{
	uint64_t start = now_ns();

	for (volatile int i = 0; i < 100000; i++)
		;
	return now_ns() - start;
}

static __attribute__((noreturn)) int sleep_with_an_alarm(void *nothing)
{
	const int32_t tiny[4] = {0, 1, 0, 1};
	sigset_t set;

	(void)nothing;
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sys(__NR_setitimer, 0, tiny, NULL);
	for (;;)
		sys(__NR_pause);
}

/* On one CPU: nobody whose alarm is blocked takes others' time. */
static void test_sleepers(void)
{
	static pid_t pids[SLEEPERS];
	unsigned long cpus = own_cpus();
	uint64_t alone, beside;

	use_cpus(cpus & -cpus);
	alone = work_ns();
	for (int i = 0; i < SLEEPERS; i++)
		pids[i] = must_start(sleep_with_an_alarm, NULL);
	nap(100000 * US);
	beside = work_ns();
	for (int i = 0; i < SLEEPERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	use_cpus(cpus);
	ok(!exact || beside < 2 * alone, "the work is done beside %d alarms (%d us, alone %d)",
	   SLEEPERS, (int)(beside / US), (int)(alone / US));
}

static void test_waits(void)
{
	check(nap, 100 * US, "nanosleep of 100 us");
	check(nap, 3900 * US, "nanosleep of 3.9 ms");
	check(nap_until, 700 * US, "clock_nanosleep of 700 us, absolute");
	check(wait_for_word, 5 * US, "a futex for 5 us");
	check(poll_nothing, 200 * US, "ppoll of 200 us");
	check(await_signal, 50 * US, "a signal for 50 us");
	check(await_alarm, 1000 * US, "setitimer of 1 ms");
	check(await_alarm_behind_a_nap, 1000 * US, "the same behind a nap");
}

/* Stays on the last one, for the intervals that follow. */
static void test_waits_on_each_cpu(void)
{
	unsigned long cpus = own_cpus();

	for (only_cpu = 0; cpus >> only_cpu != 0; only_cpu++) {
		if ((cpus >> only_cpu & 1) == 0)
			continue;
		use_cpus(1ul << only_cpu);
		test_waits();
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = count_alarm};
	sigset_t set;

	exact = argc > 1 && strcmp(argv[1], "exact") == 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGALRM, &act, NULL);
	test_waits();
	if (exact)
		test_waits_on_each_cpu();
	test_interval();
	test_blocked();
	test_sleepers();
	return tap_done();
}
