/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own symbol table: the names of its functions by address, for
 * backtraces.  tools/ksyms.py makes it from the first of two links; in that
 * first link it is empty.
 *
 *	ksym_addresses  [0] [1] [2] ...            ascending, one for each function
 *	ksym_markers    [0]          [1]           offset in ksym_names of the
 *	                 |            |            name of each 16th function
 *	ksym_names      "a\0b\0c\0 ... q\0r\0 ..." in the order of ksym_addresses
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define KSYM_MARKER_STEP 16

extern const uint32_t ksym_count;       /* functions in the table, 0 in the first link */
extern const uint32_t ksym_addresses[]; /* [ksym_count + 1]: the last one ends the text */
extern const uint32_t ksym_markers[];
extern const char ksym_names[];

/*
 * ksym_lookup: the function that ADDR lies in.
 *
 * => returns its name and stores ADDR's distance from its start in *OFFSET;
 *    NULL if ADDR is in no function of the kernel (*OFFSET is then unchanged)
 * => takes no locks, never sleeps, may be called from anywhere, from a panic too
 */
const char *ksym_lookup(uintptr_t addr, size_t *offset);
