/* SPDX-License-Identifier: MIT */
/* clock.h - the time since reset, as the board's counter counts it. */
#pragma once

#include <octavo/types.h>

u64 arch_clock_ns(void);

/* arch_clock_ns_low - the low half of arch_clock_ns() */
static inline u32 arch_clock_ns_low(void)
{
	return (u32)arch_clock_ns();
}
