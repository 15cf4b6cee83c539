/* SPDX-License-Identifier: MIT */
/* arch_task.h - what a task keeps for the processor. */
#pragma once

#include <octavo/types.h>

struct arch_task {
	u32 sp;         /* kernel stack pointer while it does not run; switch.S */
	u32 kstack_top; /* where its trapframe ends */
	u32 guard_rbar; /* MPU_RBAR for the guard of its kernel stack */
};
