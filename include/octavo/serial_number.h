/* SPDX-License-Identifier: MIT */
/*
 * serial_number.h - which object something is, for those that remember it without a reference: its
 * address may be another's when it has gone, its number never is.
 */
#pragma once

#include <octavo/types.h>

/* serial_number - one that nothing else has had since boot, above 0 and below UINT64_MAX: for an object
 * at its birth. Those of one CPU grow, but two CPUs' say nothing of which is older.
 *   => any context but an interrupt's */
u64 serial_number(void);
