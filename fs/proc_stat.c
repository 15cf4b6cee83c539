/* SPDX-License-Identifier: MIT */
/* proc_stat.c - how long the machine has run and what with: stat, uptime, loadavg, interrupts. */
#include "proc.h"

#include <octavo/arch.h>
#include <octavo/config.h>
#include <octavo/load.h>
#include <octavo/sched.h>
#include <octavo/time.h>

#define USER_HZ            100u
#define USER_TICKS(ticks_) ((u32)((u64)(ticks_)*USER_HZ / HZ))

static void put_cpu(struct text *t, const char *name, unsigned cpu)
{
	struct load_ticks l;

	load_ticks_get(cpu, &l);
	text_printf(t, "%s %u 0 %u %u 0 0 0 0 0 0\n", name, USER_TICKS(l.user),
		    USER_TICKS(l.system), USER_TICKS(l.idle));
}

static u32 irq_total(const struct arch_irq_stat *s)
{
	u32 sum = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		sum += s->count[cpu];
	return sum;
}

/* The sum, and then each line of the interrupt controller by its number. */
static void put_interrupts(struct text *t)
{
	struct arch_irq_stat s;
	u32 sum = 0, next = 0;

	for (unsigned i = 0; arch_irq_stat(i, &s); i++)
		sum += irq_total(&s);
	text_printf(t, "intr %u", sum);
	for (unsigned i = 0; arch_irq_stat(i, &s) && s.label == NULL; i++) {
		for (; next < s.line; next++)
			text_puts(t, " 0");
		text_printf(t, " %u", irq_total(&s));
		next++;
	}
	text_puts(t, "\n");
}

void proc_stat_text(struct text *t)
{
	char name[12];
	u32 rest;

	put_cpu(t, "cpu ", NR_CPUS);
	for (unsigned cpu = 0; cpu < sched_nr_cpus(); cpu++) {
		struct text n;

		text_init(&n, name, sizeof(name));
		text_printf(&n, "cpu%u", cpu);
		name[n.len] = '\0';
		put_cpu(t, name, cpu);
	}
	put_interrupts(t);
	text_printf(t, "ctxt %llu\n", (unsigned long long)sched_nr_switches());
	text_printf(t, "btime %llu\n",
		    (unsigned long long)split_seconds(clock_realtime_ns() - clock_ns(), &rest));
	text_printf(t, "processes %u\n", tasks_created());
	text_printf(t, "procs_running %u\n", sched_nr_runnable());
	text_puts(t, "procs_blocked 0\n"); /* nobody waits for a disk */
}

void proc_interrupts_text(struct text *t)
{
	struct arch_irq_stat s;

	text_puts(t, "           ");
	for (unsigned cpu = 0; cpu < sched_nr_cpus(); cpu++)
		text_printf(t, "CPU%-8u", cpu);
	text_puts(t, "\n");
	for (unsigned i = 0; arch_irq_stat(i, &s); i++) {
		if (s.label != NULL)
			text_printf(t, "%s:", s.label);
		else
			text_printf(t, "%3u:", s.line);
		for (unsigned cpu = 0; cpu < sched_nr_cpus(); cpu++)
			text_printf(t, " %10u", s.count[cpu]);
		text_printf(t, "   %8s  %s\n", s.controller, s.device);
	}
}

static void put_seconds(struct text *t, u64 ns, const char *end)
{
	u32 rest, seconds = (u32)split_seconds(ns, &rest);

	text_printf(t, "%u.%02u%s", seconds, rest / (u32)(NSEC_PER_SEC / 100), end);
}

void proc_uptime_text(struct text *t)
{
	struct load_ticks l;

	load_ticks_get(NR_CPUS, &l);
	put_seconds(t, clock_ns(), " ");
	put_seconds(t, (u64)l.idle * NSEC_PER_TICK, "\n");
}

void proc_loadavg_text(struct text *t)
{
	u32 load[3];

	load_averages(load);
	for (unsigned i = 0; i < 3; i++) {
		u32 l = load[i] + (1u << LOAD_SHIFT) / 200; /* to the nearest hundredth */
		u32 part = l & ((1u << LOAD_SHIFT) - 1);

		text_printf(t, "%u.%02u ", l >> LOAD_SHIFT, part * 100 >> LOAD_SHIFT);
	}
	text_printf(t, "%u/%u %u\n", sched_nr_runnable(), task_count(), task_last_pid());
}
