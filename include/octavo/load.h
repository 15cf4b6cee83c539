/* SPDX-License-Identifier: MIT */
/* load.h - how busy the machine is: ticks by what they found, and the load averages. (kernel/load.c) */
#pragma once

#include <octavo/types.h>

#define LOAD_SHIFT 11 /* a load average has this many bits behind its point, as Linux's */

struct load_ticks { /* of one CPU, since it runs */
	u32 user, system, idle;
};

/* load_tick - a tick came, in user mode or in the kernel. => timer interrupt, on each CPU */
void load_tick(bool user);
/* load_ticks_get - of CPU `cpu`, or of all together (NR_CPUS). */
void load_ticks_get(unsigned cpu, struct load_ticks *l);
/* load_averages - over one, five and fifteen minutes, << LOAD_SHIFT */
void load_averages(u32 load[3]);
