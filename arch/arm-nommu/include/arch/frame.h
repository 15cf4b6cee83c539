/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the registers of a program while the kernel runs for it.
 *
 * A task's trapframe lies at the very top of its kernel stack: its kernel stack is empty whenever
 * it runs in user mode. entry.S knows these places.
 */
#pragma once

#include <octavo/types.h>

struct trapframe {
	u32 r[13];
	u32 sp; /* as the program sees it: without what the hardware pushed */
	u32 lr;
	u32 pc; /* even */
	u32 xpsr;
	u32 exc_return; /* EXC_RETURN of a trap in the kernel (FRAME_KERNEL is set); user: FRAME_CALL
			 * where the result of a system call is in r0, else 0 */
};
_Static_assert(sizeof(struct trapframe) == 72, "entry.S builds it; keeps the stack 8-aligned");

#define FRAME_KERNEL   0x80000000u
#define XPSR_THUMB     0x01000000u
#define XPSR_ALIGN     0x00000200u /* in a stacked one: four more bytes were skipped */
#define XPSR_EXCEPTION 0x000001ffu /* number of the running exception; 0: thread mode */

/* What the hardware pushes when an exception is taken, and pops when it returns. */
struct hw_frame {
	u32 r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* frame_is_user - of a program; else of a trap inside the kernel */
static inline bool frame_is_user(const struct trapframe *f)
{
	return (f->exc_return & FRAME_KERNEL) == 0;
}

static inline uintptr_t frame_pc(const struct trapframe *f)
{
	return f->pc;
}

static inline uintptr_t frame_sp(const struct trapframe *f)
{
	return f->sp;
}

/* frame_fp - where a backtrace begins: it looks through the stack, see backtrace.c */
static inline uintptr_t frame_fp(const struct trapframe *f)
{
	return f->sp;
}

/* frame_syscall - the number of the call that a program made: r7 */
static inline u32 frame_syscall(const struct trapframe *f)
{
	return f->r[7];
}

static inline u32 frame_result(const struct trapframe *f)
{
	return f->r[0];
}

static inline void frame_set_result(struct trapframe *f, long value)
{
	f->r[0] = (u32)value;
}

/* frame_set_sp - the program's stack pointer; its low bits are 0 in every register that it is in */
static inline void frame_set_sp(struct trapframe *f, vaddr_t sp)
{
	f->sp = sp & ~3u;
}

/* frame_call_gone - has a tracer taken the call away? There are none. */
static inline bool frame_call_gone(const struct trapframe *f)
{
	(void)f;
	return false;
}
