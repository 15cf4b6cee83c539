/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - copies between the kernel and a program.
 *
 * The process's list says what it may touch; inside that, every byte is there and a copy cannot
 * fault. The list's lock is held while a piece is copied, so that no run goes away meanwhile; the
 * pieces are small, since nobody is scheduled in between.
 */
#include <arch/atomic.h>
#include <arch/local.h>
#include <octavo/errno.h>
#include <octavo/nommu.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define PIECE 4096u

enum direction {
	FROM_USER,
	TO_USER,
	CLEAR,
};

/* One piece of one run, at most; => bytes done, 0 where nothing may be touched. */
static size_t copy_piece(char *kernel, vaddr_t user, size_t len, enum direction direction)
{
	struct mm *mm = current->mm;
	size_t n;

	if (mm == NULL)
		return 0;
	spin_lock(&mm->page_table_lock);
	n = MIN(len, PIECE);
	if (!on_open_stack(user, n))
		n = nommu_accessible(mm, user, n, direction != FROM_USER);
	if (direction == FROM_USER)
		memcpy(kernel, (const char *)user, n);
	else if (direction == TO_USER)
		memcpy((char *)user, kernel, n);
	else
		memset((char *)user, 0, n);
	spin_unlock(&mm->page_table_lock);
	return n;
}

/* => bytes not done */
static size_t copy(char *kernel, vaddr_t user, size_t len, enum direction direction)
{
	might_sleep();
	while (len > 0) {
		size_t n = copy_piece(kernel, user, len, direction);

		if (n == 0 && !nommu_wait_shown(user))
			break;
		if (kernel != NULL)
			kernel += n;
		user += n;
		len -= n;
	}
	return len;
}

size_t copy_from_user_partial(void *dst, const void __user *src, size_t len)
{
	return copy(dst, (vaddr_t)(__force const void *)src, len, FROM_USER);
}

size_t copy_to_user_partial(void __user *dst, const void *src, size_t len)
{
	return copy((char *)(uintptr_t)src, (vaddr_t)(__force void *)dst, len, TO_USER);
}

int copy_from_user(void *dst, const void __user *src, size_t len)
{
	return copy_from_user_partial(dst, src, len) == 0 ? 0 : -EFAULT;
}

int copy_to_user(void __user *dst, const void *src, size_t len)
{
	return copy_to_user_partial(dst, src, len) == 0 ? 0 : -EFAULT;
}

int clear_user(void __user *dst, size_t len)
{
	return copy(NULL, (vaddr_t)(__force void *)dst, len, CLEAR) == 0 ? 0 : -EFAULT;
}

/* The part of the string that lies in one piece. => bytes copied, its NUL included if found */
static size_t string_piece(char *dst, vaddr_t user, size_t len)
{
	struct mm *mm = current->mm;
	size_t n, string;

	if (mm == NULL)
		return 0;
	spin_lock(&mm->page_table_lock);
	n = nommu_accessible(mm, user, MIN(len, PIECE), false);
	string = strnlen((const char *)user, n);
	if (string < n)
		n = string + 1;
	memcpy(dst, (const char *)user, n);
	spin_unlock(&mm->page_table_lock);
	return n;
}

ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size)
{
	vaddr_t user = (vaddr_t)(__force const char *)src;
	size_t done = 0;

	might_sleep();
	while (done < size) {
		size_t n = string_piece(dst + done, user + done, size - done);

		if (n == 0 && !nommu_wait_shown(user + done))
			return -EFAULT;
		done += n;
		if (n > 0 && dst[done - 1] == '\0')
			return (ssize_t)(done - 1);
	}
	return (ssize_t)size;
}

int get_user_u32(u32 *value, const u32 __user *src)
{
	return copy_from_user(value, src, sizeof(*value));
}

int put_user_u32(u32 value, u32 __user *dst)
{
	return copy_to_user(dst, &value, sizeof(value));
}

/* --- words of futexes: what may be touched is there --- */

int user_load_atomic(u32 *value, const u32 __user *src)
{
	vaddr_t user = (vaddr_t)(__force const u32 *)src;

	return copy_piece((char *)value, user, sizeof(*value), FROM_USER) == sizeof(*value)
		       ? 0
		       : -EFAULT;
}

int user_cmpxchg_atomic(u32 __user *p, u32 from, u32 to, u32 *was)
{
	struct mm *mm = current->mm;
	vaddr_t user = (vaddr_t)(__force u32 *)p;
	int err = -EFAULT;

	if (mm == NULL)
		return err;
	spin_lock(&mm->page_table_lock);
	if (nommu_accessible(mm, user, sizeof(*p), true) == sizeof(*p)) {
		*was = arch_cmpxchg((__force u32 *)p, from, to);
		err = 0;
	}
	spin_unlock(&mm->page_table_lock);
	return err;
}

int user_bring_in(u32 __user *p, bool write)
{
	(void)write;
	return nommu_wait_shown((vaddr_t)(__force u32 *)p) ? 0 : -EFAULT;
}
