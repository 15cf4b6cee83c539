/* SPDX-License-Identifier: MIT */
/*
 * random.h - random bytes from a seeded generator.
 * A machine is reproducible: the seed is the command line's seed=N, or fixed. Not for secrets.
 */
#pragma once

#include <octavo/types.h>

/* random_seed - mix `seed` into where the sequence starts; before anybody has drawn from it, from one
 * CPU: it takes no lock. */
void random_seed(u64 seed);
/* random_u64 - the next number of the sequence, which all CPUs share. => any context, no lock */
u64 random_u64(void);
/* random_bytes - fill kernel memory: `len` bytes, of (len + 7) / 8 numbers. => any context */
void random_bytes(void *buf, size_t len);
