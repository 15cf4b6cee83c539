/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The machine's way to copy and fill, used by lib/string.c alone. The string instructions
 * are one instruction for each word moved, so that nothing beats them without SSE, and the
 * kernel leaves the FPU to the programs.
 */
#include <stddef.h>
#include <stdint.h>

/* Copy n bytes from low to high addresses. */
static inline void arch_copy_up(void *dst, const void *src, size_t n)
{
	size_t words = n >> 2;

	asm volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
	n &= 3;
	if (n)
		asm volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}

/* Copy n bytes from high to low addresses, for a target that overlaps behind its source. */
static inline void arch_copy_down(void *dst, const void *src, size_t n)
{
	size_t tail = n & 3;
	size_t words = n >> 2;
	char *d = (char *)dst + n - 1;
	const char *s = (const char *)src + n - 1;

	asm volatile("std\n\t"
		     "rep movsb\n\t"
		     "subl $3, %%edi\n\t"
		     "subl $3, %%esi\n\t"
		     "movl %3, %%ecx\n\t"
		     "rep movsl\n\t"
		     "cld"
		     : "+&D"(d), "+&S"(s), "+&c"(tail)
		     : "r"(words)
		     : "memory", "cc");
}

static inline void arch_fill(void *dst, unsigned char c, size_t n)
{
	size_t words = n >> 2;
	uint32_t pattern = c * 0x01010101u;

	asm volatile("rep stosl" : "+D"(dst), "+c"(words) : "a"(pattern) : "memory");
	n &= 3;
	if (n)
		asm volatile("rep stosb" : "+D"(dst), "+c"(n) : "a"(pattern) : "memory");
}
