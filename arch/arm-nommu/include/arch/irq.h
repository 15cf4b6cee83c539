/* SPDX-License-Identifier: MIT */
/*
 * irq.h - interrupts on and off.
 *
 * "Off" is BASEPRI at the priority of the devices and of PendSV. The SVC and the faults stand above
 * it, so that a kernel thread may return to user mode, and a bad access is told as what it is
 * instead of as a HardFault, with interrupts off too.
 */
#pragma once

#include <octavo/types.h>

/* Exception priorities: a smaller number goes first. 3 bits are implemented on every board. */
#define PRIORITY_FAULT  0x20u /* MemManage, BusFault, UsageFault */
#define PRIORITY_SVC    0x40u
#define PRIORITY_DEVICE 0x80u /* SysTick and devices: what "interrupts off" keeps out */
#define PRIORITY_PENDSV 0xe0u

typedef u32 irqstate_t; /* BASEPRI */

static inline irqstate_t arch_irq_save(void)
{
	irqstate_t old;

	__asm__ volatile("mrs	%0, basepri\n\t"
			 "msr	basepri, %1"
			 : "=&r"(old)
			 : "r"(PRIORITY_DEVICE)
			 : "memory");
	return old;
}

static inline void arch_irq_restore(irqstate_t s)
{
	__asm__ volatile("msr	basepri, %0" : : "r"(s) : "memory");
}

static inline void arch_irq_disable(void)
{
	__asm__ volatile("msr	basepri, %0" : : "r"(PRIORITY_DEVICE) : "memory");
}

static inline void arch_irq_enable(void)
{
	__asm__ volatile("msr	basepri, %0" : : "r"(0) : "memory");
}

static inline bool arch_irqs_disabled(void)
{
	u32 s;

	__asm__ volatile("mrs	%0, basepri" : "=r"(s));
	return s != 0;
}
