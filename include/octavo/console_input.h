/* SPDX-License-Identifier: MIT */
/* console_input.h - between the console's serial port and its terminal: bytes that come in. */
#pragma once

#include <octavo/types.h>

/* console_input_arrives - the port has bytes: they are taken with uart_take() while there is room;
 * what finds none stays in the port, which holds up the sender. => any context */
void console_input_arrives(void);
