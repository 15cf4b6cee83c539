/* SPDX-License-Identifier: MIT */
/* string.h - the C library's functions, and strlcpy, which glibc has not (tests/host/env.c). */
#pragma once

#include <stddef.h>
#include <string.h>

size_t strlcpy(char *restrict dst, const char *restrict src, size_t size);
