/* SPDX-License-Identifier: MIT */
/* console_input.h - what the console's line driver hands upward. */
#pragma once

#include <octavo/types.h>

/* console_input - a byte came in on the console's line. => interrupt handler, interrupts off;
 * bytes that nobody reads in time are dropped */
void console_input(u8 byte);
