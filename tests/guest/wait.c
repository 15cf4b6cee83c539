/* SPDX-License-Identifier: MIT */
/* wait4(2): statuses, whom to wait for, and what is wrong. */
#include "guest.h"

static long wait4_(long pid, int *status, int options)
{
	return sys(__NR_wait4, pid, status, options, NULL);
}

static int exit_with(void *code)
{
	return *(int *)code;
}

static int exit_when(void *go)
{
	await(go, 1);
	return 1;
}

static int die_of(void *sig)
{
	sys(__NR_kill, sys(__NR_getpid), *(int *)sig);
	return 50;
}

static void test_statuses(void)
{
	static const int fatal[] = {SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGPIPE, SIGALRM, SIGTERM};
	int good = 1;

	for (int code = 0; code < 256; code += 5)
		good &= in_child(exit_with, &code) == EXITED(code);
	ok(good, "exit codes from 0 to 255");
	is(in_child(exit_with, &(int){0x1234}), EXITED(0x34), "the low eight bits of a code");
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		is(in_child(die_of, (void *)(uintptr_t)&fatal[i]), KILLED(fatal[i]), "signal %d",
		   fatal[i]);
	is(in_child(die_of, &(int){SIGCHLD}), EXITED(50), "a signal that is ignored by default");
}

static void test_whom(void)
{
	volatile int *go = map_shared(1);
	int status;
	pid_t a, b;

	a = must_start(exit_when, (void *)(uintptr_t)go);
	b = must_start(exit_with, &(int){2});
	is(wait4_(a, &status, WNOHANG), 0, "WNOHANG: a child that runs");
	is(wait4_(b, &status, 0), b, "a particular child");
	is(status, EXITED(2), "its status");
	is(wait4_(b, &status, 0), -ECHILD, "it can be reaped only once");
	is(wait4_(-1, &status, WNOHANG), 0, "WNOHANG: any child, and one runs");
	*go = 1;
	is(wait4_(-1, &status, 0), a, "any child");
	is(status, EXITED(1), "its status");
	is(wait4_(-1, &status, WNOHANG), -ECHILD, "WNOHANG: no child");

	a = must_start(exit_with, &(int){5});
	is(wait4_(0, &status, __WALL), a, "any child of our process group, of any kind");
	a = must_start(exit_with, &(int){5});
	is(wait4_(a, NULL, 0), a, "without asking for the status");
#ifdef __NR_waitpid /* not on every machine */
	is(sys(__NR_waitpid, -1, &status, 0), -ECHILD, "the old call");
#endif
	munmap((void *)(uintptr_t)go, PAGE);
}

/* Until it has ended, or (WSTOPPED) stopped, which is for a later wait to tell. */
static void await_news(pid_t pid, int what)
{
	sys(__NR_waitid, 1 /* P_PID */, pid, NULL, what | WNOWAIT, NULL);
}

static void test_order(void)
{
	volatile int *go = map_shared(1);
	pid_t child[4];
	int status;

	for (int i = 0; i < 4; i++)
		child[i] = must_start(exit_when, (void *)(uintptr_t)go);
	sys(__NR_kill, child[3], SIGKILL);
	await_news(child[3], WEXITED);
	sys(__NR_kill, child[1], SIGKILL);
	await_news(child[1], WEXITED);
	sys(__NR_kill, child[0], SIGSTOP);
	await_news(child[0], WSTOPPED);
	sys(__NR_kill, child[2], SIGKILL);
	await_news(child[2], WEXITED);
	is(wait4_(-1, &status, WUNTRACED), child[0], "the oldest that has news comes first");
	for (int i = 1; i < 4; i++)
		is(wait4_(-1, &status, WUNTRACED), child[i],
		   "then the next, whichever ended first (%d)", i);
	sys(__NR_kill, child[0], SIGKILL);
	is(wait4_(-1, &status, 0), child[0], "the oldest, which ended last");
	munmap((void *)(uintptr_t)go, PAGE);
}

static void test_zombie(void)
{
	int status;
	pid_t pid = must_start(exit_with, &(int){11});

	while (sys(__NR_wait4, pid, &status, WNOHANG, NULL) == 0)
		sched_yield();
	is(status, EXITED(11), "polling with WNOHANG finds the end");

	pid = must_start(exit_with, &(int){12});
	sleep_ms(50);
	is(sys(__NR_kill, pid, 0), 0, "a zombie can be named");
	is(sys(__NR_kill, pid, SIGKILL), 0, "and killing it is no error");
	is(wait4_(pid, &status, 0), pid, "it is reaped");
	is(status, EXITED(12), "with the status that it died with");
	is(sys(__NR_kill, pid, 0), -ESRCH, "and then there is nobody");
}

static void test_errors(void)
{
	is(wait4_(-1, NULL, 0), -ECHILD, "no children");
	is(wait4_(getpid(), NULL, 0), -ECHILD, "oneself");
	is(wait4_(1, NULL, 0), -ECHILD, "somebody else's child");
	is(wait4_(999999, NULL, 0), -ECHILD, "nobody");
	is(wait4_(-1, NULL, 0x40), -EINVAL, "an unknown option");
	is(wait4_(INT32_MIN, NULL, 0), -ESRCH, "a process group that cannot be");
}

static __attribute__((noreturn)) int spin(void *spins)
{
	for (;;)
		++*(volatile int *)spins;
}

/* Kills a child that spins without system calls. */
static void test_kill_spinning(void)
{
	volatile int *spins = map_shared(1);
	int status;
	pid_t pid = must_start(spin, (void *)(uintptr_t)spins);

	await(spins, 1);
	is(sys(__NR_kill, pid, SIGKILL), 0, "SIGKILL to a child that spins");
	is(wait4_(pid, &status, 0), pid, "it ends");
	is(status, KILLED(SIGKILL), "of that signal");
	is(sys(__NR_kill, 999999, SIGKILL), -ESRCH, "a process that is not");
	is(sys(__NR_kill, getpid(), 65), -EINVAL, "a signal that is not");
	munmap((void *)(uintptr_t)spins, PAGE);
}

int main(void)
{
	test_statuses();
	test_whom();
	test_order();
	test_zombie();
	test_errors();
	test_kill_spinning();
	return tap_done();
}
