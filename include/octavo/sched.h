/* SPDX-License-Identifier: MIT */
/*
 * sched.h - who runs: per-CPU queues, round robin with time slices, preemption in kernel and user.
 *
 * A lower layer than task.c: it moves tasks between running, runnable and sleeping, and knows
 * nothing of processes.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/task.h>

#define CPUS_PRESENT_MASK 1u /* the CPUs that there are, as in task.cpu_set */

#define SLICE_NS 20000000 /* what a task may run before the next of its kind has its turn */

/* sched_init - CPU 0's queue; the caller becomes its idle task. => boot, interrupts off */
void sched_init(void);
/* sched_is_live - has any task been switched to? Before that nobody can be kept waiting. */
bool sched_is_live(void);
/* sched_start - let a new task run from now on. => any context */
void sched_start(struct task *t);
/* schedule - give the CPU to the next runnable task. The current task's state says whether it
 * comes back by itself (TASK_RUNNABLE) or by a wake.
 * => preempt_count 0, no spinlock held, interrupts on */
void schedule(void);
/* sched_yield_cpu - to the end of the queue. */
void sched_yield_cpu(void);
/* sched_wake - make a sleeping task runnable; true if it slept.
 *   => any context; preempts the current task if the scheduler's rules say so */
bool sched_wake(struct task *t);
/* sched_wake_interruptible - the same where it sleeps as TASK_INTERRUPTIBLE only. */
bool sched_wake_interruptible(struct task *t);
/* sched_wake_stopped - the same where it sleeps as TASK_INTERRUPTIBLE or TASK_STOPPED. */
bool sched_wake_stopped(struct task *t);
/* sched_wake_irqs_off - sched_wake() where interrupts are off already. */
bool sched_wake_irqs_off(struct task *t);
/* sched_set_sleeping - mark the current task sleeping, before it looks at what it waits for; then it
 * calls schedule(), or sched_set_running() where it need not sleep. */
static inline void sched_set_sleeping(bool interruptible)
{
	current->state = interruptible ? TASK_INTERRUPTIBLE : TASK_SLEEPING;
	arch_mb(); /* before the look at the condition */
}
static inline void sched_set_running(void)
{
	current->state = TASK_RUNNABLE;
}
/* sched_tick - HZ times a second on each CPU, in the timer interrupt. */
void sched_tick(void);
/* sched_task_run_ns - CPU time of `t`, up to now if it runs. => any context */
u64 sched_task_run_ns(struct task *t);
/* sched_take_dead - a task in state TASK_DEAD that has left its CPU, or NULL. (task_reap_dead) */
struct task *sched_take_dead(void);
/* sched_bury - a zombie that nobody waits for becomes TASK_DEAD, for sched_take_dead().
 *   => task_list_lock held, so that it has left its stack */
void sched_bury(struct task *t);
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
/* sched_nr_cpus - CPUs that run tasks */
unsigned sched_nr_cpus(void);

/* chaos.c: with chaos=SEED the scheduler preempts at every point where it may, as a seeded
 * generator decides. */
void chaos_init(u32 seed);
extern bool chaos_on;
bool chaos_preempt(void); /* decide for this point. => asked by preempt_resched() */
u32 chaos_pick(u32 n);    /* => 0 .. n-1: which runnable task is next */
