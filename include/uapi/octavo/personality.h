/* SPDX-License-Identifier: MIT */
/* Flags of personality(2). */
#ifndef UAPI_OCTAVO_PERSONALITY_H
#define UAPI_OCTAVO_PERSONALITY_H

#define PER_MASK 0xff /* whose programs they are; 0: Linux's */

#define ADDR_NO_RANDOMIZE  0x0040000
#define MMAP_PAGE_ZERO     0x0100000
#define ADDR_COMPAT_LAYOUT 0x0200000
#define READ_IMPLIES_EXEC  0x0400000
/* what a program that gets privileges does not inherit */
#define PER_CLEAR_ON_SETID                                                                         \
	(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO)

#endif
