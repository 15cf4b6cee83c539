/* SPDX-License-Identifier: MIT */
/*
 * long octavo_syscall(long nr, ...): the C arguments become the registers of
 * int $0x80. The kernel keeps every register but eax.
 */
	.section .text.octavo_syscall, "ax"
	.globl	octavo_syscall
	.type	octavo_syscall, @function
octavo_syscall:
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	%ebx
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	28(%esp), %ecx
	movl	32(%esp), %edx
	movl	36(%esp), %esi
	movl	40(%esp), %edi
	movl	44(%esp), %ebp
	int	$0x80
	popl	%ebx
	popl	%esi
	popl	%edi
	popl	%ebp
	ret
	.size	octavo_syscall, . - octavo_syscall

/*
 * pid_t vfork(void): the child runs on the parent's stack and returns first,
 * so the return address has to survive in a register, which both have.
 */
	.section .text.vfork, "ax"
	.globl	vfork
	.type	vfork, @function
vfork:
	popl	%ecx
	movl	$190, %eax
	int	$0x80
	pushl	%ecx
	cmpl	$-4095, %eax
	jae	1f
	ret
1:	negl	%eax
	pushl	%eax
	call	__errno
	popl	(%eax)
	movl	$-1, %eax
	ret
	.size	vfork, . - vfork

	.section .note.GNU-stack, "", @progbits
