/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - copies between kernel and program (uaccess.h).
 *
 * The instructions that touch user memory stand in the exception table. A fault that cannot be
 * resolved continues behind them with the registers as they were, so ecx says what is left: words
 * first, then the rest byte by byte up to the bad one.
 */
#include <arch/layout.h>
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/lockval.h>
#include <octavo/uaccess.h>

#define EXTABLE(at, go)                                                                            \
	"	.pushsection .extable, \"a\"\n"                                                          \
	"	.balign	4\n"                                                                             \
	"	.long	" at ", " go "\n"                                                          \
	"	.popsection\n"

/* Out of the way of those that do not fault. */
#define FIXUP(code) "	.pushsection .text.fixup, \"ax\"\n" code "	.popsection\n"

static inline bool user_range(const void __user *p, size_t len)
{
	return len <= USER_END && (uintptr_t)p <= USER_END - len;
}

/* => bytes not copied */
static inline size_t copy_some(void *dst, const void *src, size_t len)
{
	size_t left = len >> 2;

	__asm__ volatile("1:	rep movsl\n"
			 "	movl	%3, %%ecx\n"
			 "2:	rep movsb\n"
			 "4:\n" FIXUP("3:	leal	(%3, %%ecx, 4), %%ecx\n"
				      "	jmp	2b\n") EXTABLE("1b", "3b") EXTABLE("2b", "4b")
			 : "+c"(left), "+D"(dst), "+S"(src)
			 : "r"(len & 3)
			 : "memory", "cc");
	return left;
}

static inline size_t clear_some(void *dst, size_t len)
{
	size_t left = len >> 2;

	__asm__ volatile("1:	rep stosl\n"
			 "	movl	%3, %%ecx\n"
			 "2:	rep stosb\n"
			 "4:\n" FIXUP("3:	leal	(%3, %%ecx, 4), %%ecx\n"
				      "	jmp	2b\n") EXTABLE("1b", "3b") EXTABLE("2b", "4b")
			 : "+c"(left), "+D"(dst)
			 : "a"(0), "r"(len & 3)
			 : "memory", "cc");
	return left;
}

size_t copy_from_user_partial(void *dst, const void __user *src, size_t len)
{
	might_sleep();
	if (!user_range(src, len))
		return len;
	return copy_some(dst, (const void __force *)src, len);
}

size_t copy_to_user_partial(void __user *dst, const void *src, size_t len)
{
	might_sleep();
	if (!user_range(dst, len))
		return len;
	return copy_some((void __force *)dst, src, len);
}

size_t copy_from_user_atomic(void *dst, const void __user *src, size_t len)
{
	if (!user_range(src, len))
		return len;
	return copy_some(dst, (const void __force *)src, len);
}

size_t copy_to_user_atomic(void __user *dst, const void *src, size_t len)
{
	if (!user_range(dst, len))
		return len;
	return copy_some((void __force *)dst, src, len);
}

int touch_user_read(const void __user *src)
{
	u8 c;

	return copy_from_user(&c, src, 1);
}

int touch_user_write(void __user *dst)
{
	int err;

	might_sleep();
	if (!user_range(dst, 1))
		return -EFAULT;
	__asm__ volatile("	movl	%2, %0\n"
			 "1:	lock; orb $0, %1\n"
			 "	xorl	%0, %0\n"
			 "2:\n" EXTABLE("1b", "2b")
			 : "=&r"(err), "+m"(*(u8 __force *)dst)
			 : "i"(-EFAULT)
			 : "memory", "cc");
	return err;
}

int copy_from_user(void *dst, const void __user *src, size_t len)
{
	return copy_from_user_partial(dst, src, len) ? -EFAULT : 0;
}

int copy_to_user(void __user *dst, const void *src, size_t len)
{
	return copy_to_user_partial(dst, src, len) ? -EFAULT : 0;
}

int clear_user(void __user *dst, size_t len)
{
	might_sleep();
	if (!user_range(dst, len))
		return -EFAULT;
	return clear_some((void __force *)dst, len) ? -EFAULT : 0;
}

ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size)
{
	const char *from = (const char __force *)src;
	size_t i, room = (uintptr_t)src < USER_END ? USER_END - (uintptr_t)src : 0;

	might_sleep();
	for (i = 0; i < size; i++) {
		int err;
		char c;

		if (i == room)
			return -EFAULT;
		__asm__ volatile("	movl	%3, %0\n"
				 "1:	movb	%2, %1\n"
				 "	xorl	%0, %0\n"
				 "2:\n" EXTABLE("1b", "2b")
				 : "=&r"(err), "=&q"(c)
				 : "m"(from[i]), "i"(-EFAULT)
				 : "cc");
		if (err)
			return err;
		dst[i] = c;
		if (!c)
			break;
	}
	return (ssize_t)i;
}

int get_user_u32(u32 *value, const u32 __user *src)
{
	int err;
	u32 v;

	might_sleep();
	if (!user_range(src, sizeof(*src)))
		return -EFAULT;
	__asm__ volatile("	movl	%3, %0\n"
			 "	xorl	%1, %1\n"
			 "1:	movl	%2, %1\n"
			 "	xorl	%0, %0\n"
			 "2:\n" EXTABLE("1b", "2b")
			 : "=&r"(err), "=&r"(v)
			 : "m"(*(const u32 __force *)src), "i"(-EFAULT)
			 : "cc");
	*value = v;
	return err;
}

int put_user_u32(u32 value, u32 __user *dst)
{
	int err;

	might_sleep();
	if (!user_range(dst, sizeof(*dst)))
		return -EFAULT;
	__asm__ volatile("	movl	%3, %0\n"
			 "1:	movl	%2, %1\n"
			 "	xorl	%0, %0\n"
			 "2:\n" EXTABLE("1b", "2b")
			 : "=&r"(err), "=m"(*(u32 __force *)dst)
			 : "r"(value), "i"(-EFAULT)
			 : "cc");
	return err;
}

int user_load_atomic(u32 *value, const u32 __user *src)
{
	return copy_from_user_atomic(value, src, sizeof(*value)) != 0 ? -EFAULT : 0;
}

int user_cmpxchg_atomic(u32 __user *p, u32 from, u32 to, u32 *was)
{
	int err;

	if (!user_range(p, sizeof(*p)))
		return -EFAULT;
	__asm__ volatile("	movl	%4, %0\n"
			 "1:	lock; cmpxchgl %3, %1\n"
			 "	xorl	%0, %0\n"
			 "2:\n" EXTABLE("1b", "2b")
			 : "=&r"(err), "+m"(*(u32 __force *)p), "+a"(from)
			 : "r"(to), "i"(-EFAULT)
			 : "memory", "cc");
	*was = from;
	return err;
}

int user_bring_in(u32 __user *p, bool write)
{
	return write ? touch_user_write(p) : touch_user_read(p);
}
