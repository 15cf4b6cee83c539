/* SPDX-License-Identifier: MIT */
/*
 * random.c - splitmix64: a counter that advances by a fixed odd step, and a mixing function.
 *
 * Each call takes its own step of the counter with an atomic compare-and-exchange on the low half,
 * so that CPUs need no lock and never see the same value.
 */
#include <arch/atomic.h>
#include <octavo/random.h>
#include <octavo/string.h>

static u64 random_base = 0x6f637461766f3634ull;
static atomic_t random_steps;

void random_seed(u64 seed)
{
	random_base ^= seed * 0x9e3779b97f4a7c15ull;
}

u64 random_u64(void)
{
	u64 z = random_base + (u64)(u32)atomic_add_return(&random_steps, 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void random_bytes(void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		u64 r = random_u64();
		size_t n = MIN(len, sizeof(r));

		memcpy(p, &r, n);
		p += n;
		len -= n;
	}
}
