/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The machine's way to copy and fill, used by lib/string.c alone: 64 and sixteen bytes at a time
 * with ldm and stm where both ends are aligned to words, single words, then bytes. The moves
 * are written in assembly so that the compiler does not turn them into calls of memcpy.
 */
#include <stddef.h>
#include <stdint.h>

#define ARCH_WORD_ALIGNED(a, b) ((((uintptr_t)(a) | (uintptr_t)(b)) & 3) == 0)

/* Copy n bytes from low to high addresses. */
static inline void arch_copy_up(void *dst, const void *src, size_t n)
{
	uint32_t w;

	if (ARCH_WORD_ALIGNED(dst, src)) {
		for (; n >= 64; n -= 64)
			asm volatile("ldmia %1!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\t"
				     "stmia %0!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\t"
				     "ldmia %1!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\t"
				     "stmia %0!, {r3, r4, r5, r6, r8, r9, r10, r12}"
				     : "+r"(dst), "+r"(src)
				     :
				     : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "memory");
		for (; n >= 16; n -= 16)
			asm volatile("ldmia %1!, {r4, r5, r6, r12}\n\t"
				     "stmia %0!, {r4, r5, r6, r12}"
				     : "+r"(dst), "+r"(src)
				     :
				     : "r4", "r5", "r6", "r12", "memory");
		for (; n >= 4; n -= 4)
			asm volatile("ldr %2, [%1], #4\n\tstr %2, [%0], #4"
				     : "+r"(dst), "+r"(src), "=&r"(w)
				     :
				     : "memory");
	}
	for (; n; n--)
		asm volatile("ldrb %2, [%1], #1\n\tstrb %2, [%0], #1"
			     : "+r"(dst), "+r"(src), "=&r"(w)
			     :
			     : "memory");
}

/* Copy n bytes from high to low addresses, for a target that overlaps behind its source. */
static inline void arch_copy_down(void *dst, const void *src, size_t n)
{
	char *d = (char *)dst + n;
	const char *s = (const char *)src + n;
	uint32_t w;

	if (ARCH_WORD_ALIGNED(d, s)) {
		for (; n >= 16; n -= 16)
			asm volatile("ldmdb %1!, {r4, r5, r6, r12}\n\t"
				     "stmdb %0!, {r4, r5, r6, r12}"
				     : "+r"(d), "+r"(s)
				     :
				     : "r4", "r5", "r6", "r12", "memory");
		for (; n >= 4; n -= 4)
			asm volatile("ldr %2, [%1, #-4]!\n\tstr %2, [%0, #-4]!"
				     : "+r"(d), "+r"(s), "=&r"(w)
				     :
				     : "memory");
	}
	for (; n; n--)
		asm volatile("ldrb %2, [%1, #-1]!\n\tstrb %2, [%0, #-1]!"
			     : "+r"(d), "+r"(s), "=&r"(w)
			     :
			     : "memory");
}

/* Blocks of 64 bytes from *dst on, which is advanced; nr_blocks is not 0. Four make a turn of the loop,
 * which begins in its middle. */
static inline void arch_fill_blocks(void **dst, uint32_t pattern, size_t nr_blocks)
{
	asm volatile("rsb r3, %1, #0\n\t"
		     "and r3, r3, #3\n\t"
		     "adr r4, 1f + 1\n\t"
		     "add lr, r4, r3, lsl #3\n\t"
		     "add %1, %1, r3\n\t"
		     "mov r3, %2\n\t"
		     "mov r4, %2\n\t"
		     "mov r5, %2\n\t"
		     "mov r6, %2\n\t"
		     "mov r8, %2\n\t"
		     "mov r9, %2\n\t"
		     "mov r10, %2\n\t"
		     "mov r12, %2\n\t"
		     "bx lr\n\t"
		     ".balign 4\n"
		     "1:\t.rept 8\n\t"
		     "stmia %0!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\t"
		     ".endr\n\t"
		     "subs %1, #4\n\t"
		     "bne 1b"
		     : "+r"(*dst), "+r"(nr_blocks)
		     : "r"(pattern)
		     : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "cc", "memory");
}

static inline void arch_fill(void *dst, unsigned char c, size_t n)
{
	uint32_t pattern = c * 0x01010101u;

	for (; n && ((uintptr_t)dst & 3); n--)
		asm volatile("strb %1, [%0], #1" : "+r"(dst) : "r"(pattern) : "memory");
	if (n >= 64)
		arch_fill_blocks(&dst, pattern, n >> 6);
	for (n &= 63; n >= 16; n -= 16)
		asm volatile("str %1, [%0], #4\n\t"
			     "str %1, [%0], #4\n\t"
			     "str %1, [%0], #4\n\t"
			     "str %1, [%0], #4"
			     : "+r"(dst)
			     : "r"(pattern)
			     : "memory");
	for (; n >= 4; n -= 4)
		asm volatile("str %1, [%0], #4" : "+r"(dst) : "r"(pattern) : "memory");
	for (; n; n--)
		asm volatile("strb %1, [%0], #1" : "+r"(dst) : "r"(pattern) : "memory");
}
