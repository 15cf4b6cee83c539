/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where things lie on the MPS2 boards AN385, AN386 and AN500 (Cortex-M3, M4, M7); every
 * address is physical. Also read by the assembler, which takes no suffixes of numbers.
 *
 *	00000000  4M   bank 0: vectors, kernel, mem_map, kernel allocations   (zone Kernel)
 *	20000000  4M   SRAM, here a ROM: the root romfs; its last page holds the boot parameters
 *	21000000  16M  PSRAM: what programs use; on the AN500 at 60000000     (zone PSRAM)
 *	40000000       devices
 *	e0000000       the processor's own
 */
#pragma once

#define KERNEL_BASE     0x00000000
#define KERNEL_BANK_END 0x00400000

#define ROM_BASE       0x20000000
#define ROM_END        0x203ff000
#define PARAMETER_PAGE 0x203ff000

#define PSRAM_AN385 0x21000000 /* and AN386 */
#define PSRAM_AN500 0x60000000
#define PSRAM_BYTES 0x01000000

#define DEVICES_BASE 0x40000000
#define DEVICES_END  0x60000000

/* Bounds for arguments only: what a process may touch its list says. */
#define USER_START ROM_BASE
#define USER_END   (PSRAM_AN500 + PSRAM_BYTES)

#define KSTACK_SIZE        0x1000
#define HANDLER_STACK_SIZE 0x1000 /* interrupts and faults, nested */
#define KSTACK_GUARD       0x400  /* the lowest bytes of it: an MPU region that nobody may touch */

/* A program's stack where it does not say how long, and the least; and the least room above its bss that
 * brk(2) may take. All are fixed when it starts. */
#define USER_STACK_SIZE 0x8000
#define USER_STACK_MIN  0x1000
#define USER_HEAP_MIN   0x600

/* What the machine calls itself: uname(2), AT_PLATFORM, the e_machine of its programs. */
#define ARCH_MACHINE  "armv7ml"
#define ARCH_PLATFORM "v7ml"
#define ELF_MACHINE   40 /* EM_ARM */
