/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - operations on one word that no other CPU and no interrupt can divide.
 *
 * Each is a full barrier for the compiler; the locked ones are for the CPU too. A plain store has
 * release meaning on this machine, and a plain load acquire meaning.
 */
#pragma once

#include <octavo/types.h>

#define ARCH_CACHE_LINE 64 /* bytes: what different CPUs write should lie so far apart */

typedef struct {
	volatile s32 value;
} atomic_t;

#define ATOMIC_INIT(n)                                                                             \
	{                                                                                          \
		(n)                                                                                \
	}

static inline void arch_barrier(void) /* for the compiler only */
{
	__asm__ volatile("" ::: "memory");
}

static inline void arch_mb(void) /* loads and stores before it are seen before those after it */
{
	__asm__ volatile("lock; addl $0, (%%esp)" ::: "memory", "cc");
}

#define arch_rmb() arch_barrier() /* loads are not reordered with loads, nor stores with stores */
#define arch_wmb() arch_barrier()

static inline void arch_relax(void) /* in a loop that waits for another CPU */
{
	__asm__ volatile("pause" ::: "memory");
}

#define arch_read_once(p)     (*(const volatile __typeof__(*(p)) *)(p))
#define arch_write_once(p, v) (*(volatile __typeof__(*(p)) *)(p) = (v))
#define arch_store_release(p, v)                                                                   \
	do {                                                                                       \
		arch_barrier();                                                                    \
		arch_write_once((p), (v));                                                         \
	} while (0)
#define arch_load_acquire(p)                                                                       \
	({                                                                                         \
		__typeof__(*(p)) v__ = arch_read_once(p);                                          \
		arch_barrier();                                                                    \
		v__;                                                                               \
	})

/* arch_xchg - *p = v; => what was there */
static inline u32 arch_xchg(volatile u32 *p, u32 v)
{
	__asm__ volatile("xchgl %0, %1" : "+r"(v), "+m"(*p) : : "memory");
	return v;
}

/* arch_cmpxchg - if *p is `old` it becomes `new`; => what was there */
static inline u32 arch_cmpxchg(volatile u32 *p, u32 old, u32 new)
{
	u32 was;

	__asm__ volatile("lock; cmpxchgl %2, %1"
			 : "=a"(was), "+m"(*p)
			 : "r"(new), "0"(old)
			 : "memory", "cc");
	return was;
}

static inline s32 atomic_read(const atomic_t *a)
{
	return a->value;
}

static inline void atomic_set(atomic_t *a, s32 v)
{
	a->value = v;
}

static inline void atomic_add(atomic_t *a, s32 n)
{
	__asm__ volatile("lock; addl %1, %0" : "+m"(a->value) : "ir"(n) : "memory", "cc");
}

static inline void atomic_sub(atomic_t *a, s32 n)
{
	__asm__ volatile("lock; subl %1, %0" : "+m"(a->value) : "ir"(n) : "memory", "cc");
}

static inline void atomic_inc(atomic_t *a)
{
	__asm__ volatile("lock; incl %0" : "+m"(a->value) : : "memory", "cc");
}

static inline void atomic_dec(atomic_t *a)
{
	__asm__ volatile("lock; decl %0" : "+m"(a->value) : : "memory", "cc");
}

/* atomic_dec_and_test - true: it is 0 now */
static inline bool atomic_dec_and_test(atomic_t *a)
{
	bool zero;

	__asm__ volatile("lock; decl %0" : "+m"(a->value), "=@ccz"(zero) : : "memory");
	return zero;
}

/* atomic_sub_and_test - true: it is 0 now */
static inline bool atomic_sub_and_test(atomic_t *a, s32 n)
{
	bool zero;

	__asm__ volatile("lock; subl %2, %0" : "+m"(a->value), "=@ccz"(zero) : "ir"(n) : "memory");
	return zero;
}

/* atomic_add_return, atomic_sub_return, atomic_inc_return, atomic_dec_return - the new value */
static inline s32 atomic_add_return(atomic_t *a, s32 n)
{
	s32 was = n;

	__asm__ volatile("lock; xaddl %0, %1" : "+r"(was), "+m"(a->value) : : "memory", "cc");
	return was + n;
}

static inline s32 atomic_sub_return(atomic_t *a, s32 n)
{
	return atomic_add_return(a, -n);
}

static inline s32 atomic_inc_return(atomic_t *a)
{
	return atomic_add_return(a, 1);
}

static inline s32 atomic_dec_return(atomic_t *a)
{
	return atomic_add_return(a, -1);
}

static inline s32 atomic_xchg(atomic_t *a, s32 v)
{
	return (s32)arch_xchg((volatile u32 *)&a->value, (u32)v);
}

/* atomic_cmpxchg - => what was there; it was stored if that equals `old` */
static inline s32 atomic_cmpxchg(atomic_t *a, s32 old, s32 new)
{
	return (s32)arch_cmpxchg((volatile u32 *)&a->value, (u32)old, (u32) new);
}

/* atomic_inc_not_zero - add one unless it is 0; true if it was added */
static inline bool atomic_inc_not_zero(atomic_t *a)
{
	s32 old = atomic_read(a);

	while (old != 0) {
		s32 seen = atomic_cmpxchg(a, old, old + 1);

		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

static inline void atomic_or(atomic_t *a, s32 bits)
{
	__asm__ volatile("lock; orl %1, %0" : "+m"(a->value) : "ir"(bits) : "memory", "cc");
}

static inline void atomic_and(atomic_t *a, s32 bits)
{
	__asm__ volatile("lock; andl %1, %0" : "+m"(a->value) : "ir"(bits) : "memory", "cc");
}

/* arch_add64 - *p += n, which is aligned to 8 */
static inline void arch_add64(volatile u64 *p, u32 n)
{
	u64 old = *p; /* torn, maybe: then it is read again */

	__asm__ volatile("1:	movl %%eax, %%ebx\n"
			 "	movl %%edx, %%ecx\n"
			 "	addl %2, %%ebx\n"
			 "	adcl $0, %%ecx\n"
			 "	lock; cmpxchg8b %0\n"
			 "	jne 1b"
			 : "+m"(*p), "+A"(old)
			 : "r"(n)
			 : "ebx", "ecx", "memory", "cc");
}
