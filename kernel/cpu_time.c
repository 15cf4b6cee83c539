/* SPDX-License-Identifier: MIT */
/*
 * cpu_time.c - the CPU time of processes: times(2), getrusage(2).
 *
 * What a task has run is known to the nanosecond (run_ns); how it divides into user and system is
 * sampled: each tick counts for the mode that it came in, and run_ns is divided in that proportion.
 * A thread's times come to its process's dead_times when it ends, a child's to its parent's
 * children_times when it is waited for. So does the most memory that was ever resident, of which the
 * largest counts.
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

	if (user)
		t->user_ticks++;
	else
		t->system_ticks++;
	t->signal->cpu_ticks++;
	if (unlikely(rlimit(RLIMIT_CPU) != RLIMIT_INFINITE))
		rlimit_cpu();
}

struct cpu_times cpu_times_of(struct task *t)
{
	u64 run_ns = sched_task_run_ns(t);
	u32 user = t->user_ticks, system = t->system_ticks;
	struct cpu_times times;

	times.user_ns = user + system == 0 ? 0 : run_ns / (user + system) * user;
	if (system == 0 && user != 0)
		times.user_ns = run_ns;
	times.system_ns = run_ns - times.user_ns;
	times.max_resident = t->max_resident;
	if (t->mm != NULL)
		times.max_resident = MAX(times.max_resident, mm_peak_resident(t->mm));
	return times;
}

static void add_times(struct cpu_times *to, const struct cpu_times *times)
{
	to->user_ns += times->user_ns;
	to->system_ns += times->system_ns;
	to->max_resident = MAX(to->max_resident, times->max_resident);
}

struct cpu_times cpu_times_of_process(struct task *t)
{
	struct signal_state *s = t->signal;
	struct cpu_times sum = s->dead_times;
	struct task *thread;

	assert_held(&task_list_lock);
	LIST_FOREACH(thread, &s->threads, thread_link) {
		struct cpu_times times = cpu_times_of(thread);

		add_times(&sum, &times);
	}
	return sum;
}

void cpu_times_left(struct task *t)
{
	struct signal_state *s = t->signal;
	struct cpu_times times = cpu_times_of(t);

	assert_held(&task_list_lock);
	add_times(&s->dead_times, &times);
	s->dead_run_ns += times.user_ns + times.system_ns;
}

struct cpu_times cpu_times_with_children(struct task *t)
{
	struct cpu_times times = cpu_times_of_process(t);

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

	if (who == RUSAGE_THREAD || (who == RUSAGE_SELF && current->signal->nr_threads == 1 &&
				     current->signal->dead_run_ns == 0))
		return cpu_times_of(current);
	spin_lock(&task_list_lock);
	if (who == RUSAGE_CHILDREN)
		times = current->signal->children_times;
	else
		times = cpu_times_of_process(current);
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
}

long sys_getrusage(int who, void __user *usage)
{
	struct cpu_times times;
	struct rusage32 ru;

	if (who != RUSAGE_SELF && who != RUSAGE_THREAD && who != RUSAGE_CHILDREN)
		return -EINVAL;
	times = current_times(who);
	rusage_fill(&ru, &times);
	if (who != RUSAGE_CHILDREN)
		ru.nr_switches = (s32)current->nr_switches;
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
