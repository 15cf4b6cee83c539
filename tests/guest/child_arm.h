/* SPDX-License-Identifier: MIT */
/*
 * Children without fork(2): they have our memory, and a stack of their own. What such a child stores is
 * seen by all; its descriptors, signals and credentials are its own. Of newlib it must not use what
 * keeps notes (malloc, stdio).
 */
#ifndef GUEST_CHILD_ARM_H
#define GUEST_CHILD_ARM_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine.h"

/* Has a child memory of its own? */
#define CHILDREN_HAVE_MEMORY 0

#define CHILD_STACK_BYTES 16384u
#define CHILDREN_MAX      64

static struct child {
	pid_t pid; /* its stack is free when it has been waited for; -1: being made */
	char *stack;
	int (*fn)(void *);
	void *arg;
} children[CHILDREN_MAX];

static inline void child_main(void *arg)
{
	struct child *c = arg;

	_exit(c->fn(c->arg));
}

static inline struct child *child_claim(void)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		pid_t pid = children[i].pid;

		if (pid > 0 && octavo_syscall(__NR_kill, pid, 0) != -ESRCH)
			continue;
		if (pid >= 0 && __sync_bool_compare_and_swap(&children[i].pid, pid, -1))
			return &children[i];
	}
	return NULL;
}

/* A child that ends with what FN(ARG) returns. => its pid; -1 */
static inline pid_t start_child(int (*fn)(void *), void *arg)
{
	struct child *c = child_claim();
	long pid;

	if (c == NULL)
		return errno = EAGAIN, -1;
	if (c->stack == NULL) {
		void *p = mmap(NULL, CHILD_STACK_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

		c->stack = p == MAP_FAILED ? NULL : p;
	}
	c->fn = fn;
	c->arg = arg;
	pid = c->stack == NULL
		      ? -ENOMEM
		      : octavo_syscall(__NR_clone, 0x100 | SIGCHLD, /* CLONE_VM */
				       new_stack(c->stack + CHILD_STACK_BYTES, child_main, c), NULL,
				       0, NULL);
	c->pid = pid > 0 ? (pid_t)pid : 0;
	return pid > 0 ? (pid_t)pid : (errno = (int)-pid, -1);
}

#endif
