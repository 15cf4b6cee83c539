/* SPDX-License-Identifier: MIT */
/*
 * multiboot.h - what a multiboot 1 loader tells the kernel, validated (pure).
 *
 * The loader's structure lies somewhere in physical memory and may be wrong in any way. The
 * parser copies what it looks at through `read`, believes nothing, and fills the machine-
 * independent struct boot_info, which the rest of the kernel may believe. Each defect leaves one
 * line in the log.
 *
 *	loader's map:	[ram 0-9f][rsv 9f-a0]	   [ram 1M............4G][ram 4G-6G]
 *			      [ram ...overlap...]	  [rsv]
 *	boot_info:	[range	 ]		   [range]     [range  ]
 *
 * A page is usable where an entry says "available" for all of it and none says otherwise for any
 * of it.
 */
#pragma once

#include <octavo/env.h>
#include <octavo/boot.h>

#define MULTIBOOT_BOOT_MAGIC 0x2badb002u /* in eax when the loader enters the kernel */

/* How the parser looks at physical memory, and what it must know of the kernel. */
struct multiboot_memory {
	/* copy len bytes from physical address paddr; false if they cannot all be read */
	bool (*read)(const struct multiboot_memory *m, paddr_t paddr, void *buf, size_t len);
	struct phys_range kernel; /* the kernel's image: the module may not overlap it */
};

/*
 * multiboot_parse - validate the loader's structure at physical address `info`.
 * out->module is the first usable module; others are ignored, each with a line. The kernel's name,
 * which some loaders put in front of the command line, is taken off: a first word without '=' that
 * holds a '/' or ends in ".elf".
 *   => 0: at least one range of RAM was found; -EINVAL: wrong magic, or the structure cannot be
 *	read; -ENOMEM: no usable RAM. *out is defined in each case.
 *   => static tables: not reentrant; called once, at boot
 */
int multiboot_parse(u32 magic, paddr_t info, const struct multiboot_memory *m,
		    struct boot_info *out);
