/* SPDX-License-Identifier: MIT */
/*
 * mpu_region.h - regions of an ARMv7-M MPU as numbers (pure).
 *
 * A region is 2^n bytes, n from 5 on, aligned to its size; one of 256 bytes or more has eight equal
 * sub-regions that can be switched off. Here no piece is smaller than MPU_GRANULE: what is smaller
 * is not protected on every machine.
 */
#pragma once

#include <octavo/env.h>

#define MPU_GRANULE 1024u

struct mpu_cover {
	u32 base;       /* of the region, aligned to its size */
	u32 log2_size;  /* 10 to 31 */
	u32 disabled;   /* bit i: sub-region i is off */
	u32 start, end; /* what the region opens: one interval; end is one past the last byte */
};

/*
 * mpu_region_cover - the region that opens as much as one can of [start, end) around `address`, and
 * never a byte outside.
 *   => start and end are multiples of MPU_GRANULE, start <= address < end <= 2^31
 */
void mpu_region_cover(u32 start, u32 end, u32 address, struct mpu_cover *c);

/* mpu_region_stack - the block of `size` bytes at `start` but for its guard: its lowest eighth, of 4K the
 * lowest quarter.
 *   => false: not a power of two, not aligned to itself, or smaller */
bool mpu_region_stack(u32 start, u32 size, struct mpu_cover *c);
