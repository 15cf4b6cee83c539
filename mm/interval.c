/* SPDX-License-Identifier: MIT */
/*
 * interval.c - which intervals meet another (pure).
 *
 *	          [4..9] max 20		looking for [15, 17]: a subtree whose max is less than 15
 *	         /      \		has none, and behind one that begins after 17 nothing has
 *	 [0..20] 20   [6..7] max 12
 *	                    \
 *	                  [8..12] 12
 *
 * tree.h calls RB_AUGMENT where a rotation or removal has changed a node's children; the way up from
 * there is ours.
 */
#include <octavo/env.h>
#include <octavo/interval.h>

static u32 subtree_max(const struct interval *i)
{
	u32 max = i->last;

	if (RB_LEFT(i, rb) != NULL)
		max = MAX(max, RB_LEFT(i, rb)->max);
	if (RB_RIGHT(i, rb) != NULL)
		max = MAX(max, RB_RIGHT(i, rb)->max);
	return max;
}

static void update_upward(struct interval *i)
{
	for (; i != NULL; i = RB_PARENT(i, rb))
		i->max = subtree_max(i);
}
#undef RB_AUGMENT
#define RB_AUGMENT(i) update_upward(i)

/* Never equal: a new one goes behind those that begin where it does. */
static int begins_before(const struct interval *a, const struct interval *b)
{
	return a->first < b->first ? -1 : 1;
}

RB_GENERATE_STATIC(interval_tree, interval, rb, begins_before)

void interval_insert(struct interval_tree *t, struct interval *i)
{
	ASSERT(i->first <= i->last);
	i->max = i->last;
	interval_tree_RB_INSERT(t, i);
	update_upward(i);
}

void interval_remove(struct interval_tree *t, struct interval *i)
{
	interval_tree_RB_REMOVE(t, i);
}

/* The first that meets [first, last] in the subtree of i, or NULL. */
static struct interval *first_below(struct interval *i, u32 first, u32 last)
{
	while (i != NULL && i->max >= first) {
		struct interval *left = RB_LEFT(i, rb);

		if (left != NULL && left->max >= first) {
			i = left; /* if that one begins too late, all others do */
			continue;
		}
		if (i->first > last)
			return NULL;
		if (i->last >= first)
			return i;
		i = RB_RIGHT(i, rb);
	}
	return NULL;
}

struct interval *interval_first(const struct interval_tree *t, u32 first, u32 last)
{
	return first_below(RB_ROOT(t), first, last);
}

struct interval *interval_next(const struct interval *i, u32 first, u32 last)
{
	struct interval *found = first_below(RB_RIGHT(i, rb), first, last), *up;

	for (; found == NULL; i = up) {
		up = RB_PARENT(i, rb);
		if (up == NULL)
			return NULL;
		if (RB_LEFT(up, rb) != i)
			continue;
		if (up->first > last)
			return NULL;
		found = up->last >= first ? up : first_below(RB_RIGHT(up, rb), first, last);
	}
	return found;
}

/* => how many */
static u32 check_below(const struct interval *i)
{
	if (i == NULL)
		return 0;
	PANIC_ON(i->first > i->last || i->max != subtree_max(i));
	return 1 + check_below(RB_LEFT(i, rb)) + check_below(RB_RIGHT(i, rb));
}

void interval_check(const struct interval_tree *t)
{
	const struct interval *i = interval_first(t, 0, UINT32_MAX), *next;
	u32 nr = check_below(RB_ROOT(t));

	for (; i != NULL; i = next, nr--) {
		next = interval_next(i, 0, UINT32_MAX);
		PANIC_ON(next != NULL && next->first < i->first);
	}
	PANIC_ON(nr != 0);
}
