/* SPDX-License-Identifier: MIT */
/*
 * mpu.h - all that mm/ knows of an MPU.
 *
 * A process's mappings are a list; the MPU's slots cache those in use. The stack that a program is on
 * has a slot of its own, for the processor writes to it and cannot try that again.
 */
#pragma once

#include <octavo/types.h>

#define MPU_READ  0x1u
#define MPU_WRITE 0x2u
#define MPU_EXEC  0x4u

struct mpu_space; /* the slots' contents for one process; in <arch/mm_machine.h> */

/* mpu_flush - forget every region that opens some of [start, end), but the fixed ones; the next access
 * there faults and loads. */
void mpu_flush(struct mpu_space *space, uintptr_t start, uintptr_t end);
/* mpu_activate - at a task switch; NULL: no user region at all. => interrupts off */
void mpu_activate(struct mpu_space *space);
/* mpu_set_stack - the first stack: power-of-two size, aligned to it; its lowest eighth stays closed,
 * a guard. => 0 or -EINVAL */
int mpu_set_stack(struct mpu_space *space, uintptr_t start, u32 size);
/* mpu_open - its program may do everything; what others may do is as ever. => before it is active */
void mpu_open(struct mpu_space *space);
/* mpu_use_stack - a slot for as long as the program is on the stack [start, end), around `address`, and
 * another for what lies below, where one region cannot open all.
 * `guard`: where it is of a size as above, its lowest eighth is closed so long.
 *   => interrupts off; false: `address` is in the guard */
bool mpu_use_stack(struct mpu_space *space, uintptr_t start, uintptr_t end, uintptr_t address,
		   bool guard);
/* mpu_need_all - an instruction may need all slots but one for the stack, till mpu_use_stack() is called
 * again. => handler */
void mpu_need_all(struct mpu_space *space);
/* mpu_guards - is `address` in the guard of the stack that the program is on? => as mpu_load() */
bool mpu_guards(const struct mpu_space *space, uintptr_t address);
/* mpu_load - make [start, end) with prot accessible where `address` lies: one region that does not
 * reach beyond the run. => handler or interrupts off; false if a region that covers the address is
 * loaded already: the access is not allowed */
bool mpu_load(struct mpu_space *space, uintptr_t start, uintptr_t end, u32 prot, uintptr_t address);
