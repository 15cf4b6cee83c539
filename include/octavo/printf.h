/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Formatted print into a buffer, with the meaning of printf(3).
 *
 * Conversions: d i u o x X c s p %; flags - + space # 0; width and precision, both also as
 * '*'; lengths hh h l ll z t j. %p prints 0x and all digits of the pointer. There is no
 * floating point and no %n; a conversion that is not in this list is copied as it stands and
 * takes no argument. %s of a null pointer prints "(null)". With a precision, %s reads no
 * further than that many bytes.
 *
 * Pure, reentrant, no locks, at most 200 bytes of stack: callable from any context.
 */
#include <stdarg.h>
#include <stddef.h>

/*
 * Write at most size bytes including the final NUL; buf may be a null pointer if size is 0.
 * Result: the length that the whole text has (without NUL), even where it was cut.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same; the result is the number of bytes stored without the NUL (0 if size is 0). */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
int scnprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
