/* SPDX-License-Identifier: MIT */
/* one_cpu.c - what a machine with one CPU does not have to do for the others. */
#include <octavo/arch.h>

void arch_start_cpus(void)
{
}

void arch_send_resched(unsigned cpu)
{
	(void)cpu;
}

void arch_stop_cpus(void)
{
}
