/* SPDX-License-Identifier: MIT */
/*
 * rmap_entry.h - what the page tables tell the reverse mapping of each entry.
 *
 * The object-based scheme finds entries by their areas (rmap.h), so it listens to none of this, and none of
 * it is compiled. A scheme that keeps a list of entries for each page (wli-5) has its own header of this
 * name before this one on the include path, as the tests on the host have (tests/host/include/octavo/).
 */
#pragma once

#include <octavo/page.h>

struct pmap;

/* rmap_entry_add - at va an entry of this address space begins to map the frame, whether there was one
 * before or it is moved from another place. Of user memory; zero_pfn, too. => PTL; may not fail or sleep:
 * what a list needs is had before */
static inline void rmap_entry_add(const struct pmap *pmap, vaddr_t va, pfn_t pfn)
{
	(void)pmap, (void)va, (void)pfn;
}

/* rmap_entry_remove - and maps it no longer; the frame is there until the caller of pmap.h has put it. => the
 * same */
static inline void rmap_entry_remove(const struct pmap *pmap, vaddr_t va, pfn_t pfn)
{
	(void)pmap, (void)va, (void)pfn;
}
