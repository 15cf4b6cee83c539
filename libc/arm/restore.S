/* SPDX-License-Identifier: MIT */
/* Where signal handlers return to. sigreturn(2). */
	.syntax unified
	.thumb
	.section .text.octavo_sigreturn, "ax"
	.globl	octavo_sigreturn
	.type	octavo_sigreturn, %function
	.thumb_func
octavo_sigreturn:
	movs	r7, #119
	svc	#0
	.size	octavo_sigreturn, . - octavo_sigreturn

	.globl	octavo_rt_sigreturn
	.type	octavo_rt_sigreturn, %function
	.thumb_func
octavo_rt_sigreturn:
	movs	r7, #173
	svc	#0
	.size	octavo_rt_sigreturn, . - octavo_rt_sigreturn
