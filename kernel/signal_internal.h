/* SPDX-License-Identifier: MIT */
/* signal_internal.h - what the files of signals (signal.c, signal_life.c) have of each other. */
#pragma once

#include <octavo/ptrace.h>
#include <octavo/signal.h>

/* sigqueue_init - the cache of siginfos. => boot */
void sigqueue_init(void);

/* lowest_signal - the one of `set`, which is not empty, that is taken first: those that an instruction
 * causes before all others */
static inline int lowest_signal(sigset_bits set)
{
	u32 low = (u32)set;

	if (set & SIGS_FAULT)
		low = (u32)(set & SIGS_FAULT);
	return low != 0 ? __builtin_ctz(low) + 1 : __builtin_ctz((u32)(set >> 32)) + 33;
}

/* signal_must_stop - is the current task to stop with its process, or for its tracer, which may let it run in
 * one that has stopped? => the lock held */
static inline bool signal_must_stop(const struct task *t)
{
	if (unlikely(is_traced(t)))
		return t->sig.to_stop || t->sig.to_trap;
	return t->signal->stopped_by != 0;
}
