/* SPDX-License-Identifier: MIT */
/*
 * radix.c - a tagged radix tree (pure). <octavo/radix.h> has the picture.
 *
 * Invariants, which radix_check() looks at: no node is empty; the root is as low as its items allow
 * (a root above level 0 has something beside slot 0); `count` is the number of slots in use; a
 * node's tag bit is set just where the slot's item, or some item below it, has the tag.
 */
#include <octavo/env.h>
#include <octavo/radix.h>

static unsigned shift_of(unsigned level)
{
	return level * RADIX_SHIFT;
}

static u32 slot_of(u32 index, unsigned level)
{
	return index >> shift_of(level) & (RADIX_SLOTS - 1);
}

/* The highest number that a root of this level reaches. */
static u32 last_index(unsigned level)
{
	return (u32)MIN(((u64)1 << shift_of(level + 1)) - 1, (u64)UINT32_MAX);
}

/* The level that the root must have. */
static unsigned level_for(u32 index)
{
	unsigned level = 0;

	while (index > last_index(level))
		level++;
	return level;
}

/* --- spare nodes --- */

void radix_spare_put(struct radix_spares *s, struct radix_node *node)
{
	node->parent = s->first;
	s->first = node;
	s->nr++;
}

struct radix_node *radix_spare_take(struct radix_spares *s)
{
	struct radix_node *node = s->first;

	if (node == NULL)
		return NULL;
	s->first = node->parent;
	s->nr--;
	node->parent = NULL;
	return node;
}

static void node_retire(struct radix_node *node, struct radix_spares *spares)
{
	node->level = 0;
	node->offset = 0;
	node->count = 0;
	radix_spare_put(spares, node);
}

/* --- tags of one node --- */

static bool tag_get(const struct radix_node *n, unsigned tag, u32 slot)
{
	return n->tags[tag][slot / 32] >> slot % 32 & 1;
}

static void tag_put(struct radix_node *n, unsigned tag, u32 slot, bool set)
{
	u32 bit = 1u << slot % 32;

	if (set)
		n->tags[tag][slot / 32] |= bit;
	else
		n->tags[tag][slot / 32] &= ~bit;
}

static bool tag_any(const struct radix_node *n, unsigned tag)
{
	return (n->tags[tag][0] | n->tags[tag][1]) != 0;
}
_Static_assert(RADIX_SLOTS == 64, "tag_any()");

/* The slot has lost the tag: so has what is above, unless another slot has it. */
static void tag_clear_upward(struct radix_node *n, unsigned tag, u32 slot)
{
	for (; n != NULL && tag_get(n, tag, slot); slot = n->offset, n = n->parent) {
		tag_put(n, tag, slot, false);
		if (tag_any(n, tag))
			break;
	}
}

/* --- looking up --- */

/* The leaf that has the slot of `index`, or NULL. */
static struct radix_node *leaf_of(const struct radix_tree *t, u32 index)
{
	struct radix_node *n = t->root;

	if (n == NULL || index > last_index(n->level))
		return NULL;
	while (n != NULL && n->level > 0)
		n = n->slots[slot_of(index, n->level)];
	return n;
}

void *radix_lookup(const struct radix_tree *t, u32 index)
{
	const struct radix_node *leaf = leaf_of(t, index);

	return leaf ? leaf->slots[slot_of(index, 0)] : NULL;
}

void *const *radix_run(const struct radix_tree *t, u32 index, u32 *nr)
{
	const struct radix_node *n = t->root;
	unsigned level = n ? n->level : RADIX_LEVELS;
	u32 last;

	if (n == NULL || index > last_index(level)) {
		last = UINT32_MAX; /* nothing from here on */
		n = NULL;
	} else {
		while (n != NULL && level > 0)
			n = n->slots[slot_of(index, level--)];
		/* level is now that of the leaf, or of the subtree that is missing */
		last = index | last_index(level);
	}
	*nr = last - index;
	if (*nr < UINT32_MAX)
		++*nr;
	return n ? &n->slots[slot_of(index, 0)] : NULL;
}

/* The first slot from `slot` on that is in use and tagged; RADIX_SLOTS: none */
static u32 next_slot(const struct radix_node *n, u32 slot, int tag)
{
	while (slot < RADIX_SLOTS &&
	       (tag == RADIX_ANY ? n->slots[slot] == NULL : !tag_get(n, (unsigned)tag, slot)))
		slot++;
	return slot;
}

/* The number with which the slot of a node on the path to `index` begins. */
static u32 slot_begin(const struct radix_node *n, u32 index, u32 slot)
{
	u32 inside = last_index(n->level);

	return (index & ~inside) | slot << shift_of(n->level);
}

void *radix_next(const struct radix_tree *t, u32 *index, int tag)
{
	const struct radix_node *n = t->root;
	u32 at = *index, slot;

	if (n == NULL || at > last_index(n->level))
		return NULL;
	slot = slot_of(at, n->level);
	for (;;) {
		u32 found = next_slot(n, slot, tag);

		if (found == RADIX_SLOTS) { /* nothing further in this one: the parent's next */
			slot = n->offset + 1u;
			n = n->parent;
			if (n == NULL)
				return NULL;
			continue;
		}
		if (found != slot_of(at, n->level) || slot != slot_of(at, n->level))
			at = slot_begin(n, at, found);
		if (n->level == 0) {
			*index = at;
			return n->slots[found];
		}
		n = n->slots[found];
		slot = slot_of(at, n->level);
	}
}

u32 radix_gang(const struct radix_tree *t, u32 first, u32 last, int tag, struct radix_found *found,
	       u32 max)
{
	u32 nr = 0;

	while (nr < max && first <= last) {
		void *item = radix_next(t, &first, tag);

		if (item == NULL || first > last)
			break;
		found[nr++] = (struct radix_found){first, item};
		if (first++ == UINT32_MAX)
			break;
	}
	return nr;
}

/* --- changing --- */

/* How many nodes the way to `index` lacks. */
static u32 nodes_missing(const struct radix_tree *t, u32 index)
{
	unsigned want = level_for(index);
	const struct radix_node *n = t->root;

	if (n == NULL)
		return want + 1;
	if (n->level < want) /* roots above, and a path beside the old one */
		return want - n->level + want;
	while (n->level > 0) {
		unsigned level = n->level;

		n = n->slots[slot_of(index, level)];
		if (n == NULL)
			return level;
	}
	return 0;
}

static void attach(struct radix_node *parent, u32 slot, struct radix_node *child)
{
	parent->slots[slot] = child;
	parent->count++;
	child->parent = parent;
	child->offset = (u8)slot;
}

/* Roots on top of the root until it is of this level. */
static void grow(struct radix_tree *t, unsigned level, struct radix_spares *spares)
{
	while (t->root == NULL || t->root->level < level) {
		struct radix_node *n = radix_spare_take(spares), *old = t->root;

		if (old == NULL) {
			n->level = (u8)level;
		} else {
			n->level = (u8)(old->level + 1);
			attach(n, 0, old);
			for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++)
				tag_put(n, tag, 0, tag_any(old, tag));
		}
		t->root = n;
	}
}

int radix_insert(struct radix_tree *t, u32 index, void *item, struct radix_spares *spares)
{
	u32 missing = nodes_missing(t, index), slot;
	struct radix_node *n;

	ASSERT(item != NULL);
	if (missing > spares->nr) {
		spares->want = missing;
		return -EAGAIN;
	}
	if (missing == 0 && radix_lookup(t, index) != NULL)
		return -EEXIST;
	grow(t, level_for(index), spares);
	for (n = t->root; n->level > 0; n = n->slots[slot]) {
		slot = slot_of(index, n->level);
		if (n->slots[slot] == NULL) {
			struct radix_node *child = radix_spare_take(spares);

			child->level = n->level - 1;
			attach(n, slot, child);
		}
	}
	n->slots[slot_of(index, 0)] = item;
	n->count++;
	t->nr++;
	return 0;
}

void *radix_replace(struct radix_tree *t, u32 index, void *item)
{
	struct radix_node *leaf = leaf_of(t, index);
	void *old;

	PANIC_ON(leaf == NULL || item == NULL);
	old = leaf->slots[slot_of(index, 0)];
	PANIC_ON(old == NULL);
	leaf->slots[slot_of(index, 0)] = item;
	return old;
}

/* Roots that lead to slot 0 alone go. */
static void shrink(struct radix_tree *t, struct radix_spares *spares)
{
	struct radix_node *n;

	while ((n = t->root) != NULL && n->level > 0 && n->count == 1 && n->slots[0] != NULL) {
		t->root = n->slots[0];
		t->root->parent = NULL;
		t->root->offset = 0;
		n->slots[0] = NULL;
		for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++)
			tag_put(n, tag, 0, false);
		node_retire(n, spares);
	}
}

void *radix_delete(struct radix_tree *t, u32 index, struct radix_spares *spares)
{
	struct radix_node *n = leaf_of(t, index);
	u32 slot = slot_of(index, 0);
	void *item = n ? n->slots[slot] : NULL;

	if (item == NULL)
		return NULL;
	for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++)
		tag_clear_upward(n, tag, slot);
	t->nr--;
	while (n != NULL) {
		struct radix_node *parent = n->parent;

		n->slots[slot] = NULL;
		if (--n->count > 0)
			break;
		slot = n->offset;
		node_retire(n, spares);
		if (parent == NULL)
			t->root = NULL;
		n = parent;
	}
	shrink(t, spares);
	return item;
}

/* --- tags --- */

bool radix_tag_set(struct radix_tree *t, u32 index, enum radix_tag tag)
{
	struct radix_node *n = leaf_of(t, index);
	u32 slot = slot_of(index, 0);

	if (n == NULL || n->slots[slot] == NULL)
		return false;
	for (; n != NULL && !tag_get(n, tag, slot); slot = n->offset, n = n->parent)
		tag_put(n, tag, slot, true);
	return true;
}

bool radix_tag_clear(struct radix_tree *t, u32 index, enum radix_tag tag)
{
	struct radix_node *n = leaf_of(t, index);
	u32 slot = slot_of(index, 0);

	if (n == NULL || n->slots[slot] == NULL)
		return false;
	tag_clear_upward(n, tag, slot);
	return true;
}

bool radix_tagged(const struct radix_tree *t, u32 index, enum radix_tag tag)
{
	const struct radix_node *n = leaf_of(t, index);

	return n != NULL && tag_get(n, tag, slot_of(index, 0));
}

bool radix_any_tagged(const struct radix_tree *t, enum radix_tag tag)
{
	return t->root != NULL && tag_any(t->root, tag);
}

/* --- checking --- */

static u32 check_node(const struct radix_node *n)
{
	u32 used = 0, items = 0;

	for (u32 slot = 0; slot < RADIX_SLOTS; slot++) {
		const struct radix_node *child = n->slots[slot];

		for (unsigned tag = 0; tag < RADIX_NR_TAGS; tag++) {
			bool set = tag_get(n, tag, slot);

			PANIC_ON(set && child == NULL);
			PANIC_ON(n->level > 0 && child != NULL && set != tag_any(child, tag));
		}
		if (child == NULL)
			continue;
		used++;
		if (n->level == 0) {
			items++;
			continue;
		}
		PANIC_ON(child->parent != n || child->offset != slot);
		PANIC_ON(child->level != n->level - 1);
		items += check_node(child);
	}
	PANIC_ON(used == 0 || used != n->count);
	return items;
}

void radix_check(const struct radix_tree *t)
{
	const struct radix_node *root = t->root;

	PANIC_ON((root == NULL) != (t->nr == 0));
	if (root == NULL)
		return;
	PANIC_ON(root->parent != NULL || root->level >= RADIX_LEVELS);
	PANIC_ON(root->level > 0 && root->count == 1 && root->slots[0] != NULL);
	PANIC_ON(check_node(root) != t->nr);
}
