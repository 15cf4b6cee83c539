/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own symbol table: the names of its functions by address, for
 * backtraces.  tools/ksyms.py makes it from the first of two links; in that
 * first link it is empty.  It is packed, since it is read only when something
 * went wrong, and is always there.  A release kernel has where its functions
 * begin, not what they are called: `octavo run` puts the names in.
 *
 *	group		functions 0..15	    16..31	...
 *	ksym_bases	[0]		    [1]		...  address of its first function
 *	ksym_markers	[0]		    [1]		...  offset of that one's name in ksym_names
 *	ksym_deltas	[0] .. [15]	    [16] ..	...  how far from its group's base each begins
 *	ksym_names	"a\0b\0 ... "	    "q\0r\0 ...	     in the same order; a byte from 0x80 on
 *							     stands for that string of ksym_tokens
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KSYM_GROUP    16 /* functions */
#define KSYM_NAME_MAX 64 /* bytes of a name with its NUL; tools/ksyms.py cuts what is longer */

extern const uint32_t ksym_count;   /* functions in the table, 0 in the first link */
extern const uint32_t ksym_bases[]; /* [groups + 1]: the last one ends the text */
extern const uint16_t ksym_markers[];
extern const uint16_t ksym_deltas[];
extern const char ksym_names[];
extern const char ksym_tokens[];

/*
 * ksym_lookup: the function that ADDR lies in.
 *
 * => true: its name is in NAME (KSYM_NAME_MAX bytes; NULL: not wanted), and
 *    ADDR's distance from its start in *OFFSET
 * => false: ADDR is in no function of the kernel, or its name is wanted and the
 *    kernel does not have it; nothing is changed
 * => takes no locks, never sleeps, may be called from anywhere, from a panic too
 */
bool ksym_lookup(uintptr_t addr, char *name, size_t *offset);
