/* SPDX-License-Identifier: MIT */
/*
 * romfs_parse.c - nodes of a romfs image (pure). romfs.h has the picture.
 */
#include <octavo/romfs.h>

enum {
	SUPER_LEN = 16,     /* without the volume name */
	NODE_LEN = 16,      /* without the name */
	CHECKSUM_LEN = 512, /* the image's first bytes that the superblock's checksum covers */
	NAME_MAX_LEN = 255,
	TYPE_MASK = 7,
	EXEC_BIT = 8,
	NEXT_MASK = ~15,
};

static const char magic[8] = {'-', 'r', 'o', 'm', '1', 'f', 's', '-'};

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* The sum of the big-endian words of [p, p + len), 0 over what carries a right checksum. */
static u32 checksum(const u8 *p, u32 len)
{
	u32 sum = 0;

	for (u32 i = 0; i + 4 <= len; i += 4)
		sum += be32(p + i);
	return sum;
}

/* Length of the NUL-terminated string at `offset`, -1 if it does not end in time. */
static int string_len(const struct romfs *r, u32 offset)
{
	u32 max = MIN(r->size - offset, (u32)NAME_MAX_LEN + 1);
	const u8 *end = memchr(r->base + offset, 0, max);

	return end ? (int)(end - (r->base + offset)) : -1;
}

/* Bytes that a name of len characters takes in the image. */
static u32 name_space(int len)
{
	return ALIGN_UP((u32)len + 1, 16u);
}

static int no_image(const char **why, const char *text)
{
	if (why)
		*why = text;
	return -EINVAL;
}

int romfs_open(struct romfs *r, const void *base, size_t len, const char **why)
{
	struct romfs_node root;
	int volume;

	r->base = base;
	if (len < SUPER_LEN + NODE_LEN || memcmp(base, magic, sizeof(magic)) != 0)
		return no_image(why, "no romfs image");
	r->size = be32(r->base + 8);
	if (r->size > len || r->size < SUPER_LEN + NODE_LEN)
		return no_image(why, "romfs image truncated");
	if (checksum(r->base, MIN(r->size, (u32)CHECKSUM_LEN)) != 0)
		return no_image(why, "romfs image with a wrong checksum");
	volume = string_len(r, SUPER_LEN);
	if (volume < 0)
		return no_image(why, "romfs image without a volume name");
	r->root = SUPER_LEN + name_space(volume);
	if (romfs_node(r, r->root, &root) != 0 || root.type != ROMFS_DIRECTORY)
		return no_image(why, "romfs image without a root directory");
	return 0;
}

/* Does this kind of node have data behind its name? */
static bool has_data(enum romfs_type type)
{
	return type == ROMFS_REGULAR || type == ROMFS_SYMLINK;
}

int romfs_node(const struct romfs *r, u32 offset, struct romfs_node *n)
{
	const u8 *p;
	u32 head;
	int name_len;

	if ((offset & 15) || offset < SUPER_LEN || offset > r->size - NODE_LEN)
		return -EIO;
	p = r->base + offset;
	head = be32(p);
	name_len = string_len(r, offset + NODE_LEN);
	if (name_len <= 0) /* zeros, where an image was cut, would add up to a right checksum */
		return -EIO;
	n->offset = offset;
	n->next = head & (u32)NEXT_MASK;
	n->type = (enum romfs_type)(head & TYPE_MASK);
	n->executable = head & EXEC_BIT;
	n->info = be32(p + 4);
	n->name = (const char *)p + NODE_LEN;
	n->name_len = (u32)name_len;
	n->size = be32(p + 8);
	head = NODE_LEN + name_space(name_len);
	if (head > r->size - offset || checksum(p, head) != 0)
		return -EIO;
	if (n->next && n->next <= offset)
		return -EIO;
	n->data = p + head;
	if (!has_data(n->type))
		n->size = 0;
	if (n->size > r->size - offset - head)
		return -EIO;
	return 0;
}

int romfs_resolve(const struct romfs *r, struct romfs_node *n)
{
	struct romfs_node target;
	int err;

	if (n->type != ROMFS_HARD_LINK)
		return 0;
	err = romfs_node(r, n->info, &target);
	if (err || target.type == ROMFS_HARD_LINK)
		return -EIO;
	target.next = n->next;
	target.name = n->name;
	target.name_len = n->name_len;
	*n = target;
	return 0;
}

int romfs_first(const struct romfs *r, const struct romfs_node *dir, struct romfs_node *n)
{
	int err;

	if (!dir->info)
		return 0;
	err = romfs_node(r, dir->info, n);
	return err ? err : 1;
}

int romfs_next(const struct romfs *r, struct romfs_node *n)
{
	int err;

	if (!n->next)
		return 0;
	err = romfs_node(r, n->next, n);
	return err ? err : 1;
}

int romfs_lookup(const struct romfs *r, const struct romfs_node *dir, const char *name, size_t len,
		 struct romfs_node *n)
{
	int more = romfs_first(r, dir, n);

	for (; more == 1; more = romfs_next(r, n))
		if (n->name_len == len && memcmp(n->name, name, len) == 0)
			return romfs_resolve(r, n);
	return more ? more : -ENOENT;
}
