/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Memory and string functions of the kernel: the subset of <string.h> that it uses, with
 * the C library's meaning (string(3)). None of them sleeps, takes a lock or faults on valid
 * arguments; all may be called from any context. They are for kernel memory only: user
 * memory goes through the user copies of the architecture.
 */
#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/*
 * Copy at most size - 1 bytes of src and always end dst with a NUL (where size > 0).
 * Result: strlen(src); a result >= size says that it was cut.
 */
size_t strlcpy(char *restrict dst, const char *restrict src, size_t size);
