/* SPDX-License-Identifier: MIT */
/*
 * signal_frame.h - what a signal leaves on the program's stack: Linux's structures for the EABI. The
 * program's handler reads and changes them, sigreturn(2) takes them back.
 */
#pragma once

#include <octavo/types.h>

/* The registers: struct sigcontext. */
struct sigcontext {
	u32 trap_no, error_code; /* of the fault that came last */
	u32 oldmask;             /* the first 32 signals of the mask */
	u32 r[13], sp, lr, pc, cpsr;
	u32 fault_address;
};
_Static_assert(sizeof(struct sigcontext) == 84, "the ABI");

struct ucontext {
	u32 flags, link;
	u32 stack_sp, stack_flags, stack_size;
	struct sigcontext context;
	u32 mask[2], unused[30];
	u32 registers[128]; /* of coprocessors: blocks of magic number, length, contents; then 0 */
};
_Static_assert(sizeof(struct ucontext) == 744 && offsetof(struct ucontext, registers) == 232,
	       "the ABI");

#define UCONTEXT_OLD 0x5ac3c35au /* flags of a frame without siginfo */

/* A handler without SA_SIGINFO; the last words are what debuggers look for: the way back. */
struct sigframe {
	struct ucontext uc;
	u32 code[4];
};

/* A handler with it. */
struct rt_sigframe {
	u32 info[32];
	struct sigframe sig;
};
_Static_assert(sizeof(struct rt_sigframe) == 888, "the ABI");

/*
 * Where a handler without SA_RESTORER returns to. Nobody can execute anything there: the fault is taken
 * for the call that a restorer would make.
 */
#define SIGRETURN_ADDRESS    0xffff0f00u
#define RT_SIGRETURN_ADDRESS 0xffff0f10u
