/* SPDX-License-Identifier: MIT */
/*
 * ptrace.c - the registers of a task that stands still, as ptrace(2) shows and sets them.
 *
 *	general ones	in its frame, but fs and gs: in its trace_stop
 *	FPU		in its arch_task: it has left the FPU before it stands still
 *
 * How a task stops at system calls costs others nothing: its int $0x80 goes by an interrupt table of its
 * own (TASK_CALL_GATE), which arch_switch() loads. A single step is the trap flag, which it does not see.
 */
#include <arch/cpu.h>
#include <arch/signal_frame.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/preempt.h>
#include <octavo/ptrace.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/ptrace.h>
#include <uapi/octavo/unistd.h>

/* struct user_regs_struct of Linux, by the words of it */
enum {
	R_EBX,
	R_ECX,
	R_EDX,
	R_ESI,
	R_EDI,
	R_EBP,
	R_EAX,
	R_DS,
	R_ES,
	R_FS,
	R_GS,
	R_ORIG_EAX,
	R_EIP,
	R_CS,
	R_EFLAGS,
	R_ESP,
	R_SS,
	NR_REGS
};
#define USER_AREA_BYTES 284u /* struct user: what follows the registers is 0 here */

void arch_call_none(struct trapframe *frame)
{
	frame->error = FRAME_CALL_GONE;
}

bool arch_call_is_return(const struct trapframe *frame)
{
	return frame->error == __NR_sigreturn || frame->error == __NR_rt_sigreturn;
}

/* --- standing still --- */

/* The trap flag is the program's again. */
static void end_step(void)
{
	struct arch_task *a = &current->arch;

	if (a->extras & TASK_STEPPED)
		arch_user_frame(current)->eflags &= ~EFLAGS_TF;
	a->extras &= ~TASK_STEPPED;
}

void arch_trace_handler(void)
{
	irqstate_t s = arch_irq_save();

	end_step();
	arch_irq_restore(s);
}

void arch_trace_stop(struct trace_stop *stop)
{
	struct arch_task *a = &current->arch;
	irqstate_t s = arch_irq_save();

	stop->segments = segments_now();
	if (a->extras & TASK_FPU_LOADED)
		fpu_switch_out(current);
	end_step();
	arch_irq_restore(s);
}

void arch_trace_go(const struct trace_stop *stop, enum trace_mode mode)
{
	struct trapframe *f = arch_user_frame(current);
	struct arch_task *a = &current->arch;
	irqstate_t s = arch_irq_save();

	if (stop->segments != segments_now())
		segments_load(stop->segments);
	a->extras &= ~TASK_CALL_GATE;
	if (mode != TRACE_CONT)
		a->extras |= TASK_CALL_GATE;
	if (mode == TRACE_STEP && !(f->eflags & EFLAGS_TF)) {
		f->eflags |= EFLAGS_TF;
		a->extras |= TASK_STEPPED;
	}
	cpu_call_gate(mode != TRACE_CONT);
	arch_irq_restore(s);
	if (stop->in_call)
		current->head.work_trace = mode != TRACE_CONT;
}

/* --- the general registers --- */

static u32 *place_of(struct trapframe *f, unsigned reg)
{
	switch (reg) {
	case R_ORIG_EAX:
		return &f->error;
	case R_EIP:
		return &f->eip;
	case R_EFLAGS:
		return &f->eflags;
	case R_ESP:
		return &f->esp;
	default:
		return &f->ebx + reg; /* to R_EAX, in the frame's own order */
	}
}

static u32 get_reg(const struct tracee *tr, unsigned reg)
{
	struct trapframe *f = arch_user_frame(tr->task);

	switch (reg) {
	case R_DS:
		return f->ds;
	case R_ES:
		return f->es;
	case R_FS:
		return tr->stop->segments & 0xffff;
	case R_GS:
		return tr->stop->segments >> 16;
	case R_CS:
		return f->cs & 0xffff;
	case R_SS:
		return f->ss & 0xffff;
	default:
		return *place_of(f, reg);
	}
}

/* Only what a program may have; a selector that is good for nothing is found when it is loaded. */
static bool selector_ok(unsigned reg, u32 v)
{
	v &= 0xffff;
	return (v & 3) == 3 || (v == 0 && reg != R_CS && reg != R_SS);
}

/* => 0, -EIO */
static int set_reg(const struct tracee *tr, unsigned reg, u32 v)
{
	struct trapframe *f = arch_user_frame(tr->task);
	u32 *segments = &tr->stop->segments;

	switch (reg) {
	case R_DS:
	case R_ES:
	case R_FS:
	case R_GS:
	case R_CS:
	case R_SS:
		if (!selector_ok(reg, v))
			return -EIO;
		v &= 0xffff;
		break;
	default:
		break;
	}
	switch (reg) {
	case R_DS:
		f->ds = (u16)v;
		break;
	case R_ES:
		f->es = (u16)v;
		break;
	case R_FS:
		*segments = (*segments & 0xffff0000u) | v;
		break;
	case R_GS:
		*segments = (*segments & 0xffff) | v << 16;
		break;
	case R_CS:
		f->cs = v;
		break;
	case R_SS:
		f->ss = v;
		break;
	case R_EFLAGS:
		f->eflags = (f->eflags & ~EFLAGS_OF_PROGRAM) | (v & EFLAGS_OF_PROGRAM);
		break;
	default:
		*place_of(f, reg) = v;
		break;
	}
	return 0;
}

static long get_regs(int pid, void __user *to)
{
	const struct tracee *tr = ptrace_lock(pid);
	u32 regs[NR_REGS];

	if (tr == NULL)
		return -ESRCH;
	for (unsigned i = 0; i < NR_REGS; i++)
		regs[i] = get_reg(tr, i);
	ptrace_unlock();
	return copy_to_user(to, regs, sizeof(regs));
}

static long set_regs(int pid, const void __user *from)
{
	const struct tracee *tr;
	u32 regs[NR_REGS];
	int err = 0;

	if (copy_from_user(regs, from, sizeof(regs)) != 0)
		return -EFAULT;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	for (unsigned i = 0; i < NR_REGS && err == 0; i++)
		err = set_reg(tr, i, regs[i]);
	ptrace_unlock();
	return err;
}

static long peek_user(int pid, u32 offset, u32 __user *to)
{
	const struct tracee *tr;
	u32 v = 0;

	if (offset % sizeof(u32) != 0 || offset >= USER_AREA_BYTES)
		return -EIO;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	if (offset / sizeof(u32) < NR_REGS)
		v = get_reg(tr, offset / sizeof(u32));
	ptrace_unlock();
	return put_user_u32(v, to);
}

static long poke_user(int pid, u32 offset, u32 v)
{
	const struct tracee *tr;
	int err;

	if (offset % sizeof(u32) != 0 || offset / sizeof(u32) >= NR_REGS)
		return -EIO;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	err = set_reg(tr, offset / sizeof(u32), v);
	ptrace_unlock();
	return err;
}

/* --- the FPU's: FNSAVE's form, and where the CPU has it FXSAVE's --- */

union fpu_image {
	struct fsave_area fsave;
	struct fxsave_area fx;
};

static u32 image_bytes(bool fx)
{
	return fx ? sizeof(struct fxsave_area) : sizeof(struct fsave_area);
}

static long get_fpu(int pid, void __user *to, bool fx)
{
	const struct tracee *tr = ptrace_lock(pid);
	union fpu_image image;

	if (tr == NULL)
		return -ESRCH;
	if (fx)
		memcpy(&image.fx, fpu_state_of(tr->task), sizeof(image.fx));
	else
		fpu_to_fsave(&image.fsave, fpu_state_of(tr->task));
	ptrace_unlock();
	return copy_to_user(to, &image, image_bytes(fx));
}

static long set_fpu(int pid, const void __user *from, bool fx)
{
	const struct tracee *tr;
	union fpu_image image;

	if (copy_from_user(&image, from, image_bytes(fx)) != 0)
		return -EFAULT;
	if (fx && (image.fx.mxcsr & ~fpu_mxcsr_known))
		return -EINVAL;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	if (fx)
		memcpy(fpu_state_of(tr->task), &image.fx, sizeof(image.fx));
	else
		fpu_from_fsave(fpu_state_of(tr->task), &image.fsave);
	ptrace_unlock();
	return 0;
}

/* --- all of them --- */

long arch_ptrace(u32 request, int pid, u32 address, u32 data)
{
	void __user *user = (void __user __force *)data;

	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(pid, address, user);
	case PTRACE_POKEUSR:
		return poke_user(pid, address, data);
	case PTRACE_GETREGS:
		return get_regs(pid, user);
	case PTRACE_SETREGS:
		return set_regs(pid, user);
	case PTRACE_GETFPREGS:
		return get_fpu(pid, user, false);
	case PTRACE_SETFPREGS:
		return set_fpu(pid, user, false);
	case PTRACE_GETFPXREGS:
		return cpu_features & CPU_FXSR ? get_fpu(pid, user, true) : -EIO;
	case PTRACE_SETFPXREGS:
		return cpu_features & CPU_FXSR ? set_fpu(pid, user, true) : -EIO;
	default:
		return -EIO;
	}
}
