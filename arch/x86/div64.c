/* SPDX-License-Identifier: MIT */
/*
 * div64.c - division of 64-bit numbers, as the compiler calls it. libgcc's take their arguments
 * from the stack; the kernel passes them in registers.
 */
#include <octavo/types.h>

u64 __udivmoddi4(u64 n, u64 d, u64 *rest);
u64 __udivdi3(u64 n, u64 d);
u64 __umoddi3(u64 n, u64 d);
s64 __divdi3(s64 n, s64 d);
s64 __moddi3(s64 n, s64 d);

/* (high:low) / d, high < d */
static inline u32 div_wide(u32 high, u32 low, u32 d, u32 *rest)
{
	u32 quotient;

	__asm__("divl %4" : "=a"(quotient), "=d"(*rest) : "0"(low), "1"(high), "rm"(d) : "cc");
	return quotient;
}

static inline u64 div_by_32(u64 n, u32 d, u64 *rest)
{
	u32 high = (u32)(n >> 32), quotient_high = 0, left, quotient_low;

	if (high >= d) {
		quotient_high = high / d;
		high %= d;
	}
	quotient_low = div_wide(high, (u32)n, d, &left);
	*rest = left;
	return (u64)quotient_high << 32 | quotient_low;
}

/* d is 2^32 at least: the quotient of the leading bits is right or one too large. */
static u64 div_by_64(u64 n, u64 d, u64 *rest)
{
	unsigned shift = 32 - (unsigned)__builtin_clz((u32)(d >> 32));
	u32 divisor = (u32)(d >> shift);
	u64 half = n >> 1, product;
	u32 left, quotient = div_wide((u32)(half >> 32), (u32)half, divisor, &left);

	quotient = (u32)((u64)quotient >> (shift - 1));
	if (quotient)
		quotient--;
	product = (u64)quotient * (u32)d + ((u64)(quotient * (u32)(d >> 32)) << 32);
	n -= product;
	if (n >= d) {
		n -= d;
		quotient++;
	}
	*rest = n;
	return quotient;
}

u64 __udivmoddi4(u64 n, u64 d, u64 *rest)
{
	u64 left, quotient;

	if (d >> 32)
		quotient = div_by_64(n, d, &left);
	else
		quotient = div_by_32(n, (u32)d, &left);
	if (rest)
		*rest = left;
	return quotient;
}

u64 __udivdi3(u64 n, u64 d)
{
	return __udivmoddi4(n, d, NULL);
}

u64 __umoddi3(u64 n, u64 d)
{
	u64 rest;

	(void)__udivmoddi4(n, d, &rest);
	return rest;
}

static u64 magnitude(s64 v)
{
	return v < 0 ? 0 - (u64)v : (u64)v;
}

s64 __divdi3(s64 n, s64 d)
{
	u64 q = __udivmoddi4(magnitude(n), magnitude(d), NULL);

	return (s64)((n < 0) != (d < 0) ? 0 - q : q);
}

s64 __moddi3(s64 n, s64 d)
{
	u64 rest;

	(void)__udivmoddi4(magnitude(n), magnitude(d), &rest);
	return (s64)(n < 0 ? 0 - rest : rest);
}
