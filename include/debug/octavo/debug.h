/* SPDX-License-Identifier: MIT */
/* debug.h - the debug flavour: assertions and structure checks are compiled in. */
#pragma once

#define OCTAVO_FLAVOUR "debug"
#define ASSERT(cond)   PANIC_ON(!(cond))
#define CHECK(call)    (call)
#define DEBUG_ONLY(x)  x
#define PANIC_AT(text) panic("%s:%d: %s", __FILE__, __LINE__, text)
