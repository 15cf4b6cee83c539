/* SPDX-License-Identifier: MIT */
/*
 * systick.c - the tick, the clock and the idle processor.
 *
 * The clock is the board's 25 MHz counter, 32 bits wide: it wraps every 171 seconds, and each look
 * at it, the tick's at least, notices that.
 */
#include <arch/irq.h>
#include <arch/local.h>
#include <arch/registers.h>
#include <octavo/arch.h>
#include <octavo/config.h>
#include <octavo/errno.h>
#include <octavo/panic.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <uapi/octavo/time.h>
#include <uapi/octavo/unistd.h>

#define NS_PER_COUNT   (1000000000u / SYSTEM_CLOCK_HZ)
#define COUNT_PER_TICK (SYSTEM_CLOCK_HZ / HZ)

static u32 count_low, count_high; /* [interrupts off] last value seen, and how often it wrapped */

void systick_init(void)
{
	SYST_RVR = COUNT_PER_TICK - 1;
	SYST_CVR = 0;
	SYST_CSR = SYST_ENABLE | SYST_TICKINT | SYST_CPU_CLK;
}

u64 arch_clock_ns(void)
{
	irqstate_t s = arch_irq_save();
	u32 now = FPGAIO_COUNTER;
	u64 count;

	if (now < count_low)
		count_high++;
	count_low = now;
	count = (u64)count_high << 32 | now;
	arch_irq_restore(s);
	return count * NS_PER_COUNT;
}

_Static_assert(__NR_clock_gettime64 == 403, "entry.S");

int short_clock_gettime(int clock, struct uapi_timespec64 *t)
{
	u32 rest;
	u64 ns;

	if ((clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) || ((uintptr_t)t & 3) != 0 ||
	    !on_open_stack((uintptr_t)t, sizeof(*t)))
		return -EAGAIN;
	(void)clock_read(clock, &ns);
	t->tv_sec = (s64)split_seconds(ns, &rest);
	t->tv_nsec = rest;
	return 0;
}

/* From entry.S. `interrupted` is readable, a program's too: had the hardware not been able to write
 * it, the fault would have come first and left a frame on the kernel stack. */
void systick_interrupt(bool user, const struct hw_frame *interrupted)
{
	irq_counts[0]++;
	irq_enter();
	(void)arch_clock_ns();
	timer_tick(user, interrupted->pc);
	irq_exit();
	if (current->head.need_resched || (user && current->head.user_work))
		SCB_ICSR = ICSR_PENDSVSET;
}

void arch_idle(void)
{
	__asm__ volatile("cpsid	i\n\t"           /* an interrupt that comes now wakes the wfi */
			 "msr	basepri, %0\n\t" /* one that BASEPRI masks would not */
			 "dsb\n\t"
			 "wfi\n\t"
			 "cpsie	i\n\t"
			 "isb"
			 :
			 : "r"(0)
			 : "memory");
}
