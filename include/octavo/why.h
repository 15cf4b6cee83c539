/* SPDX-License-Identifier: MIT */
/*
 * why.h - every refusal leaves one line: who, which rule, the numbers on both sides.
 * The line goes to a ring (read as /proc/why later) and as a W frame to the control channel; to the
 * console only with debug=why.
 */
#pragma once

#include <octavo/types.h>

/* why - record one line; the task's pid and name are put in front.
 *   => any context, any lock but why_lock and what stands below it; never allocates or sleeps */
void why(const char *fmt, ...) __printf(1, 2);
/* why_read - as log_read() */
size_t why_read(u64 *pos, char *buf, size_t len);
void why_init(void);
