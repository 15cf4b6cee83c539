/* SPDX-License-Identifier: MIT */
/*
 * entry.S - every way into the kernel and out of it, and the switch of stacks.
 *
 * Each entry completes struct trapframe (frame.h) at the stack pointer:
 *
 *	 0 ebx ecx edx esi edi ebp eax		pushed by ENTER
 *	28 es ds (16 bits each)
 *	32 error code, or the system call's number
 *	36 eip cs eflags			pushed by the CPU
 *	48 esp ss				likewise, from user mode
 *
 * C functions take their first three arguments in eax, edx and ecx (-mregparm=3).
 * The kernel runs with the programs' flat data segment in ds and es: a program that has not
 * changed them (all but a few) costs no segment load. fs and gs stay the program's; the task
 * switch saves them.
 */
#include <arch/layout.h>
#include <arch/syscall_limit.h>

#define CS_RPL 3	/* not 0, or the VM flag: from user mode */
#define EFLAGS_VM 0x20000
#define USER_DS 0x7b
#define USER_DS_PAIR 0x007b007b
#define FRAME_ECX 4
#define FRAME_EDX 8
#define FRAME_ESI 12
#define FRAME_EDI 16
#define FRAME_EBP 20
#define FRAME_EAX 24
#define FRAME_SEGMENTS 28
#define FRAME_ERROR 32
#define FRAME_CS 40
#define FRAME_EFLAGS 44
#define TASK_USER_WORK 12	/* struct task_head */

/* EXTABLE at, go: a fault at label `at` goes on at label `go` */
.macro EXTABLE at, go
	.pushsection .extable, "a"
	.balign	4
	.long	\at, \go
	.popsection
.endm

/* ENTER - after the error code: the rest of the frame; ds and es as the kernel needs them. */
.macro ENTER
	pushw	%ds
	pushw	%es
	pushl	%eax
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	cld
	cmpl	$USER_DS_PAIR, FRAME_SEGMENTS(%esp)
	je	99f
	movl	$USER_DS, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	FRAME_ECX(%esp), %ecx
99:
.endm

/* LEAVE - interrupts are off: back to where the frame says. */
.macro LEAVE
	cmpl	$USER_DS_PAIR, FRAME_SEGMENTS(%esp)
	jne	leave_segments
	popl	%ebx
	popl	%ecx
	popl	%edx
	popl	%esi
	popl	%edi
	popl	%ebp
	popl	%eax
	addl	$8, %esp
98:	iret
	EXTABLE 98b, bad_return
.endm

	.section .text.entry, "ax"

/* --- system calls --- */

	.globl	syscall_entry
	.type	syscall_entry, @function
	.balign	16
syscall_entry:
	pushl	%eax
	ENTER
syscall_make:			/* the number and its arguments are where the program put them */
	cmpl	$SYSCALL_LIMIT, %eax
	jae	syscall_bad
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	movl	syscall_table(,%eax,4), %edi
	movl	%ebx, %eax
	xchgl	%ecx, %edx
	call	*%edi
	addl	$12, %esp
syscall_done:
	movl	%eax, FRAME_EAX(%esp)
	cli
	movl	%esp, %ecx
	andl	$-KSTACK_SIZE, %ecx
	movl	(%ecx), %ecx
	cmpl	$0, TASK_USER_WORK(%ecx)
	jne	call_work
leave_fast:
	LEAVE
call_work:			/* the frame holds a call's result: it may have to be made again */
	movl	$1, %edx
	movl	%esp, %eax
	call	user_return_work
	jmp	user_return
syscall_bad:
	call	syscall_none
	jmp	syscall_done
	.size	syscall_entry, . - syscall_entry

/* The same of a task that is traced: whoever traces it may have changed all of it. */
	.globl	traced_entry
	.type	traced_entry, @function
traced_entry:
	pushl	%eax
	ENTER
	movl	%esp, %eax
	call	ptrace_call_begin
	testb	%al, %al
	movl	FRAME_EAX(%esp), %eax
	jnz	syscall_done
	movl	(%esp), %ebx
	movl	FRAME_ECX(%esp), %ecx
	movl	FRAME_EDX(%esp), %edx
	movl	FRAME_ESI(%esp), %esi
	movl	FRAME_EDI(%esp), %edi
	movl	FRAME_EBP(%esp), %ebp
	movl	FRAME_ERROR(%esp), %eax
	jmp	syscall_make
	.size	traced_entry, . - traced_entry

/* --- the end of every entry from user mode; interrupts off or on --- */

	.globl	task_begin_user
	.type	task_begin_user, @function
task_begin_user:			/* a forked task's first switch goes on here */
	xorl	%ebp, %ebp		/* where backtraces end */
	call	sched_new_task
user_return:
	cli
	movl	%esp, %ecx
	andl	$-KSTACK_SIZE, %ecx
	movl	(%ecx), %ecx
	cmpl	$0, TASK_USER_WORK(%ecx)
	je	leave_fast
user_work:
	xorl	%edx, %edx
	movl	%esp, %eax
	call	user_return_work
	jmp	user_return
	.size	task_begin_user, . - task_begin_user

/* The program had other segments. They may be good for nothing by now: then 0. */
	.type	leave_segments, @function
leave_segments:
1:	movw	FRAME_SEGMENTS(%esp), %es
2:	movw	FRAME_SEGMENTS+2(%esp), %ds
	popl	%ebx
	popl	%ecx
	popl	%edx
	popl	%esi
	popl	%edi
	popl	%ebp
	popl	%eax
	addl	$8, %esp
3:	iret
	EXTABLE 3b, bad_return
4:	movw	$0, FRAME_SEGMENTS(%esp)
	jmp	1b
5:	movw	$0, FRAME_SEGMENTS+2(%esp)
	jmp	2b
	EXTABLE 1b, 4b
	EXTABLE 2b, 5b
	.size	leave_segments, . - leave_segments

/* The iret faulted: the program's stack segment is good for nothing any more. What iret would have
 * taken still lies on the stack, and the registers are the program's: a frame once more, of a
 * program that is to die. */
	.type	bad_return, @function
bad_return:
	pushl	$0
	ENTER
	movl	%esp, %eax
	call	segments_gone
	jmp	user_return
	.size	bad_return, . - bad_return

/* user_return_to(frame) - leave through a frame at the top of the stack. */
	.globl	user_return_to
	.type	user_return_to, @function
user_return_to:
	movl	%eax, %esp
	jmp	user_return
	.size	user_return_to, . - user_return_to

/* --- exceptions and interrupts --- */

	.type	trap_common, @function
trap_common:				/* edx: vector; the frame is complete */
	movl	%esp, %eax
	call	trap
trap_return:
	testb	$CS_RPL, FRAME_CS(%esp)
	jnz	user_return
	testl	$EFLAGS_VM, FRAME_EFLAGS(%esp)
	jnz	user_return
	cli
	LEAVE
	.size	trap_common, . - trap_common

	.type	irq_common, @function
irq_common:
	movl	%esp, %eax
	call	irq_dispatch
	jmp	trap_return
	.size	irq_common, . - irq_common

	.type	page_fault_entry, @function
	.balign	16
page_fault_entry:
	ENTER
	movl	%esp, %eax
	call	page_fault
	testb	$CS_RPL, FRAME_CS(%esp)
	jnz	user_return
	jmp	trap_return
	.size	page_fault_entry, . - page_fault_entry

.macro TRAP vector, error
	.type	trap_\vector, @function
trap_\vector:
	.if	\error == 0
	pushl	$0
	.endif
	ENTER
	movl	$\vector, %edx
	.if	\vector >= 32
	subl	$32, %edx
	jmp	irq_common
	.else
	jmp	trap_common
	.endif
	.size	trap_\vector, . - trap_\vector
	.pushsection .rodata.trap_entries, "a"
	.long	trap_\vector
	.popsection
.endm

	.section .rodata.trap_entries, "a"
	.balign	4
	.globl	trap_entries
trap_entries:
	.section .text.entry, "ax"

	.altmacro
	TRAP 0, 0
	TRAP 1, 0
	TRAP 2, 0
	TRAP 3, 0
	TRAP 4, 0
	TRAP 5, 0
	TRAP 6, 0
	TRAP 7, 0
	TRAP 8, 1
	TRAP 9, 0
	TRAP 10, 1
	TRAP 11, 1
	TRAP 12, 1
	TRAP 13, 1
	.pushsection .rodata.trap_entries, "a"
	.long	page_fault_entry
	.popsection
	TRAP 15, 0
	TRAP 16, 0
	TRAP 17, 1
	vector = 18
	.rept	46
	TRAP %vector, 0
	vector = vector + 1
	.endr

/* --- tasks --- */

	.globl	task_begin_kernel
	.type	task_begin_kernel, @function
task_begin_kernel:			/* on the stack: function, its argument */
	xorl	%ebp, %ebp		/* where backtraces end */
	call	sched_new_task
	popl	%edx
	popl	%eax
	call	*%edx
	call	kthread_end
	.size	task_begin_kernel, . - task_begin_kernel

/* The double fault's task gate: a stack of its own. */
	.globl	double_fault_entry
	.type	double_fault_entry, @function
double_fault_entry:
	xorl	%ebp, %ebp
	call	double_fault
	.size	double_fault_entry, . - double_fault_entry

	.section .note.GNU-stack, "", @progbits
