/* SPDX-License-Identifier: MIT */
/* Faults that no handler can help with, on every machine. A program of its own defines on_fault(). */
#ifndef GUEST_SIGDEADLY_H
#define GUEST_SIGDEADLY_H

#include "sigtest.h"

static void on_fault(int sig, struct test_info *info, struct test_ucontext *uc);

static volatile char *volatile nowhere; /* NULL, but the compiler does not know */

static int fault_blocked(void *arg)
{
	(void)arg;
	set_action(SIGSEGV, on_fault, SA_SIGINFO, 0);
	change_mask(SIG_BLOCK, BIT(SIGSEGV));
	*nowhere = 1;
	return 1;
}

static int fault_ignored(void *arg)
{
	(void)arg;
	set_ignored(SIGSEGV);
	*nowhere = 1;
	return 1;
}

static void fault_again(int sig)
{
	(void)sig;
	*nowhere = 1;
}

static int fault_in_handler(void *arg)
{
	(void)arg;
	set_action(SIGSEGV, fault_again, 0, 0);
	*nowhere = 1;
	return 1;
}

static int fault_for_ever(void *arg)
{
	(void)arg;
	set_action(SIGSEGV, fault_again, SA_NODEFER, 0);
	*nowhere = 1;
	return 1;
}

static char big_stack[65536];

static void recurse(int sig)
{
	static volatile int depth;

	(void)sig;
	if (++depth < 3)
		*nowhere = 1;
	_exit(depth);
}

static int nested_on_altstack(void *arg)
{
	struct test_stack st = {.sp = big_stack, .size = sizeof(big_stack)};

	(void)arg;
	sys(__NR_sigaltstack, &st, NULL);
	set_action(SIGSEGV, recurse, SA_ONSTACK | SA_NODEFER, 0);
	*nowhere = 1;
	return 1;
}

static int pipe_without_reader(void *arg)
{
	int fds[2];

	(void)arg;
	if (pipe(fds) != 0)
		return 1;
	close(fds[0]);
	if (write(fds[1], "x", 1) == 1)
		return 2;
	return 3;
}

static int pipe_ignored(void *arg)
{
	set_ignored(SIGPIPE);
	return pipe_without_reader(arg);
}

static inline void test_deadly(void)
{
	is(in_child(fault_blocked, NULL), KILLED(SIGSEGV), "a fault whose signal is blocked kills");
	is(in_child(fault_ignored, NULL), KILLED(SIGSEGV), "and one that is ignored");
	is(in_child(fault_in_handler, NULL), KILLED(SIGSEGV), "and one in its own handler");
	is(in_child(fault_for_ever, NULL), KILLED(SIGSEGV), "handlers for ever run out of stack");
	is(in_child(nested_on_altstack, NULL), EXITED(3), "handlers nest on an alternate stack");
	is(in_child(pipe_without_reader, NULL), KILLED(SIGPIPE), "SIGPIPE");
	is(in_child(pipe_ignored, NULL), EXITED(3), "or EPIPE");
}

#endif
