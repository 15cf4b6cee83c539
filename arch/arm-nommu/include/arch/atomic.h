/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - operations on a word that nobody sees half done: ldrex and strex.
 *
 * Every exception clears the processor's exclusive monitor, so a strex after an interrupt fails
 * and the loop starts again. All operations that return a value order memory as one processor's
 * program needs it (a compiler barrier); between processors the dmb of arch_mb() does.
 */
#pragma once

#include <octavo/types.h>

#define ARCH_CACHE_LINE 4 /* bytes: one CPU, nothing to keep apart */

typedef struct {
	volatile int value;
} atomic_t;

#define ATOMIC_INIT(i)                                                                             \
	{                                                                                          \
		(i)                                                                                \
	}

#define arch_barrier() __asm__ volatile("" ::: "memory")
#define arch_mb()      __asm__ volatile("dmb" ::: "memory")
#define arch_rmb()     arch_mb()
#define arch_wmb()     arch_mb()

#define arch_read_once(p)     (*(const volatile __typeof__(*(p)) *)(p))
#define arch_write_once(p, v) (*(volatile __typeof__(*(p)) *)(p) = (v))
#define arch_load_acquire(p)                                                                       \
	({                                                                                         \
		__typeof__(*(p)) value__ = arch_read_once(p);                                      \
		arch_barrier();                                                                    \
		value__;                                                                           \
	})
#define arch_store_release(p, v)                                                                   \
	do {                                                                                       \
		arch_barrier();                                                                    \
		arch_write_once(p, v);                                                             \
	} while (0)

/* arch_relax - between two looks at a word that another processor is to change. */
static inline void arch_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

/* arch_xchg - store `value`, return what was there. */
static inline u32 arch_xchg(volatile u32 *p, u32 value)
{
	u32 old, failed;

	__asm__ volatile("1:	ldrex	%0, %2\n"
			 "	strex	%1, %3, %2\n"
			 "	cmp	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(old), "=&r"(failed), "+Q"(*p)
			 : "r"(value)
			 : "cc", "memory");
	return old;
}

/* arch_cmpxchg - store `value` if the word is `expected`; return what was there. */
static inline u32 arch_cmpxchg(volatile u32 *p, u32 expected, u32 value)
{
	u32 old, failed;

	__asm__ volatile("1:	ldrex	%0, %2\n"
			 "	cmp	%0, %3\n"
			 "	bne	2f\n"
			 "	strex	%1, %4, %2\n"
			 "	cmp	%1, #0\n"
			 "	bne	1b\n"
			 "2:	clrex"
			 : "=&r"(old), "=&r"(failed), "+Q"(*p)
			 : "r"(expected), "r"(value)
			 : "cc", "memory");
	return old;
}

static inline int atomic_read(const atomic_t *a)
{
	return a->value;
}

static inline void atomic_set(atomic_t *a, int value)
{
	a->value = value;
}

/* atomic_add_return - add, return the new value. */
static inline int atomic_add_return(atomic_t *a, int n)
{
	int value;
	u32 failed;

	__asm__ volatile("1:	ldrex	%0, %2\n"
			 "	add	%0, %0, %3\n"
			 "	strex	%1, %0, %2\n"
			 "	cmp	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(value), "=&r"(failed), "+Q"(a->value)
			 : "r"(n)
			 : "cc", "memory");
	return value;
}

static inline int atomic_sub_return(atomic_t *a, int n)
{
	return atomic_add_return(a, -n);
}

static inline void atomic_add(atomic_t *a, int n)
{
	(void)atomic_add_return(a, n);
}

static inline void atomic_sub(atomic_t *a, int n)
{
	(void)atomic_add_return(a, -n);
}

static inline void atomic_inc(atomic_t *a)
{
	(void)atomic_add_return(a, 1);
}

static inline void atomic_dec(atomic_t *a)
{
	(void)atomic_add_return(a, -1);
}

static inline int atomic_inc_return(atomic_t *a)
{
	return atomic_add_return(a, 1);
}

static inline int atomic_dec_return(atomic_t *a)
{
	return atomic_add_return(a, -1);
}

/* atomic_dec_and_test - subtract one; true if nothing is left. */
static inline bool atomic_dec_and_test(atomic_t *a)
{
	return atomic_add_return(a, -1) == 0;
}

static inline int atomic_xchg(atomic_t *a, int value)
{
	return (int)arch_xchg((volatile u32 *)&a->value, (u32)value);
}

/* atomic_cmpxchg - store `value` if it is `expected`; return what was there. */
static inline int atomic_cmpxchg(atomic_t *a, int expected, int value)
{
	return (int)arch_cmpxchg((volatile u32 *)&a->value, (u32)expected, (u32)value);
}

/* atomic_inc_not_zero - add one unless it is 0; true if it was added. */
static inline bool atomic_inc_not_zero(atomic_t *a)
{
	int old = atomic_read(a);

	while (old != 0) {
		int seen = atomic_cmpxchg(a, old, old + 1);

		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

/* arch_add64 - add to a word of 64 bits. => interrupts off, which is enough on one processor */
static inline void arch_add64(volatile u64 *p, u32 n)
{
	*p += n;
}
