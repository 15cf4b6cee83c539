/* SPDX-License-Identifier: MIT */
/*
 * Entry point of programs on x86. The stack pointer is aligned to 16 bytes
 * here; a C function wants it so before the call pushes the return address.
 */
	.section .text._start, "ax"
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp		/* outermost frame */
	movl	%esp, %eax
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%eax
	call	octavo_start
	hlt
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
