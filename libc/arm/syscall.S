/* SPDX-License-Identifier: MIT */
/*
 * long octavo_syscall(long nr, ...): the C arguments, of which the last three
 * lie on the stack, become r7 and r0 to r5. The kernel keeps all but r0.
 */
	.syntax unified
	.thumb
	.section .text.octavo_syscall, "ax"
	.globl	octavo_syscall
	.type	octavo_syscall, %function
	.thumb_func
octavo_syscall:
	push	{r4, r5, r7, lr}
	mov	r7, r0
	mov	r0, r1
	mov	r1, r2
	mov	r2, r3
	ldr	r3, [sp, #16]
	ldr	r4, [sp, #20]
	ldr	r5, [sp, #24]
	svc	#0
	pop	{r4, r5, r7, pc}
	.size	octavo_syscall, . - octavo_syscall

/*
 * pid_t vfork(void): the child runs on the parent's stack and returns first,
 * so nothing may lie on the stack here; ip keeps r7 across the call.
 */
	.section .text.vfork, "ax"
	.globl	vfork
	.type	vfork, %function
	.thumb_func
vfork:
	mov	ip, r7
	movs	r7, #190
	svc	#0
	mov	r7, ip
	cmn	r0, #4096
	it	ls
	bxls	lr
	push	{r4, lr}
	rsbs	r4, r0, #0
	bl	__errno
	str	r4, [r0]
	mov	r0, #-1
	pop	{r4, pc}
	.size	vfork, . - vfork
