/* SPDX-License-Identifier: MIT */
/*
 * task.c - what a task is to the CPU: a kernel stack, the registers on it, segments of its own.
 *
 *	stack + 8K   struct trapframe, once it has been or is to be in user mode
 *		     ...
 *	arch.esp ->  where it goes on	while it does not run (switch_stacks)
 *	stack	     struct task *
 *
 * A few stacks are kept for the next tasks: mapping one costs more than the rest of a fork.
 */
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/preempt.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/vmalloc.h>

#define EFLAGS_USER (EFLAGS_IF | 0x2u) /* bit 1 is always set */
#define STACKS_KEPT 4

/* What the first switch to a kernel thread finds on its stack. */
struct thread_start {
	void (*go)(void); /* task_begin_kernel, which takes the rest */
	int (*fn)(void *);
	void *arg;
};

/* [own CPU, preemption off] */
static struct {
	u32 nr;
	void *stack[STACKS_KEPT];
} kept[NR_CPUS];

int arch_kstack_alloc(struct task *t)
{
	void *stack = NULL;
	u32 cpu;

	preempt_disable();
	cpu = arch_current_head()->cpu;
	if (kept[cpu].nr > 0)
		stack = kept[cpu].stack[--kept[cpu].nr];
	preempt_enable();
	if (!stack)
		stack = vmalloc_aligned(KSTACK_SIZE, KSTACK_SIZE, 1, "a kernel stack");
	if (!stack)
		return -ENOMEM;
	*(struct task **)stack = t;
	t->kstack = stack;
	return 0;
}

void arch_kstack_free(struct task *t)
{
	void *stack = t->kstack;
	u32 cpu;

	t->kstack = NULL;
	preempt_disable();
	cpu = arch_current_head()->cpu;
	if (kept[cpu].nr < STACKS_KEPT) {
		kept[cpu].stack[kept[cpu].nr++] = stack;
		stack = NULL;
	}
	preempt_enable();
	vfree(stack);
}

static void tls_load(struct cpu *c, const struct task *t)
{
	for (unsigned i = 0; i < TLS_SLOTS; i++)
		c->gdt[GDT_TLS_MIN + i] = t->arch.tls[i];
}

/* A selector that has become invalid is loaded as 0. */
void segments_load(u32 segments)
{
	u32 fs = segments & 0xffff, gs = segments >> 16;

	__asm__ volatile("1:	movl	%0, %%fs\n"
			 "2:	movl	%1, %%gs\n"
			 "	jmp	5f\n"
			 "3:	xorl	%0, %0\n"
			 "	jmp	1b\n"
			 "4:	xorl	%1, %1\n"
			 "	jmp	2b\n"
			 "5:\n"
			 "	.pushsection .extable, \"a\"\n"
			 "	.balign	4\n"
			 "	.long	1b, 3b, 2b, 4b\n"
			 "	.popsection"
			 : "+r"(fs), "+r"(gs)
			 :
			 : "cc");
}

u32 segments_now(void)
{
	u32 fs, gs;

	__asm__ volatile("movl %%fs, %0\n\tmovl %%gs, %1" : "=r"(fs), "=r"(gs));
	return fs | gs << 16;
}

void segments_refresh(void)
{
	segments_load(segments_now());
}

static __noinline void switch_extras(struct cpu *c, struct task *prev, struct task *next)
{
	if (prev->arch.extras & TASK_FPU_LOADED)
		fpu_switch_out(prev);
	if ((prev->arch.extras | next->arch.extras) & TASK_TLS)
		tls_load(c, next);
	if ((prev->arch.extras ^ next->arch.extras) & TASK_CALL_GATE)
		cpu_call_gate(next->arch.extras & TASK_CALL_GATE);
	segments_load(next->arch.segments);
}

/* To another stack: the registers that the compiler must keep lie on this one already, but ebp, which
 * may be its frame pointer. => prev of the switch that came back here */
static __always_inline struct task *switch_stacks(struct task *prev, struct task *next)
{
	u32 *save_esp = &prev->arch.esp, esp = next->arch.esp;

	__asm__ volatile("pushl	%%ebp\n\t"
			 "pushl	$1f\n\t"
			 "movl	%%esp, (%1)\n\t"
			 "movl	%2, %%esp\n\t"
			 "ret\n"
			 "1:	popl	%%ebp"
			 : "+a"(prev), "+c"(save_esp), "+d"(esp)
			 :
			 : "ebx", "esi", "edi", "memory", "cc");
	return prev;
}

struct task *arch_switch(struct task *prev, struct task *next)
{
	struct cpu *c = &cpus[prev->head.cpu];

	c->tss.esp0 = (u32)next->kstack + KSTACK_SIZE;
	prev->arch.segments = segments_now();
	if (unlikely(prev->arch.segments | next->arch.segments | prev->arch.extras |
		     next->arch.extras))
		switch_extras(c, prev, next);
	return switch_stacks(prev, next);
}

struct trapframe *arch_user_frame(struct task *t)
{
	return (struct trapframe *)((char *)t->kstack + KSTACK_SIZE) - 1;
}

void arch_task_init_kernel(struct task *t, int (*fn)(void *), void *arg)
{
	/* Room for a user frame stays: PID 1 begins as a kernel thread. */
	struct thread_start *start = (struct thread_start *)(void *)arch_user_frame(t) - 1;

	*start = (struct thread_start){.go = task_begin_kernel, .fn = fn, .arg = arg};
	t->arch.esp = (u32)start;
}

void kthread_end(int result)
{
	task_exit((result & 0xff) << 8, result);
}

void arch_task_init_fork(struct task *child, const struct trapframe *frame)
{
	struct trapframe *f = arch_user_frame(child);
	void (**go)(void) = (void (**)(void))(void *)f - 1;

	*f = *frame;
	f->eax = 0;
	if (current->arch.extras & TASK_STEPPED)
		f->eflags &= ~EFLAGS_TF; /* the tracer's, not the program's */
	*go = task_begin_user;
	child->arch.esp = (u32)go;
	child->arch.segments = segments_now();
	child->arch.extras = current->arch.extras & TASK_TLS;
	memcpy(child->arch.tls, current->arch.tls, sizeof(child->arch.tls));
	fpu_fork(child);
}

void arch_task_free(struct task *t)
{
	(void)t; /* nothing is outside of struct task but the stack */
}

void arch_exec_frame(struct trapframe *frame, vaddr_t entry, vaddr_t sp, vaddr_t data_base)
{
	struct task *t = current;

	(void)data_base;
	*frame = (struct trapframe){
		.error = frame->error, /* execve(2), for a tracer */
		.ds = USER_DS,
		.es = USER_DS,
		.eip = entry,
		.cs = USER_CS,
		.eflags = EFLAGS_USER,
		.esp = sp,
		.ss = USER_DS,
	};
	fpu_reset();
	preempt_disable();
	segments_load(0);
	if (t->arch.extras & TASK_TLS) {
		memset(t->arch.tls, 0, sizeof(t->arch.tls));
		t->arch.extras &= ~TASK_TLS;
		tls_load(this_cpu(), t);
	}
	preempt_enable();
}

void arch_enter_user(struct trapframe *frame)
{
	struct trapframe *top = arch_user_frame(current);

	arch_irq_disable();
	if (top != frame)
		*top = *frame;
	user_return_to(top);
}
