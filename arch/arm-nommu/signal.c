/* SPDX-License-Identifier: MIT */
/*
 * signal.c - handlers of signals: the frame on the program's stack, and the way back.
 *
 *	the stack that is taken ->	(what the program had)
 *	sp of the handler, 8-aligned ->	struct sigframe or rt_sigframe
 *	lr of the handler		the restorer, or SIGRETURN_ADDRESS
 *
 * r9 is the base of the program's data while its own code runs; libgcc uses it for other things, so a
 * handler gets it anew. The frame lies in one run, in which the stack's slot of the MPU then is.
 *
 * A call's r0 was lost to its result: syscall_thread keeps it in the task.
 */
#include <arch/local.h>
#include <arch/signal_frame.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/nommu.h>
#include <octavo/signal.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/unistd.h>

#define CALL_BYTES 2 /* svc 0 */

/* What sigreturn takes of the flags: conditions, Q, GE, and how far an instruction or block has come. */
#define XPSR_OF_PROGRAM 0xfe0ffc00u

void arch_call_again(struct trapframe *frame)
{
	frame->r[0] = current->arch.call_r0;
	frame->pc -= CALL_BYTES;
}

void arch_call_restart(struct trapframe *frame)
{
	frame->r[7] = __NR_restart_syscall;
	frame->pc -= CALL_BYTES;
}

/* --- the frame --- */

/* Where the handler's stack begins. */
static u32 stack_top(const struct trapframe *f, const struct sig_action *a, bool *alternate)
{
	const struct signal_thread *st = &current->sig;
	u32 now = signal_altstack_now(st, f->sp);

	*alternate = now == SS_ONSTACK || ((a->flags & SA_ONSTACK) && now == 0);
	return *alternate && now == 0 ? st->alt_sp + st->alt_size : f->sp;
}

/* Room for `bytes` of frame below `top`. => 0, -EFAULT it does not fit there */
static int place_frame(u32 top, bool alternate, u32 bytes, u32 *sp)
{
	const struct signal_thread *st = &current->sig;

	*sp = ALIGN_DOWN(top - bytes, 8);
	if (alternate && !(*sp > st->alt_sp && *sp - st->alt_sp <= st->alt_size))
		return -EFAULT;
	return nommu_may_write(current->mm, *sp, bytes) && user_stack_follow(*sp) ? 0 : -EFAULT;
}

static void save_context(struct ucontext *uc, const struct trapframe *f, sigset_bits mask)
{
	const struct arch_trap *trap = &current->arch.trap;
	struct sigcontext *c = &uc->context;

	c->trap_no = trap->number;
	c->error_code = trap->error;
	c->oldmask = (u32)mask;
	memcpy(c->r, f->r, sizeof(c->r));
	c->sp = f->sp;
	c->lr = f->lr;
	c->pc = f->pc;
	c->cpsr = f->xpsr;
	c->fault_address = trap->address;
	uc->mask[0] = (u32)mask;
	uc->mask[1] = (u32)(mask >> 32);
}

static void way_back(struct sigframe *frame, u32 number)
{
	frame->code[0] = 0xdf002700u | number; /* movs r7, number; svc 0 */
}

static int put_frame(const struct trapframe *f, u32 sp, sigset_bits mask)
{
	struct sigframe frame;

	memset(&frame, 0, sizeof(frame));
	frame.uc.flags = UCONTEXT_OLD;
	save_context(&frame.uc, f, mask);
	fpu_to_frame(frame.uc.registers);
	way_back(&frame, __NR_sigreturn);
	return copy_to_user((void __user *)(uintptr_t)sp, &frame, sizeof(frame));
}

static int put_rt_frame(const struct trapframe *f, u32 sp, const struct siginfo *info,
			sigset_bits mask)
{
	const struct signal_thread *st = &current->sig;
	struct rt_sigframe frame;

	memset(&frame, 0, sizeof(frame));
	memcpy(frame.info, info, sizeof(*info));
	frame.sig.uc.stack_sp = st->alt_sp;
	frame.sig.uc.stack_flags = st->alt_flags;
	frame.sig.uc.stack_size = st->alt_size;
	save_context(&frame.sig.uc, f, mask);
	fpu_to_frame(frame.sig.uc.registers);
	way_back(&frame.sig, __NR_rt_sigreturn);
	return copy_to_user((void __user *)(uintptr_t)sp, &frame, sizeof(frame));
}

int arch_signal_frame(struct trapframe *f, const struct sig_action *a, const struct siginfo *info,
		      sigset_bits mask)
{
	bool rt = (a->flags & SA_SIGINFO) != 0, alternate;
	u32 top = stack_top(f, a, &alternate), sp;
	int err = place_frame(top, alternate,
			      rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe), &sp);

	if (err == 0)
		err = rt ? put_rt_frame(f, sp, info, mask) : put_frame(f, sp, mask);
	if (err != 0)
		return err;
	f->r[0] = (u32)info->signo;
	if (rt) {
		f->r[1] = sp + offsetof(struct rt_sigframe, info);
		f->r[2] = sp + offsetof(struct rt_sigframe, sig.uc);
	}
	f->r[9] = current->mm->program.start_data;
	f->sp = sp;
	f->lr = rt ? RT_SIGRETURN_ADDRESS : SIGRETURN_ADDRESS;
	if (a->flags & SA_RESTORER)
		f->lr = a->restorer;
	f->pc = a->handler & ~1u;
	f->xpsr = XPSR_THUMB;
	return 0;
}

/* --- the way back --- */

static void restore_context(struct trapframe *f, const struct ucontext *uc)
{
	const struct sigcontext *c = &uc->context;

	signal_set_blocked((sigset_bits)uc->mask[1] << 32 | uc->mask[0]);
	current->sig.restart.fn = NULL;
	memcpy(f->r, c->r, sizeof(f->r));
	frame_set_sp(f, c->sp);
	f->lr = c->lr;
	f->pc = c->pc & ~1u;
	f->xpsr = (c->cpsr & XPSR_OF_PROGRAM) | XPSR_THUMB;
	fpu_from_frame(uc->registers);
}

void user_sigreturn(struct trapframe *f, bool rt)
{
	const struct siginfo bad = {.signo = SIGSEGV, .code = SI_KERNEL};
	u32 at = f->sp + (rt ? offsetof(struct rt_sigframe, sig.uc) : 0);
	struct ucontext uc;

	if (copy_from_user(&uc, (const void __user *)(uintptr_t)at, sizeof(uc)) != 0) {
		user_trap(f, &bad, "sigreturn without a frame");
		return;
	}
	restore_context(f, &uc);
	if (rt) /* a stack that cannot be is no error here */
		(void)signal_set_altstack(uc.stack_sp, uc.stack_flags, uc.stack_size, f->sp,
					  MINSIGSTKSZ);
}

/* The frame is as it was: its r0 is no result, and no call is made again. */
static long return_from_handler(bool rt)
{
	struct trapframe *f = arch_user_frame(current);

	f->exc_return = 0;
	user_sigreturn(f, rt);
	return (long)f->r[0];
}

long sys_sigreturn(void)
{
	return return_from_handler(false);
}

long sys_rt_sigreturn(void)
{
	return return_from_handler(true);
}
