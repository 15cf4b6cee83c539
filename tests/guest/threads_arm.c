/* SPDX-License-Identifier: MIT */
/*
 * Threads on ARM without an MMU: what clone(2) refuses, the word that each thread has for its own data,
 * and stacks under the MPU. `threads_arm tls`: what a new program finds of that word.
 */
#include "sigtest.h"
#include "thread.h"

#define NR 6

static struct thread threads[NR];

static void test_refused(void)
{
	is(sys(__NR_fork), -EINVAL, "fork");
	is(sys(__NR_clone, SIGCHLD, NULL, NULL, 0, NULL), -EINVAL, "clone without CLONE_VM");
	is(sys(__NR_clone, CLONE_VFORK | SIGCHLD, NULL, NULL, 0, NULL), -EINVAL,
	   "whoever waits for it");
	is(sys(__NR_clone, CLONE_FILES | CLONE_FS | SIGCHLD, NULL, NULL, 0, NULL), -EINVAL,
	   "whatever else is shared");
}

/* --- the thread's word --- */

static void own_word(struct thread *t)
{
	long first = sys(__ARM_NR_get_tls);

	sys(__ARM_NR_set_tls, t);
	for (int i = 0; i < 50; i++) {
		sys(__NR_sched_yield);
		if (sys(__ARM_NR_get_tls) != (long)(uintptr_t)t)
			return;
	}
	t->result = first;
}

static int word_of_child(void *arg)
{
	(void)arg;
	return sys(__ARM_NR_get_tls) == 0x1234 ? 0 : 1;
}

static int word_after_exec(void *self)
{
	char argument[] = "tls", *argv[] = {self, argument, NULL}, *envp[] = {NULL};

	sys(__NR_execve, self, argv, envp);
	return 99;
}

static void test_word(char *self)
{
	int own = 0;

	is(sys(__ARM_NR_get_tls), 0, "a program begins with 0");
	is(sys(__ARM_NR_set_tls, 0x1234), 0, "set_tls");
	is(sys(__ARM_NR_get_tls), 0x1234, "get_tls");
	for (int i = 0; i < NR; i++)
		thread_start(&threads[i], own_word, NULL);
	for (int i = 0; i < NR; i++) {
		thread_join(&threads[i]);
		own += threads[i].result == 0x1234;
	}
	is(own, NR, "each thread begins with its maker's, and has its own");
	is(sys(__ARM_NR_get_tls), 0x1234, "the first still has its");
	threads[0].fn = own_word;
	threads[0].tid = 1;
	is(sys(__NR_clone, THREAD_FLAGS | CLONE_SETTLS | CLONE_CHILD_CLEARTID,
	       new_stack(threads[0].stack + STACK_BYTES, (void (*)(void *))(uintptr_t)thread_main,
			 &threads[0]),
	       NULL, 0x777, (void *)(uintptr_t)&threads[0].tid) > 0,
	   1, "CLONE_SETTLS");
	thread_join(&threads[0]);
	is(threads[0].result, 0x777, "gives it another");
	is(in_child(word_of_child, NULL), EXITED(0),
	   "a process that shares the memory has it, too");
	is(in_child(word_after_exec, self), EXITED(0), "a new program has not");
	is(sys(__ARM_NR_cacheflush, threads, threads + 1, 0), 0, "cacheflush does nothing");
	is(sys(__ARM_NR_cacheflush, threads + 1, threads, 0), -EINVAL, "but to what is no range");
	is(sys(__ARM_NR_cacheflush, threads, threads + 1, 1), -EINVAL, "or with flags");
	is(sys(0xf0007), -ENOSYS, "there is no next one");
}

/* --- stacks --- */

static volatile uint32_t *places[12];
static volatile int sum;

/* More regions than the MPU has slots, and deep calls, while others run. */
static __attribute__((noinline)) int dig(int depth)
{
	volatile char room[200];

	room[0] = (char)depth;
	if (depth == 0)
		return 0;
	sum += (int)*places[depth % 12];
	return dig(depth - 1) + (room[0] == (char)depth);
}

static void dig_often(struct thread *t)
{
	uint64_t end = now_ns() + 60000000;

	t->result = 0;
	while (now_ns() < end)
		t->result += dig(20) != 20;
}

static void test_together(void)
{
	long wrong = 0;

	for (int i = 0; i < 12; i++)
		places[i] = (uint32_t *)(void *)map_pages(1, PROT_READ | PROT_WRITE);
	for (int i = 0; i < NR; i++)
		thread_start(&threads[i], dig_often, NULL);
	for (int i = 0; i < NR; i++) {
		thread_join(&threads[i]);
		wrong += threads[i].result;
	}
	is(wrong, 0, "threads on stacks of their own, with more regions than slots");
	for (int i = 0; i < 12; i++)
		munmap((void *)(uintptr_t)places[i], PAGE);
}

static char *lower; /* the mapping below the stack that overflows */

static __attribute__((noinline)) int deeper(volatile char *above)
{
	volatile char room[300];

	room[0] = *above;
	return above == NULL ? 0 : deeper(room) + room[0];
}

static void overflow(struct thread *t)
{
	volatile char c = *(volatile char *)lower; /* so the MPU has a slot for it */

	t->result = deeper(&c);
}

static int overflow_in_thread(void *stack)
{
	static struct thread t;

	t.stack = stack;
	thread_start(&t, overflow, NULL);
	thread_join(&t);
	return 1;
}

/* The first stack's sp, a little off: registers have no such bits. */
static void odd(struct thread *t)
{
	t->result = (long)((uintptr_t)__builtin_frame_address(0) & 3);
}

static void test_stacks(void)
{
	char *stack[16];
	int n = 0;

	do
		stack[n] = map_stack();
	while (++n < 16 && (n < 2 || stack[n - 1] != stack[n - 2] + STACK_BYTES));
	lower = stack[n - 2];
	memset(lower, 0x5a, STACK_BYTES);
	is(in_child(overflow_in_thread, stack[n - 1]), KILLED(SIGSEGV),
	   "a thread's stack overflows");
	ok(all_bytes(lower, STACK_BYTES, 0x5a), "and what lies below it is as it was");
	while (--n >= 0)
		munmap(stack[n], STACK_BYTES);

	threads[0].fn = odd;
	threads[0].tid = 1;
	is(sys(__NR_clone, THREAD_FLAGS | CLONE_CHILD_CLEARTID,
	       (char *)new_stack(threads[0].stack + STACK_BYTES,
				 (void (*)(void *))(uintptr_t)thread_main, &threads[0]) +
		       3,
	       NULL, 0, (void *)(uintptr_t)&threads[0].tid) > 0,
	   1, "a stack that is not aligned");
	thread_join(&threads[0]);
	is(threads[0].result, 0, "is, when it is used");
}

/* The last words of its stack, and what lies behind it: to a pipe, and from it. */
static void calls_at_the_end(struct thread *t)
{
	char *end = t->stack + STACK_BYTES;
	int pair[2];

	if (sys(__NR_pipe, pair) != 0)
		return;
	if (sys(__NR_write, pair[1], end - 4, 8) != -EFAULT)
		t->result = 1;
	else if (sys(__NR_write, pair[1], end - 8, 8) != 8)
		t->result = 2;
	else
		t->result = sys(__NR_read, pair[0], end - 4, 8) == 4 ? 0 : 3;
	close(pair[0]);
	close(pair[1]);
}

static void test_end_of_stack(void)
{
	static struct thread t;

	t.stack = mmap(NULL, 2 * STACK_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	is(munmap(t.stack + STACK_BYTES, STACK_BYTES), 0, "a stack with nothing behind it");
	is(peek(t.stack + STACK_BYTES), KILLED(SIGSEGV), "it is so");
	thread_start(&t, calls_at_the_end, NULL);
	thread_join(&t);
	is(t.result, 0, "a call has of a stack what is there, and no more");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return sys(__ARM_NR_get_tls) != 0;
	test_refused();
	test_word(argv[0]);
	test_together();
	test_stacks();
	test_end_of_stack();
	return tap_done();
}
