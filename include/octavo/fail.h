/* SPDX-License-Identifier: MIT */
/*
 * fail.h - fault injection: the Nth allocation at a site fails, or the first one whose call chain is
 * due (fail_chains.h).
 *
 * fail=SITE:N on the command line counts every allocation of the machine; /dev/octavo's fail-nth
 * counts those of one task and the children that it forks afterwards. A site is asked once for
 * each allocation that may fail; GFP_NOFAIL requests do not ask.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/types.h>

/* clang-format off */
#define FAIL_SITES(X) \
	X(page)    /* the zone allocator */ \
	X(slab)    /* kmalloc and caches */ \
	X(vmalloc) \
	X(pmap)    /* page tables */
/* clang-format on */

enum fail_site {
#define FAIL_SITE_ID(name) FAIL_##name,
	FAIL_SITES(FAIL_SITE_ID)
#undef FAIL_SITE_ID
		NR_FAIL_SITES
};

extern atomic_t fail_armed; /* injections that are set: the fast path reads only this */
static inline bool fail_is_armed(void)
{
	return unlikely(atomic_read(&fail_armed) != 0);
}
/* fail_should_slow - fail_should() where something is armed. => any context */
bool fail_should_slow(enum fail_site site);
/* fail_should - true: this allocation is to fail. => any context */
static inline bool fail_should(enum fail_site site)
{
	return fail_is_armed() && fail_should_slow(site);
}
/* fail_set_global - from "SITE:N", or "count" to count only; => 0 or -EINVAL */
int fail_set_global(const char *spec);
/* fail_set_task - the Nth allocation at site by the current task and its later children; n 0
 * clears; => 0, -EINVAL, -ENOMEM; sleeps */
int fail_set_task(const char *site, u32 n);
/* fail_set_task_new - the first allocation at site whose call chain is due, by the same tasks; one
 * such plan at a time, since the chains' counts are the machine's.
 * => 0, -EINVAL, -ENOMEM, -EOPNOTSUPP in the release flavour; sleeps */
int fail_set_task_new(const char *site);
/* fail_task_fired - has the injection set by fail_set_task() or fail_set_task_new() in this or a child
 * task happened? */
bool fail_task_fired(void);
/* fail_nth_set - the nth allocation from now on by `t` alone fails, at whatever site; 0: none. As
 * Linux's /proc/PID/fail-nth. => t cannot be freed meanwhile; fail_nth_left - how many to it */
struct task;
void fail_nth_set(struct task *t, u32 n);
u32 fail_nth_left(const struct task *t);
/* fail_inherit - at fork: the child counts with its parent. fail_forget: the task ends. */
struct task;
void fail_inherit(struct task *child, struct task *parent);
void fail_forget(struct task *t);
/* fail_report - R frames "fail-site NAME COUNT": requests at each site since fail= armed it */
void fail_report(void);
