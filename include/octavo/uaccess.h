/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - the only functions that touch user memory.
 *
 * They check the range against USER_END (ARM: against what the process may touch), and recover
 * from faults in the middle. They may sleep (a fault may fill the page), so no spinlock is held;
 * on bad addresses they return -EFAULT, and what was copied before the bad byte stays copied.
 */
#pragma once

#include <arch/layout.h>
#include <octavo/types.h>

/* copy_from_user, copy_to_user - `len` bytes. => 0 or -EFAULT; sleeps */
int copy_from_user(void *dst, const void __user *src, size_t len) __must_check;
int copy_to_user(void __user *dst, const void *src, size_t len) __must_check;
/* copy_*_user_partial - as above, but the result is the number of bytes NOT copied */
size_t copy_from_user_partial(void *dst, const void __user *src, size_t len) __must_check;
size_t copy_to_user_partial(void __user *dst, const void *src, size_t len) __must_check;
/* copy_*_user_atomic - the same with preemption off: a page that is not there is not brought in, and
 * counts as a bad address (MMU) */
size_t copy_from_user_atomic(void *dst, const void __user *src, size_t len) __must_check;
size_t copy_to_user_atomic(void __user *dst, const void *src, size_t len) __must_check;
/* user_load_atomic, user_cmpxchg_atomic - one aligned word, read, or made `to` if it is `from`, with
 * preemption off; *value, *was: what was there. => 0; -EFAULT its page is not there or must not be
 * written: user_bring_in() may help */
int user_load_atomic(u32 *value, const u32 __user *src) __must_check;
int user_cmpxchg_atomic(u32 __user *p, u32 from, u32 to, u32 *was) __must_check;
/* user_bring_in - what these could not touch. => 0: try again; -EFAULT; sleeps */
int user_bring_in(u32 __user *p, bool write) __must_check;
/* touch_user_* - bring the page of one byte in, for reading or writing; its value stays (MMU).
 * => 0 or -EFAULT */
int touch_user_read(const void __user *src) __must_check;
int touch_user_write(void __user *dst) __must_check;
/* clear_user - zero bytes; => 0 or -EFAULT */
int clear_user(void __user *dst, size_t len) __must_check;
/* strncpy_from_user - a NUL-terminated string into dst[size];
 *   => its length without the NUL; size if there was none in size bytes; -EFAULT */
ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size) __must_check;
/* get_user_u32, put_user_u32 - one word. => 0 or -EFAULT; sleeps */
int get_user_u32(u32 *value, const u32 __user *src) __must_check;
int put_user_u32(u32 value, u32 __user *dst) __must_check;
/* try_put_user_u32 - the same where a bad address is no error */
static inline void try_put_user_u32(u32 value, u32 __user *dst)
{
	if (put_user_u32(value, dst) != 0)
		return;
}

/* user_range_ok - [p, p + len) lies below USER_END: a kernel address is never user memory. The
 * copies check it too; calls ask first where Linux's order of errors wants it. */
static inline bool user_range_ok(const void __user *p, size_t len)
{
	return (uintptr_t)p <= USER_END && len <= USER_END - (uintptr_t)p;
}
