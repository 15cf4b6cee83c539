/* SPDX-License-Identifier: MIT */
/*
 * user_vector.h - several buffers of a program seen as one row of bytes: readv(2), writev(2).
 *
 *	byte	0     4           12   13
 *		[ v[0] ][ v[1]      ][ v[2] ]
 *		         ^at: which buffer, and how far its end is
 */
#pragma once

#include <octavo/types.h>

struct iovec32 { /* readv(2) */
	u32 base, len;
};

/* The last buffer that was asked for is remembered: who goes from front to back walks the vector once. */
struct user_vector {
	const struct iovec32 *first; /* [I] all of them are the user's, see user_range_ok() */
	const struct iovec32 *v;     /* the remembered one */
	size_t before;               /* bytes before it */
};

/* Of one buffer, which lives as long as it. */
#define USER_VECTOR_ONE(name, buf, len)                                                            \
	const struct iovec32 name##_buffer = {(u32)(uintptr_t)(buf), (len)};                       \
	struct user_vector name = {&name##_buffer, &name##_buffer, 0}

#define IOV_FAST 8u /* buffers that the caller has room for */

/* iovec_from_user - a vector in kernel memory: `fast`, or else to be given to kfree(). *total: its bytes,
 * cut at FILE_IO_MAX; every buffer is the user's. total NULL: they are another one's, and not looked at.
 * => it; err_ptr(-EINVAL too many, a length is none; -EFAULT, -ENOMEM); sleeps */
struct iovec32 *iovec_from_user(const void __user *user, u32 count, struct iovec32 *fast,
				u32 *total);

/* user_vector_at - where byte `at` is, which is one of the vector's; *len bytes from there on are asked
 * for, and cut at the buffer's end. => *len is 1 at least, where it was */
char __user *user_vector_at(struct user_vector *v, size_t at, size_t *len);
/* user_vector_read - len bytes from byte `at` on, user_vector_write - its first; it has them.
 * => 0, -EFAULT; sleeps */
int user_vector_read(struct user_vector *v, size_t at, void *to, size_t len);
int user_vector_write(struct user_vector *v, const void *from, size_t len);
