/* SPDX-License-Identifier: MIT */
/*
 * cpu_time.c - the CPU time of processes: times(2), getrusage(2).
 *
 * What a task has run is known to the nanosecond (run_ns); how it divides into user and system is
 * sampled: each tick counts for the mode that it came in, and run_ns is divided in that proportion, but
 * neither part gets less than it was said to be.
 * Both are counted for the task and for its process at the same time, so that nobody has to ask all
 * threads. A child's times come to its parent's children_times when it is waited for. So does the most
 * memory that was ever resident, of which the largest counts.
 */
#include <octavo/cpu_time.h>

#include <octavo/config.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/rlimit.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>

#define USER_HZ         100u /* the unit of times(2) */
#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1

void cpu_time_tick(bool user)
{
	struct task *t = current;

	if (user) {
		t->user_ticks++;
		atomic_inc(&t->signal->user_ticks);
	} else {
		t->system_ticks++;
		atomic_inc(&t->signal->system_ticks);
	}
	if (unlikely(rlimit(RLIMIT_CPU) != RLIMIT_INFINITE))
		rlimit_cpu();
}

/* What the leader has run is its own run_ns, that of the others goes to threads_ns as well: so a process
 * without threads pays nothing for it. */
u64 process_run_ns(struct task *t)
{
	const struct signal_state *s = t->signal;
	u64 ns, again;

	if (t->follows)
		(void)sched_task_run_ns(t); /* counts it, up to now */
	again = s->threads_ns;
	do { /* it only grows: what is read twice is not made of halves of two moments */
		ns = again;
		again = s->threads_ns;
	} while (ns != again);
	return ns + sched_task_run_ns(s->leader);
}

/* *told: what was said of the task, or its process, the last time. Neither part gets less. */
static struct cpu_times divide(const struct task *t, struct cpu_times *told, u64 run_ns, u32 user,
			       u32 system)
{
	u64 part = user + system == 0 ? 0 : run_ns / (user + system) * user;
	struct cpu_times times;
	irqstate_t irqs;

	if (system == 0 && user != 0)
		part = run_ns;
	irqs = spin_lock_irqsave(&t->signal->lock);
	if (run_ns > told->user_ns + told->system_ns) {
		part = MIN(part, run_ns - told->system_ns);
		told->user_ns = MAX(part, told->user_ns);
		told->system_ns = run_ns - told->user_ns;
	}
	times = *told;
	spin_unlock_irqrestore(&t->signal->lock, irqs);
	times.max_resident = t->signal->max_resident;
	if (t->mm != NULL)
		times.max_resident = MAX(times.max_resident, mm_peak_resident(t->mm));
	return times;
}

struct use_counts cpu_uses_of_process(struct task *t)
{
	struct signal_state *s = t->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	struct use_counts uses = s->uses_before;
	const struct task *thread;

	LIST_FOREACH(thread, &s->threads, thread_link)
		cpu_uses_add(&uses, thread);
	spin_unlock_irqrestore(&s->lock, irqs);
	return uses;
}

struct cpu_times cpu_times_of(struct task *t)
{
	struct cpu_times times =
		divide(t, &t->told_times, sched_task_run_ns(t), t->user_ticks, t->system_ticks);

	cpu_uses_add(&times.uses, t);
	return times;
}

struct cpu_times cpu_times_of_process(struct task *t)
{
	struct signal_state *s = t->signal;

	if (s == current->signal)
		t = current;
	return divide(t, &s->told_times, process_run_ns(t), (u32)atomic_read(&s->user_ticks),
		      (u32)atomic_read(&s->system_ticks));
}

static void add_times(struct cpu_times *to, const struct cpu_times *times)
{
	to->user_ns += times->user_ns;
	to->system_ns += times->system_ns;
	to->max_resident = MAX(to->max_resident, times->max_resident);
	to->uses.nr_faults += times->uses.nr_faults;
	to->uses.nr_switches += times->uses.nr_switches;
	to->uses.nr_preempted += times->uses.nr_preempted;
}

struct cpu_times cpu_times_with_children(struct task *t)
{
	struct cpu_times times = cpu_times_of_process(t);

	times.uses = cpu_uses_of_process(t);
	add_times(&times, &t->signal->children_times);
	return times;
}

void cpu_times_reaped(struct task *child)
{
	struct cpu_times times;

	spin_lock(&task_list_lock);
	times = cpu_times_with_children(child);
	add_times(&current->signal->children_times, &times);
	spin_unlock(&task_list_lock);
}

/* What getrusage(2) and times(2) tell of the current process. */
static struct cpu_times current_times(int who)
{
	struct cpu_times times;

	if (who == RUSAGE_THREAD)
		return cpu_times_of(current);
	if (who == RUSAGE_SELF) {
		times = cpu_times_of_process(current);
		times.uses = cpu_uses_of_process(current);
		return times;
	}
	spin_lock(&task_list_lock);
	times = current->signal->children_times;
	spin_unlock(&task_list_lock);
	return times;
}

void rusage_fill(struct rusage32 *ru, const struct cpu_times *times)
{
	u32 rest;

	memset(ru, 0, sizeof(*ru));
	ru->utime_sec = (s32)split_seconds(times->user_ns, &rest);
	ru->utime_usec = (s32)(rest / 1000u);
	ru->stime_sec = (s32)split_seconds(times->system_ns, &rest);
	ru->stime_usec = (s32)(rest / 1000u);
	ru->maxrss_kb = (s32)(times->max_resident * (PAGE_SIZE / 1024));
	ru->minflt = (s32)times->uses.nr_faults;
	ru->nr_waits = (s32)(times->uses.nr_switches - times->uses.nr_preempted);
	ru->nr_preempted = (s32)times->uses.nr_preempted;
}

long sys_getrusage(int who, void __user *usage)
{
	struct cpu_times times;
	struct rusage32 ru;

	if (who != RUSAGE_SELF && who != RUSAGE_THREAD && who != RUSAGE_CHILDREN)
		return -EINVAL;
	times = current_times(who);
	rusage_fill(&ru, &times);
	return copy_to_user(usage, &ru, sizeof(ru));
}

static s32 clock_units(u64 ns)
{
	return (s32)(u32)(ns / (NSEC_PER_SEC / USER_HZ));
}

struct tms32 { /* times(2) */
	s32 user, system, children_user, children_system;
};

long sys_times(void __user *buf)
{
	struct cpu_times own = current_times(RUSAGE_SELF);
	struct cpu_times children = current_times(RUSAGE_CHILDREN);
	struct tms32 t = {
		.user = clock_units(own.user_ns),
		.system = clock_units(own.system_ns),
		.children_user = clock_units(children.user_ns),
		.children_system = clock_units(children.system_ns),
	};

	if (buf != NULL && copy_to_user(buf, &t, sizeof(t)) != 0)
		return -EFAULT;
	return clock_units(clock_ns());
}
