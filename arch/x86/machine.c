/* SPDX-License-Identifier: MIT */
/*
 * machine.c - interrupt controller and clock at boot, idling, the machine's end, backtraces.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/ksyms.h>
#include <octavo/task.h>
#include <octavo/uart.h>

#define DEBUG_EXIT_PORT 0xf4 /* QEMU's isa-debug-exit: it ends with status 2v + 1 */

void arch_init(void)
{
	boot_task.kstack = boot_stack;
	pic_init();
	if (smp_use_apics())
		lapic_init_cpu();
	else
		clock_start_ticks();
	uart_start_input();
}

void arch_idle(void)
{
	/* sti takes effect after hlt has begun: no interrupt is lost between the two. */
	__asm__ volatile("sti; hlt" ::: "memory");
}

void arch_machine_end(int status)
{
	arch_irq_disable();
	outl(DEBUG_EXIT_PORT, (u32)status);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Without a frame pointer (release) there is no chain to follow. */
uintptr_t arch_frame_pointer(void)
{
	uintptr_t fp;

	__asm__ volatile("movl %%ebp, %0" : "=r"(fp));
	return fp;
}

bool arch_on_kernel_stack(const struct task *t, uintptr_t address)
{
	uintptr_t stack = t->kstack ? (uintptr_t)t->kstack : (uintptr_t)boot_stack;

	return address - stack < KSTACK_SIZE;
}

bool arch_backtrace_next(uintptr_t *fp, uintptr_t *pc)
{
	const u32 *frame = (const u32 *)*fp;
	size_t offset;

	if (*fp % sizeof(u32) != 0 || !arch_on_kernel_stack(arch_current(), *fp) ||
	    !arch_on_kernel_stack(arch_current(), *fp + 2 * sizeof(u32) - 1))
		return false;
	*pc = frame[1];
	if (frame[0] <= *fp && frame[0] != 0)
		return false;
	*fp = frame[0];
	return ksym_lookup(*pc, NULL, &offset);
}
