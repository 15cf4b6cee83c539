/* SPDX-License-Identifier: MIT */
/* debug.h - the release flavour: assertions are read by the compiler, and cost nothing. */
#pragma once

#define OCTAVO_FLAVOUR "release"
#define ASSERT(cond)   ((void)sizeof(cond))
#define CHECK(call)    ((void)sizeof((call), 0))
#define DEBUG_ONLY(x)
#define PANIC_AT(text) panic("a check failed")
