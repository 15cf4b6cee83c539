/* SPDX-License-Identifier: MIT */
/*
 * current.h - the running task, found from the stack pointer.
 *
 *	stack + 8K  ->	user's registers (struct trapframe)
 *			...
 *	stack	    ->	struct task *		(8K-aligned)
 *	stack - 4K  ->	guard page, not mapped
 */
#pragma once

#include <arch/layout.h>

struct task;
struct task_head;

static inline struct task **arch_stack_owner(void)
{
	struct task **base;

	/* Not volatile: on one stack the answer never changes. */
	__asm__("movl %%esp, %0\n\tandl %1, %0" : "=&r"(base) : "i"(-(int)KSTACK_SIZE) : "cc");
	return base;
}

static inline struct task *arch_current(void)
{
	return *arch_stack_owner();
}

static inline struct task_head *arch_current_head(void)
{
	return (struct task_head *)(void *)arch_current();
}
