/* SPDX-License-Identifier: MIT */
/* ksyms.c - names of functions by address; ksyms.h draws the tables. (pure) */
#include <octavo/env.h>
#include <octavo/ksyms.h>

/* The last function that starts at or below addr; addr lies inside the text. */
static uint32_t find(uintptr_t addr)
{
	uint32_t low = 0, high = ksym_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ksym_addresses[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	return low;
}

const char *ksym_lookup(uintptr_t addr, size_t *offset)
{
	const char *name;
	uint32_t i;

	if (ksym_count == 0 || addr < ksym_addresses[0] || addr >= ksym_addresses[ksym_count])
		return NULL;
	i = find(addr);
	name = ksym_names + ksym_markers[i / KSYM_MARKER_STEP];
	for (uint32_t skip = i % KSYM_MARKER_STEP; skip > 0; skip--)
		name += strlen(name) + 1;
	*offset = addr - ksym_addresses[i];
	return name;
}
