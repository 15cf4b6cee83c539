/* SPDX-License-Identifier: MIT */
/* console.h - from the serial driver to the console device. */
#pragma once

/* console_input - one byte has arrived. => in the interrupt; kept or, if nobody reads, dropped */
void console_input(int c);
