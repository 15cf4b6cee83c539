/* SPDX-License-Identifier: MIT */
/*
 * smp_boot.S - from a CPU's reset to C.
 *
 * The start-up interrupt names a page below 1M, and the CPU begins there, in real mode. What is copied
 * there (ap_trampoline) needs no address of its own but that of its table, relative to the page; it
 * goes on at once in the kernel's image, which kernel_dir also shows at its physical addresses as long
 * as CPUs are started.
 */
#include <arch/layout.h>

#define PA(x) ((x) - KERNEL_OFFSET)
#define AP_CS 8
#define AP_DS 16

	.section .init.data, "aw"
	.code16
	.globl	ap_trampoline, ap_trampoline_end
ap_trampoline:
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	ap_table - ap_trampoline
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$AP_CS, $PA(ap_protected)
	.balign	4
ap_table:
	.word	23
	.long	PA(ap_gdt)
ap_trampoline_end:

	.balign	8
ap_gdt:
	.quad	0
	.quad	0x00cf9a000000ffff
	.quad	0x00cf92000000ffff

	.code32
	.section .init.text, "ax"
	.type	ap_protected, @function
ap_protected:
	movl	$AP_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	PA(ap_cr4), %eax	/* before Pentiums there is none */
	testl	%eax, %eax
	jz	1f
	movl	%eax, %cr4
1:	movl	$PA(kernel_dir), %eax
	movl	%eax, %cr3
	movl	PA(ap_cr0), %eax	/* paging, and caches on */
	movl	%eax, %cr0
	movl	$2f, %eax
	jmp	*%eax
2:	movl	ap_stack, %esp
	xorl	%ebp, %ebp
	pushl	$0
	jmp	ap_main
	.size	ap_protected, . - ap_protected

	.section .note.GNU-stack, "", @progbits
