/* SPDX-License-Identifier: MIT */
/* fuzz.h - what every property uses: bytes taken from the input, and a check that aborts. */
#pragma once

#include <octavo/env.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* The input; what is taken behind its end is 0. */
struct input {
	const u8 *data;
	size_t len;
};

static inline u8 take_u8(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static inline u16 take_u16(struct input *in)
{
	u16 low = take_u8(in);

	return (u16)(low | take_u8(in) << 8);
}

static inline u32 take_u32(struct input *in)
{
	u32 low = take_u16(in);

	return low | (u32)take_u16(in) << 16;
}

static inline u64 take_u64(struct input *in)
{
	u64 low = take_u32(in);

	return low | (u64)take_u32(in) << 32;
}

/* What the property says; a failure stops the run with the place and the condition. */
#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			panic("%s:%d: property broken: %s", __FILE__, __LINE__, #cond);            \
	} while (0)
