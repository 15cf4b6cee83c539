/* SPDX-License-Identifier: MIT */
/* sigaction(2) and its company: handlers, masks, what is pending, what comes with a signal. */
#include "sigtest.h"

#define RTMIN 40 /* C libraries keep the first few */

static volatile int seen[65], nr_seen, order[64];
static volatile struct test_info last_info;
static volatile struct test_ucontext last_uc;
static volatile uint64_t mask_inside;

static void count(int sig)
{
	seen[sig]++;
	order[nr_seen++ & 63] = sig;
	mask_inside = mask_now();
}

static void inspect(int sig, struct test_info *info, struct test_ucontext *uc)
{
	seen[sig]++;
	order[nr_seen++ & 63] = sig;
	memcpy((void *)(uintptr_t)&last_info, info, sizeof(last_info));
	memcpy((void *)(uintptr_t)&last_uc, uc, sizeof(last_uc));
	mask_inside = mask_now();
}

static void forget(void)
{
	memset((void *)(uintptr_t)seen, 0, sizeof(seen));
	nr_seen = 0;
}

static void test_basics(void)
{
	struct test_action a;

	is(set_action(SIGUSR1, count, 0, BIT(SIGUSR2)), 0, "a handler");
	is(sys(__NR_rt_sigaction, SIGUSR1, NULL, &a, 8), 0, "it is told");
	ok(a.handler == count && a.mask[0] == BIT(SIGUSR2) && !(a.flags & SA_SIGINFO),
	   "as it was set");
	is(send_self(SIGUSR1), 0, "kill(2) to oneself");
	is(seen[SIGUSR1], 1, "the handler has run when it returns");
	ok(mask_inside == (BIT(SIGUSR1) | BIT(SIGUSR2)),
	   "the signal and sa_mask are blocked in it");
	ok(mask_now() == 0, "and not any more");

	set_action(SIGUSR1, count, SA_NODEFER, 0);
	send_self(SIGUSR1);
	ok(mask_inside == 0, "SA_NODEFER: nothing is");
	set_action(SIGUSR1, count, SA_RESETHAND, 0);
	send_self(SIGUSR1);
	sys(__NR_rt_sigaction, SIGUSR1, NULL, &a, 8);
	ok(a.handler == NULL && seen[SIGUSR1] == 3, "SA_RESETHAND: once");

	set_ignored(SIGUSR1);
	send_self(SIGUSR1);
	is(seen[SIGUSR1], 3, "ignored");
	is(sys(__NR_rt_sigaction, SIGKILL, &a, NULL, 8), -EINVAL, "SIGKILL cannot be caught");
	is(sys(__NR_rt_sigaction, SIGSTOP, &a, NULL, 8), -EINVAL, "nor SIGSTOP");
	is(sys(__NR_rt_sigaction, SIGKILL, NULL, &a, 8), 0, "but asked about");
	is(sys(__NR_rt_sigaction, 0, NULL, &a, 8), -EINVAL, "no signal 0");
	is(sys(__NR_rt_sigaction, 65, NULL, &a, 8), -EINVAL, "no signal 65");
	is(sys(__NR_rt_sigaction, SIGUSR1, NULL, &a, 4), -EINVAL, "a set of another size");
	is(sys(__NR_rt_sigaction, SIGUSR1, (void *)8, NULL, 8), -EFAULT, "a bad action");
	is(sys(__NR_rt_sigaction, SIGUSR1, NULL, (void *)8, 8), -EFAULT,
	   "a bad place for the old one");
	set_default(SIGUSR1);
	forget();
}

static void test_info(void)
{
	set_action(SIGUSR1, inspect, SA_SIGINFO, 0);
	send_self(SIGUSR1);
	ok(last_info.signo == SIGUSR1 && last_info.code == 0 && last_info.sender == getpid() &&
		   last_info.user == (int)sys(__NR_getuid32),
	   "siginfo of kill(2)");
	sys(__NR_tgkill, getpid(), getpid(), SIGUSR1);
	ok(last_info.code == -6 && last_info.sender == getpid(), "of tgkill(2)");
	queue_self(SIGUSR1, 77);
	ok(last_info.code == -1 && last_info.value == 77, "of sigqueue(3)");
	ok(all_bytes((char *)(uintptr_t)&last_info.words[3], sizeof(last_info) - 24, 0),
	   "the rest is zero");
	ok(context_is_of_call((struct test_context *)(uintptr_t)&last_uc.mc, 0),
	   "the context has the registers");
	change_mask(SIG_BLOCK, BIT(SIGHUP) | BIT(RTMIN));
	send_self(SIGUSR1);
	ok(last_uc.mask[0] == BIT(SIGHUP) && last_uc.mask[1] == BIT(RTMIN) >> 32 &&
		   last_uc.mc.oldmask == BIT(SIGHUP),
	   "and the mask");
	change_mask(SIG_SETMASK, 0);
	is(sys(__NR_rt_sigqueueinfo, getpid(), SIGUSR1, (void *)8), -EFAULT, "no siginfo to queue");
	is(queue_self(65, 0), -EINVAL, "queueing no signal");
	is(sys(__NR_tgkill, getpid(), getpid(), 65), -EINVAL, "tgkill: no signal");
	is(sys(__NR_tgkill, 1, getpid(), 0), -ESRCH, "tgkill: another process's thread");
	is(sys(__NR_tkill, 0, SIGUSR1), -EINVAL, "tkill: pid 0");
	set_default(SIGUSR1);
	forget();
}

static void test_pending(void)
{
	uint64_t set;

	set_action(SIGUSR1, inspect, SA_SIGINFO, 0);
	set_action(SIGUSR2, inspect, SA_SIGINFO, 0);
	set_action(RTMIN, inspect, SA_SIGINFO, 0);
	set_action(RTMIN + 1, inspect, SA_SIGINFO, 0);
	change_mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(RTMIN) | BIT(RTMIN + 1));
	send_self(SIGUSR2);
	send_self(SIGUSR1);
	send_self(SIGUSR1);
	for (int i = 0; i < 3; i++)
		queue_self(RTMIN + 1, i);
	queue_self(RTMIN, 9);
	is(nr_seen, 0, "blocked signals wait");
	ok(pending_now() == (BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(RTMIN) | BIT(RTMIN + 1)),
	   "and are pending");
	is(sys(__NR_rt_sigpending, &set, 9), -EINVAL, "rt_sigpending: a set that is too large");
	set_ignored(SIGUSR2);
	ok(pending_now() == (BIT(SIGUSR1) | BIT(RTMIN) | BIT(RTMIN + 1)),
	   "to ignore one forgets it");
	change_mask(SIG_SETMASK, 0);
	is(seen[SIGUSR1], 1, "a standard signal comes once");
	is(seen[RTMIN + 1], 3, "a real-time signal as often as it was sent");
	is(seen[RTMIN], 1, "each of them");
	is(seen[SIGUSR2], 0, "and what was ignored not at all");
	/* All were delivered before the first handler ran: the last frame is on top. */
	is(order[nr_seen - 1], SIGUSR1, "handlers nest, the first signal's runs last");
	set_default(SIGUSR1);
	set_default(SIGUSR2);
	set_default(RTMIN);
	set_default(RTMIN + 1);
	forget();
}

static void test_masks(void)
{
	uint32_t old = 0, word = BIT(SIGHUP);
	uint64_t set = ~0ull;

	is(sys(__NR_rt_sigprocmask, SIG_SETMASK, &set, NULL, 8), 0, "to block everything");
	ok(mask_now() == ~(BIT(SIGKILL) | BIT(SIGSTOP)), "leaves SIGKILL and SIGSTOP out");
	is(sys(__NR_rt_sigprocmask, 3, &set, NULL, 8), -EINVAL, "an unknown way to change it");
	is(sys(__NR_rt_sigprocmask, 3, NULL, NULL, 8), 0, "is no matter where nothing changes");
	is(sys(__NR_rt_sigprocmask, SIG_BLOCK, (void *)8, NULL, 8), -EFAULT, "a bad set");
	is(sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, (void *)8, 8), -EFAULT, "a bad old set");
	change_mask(SIG_SETMASK, BIT(RTMIN));
	is(sys(__NR_sigprocmask, SIG_SETMASK, &word, &old), 0, "the old call");
	ok(old == 0 && mask_now() == (BIT(RTMIN) | BIT(SIGHUP)), "changes 32 signals");
	change_mask(SIG_SETMASK, 0);
#ifdef __NR_sgetmask
	is(sys(__NR_sgetmask), 0, "sgetmask");
	is(sys(__NR_ssetmask, BIT(SIGHUP)), 0, "ssetmask");
	is(sys(__NR_ssetmask, 0), BIT(SIGHUP), "tells what was");
#endif
}

static void test_old_calls(void)
{
	struct {
		void *handler;
		uint32_t mask, flags;
		void (*restorer)(void);
	} a = {.handler = count, .flags = SA_RESTORER, .restorer = test_return}, old;
	uint32_t set = 0;

	is(sys(__NR_sigaction, SIGUSR1, &a, NULL), 0, "sigaction");
	is(sys(__NR_sigaction, SIGUSR1, NULL, &old), 0, "asking");
	ok(old.handler == count && (old.flags & SA_RESTORER), "tells it");
	send_self(SIGUSR1);
	is(seen[SIGUSR1], 1, "it runs");
	change_mask(SIG_BLOCK, BIT(SIGUSR1));
	send_self(SIGUSR1);
	is(sys(__NR_sigpending, &set), 0, "sigpending");
	is(set, BIT(SIGUSR1), "tells what waits");
	change_mask(SIG_SETMASK, 0);
#ifdef __NR_signal
	is(sys(__NR_signal, SIGUSR1, 1), (long)(uintptr_t)count, "signal() tells the old handler");
	send_self(SIGUSR1);
	is(seen[SIGUSR1], 2, "and sets the new one");
#endif
	set_default(SIGUSR1);
	forget();
}

/* No SA_RESTORER: the frame itself has the code for the way back. */
static void test_no_restorer(void)
{
	struct test_action a = {.handler = count};

	if (!on_octavo()) {
		skip("today's stacks are not executable, and the vdso helps");
		return;
	}
	sys(__NR_rt_sigaction, SIGUSR1, &a, NULL, 8);
	send_self(SIGUSR1);
	is(seen[SIGUSR1], 1, "without a restorer");
	a.flags = SA_SIGINFO;
	a.handler = (void (*)(int))(uintptr_t)inspect;
	sys(__NR_rt_sigaction, SIGUSR1, &a, NULL, 8);
	send_self(SIGUSR1);
	is(seen[SIGUSR1], 2, "nor with siginfo");
	set_default(SIGUSR1);
	forget();
}

static char alternate[16384] __attribute__((aligned(16)));
static volatile uintptr_t handler_sp;
static volatile struct test_stack stack_inside;
static volatile long change_inside;

static void on_stack(int sig)
{
	struct test_stack off = {.flags = 2};

	(void)sig;
	handler_sp = (uintptr_t)__builtin_frame_address(0);
	sys(__NR_sigaltstack, NULL, (void *)(uintptr_t)&stack_inside);
	change_inside = sys(__NR_sigaltstack, &off, NULL);
}

static void test_altstack(void)
{
	struct test_stack st = {.sp = alternate, .size = sizeof(alternate)}, old,
			  off = {.flags = 2};

	is(sys(__NR_sigaltstack, &st, &old), 0, "an alternate stack");
	is(old.flags, 2, "there was none");
	set_action(SIGUSR1, on_stack, SA_ONSTACK, 0);
	send_self(SIGUSR1);
	ok(handler_sp > (uintptr_t)alternate &&
		   handler_sp < (uintptr_t)alternate + sizeof(alternate),
	   "the handler runs on it");
	ok(stack_inside.flags == 1 && stack_inside.sp == alternate, "and is told so");
	is(change_inside, -EPERM, "it cannot be changed there");
	set_action(SIGUSR1, on_stack, 0, 0);
	send_self(SIGUSR1);
	ok(handler_sp < (uintptr_t)alternate ||
		   handler_sp > (uintptr_t)alternate + sizeof(alternate),
	   "without SA_ONSTACK it does not");
	st.size = 100;
	is(sys(__NR_sigaltstack, &st, NULL), -ENOMEM, "one that is too small");
	st.flags = 77;
	is(sys(__NR_sigaltstack, &st, NULL), -EINVAL, "unknown flags");
	is(sys(__NR_sigaltstack, (void *)8, NULL), -EFAULT, "a bad address");
	is(sys(__NR_sigaltstack, &off, NULL), 0, "to switch it off");
	set_default(SIGUSR1);
}

static void test_timedwait(void)
{
	int now[2] = {0, 0}, soon[2] = {0, 20000000}, bad[2] = {0, -1};
	uint64_t set = BIT(SIGUSR1) | BIT(RTMIN);
	struct test_info info;

	change_mask(SIG_BLOCK, set);
	is(sys(__NR_rt_sigtimedwait, &set, &info, now, 8), -EAGAIN, "nothing is pending");
	is(sys(__NR_rt_sigtimedwait, &set, &info, soon, 8), -EAGAIN, "nothing comes in time");
	is(sys(__NR_rt_sigtimedwait, &set, &info, bad, 8), -EINVAL, "a time that is none");
	is(sys(__NR_rt_sigtimedwait, &set, &info, now, 4), -EINVAL, "a set of another size");
	is(sys(__NR_rt_sigtimedwait, (void *)8, &info, now, 8), -EFAULT, "a bad set");
	queue_self(RTMIN, 5);
	send_self(SIGUSR1);
	is(sys(__NR_rt_sigtimedwait, &set, &info, NULL, 8), SIGUSR1, "the lowest first");
	is(info.code, 0, "with its siginfo");
	is(sys(__NR_rt_sigtimedwait, &set, &info, soon, 8), RTMIN, "then the next");
	is(info.value, 5, "with its value");
	change_mask(SIG_SETMASK, 0);
}

static int kill_parent_soon(void *sig)
{
	sleep_ms(30);
	kill(getppid(), *(int *)sig);
	return 0;
}

static pid_t kill_me_soon(int sig)
{
	static int which;

	which = sig;
	return must_start(kill_parent_soon, &which);
}

static int kill_and_write_soon(void *fd)
{
	kill_parent_soon(&(int){SIGUSR1});
	sleep_ms(30);
	return sys(__NR_write, *(int *)fd, "x", 1) != 1;
}

/* SIGALRM in that many seconds; 0: never. */
static void alarm_in(int seconds)
{
	const int timer[4] = {0, 0, seconds, 0};

	sys(__NR_setitimer, 0, timer, NULL);
}

/* What a call returns that a signal interrupts. */
static void test_interrupted(void)
{
	struct {
		int sec, nsec;
	} wanted = {0, 200000000}, left = {9, 9};
	uint64_t empty = 0, start;
	int fds[2], status;
	char c;
	pid_t pid;

	if (pipe(fds) != 0)
		bail_out("pipe");
	alarm_in(3); /* a child that was killed interrupts nothing: then this ends here */
	set_action(SIGUSR1, count, 0, 0);
	pid = kill_me_soon(SIGUSR1);
	is(sys(__NR_read, fds[0], &c, 1), -EINTR, "a read without SA_RESTART");
	sys(__NR_wait4, pid, NULL, 0, NULL);
	set_action(SIGUSR1, count, SA_RESTART, 0);
	pid = must_start(kill_and_write_soon, &fds[1]);
	is(sys(__NR_read, fds[0], &c, 1), 1, "with it the read goes on");
	is(seen[SIGUSR1], 2, "after the handler");
	is(sys(__NR_wait4, pid, &status, 0, NULL), pid, "so does wait4");

	pid = kill_me_soon(SIGUSR1);
	is(sys(__NR_nanosleep, &wanted, &left), -EINTR, "nanosleep does not");
	ok(left.sec == 0 && left.nsec > 0 && left.nsec < 200000000, "and tells what is left");
	sys(__NR_wait4, pid, NULL, 0, NULL);
	pid = kill_me_soon(SIGUSR1);
	is(sys(__NR_pause), -EINTR, "pause");
	sys(__NR_wait4, pid, NULL, 0, NULL);

	change_mask(SIG_BLOCK, BIT(SIGUSR1));
	send_self(SIGUSR1);
	is(sys(__NR_rt_sigsuspend, &empty, 8), -EINTR, "rt_sigsuspend lets a pending one in");
	ok(mask_inside == BIT(SIGUSR1) && mask_now() == BIT(SIGUSR1), "and puts the mask back");
	send_self(SIGUSR1);
	is(sys(__NR_sigsuspend, 0, 0, 0), -EINTR, "sigsuspend too");
	change_mask(SIG_SETMASK, 0);

	set_ignored(SIGUSR1);
	pid = kill_me_soon(SIGUSR1);
	start = now_ns();
	is(sys(__NR_nanosleep, &wanted, &left), 0, "what is ignored interrupts nothing");
	ok(now_ns() - start >= 200000000, "the sleep is as long as it was to be");
	sys(__NR_wait4, pid, NULL, 0, NULL);
	set_default(SIGUSR1);
	alarm_in(0);
	close(fds[0]);
	close(fds[1]);
	forget();
}

static int inherits(void *arg)
{
	struct test_action a;

	(void)arg;
	if (sys(__NR_rt_sigaction, SIGUSR1, NULL, &a, 8) != 0 || a.handler != count)
		return 1;
	if (mask_now() != BIT(SIGHUP) || pending_now() != 0)
		return 2;
	set_default(SIGUSR1);
	return 0;
}

static void test_fork(void)
{
	struct test_action a;

	set_action(SIGUSR1, count, 0, 0);
	change_mask(SIG_BLOCK, BIT(SIGHUP));
	send_self(SIGHUP);
	is(in_child(inherits, NULL), EXITED(0),
	   "a child inherits actions and mask, not what is pending");
	sys(__NR_rt_sigaction, SIGUSR1, NULL, &a, 8);
	ok(a.handler == count, "and changes its own");
	set_ignored(SIGHUP);
	change_mask(SIG_SETMASK, 0);
	set_default(SIGHUP);
	set_default(SIGUSR1);
}

static void test_timers(void)
{
	struct {
		int interval[2], value[2];
	} set = {{0, 20000}, {0, 20000}}, off = {{0, 0}, {0, 0}}, old;
	uint64_t start = now_ns();

	set_action(SIGALRM, inspect, SA_SIGINFO, 0);
	is(sys(__NR_setitimer, 0, &set, NULL), 0, "setitimer");
	while (seen[SIGALRM] < 3)
		sys(__NR_pause);
	ok(now_ns() - start >= 55000000, "comes again and again");
	is(last_info.code, 0x80, "from the kernel");
	is(sys(__NR_getitimer, 0, &old), 0, "getitimer");
	ok(old.interval[1] == 20000 && old.value[1] <= 20000 && old.value[1] > 0, "tells it");
	is(sys(__NR_setitimer, 0, &off, &old), 0, "off");
	ok(old.interval[1] == 20000, "and what it was");
#ifdef __NR_alarm
	is(sys(__NR_alarm, 100), 0, "alarm");
	is(sys(__NR_alarm, 0), 100, "what was left");
	is(sys(__NR_alarm, 0), 0, "none");
#endif
	set.value[1] = 1000000;
	is(sys(__NR_setitimer, 0, &set, NULL), -EINVAL, "a time that is none");
	is(sys(__NR_setitimer, 7, &off, NULL), -EINVAL, "a timer that is none");
	is(sys(__NR_getitimer, 7, &old), -EINVAL, "nor to ask about");
	set.value[1] = 20000;
	set.interval[1] = 0;
	for (int which = 1; which <= 2; which++) {
		int sig = which == 1 ? SIGVTALRM : SIGPROF;

		set_action(sig, count, 0, 0);
		is(sys(__NR_setitimer, which, &set, NULL), 0, "timer %d", which);
		while (!seen[sig])
			;
		is(seen[sig], 1, "counts the time that it runs");
		set_default(sig);
	}
	set_default(SIGALRM);
	forget();
}

/* Time that the kernel takes for a program counts for ITIMER_PROF alone. */
static void test_kernel_time(void)
{
	static char bytes[1 << 16];
	struct {
		int interval[2], value[2];
	} set = {{0, 0}, {0, 100000}}, off = {{0, 0}, {0, 0}}, left = {{0, 0}, {0, 0}};
	int zero = open("/dev/zero", O_RDONLY);

	set_action(SIGPROF, count, 0, 0);
	set_action(SIGVTALRM, count, 0, 0);
	sys(__NR_setitimer, 2, &set, NULL);
	sys(__NR_setitimer, 1, &set, NULL);
	while (!seen[SIGPROF])
		sys(__NR_read, zero, bytes, sizeof(bytes));
	sys(__NR_setitimer, 1, &off, &left);
	ok(seen[SIGVTALRM] == 0 && left.value[1] > 50000, "most of it is not the program's: %d us",
	   left.value[1]);
	set_default(SIGPROF);
	set_default(SIGVTALRM);
	close(zero);
	forget();
}

int main(void)
{
	change_mask(SIG_SETMASK, 0);
	test_basics();
	test_info();
	test_pending();
	test_masks();
	test_old_calls();
	test_no_restorer();
	test_altstack();
	test_timedwait();
	test_interrupted();
	test_fork();
	test_timers();
	test_kernel_time();
	return tap_done();
}
