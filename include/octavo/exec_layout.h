/* SPDX-License-Identifier: MIT */
/*
 * exec_layout.h - where the parts of a new address space lie (pure); exec_layout.c has the picture.
 */
#pragma once

#include <octavo/env.h>

#define EXEC_LAYOUT_FIXED 0u /* for `random` below: everything where it lies without randomness */

struct exec_layout {
	u32 stack_top;    /* end of the stack, page-aligned */
	u32 mmap_base;    /* areas of mmap(2) go down from here, page-aligned */
	u32 program_base; /* of a position-independent program with an interpreter */
	u32 brk_shift;    /* bytes from the program's end to its heap, whole pages */
};

/* exec_layout_choose - the layout below `end`, which user addresses do not reach; stack_limit:
 * RLIMIT_STACK in bytes; random: 64 random bits, or EXEC_LAYOUT_FIXED. */
void exec_layout_choose(struct exec_layout *l, u32 end, u32 stack_limit, u64 random);
