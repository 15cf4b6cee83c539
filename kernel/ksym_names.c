/* SPDX-License-Identifier: MIT */
/* ksym_names.c - the names of the kernel's functions; ksyms.h draws the tables. (pure) */
#include <octavo/env.h>
#include <octavo/ksym_names.h>
#include <octavo/ksyms.h>

static const char *skip_strings(const char *s, uint32_t nr)
{
	while (nr-- > 0)
		s += strlen(s) + 1;
	return s;
}

static void unpack(const char *packed, char *name)
{
	size_t len = 0;

	for (; *packed != '\0'; packed++) {
		unsigned byte = (unsigned char)*packed;

		if (byte < 0x80) {
			name[len++] = *packed;
			continue;
		}
		for (const char *t = skip_strings(ksym_tokens, byte - 0x80); *t != '\0'; t++)
			name[len++] = *t;
	}
	name[len] = '\0';
}

bool ksym_name(uint32_t i, char *name)
{
	unpack(skip_strings(ksym_names + ksym_markers[i / KSYM_GROUP], i % KSYM_GROUP), name);
	return true;
}
