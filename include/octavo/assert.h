/* SPDX-License-Identifier: MIT */
/*
 * assert.h - ASSERT states what must hold where it stands, and costs nothing in a release build.
 * PANIC_ON stays in both flavours: for what would destroy data if the kernel went on. In a release
 * build it does not say what it found: the backtrace tells where.
 * CHECK(call) runs a structure's x_check() in a debug build only.
 */
#pragma once

#include <octavo/debug.h>
#include <octavo/panic.h>

#define PANIC_ON(cond)                                                                             \
	do {                                                                                       \
		if (__builtin_expect(!!(cond), 0))                                                 \
			PANIC_AT(#cond);                                                           \
	} while (0)
