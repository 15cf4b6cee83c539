/* SPDX-License-Identifier: MIT */
/*
 * load.c - how busy the machine is.
 *
 * Each tick counts for what it found on its CPU. Every five seconds CPU 0 counts the tasks that run
 * or could, and each average moves towards that number by its part:
 *
 *	load = load * e^(-5s / period) + running * (1 - e^(-5s / period))
 *
 * in fixed point of 11 bits with Linux's constants, so that uptime(1) and top(1) show what they show
 * there. A task that sleeps in the kernel until another lets go of a lock is not counted: it waits
 * for one that is.
 */
#include <octavo/config.h>
#include <octavo/load.h>
#include <octavo/sched.h>
#include <octavo/time.h>

#define LOAD_ONE (1u << LOAD_SHIFT)
#define PERIOD_TICKS                                                                               \
	(5u * HZ + 1u) /* a tick more: programs that wake each second stay out of step */

static const u32 decay[3] = {1884, 2014, 2037}; /* of 2048, for 1, 5 and 15 minutes */

static struct load_ticks cpu_ticks[NR_CPUS]; /* [own CPU, its timer interrupt] */
static u32 averages[3];                      /* [CPU 0's timer interrupt], read without */
static u32 due_in = PERIOD_TICKS;            /* likewise */

/* Upwards it is rounded up, so that a constant load is reached and not only approached. */
static u32 average_next(u32 load, u32 part, u32 active)
{
	u64 sum = (u64)load * part + (u64)active * (LOAD_ONE - part);

	if (active >= load)
		sum += LOAD_ONE - 1;
	return (u32)(sum >> LOAD_SHIFT);
}

void load_tick(bool user)
{
	const struct task *t = current;
	struct load_ticks *l = &cpu_ticks[t->head.cpu];
	u32 active;

	if (user)
		l->user++;
	else if (t->pid == 0)
		l->idle++;
	else
		l->system++;
	if (t->head.cpu != 0 || --due_in > 0)
		return;
	due_in = PERIOD_TICKS;
	active = sched_nr_runnable() << LOAD_SHIFT;
	for (unsigned i = 0; i < 3; i++)
		averages[i] = average_next(averages[i], decay[i], active);
}

void load_ticks_get(unsigned cpu, struct load_ticks *l)
{
	*l = (struct load_ticks){0};
	for (unsigned i = 0; i < NR_CPUS; i++) {
		if (cpu != NR_CPUS && cpu != i)
			continue;
		l->user += cpu_ticks[i].user;
		l->system += cpu_ticks[i].system;
		l->idle += cpu_ticks[i].idle;
	}
}

void load_averages(u32 load[3])
{
	for (unsigned i = 0; i < 3; i++)
		load[i] = averages[i];
}
