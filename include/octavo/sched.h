/* SPDX-License-Identifier: MIT */
/*
 * sched.h - who runs: per-CPU queues, round robin with time slices, preemption in kernel and user.
 *
 * A lower layer than task.c: it moves tasks between running, runnable and sleeping, and knows
 * nothing of processes.
 */
#pragma once

#include <octavo/task.h>

#define SLICE_TICKS 5 /* 20 ms */

/* sched_init - CPU 0's queue; the caller becomes its idle task. => boot, interrupts off */
void sched_init(void);
/* sched_start - let a new task run from now on. => any context */
void sched_start(struct task *t);
/* schedule - give the CPU to the next runnable task. The current task's state says whether it
 * comes back by itself (TASK_RUNNABLE) or by a wake. => preempt_count 0, no spinlock held */
void schedule(void);
/* sched_yield_cpu - to the end of the queue. */
void sched_yield_cpu(void);
/* sched_wake - make a sleeping task runnable; true if it slept.
 *   => any context; preempts the current task if the scheduler's rules say so */
bool sched_wake(struct task *t);
/* sched_exit - the last call of a dying task, state TASK_ZOMBIE or TASK_DEAD set by the caller
 * with `lock` held; releases it after the task can no longer be seen running. */
void sched_exit(spinlock_t *lock) __noreturn;
/* sched_wait_inactive - until `t` (zombie or dead) has left its CPU and its stack. */
void sched_wait_inactive(struct task *t);
/* sched_cpu_idle - the boot CPU's loop once main is done. */
void sched_cpu_idle(void) __noreturn;
/* sched_nr_runnable - tasks in all queues, for reports. */
unsigned sched_nr_runnable(void);
u64 sched_nr_switches(void);

/* chaos.c: with chaos=SEED the scheduler preempts at every point where it may, as a seeded
 * generator decides. */
void chaos_init(u32 seed);
extern bool chaos_on;
bool chaos_preempt(void); /* decide for this point. => preempt_enable and unlocks ask it */
