/* SPDX-License-Identifier: MIT */
/* arch_task.h - what a task keeps for the machine. */
#pragma once

#include <octavo/types.h>

#define TLS_SLOTS      3
#define FPU_STATE_SIZE 512 /* of FXSAVE, aligned to 16; FNSAVE needs 108 */

struct arch_task {
	u32 esp;            /* while it does not run: where its registers are saved */
	u16 fs, gs;         /* while it does not run: the kernel does not use them */
	bool fpu_valid;     /* fpu_space, or the FPU itself, has a state of this task */
	bool fpu_loaded;    /* it is in the FPU now, and fpu_space is stale */
	bool tls_used;      /* a descriptor in tls[] is not empty */
	u64 tls[TLS_SLOTS]; /* descriptors of its thread-local segments */
	u8 fpu_space[FPU_STATE_SIZE + 15]; /* the state is at the first multiple of 16 */
};
