/* SPDX-License-Identifier: MIT */
/*
 * commit.h - what is promised: pages that programs may come to need, whether they touch them or not.
 *
 *	private and writable area	its pages, VM_ACCT	oc-5, oc-6
 *	page that a debugger copies	an area of its own, VM_ACCT	oc-9
 *	shared anonymous memory, segment	all of it, when it is made
 *	file of tmpfs			each page as it comes	oc-7
 *
 * Whoever promises gives back exactly as much; the audit adds it all up.
 */
#pragma once

#include <octavo/overcommit.h>
#include <octavo/text.h>
#include <octavo/types.h>

struct audit;

extern struct overcommit_rules commit_rules; /* vm.overcommit_*; racy: each is one number */

/* commit_charge - promise `pages` to who runs now. credit: so many of them take the place of what is promised
 * to it already, and is given back afterwards.
 * => 0; -ENOMEM (why-line written), nothing is promised then; takes commit_lock, and the zones' and the
 * slab caches' locks where the request is large; not in interrupts */
int commit_charge(u32 pages, u32 credit);
/* commit_uncharge - give `pages` back. => takes commit_lock; not in interrupts */
void commit_uncharge(u32 pages);
/* commit_heeds_noreserve - may MAP_NORESERVE have its way? Not where the limit is firm (oc-4). => no lock */
bool commit_heeds_noreserve(void);
/* commit_meminfo - CommitLimit and Committed_AS */
void commit_meminfo(struct text *t);
/* commit_init - the mode that the command line names: overcommit=. => boot */
void commit_init(void);

/* --- the audit: every layer says what it has promised, and the last the sum --- */
void commit_audit_begin(void);
void commit_audit_seen(u32 pages);
void commit_audit(struct audit *a);
