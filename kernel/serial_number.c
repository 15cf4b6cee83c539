/* SPDX-License-Identifier: MIT */
/* serial_number.c - each CPU gives numbers of its own: every NR_CPUS-th, so that none waits for another. */
#include <octavo/config.h>
#include <octavo/preempt.h>
#include <octavo/serial_number.h>

static struct {
	u64 given; /* [own CPU, preemption off] */
} __aligned(64) counters[NR_CPUS];

u64 serial_number(void)
{
	u64 number;
	u32 cpu;

	preempt_disable();
	cpu = arch_current_head()->cpu;
	number = ++counters[cpu].given * NR_CPUS + cpu;
	preempt_enable();
	return number;
}
