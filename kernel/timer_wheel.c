/* SPDX-License-Identifier: MIT */
/* timer_wheel.c - timers in slots by time; timer_wheel.h draws it. (pure) */
#include <octavo/env.h>
#include <octavo/timer_wheel.h>

static u64 unit_of(u64 ns)
{
	return ns >> WHEEL_UNIT_SHIFT;
}

void wheel_init(struct timer_wheel *w, u64 now_ns)
{
	w->unit = unit_of(now_ns);
	w->nr = 0;
	LIST_INIT(&w->due);
	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		for (unsigned i = 0; i < WHEEL_SLOTS; i++)
			LIST_INIT(&w->slot[level][i]);
	}
}

/* The slot where a timer of this time belongs now. */
static struct timer_list *find_slot(struct timer_wheel *w, u64 expires_ns)
{
	u64 unit = unit_of(expires_ns), ahead;
	unsigned level = 0;

	if (unit < w->unit)
		unit = w->unit;
	ahead = unit - w->unit;
	if (ahead >> (WHEEL_BITS * WHEEL_LEVELS) != 0) {
		ahead = ((u64)1 << (WHEEL_BITS * WHEEL_LEVELS)) - 1;
		unit = w->unit + ahead;
	}
	while (ahead >> WHEEL_BITS != 0) {
		ahead >>= WHEEL_BITS;
		unit >>= WHEEL_BITS;
		level++;
	}
	return &w->slot[level][unit & (WHEEL_SLOTS - 1)];
}

void wheel_add(struct timer_wheel *w, struct timer *t)
{
	LIST_INSERT_HEAD(find_slot(w, t->expires_ns), t, link);
	w->nr++;
}

void wheel_remove(struct timer_wheel *w, struct timer *t)
{
	ASSERT(w->nr > 0);
	LIST_REMOVE(t, link);
	w->nr--;
}

/* Put the timers of a slot in again: they go to lower levels. */
static void cascade(struct timer_wheel *w, struct timer_list *slot)
{
	struct timer_list moving;
	struct timer *t;

	LIST_INIT(&moving);
	while ((t = LIST_FIRST(slot)) != NULL) {
		LIST_REMOVE(t, link);
		LIST_INSERT_HEAD(&moving, t, link);
	}
	while ((t = LIST_FIRST(&moving)) != NULL) {
		LIST_REMOVE(t, link);
		LIST_INSERT_HEAD(find_slot(w, t->expires_ns), t, link);
	}
}

static void turn(struct timer_wheel *w)
{
	u64 unit = ++w->unit;

	for (unsigned level = 1; level < WHEEL_LEVELS; level++) {
		if ((unit & (WHEEL_SLOTS - 1)) != 0)
			break;
		unit >>= WHEEL_BITS;
		cascade(w, &w->slot[level][unit & (WHEEL_SLOTS - 1)]);
	}
}

/* Timers of the present unit whose time has come. */
static void collect(struct timer_wheel *w, u64 now_ns)
{
	struct timer *t, *next;

	for (t = LIST_FIRST(&w->slot[0][w->unit & (WHEEL_SLOTS - 1)]); t != NULL; t = next) {
		next = LIST_NEXT(t, link);
		if (t->expires_ns > now_ns)
			continue;
		LIST_REMOVE(t, link);
		LIST_INSERT_HEAD(&w->due, t, link);
	}
}

struct timer *wheel_next_due(struct timer_wheel *w, u64 now_ns)
{
	while (LIST_EMPTY(&w->due)) {
		if (w->nr == 0 && w->unit < unit_of(now_ns))
			w->unit = unit_of(now_ns);
		collect(w, now_ns);
		if (!LIST_EMPTY(&w->due) || w->unit >= unit_of(now_ns))
			break;
		turn(w);
	}
	return LIST_FIRST(&w->due);
}

static u32 list_length(const struct timer_list *list)
{
	const struct timer *t;
	u32 n = 0;

	LIST_FOREACH(t, list, link)
		n++;
	return n;
}

void wheel_check(const struct timer_wheel *w)
{
	u32 n = list_length(&w->due);

	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		for (unsigned i = 0; i < WHEEL_SLOTS; i++)
			n += list_length(&w->slot[level][i]);
	}
	PANIC_ON(n != w->nr);
}
