/* SPDX-License-Identifier: MIT */
/* timer_heap.c - timers as a leftist heap by time; timer_heap.h draws it. (pure) */
#include <octavo/env.h>
#include <octavo/timer_heap.h>

static u32 rank_of(const struct timer *t)
{
	return t != NULL ? t->rank : 0;
}

/* t's children may have changed. => its rank has */
static bool update(struct timer *t)
{
	struct timer *right = t->right;
	u32 before = t->rank;

	if (rank_of(t->left) < rank_of(right)) {
		t->right = t->left;
		t->left = right;
	}
	t->rank = (u8)(rank_of(t->right) + 1);
	return t->rank != before;
}

/* Two heaps become one: their right sides are merged like sorted lists. */
static struct timer *merge(struct timer *a, struct timer *b)
{
	struct timer *parent = NULL, *first = NULL, **link = &first;

	while (a != NULL && b != NULL) {
		if (b->expires_ns < a->expires_ns) {
			struct timer *later = a;

			a = b;
			b = later;
		}
		*link = a;
		a->parent = parent;
		parent = a;
		link = &a->right;
		a = a->right;
	}
	*link = a != NULL ? a : b;
	if (*link != NULL)
		(*link)->parent = parent;
	for (; parent != NULL; parent = parent->parent)
		(void)update(parent);
	return first;
}

void timer_heap_add(struct timer **first, struct timer *t)
{
	t->left = t->right = NULL;
	t->rank = 1;
	*first = merge(*first, t);
}

void timer_heap_remove(struct timer **first, struct timer *t)
{
	struct timer *parent = t->parent, *rest = merge(t->left, t->right);

	if (parent == NULL)
		*first = rest;
	else if (parent->left == t)
		parent->left = rest;
	else
		parent->right = rest;
	if (rest != NULL)
		rest->parent = parent;
	while (parent != NULL && update(parent))
		parent = parent->parent;
}

/* Parents first. => NULL behind the last */
static const struct timer *next_of(const struct timer *t)
{
	if (t->left != NULL)
		return t->left;
	while (t->parent != NULL && (t->parent->right == t || t->parent->right == NULL))
		t = t->parent;
	return t->parent != NULL ? t->parent->right : NULL;
}

void timer_heap_check(const struct timer *first)
{
	PANIC_ON(first != NULL && first->parent != NULL);
	for (const struct timer *t = first; t != NULL; t = next_of(t)) {
		const struct timer *p = t->parent;

		PANIC_ON(t->rank != rank_of(t->right) + 1 || rank_of(t->left) < rank_of(t->right));
		PANIC_ON(p != NULL &&
			 (p->expires_ns > t->expires_ns || (p->left != t && p->right != t)));
	}
}
