/* SPDX-License-Identifier: MIT */
/*
 * overcommit.h - how much memory may be promised: the arithmetic of the three modes (pure).
 *
 * Source: the document on overcommit accounting (oc-1 to oc-4), with the formulas of its time (oc-10,
 * oc-11): who is not privileged leaves the last 1/32 alone.
 */
#pragma once

#include <octavo/types.h>

enum overcommit_mode {
	OVERCOMMIT_HEURISTIC, /* what can obviously not be had is refused, each request for itself */
	OVERCOMMIT_ALWAYS,
	OVERCOMMIT_NEVER, /* all promises together stay below the limit */
};

struct overcommit_rules {
	u32 mode;   /* enum overcommit_mode */
	u32 ratio;  /* of all memory, in percent, for the limit; or */
	u32 kbytes; /* so much, unless it is 0 */
};

/* What a machine has, in pages. */
struct overcommit_machine {
	u32 ram, huge; /* all; and what large pages have of it */
	u32 swap, swap_free;
	u32 cache; /* contents of files */
	u32 slab;  /* slabs that could be given back */
	u32 free;
};

/* Who asks. */
struct overcommit_asker {
	bool privileged; /* CAP_SYS_ADMIN */
	u32 mapped;      /* pages that its areas have already */
};

/* overcommit_limit - CommitLimit, in pages: without what an asker leaves alone. => no errors */
u32 overcommit_limit(const struct overcommit_rules *r, const struct overcommit_machine *m);
/* overcommit_allowed - of the limit, for this asker, in pages. => no errors */
u32 overcommit_allowed(const struct overcommit_rules *r, const struct overcommit_machine *m,
		       const struct overcommit_asker *who);
/* overcommit_plausible - might `pages` be had at all (mode 0)? => no errors */
bool overcommit_plausible(const struct overcommit_machine *m, const struct overcommit_asker *who,
			  u32 pages);
/* overcommit_mode_named - "heuristic", "always", "never", or the number. => false: neither */
bool overcommit_mode_named(const char *name, u32 *mode);
