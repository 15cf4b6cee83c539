/* SPDX-License-Identifier: MIT */
/* current.h - who runs: one word, changed by arch_switch() alone. */
#pragma once

struct task;
struct task_head;

extern struct task *arch_current_task;

static inline struct task *arch_current(void)
{
	return arch_current_task;
}

/* struct task begins with its struct task_head. */
static inline struct task_head *arch_current_head(void)
{
	return (struct task_head *)arch_current_task;
}
