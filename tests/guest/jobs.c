/* SPDX-License-Identifier: MIT */
/* Process groups, sessions, stop and continue, and what a parent learns of it. credentials(7) */
#include "sigtest.h"

static volatile int chld_seen;
static volatile struct test_info chld;

static void on_chld(int sig, struct test_info *info, void *uc)
{
	(void)sig;
	(void)uc;
	chld_seen++;
	memcpy((void *)(uintptr_t)&chld, info, sizeof(chld));
}

static int nothing(void *arg)
{
	(void)arg;
	return 3;
}

static int sleep_for_ever(void *arg)
{
	while (arg == NULL)
		sleep_ms(1000);
	return 0;
}

static pid_t spinning_child(void)
{
	return must_start(sleep_for_ever, NULL);
}

static long wait_for(pid_t pid, int *status, int options)
{
	return sys(__NR_wait4, pid, status, options, NULL);
}

static void test_groups(void)
{
	pid_t me = getpid(), a = spinning_child(), b = spinning_child();
	int status;

	is(sys(__NR_getpgid, a), sys(__NR_getpgrp), "a child is in our group");
	is(sys(__NR_getsid, a), sys(__NR_getsid, 0), "and session");
	is(sys(__NR_setpgid, a, 0), 0, "a group of its own");
	is(sys(__NR_getpgid, a), a, "has its number");
	is(sys(__NR_setpgid, b, a), 0, "another joins it");
	is(sys(__NR_setpgid, b, 999999), -EPERM, "a group that is not");
	is(sys(__NR_setpgid, 1, 1), -ESRCH, "somebody else");
	is(sys(__NR_setpgid, b, -1), -EINVAL, "a number that is none");
	is(sys(__NR_getpgid, 999999), -ESRCH, "nobody's group");
	is(sys(__NR_getsid, 999999), -ESRCH, "nobody's session");
	is(wait_for(-me - 12345, &status, WNOHANG), -ECHILD, "no child in that group");
	is(wait_for(-a, &status, WNOHANG), 0, "two in this one");
	is(wait_for(0, &status, WNOHANG), -ECHILD, "none in our own");
	is(sys(__NR_kill, -a, 0), 0, "the group can be named");
	is(sys(__NR_kill, -a, 65), -EINVAL, "with no signal");
	is(sys(__NR_kill, -a, SIGTERM), 0, "and killed");
	ok(wait_for(-a, &status, 0) > 0 && status == KILLED(SIGTERM), "one ends");
	ok(wait_for(-a, &status, 0) > 0 && status == KILLED(SIGTERM), "the other too");
	is(wait_for(-a, &status, 0), -ECHILD, "and that is all");
	is(sys(__NR_kill, -a, 0), -ESRCH, "the group is gone");
	is(sys(__NR_kill, INT32_MIN, 0), -ESRCH, "a group that cannot be");
	is(sys(__NR_kill, 999999, 65), -ESRCH, "nobody, and no signal");
}

/* => errno */
static int join(void *group)
{
	return -(int)sys(__NR_setpgid, 0, *(long *)group);
}

static int new_session(void *arg)
{
	pid_t me = getpid();

	(void)arg;
	if (sys(__NR_setsid) != me)
		return 1;
	if (sys(__NR_getsid, 0) != me || sys(__NR_getpgrp) != me)
		return 2;
	if (sys(__NR_setsid) != -EPERM)
		return 3;
	if (sys(__NR_setpgid, 0, 0) != -EPERM)
		return 4;
	if (sys(__NR_setpgid, 0, getppid()) != -EPERM)
		return 5;
	return in_child(join, &(long){sys(__NR_getpgid, getppid())}) == EXITED(EPERM) ? 0 : 6;
}

static int lead_group_then_session(void *arg)
{
	(void)arg;
	if (sys(__NR_setpgid, 0, 0) != 0)
		return 1;
	return sys(__NR_setsid) == -EPERM ? 0 : 2;
}

static char *self; /* the path of this program */

static int become_another(void *fd)
{
	char word[] = "executed", *argv[] = {self, word, NULL}, *envp[] = {NULL};

	sys(__NR_dup2, *(int *)fd, 1);
	sys(__NR_execve, self, argv, envp);
	return 1;
}

/* A child that has become another program is its own affair. */
static void executed(void)
{
	int ends[2];
	char c;
	pid_t pid;

	if (pipe(ends) != 0)
		bail_out("pipe");
	pid = must_start(become_another, &ends[1]);
	close(ends[1]);
	is(read(ends[0], &c, 1), 1, "a child that has executed");
	is(sys(__NR_setpgid, pid, pid), -EACCES, "stays in its group");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
}

static int say_ready(void *ready)
{
	*(volatile int *)ready = 1;
	return sleep_for_ever(NULL);
}

static int kill_own_group(void *arg)
{
	volatile int *ready = arg;

	if (sys(__NR_setpgid, 0, 0) != 0)
		return 1;
	must_start(say_ready, arg);
	await(ready, 1);
	sys(__NR_kill, 0, SIGTERM);
	return 2;
}

static void test_sessions(void)
{
	void *shared = map_shared(1);

	is(in_child(new_session, NULL), EXITED(0), "setsid");
	is(in_child(lead_group_then_session, NULL), EXITED(0), "not for who leads a group");
	executed();
	is(in_child(kill_own_group, shared), KILLED(SIGTERM), "kill(0) reaches oneself too");
	munmap(shared, PAGE);
}

static int count_up(void *counter)
{
	while (++*(volatile int *)counter > 0)
		;
	return 0;
}

static void test_stop(void)
{
	volatile int *counter = map_shared(1);
	struct test_info info;
	int status, before;
	pid_t pid = must_start(count_up, (void *)(uintptr_t)counter);

	await(counter, 1);
	is(sys(__NR_kill, pid, SIGSTOP), 0, "SIGSTOP");
	sleep_ms(20);
	is(wait_for(pid, &status, WNOHANG), 0, "who does not ask is not told");
	is(wait_for(pid, &status, WUNTRACED), pid, "wait4 with WUNTRACED");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "tells it");
	is(wait_for(pid, &status, WUNTRACED | WNOHANG), 0, "once");
	before = *counter;
	sleep_ms(50);
	ok(*counter == before, "it stands still");
	is(sys(__NR_kill, pid, SIGTERM), 0, "SIGTERM waits for it to continue");
	is(wait_for(pid, &status, WUNTRACED | WNOHANG), 0, "it does");
	is(sys(__NR_kill, pid, SIGCONT), 0, "SIGCONT");
	is(wait_for(pid, &status, 0), pid, "then it ends");
	is(status, KILLED(SIGTERM), "of the signal that waited");

	pid = spinning_child();
	sys(__NR_kill, pid, SIGSTOP);
	memset(&info, 0x55, sizeof(info));
	is(sys(__NR_waitid, P_PID, pid, &info, WSTOPPED | WNOWAIT, NULL), 0,
	   "waitid, and to look only");
	ok(info.signo == SIGCHLD && info.code == CLD_STOPPED && info.status == SIGSTOP &&
		   info.pid == pid,
	   "says stopped");
	is(sys(__NR_waitid, P_PID, pid, &info, WSTOPPED, NULL), 0, "once more");
	is(sys(__NR_waitid, P_PID, pid, &info, WSTOPPED | WNOHANG, NULL), 0, "and then");
	is(info.signo, 0, "nothing");
	sys(__NR_kill, pid, SIGCONT);
	is(sys(__NR_waitid, P_PID, pid, &info, WCONTINUED, NULL), 0, "waitid with WCONTINUED");
	ok(info.code == CLD_CONTINUED && info.status == SIGCONT, "says continued");
	sys(__NR_kill, pid, SIGSTOP);
	is(wait_for(pid, &status, WUNTRACED), pid, "stopped again");
	sys(__NR_kill, pid, SIGCONT);
	is(wait_for(pid, &status, WCONTINUED), pid, "wait4 with WCONTINUED");
	is(status, 0xffff, "says so");
	sys(__NR_kill, pid, SIGSTOP);
	wait_for(pid, &status, WUNTRACED);
	sys(__NR_kill, pid, SIGKILL);
	is(wait_for(pid, &status, 0), pid, "SIGKILL ends what is stopped");
	is(status, KILLED(SIGKILL), "at once");
	munmap((void *)(uintptr_t)counter, PAGE);
}

static int return_it(void *value)
{
	return *(int *)value;
}

static int kill_itself(void *arg)
{
	(void)arg;
	send_self(SIGKILL);
	return 1;
}

static void test_waitid(void)
{
	struct test_info info;
	pid_t pid = must_start(return_it, &(int){42});

	is(sys(__NR_waitid, P_ALL, 0, &info, WEXITED | WNOWAIT, NULL), 0, "waitid, to look only");
	ok(info.pid == pid && info.code == CLD_EXITED && info.status == 42, "says the same as");
	is(sys(__NR_waitid, P_ALL, 0, &info, WSTOPPED | WNOHANG, NULL), -ECHILD,
	   "who has ended will not stop");
	is(sys(__NR_waitid, P_PID, pid, &info, WSTOPPED | WCONTINUED | WNOHANG, NULL), -ECHILD,
	   "nor go on");
	is(sys(__NR_waitid, P_ALL, 0, &info, WEXITED, NULL), 0, "waitid for an end");
	ok(info.pid == pid && info.code == CLD_EXITED && info.status == 42, "tells the code");
	is(sys(__NR_waitid, P_ALL, 0, &info, WEXITED, NULL), -ECHILD, "nobody is left");
	is(sys(__NR_waitid, P_ALL, 0, &info, 0, NULL), -EINVAL, "for nothing");
	is(sys(__NR_waitid, 9, 0, &info, WEXITED, NULL), -EINVAL, "for whom");
	is(sys(__NR_waitid, P_PID, 0, &info, WEXITED, NULL), -EINVAL, "for process 0");
	is(sys(__NR_waitid, P_ALL, 0, &info, WEXITED | 0x40, NULL), -EINVAL, "how");
	pid = must_start(kill_itself, NULL);
	is(sys(__NR_waitid, P_PGID, 0, &info, WEXITED, NULL), 0, "for our group");
	ok(info.pid == pid && info.code == CLD_KILLED && info.status == SIGKILL, "who was killed");
}

static void test_sigchld(void)
{
	struct test_info *copy = (struct test_info *)(uintptr_t)&chld;
	pid_t pid;
	int status;

	set_action(SIGCHLD, on_chld, SA_SIGINFO | SA_RESTART, 0);
	pid = must_start(return_it, &(int){7});
	is(wait_for(pid, &status, 0), pid, "SA_RESTART: wait4 goes on after SIGCHLD");
	ok(chld_seen == 1 && copy->pid == pid && copy->code == CLD_EXITED && copy->status == 7,
	   "SIGCHLD says who and how");
	pid = spinning_child();
	sys(__NR_kill, pid, SIGSTOP);
	wait_for(pid, &status, WUNTRACED);
	await(&chld_seen, 2); /* it stops first and tells then */
	ok(chld_seen == 2 && copy->code == CLD_STOPPED && copy->status == SIGSTOP, "a stop");
	sys(__NR_kill, pid, SIGCONT);
	wait_for(pid, &status, WCONTINUED);
	for (int i = 0; i < 2000 && chld_seen < 3; i++)
		sleep_ms(1); /* the child tells it when it runs again */
	ok(chld_seen == 3 && copy->code == CLD_CONTINUED && copy->status == SIGCONT, "to go on");
	set_action(SIGCHLD, on_chld, SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP, 0);
	sys(__NR_kill, pid, SIGSTOP);
	wait_for(pid, &status, WUNTRACED);
	is(chld_seen, 3, "SA_NOCLDSTOP: not any more");
	sys(__NR_kill, pid, SIGKILL);
	wait_for(pid, &status, 0);
	ok(chld_seen == 4 && copy->code == CLD_KILLED && copy->status == SIGKILL, "killed");

	set_action(SIGCHLD, on_chld, SA_SIGINFO | SA_NOCLDWAIT | SA_RESTART, 0);
	is(in_child(nothing, NULL), -1, "SA_NOCLDWAIT: nothing is left to wait for");
	is(chld_seen, 5, "but the signal comes");
	set_ignored(SIGCHLD);
	is(in_child(nothing, NULL), -1, "SIGCHLD ignored: neither");
	is(chld_seen, 5, "does");
	set_default(SIGCHLD);
	is(in_child(nothing, NULL), EXITED(3), "and as usual");
}

static int stop_alone(void *arg)
{
	volatile int *told = arg;

	sys(__NR_setpgid, 0, 0);
	told[0] = 1;
	send_self(SIGSTOP);
	told[1] = 1; /* not reached: SIGHUP comes with SIGCONT */
	return 0;
}

/* A leader that exits with a stopped child in its own group: the group becomes an orphan. */
static int leave_stopped(void *arg)
{
	volatile int *told = arg;
	int status;
	pid_t pid;

	if (sys(__NR_setsid) < 0)
		return 1;
	pid = must_start(stop_alone, arg);
	await(told, 1);
	if (wait_for(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return 2;
	told[2] = pid;
	return 0;
}

static int stop_as_orphan(void *arg)
{
	(void)arg;
	if (sys(__NR_setsid) < 0)
		return 1;
	send_self(SIGTSTP); /* nobody could continue us: nothing happens */
	return 9;
}

static void test_orphans(void)
{
	volatile int *told = map_shared(1);

	is(in_child(leave_stopped, (void *)(uintptr_t)told), EXITED(0),
	   "a stopped job loses its shell");
	for (int i = 0; i < 2000 && sys(__NR_kill, told[2], 0) == 0; i++)
		sleep_ms(1);
	is(sys(__NR_kill, told[2], 0), -ESRCH, "and ends by SIGHUP");
	is(told[1], 0, "before it goes on");
	is(in_child(stop_as_orphan, NULL), EXITED(9), "SIGTSTP does not stop an orphaned group");
	munmap((void *)(uintptr_t)told, PAGE);
}

static int sleep_a_little(void *arg)
{
	volatile long *result = arg;
	int wanted[2] = {0, 150000000};

	result[1] = 1;
	result[0] = sys(__NR_nanosleep, wanted, wanted);
	return 0;
}

/* A sleep that was stopped goes on, and ends when it was to end. */
static void test_stopped_sleep(void)
{
	volatile long *result = map_shared(1);
	int status;
	pid_t pid;

	pid = must_start(sleep_a_little, (void *)(uintptr_t)result);
	await((volatile int *)(uintptr_t)&result[1], 1);
	sleep_ms(30);
	sys(__NR_kill, pid, SIGSTOP);
	wait_for(pid, &status, WUNTRACED);
	sys(__NR_kill, pid, SIGCONT);
	is(wait_for(pid, &status, 0), pid, "a sleep that was stopped");
	is(result[0], 0, "is none the wiser");
	munmap((void *)(uintptr_t)result, PAGE);
}

static void test_init(void)
{
	if (!on_octavo()) {
		skip("the host's PID 1 is left alone");
		return;
	}
	ok(sys(__NR_kill, 1, SIGKILL) == 0 && sys(__NR_kill, 1, SIGTERM) == 0 &&
		   sys(__NR_kill, 1, SIGSTOP) == 0 && sys(__NR_kill, 1, 0) == 0,
	   "PID 1 is immune");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1) {
		write(1, "x", 1);
		for (;;)
			sleep_ms(1000);
	}
	change_mask(SIG_SETMASK, 0);
	set_default(SIGCHLD);
	test_groups();
	test_sessions();
	test_stop();
	test_waitid();
	test_sigchld();
	test_orphans();
	test_stopped_sleep();
	test_init();
	return tap_done();
}
