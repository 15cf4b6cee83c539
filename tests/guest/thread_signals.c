/* SPDX-License-Identifier: MIT */
/*
 * Signals to a process of several threads: who takes them when one cannot, and stopping. They run on
 * Linux too. `thread_signals cpu` is about their limit of CPU time, which takes seconds.
 */
#include "sigtest.h"
#include "thread.h"

static struct thread threads[8];
static volatile int *shared; /* with children, too */

static void wait_long(struct thread *t)
{
	(void)t;
	for (;;)
		sys(__NR_pause);
}

/* --- times and timers --- */

static volatile int alarms;

static void count_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void test_timer(void)
{
	struct sigaction act = {.sa_handler = count_alarm};
	const int timer[4] = {0, 0, 0, 5000}; /* once, after 5 ms */
	sigset_t set;

	sigaction(SIGALRM, &act, NULL);
	thread_start(&threads[0], wait_until_go, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sys(__NR_setitimer, 0, timer, NULL);
	await(&alarms, 1);
	is(alarms, 1, "a timer's signal comes to a thread that does not block it");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	let_go(threads, 1);
}

/* --- what only the kernel says, and who says it to itself --- */

static void claim(struct thread *t)
{
	int info[32] = {SIGUSR1, 0, 0}; /* SI_USER */
	int me = (int)sys(__NR_gettid);

	t->result = 1;
	if (sys(__NR_rt_tgsigqueueinfo, getpid(), me, SIGWINCH, info) == 0 &&
	    sys(__NR_rt_tgsigqueueinfo, getpid(), getpid(), SIGWINCH, info) == -EPERM &&
	    sys(__NR_rt_sigqueueinfo, getpid(), SIGWINCH, info) == -EPERM)
		t->result = 0;
}

static void test_claim(void)
{
	thread_start(&threads[0], claim, NULL);
	thread_join(&threads[0]);
	is(threads[0].result, 0, "a thread claims to be kill(2) to itself, not to others");
}

/* --- a signal that its thread does not come to --- */

static volatile int second_caught, first_done, caught_meanwhile;

static void catch_second(int sig)
{
	(void)sig;
	second_caught = (int)sys(__NR_gettid);
}

/* The second is blocked meanwhile: another thread is to take it. */
static void catch_first(int sig)
{
	uint64_t end = now_ns() + 1000000000u;

	(void)sig;
	while (second_caught == 0 && now_ns() < end)
		sys(__NR_sched_yield);
	caught_meanwhile = second_caught;
	first_done = 1;
}

static void pause_thread(struct thread *t)
{
	while (!thread_go)
		sys(__NR_pause);
	t->result = 0;
}

static struct thread child;

static volatile int sent;

static void until_sent(struct thread *t)
{
	(void)t;
	await(&sent, 1);
}

/* Until its child has ended it comes to no signal, like any that vfork(2) holds. */
static void pause_with_child(struct thread *t)
{
	clone_at(CLONE_VM | CLONE_VFORK | SIGCHLD, child.stack + STACK_BYTES, NULL, NULL,
		 thread_main, &child);
	pause_thread(t);
}

static void test_retarget(void)
{
	struct sigaction first = {.sa_handler = catch_first}, second = {.sa_handler = catch_second};
	sigset_t set;

	sigaddset(&first.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &first, NULL);
	sigaction(SIGUSR2, &second, NULL);
	child.stack = map_stack();
	child.fn = until_sent;
	thread_start(&threads[0], pause_thread, NULL);
	thread_start(&threads[1], pause_with_child, NULL);
	await(&threads[0].begun, 1);
	await_state(getpid(), threads[0].begun, 'S');
	await(&child.begun, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sys(__NR_kill, getpid(), SIGUSR2);
	sys(__NR_tgkill, getpid(), threads[1].begun, SIGUSR1);
	sent = 1;
	await(&first_done, 1);
	ok(caught_meanwhile != 0, "what a thread blocks before it came to it another takes");
	thread_go = 1;
	for (int i = 0; i < 2; i++) {
		sys(__NR_tkill, threads[i].begun, SIGUSR2);
		thread_join(&threads[i]);
	}
	thread_go = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* --- a signal whose thread ends before it takes it --- */

static volatile int nr_caught;

static void count_caught(int sig)
{
	(void)sig;
	__sync_fetch_and_add(&nr_caught, 1);
}

static void end_at_once(struct thread *t)
{
	await(&shared[0], 1);
	t->result = 0;
}

static void block_at_once(struct thread *t)
{
	static const uint32_t all[2] = {~0u, ~0u};

	await(&shared[0], 1);
	sys(__NR_rt_sigprocmask, SIG_BLOCK, all, NULL, 8);
	await(&shared[2], 1);
	t->result = 0;
}

/* The newest thread is the first to be asked: it is just about to end, or to block the signal. */
static void test_leave_before(void (*leave)(struct thread *), const char *what)
{
	struct sigaction act = {.sa_handler = count_caught};
	unsigned lost = 0;
	sigset_t set;

	sigaction(SIGUSR1, &act, NULL);
	thread_start(&threads[0], pause_thread, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (int i = 0; i < 300 && lost == 0; i++) {
		int before = nr_caught;

		sigprocmask(SIG_UNBLOCK, &set, NULL);
		thread_start(&threads[1], leave, NULL);
		sigprocmask(SIG_BLOCK, &set, NULL);
		shared[0] = 1;
		for (volatile int spent = 0; spent < i * 7; spent++)
			;
		sys(__NR_kill, getpid(), SIGUSR1);
		for (int n = 0; n < 2000 && nr_caught == before; n++)
			n < 200 ? sys(__NR_sched_yield) : (sleep_ms(1), 0);
		lost += nr_caught == before;
		shared[2] = 1;
		thread_join(&threads[1]);
		shared[0] = 0;
		shared[2] = 0;
	}
	is(lost, 0, "what a thread did not take before it %s another takes", what);
	thread_go = 1;
	sys(__NR_tkill, threads[0].begun, SIGUSR1);
	thread_join(&threads[0]);
	thread_go = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* --- stopping --- */

static volatile int nr_told;

static void count_told(int sig)
{
	(void)sig;
	nr_told++;
}

static void spin_shared(struct thread *t)
{
	(void)t;
	for (;;)
		shared[1]++;
}

static int three_threads(void *arg)
{
	(void)arg;
	thread_start(&threads[2], spin_shared, NULL);
	thread_start(&threads[3], wait_long, NULL);
	wait_long(NULL);
	return 0;
}

/* A process stops when all of its threads have, and its parent is told once. */
static void test_stop(void)
{
	struct sigaction act = {.sa_handler = count_told};
	int status = -1, before;
	pid_t pid;

	sigaction(SIGCHLD, &act, NULL);
	shared[1] = 0;
	pid = must_start(three_threads, NULL);
	await(&shared[1], 1);
	kill(pid, SIGSTOP);
	while (waitpid(pid, &status, WUNTRACED) < 0 && errno == EINTR)
		;
	before = shared[1];
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "a process of three threads stops");
	sleep_ms(20);
	is(shared[1], before, "all of them");
	is(nr_told, 1, "its parent is told once");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "and finds it once");
	kill(pid, SIGCONT);
	await(&shared[1], before + 1);
	await(&nr_told, 2);
	is(nr_told, 2, "that it goes on, too");
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	act.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &act, NULL);
}

/* --- faults --- */

#define NR_FAULTING 8 /* of threads[] */
#define NR_FAULTS   200

static volatile int nr_bare; /* without their siginfo */

static void skip_undefined(int sig, struct test_info *info, struct test_ucontext *uc)
{
	(void)sig;
	nr_bare += info->code != UNDEFINED_CODE;
	context_skip_undefined(&uc->mc);
}

static void fault_often(struct thread *t)
{
	wait_until_go(t);
	t->result = 0;
	for (int i = 0; i < NR_FAULTS; i++) {
		__asm__ volatile(UNDEFINED ::: "memory");
		t->result++;
	}
}

/* Each thread's fault has its siginfo, whatever else is pending for the process. */
static void test_faults(void)
{
	static const int others[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM};
	sigset_t blocked, before;
	int nr_whole = 0;

	set_action(SIGILL, skip_undefined, SA_SIGINFO, 0);
	sigemptyset(&blocked);
	for (int i = 0; i < 4; i++)
		sigaddset(&blocked, others[i]);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	for (int i = 0; i < 4; i++)
		kill(getpid(), others[i]);
	for (int i = 0; i < NR_FAULTING; i++)
		thread_start(&threads[i], fault_often, NULL);
	let_go(threads, NR_FAULTING);
	for (int i = 0; i < NR_FAULTING; i++)
		nr_whole += threads[i].result == NR_FAULTS;
	is(nr_whole, NR_FAULTING, "threads that fault at once");
	is(nr_bare, 0, "and are told how, each time");
	for (int i = 0; i < 4; i++)
		signal(others[i], SIG_IGN);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (int i = 0; i < 4; i++)
		signal(others[i], SIG_DFL);
}

/* --- the limit of CPU time --- */

#define LIMIT_CPU     0
#define CLOCK_PROCESS 2

/* Each time: which it is, what all threads have run by then, the limit now. */
static void note_limit(int sig)
{
	int32_t t[2], n = shared[0];
	uint32_t limit[2];

	(void)sig;
	sys(__NR_clock_gettime, CLOCK_PROCESS, t);
	sys(__NR_ugetrlimit, LIMIT_CPU, limit);
	shared[1 + 2 * n] = t[0] * 1000 + t[1] / 1000000;
	shared[2 + 2 * n] = (int)limit[0];
	shared[0] = n + 1;
	if (n == 1)
		sys(__NR_exit_group, 0);
}

static void spin(struct thread *t)
{
	for (;;)
		t->result++;
}

static int spin_together(void *arg)
{
	struct sigaction act = {.sa_handler = note_limit};
	const uint32_t limit[2] = {1, 10};

	sigaction(SIGXCPU, &act, NULL);
	sys(__NR_setrlimit, LIMIT_CPU, limit);
	for (int i = 0; i < 3; i++)
		thread_start(&threads[i], spin, arg);
	spin(&threads[3]);
	return 1;
}

static void test_limit(void)
{
	is(in_child(spin_together, NULL), 0, "four threads reach the limit of CPU time");
	for (int n = 1; n <= 2; n++) {
		int ms = shared[2 * n - 1];

		ok(ms >= 1000 * n && ms < 1000 * n + 400, "after %d s of them all (%d ms)", n, ms);
		is(shared[2 * n], n + 1, "which is a second more then");
	}
}

int main(int argc, char **argv)
{
	shared = map_shared(1);
	if (argc > 1 && strcmp(argv[1], "cpu") == 0)
		return test_limit(), tap_done();
	test_timer();
	test_claim();
	test_retarget();
	test_leave_before(end_at_once, "ended");
	test_leave_before(block_at_once, "blocked it");
	test_stop();
	test_faults();
	return tap_done();
}
