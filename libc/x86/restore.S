/* SPDX-License-Identifier: MIT */
/*
 * Where signal handlers return to. A handler without SA_SIGINFO has its
 * signal's number above the return address, and the old frame behind it;
 * sigreturn(2).
 */
	.section .text.octavo_sigreturn, "ax"
	.globl	octavo_sigreturn
	.type	octavo_sigreturn, @function
octavo_sigreturn:
	popl	%eax
	movl	$119, %eax
	int	$0x80
	.size	octavo_sigreturn, . - octavo_sigreturn

	.globl	octavo_rt_sigreturn
	.type	octavo_rt_sigreturn, @function
octavo_rt_sigreturn:
	movl	$173, %eax
	int	$0x80
	.size	octavo_rt_sigreturn, . - octavo_rt_sigreturn

	.section .note.GNU-stack, "", @progbits
