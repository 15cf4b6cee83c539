/* SPDX-License-Identifier: MIT */
/* arch_task.h - what a task keeps for the processor. */
#pragma once

#include <octavo/types.h>

#define ARCH_TRACES false /* no ptrace(2) */

/* Why a program entered the kernel, if not by itself: noted in the fault handler, read by
 * trap_user_thread() on the task's kernel stack. */
struct arch_trap {
	int signal;        /* 0: a memory fault that user_fault() is to judge */
	bool lost;         /* the program cannot go on: its registers were not stacked */
	int code;          /* [signal != 0] si_code */
	const char *what;  /* [signal != 0] */
	uintptr_t address; /* si_addr */
	unsigned flags;    /* [signal == 0] FAULT_* */
	u32 number,
		error; /* for the handler's frame: 14 memory, 6 undefined; status, FAULT_STATUS */
};

/* The FPU's registers, of a task that does not have them in the FPU: fpu.c. */
struct fpu_state {
	u32 s[32];
	u32 fpscr; /* entry.S knows the places of these two */
	bool used;
};

struct arch_task {
	u32 sp;         /* kernel stack pointer while it does not run; entry.S */
	u32 kstack_top; /* where its trapframe ends; entry.S */
	u32 guard_rbar; /* MPU_RBAR for the guard of its kernel stack; entry.S */
	u32 call_r0;    /* what a system call replaces by its result; entry.S */
	u32 tls;        /* what the program keeps for the thread: set_tls, get_tls */
	struct arch_trap trap;
	struct fpu_state fpu;
};
