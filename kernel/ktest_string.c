/* SPDX-License-Identifier: MIT */
/* ktest_string.c - the machine's copies and fills at every alignment, against byte loops. */
#include <octavo/ktest.h>
#include <octavo/string.h>

enum { SIZE = 160 };

static u8 got[SIZE], want[SIZE];

static void same_start(void)
{
	for (u32 i = 0; i < SIZE; i++)
		got[i] = want[i] = (u8)ktest_random(256);
}

static bool equal(void)
{
	for (u32 i = 0; i < SIZE; i++)
		if (got[i] != want[i])
			return false;
	return true;
}

static void slow_move(u8 *to, const u8 *from, u32 n)
{
	u8 copy[SIZE];

	for (u32 i = 0; i < n; i++)
		copy[i] = from[i];
	for (u32 i = 0; i < n; i++)
		to[i] = copy[i];
}

KTEST(string_moves, "")
{
	bool right = true;

	for (u32 run = 0; run < 3000; run++) {
		u32 from = ktest_random(SIZE / 2), to = ktest_random(SIZE / 2);
		u32 n = ktest_random(SIZE / 2 + 1);

		same_start();
		right = right && memmove(got + to, got + from, n) == got + to;
		slow_move(want + to, want + from, n);
		right = right && equal();
	}
	KTEST_OK(right, "memmove in both directions");
}

KTEST(string_copies_and_fills, "")
{
	bool copies = true, fills = true;

	for (u32 align = 0; align < 8; align++) {
		for (u32 n = 0; n < 40; n++) {
			same_start();
			memcpy(got + 80 + align, got + (align * 3 & 7), n);
			slow_move(want + 80 + align, want + (align * 3 & 7), n);
			copies = copies && equal();
			memset(got + align, (int)(n + 0x180), n);
			for (u32 i = 0; i < n; i++)
				want[align + i] = (u8)(n + 0x180);
			fills = fills && equal();
		}
	}
	KTEST_OK(copies, "memcpy");
	KTEST_OK(fills, "memset");
}
