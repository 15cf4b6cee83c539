/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the multiboot loader to C.
 *
 * The loader enters at _start in protected mode without paging: eax is its magic, ebx the address
 * of its information. The first 4M of memory are mapped at 0 and at KERNEL_BASE by one table of 4K
 * entries, which needs no feature of the CPU and lets arch_protect_kernel() set each page of the
 * kernel's image as it should be. The mapping at 0 goes away at once.
 *
 * The kernel is compiled for i686, so older CPUs are turned away here, before any C runs.
 */
#include <arch/layout.h>

#define PA(x) ((x) - KERNEL_OFFSET)
#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 3 /* modules on page boundaries; memory map */
#define NEEDED_FEATURES 0x8111 /* CMOV, CX8, TSC, FPU */
#define PTE_RW 3
#define EFLAGS_ID 0x200000
#define CR0_PG_WP_NE_MP 0x80010022
#define COM1 0x3f8

	.section .multiboot, "a"
	.balign	4
	.long	MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.section .init.entry, "ax"
	.globl	_start
	.type	_start, @function
_start:
	cld
	movl	$PA(boot_stack_top), %esp
	movl	%eax, %esi		/* magic */
	movl	%ebx, %edi		/* information */

	pushfl				/* is there a CPUID? */
	popl	%eax
	movl	%eax, %ecx
	xorl	$EFLAGS_ID, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	cmpl	%ecx, %eax
	je	too_old
	movl	$1, %eax
	cpuid
	movl	%edx, PA(cpu_features)
	andl	$NEEDED_FEATURES, %edx
	cmpl	$NEEDED_FEATURES, %edx
	jne	too_old

	movl	$PA(low_table), %ebx
	movl	$PTE_RW, %eax
1:	movl	%eax, (%ebx)
	addl	$4, %ebx
	addl	$0x1000, %eax
	cmpl	$(0x400000 + PTE_RW), %eax
	jb	1b
	movl	$(PA(low_table) + PTE_RW), %eax
	movl	%eax, PA(kernel_dir)
	movl	%eax, PA(kernel_dir) + (KERNEL_BASE >> 22) * 4
	movl	$(PA(fixmap_table) + PTE_RW), PA(kernel_dir) + (FIXMAP_START >> 22) * 4
	movl	$PA(kernel_dir), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$CR0_PG_WP_NE_MP, %eax
	andl	$~4, %eax		/* EM: no emulation of the FPU */
	movl	%eax, %cr0
	movl	$2f, %eax
	jmp	*%eax
2:	movl	$0, kernel_dir
	movl	%cr3, %eax
	movl	%eax, %cr3
	movl	$boot_stack_top, %esp
	movl	$boot_task, boot_stack	/* `current`, see current.h */
	xorl	%ebp, %ebp		/* a backtrace ends here */
	movl	%esi, %eax
	movl	%edi, %edx
	pushl	$0
	jmp	x86_start
	.size	_start, . - _start

/* One line on the first serial port, as it was set by nobody: 115200 baud, 8 bits. */
	.type	too_old, @function
too_old:
	movl	$PA(uart_setup), %esi
3:	movzbl	(%esi), %edx
	testl	%edx, %edx
	jz	4f
	addl	$(COM1 - 1), %edx
	movb	1(%esi), %al
	outb	%al, %dx
	addl	$2, %esi
	jmp	3b
4:	movl	$PA(too_old_text), %esi
5:	movl	$(COM1 + 5), %edx
6:	inb	%dx, %al
	testb	$0x20, %al
	jz	6b
	lodsb
	testb	%al, %al
	jz	7f
	movl	$COM1, %edx
	outb	%al, %dx
	jmp	5b
7:	movb	$62, %al		/* as any machine that ends before its program */
	outb	%al, $0xf4
8:	cli
	hlt
	jmp	8b
	.size	too_old, . - too_old

	.section .init.data, "aw"
uart_setup:				/* register + 1, value */
	.byte	4, 0x80, 1, 1, 2, 0, 4, 3, 5, 3, 0
too_old_text:
	.asciz	"Octavo needs an i686: a CPU with FPU, TSC, CMPXCHG8B and CMOV. Stopped.\n"

	.section .bss.boot, "aw", @nobits
	.balign	4096
	.globl	kernel_dir, low_table, fixmap_table
kernel_dir:
	.skip	4096
low_table:
	.skip	4096
fixmap_table:
	.skip	4096

	.section .bss.boot_stack, "aw", @nobits
	.balign	KSTACK_SIZE
	.skip	KSTACK_SIZE - 4096
	.globl	boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard:
	.skip	4096
boot_stack:
	.skip	KSTACK_SIZE
boot_stack_top:

	.bss
	.balign	4
	.globl	cpu_features
cpu_features:
	.skip	4

	.section .note.GNU-stack, "", @progbits
