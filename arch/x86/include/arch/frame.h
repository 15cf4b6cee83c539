/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the registers at an entry into the kernel, as trap.S pushes them.
 *
 * The frame of an entry from user mode ends at the top of the task's kernel stack. An entry from
 * the kernel itself has no esp and ss; frame_sp() knows that.
 */
#pragma once

#include <octavo/types.h>

struct trapframe {
	u32 ebx, ecx, edx, esi, edi, ebp, eax;
	u16 es, ds;
	u32 error; /* error code of the exception; the number of the system call */
	u32 eip, cs, eflags;
	u32 esp, ss; /* from user mode only */
};
_Static_assert(sizeof(struct trapframe) == 56, "trap.S knows the frame");

/* In virtual 8086 mode cs is no selector, and may end in 0. No program gets there on a CPU, where an
 * iret of user mode leaves the flag alone; QEMU's (TCG) takes it. */
#define FRAME_EFLAGS_VM 0x20000u

static inline bool frame_is_user(const struct trapframe *f)
{
	return likely((f->cs & 3) != 0) || (f->eflags & FRAME_EFLAGS_VM) != 0;
}

static inline uintptr_t frame_pc(const struct trapframe *f)
{
	return f->eip;
}

static inline uintptr_t frame_sp(const struct trapframe *f)
{
	return frame_is_user(f) ? f->esp : (uintptr_t)&f->esp;
}

/* frame_fp - the frame pointer, for a backtrace */
static inline uintptr_t frame_fp(const struct trapframe *f)
{
	return f->ebp;
}

static inline u32 frame_result(const struct trapframe *f)
{
	return f->eax;
}

static inline void frame_set_result(struct trapframe *f, long result)
{
	f->eax = (u32)result;
}

/* frame_set_sp - the program's stack pointer; of a frame from user mode */
static inline void frame_set_sp(struct trapframe *f, vaddr_t sp)
{
	f->esp = sp;
}

/* frame_call_gone - of a frame with a system call's result: is the call nobody's to make again? Whoever
 * traces the task has said so, by a number that none has. */
#define FRAME_CALL_GONE 0xffffffffu
static inline bool frame_call_gone(const struct trapframe *f)
{
	return f->error == FRAME_CALL_GONE;
}
