/* SPDX-License-Identifier: MIT */
/* cpu_time.h - the CPU time of processes, as times(2), getrusage(2), wait4(2) and /proc tell it. */
#pragma once

#include <octavo/task.h>

/* struct rusage of i386 and ARM, getrusage(2) */
struct rusage32 {
	s32 utime_sec, utime_usec, stime_sec, stime_usec;
	s32 maxrss_kb, ixrss, idrss, isrss;
	s32 minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals;
	s32 nr_waits, nr_preempted;
};
_Static_assert(sizeof(struct rusage32) == 72, "two timevals and fourteen longs");

/* cpu_time_tick - a tick came in user mode, or in the kernel. => timer interrupt */
void cpu_time_tick(bool user);
/* cpu_uses_add - what t has, to *to. => a moment's picture */
static inline void cpu_uses_add(struct use_counts *to, const struct task *t)
{
	to->nr_faults += t->nr_faults;
	to->nr_switches += t->nr_switches;
	to->nr_preempted += t->nr_preempted;
}
/* cpu_uses_of_process - of all tasks that the process of t has or had: looks at each of its threads.
 *   => any context in which t stays */
struct use_counts cpu_uses_of_process(struct task *t);
/* cpu_times_of - what `t` has used up to now. => task_list_lock; or t is current, or has ended and
 * cannot go away */
struct cpu_times cpu_times_of(struct task *t);
/* cpu_times_of_process - the same, but `uses`, of all tasks that its process has or had; what others than
 * t and current run now is counted up to their last tick. => as cpu_times_of() */
struct cpu_times cpu_times_of_process(struct task *t);
/* process_run_ns - their sum alone. => the same, and in an interrupt of current */
u64 process_run_ns(struct task *t);
/* cpu_times_with_children - of the process that has ended, with its children's that it has waited for.
 *   => task_list_lock held */
struct cpu_times cpu_times_with_children(struct task *t);
/* cpu_times_reaped - `child`, which has ended, is being waited for by current. */
void cpu_times_reaped(struct task *child);
/* rusage_fill - the times, the most memory, faults and switches, and 0 in all else */
void rusage_fill(struct rusage32 *ru, const struct cpu_times *times);
