/* SPDX-License-Identifier: MIT */
/* semihost.c - the end of the machine: QEMU's semihosting call, whose exit status is ours. */
#include <arch/irq.h>
#include <octavo/arch.h>

#define SYS_EXIT_EXTENDED    0x20u
#define ADP_APPLICATION_EXIT 0x20026u

void arch_machine_end(int status)
{
	struct {
		u32 reason, code;
	} block = {ADP_APPLICATION_EXIT, (u32)status};
	register u32 operation __asm__("r0") = SYS_EXIT_EXTENDED;
	register const void *argument __asm__("r1") = &block;

	/* Where nobody serves the call it is a HardFault; trap_kernel() halts then. */
	__asm__ volatile("cpsid	i\n\t"
			 "bkpt	0xab"
			 : "+r"(operation)
			 : "r"(argument)
			 : "memory");
	for (;;)
		__asm__ volatile("wfi");
}
