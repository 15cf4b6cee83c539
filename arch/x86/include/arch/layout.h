/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the address space of a 32-bit x86. Also read by the assembler.
 *
 *	0x00000000  never mapped up to USER_START
 *	0x08048000  programs; heap above them
 *	MMAP_BASE   areas of mmap, downwards
 *	0xc0000000  USER_END = STACK_TOP; KERNEL_BASE: direct map of low memory, 880M
 *	0xf7000000  VMALLOC_START .. VMALLOC_END: vmalloc, kernel stacks
 *	0xff800000  FIXMAP_START: a few slots for each CPU
 */
#pragma once

#define KERNEL_BASE     0xc0000000
#define KERNEL_OFFSET   0xc0000000 /* virtual - physical, of the direct map */
#define DIRECT_MAP_SIZE 0x37000000

#define VMALLOC_START 0xf7000000
#define VMALLOC_END   0xff000000
#define FIXMAP_START  0xff800000

#define USER_START 0x00010000 /* as Linux's vm.mmap_min_addr */
#define USER_END   0xc0000000
#define STACK_TOP  USER_END
#define MMAP_BASE  0xb8000000 /* leaves 128M for the stack, as Linux does at least */

#define KSTACK_SIZE 8192

/* What the machine calls itself: uname(2), AT_PLATFORM, the e_machine of its programs. */
#define ARCH_MACHINE  "i686"
#define ARCH_PLATFORM "i686"
#define ELF_MACHINE   3 /* EM_386 */
