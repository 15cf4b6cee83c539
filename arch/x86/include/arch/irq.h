/* SPDX-License-Identifier: MIT */
/* irq.h - the interrupt flag of this CPU. */
#pragma once

#include <octavo/types.h>

typedef u32 irqstate_t; /* EFLAGS */

#define EFLAGS_IF 0x200u

static inline irqstate_t arch_irq_state(void)
{
	irqstate_t s;

	__asm__ volatile("pushfl; popl %0" : "=rm"(s) : : "memory");
	return s;
}

static inline void arch_irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}

static inline void arch_irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

/* arch_irq_save - interrupts off; => the state for arch_irq_restore() */
static inline irqstate_t arch_irq_save(void)
{
	irqstate_t s = arch_irq_state();

	arch_irq_disable();
	return s;
}

static inline void arch_irq_restore(irqstate_t s)
{
	if (s & EFLAGS_IF)
		arch_irq_enable();
	else
		arch_irq_disable();
}

static inline bool arch_irqs_disabled(void)
{
	return !(arch_irq_state() & EFLAGS_IF);
}
