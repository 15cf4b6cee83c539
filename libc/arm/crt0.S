/* SPDX-License-Identifier: MIT */
/*
 * Entry point of programs on ARM. The kernel has relocated the data segment
 * and enters with r9 at its base (the global offset table) and sp as execve
 * leaves it; see linker/arm-user.ld.
 */
	.syntax unified
	.thumb
	.section .text._start, "ax"
	.globl	_start
	.type	_start, %function
	.thumb_func
_start:
	mov	r0, sp
	mov	fp, #0
	mov	lr, #0
	bl	octavo_start
	udf	#0
	.size	_start, . - _start
