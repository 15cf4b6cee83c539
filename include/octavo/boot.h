/* SPDX-License-Identifier: MIT */
/* boot.h - what the architecture's start-up code found, in one form for all machines. */
#pragma once

#include <octavo/types.h>

#define BOOT_MAX_RANGES  32
#define BOOT_CMDLINE_MAX 2048

struct phys_range {
	paddr_t start; /* bytes, page-aligned inwards for usable memory */
	paddr_t end;   /* one past the last byte; a range never ends at 4G exactly */
};

struct boot_info {
	unsigned nr_ranges;
	struct phys_range ranges[BOOT_MAX_RANGES]; /* usable RAM: sorted, disjoint, not adjacent */
	struct phys_range kernel;                  /* the kernel's image, inside RAM */
	struct phys_range module;                  /* root file system image; empty: none */
	char cmdline[BOOT_CMDLINE_MAX];            /* NUL-terminated, without the kernel's name */
};

/* A zone as the machine has it: architectures list theirs in arch_zones[], lowest first. */
struct zone_layout {
	const char *name; /* "DMA", "Normal", "HighMem"; on ARM "Kernel", "PSRAM" */
	pfn_t start, end;
	bool highmem;     /* not in the direct map */
	bool kernel_only; /* user pages are never taken from here */
	u8 node;          /* banks that do not lie together are nodes of their own (numa-3) */
};
extern struct zone_layout arch_zones[]; /* [I] since arch_boot_info() */
extern const unsigned arch_nr_zones;
