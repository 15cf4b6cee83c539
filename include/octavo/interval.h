/* SPDX-License-Identifier: MIT */
/*
 * interval.h - intervals of numbers, and which of them have a number in common with another (pure).
 *
 * A red-black tree by `first`; intervals with the same one are in the order in which they were entered.
 * The caller locks: shared to look, alone to change.
 */
#pragma once

#include <octavo/types.h>
#include <sys/tree.h>

struct interval {
	u32 first, last; /* both belong to it; do not change while it is in a tree */
	u32 max;         /* the largest `last` of its subtree */
	RB_ENTRY(interval) rb;
};
RB_HEAD(interval_tree, interval);

/* interval_insert - behind all that begin no later. interval_remove - it is in the tree. => nothing is
 * allocated; logarithmic */
void interval_insert(struct interval_tree *t, struct interval *i);
void interval_remove(struct interval_tree *t, struct interval *i);
/* interval_first - the first in the tree's order that meets [first, last], or NULL; interval_next - the next
 * one behind i. => logarithmic */
struct interval *interval_first(const struct interval_tree *t, u32 first, u32 last);
struct interval *interval_next(const struct interval *i, u32 first, u32 last);
/* interval_check - order and maxima; panics. => debug */
void interval_check(const struct interval_tree *t);
