/* SPDX-License-Identifier: MIT */
/*
 * overcommit.c - how much memory may be promised (pure).
 *
 *	mode 2	  ram * ratio%		+ swap	CommitLimit
 *		- 1/32 of the former		but for the privileged
 *		- 1/32 of what the asker has	so that one process cannot have it all
 *
 * Sums are of 64 bits: the ratio may be any number.
 */
#include <octavo/env.h>
#include <octavo/overcommit.h>

#define LAST_PART 32u /* of memory, which is kept for the privileged, and of an asker's own */

static u32 clamp(u64 pages)
{
	return (u32)MIN(pages, (u64)UINT32_MAX);
}

static u64 limit_without_swap(const struct overcommit_rules *r, const struct overcommit_machine *m)
{
	if (r->kbytes != 0)
		return r->kbytes / (PAGE_SIZE / 1024);
	return (u64)(m->ram - m->huge) * r->ratio / 100;
}

u32 overcommit_limit(const struct overcommit_rules *r, const struct overcommit_machine *m)
{
	return clamp(limit_without_swap(r, m) + m->swap);
}

u32 overcommit_allowed(const struct overcommit_rules *r, const struct overcommit_machine *m,
		       const struct overcommit_asker *who)
{
	u64 pages = limit_without_swap(r, m), own = who->mapped / LAST_PART;

	if (!who->privileged)
		pages -= pages / LAST_PART;
	pages += m->swap;
	return clamp(pages - MIN(own, pages));
}

bool overcommit_plausible(const struct overcommit_machine *m, const struct overcommit_asker *who,
			  u32 pages)
{
	u64 have = (u64)m->cache + m->swap_free + m->slab, free = m->free;

	if (!who->privileged) {
		have -= have / LAST_PART;
		free -= free / LAST_PART;
	}
	return have + free > pages;
}

bool overcommit_mode_named(const char *name, u32 *mode)
{
	static const char *const names[] = {"heuristic", "always", "never"};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		bool number = name[0] == (char)('0' + i) && name[1] == '\0';

		if (number || strcmp(name, names[i]) == 0) {
			*mode = i;
			return true;
		}
	}
	return false;
}
