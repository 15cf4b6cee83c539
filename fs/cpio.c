/* SPDX-License-Identifier: MIT */
/*
 * cpio.c - entries of cpio archives in the newc format (pure). cpio.h has the picture.
 *
 * Every length in a header is checked against what is left of the range before it is used, in an
 * arithmetic that cannot overflow: lengths are compared with what is left, never added first.
 */
#include <octavo/cpio.h>

enum {
	HEADER_LEN = 110,
	MAGIC_LEN = 6,
	FIELD_LEN = 8,
	NR_FIELDS = 13,

	/* order of the fields behind the magic */
	F_INO = 0,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_FILESIZE,
	F_DEVMAJOR,
	F_DEVMINOR,
	F_RDEVMAJOR,
	F_RDEVMINOR,
	F_NAMESIZE,
	F_CHECK,

	MODE_TYPE = 0170000,
	MODE_REGULAR = 0100000,
	MODE_SYMLINK = 0120000,
};

static const char magic[MAGIC_LEN] = {'0', '7', '0', '7', '0', '1'};
static const char trailer[] = "TRAILER!!!";

void cpio_begin(struct cpio *c, const void *base, size_t len)
{
	c->base = base;
	c->len = len;
	c->offset = 0;
	c->start = 0;
	c->nr_archives = 0;
	c->open = false;
	c->error = NULL;
}

static int damaged(struct cpio *c, const char *error)
{
	c->error = error;
	return -EINVAL;
}

static int hex_digit(u8 d)
{
	if (d >= '0' && d <= '9')
		return d - '0';
	if (d >= 'a' && d <= 'f')
		return d - 'a' + 10;
	if (d >= 'A' && d <= 'F')
		return d - 'A' + 10;
	return -1;
}

static bool read_fields(const u8 *header, u32 fields[NR_FIELDS])
{
	const u8 *p = header + MAGIC_LEN;

	for (unsigned f = 0; f < NR_FIELDS; f++) {
		u32 v = 0;

		for (unsigned i = 0; i < FIELD_LEN; i++, p++) {
			int digit = hex_digit(*p);

			if (digit < 0)
				return false;
			v = v << 4 | (u32)digit;
		}
		fields[f] = v;
	}
	return true;
}

/* Bytes to the next multiple of 4, counted from the archive's own start. */
static size_t padding(const struct cpio *c, size_t offset)
{
	return (c->start - offset) & 3;
}

/* Step over `n` bytes and the padding behind them; false if the range ends before. */
static bool step(const struct cpio *c, size_t *pos, size_t n)
{
	if (n > c->len - *pos)
		return false;
	*pos += n;
	n = padding(c, *pos);
	if (n > c->len - *pos)
		return false;
	*pos += n;
	return true;
}

/* Length of the name, a string that ends inside its `size` bytes; NULs alone may follow. 0: not. */
static u32 name_length(const u8 *name, u32 size)
{
	const u8 *nul = memchr(name, 0, size);
	u32 len = nul ? (u32)(nul - name) : 0;

	for (u32 i = len; i < size; i++)
		if (name[i])
			return 0;
	return len;
}

/* Parse the entry at c->offset into *e; *end is where the next one begins. */
static int parse_entry(struct cpio *c, struct cpio_entry *e, size_t *end)
{
	size_t pos = c->offset;
	u32 f[NR_FIELDS];
	u32 type;

	if (c->len - pos < HEADER_LEN)
		return damaged(c, "truncated in a header");
	if (memcmp(c->base + pos, magic, MAGIC_LEN) != 0)
		return damaged(c, "no newc header where one should be");
	if (!read_fields(c->base + pos, f))
		return damaged(c, "a header field that is not hexadecimal");
	pos += HEADER_LEN;
	if (f[F_NAMESIZE] < 2 || f[F_NAMESIZE] > CPIO_NAME_MAX)
		return damaged(c, "a name that is empty or too long");
	e->name = (const char *)c->base + pos;
	if (!step(c, &pos, f[F_NAMESIZE]))
		return damaged(c, "truncated in a name");
	e->name_len = name_length((const u8 *)e->name, f[F_NAMESIZE]);
	if (!e->name_len)
		return damaged(c, "a name that does not end where its length says");
	type = f[F_MODE] & MODE_TYPE;
	if (f[F_FILESIZE] && type != MODE_REGULAR && type != MODE_SYMLINK)
		return damaged(c, "data behind an entry that can have none");
	e->data = c->base + pos;
	if (!step(c, &pos, f[F_FILESIZE]))
		return damaged(c, "truncated in a file's data");

	e->ino = f[F_INO];
	e->dev_major = f[F_DEVMAJOR];
	e->dev_minor = f[F_DEVMINOR];
	e->mode = f[F_MODE];
	e->uid = f[F_UID];
	e->gid = f[F_GID];
	e->nlink = f[F_NLINK];
	e->mtime = f[F_MTIME];
	e->rdev_major = f[F_RDEVMAJOR];
	e->rdev_minor = f[F_RDEVMINOR];
	e->size = f[F_FILESIZE];
	*end = pos;
	return 0;
}

int cpio_next(struct cpio *c, struct cpio_entry *e)
{
	size_t end;
	int err;

	if (c->error)
		return -EINVAL;
	for (;;) {
		if (!c->open)
			while (c->offset < c->len && !c->base[c->offset])
				c->offset++;
		if (c->offset == c->len) {
			if (c->open)
				return damaged(c, "truncated: no trailer");
			if (!c->nr_archives)
				return damaged(c, "no archive at all");
			return 0;
		}
		if (!c->open)
			c->start = c->offset;
		c->open = true;
		err = parse_entry(c, e, &end);
		if (err)
			return err;
		c->offset = end;
		if (e->name_len != sizeof(trailer) - 1 ||
		    memcmp(e->name, trailer, sizeof(trailer)) != 0)
			return 1;
		c->open = false;
		c->nr_archives++;
	}
}
