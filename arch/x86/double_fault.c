/* SPDX-License-Identifier: MIT */
/*
 * double_fault.c - the end of a kernel that could not push a trap frame, mostly because a kernel
 * stack ran into its guard page. The task gate brings a stack that works; the registers are in
 * the TSS that was left.
 *
 * Invariant: esp0 of the left TSS is the top of the running task's stack, so the task is found
 * although its stack pointer is good for nothing.
 */
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/panic.h>
#include <octavo/task.h>
#include <octavo/vmalloc.h>

static void frame_from_tss(struct trapframe *f, const struct tss *t)
{
	*f = (struct trapframe){
		.eax = t->eax,
		.ebx = t->ebx,
		.ecx = t->ecx,
		.edx = t->edx,
		.esi = t->esi,
		.edi = t->edi,
		.ebp = t->ebp,
		.esp = t->esp,
		.eip = t->eip,
		.eflags = t->eflags,
		.cs = t->cs,
		.ss = t->ss,
		.ds = (u16)t->ds,
		.es = (u16)t->es,
	};
}

void double_fault(void)
{
	static struct trapframe frame;
	vaddr_t va = read_cr2();
	const struct cpu *c = this_cpu(); /* this stack names the CPU's boot task */
	const char *guard = vmalloc_guard_name(va);

	*arch_stack_owner() = *(struct task **)(uintptr_t)(c->tss.esp0 - KSTACK_SIZE);
	frame_from_tss(&frame, &c->tss);
	if (va - (vaddr_t)boot_stack_guard < PAGE_SIZE)
		guard = "the boot stack";
	if (guard)
		panic_frame(&frame,
			    "double fault: ran into the guard page of %s, at %08x (esp %08x)",
			    guard, va, frame.esp);
	panic_frame(&frame, "double fault, esp %08x, last page fault at %08x", frame.esp, va);
}
