/* SPDX-License-Identifier: MIT */
/*
 * The radix tree against a list of numbers with their items and tags: inserting, deleting,
 * replacing, tagging, and every search from any place. Nodes are counted: none is lost.
 */
#include "fuzz.h"
#include <octavo/radix.h>

enum { MODEL_MAX = 400, GANG = 7 };

static struct entry {
	u32 index;
	void *item;
	bool tags[RADIX_NR_TAGS];
} model[MODEL_MAX]; /* ascending */
static u32 nr_model;

static struct radix_tree tree;
static struct radix_spares spares;
static u32 nr_nodes;

static void spares_fill(u32 nr)
{
	while (spares.nr < nr) {
		radix_spare_put(&spares, calloc(1, sizeof(struct radix_node)));
		nr_nodes++;
	}
}

static void spares_empty(void)
{
	static const struct radix_node zero;
	struct radix_node *n;

	while ((n = radix_spare_take(&spares)) != NULL) {
		MUST(memcmp(n, &zero, sizeof(zero)) == 0);
		free(n);
		nr_nodes--;
	}
}

/* Numbers of every size, near to each other and to the borders of nodes. */
static u32 take_index(struct input *in)
{
	u8 kind = take_u8(in);
	u32 low = take_u8(in);

	switch (kind % 6) {
	case 0:
		return low & 63;
	case 1:
		return low;
	case 2:
		return (1u << kind % 32) + low - 128;
	case 3:
		return UINT32_MAX - low;
	case 4:
		return low << 6 | (kind >> 4 & 3);
	default:
		return take_u32(in);
	}
}

/* The place of `index` in the model, or where it belongs. */
static u32 place(u32 index)
{
	u32 i = 0;

	while (i < nr_model && model[i].index < index)
		i++;
	return i;
}

static bool has(u32 i, u32 index)
{
	return i < nr_model && model[i].index == index;
}

static void *take_item(struct input *in)
{
	u32 value = take_u16(in);

	return value & 1 ? radix_exceptional(value >> 1) : (void *)(uintptr_t)(value + 2);
}

static void do_insert(struct input *in)
{
	u32 index = take_index(in), i = place(index);
	void *item = take_item(in);
	struct radix_tree before = tree;
	int err;

	if (nr_model == MODEL_MAX)
		return;
	if (take_u8(in) & 1)
		spares_fill(2 * RADIX_LEVELS);
	err = radix_insert(&tree, index, item, &spares);
	if (err == -EAGAIN) {
		MUST(memcmp(&before, &tree, sizeof(tree)) == 0);
		MUST(spares.want > spares.nr && spares.want <= 2 * RADIX_LEVELS);
		spares_fill(spares.want);
		err = radix_insert(&tree, index, item, &spares);
	}
	MUST(err == (has(i, index) ? -EEXIST : 0));
	if (err != 0)
		return;
	memmove(&model[i + 1], &model[i], (nr_model - i) * sizeof(model[0]));
	model[i] = (struct entry){.index = index, .item = item};
	nr_model++;
}

static void delete_at(u32 i)
{
	MUST(radix_delete(&tree, model[i].index, &spares) == model[i].item);
	nr_model--;
	memmove(&model[i], &model[i + 1], (nr_model - i) * sizeof(model[0]));
}

static void do_delete(struct input *in)
{
	u32 index = take_index(in), i = place(index);

	if (has(i, index))
		delete_at(i);
	else
		MUST(radix_delete(&tree, index, &spares) == NULL);
}

static void do_tag(struct input *in, bool set)
{
	u32 index = take_index(in), i = place(index);
	enum radix_tag tag = take_u8(in) % RADIX_NR_TAGS;
	bool there = has(i, index);

	if (set)
		MUST(radix_tag_set(&tree, index, tag) == there);
	else
		MUST(radix_tag_clear(&tree, index, tag) == there);
	if (there)
		model[i].tags[tag] = set;
}

static void do_replace(struct input *in)
{
	u32 i = nr_model ? take_u8(in) % nr_model : 0;
	void *item = take_item(in);

	if (nr_model == 0)
		return;
	MUST(radix_replace(&tree, model[i].index, item) == model[i].item);
	model[i].item = item;
}

static bool matches(const struct entry *e, int tag)
{
	return tag == RADIX_ANY || e->tags[tag];
}

static void check_searches(struct input *in)
{
	u32 first = take_index(in), last = take_u8(in) & 1 ? take_index(in) : UINT32_MAX;
	int tag = (int)(take_u8(in) % 3) - 1;
	struct radix_found found[GANG];
	u32 nr = radix_gang(&tree, first, last, tag, found, GANG), n = 0;
	u32 run;
	void *const *slots;

	for (u32 i = place(first); i < nr_model && model[i].index <= last && n < GANG; i++) {
		if (!matches(&model[i], tag))
			continue;
		MUST(n < nr && found[n].index == model[i].index && found[n].item == model[i].item);
		n++;
	}
	MUST(n == nr);
	slots = radix_run(&tree, first, &run);
	MUST(run > 0 && (slots == NULL || run <= RADIX_SLOTS));
	for (u32 i = place(first); i < nr_model && model[i].index - first < run; i++)
		MUST(slots != NULL && slots[model[i].index - first] == model[i].item);
	for (u32 i = 0; slots != NULL && i < run; i++)
		MUST((slots[i] != NULL) == has(place(first + i), first + i));
}

static void check_all(void)
{
	bool any[RADIX_NR_TAGS] = {false};

	radix_check(&tree);
	MUST(tree.nr == nr_model);
	for (u32 i = 0; i < nr_model; i++) {
		MUST(radix_lookup(&tree, model[i].index) == model[i].item);
		for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++) {
			MUST(radix_tagged(&tree, model[i].index, tag) == model[i].tags[tag]);
			any[tag] |= model[i].tags[tag];
		}
	}
	for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++)
		MUST(radix_any_tagged(&tree, tag) == any[tag]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};

	radix_init(&tree);
	nr_model = 0;
	while (in.len) {
		u8 op = take_u8(&in);

		if (op < 120)
			do_insert(&in);
		else if (op < 180)
			do_delete(&in);
		else if (op < 215)
			do_tag(&in, true);
		else if (op < 235)
			do_tag(&in, false);
		else
			do_replace(&in);
		check_all();
		check_searches(&in);
	}
	while (nr_model > 0)
		delete_at((u32)len % nr_model);
	radix_check(&tree);
	spares_empty();
	MUST(tree.root == NULL && nr_nodes == 0);
	return 0;
}
