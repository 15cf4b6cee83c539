/* SPDX-License-Identifier: MIT */
/* A conversion made of the input's bytes prints what the C library prints. */
#include "fuzz.h"

int octavo_snprintf(char *buf, size_t size, const char *fmt, ...);

enum { BUF = 700 };

static const char conversions[] = "diuoxXcs";
static const char *const lengths[] = {"", "hh", "h", "l", "ll", "z", "t", "j"};

/* Flags that the conversion gives a meaning to; the others are undefined in C. */
static const char *flags_for(char conversion)
{
	switch (conversion) {
	case 'd':
	case 'i':
		return "-+ 0";
	case 'u':
		return "-0";
	case 'c':
	case 's':
		return "-";
	default:
		return "-#0";
	}
}

static size_t make_format(struct input *in, char *fmt, char *conversion, unsigned *length)
{
	size_t n = 0;
	u8 choice = take_u8(in);
	u8 bits = take_u8(in);
	const char *flags;

	*conversion = conversions[choice % 8];
	*length = *conversion == 'c' || *conversion == 's' ? 0 : (choice >> 3) % 8;
	flags = flags_for(*conversion);
	fmt[n++] = '<';
	fmt[n++] = '%';
	for (size_t i = 0; flags[i]; i++)
		if (bits & 1u << i)
			fmt[n++] = flags[i];
	if (bits & 0x10)
		n += (size_t)sprintf(fmt + n, "%u", take_u8(in));
	if ((bits & 0x20) && *conversion != 'c') {
		fmt[n++] = '.';
		if (bits & 0x40)
			n += (size_t)sprintf(fmt + n, "%u", take_u8(in));
	}
	n += (size_t)sprintf(fmt + n, "%s%c>", lengths[*length], *conversion);
	return n;
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#define BOTH(arg)                                                                                  \
	do {                                                                                       \
		want_len = snprintf(want, size, fmt, arg);                                         \
		got_len = octavo_snprintf(got, size, fmt, arg);                                    \
	} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	char fmt[64], want[BUF], got[BUF], text[64];
	char conversion;
	unsigned length;
	int want_len, got_len;
	size_t size;
	u64 value;

	make_format(&in, fmt, &conversion, &length);
	size = take_u8(&in) % 4 ? BUF : take_u8(&in) % BUF;
	value = take_u64(&in);
	memset(want, 'x', sizeof(want));
	memset(got, 'x', sizeof(got));
	if (conversion == 's') {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)take_u8(&in);
		text[sizeof(text) - 1] = '\0';
		BOTH(text);
	} else if (conversion == 'c') {
		BOTH((int)value);
	} else if (length < 3) {
		BOTH((int)value);
	} else {
		BOTH((long long)value);
	}
	MUST(want_len == got_len);
	if (memcmp(want, got, sizeof(want)) != 0)
		panic("%s: \"%s\", not \"%s\"", fmt, got, want);
	return 0;
}
