/* SPDX-License-Identifier: MIT */
/* types.h - the integer types of the kernel, and the marks that sparse checks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By name of the C type, not uint32_t: that one is "long" for some compilers, and %u would differ. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef int ssize_t;
typedef uintptr_t vaddr_t; /* a virtual address, kernel's or user's */
typedef u32 paddr_t;       /* a physical address in bytes: no PAE, so 32 bits */
typedef u32 pfn_t;         /* a page frame number: paddr >> PAGE_SHIFT */
typedef u32 gfp_t;         /* GFP_* bits, see gfp.h */
typedef s64 loff_t;        /* an offset in a file, in bytes */

#ifdef __CHECKER__
#define __user         __attribute__((noderef, address_space(1)))
#define __force        __attribute__((force))
#define __acquires(x)  __attribute__((context(x, 0, 1)))
#define __releases(x)  __attribute__((context(x, 1, 0)))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __acquire(x)   __context__(x, 1)
#define __release(x)   __context__(x, -1)
#else
#define __user
#define __force
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#endif

#define __must_check        __attribute__((warn_unused_result))
#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define __packed            __attribute__((packed))
#define __aligned(n)        __attribute__((aligned(n)))
#define __section(s)        __attribute__((section(s)))
#define __noreturn          __attribute__((noreturn))
#define __noinline          __attribute__((noinline))
#define __always_inline     inline __attribute__((always_inline))
#define __cold              __attribute__((cold))
#define __init              __attribute__((section(".init.text"), cold)) /* freed after boot */
#define __initdata          __attribute__((section(".init.data")))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define MIN(a, b)                       ((a) < (b) ? (a) : (b))
#define MAX(a, b)                       ((a) > (b) ? (a) : (b))
#define ALIGN_UP(x, a)                  (((x) + ((a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)                ((x) & ~((__typeof__(x))(a)-1))

#define PAGE_SHIFT      12
#define PAGE_SIZE       4096u
#define PAGE_MASK       (~(PAGE_SIZE - 1))
#define PAGES_OF(bytes) (((bytes) + PAGE_SIZE - 1) >> PAGE_SHIFT) /* bytes <= 4G - 4K */

/* Errors in pointers: a function that returns a pointer and may fail with a reason. */
#define MAX_ERRNO 4095
static inline bool ptr_is_err(const void *p)
{
	return (uintptr_t)p >= (uintptr_t)-MAX_ERRNO;
}
static inline int ptr_err(const void *p)
{
	return (int)(intptr_t)p;
}
static inline void *err_ptr(int err)
{
	return (void *)(intptr_t)err;
}
