/* SPDX-License-Identifier: MIT */
/*
 * The first byte chooses: the rest is an archive as it stands; or a recipe for archives, which must
 * come out of the parser as they went in, and damaged or cut must be refused or stay inside.
 */
#include "fuzz.h"
#include <octavo/cpio.h>

enum { ENTRIES_MAX = 16, ARCHIVE_MAX = 64 << 10 };

struct made {
	u32 mode, ino, mtime, rdev_minor;
	char name[64];
	u32 size;
	u8 data[300];
};

static struct made made[ENTRIES_MAX];
static u8 archive[ARCHIVE_MAX];
static size_t used;

static void put(const void *bytes, size_t len)
{
	memcpy(archive + used, bytes, len);
	used += len;
}

static void put_entry(const struct made *m, const char *name, u32 extra_nuls, size_t start)
{
	static const u8 zeros[300];
	u32 namesize = (u32)strlen(name) + 1 + extra_nuls;
	char header[128];

	sprintf(header, "070701%08x%08X%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", m->ino,
		m->mode, 0, 0, 1, m->mtime, m->size, 0, 1, 0, m->rdev_minor, namesize, 0);
	put(header, 110);
	put(name, strlen(name) + 1);
	put(zeros, extra_nuls);
	put(zeros, (start - used) & 3);
	put(m->data, m->size);
	put(zeros, (start - used) & 3);
}

/* => how many entries were made; *end: where the last archive's trailer ends */
static unsigned cook(struct input *in, size_t *end)
{
	static const u32 modes[] = {0100644, 0040755, 0120777, 0020600};
	static const struct made trailer;
	unsigned nr = take_u8(in) % ENTRIES_MAX, per_archive = 1 + take_u8(in) % 8;
	size_t start = 0;

	used = 0;
	for (unsigned i = 0; i < nr; i++) {
		struct made *m = &made[i];
		u32 len = 1 + take_u8(in) % 50;

		m->mode = modes[take_u8(in) % 4];
		m->ino = take_u32(in);
		m->mtime = take_u16(in);
		m->rdev_minor = take_u8(in);
		for (u32 k = 0; k < len; k++)
			m->name[k] = (char)('a' + take_u8(in) % 26);
		m->name[len] = '\0';
		m->size = m->mode == 0100644 || m->mode == 0120777 ? take_u8(in) : 0;
		for (u32 k = 0; k < m->size; k++)
			m->data[k] = take_u8(in);
		put_entry(m, m->name, take_u8(in) % 4 ? 0 : take_u8(in), start);
		if (i % per_archive == per_archive - 1) {
			put_entry(&trailer, "TRAILER!!!", 0, start);
			used += take_u8(in); /* zeros between archives, at any alignment */
			start = used;
		}
	}
	put_entry(&trailer, "TRAILER!!!", 0, start);
	*end = used;
	used += take_u8(in);
	return nr;
}

/* Parse a copy that has not one byte more; every entry must lie inside. */
static int parse(const u8 *bytes, size_t len, unsigned *nr, bool compare)
{
	u8 *copy = malloc(len ? len : 1);
	size_t before = 0;
	struct cpio_entry e;
	struct cpio c;
	int more;

	memcpy(copy, bytes, len);
	cpio_begin(&c, copy, len);
	*nr = 0;
	while ((more = cpio_next(&c, &e)) == 1) {
		MUST(c.offset > before && c.offset <= len && cpio_done(&c) == c.offset);
		MUST((const u8 *)e.name >= copy + before && e.name_len >= 1);
		MUST(strlen(e.name) == e.name_len);
		MUST(e.data >= copy && e.data <= copy + len && e.size <= copy + len - e.data);
		if (compare) {
			const struct made *m = &made[*nr];

			MUST(strcmp(e.name, m->name) == 0 && e.mode == m->mode && e.ino == m->ino);
			MUST(e.mtime == m->mtime && e.rdev_minor == m->rdev_minor);
			MUST(e.dev_minor == 1 && e.size == m->size);
			MUST(memcmp(e.data, m->data, m->size) == 0);
		}
		before = c.offset;
		(*nr)++;
	}
	MUST((more < 0) == (c.error != NULL));
	if (more < 0)
		MUST(more == -EINVAL && cpio_next(&c, &e) == -EINVAL);
	free(copy);
	return more;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u8 choice = take_u8(&in);
	unsigned nr, found;
	size_t end, at;

	if (choice & 1) {
		parse(in.data, in.len, &found, false);
		return 0;
	}
	memset(archive, 0, sizeof(archive));
	nr = cook(&in, &end);
	MUST(parse(archive, used, &found, true) == 0);
	MUST(found == nr);
	at = take_u32(&in) % end;
	parse(archive, at, &found, true); /* cut: what comes out is right as far as it goes */
	if (choice & 2) {
		archive[at] ^= (u8)(1 + take_u8(&in) % 255);
		parse(archive, used, &found, false);
	}
	return 0;
}
