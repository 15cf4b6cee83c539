/* SPDX-License-Identifier: MIT */
/*
 * control.h - the control channel to the host: frames on the second UART.
 *
 *	0x02 TYPE LLLL payload 0x03		LLLL: payload length, four lowercase hex digits
 */
#pragma once

#include <octavo/types.h>

enum control_type {
	CONTROL_STATUS = 'S', /* decimal raw wait status of the program */
	CONTROL_EXIT = 'X',   /* decimal 32-bit exit code of the program */
	CONTROL_AUDIT = 'A',  /* "ok", or one difference */
	CONTROL_WHY = 'W',
	CONTROL_PANIC = 'P',
	CONTROL_LOCKVAL = 'L',
	CONTROL_REPORT = 'R', /* "name value" */
	CONTROL_STDERR = 'E',
	CONTROL_KTEST = 'K', /* a TAP line */
};
/* control_send - one frame; text longer than 4096 bytes is cut.
 *   => any context, also during a panic; does nothing where the machine has no channel */
void control_send(enum control_type type, const char *text, size_t len);
void control_sendf(enum control_type type, const char *fmt, ...) __printf(2, 3);
/* The device, set by the architecture before arch_boot_info() returns. */
void control_register(void (*write)(const char *bytes, size_t len));
