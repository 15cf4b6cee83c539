/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the ways into the kernel and out of it, and from task to task.
 *
 * The kernel proper runs in privileged thread mode on the task's kernel stack, where it may sleep.
 * A handler does no more than to arrange an exception return into it:
 *
 *	program                      handler                      kernel, thread mode
 *	  svc 0 ------------------->  svcall: registers -> frame,
 *	                              PSP = kernel stack  ------->  syscall_thread
 *	  next instruction <--------  svcall: frame -> registers <-  svc 0 with r0 = 0
 *
 *	kernel stack of a task that entered from its program:
 *
 *	  kstack_top ->  +-----------+
 *	                 | trapframe |
 *	                 +-----------+  <- PSP when thread mode begins
 *	                 | C frames  |
 *
 * A call that only reads what is the task's (short_calls in syscall_table.c), or the clock, the handler
 * makes by itself, and puts its result into the hardware's frame. Work that has come up for the task meanwhile has PendSV
 * pending, as in the program.
 *
 * A program that is preempted, or has faulted, enters the same way. A preempted kernel thread
 * continues at preempt_thread on its own stack, below the frame that the hardware pushed, and
 * returns to that frame by svc 0 with r0 = 1: only an exception return restores all of xPSR.
 *
 * The program's own stack is written when we return to it: from the frame, below its sp; and that
 * this lies in memory that it may write, return_to_user makes sure of.
 */
#include <arch/layout.h>
#include <arch/offsets.h>

#define __NR_clock_gettime64 403 /* unistd.h; systick.c compares */

	.syntax unified
	.thumb

	.equ	PRIORITY_DEVICE, 0x80	/* irq.h */
	.equ	XPSR_THUMB, 0x01000000
	.equ	XPSR_ALIGN, 0x200
	.equ	MPU_RBAR, 0xe000ed9c
	.equ	SCB_CPACR, 0xe000ed88	/* registers.h */
	.equ	CPACR_FPU_KERNEL, 0x500000
	.equ	CPACR_FPU_ALL, 0xf00000

	.macro	function name
	.section .text.\name, "ax"
	.globl	\name
	.type	\name, %function
.Lpc_\name:			/* the address without the Thumb bit, for hardware frames */
	.thumb_func
\name:
	.endm

	.macro	current reg
	ldr	\reg, =arch_current_task
	ldr	\reg, [\reg]
	.endm

	/*
	 * In a handler, from a program: its registers into the trapframe of the current task; the
	 * exception return then goes to `target` in privileged thread mode with sp at the frame,
	 * r0-r3 the program's r0-r3 and r12 its r7. r0 holds CONTROL.
	 */
	.macro	user_to_kernel target
	bic	r0, r0, #1
	msr	control, r0
	mrs	r1, psp
	current	r2
	ldr	r2, [r2, #TASK_KSTACK_TOP]
	subs	r2, #FRAME_SIZE
	add	r3, r2, #FRAME_R4
	stmia	r3, {r4-r11}
	ldmia	r1!, {r4-r11}		/* r0 r1 r2 r3 r12 lr pc xpsr */
	stmia	r2, {r4-r7}
	tst	r11, #XPSR_ALIGN
	it	ne
	addne	r1, #4
	bic	r11, r11, #XPSR_ALIGN
	add	r3, r2, #FRAME_R12
	movs	r0, #0			/* FRAME_EXC */
	str	r8, [r3], #4
	stmia	r3!, {r1, r9, r10, r11}	/* sp lr pc xpsr: registers in ascending order */
	str	r0, [r3]
	ldr	r8, [r2, #FRAME_R7]
	ldr	r10, =.Lpc_\target
	mov	r11, #XPSR_THUMB
	stmdb	r2!, {r4-r11}
	msr	psp, r2
	bx	lr
	.endm

function svcall
	mrs	r0, control
	lsls	r1, r0, #31
	beq	svcall_kernel
	cmp	r7, #256
	bhs	svcall_high
	ldr	r1, =short_calls
	lsrs	r2, r7, #5
	ldr	r1, [r1, r2, lsl #2]
	and	r2, r7, #31
	lsrs	r1, r2
	lsls	r1, #31
	bne	svcall_short
svcall_long:
	user_to_kernel syscall_thread

svcall_short:
	ldr	r1, =syscall_table
	ldr	r1, [r1, r7, lsl #2]
	push	{r4, lr}
	blx	r1
	pop	{r4, lr}
	mrs	r1, psp
	str	r0, [r1]		/* the program's r0 */
	bx	lr

svcall_high:
	movw	r1, #__NR_clock_gettime64
	cmp	r7, r1
	bne	svcall_long
	mrs	r2, psp
	ldrd	r0, r1, [r2]
	push	{r4, lr}
	bl	short_clock_gettime
	pop	{r4, lr}
	mrs	r1, psp
	cbnz	r0, 1f
	str	r0, [r1]
	bx	lr
1:	mrs	r0, control
	b	svcall_long

svcall_kernel:
	mrs	r1, psp
	ldr	r2, [r1], #HW_FRAME_SIZE	/* r0 of the caller; its sp */
	cbz	r2, 1f
	msr	psp, r1			/* the preempted kernel's hardware frame */
	bx	lr
1:	/* return to the program whose trapframe is at r1 */
	ldr	r3, [r1, #FRAME_SP]
	ldmia	r1, {r4-r7}
	ldr	r8, [r1, #FRAME_R12]
	ldr	r9, [r1, #FRAME_LR]
	ldr	r10, [r1, #FRAME_PC]
	ldr	r11, [r1, #FRAME_XPSR]
	tst	r3, #4
	itt	ne
	subne	r3, #4
	orrne	r11, r11, #XPSR_ALIGN
	stmdb	r3!, {r4-r11}
	msr	psp, r3
	adds	r1, #FRAME_R4
	ldmia	r1, {r4-r11}
	orr	r0, r0, #1
	msr	control, r0
	movs	r2, #0
	msr	basepri, r2
	bx	lr
	.ltorg
	.size	svcall, . - svcall

/* Thread mode, a system call: r0-r3 and the frame hold the arguments, r12 the number. */
function syscall_thread
	current	r4
	str	r0, [r4, #TASK_CALL_R0]
	movs	r4, #FRAME_CALL
	str	r4, [sp, #FRAME_EXC]
	ldrd	r5, r6, [sp, #FRAME_R4]
	push	{r5, r6}		/* fifth and sixth argument; the callee may change them */
	ldr	r4, =nr_syscalls
	ldr	r4, [r4]
	cmp	r12, r4
	bhs	2f
	ldr	r4, =syscall_table
	ldr	r4, [r4, r12, lsl #2]
	cbz	r4, 2f
	blx	r4
1:	add	sp, #8
	str	r0, [sp, #FRAME_R0]
	b	return_to_user
2:	mov	r0, r12
	bl	arm_call
	b	1b
	.ltorg
	.size	syscall_thread, . - syscall_thread

/* Thread mode, sp at the trapframe: back to the program. */
function return_to_user
	movs	r1, #PRIORITY_DEVICE
	msr	basepri, r1
	current	r1
	ldr	r2, [r1, #TASK_USER_WORK]
	cbnz	r2, 1f
	/* The hardware frame and its padding must lie in the stack slot's memory. */
	ldr	r1, =user_stack_bounds
	ldrd	r2, r3, [r1]		/* lowest sp allowed, highest */
	ldr	r1, [sp, #FRAME_SP]
	cmp	r1, r2
	it	hs
	cmphs	r3, r1
	blo	2f
	movs	r0, #0
	svc	#0
1:	mov	r0, sp
	ldr	r1, [sp, #FRAME_EXC]	/* FRAME_CALL, once */
	movs	r2, #0
	str	r2, [sp, #FRAME_EXC]
	bl	user_return_work
	b	return_to_user
2:	mov	r0, sp
	bl	user_stack_elsewhere
	cmp	r0, #0
	beq	return_to_user		/* it is to die */
	movs	r0, #0
	svc	#0
	.ltorg
	.size	return_to_user, . - return_to_user

/* Thread mode: why the program is here stands in its task. */
function fault_thread
	mov	r0, sp
	bl	trap_user_thread
	b	return_to_user
	.size	fault_thread, . - fault_thread

/* The lowest priority: nothing else is active below us but thread mode. */
function pendsv
	mrs	r0, control
	lsls	r1, r0, #31
	beq	1f
	user_to_kernel return_to_user
1:	current	r2
	ldr	r1, [r2, #TASK_PREEMPT_COUNT]
	ldr	r3, [r2, #TASK_NEED_RESCHED]
	cbnz	r1, 2f
	cbz	r3, 2f
	mrs	r1, psp
	ldr	r2, =.Lpc_preempt_thread
	mov	r3, #XPSR_THUMB
	strd	r2, r3, [r1, #-8]
	subs	r1, #HW_FRAME_SIZE
	msr	psp, r1
2:	bx	lr
	.ltorg
	.size	pendsv, . - pendsv

/* Thread mode on a preempted kernel stack; r4-r11 are the preempted code's. */
function preempt_thread
	bl	preempt_resched
	movs	r0, #1
	svc	#0
	.size	preempt_thread, . - preempt_thread

function systick
	mrs	r0, control
	ands	r0, #1			/* a program was interrupted */
	mrs	r1, psp
	b	systick_interrupt
	.size	systick, . - systick

function irq_entry
	mrs	r0, ipsr
	subs	r0, #16
	b	irq_dispatch
	.size	irq_entry, . - irq_entry

/*
 * Faults. From a program: fault_user() either has made the access possible, or has prepared the
 * trapframe and says so. From the kernel: the end.
 */
function memmanage
	mrs	r0, control
	lsls	r0, r0, #31
	beq	kernel_trap
	tst	lr, #8			/* thread mode? a handler runs privileged whatever CONTROL says */
	beq	kernel_trap
	mrs	r0, psp
	push	{r4, lr}
	bl	mpu_fault
	pop	{r4, lr}
	cbz	r0, 1f
	b	fault_from_user
1:	bx	lr
	.size	memmanage, . - memmanage

function otherfault
	mrs	r0, control
	lsls	r0, r0, #31
	beq	kernel_trap
	tst	lr, #8
	beq	kernel_trap
	push	{r4, lr}
	bl	fpu_fault
	pop	{r4, lr}
	cbz	r0, 1f
	b	fault_from_user
1:	bx	lr
	.size	otherfault, . - otherfault

function hardfault
	mrs	r0, control
	lsls	r0, r0, #31
	beq	kernel_trap
	tst	lr, #8
	beq	kernel_trap
	b	fault_from_user
	.size	hardfault, . - hardfault

/* A program's fault that its task must answer for: C builds the frame, maybe without its stack. */
function fault_from_user
	push	{r4-r11}		/* struct callee_saved */
	mov	r0, sp
	push	{r3, lr}
	bl	trap_from_user		/* PSP and CONTROL are set for fault_thread */
	pop	{r3, lr}
	add	sp, #32
	bx	lr
	.size	fault_from_user, . - fault_from_user

/* Anything else: show where it came from and end. */
function kernel_trap
	push	{r4-r11}
	mov	r0, sp
	mov	r1, lr
	tst	lr, #4			/* from which stack? */
	ite	eq
	addeq	r2, sp, #32
	mrsne	r2, psp
	b	trap_kernel
	.size	kernel_trap, . - kernel_trap

/* struct task *arch_switch(struct task *prev, struct task *next): interrupts off */
function arch_switch
	push	{r4-r11, lr}
	str	sp, [r0, #TASK_ARCH_SP]
	ldr	r2, =arch_current_task
	str	r1, [r2]
	ldr	r3, [r1, #TASK_GUARD_RBAR]
	ldr	r2, =MPU_RBAR
	str	r3, [r2]
	ldr	r2, =fpu_owner		/* only its programs may use the FPU */
	ldr	r2, [r2]
	cmp	r2, r1
	ite	eq
	moveq	r3, #CPACR_FPU_ALL
	movne	r3, #CPACR_FPU_KERNEL
	ldr	r2, =SCB_CPACR
	str	r3, [r2]
	ldr	sp, [r1, #TASK_ARCH_SP]
	pop	{r4-r11, pc}
	.ltorg
	.size	arch_switch, . - arch_switch

	.fpu	fpv4-sp-d16

/* fpu_store(struct fpu_state *), fpu_load(const struct fpu_state *) */
function fpu_store
	vstmia	r0!, {s0-s31}
	vmrs	r1, fpscr
	str	r1, [r0]
	bx	lr
	.size	fpu_store, . - fpu_store

function fpu_load
	vldmia	r0!, {s0-s31}
	ldr	r1, [r0]
	vmsr	fpscr, r1
	bx	lr
	.size	fpu_load, . - fpu_load

/* The first instructions of a new task; r0 is the task that ran before. task.c fills r4 and r5. */
function kernel_thread_start
	bl	sched_new_task
	mov	r0, r5
	blx	r4
	b	kernel_thread_end
	.size	kernel_thread_start, . - kernel_thread_start

function fork_start
	bl	sched_new_task
	b	return_to_user
	.size	fork_start, . - fork_start

/* enter_user_at(frame): frame is where the current task's trapframe belongs */
function enter_user_at
	mov	sp, r0
	b	return_to_user
	.size	enter_user_at, . - enter_user_at

	.section .note.GNU-stack, "", %progbits
