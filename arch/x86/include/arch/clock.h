/* SPDX-License-Identifier: MIT */
/* clock.h - the time since reset, as the TSC counts it. */
#pragma once

#include <arch/cpu.h>

#define CLOCK_NS_SHIFT 24

extern u32 clock_ns_per_cycle; /* [I] << CLOCK_NS_SHIFT; 0 until it has been measured */

/* arch_clock_ns_low - the low half of arch_clock_ns(): inline, each switch of tasks asks for it */
static inline u32 arch_clock_ns_low(void)
{
	u32 low, high; /* apart, so that the compiler does not make 64 bits of them */

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (high * clock_ns_per_cycle << (32 - CLOCK_NS_SHIFT)) +
	       (u32)((u64)low * clock_ns_per_cycle >> CLOCK_NS_SHIFT);
}
