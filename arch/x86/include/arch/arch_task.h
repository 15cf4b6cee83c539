/* SPDX-License-Identifier: MIT */
/* arch_task.h - what a task keeps for the machine. */
#pragma once

#include <octavo/types.h>

#define ARCH_TRACES    true /* there is ptrace(2) */
#define TLS_SLOTS      3
#define FPU_STATE_SIZE 512 /* of FXSAVE, aligned to 16; FNSAVE needs 108 */

/* What a switch has to do besides the stack; most tasks have none. */
#define TASK_FPU_LOADED 0x1u /* its state is in the FPU now, and fpu_space is stale */
#define TASK_TLS        0x2u /* a descriptor in tls[] is not empty */
#define TASK_CALL_GATE  0x4u /* its system calls enter at traced_entry */
#define TASK_STEPPED    0x8u /* whoever traces it has set its trap flag */

struct arch_task {
	u32 esp;        /* while it does not run: where its registers are */
	u32 segments;   /* likewise: fs, and gs in the upper half */
	u32 extras;     /* TASK_* bits, above */
	bool fpu_valid; /* there is a state, in fpu_space or in the FPU */
	u32 trap_number, trap_error, trap_address; /* the last fault, for a signal's frame */
	u64 tls[TLS_SLOTS];                        /* descriptors of its thread-local segments */
	u8 fpu_space[FPU_STATE_SIZE + 15];         /* the state is at the first multiple of 16 */
};
