/* SPDX-License-Identifier: MIT */
/* audit_sources_nommu.c - every layer that has page frames, on a machine without an MMU. */
#include <octavo/audit.h>

const struct audit_source audit_sources[] = {
	{"bootmem", bootmem_audit}, {"zones", zone_audit},
	{"slab", slab_audit},       {"vmalloc", nommu_vmalloc_audit},
	{"runs", nommu_audit},      {"files", fs_audit},
	{"pipes", pipe_audit},      {"kernel stacks", arch_kstack_audit},
};
const unsigned nr_audit_sources = sizeof(audit_sources) / sizeof(audit_sources[0]);
