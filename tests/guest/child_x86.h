/* SPDX-License-Identifier: MIT */
/* Children are made by fork(2). */
#ifndef GUEST_CHILD_X86_H
#define GUEST_CHILD_X86_H

#include <unistd.h>

/* Has a child memory of its own? */
#define CHILDREN_HAVE_MEMORY 1

/* A child that ends with what FN(ARG) returns. => its pid; -1 */
static inline pid_t start_child(int (*fn)(void *), void *arg)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(arg));
	return pid;
}

#endif
