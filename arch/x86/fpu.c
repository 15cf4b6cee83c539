/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - the state of FPU and SSE, for the tasks that use them.
 *
 * CR0.TS is set whenever the FPU does not hold the running task's state; its first instruction
 * then traps, and the state is loaded. A task that used it since it was switched in is saved when
 * it is switched out, so its state is never left on another CPU.
 *
 *	fpu_valid	there is a state; else the first use starts with Linux's defaults
 *	TASK_FPU_LOADED	it is in the FPU, TS is clear
 */
#include <arch/cpu.h>
#include <arch/signal_frame.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/signal.h>

#define FPU_CONTROL_DEFAULT 0x37f /* every exception masked, round to nearest, 64 bits */
#define FPU_TAGS_EMPTY      0xffff
#define MXCSR_DEFAULT       0x1f80u

/* At vector 19 and 16: which bits say what. */
#define FPU_INVALID     0x01u
#define FPU_ZERO_DIVIDE 0x04u
#define FPU_OVERFLOW    0x08u
#define FPU_INEXACT     0x20u

u32 fpu_mxcsr_known;

static void *fpu_space(struct task *t)
{
	return (void *)ALIGN_UP((uintptr_t)t->arch.fpu_space, 16);
}

static void ts_set(void)
{
	write_cr0(read_cr0() | CR0_TS);
}

static void ts_clear(void)
{
	__asm__ volatile("clts" ::: "memory");
}

/* What FXSAVE says of itself; 0 is the first CPUs' way to say that they know no denormals-are-zeros. */
static void mxcsr_ask(void)
{
	struct fxsave_area area __aligned(16) = {.mxcsr_mask = 0};

	__asm__ volatile("fxsave %0" : "+m"(area));
	fpu_mxcsr_known = area.mxcsr_mask != 0 ? area.mxcsr_mask : 0xffbfu;
}

void fpu_init(void)
{
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
	if (cpu_features & CPU_FXSR)
		mxcsr_ask();
	ts_set();
}

/* fpu_save - registers into the task's space; FNSAVE clears them, FXSAVE does not. */
static void fpu_save(struct task *t)
{
	if (cpu_features & CPU_FXSR)
		__asm__ volatile("fxsave (%0)" : : "r"(fpu_space(t)) : "memory");
	else
		__asm__ volatile("fnsave (%0); fwait" : : "r"(fpu_space(t)) : "memory");
}

static void fpu_restore(struct task *t)
{
	if (cpu_features & CPU_FXSR)
		__asm__ volatile("fxrstor (%0)" : : "r"(fpu_space(t)) : "memory");
	else
		__asm__ volatile("frstor (%0)" : : "r"(fpu_space(t)) : "memory");
}

/* The state of a new program. The data registers are cleared too: they held another task's values,
 * and fninit leaves them. */
static void fpu_fresh(struct task *t)
{
	u16 *state = fpu_space(t);

	memset(state, 0, FPU_STATE_SIZE);
	state[0] = FPU_CONTROL_DEFAULT;
	if (cpu_features & CPU_FXSR)
		*(u32 *)(void *)(state + 12) = MXCSR_DEFAULT; /* tags of 0: empty */
	else
		state[4] = FPU_TAGS_EMPTY;
}

const void *fpu_state(void)
{
	struct task *t = current;
	irqstate_t s;

	if (!t->arch.fpu_valid) {
		fpu_fresh(t);
		return fpu_space(t);
	}
	s = arch_irq_save();
	if (t->arch.extras & TASK_FPU_LOADED)
		fpu_switch_out(t);
	arch_irq_restore(s);
	return fpu_space(t);
}

void *fpu_state_of(struct task *t)
{
	if (!t->arch.fpu_valid)
		fpu_fresh(t);
	t->arch.fpu_valid = true;
	return fpu_space(t);
}

void *fpu_new_state(void)
{
	fpu_reset();
	return fpu_space(current);
}

void fpu_new_state_done(void)
{
	current->arch.fpu_valid = true;
}

void fpu_trap(void)
{
	struct task *t = current;

	ts_clear();
	if (!t->arch.fpu_valid)
		fpu_fresh(t);
	fpu_restore(t);
	t->arch.fpu_valid = true;
	t->arch.extras |= TASK_FPU_LOADED;
}

void fpu_switch_out(struct task *t)
{
	fpu_save(t);
	t->arch.extras &= ~TASK_FPU_LOADED;
	ts_set();
}

void fpu_fork(struct task *child)
{
	struct task *t = current;
	irqstate_t s;

	child->arch.fpu_valid = t->arch.fpu_valid;
	if (!t->arch.fpu_valid)
		return;
	s = arch_irq_save();
	if (t->arch.extras & TASK_FPU_LOADED)
		fpu_switch_out(t);
	arch_irq_restore(s);
	memcpy(fpu_space(child), fpu_space(t), FPU_STATE_SIZE);
}

void fpu_reset(void)
{
	struct task *t = current;
	irqstate_t s = arch_irq_save();

	t->arch.fpu_valid = false;
	if (t->arch.extras & TASK_FPU_LOADED) {
		/* An exception that waits would be raised by the next frstor, in the kernel. */
		__asm__ volatile("fnclex");
		t->arch.extras &= ~TASK_FPU_LOADED;
		ts_set();
	}
	arch_irq_restore(s);
}

/* The exceptions that are not masked. */
static u32 fpu_exceptions(unsigned vector)
{
	irqstate_t s = arch_irq_save();
	u32 status = 0, control = 0;

	if (current->arch.extras & TASK_FPU_LOADED) {
		if (vector == 16) {
			__asm__ volatile("fnstsw %w0" : "+a"(status));
			__asm__ volatile("fnstcw %w0" : "=m"(control));
		} else {
			__asm__ volatile("stmxcsr %0" : "=m"(status));
			control = status >> 7;
		}
	}
	arch_irq_restore(s);
	return status & ~control & 0x3f;
}

const char *fpu_error(unsigned vector, int *code)
{
	u32 status = fpu_exceptions(vector);

	if (status & FPU_INVALID) {
		*code = FPE_FLTINV;
		return "floating point exception: invalid operation";
	}
	if (status & FPU_ZERO_DIVIDE) {
		*code = FPE_FLTDIV;
		return "floating point exception: division by zero";
	}
	if (status & FPU_OVERFLOW) {
		*code = FPE_FLTOVF;
		return "floating point exception: overflow";
	}
	*code = status & FPU_INEXACT ? FPE_FLTRES : FPE_FLTUND;
	return "floating point exception";
}
