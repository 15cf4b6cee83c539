/* SPDX-License-Identifier: MIT */
#pragma once

/* The host's stand-in for the machine's copies: plain loops, which the sanitizers follow. */
#include <stddef.h>

static inline void arch_copy_up(void *dst, const void *src, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)dst)[i] = ((const char *)src)[i];
}

static inline void arch_copy_down(void *dst, const void *src, size_t n)
{
	while (n--)
		((volatile char *)dst)[n] = ((const char *)src)[n];
}

static inline void arch_fill(void *dst, unsigned char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile unsigned char *)dst)[i] = c;
}
