/* SPDX-License-Identifier: MIT */
/* tlb.h - the simulated CPUs' translations (tests/host/mm_machine.c). */
#pragma once

#include <octavo/types.h>

void arch_invlpg(vaddr_t va);
u32 read_cr3(void);
void write_cr3(u32 v);
