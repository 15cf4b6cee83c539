/* SPDX-License-Identifier: MIT */
/* ksyms.c - functions by address; ksyms.h draws the tables. (pure) */
#include <octavo/env.h>
#include <octavo/ksym_names.h>
#include <octavo/ksyms.h>

static uint32_t nr_groups(void)
{
	return (ksym_count + KSYM_GROUP - 1) / KSYM_GROUP;
}

/* The last function that starts at or below addr; addr lies inside the text. */
static uint32_t find(uintptr_t addr, uintptr_t *start)
{
	uint32_t low = 0, high = nr_groups(), i, end;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ksym_bases[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	i = low * KSYM_GROUP;
	end = MIN(i + KSYM_GROUP, ksym_count);
	while (i + 1 < end && ksym_bases[low] + ksym_deltas[i + 1] <= addr)
		i++;
	*start = ksym_bases[low] + ksym_deltas[i];
	return i;
}

bool ksym_lookup(uintptr_t addr, char *name, size_t *offset)
{
	uintptr_t start;
	uint32_t i;

	if (ksym_count == 0 || addr < ksym_bases[0] || addr >= ksym_bases[nr_groups()])
		return false;
	i = find(addr, &start);
	if (name != NULL && !ksym_name(i, name))
		return false;
	*offset = addr - start;
	return true;
}
