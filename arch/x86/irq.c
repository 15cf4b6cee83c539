/* SPDX-License-Identifier: MIT */
/*
 * irq.c - interrupts: which controller they come through, who handles them, how many there were.
 *
 *	vector 32..47	the ISA lines 0..15, through the 8259s (pic.c) or an IO-APIC (ioapic.c)
 *	vector 48..63	what CPUs send each other, and the local APIC's own (lapic.c)
 */
#include <arch/irq.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/clock_event.h>
#include <octavo/preempt.h>
#include <octavo/sched.h>
#include <octavo/uart.h>

const struct irq_controller *irq_controller = &pic_controller; /* [I] once arch_init() is over */

/* What is counted, in the order of the reports. */
static const struct {
	u8 irq;
	const char *label; /* instead of a number: it is no line of the controller */
	const char *device;
} sources[] = {
	{IRQ_TIMER, NULL, "timer"},
	{IRQ_COM1, NULL, "ttyS0"},
	{IRQ_LOCAL_TIMER, "LOC", "Local timer interrupts"},
	{IRQ_RESCHED, "RES", "Rescheduling interrupts"},
	{IRQ_FLUSH, "TLB", "TLB shootdowns"},
};
enum { TIMER, COM1, LOCAL_TIMER, RESCHED, FLUSH };

static u32 counts[NR_CPUS][ARRAY_SIZE(sources)]; /* [own CPU, interrupts off] */

/* A line that was never unmasked is no device's; of interrupts between CPUs, where there is but one. */
static bool is_used(unsigned i)
{
	bool local = irq_controller != &pic_controller;

	return i == COM1 || (i == TIMER ? !local : local);
}

bool arch_irq_stat(unsigned i, struct arch_irq_stat *s)
{
	unsigned at = 0;

	while (at < ARRAY_SIZE(sources) && (!is_used(at) || i-- > 0))
		at++;
	if (at == ARRAY_SIZE(sources))
		return false;
	*s = (struct arch_irq_stat){
		.line = sources[at].irq,
		.label = sources[at].label,
		.controller = sources[at].label ? "" : irq_controller->name,
		.device = sources[at].device,
	};
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		s->count[cpu] = counts[cpu][at];
	return true;
}

/* Ended first: the handlers run with interrupts off, so nothing nests. */
static void irq_handle(const struct trapframe *f, unsigned irq)
{
	u32 *count = counts[arch_current_head()->cpu];

	irq_controller->end(irq);
	switch (irq) {
	case IRQ_TIMER:
		count[TIMER]++;
		clock_tick(f);
		break;
	case IRQ_LOCAL_TIMER:
		count[LOCAL_TIMER]++;
		if (clock_event(frame_is_user(f), frame_pc(f)))
			smp_pass_turn();
		break;
	case IRQ_COM1:
		count[COM1]++;
		uart_interrupt();
		break;
	case IRQ_RESCHED: /* what it is sent for is done on the way out */
		count[RESCHED]++;
		break;
	case IRQ_FLUSH:
		count[FLUSH]++;
		pmap_flush_interrupt();
		break;
	default:
		break;
	}
}

void irq_dispatch(struct trapframe *f, unsigned irq)
{
	struct task_head *head = arch_current_head();

	if (irq_controller->spurious(irq))
		return;
	irq_enter();
	irq_handle(f, irq);
	irq_exit();
	if (!frame_is_user(f) && head->preempt_count == 0 && head->need_resched)
		preempt_resched_irq();
}
