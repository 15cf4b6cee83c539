/* SPDX-License-Identifier: MIT */
/*
 * fail_chains.h - which allocations have failed already, told by their call chains; debug flavour.
 *
 * A call chain is the return addresses from the allocation down to the kernel's entry. In one run it
 * occurs a 1st, 2nd, 3rd ... time; fail-new (dev_octavo.c) fails the first occurrence that is due:
 * of each chain the 1st, then, in later runs, the 2nd, the 4th, the 8th ... So a program whose
 * thousands of allocations come from a few places is swept in a few runs for each place.
 */
#pragma once

#include <octavo/types.h>

/* fail_chains_begin - a new run: occurrences count from 1 again. => 0 */
int fail_chains_begin(void);
/* fail_chains_forget - no chain has failed yet. => 0 */
int fail_chains_forget(void);
/* fail_chain_is_due - note one more occurrence of the chain of frames from `fp` up.
 * => true: it is to fail, and counts as failed from now on; any context */
bool fail_chain_is_due(uintptr_t fp);
/* fail_chains_lost - occurrences that found the table full: a sweep with any has not seen all. */
u32 fail_chains_lost(void);
