/* SPDX-License-Identifier: MIT */
/* local.h - what the files of this architecture have for each other alone. */
#pragma once

#include <arch/frame.h>
#include <octavo/types.h>

struct task;
struct uapi_timespec64;

/* start.c, from vectors.S */
void start(void) __noreturn;

/* task.c */
void boot_task_init(void);
void kernel_thread_end(int result) __noreturn; /* from entry.S */

/* mpu.c; see mpu.h for what mm/ uses */
void mpu_init(void);
/* mpu_protect_kernel - nobody writes [start, end) any more. => interrupts off */
void mpu_protect_kernel(uintptr_t start, uintptr_t end);
/* mpu_off - for good: nothing is protected, the kernel neither. => before the first program */
void mpu_off(void);
/* mpu_guard_rbar - what arch_switch() loads for the guard of the kernel stack at `kstack` */
u32 mpu_guard_rbar(const void *kstack);
/* The stack pointers with which a program may go on: checked on each return to user mode, by
 * entry.S. Those of the stack that it was on last; others are user_stack_elsewhere()'s. */
struct user_stack_bounds {
	u32 lowest, highest;
};
#define USER_STACK_ROOM                                                                            \
	(sizeof(struct hw_frame) + 4) /* below `lowest`: what a return writes there */
extern struct user_stack_bounds user_stack_bounds;

/* on_open_stack - on the stack that the current task's program has open just now, where most of what calls
 * read and write lies? It may write there itself. => preemption off, or handler */
static inline bool on_open_stack(uintptr_t user, size_t len)
{
	uintptr_t start = user_stack_bounds.lowest - USER_STACK_ROOM;

	return user >= start && user < user_stack_bounds.highest &&
	       len <= user_stack_bounds.highest - user;
}

/* fpu.c: fpu_init at boot; fpu_fault in the handler: an instruction that had no access to a coprocessor
 * is tried again, or => true: it is no fault of the FPU's */
void fpu_init(void);
bool fpu_is_there(void);
bool fpu_fault(void);                 /* from entry.S */
void fpu_inherit(struct task *child); /* the current task's state */
void fpu_forget(struct task *t);      /* it begins anew, or ends */
/* Of the current task, in a signal's frame: struct ucontext, registers[]. */
void fpu_to_frame(u32 *block);
void fpu_from_frame(const u32 *block);
/* entry.S; privileged code always has access */
struct fpu_state;
void fpu_store(struct fpu_state *fpu);
void fpu_load(const struct fpu_state *fpu);

/* signal.c: back to what a handler interrupted, whose frame is at f's sp; or SIGSEGV. => sleeps */
void user_sigreturn(struct trapframe *f, bool rt);
long sys_sigreturn(void);
long sys_rt_sigreturn(void);

/* syscall_table.c, from entry.S: a number that is not in the table; its arguments are in the frame */
long arm_call(u32 nr);

/* backtrace.c: the registers that a panic's backtrace begins with */
void backtrace_of_trap(const struct trapframe *frame);

/* systick.c */
void systick_init(void);
/* short_clock_gettime - clock_gettime64(2) in the handler, for the usual clocks and a time on the open
 * stack. => 0: done; else nothing is */
int short_clock_gettime(int clock, struct uapi_timespec64 *t);

/* entry.S */
void kernel_thread_start(void);
void fork_start(void);
void enter_user_at(struct trapframe *frame) __noreturn;
void fault_thread(void);

/* trap.c, from entry.S */
struct callee_saved {
	u32 r[8]; /* r4 to r11 */
};
bool mpu_fault(const struct hw_frame *psp);
void trap_from_user(const struct callee_saved *saved);
void trap_kernel(const struct callee_saved *saved, u32 exc_return,
		 const struct hw_frame *hw) __noreturn;
void trap_user_thread(struct trapframe *frame);
bool user_stack_elsewhere(struct trapframe *frame);
/* user_stack_follow - a slot for the stack where a program's sp is or will be. => false: no stack */
bool user_stack_follow(u32 sp);
void systick_interrupt(bool user, const struct hw_frame *interrupted);
void irq_dispatch(u32 irq);
extern u32 irq_counts[2]; /* [interrupts off] the tick's, the receiver's: cpuinfo.c */
