/* SPDX-License-Identifier: MIT */
/*
 * random.h - random bytes from a seeded generator.
 * A machine is reproducible: the seed is the command line's seed=N, or fixed. Not for secrets.
 */
#pragma once

#include <octavo/types.h>

void random_seed(u64 seed);
u64 random_u64(void);
void random_bytes(void *buf, size_t len);
