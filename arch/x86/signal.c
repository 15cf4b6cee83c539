/* SPDX-License-Identifier: MIT */
/*
 * signal.c - handlers of signals: the frame on the program's stack, and the way back.
 *
 *	the stack that is taken ->	(what the program had)
 *			64-aligned	FXSAVE area		} struct fpstate
 *					FNSAVE area		}
 *			16n - 4		struct sigframe or rt_sigframe
 *	esp of the handler ->		its first word, as if somebody had called it
 *
 * The handler returns into the restorer, which calls sigreturn(2) or rt_sigreturn(2) with the stack
 * pointer just above that word (and above the signal's number, for the old frame). The registers in
 * the frame are taken back with what a program may not have left out: of the flags only those that
 * it could set itself, and selectors of user level. Selectors that are good for nothing are found by
 * the return to user mode itself.
 */
#include <arch/cpu.h>
#include <arch/signal_frame.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/signal.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/unistd.h>

#define CALL_BYTES 2 /* int $0x80 */

void arch_call_again(struct trapframe *f)
{
	f->eax = f->error;
	f->eip -= CALL_BYTES;
}

void arch_call_restart(struct trapframe *f)
{
	f->eax = __NR_restart_syscall;
	f->eip -= CALL_BYTES;
}

/* --- the frame --- */

/* Where the handler's stack begins. */
static u32 stack_top(const struct trapframe *f, const struct sig_action *a, bool *alternate)
{
	const struct signal_thread *st = &current->sig;

	*alternate = signal_altstack_now(st, f->esp) == SS_ONSTACK;
	if (a->flags & SA_ONSTACK) {
		if (signal_altstack_now(st, f->esp) == 0) {
			*alternate = true;
			return st->alt_sp + st->alt_size;
		}
	} else if (!*alternate && (f->ss & 0xffff) != USER_DS && !(a->flags & SA_RESTORER) &&
		   a->restorer != 0) {
		*alternate = true; /* a stack of its own, as programs of old asked for it */
		return a->restorer;
	}
	return f->esp;
}

/* Room for `bytes` of frame below *sp, and for the FPU's state between them.
 *   => 0, -EFAULT it does not fit the alternate stack */
static int place_frame(u32 top, bool alternate, u32 bytes, u32 *sp, u32 *fpstate)
{
	const struct signal_thread *st = &current->sig;

	*fpstate = fpu_frame_place(top);
	*sp = ALIGN_DOWN(*fpstate - bytes + 4, 16) - 4;
	if (alternate && !(*sp > st->alt_sp && *sp - st->alt_sp <= st->alt_size))
		return -EFAULT;
	return 0;
}

static void save_registers(struct sigcontext *c, const struct trapframe *f, u32 fpstate, u32 mask)
{
	const struct arch_task *a = &current->arch;
	u32 segments = segments_now();

	*c = (struct sigcontext){
		.gs = segments >> 16,
		.fs = segments & 0xffff,
		.es = f->es,
		.ds = f->ds,
		.edi = f->edi,
		.esi = f->esi,
		.ebp = f->ebp,
		.esp = f->esp,
		.ebx = f->ebx,
		.edx = f->edx,
		.ecx = f->ecx,
		.eax = f->eax,
		.trapno = a->trap_number,
		.err = a->trap_error,
		.eip = f->eip,
		.cs = f->cs & 0xffff,
		.eflags = f->eflags,
		.esp_at_signal = f->esp,
		.ss = f->ss & 0xffff,
		.fpstate = fpstate,
		.oldmask = mask,
		.cr2 = a->trap_address,
	};
}

static u32 restorer_of(const struct sig_action *a, u32 code)
{
	return a->flags & SA_RESTORER ? a->restorer : code;
}

/* Put one piece of the frame at `address` on the program's stack. */
static int put(u32 address, const void *from, size_t bytes)
{
	return copy_to_user((void __user *)(uintptr_t)address, from, bytes);
}

static int put_old_frame(const struct trapframe *f, u32 sp, u32 fpstate, const struct sig_action *a,
			 int sig, sigset_bits mask)
{
	struct {
		u32 restorer, signo;
		struct sigcontext context;
	} head;
	struct {
		u32 mask_high;
		u8 code[8];
	} tail = {
		(u32)(mask >> 32),
		{0x58, 0xb8, __NR_sigreturn, 0, 0, 0, 0xcd, 0x80}, /* pop eax; mov, eax; int */
	};

	head.restorer = restorer_of(a, sp + offsetof(struct sigframe, code));
	head.signo = (u32)sig;
	save_registers(&head.context, f, fpstate, (u32)mask);
	if (put(sp, &head, sizeof(head)) != 0)
		return -EFAULT;
	return put(sp + offsetof(struct sigframe, mask_high), &tail, sizeof(tail));
}

static int put_rt_frame(const struct trapframe *f, u32 sp, u32 fpstate, const struct sig_action *a,
			const struct siginfo *info, sigset_bits mask)
{
	static const u8 code[8] = {0xb8, __NR_rt_sigreturn, 0, 0, 0, 0xcd, 0x80, 0};
	const struct signal_thread *st = &current->sig;
	struct rt_sigframe frame;

	memset(&frame, 0, sizeof(frame));
	frame.restorer = restorer_of(a, sp + offsetof(struct rt_sigframe, code));
	frame.signo = (u32)info->signo;
	frame.info_address = sp + offsetof(struct rt_sigframe, info);
	frame.context_address = sp + offsetof(struct rt_sigframe, uc);
	memcpy(frame.info, info, sizeof(*info));
	frame.uc.stack_sp = st->alt_sp;
	frame.uc.stack_flags = st->alt_flags;
	frame.uc.stack_size = st->alt_size;
	save_registers(&frame.uc.context, f, fpstate, (u32)mask);
	frame.uc.mask[0] = (u32)mask;
	frame.uc.mask[1] = (u32)(mask >> 32);
	memcpy(frame.code, code, sizeof(code));
	return put(sp, &frame, sizeof(frame));
}

int arch_signal_frame(struct trapframe *f, const struct sig_action *a, const struct siginfo *info,
		      sigset_bits mask)
{
	bool rt = (a->flags & SA_SIGINFO) != 0, alternate;
	u32 top = stack_top(f, a, &alternate), sp, fpstate;
	int err = place_frame(top, alternate,
			      rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe), &sp,
			      &fpstate);

	if (err == 0)
		err = fpu_to_frame((void __user *)(uintptr_t)fpstate);
	if (err == 0)
		err = rt ? put_rt_frame(f, sp, fpstate, a, info, mask)
			 : put_old_frame(f, sp, fpstate, a, info->signo, mask);
	if (err != 0)
		return err;
	fpu_reset();
	f->esp = sp;
	f->eip = a->handler;
	f->eax = (u32)info->signo;
	f->edx = rt ? sp + offsetof(struct rt_sigframe, info) : 0;
	f->ecx = rt ? sp + offsetof(struct rt_sigframe, uc) : 0;
	f->ds = USER_DS;
	f->es = USER_DS;
	f->ss = USER_DS;
	f->cs = USER_CS;
	f->eflags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
	return 0;
}

/* --- the way back --- */

static int restore_registers(struct trapframe *f, const struct sigcontext *c)
{
	u32 segments = (c->fs & 0xffff) | c->gs << 16;

	current->sig.restart.fn = NULL;
	f->es = (u16)c->es;
	f->ds = (u16)c->ds;
	f->edi = c->edi;
	f->esi = c->esi;
	f->ebp = c->ebp;
	f->esp = c->esp;
	f->ebx = c->ebx;
	f->edx = c->edx;
	f->ecx = c->ecx;
	f->eax = c->eax;
	f->eip = c->eip;
	f->cs = (c->cs & 0xffff) | 3;
	f->ss = (c->ss & 0xffff) | 3;
	f->eflags = (f->eflags & ~EFLAGS_OF_PROGRAM) | (c->eflags & EFLAGS_OF_PROGRAM);
	if (segments != segments_now())
		segments_load(segments);
	return fpu_from_frame((const void __user *)(uintptr_t)c->fpstate);
}

/* Leave by the frame as it is now: no result is put into eax, no call is made again. */
static void leave(struct trapframe *f, bool good)
{
	const struct siginfo info = {.signo = SIGSEGV, .code = SI_KERNEL};

	if (!good)
		user_trap(f, &info, "sigreturn without a frame");
	user_return_to(f);
}

long sys_sigreturn(void)
{
	struct trapframe *f = arch_user_frame(current);
	u32 sp = f->esp - 2 * sizeof(u32), high;
	struct sigcontext c;
	bool good;

	good = copy_from_user(
		       &c,
		       (const void __user *)(uintptr_t)(sp + offsetof(struct sigframe, context)),
		       sizeof(c)) == 0 &&
	       get_user_u32(&high, (const u32 __user *)(uintptr_t)(sp + offsetof(struct sigframe,
										 mask_high))) == 0;
	if (good) {
		signal_set_blocked((sigset_bits)high << 32 | c.oldmask);
		good = restore_registers(f, &c) == 0;
	}
	leave(f, good);
	return 0;
}

long sys_rt_sigreturn(void)
{
	struct trapframe *f = arch_user_frame(current);
	u32 sp = f->esp - sizeof(u32);
	struct rt_sigframe frame;
	bool good;

	good = copy_from_user(
		       &frame.uc,
		       (const void __user *)(uintptr_t)(sp + offsetof(struct rt_sigframe, uc)),
		       sizeof(frame.uc)) == 0;
	if (good) {
		signal_set_blocked((sigset_bits)frame.uc.mask[1] << 32 | frame.uc.mask[0]);
		good = restore_registers(f, &frame.uc.context) == 0;
	}
	if (good) /* a stack that cannot be is no error here */
		(void)signal_set_altstack(frame.uc.stack_sp, frame.uc.stack_flags,
					  frame.uc.stack_size, f->esp, MINSIGSTKSZ);
	leave(f, good);
	return 0;
}
