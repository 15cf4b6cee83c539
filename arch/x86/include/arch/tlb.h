/* SPDX-License-Identifier: MIT */
/* tlb.h - what this CPU has translated by, and what it remembers of it. */
#pragma once

#include <octavo/types.h>

static inline void arch_invlpg(vaddr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline u32 read_cr3(void)
{
	u32 v;

	__asm__ volatile("movl %%cr3, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void write_cr3(u32 v)
{
	__asm__ volatile("movl %0, %%cr3" : : "r"(v) : "memory");
}
