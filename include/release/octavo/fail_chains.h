/* SPDX-License-Identifier: MIT */
/* fail_chains.h - release flavour: there are no frames that would tell the call chains apart. */
#pragma once

#include <octavo/errno.h>
#include <octavo/types.h>

static inline int fail_chains_begin(void)
{
	return -EOPNOTSUPP;
}

static inline int fail_chains_forget(void)
{
	return -EOPNOTSUPP;
}

static inline bool fail_chain_is_due(uintptr_t fp)
{
	(void)fp;
	return false;
}

static inline u32 fail_chains_lost(void)
{
	return 0;
}
