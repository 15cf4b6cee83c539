/* SPDX-License-Identifier: MIT */
/* fork(2) and vfork(2): who is who, and what a child gets. */
#include "guest.h"

static int check_identity(void *parent)
{
	if (sys(__NR_getppid) != *(pid_t *)parent)
		return 50;
	if (sys(__NR_getpid) == *(pid_t *)parent)
		return 51;
	return 7;
}

static void test_identity(void)
{
	pid_t me = getpid();
	int status;
	pid_t pid;

	is(in_child(check_identity, &me), EXITED(7),
	   "a child has a pid of its own and our parenthood");
	pid = must_fork();
	if (pid == 0)
		_exit(getpid() & 0xff);
	ok(pid > 0 && pid != me, "fork returns the child's pid");
	is(waitpid(pid, &status, 0), pid, "which wait knows");
	is(status, EXITED(pid & 0xff), "and which the child has");
	is(getpid(), me, "the parent's pid stays");
}

/* Registers and stack must be the parent's: recursion, and a fork at its bottom. */
static int fork_at_depth(int depth, int sum)
{
	volatile int local = depth * 3;
	int result = depth ? fork_at_depth(depth - 1, sum + depth) : -1;

	if (depth)
		return local == depth * 3 ? result : 99;
	if (must_fork() == 0)
		_exit(sum == 55 && local == 0 ? 0 : 98);
	return sum;
}

static void test_stack(void)
{
	int status;

	is(fork_at_depth(10, 0), 55, "the stack of the parent survives");
	wait(&status);
	is(status, EXITED(0), "and the child has it");
}

static void test_many(void)
{
	enum { N = 60 };
	pid_t pids[N];
	char seen[N] = {0};
	int good = 1;

	for (int i = 0; i < N; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(i);
	}
	for (int i = 0; i < N; i++) {
		int status;
		pid_t pid = wait(&status);

		for (int j = 0; j < N; j++) {
			if (pids[j] == pid) {
				good &= status == EXITED(j) && !seen[j];
				seen[j] = 1;
			}
		}
	}
	for (int j = 0; j < N; j++)
		good &= seen[j];
	ok(good, "%d children at once, each reaped once with its own status", N);
	is(waitpid(-1, NULL, 0), -1, "and then there is none");
	is(errno, ECHILD, "ECHILD");
}

/* A chain of processes, each the child of the one before. */
static int descend(void *depth)
{
	int n = *(int *)depth - 1;
	int status;

	if (n == 0)
		return 40;
	status = in_child(descend, &n);
	return WIFEXITED(status) && WEXITSTATUS(status) >= 40 ? WEXITSTATUS(status) + 1 : 1;
}

static void test_files(void)
{
	char buf[4] = "";
	int fd = open("/tmp/fork-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
	pid_t pid;

	if (fd < 0)
		bail_out("cannot create a file: errno %d", errno);
	unlink("/tmp/fork-test");
	is(write(fd, "abcdef", 6), 6, "a file is written");
	lseek(fd, 0, SEEK_SET);
	pid = must_fork();
	if (pid == 0) {
		int good = read(fd, buf, 2) == 2 && buf[0] == 'a' && buf[1] == 'b';

		close(fd);
		_exit(good ? 0 : 50);
	}
	is(in_child(descend, &(int){1}), EXITED(40), "another child comes and goes");
	waitpid(pid, NULL, 0);
	is(read(fd, buf, 2), 2, "the descriptor is still open for the parent");
	ok(buf[0] == 'c' && buf[1] == 'd', "and its position was shared with the child");
	close(fd);
}

static void test_vfork(void)
{
	volatile int shared = 1;
	volatile int steps = 0;
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		shared = 2;
		for (int i = 0; i < 10; i++) {
			sys(__NR_sched_yield);
			steps++;
		}
		_exit(9);
	}
	is(shared, 2, "a vfork child writes its parent's memory");
	is(steps, 10, "and the parent waits until it has ended");
	is(waitpid(pid, &status, 0), pid, "it is reaped");
	is(status, EXITED(9), "with its status");
}

/* Sleeps in vfork until it is killed; its child goes on for a while. */
static void vfork_and_sleep(volatile int *child_ended)
{
	if (vfork() == 0) {
		sleep_ms(300);
		*child_ended = 1;
		sys(__NR_exit, 0);
	}
	_exit(1);
}

static void test_vfork_parent_is_killed(void)
{
	volatile int *child_ended = map_shared(1);
	int status;
	pid_t pid = must_fork();

	if (pid == 0)
		vfork_and_sleep(child_ended);
	sleep_ms(50);
	kill(pid, SIGKILL);
	is(waitpid(pid, &status, 0), pid, "a parent that waits for its vfork child can be killed");
	is(status, KILLED(SIGKILL), "by the signal");
	is(*child_ended, 0, "while the child goes on");
	await(child_ended, 1);
	sleep_ms(10);
	ok(1, "and it ends without its parent");
}

int main(void)
{
	int depth = 25;

	test_identity();
	test_stack();
	test_many();
	is(in_child(descend, &depth), EXITED(64), "a chain of 25 generations");
	test_files();
	test_vfork();
	test_vfork_parent_is_killed();
	return tap_done();
}
