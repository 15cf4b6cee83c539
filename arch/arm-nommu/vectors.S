/* SPDX-License-Identifier: MIT */
/*
 * vectors.S - the vector table at address 0, and the first instructions.
 *
 * Handlers run on the handler stack (MSP), everything else on the process stack (PSP): a kernel
 * stack or a program's.
 */
#include <arch/layout.h>
#include <arch/offsets.h>

	.syntax unified
	.thumb

	.section .vectors, "a"
	.globl	vectors
vectors:
	.word	handler_stack_top
	.word	reset
	.word	kernel_trap	/* 2 NMI */
	.word	hardfault
	.word	memmanage
	.word	otherfault	/* 5 BusFault */
	.word	otherfault	/* 6 UsageFault */
	.rept	4
	.word	kernel_trap
	.endr
	.word	svcall		/* 11 */
	.word	kernel_trap	/* 12 DebugMonitor */
	.word	kernel_trap
	.word	pendsv		/* 14 */
	.word	systick		/* 15 */
	.rept	64		/* external interrupts */
	.word	irq_entry
	.endr

	.section .text.reset, "ax"
	.globl	reset
	.type	reset, %function
	.thumb_func
reset:
	ldr	r0, =boot_stack_top - FRAME_SIZE
	msr	psp, r0
	movs	r1, #2			/* thread mode: privileged, on the PSP */
	msr	control, r1
	isb
	ldr	r0, =__bss_start
	ldr	r1, =__bss_end
	movs	r2, #0
	movs	r3, #0
	movs	r4, #0
	movs	r5, #0
1:	cmp	r0, r1
	itt	lo
	stmialo	r0!, {r2-r5}
	blo	1b
	bl	start
	udf	#0
	.size	reset, . - reset

	/* Not cleared at reset: .bss begins behind them. */
	.section .kstacks, "aw", %nobits
	.balign	KSTACK_GUARD
	.globl	boot_stack, boot_stack_top, handler_stack, handler_stack_top
boot_stack:
	.space	KSTACK_SIZE
boot_stack_top:
handler_stack:
	.space	HANDLER_STACK_SIZE
handler_stack_top:
