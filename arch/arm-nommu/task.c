/* SPDX-License-Identifier: MIT */
/*
 * task.c - kernel stacks, and what a new task begins with.
 *
 *	kstack + KSTACK_SIZE ->  +--------------------+ <- arch.kstack_top
 *	                         | trapframe          |
 *	                         +--------------------+ <- where the kernel's frames begin
 *	                         |                    |
 *	kstack + KSTACK_GUARD -> +--------------------+
 *	                         | guard: no access   |
 *	kstack ->                +--------------------+
 *
 * In the debug flavour a new stack is painted, so that the audit can say how much of one nobody has used.
 */
#include <arch/local.h>
#include <arch/memmap.h>
#include <arch/offsets.h>
#include <octavo/arch.h>
#include <octavo/audit.h>
#include <octavo/control.h>
#include <octavo/debug.h>
#include <octavo/errno.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/vmalloc.h>

_Static_assert(offsetof(struct task_head, preempt_count) == TASK_PREEMPT_COUNT, "offsets.h");
_Static_assert(offsetof(struct task_head, need_resched) == TASK_NEED_RESCHED, "offsets.h");
_Static_assert(offsetof(struct task_head, user_work) == TASK_USER_WORK, "offsets.h");
_Static_assert(offsetof(struct task, arch.sp) == TASK_ARCH_SP, "offsets.h");
_Static_assert(offsetof(struct task, arch.kstack_top) == TASK_KSTACK_TOP, "offsets.h");
_Static_assert(offsetof(struct task, arch.guard_rbar) == TASK_GUARD_RBAR, "offsets.h");
_Static_assert(offsetof(struct task, arch.call_r0) == TASK_CALL_R0, "offsets.h");
_Static_assert(sizeof(struct trapframe) == FRAME_SIZE, "offsets.h");
_Static_assert(offsetof(struct trapframe, r[4]) == FRAME_R4, "offsets.h");
_Static_assert(offsetof(struct trapframe, r[7]) == FRAME_R7, "offsets.h");
_Static_assert(offsetof(struct trapframe, r[12]) == FRAME_R12, "offsets.h");
_Static_assert(offsetof(struct trapframe, sp) == FRAME_SP, "offsets.h");
_Static_assert(offsetof(struct trapframe, lr) == FRAME_LR, "offsets.h");
_Static_assert(offsetof(struct trapframe, pc) == FRAME_PC, "offsets.h");
_Static_assert(offsetof(struct trapframe, xpsr) == FRAME_XPSR, "offsets.h");
_Static_assert(offsetof(struct trapframe, exc_return) == FRAME_EXC, "offsets.h");
_Static_assert(sizeof(struct hw_frame) == HW_FRAME_SIZE, "offsets.h");

struct task *arch_current_task = &boot_task;

extern char boot_stack[], boot_stack_top[];

/* What arch_switch() pops. */
struct switch_frame {
	u32 r4, r5, r6, r7, r8, r9, r10, r11, pc;
};

static void set_stack(struct task *t, void *kstack)
{
	t->kstack = kstack;
	t->arch.kstack_top = (u32)kstack + KSTACK_SIZE;
	t->arch.guard_rbar = mpu_guard_rbar(kstack);
}

void boot_task_init(void)
{
	set_stack(&boot_task, boot_stack);
}

#define KSTACK_PAINT 0xa5
#define KSTACK_SPARE 768u /* of KSTACK_SIZE - KSTACK_GUARD: for what no test has met */

static u32 least_left = KSTACK_SIZE; /* [preemption off] bytes behind the guard that nobody used */

static u32 *note_left(const struct task *t)
{
	const u8 *p = (const u8 *)t->kstack + KSTACK_GUARD;
	u32 left = 0;

	while (p[left] == KSTACK_PAINT)
		left++;
	least_left = MIN(least_left, left);
	return &least_left;
}

static int say_left(struct audit *a)
{
	u32 left = *note_left(current);

	control_sendf(CONTROL_REPORT, "kernel_stack_left %u", left);
	if (left < KSTACK_SPARE)
		audit_differ(a, "of a kernel stack %u bytes were left", left);
	return 0;
}

void arch_kstack_audit(struct audit *a)
{
	(void)a;
	CHECK(say_left(a));
}

int arch_kstack_alloc(struct task *t)
{
	void *kstack = vmalloc_aligned(KSTACK_SIZE, PAGE_SIZE, 0, "kernel stack");

	if (kstack == NULL)
		return -ENOMEM;
	CHECK(memset(kstack, KSTACK_PAINT, KSTACK_SIZE));
	set_stack(t, kstack);
	return 0;
}

void arch_kstack_free(struct task *t)
{
	CHECK(t->kstack != NULL ? note_left(t) : NULL);
	vfree(t->kstack);
	t->kstack = NULL;
}

void arch_task_free(struct task *t)
{
	fpu_forget(t);
	t->arch = (struct arch_task){0};
}

static struct switch_frame *first_switch(struct task *t, void (*start_at)(void))
{
	struct switch_frame *f = (struct switch_frame *)arch_user_frame(t) - 1;

	memset(f, 0, sizeof(*f));
	f->pc = (u32)start_at;
	t->arch.sp = (u32)f;
	return f;
}

void arch_task_init_kernel(struct task *t, int (*fn)(void *), void *arg)
{
	struct switch_frame *f = first_switch(t, kernel_thread_start);

	memset(arch_user_frame(t), 0, sizeof(struct trapframe));
	f->r4 = (u32)fn;
	f->r5 = (u32)arg;
}

void arch_task_init_fork(struct task *child, const struct trapframe *frame)
{
	struct trapframe *copy = arch_user_frame(child);

	*copy = *frame;
	frame_set_result(copy, 0);
	child->arch.tls = current->arch.tls;
	fpu_inherit(child);
	first_switch(child, fork_start);
}

/* There is no register for it on this machine: programs ask for it by a call. */
int arch_task_set_tls(struct task *child, u32 arg)
{
	child->arch.tls = arg;
	return 0;
}

void kernel_thread_end(int result)
{
	task_exit((result & 0xff) << 8, result);
}

struct trapframe *arch_user_frame(struct task *t)
{
	return (struct trapframe *)t->arch.kstack_top - 1;
}

void arch_exec_frame(struct trapframe *frame, vaddr_t entry, vaddr_t sp, vaddr_t data_base)
{
	memset(frame, 0, sizeof(*frame));
	frame->pc = entry & ~1u;
	frame->sp = sp;
	frame->r[9] = data_base;
	current->arch.tls = 0;
	fpu_forget(current);
	frame->xpsr = XPSR_THUMB;
}

void arch_enter_user(struct trapframe *frame)
{
	struct trapframe *place = arch_user_frame(current);

	if (frame != place)
		*place = *frame;
	enter_user_at(place);
}
