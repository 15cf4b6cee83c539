/* SPDX-License-Identifier: MIT */
/* current.h - the running task of the simulated machine (tests/host/mm_machine.c). */
#pragma once

#include <arch/layout.h>

struct task;
struct task_head;

extern struct task *host_current;

static inline struct task *arch_current(void)
{
	return host_current;
}

static inline struct task_head *arch_current_head(void)
{
	return (struct task_head *)(void *)host_current;
}
