/* SPDX-License-Identifier: MIT */
/*
 * bootmem.h - the allocator before there is one: a sorted list of free ranges for each node (pure).
 *
 * It never touches the memory that it hands out: the lowest place that fits between two limits, so
 * that a caller can leave the DMA zone alone. zone_init() takes what is left.
 */
#pragma once

#include <octavo/boot.h>
#include <octavo/types.h>

#define BOOTMEM_MAX_RANGES 64

struct bootmem { /* numa-3: one for each node */
	unsigned nr_free, nr_reserved;
	struct phys_range free[BOOTMEM_MAX_RANGES];     /* sorted, disjoint */
	struct phys_range reserved[BOOTMEM_MAX_RANGES]; /* sorted: what was handed out or reserved */
};
/* bootmem_init - all of ranges[] is free; */
void bootmem_init(struct bootmem *b, const struct phys_range *ranges, unsigned nr);
/* bootmem_reserve - [start, end) is taken, wherever it is free; => 0 or -ENOMEM (too many pieces) */
int bootmem_reserve(struct bootmem *b, paddr_t start, paddr_t end);
/* bootmem_alloc - size bytes aligned to `align` (a power of two), lowest fit inside [low, high);
 *   => physical address, or 0 if there is none. Not zeroed. */
paddr_t bootmem_alloc(struct bootmem *b, u32 size, u32 align, paddr_t low, paddr_t high);
/* bootmem_free - gives a reserved or allocated range back (page-aligned inwards). => 0, -ENOMEM */
int bootmem_free(struct bootmem *b, paddr_t start, paddr_t end);
void bootmem_check(const struct bootmem *b);
/* bootmem_setup - every node's boot_memory[] from what the boot loader said, with the kernel and the
 * module reserved (mm/zone.c) */
void bootmem_setup(const struct boot_info *info);
extern struct bootmem boot_memory[]; /* per node; zone.c */
