/* SPDX-License-Identifier: MIT */
/* rmap_entry.h - a list of entries for each frame, told of each as it comes and goes (tests/host/mm_entries.c):
 * the other scheme, which must say what the walk over objects says. */
#pragma once

#include <octavo/page.h>

struct pmap;

void rmap_entry_add(const struct pmap *pmap, vaddr_t va, pfn_t pfn);
void rmap_entry_remove(const struct pmap *pmap, vaddr_t va, pfn_t pfn);
