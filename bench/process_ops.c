/* SPDX-License-Identifier: MIT */
/* Benchmarks of processes: fork, copy on write, exec, pipes between them. */
#include "bench.h"

#define BIG (64 * MB)

/* N processes made by call NR, one after the other, which only exit. => N, or the error */
static long fork_and_reap(long nr, int n)
{
	start();
	for (int i = 0; i < n; i++) {
		long pid = call0(nr);

		if (pid == 0)
			call1(__NR_exit, 0);
		if (pid < 0)
			return pid;
		reap(pid);
	}
	stop();
	return n;
}

static long run_fork(void)
{
	return fork_and_reap(__NR_fork, 100);
}

static long run_vfork(void)
{
	return fork_and_reap(__NR_vfork, 100);
}

static long run_fork_64m(void)
{
	char *p = map_touched(BIG);
	long n;

	if (!p)
		return -ENOMEM;
	n = fork_and_reap(__NR_fork, 5);
	unmap(p, BIG);
	return n;
}

/* The child writes every page, and hands its time over in shared memory. */
static long run_cow_child(void)
{
	uint64_t *shared = (uint64_t *)map(PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	char *p = map_touched(BIG);
	long pid;

	if (!p || !shared)
		return -ENOMEM;
	*shared = 0;
	pid = call0(__NR_fork);
	if (pid == 0) {
		start();
		touch_write(p, BIG);
		stop();
		*shared = stopwatch_ns;
		call1(__NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	reap(pid);
	stopwatch_ns = *shared;
	unmap(p, BIG);
	unmap(shared, PAGE);
	return BIG / PAGE;
}

/* The parent writes when the child is gone: its frames are its own again. */
static long run_cow_parent(void)
{
	char *p = map_touched(BIG);
	long pid;

	if (!p)
		return -ENOMEM;
	pid = call0(__NR_fork);
	if (pid == 0)
		call1(__NR_exit, 0);
	if (pid < 0)
		return pid;
	reap(pid);
	start();
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

/* N times PATH in a process made by call NR. => N, or an error */
static long exec_and_reap(const char *path, int n, long nr)
{
	static const char *const argv[] = {"hello", NULL};
	static const char *const envp[] = {NULL};

	start();
	for (int i = 0; i < n; i++) {
		int status = 0;
		long pid = call0(nr);

		if (pid == 0) {
			call3(__NR_execve, (long)path, (long)argv, (long)envp);
			call1(__NR_exit, 127);
		}
		if (pid < 0)
			return pid;
		call4(__NR_wait4, pid, (long)&status, 0, 0);
		if (status)
			return -ENOEXEC;
	}
	stop();
	return n;
}

static long run_fork_exec(void)
{
	return exec_and_reap("/hello", 50, __NR_fork);
}

static long run_vfork_exec(void)
{
	return exec_and_reap("/hello", 50, __NR_vfork);
}

static long run_fork_exec_glibc(void)
{
	return exec_and_reap("/hello_glibc", 50, __NR_fork);
}

static void close_pipe(const int *fds)
{
	call1(__NR_close, fds[0]);
	call1(__NR_close, fds[1]);
}

/* One byte there and back between two processes. */
static long run_pingpong(void)
{
	enum { N = 1000 };
	int there[2], back[2];
	char c = 0;
	long pid, err;

	err = call1(__NR_pipe, (long)there);
	if (err < 0)
		return err;
	err = call1(__NR_pipe, (long)back);
	if (err < 0)
		return err;
	pid = call0(__NR_fork);
	if (pid == 0) {
		call1(__NR_close, there[1]);
		while (call3(__NR_read, there[0], (long)&c, 1) == 1)
			call3(__NR_write, back[1], (long)&c, 1);
		call1(__NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	for (int i = 0; i < N + 10; i++) {
		if (i == 10) /* the first are for warming up */
			start();
		call3(__NR_write, there[1], (long)&c, 1);
		call3(__NR_read, back[0], (long)&c, 1);
	}
	stop();
	call1(__NR_close, there[1]);
	reap(pid);
	call1(__NR_close, there[0]);
	close_pipe(back);
	return 2 * N;
}

static long run_pipe_self(void)
{
	enum { N = 2000 };
	int fds[2];
	char c = 0;
	long err = call1(__NR_pipe, (long)fds);

	if (err < 0)
		return err;
	start();
	for (int i = 0; i < N; i++) {
		call3(__NR_write, fds[1], (long)&c, 1);
		call3(__NR_read, fds[0], (long)&c, 1);
	}
	stop();
	close_pipe(fds);
	return N;
}

const struct operation process_operations[] = {
	{"fork_exit_wait_small", "cycle", run_fork},
	{"vfork_exit_wait_small", "cycle", run_vfork},
	{"fork_exit_wait_64M", "cycle", run_fork_64m},
	{"cow_fault_child_64M", "page", run_cow_child},
	{"cow_reuse_parent_64M", "page", run_cow_parent},
	{"fork_exec_hello_raw", "cycle", run_fork_exec},
	{"vfork_exec_hello_raw", "cycle", run_vfork_exec},
	{"fork_exec_hello_glibc", "cycle", run_fork_exec_glibc},
	{"pipe_pingpong_switch", "one-way", run_pingpong},
	{"pipe_write_read_self", "pair", run_pipe_self},
	{NULL, NULL, NULL},
};
