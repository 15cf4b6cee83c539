/* SPDX-License-Identifier: MIT */
/*
 * An image of directories and files made of the input's bytes is read back as it was made. With
 * bytes spoilt (and the checksums mended, so that it gets past them) a walk over everything stays
 * inside the image and ends.
 */
#include "fuzz.h"
#include <octavo/romfs.h>

enum { IMAGE_MAX = 64 << 10, NODES_MAX = 48, STEPS_MAX = 20000 };

struct made {
	u32 offset, parent;
	u8 type;
	bool executable;
	char name[32];
	u32 size;
	u8 data[200];
};

static u8 image[IMAGE_MAX];
static u32 used, nr_made;
static struct made made[NODES_MAX];

static void put_be32(u32 at, u32 v)
{
	for (int i = 0; i < 4; i++)
		image[at + (u32)i] = (u8)(v >> (24 - 8 * i));
}

static u32 get_be32(u32 at)
{
	return (u32)image[at] << 24 | (u32)image[at + 1] << 16 | (u32)image[at + 2] << 8 |
	       image[at + 3];
}

/* Make the sum of [at, at + len) zero through the word at `field`. */
static void mend(u32 at, u32 len, u32 field)
{
	u32 sum = 0;

	put_be32(field, 0);
	for (u32 i = 0; i + 4 <= len; i += 4)
		sum += get_be32(at + i);
	put_be32(field, -sum);
}

static u32 head_len(u32 at)
{
	return 16 + ALIGN_UP((u32)strlen((char *)image + at + 16) + 1, 16u);
}

static void put_node(struct made *m, u32 info)
{
	m->offset = used;
	put_be32(used, m->type | (m->executable ? 8u : 0));
	put_be32(used + 4, info);
	put_be32(used + 8, m->size);
	strcpy((char *)image + used + 16, m->name);
	used += head_len(used);
	memcpy(image + used, m->data, m->size);
	used = ALIGN_UP(used + m->size, 16u);
}

/* The entries of one directory, then those of the directories in it. */
static void cook_dir(struct input *in, u32 dir, unsigned depth)
{
	u32 first = nr_made, nr = take_u8(in) % 6, last;

	for (u32 i = 0; i < nr && nr_made < NODES_MAX; i++) {
		struct made *m = &made[nr_made];

		memset(m, 0, sizeof(*m));
		m->parent = dir;
		m->type = take_u8(in) % 3 == 0 && depth < 4 ? ROMFS_DIRECTORY : ROMFS_REGULAR;
		m->executable = take_u8(in) & 1;
		sprintf(m->name, "%c%u%.*s", 'a' + take_u8(in) % 26, nr_made, take_u8(in) % 20,
			"name-name-name-name-name");
		m->size = m->type == ROMFS_REGULAR ? take_u8(in) % sizeof(m->data) : 0;
		for (u32 k = 0; k < m->size; k++)
			m->data[k] = take_u8(in);
		put_node(m, 0);
		nr_made++;
	}
	last = nr_made;
	for (u32 i = first; i < last; i++)
		if (i + 1 < last)
			put_be32(made[i].offset,
				 made[i + 1].offset | (get_be32(made[i].offset) & 15));
	if (dir < NODES_MAX)
		put_be32(made[dir].offset + 4, first < last ? made[first].offset : 0);
	else
		put_be32(32 + 4, first < last ? made[first].offset : 0);
	for (u32 i = first; i < last; i++)
		if (made[i].type == ROMFS_DIRECTORY)
			cook_dir(in, i, depth + 1);
}

static void mend_all(void)
{
	mend(32, 32, 32 + 12);
	for (u32 i = 0; i < nr_made; i++)
		if (head_len(made[i].offset) <= IMAGE_MAX - made[i].offset)
			mend(made[i].offset, head_len(made[i].offset), made[i].offset + 12);
	mend(0, MIN(used, 512u), 12);
}

static void cook(struct input *in)
{
	memset(image, 0, sizeof(image));
	memcpy(image, "-rom1fs-", 8);
	memcpy(image + 16, "volume", 6);
	used = 32;
	put_be32(used, ROMFS_DIRECTORY | 8);
	image[used + 16] = '.';
	used += 32;
	nr_made = 0;
	cook_dir(in, NODES_MAX, 0);
	put_be32(8, used);
	mend_all();
}

static unsigned steps;

/* Everything below a directory, directories that come again included: at most STEPS_MAX nodes. */
static void walk(const struct romfs *r, const struct romfs_node *dir, unsigned depth)
{
	struct romfs_node n;
	u32 chain = 0;
	int more;

	for (more = romfs_first(r, dir, &n); more == 1 && steps++ < STEPS_MAX;
	     more = romfs_next(r, &n)) {
		struct romfs_node target = n;

		MUST(++chain <= r->size / 32);
		MUST((const u8 *)n.name > r->base && strlen(n.name) == n.name_len);
		MUST(n.data >= r->base && n.data <= r->base + r->size);
		MUST(n.size <= r->base + r->size - n.data);
		if (romfs_resolve(r, &target) != 0)
			continue;
		MUST(target.type != ROMFS_HARD_LINK && target.name == n.name);
		if (target.type == ROMFS_DIRECTORY && depth < 6)
			walk(r, &target, depth + 1);
	}
	MUST(more == 0 || more == 1 || more == -EIO);
}

static void compare(const struct romfs *r)
{
	for (u32 i = 0; i < nr_made; i++) {
		const struct made *m = &made[i];
		struct romfs_node dir, n;
		u32 dir_at = m->parent < NODES_MAX ? made[m->parent].offset : r->root;

		MUST(romfs_node(r, dir_at, &dir) == 0 && dir.type == ROMFS_DIRECTORY);
		MUST(romfs_lookup(r, &dir, m->name, strlen(m->name), &n) == 0);
		MUST(n.offset == m->offset && n.type == m->type && n.size == m->size);
		MUST(n.executable == m->executable && memcmp(n.data, m->data, m->size) == 0);
		MUST(romfs_lookup(r, &dir, "none", 4, &n) == -ENOENT);
	}
}

static int read_image(u32 len, bool whole)
{
	u8 *copy = malloc(len ? len : 1);
	struct romfs_node root;
	struct romfs r;
	int err;

	memcpy(copy, image, len);
	err = romfs_open(&r, copy, len, NULL);
	if (err == 0) {
		MUST(r.size <= len && romfs_node(&r, r.root, &root) == 0);
		if (whole)
			compare(&r);
		steps = 0;
		walk(&r, &root, 0);
	}
	free(copy);
	return err;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u8 spoilt = take_u8(&in) % 8;

	cook(&in);
	MUST(read_image(used, true) == 0);
	if (take_u8(&in) & 1)
		MUST(read_image(take_u16(&in) % used, false) == -EINVAL);
	for (; spoilt > 0; spoilt--)
		image[take_u16(&in) % used] = take_u8(&in);
	if (take_u8(&in) & 1)
		mend_all();
	read_image(used, false);
	return 0;
}
