/* SPDX-License-Identifier: MIT */
/* atomic.h - the machine's own, but for the one that names a register of 32 bits. */
#pragma once

#define arch_mb arch_mb_of_the_machine
#include_next <arch/atomic.h>
#undef arch_mb

static inline void arch_mb(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
