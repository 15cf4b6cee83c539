/* SPDX-License-Identifier: MIT */
/* Benchmarks of processes: fork, copy on write, exec, pipes between them. */
#include <uapi/octavo/futex.h>
#include <uapi/octavo/sched.h>

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

/* What glibc's pthread_create() shares. */
#define THREAD_FLAGS                                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |        \
	 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* A thread that ends at once; it needs no stack for that, but is given one. => its id, or an error */
static long clone_and_exit(void *stack_top, volatile int *tid, const void *tls)
{
	long result;

	__asm__ volatile("int $0x80\n\ttestl %%eax, %%eax\n\tjnz 1f\n\t"
			 "xorl %%ebx, %%ebx\n\tmovl %2, %%eax\n\tint $0x80\n1:"
			 : "=a"(result)
			 : "0"(__NR_clone), "i"(__NR_exit), "b"(THREAD_FLAGS), "c"(stack_top),
			   "d"(tid), "S"(tls), "D"(tid)
			 : "memory", "cc");
	return result;
}

/* Threads made and joined as a C library does it, one after the other on the same stack. */
static long run_thread(void)
{
	enum { N = 200 };
	static char stack[4096] __attribute__((aligned(16)));
	static volatile int tid;
	/* struct user_desc: entry, base, limit, 32 bits of pages that may be used */
	const uint32_t tls[] = {6, (uint32_t)stack, 0xfffff, 0x51};

	start();
	for (int i = 0; i < N; i++) {
		long err = clone_and_exit(stack + sizeof(stack), &tid, tls);
		int now;

		if (err < 0)
			return err;
		while ((now = tid) != 0)
			call4(__NR_futex, (long)&tid, FUTEX_WAIT, now, 0);
	}
	stop();
	return N;
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
	{"thread_create_join", "cycle", run_thread},
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
