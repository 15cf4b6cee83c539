/* SPDX-License-Identifier: MIT */
/*
 * The ring of lines against everything that was ever stored, in one long array: two readers with
 * different levels and buffers, one of which is often left behind.
 */
#include "fuzz.h"
#include <octavo/log_ring.h>

enum { RING = 128, ALL = 1 << 16, READERS = 2 };

static u8 all[ALL]; /* level marks and text */
static u64 all_len;

static void model_put(unsigned level, const char *text, size_t len)
{
	if (len > RING / 2)
		len = RING / 2;
	all[all_len++] = (u8)(0x80 | level);
	for (size_t i = 0; i < len; i++)
		all[all_len++] = (u8)text[i] >= 0x80 ? '?' : (u8)text[i];
	if (len == 0 || text[len - 1] != '\n')
		all[all_len++] = '\n';
}

/* What a reader at *pos is to get. */
static size_t model_get(u64 *pos, unsigned level, char *buf, size_t len)
{
	bool wanted = true;
	size_t n = 0;

	if (all_len - *pos > RING) {
		*pos = all_len - RING;
		while (*pos < all_len && all[*pos] < 0x80)
			++*pos;
	}
	for (; *pos < all_len; ++*pos) {
		u8 c = all[*pos];

		if (c >= 0x80)
			wanted = (c & 0x7fu) <= level;
		else if (wanted && n == len)
			break;
		else if (wanted)
			buf[n++] = (char)c;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	char memory[RING], text[200], got[64], want[64];
	struct log_ring ring = LOG_RING_INIT(memory);
	u64 pos[READERS] = {0}, model_pos[READERS] = {0};

	all_len = 0;
	while (in.len != 0 && all_len < ALL - 2 * RING) {
		u8 op = take_u8(&in);
		unsigned who = op >> 7, level = (op >> 2) & 3;

		if (op & 3) {
			size_t n = take_u8(&in) % (op & 1 ? 20 : 200);

			for (size_t i = 0; i < n; i++)
				text[i] = (char)take_u8(&in);
			log_ring_put(&ring, level, text, n);
			model_put(level, text, n);
			MUST(ring.head == all_len);
		} else {
			size_t room = take_u8(&in) % sizeof(got);
			size_t n = log_ring_get(&ring, &pos[who], who ? 3 : 1, got, room);

			MUST(n == model_get(&model_pos[who], who ? 3 : 1, want, room));
			MUST(memcmp(got, want, n) == 0 && pos[who] == model_pos[who]);
		}
	}
	return 0;
}
