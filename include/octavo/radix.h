/* SPDX-License-Identifier: MIT */
/*
 * radix.h - a tree from numbers (pages of a file) to items, with tags (pure).
 *
 *	level 1	root [ 0 ][ 1 ][   ]...[63]	a slot of level n spans 64^n numbers
 *	              |    |
 *	level 0	 [items][items]			64 slots each; tags: a bit for each slot
 *
 * An item is a pointer to what is aligned to 2 or more, or an exceptional entry: a number of 31
 * bits, for what stands in for a page that is elsewhere. A tag that is set in a leaf is set in every
 * node above it, so that tagged items are found without looking at the others.
 *
 * The tree allocates nothing: who inserts brings nodes, who deletes gets them back. Lock: the
 * caller's, for changes and for look-ups.
 */
#pragma once

#include <octavo/types.h>

#define RADIX_SHIFT  6
#define RADIX_SLOTS  (1u << RADIX_SHIFT)
#define RADIX_LEVELS 6 /* 36 bits: every u32 */

enum radix_tag { RADIX_DIRTY, RADIX_WRITEBACK, RADIX_NR_TAGS };
#define RADIX_ANY (-1) /* in a search: tagged or not */

struct radix_node {
	void *slots[RADIX_SLOTS]; /* level 0: items; else nodes */
	u32 tags[RADIX_NR_TAGS][RADIX_SLOTS / 32];
	struct radix_node *parent; /* NULL: the root; of a spare node: the next one */
	u8 level, offset;          /* offset: its slot in the parent */
	u8 count;                  /* slots in use */
};

struct radix_tree {
	struct radix_node *root; /* NULL: empty */
	u32 nr;                  /* items */
};

/* Nodes that belong to no tree; all zero but for the link. */
struct radix_spares {
	struct radix_node *first;
	u32 nr;
	u32 want; /* after -EAGAIN: how many there must be */
};

static inline void radix_init(struct radix_tree *t)
{
	t->root = NULL;
	t->nr = 0;
}
/* radix_spare_put / radix_spare_take - a zeroed node onto the list; one off it, or NULL */
void radix_spare_put(struct radix_spares *s, struct radix_node *node);
struct radix_node *radix_spare_take(struct radix_spares *s);

static inline void *radix_exceptional(u32 value)
{
	return (void *)((uintptr_t)value << 1 | 1);
}
static inline bool radix_is_exceptional(const void *item)
{
	return (uintptr_t)item & 1;
}
static inline u32 radix_exceptional_value(const void *item)
{
	return (u32)((uintptr_t)item >> 1);
}

/* radix_insert - => 0; -EEXIST; -EAGAIN: spares->want nodes are needed; then nothing has changed */
int radix_insert(struct radix_tree *t, u32 index, void *item, struct radix_spares *spares);
/* radix_lookup - => the item or NULL */
void *radix_lookup(const struct radix_tree *t, u32 index);
/* radix_replace - the item of `index`, which has one, becomes `item`; its tags stay. => the old */
void *radix_replace(struct radix_tree *t, u32 index, void *item);
/* radix_delete - => the item that was there, or NULL; nodes that are empty now go to `spares` */
void *radix_delete(struct radix_tree *t, u32 index, struct radix_spares *spares);
/* radix_next - the first item at *index or above that has `tag` (RADIX_ANY: or none).
 * => it, and *index is its number; NULL: there is none */
void *radix_next(const struct radix_tree *t, u32 *index, int tag);

struct radix_found {
	u32 index;
	void *item;
};
/* radix_gang - up to `max` items from `first` to `last`, ascending. => how many */
u32 radix_gang(const struct radix_tree *t, u32 first, u32 last, int tag, struct radix_found *found,
	       u32 max);
/* radix_run - the slots from `index` on that lie in a row, *nr of them, empty ones (NULL) among
 * them; NULL: *nr numbers (at least 1, 2^32 - 1 at the most) have no item for sure */
void *const *radix_run(const struct radix_tree *t, u32 index, u32 *nr);

/* radix_tag_set - of an item that is there. => false: there is none */
bool radix_tag_set(struct radix_tree *t, u32 index, enum radix_tag tag);
bool radix_tag_clear(struct radix_tree *t, u32 index, enum radix_tag tag);
/* radix_tagged - the tag of one item; of any item */
bool radix_tagged(const struct radix_tree *t, u32 index, enum radix_tag tag);
bool radix_any_tagged(const struct radix_tree *t, enum radix_tag tag);

/* radix_check - shape, counts and tags of the whole tree; panics. => t does not change; debug */
void radix_check(const struct radix_tree *t);
