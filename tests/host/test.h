/* SPDX-License-Identifier: MIT */
/*
 * test.h - what every host test uses.
 *
 * A test of NAME is tests/host/test_NAME.c, with cmocka. Where NAME also has tests/fuzz/NAME.c, that
 * file holds LLVMFuzzerTestOneInput(): it turns any bytes into a case and compares the code with a
 * naive model. libFuzzer feeds it; and the cmocka test feeds it random bytes through
 * random_inputs(), so that the property runs under gcc's sanitizers in every `make test` as well.
 */
#pragma once

#include <octavo/env.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* A generator that is the same on every host (xorshift64*). */
static inline u64 random_u64(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

/* Feed `runs` random inputs of up to max_len bytes to the property. Half of them are made of few
 * different bytes, so that equal values and zeros are frequent. */
static inline void random_inputs(u64 seed, unsigned runs, size_t max_len)
{
	u64 state = seed * 2 + 1;

	for (unsigned i = 0; i < runs; i++) {
		size_t len = random_u64(&state) % (max_len + 1);
		u8 mask = random_u64(&state) & 1 ? 0xff : (u8)random_u64(&state);
		u8 *data = malloc(len ? len : 1);

		for (size_t k = 0; k < len; k++)
			data[k] = (u8)(random_u64(&state) >> 32) & mask;
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
}

#define HOST_TEST_MAIN(name, tests)                                                                \
	int main(void)                                                                             \
	{                                                                                          \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                          \
		return _cmocka_run_group_tests(name, tests, ARRAY_SIZE(tests), NULL, NULL) != 0;   \
	}
