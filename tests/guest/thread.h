/* SPDX-License-Identifier: MIT */
/*
 * Threads by number, for tests of what the kernel alone does: no C library knows of them. Such a thread
 * makes system calls with sys() and touches memory; newlib is the first thread's.
 */
#ifndef GUEST_THREAD_H
#define GUEST_THREAD_H

#include "guest.h"

#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_FILES          0x00000400
#define CLONE_SIGHAND        0x00000800
#define CLONE_PIDFD          0x00001000
#define CLONE_VFORK          0x00004000
#define CLONE_PARENT         0x00008000
#define CLONE_THREAD         0x00010000
#define CLONE_NEWNS          0x00020000
#define CLONE_SYSVSEM        0x00040000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_DETACHED       0x00400000
#define CLONE_CHILD_SETTID   0x01000000
#define CLONE_NEWUSER        0x10000000

/* What a C library's threads have in common. */
#define THREAD_FLAGS                                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

#define STACK_BYTES 8192UL

struct thread {
	volatile int tid;   /* 0 when it has left its memory */
	volatile int begun; /* its id, once it runs */
	char *stack;
	void (*fn)(struct thread *);
	void *arg;
	volatile long result;
};

static inline char *map_stack(void)
{
	void *p = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of a stack: errno %d", errno);
	return p;
}

static void thread_main(struct thread *t)
{
	t->begun = (int)sys(__NR_gettid);
	t->fn(t);
	sys(__NR_exit, 0);
}

static inline long clone_at(unsigned flags, char *top, void *ptid, void *ctid,
			    void (*fn)(struct thread *), struct thread *t)
{
	void *stack = new_stack(top, (void (*)(void *))(uintptr_t)fn, t);

	return sys(__NR_clone, flags, stack, ptid, 0, ctid);
}

/* => its id, or -errno; *t must stay until thread_join() */
static inline long thread_try(struct thread *t, void (*fn)(struct thread *), void *arg)
{
	long tid;

	if (t->stack == NULL)
		t->stack = map_stack();
	t->fn = fn;
	t->arg = arg;
	t->begun = 0;
	t->result = -1;
	tid = clone_at(THREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
		       t->stack + STACK_BYTES, (void *)(uintptr_t)&t->tid,
		       (void *)(uintptr_t)&t->tid, thread_main, t);
	if (tid < 0)
		t->tid = 0;
	return tid;
}

static inline void thread_start(struct thread *t, void (*fn)(struct thread *), void *arg)
{
	long tid = thread_try(t, fn, arg);

	if (tid < 0)
		bail_out("clone: %ld", tid);
}

#define FUTEX_WAIT        0
#define FUTEX_WAKE        1
#define FUTEX_REQUEUE     3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP     5
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE     128
#define FUTEX_REALTIME    256

/* The word is cleared, and woken as a shared one, when the thread has left its memory. */
static inline void thread_join(struct thread *t)
{
	int tid;

	while ((tid = t->tid) != 0)
		sys(__NR_futex, &t->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
}

static volatile int thread_go;

/* What a thread does until let_go(). */
static inline void wait_until_go(struct thread *t)
{
	t->result = sys(__NR_getpid);
	while (!thread_go)
		sys(__NR_futex, &thread_go, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* Join nr of them. */
static inline void let_go(struct thread *threads, int nr)
{
	thread_go = 1;
	sys(__NR_futex, &thread_go, FUTEX_WAKE, 1000, NULL, NULL, 0);
	for (int i = 0; i < nr; i++)
		thread_join(&threads[i]);
	thread_go = 0;
}

/* A thread whose word is cleared has left its memory; it is gone a little later. */
static inline void await_gone(int tid)
{
	for (int i = 0; i < 5000 && sys(__NR_tkill, tid, 0) == 0; i++)
		sleep_ms(1);
}

/* In state `letter` of /proc: S it sleeps, T it is stopped. Gives up after ten seconds. */
static inline int await_state(int pid, int tid, char letter)
{
	for (int i = 0; i < 5000; i++) {
		char path[48], text[128], *end;
		long fd, n;

		sniprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
		fd = sys(__NR_open, path, O_RDONLY, 0);
		n = fd < 0 ? -1 : sys(__NR_read, fd, text, sizeof(text) - 1);
		if (fd >= 0)
			sys(__NR_close, fd);
		if (n <= 0)
			return 0;
		text[n] = '\0';
		end = strrchr(text, ')');
		if (end != NULL && end[2] == letter)
			return 1;
		sleep_ms(i < 50 ? 1 : 2);
	}
	return 0;
}

#endif
