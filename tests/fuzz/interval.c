/* SPDX-License-Identifier: MIT */
/* Intervals that come, go and are asked for, beside a list of them that is looked through. */
#include "fuzz.h"
#include <octavo/interval.h>

enum { INTERVALS = 60, NUMBERS = 200 };

static struct interval_tree tree;
static struct interval all[INTERVALS];
static unsigned entered[INTERVALS]; /* when; 0: not in the tree */
static unsigned now;

static void range(struct input *in, u32 *first, u32 *last)
{
	*first = take_u8(in) % NUMBERS;
	*last = *first + take_u8(in) % 40;
	if (*last > NUMBERS)
		*last = UINT32_MAX;
}

/* The order in which they are to be found: by first, then by age. */
static bool is_before(unsigned a, unsigned b)
{
	return all[a].first != all[b].first ? all[a].first < all[b].first : entered[a] < entered[b];
}

static struct interval *next_by_hand(const struct interval *after, u32 first, u32 last)
{
	struct interval *found = NULL;

	for (unsigned i = 0; i < INTERVALS; i++) {
		if (!entered[i] || all[i].last < first || all[i].first > last)
			continue;
		if (after && !is_before((unsigned)(after - all), i))
			continue;
		if (!found || is_before(i, (unsigned)(found - all)))
			found = &all[i];
	}
	return found;
}

static void ask(u32 first, u32 last)
{
	struct interval *i = interval_first(&tree, first, last);

	MUST(i == next_by_hand(NULL, first, last));
	for (; i; i = interval_next(i, first, last))
		MUST(interval_next(i, first, last) == next_by_hand(i, first, last));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	RB_INIT(&tree);
	memset(entered, 0, sizeof(entered));
	now = 0;
	while (in.len > 0) {
		unsigned i = take_u8(&in) % INTERVALS;
		u32 first, last;

		if (entered[i]) {
			interval_remove(&tree, &all[i]);
			entered[i] = 0;
		} else {
			range(&in, &all[i].first, &all[i].last);
			interval_insert(&tree, &all[i]);
			entered[i] = ++now;
		}
		interval_check(&tree);
		range(&in, &first, &last);
		ask(first, last);
	}
	return 0;
}
