/* SPDX-License-Identifier: MIT */
/* audit_sources_mmu.c - every layer that has page frames, on a machine with an MMU. */
#include <octavo/audit.h>
#include <octavo/commit.h>

const struct audit_source audit_sources[] = {
	{"bootmem", bootmem_audit}, {"zones", zone_audit}, {"slab", slab_audit},
	{"vmalloc", vmalloc_audit}, {"mm", mm_audit},      {"files", fs_audit},
	{"pipes", pipe_audit},      {"LRU", lru_audit},    {"promises", commit_audit},
};
const unsigned nr_audit_sources = sizeof(audit_sources) / sizeof(audit_sources[0]);
