/* SPDX-License-Identifier: MIT */
/* user_vector.c - several buffers of a program seen as one row of bytes. */
#include <octavo/user_vector.h>

#include <octavo/errno.h>
#include <octavo/uaccess.h>

char __user *user_vector_at(struct user_vector *v, size_t at, size_t *len)
{
	if (at < v->before) {
		v->v = v->first;
		v->before = 0;
	}
	while (at - v->before >= v->v->len)
		v->before += (v->v++)->len;
	at -= v->before;
	*len = MIN(*len, v->v->len - at);
	return (char __user __force *)(uintptr_t)v->v->base + at;
}

int user_vector_read(struct user_vector *v, size_t at, void *to, size_t len)
{
	for (size_t done = 0, n; done < len; done += n) {
		const char __user *from;

		n = len - done;
		from = user_vector_at(v, at + done, &n);
		if (copy_from_user((char *)to + done, from, n) != 0)
			return -EFAULT;
	}
	return 0;
}

int user_vector_write(struct user_vector *v, const void *from, size_t len)
{
	for (size_t done = 0, n; done < len; done += n) {
		char __user *to;

		n = len - done;
		to = user_vector_at(v, done, &n);
		if (copy_to_user(to, (const char *)from + done, n) != 0)
			return -EFAULT;
	}
	return 0;
}
