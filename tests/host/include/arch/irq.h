/* SPDX-License-Identifier: MIT */
/* irq.h - the simulated machine has no interrupts but those that one CPU sends another. */
#pragma once

#include <octavo/types.h>

typedef u32 irqstate_t;

static inline irqstate_t arch_irq_save(void)
{
	return 0;
}

static inline void arch_irq_restore(irqstate_t s)
{
	(void)s;
}

static inline bool arch_irqs_disabled(void)
{
	return false;
}
