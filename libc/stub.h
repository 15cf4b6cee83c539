/* SPDX-License-Identifier: MIT */
/*
 * How a stub turns the kernel's result into a C library's.
 */
#ifndef LIBC_STUB_H
#define LIBC_STUB_H

#include <errno.h>
#include <sys/syscall.h>

#include <stub_name.h>

/* The result as C programs get it: -1 and errno where the kernel refused. */
static inline long stub_result(long result)
{
	if ((unsigned long)result < (unsigned long)-MAX_ERRNO)
		return result;
	errno = (int)-result;
	return -1;
}

/* Memory for malloc(3) where the heap has come to its end. => (void *)-1: none */
void *heap_beyond(size_t bytes);

#endif
