/* SPDX-License-Identifier: MIT */
/* romfs images: what is refused, links, and an image that genromfs made. */
#include "test.h"
#include <octavo/romfs.h>
#include <sys/stat.h>
#include <unistd.h>

static u8 *image;
static size_t image_len;

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A tree with a directory, hard and symbolic links, an executable, given to genromfs. */
static int setup(void **state)
{
	char folder[] = "/tmp/octavo-romfs-XXXXXX", command[200];
	FILE *f;

	(void)state;
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	mkdir("root", 0755);
	mkdir("root/bin", 0755);
	mkdir("root/empty", 0755);
	write_file("root/bin/hello", "#!/bin/none\n");
	chmod("root/bin/hello", 0755);
	write_file("root/motd", "welcome");
	if (link("root/motd", "root/bin/again") != 0 || symlink("bin/hello", "root/sym") != 0)
		return -1;
	if (system("genromfs -f image -d root -V test -a 4096") != 0)
		return -1;
	f = fopen("image", "rb");
	if (!f)
		return -1;
	image = malloc(64 << 10);
	image_len = fread(image, 1, 64 << 10, f);
	fclose(f);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static int teardown(void **state)
{
	(void)state;
	free(image);
	return 0;
}

static void find(const struct romfs *r, const char *dir, const char *name, struct romfs_node *n)
{
	struct romfs_node d;

	assert_int_equal(romfs_node(r, r->root, &d), 0);
	if (*dir)
		assert_int_equal(romfs_lookup(r, &d, dir, strlen(dir), &d), 0);
	assert_int_equal(romfs_lookup(r, &d, name, strlen(name), n), 0);
}

static void what_genromfs_made(void **state)
{
	struct romfs_node n, m;
	struct romfs r;

	(void)state;
	assert_int_equal(romfs_open(&r, image, image_len, NULL), 0);
	find(&r, "bin", "hello", &n);
	assert_int_equal(n.type, ROMFS_REGULAR);
	assert_true(n.executable);
	assert_int_equal(n.size, 12);
	assert_memory_equal(n.data, "#!/bin/none\n", 12);
	assert_int_equal((n.data - image) % 4096, 0);
	find(&r, "", "motd", &n);
	find(&r, "bin", "again", &m);
	assert_int_equal(n.offset, m.offset);
	assert_string_equal(m.name, "again");
	assert_memory_equal(m.data, "welcome", 7);
	find(&r, "", "sym", &n);
	assert_int_equal(n.type, ROMFS_SYMLINK);
	assert_memory_equal(n.data, "bin/hello", n.size);
	find(&r, "empty", "..", &n);
	assert_int_equal(n.type, ROMFS_DIRECTORY);
	find(&r, "", ".", &m);
	assert_int_equal(n.offset, m.offset);
}

static void images_that_are_refused(void **state)
{
	const char *why = NULL;
	struct romfs r;
	u8 *copy = malloc(image_len);

	(void)state;
	for (size_t len = 0; len < 32; len++) {
		assert_int_equal(romfs_open(&r, image, len, &why), -EINVAL);
		assert_non_null(strstr(why, "no romfs"));
	}
	memcpy(copy, image, image_len);
	copy[9] ^= 0x40;
	assert_int_equal(romfs_open(&r, copy, image_len, &why), -EINVAL);
	assert_non_null(strstr(why, "truncated"));
	memcpy(copy, image, image_len);
	copy[100] ^= 1;
	assert_int_equal(romfs_open(&r, copy, image_len, &why), -EINVAL);
	assert_non_null(strstr(why, "checksum"));
	copy[0] = 'x';
	assert_int_equal(romfs_open(&r, copy, image_len, &why), -EINVAL);
	assert_non_null(strstr(why, "no romfs"));
	free(copy);
}

static void nodes_that_are_damaged(void **state)
{
	struct romfs_node n;
	struct romfs r;

	(void)state;
	assert_int_equal(romfs_open(&r, image, image_len, NULL), 0);
	assert_int_equal(romfs_node(&r, 0, &n), -EIO);
	assert_int_equal(romfs_node(&r, r.root + 8, &n), -EIO);
	assert_int_equal(romfs_node(&r, r.size, &n), -EIO);
	assert_int_equal(romfs_node(&r, 0xfffffff0, &n), -EIO);
	assert_int_equal(romfs_node(&r, r.size - 16, &n), -EIO);
	find(&r, "", "motd", &n);
	memset(image + n.offset, 0, 32);
	assert_int_equal(romfs_node(&r, n.offset, &n), -EIO);
}

/* Change one word of a node and mend its checksum. */
static void spoil(u32 node, u32 word, u32 value)
{
	u8 *p = image + node;
	u32 len = 16 + (u32)ALIGN_UP(strlen((char *)p + 16) + 1, (size_t)16), sum = 0;

	for (u32 i = 0; i < 4; i++) {
		p[word * 4 + i] = (u8)(value >> (24 - 8 * i));
		p[12 + i] = 0;
	}
	for (u32 i = 0; i < len; i += 4)
		sum += (u32)p[i] << 24 | (u32)p[i + 1] << 16 | (u32)p[i + 2] << 8 | p[i + 3];
	for (u32 i = 0; i < 4; i++)
		p[12 + i] = (u8)(-sum >> (24 - 8 * i));
}

static void numbers_that_lead_outside(void **state)
{
	struct romfs_node n, dir, m;
	struct romfs r;
	u32 room;

	(void)state;
	assert_int_equal(romfs_open(&r, image, image_len, NULL), 0);
	find(&r, "bin", "hello", &n);
	room = (u32)(image + r.size - n.data);
	spoil(n.offset, 2, room);
	assert_int_equal(romfs_node(&r, n.offset, &m), 0);
	spoil(n.offset, 2, room + 1);
	assert_int_equal(romfs_node(&r, n.offset, &m), -EIO);
	spoil(n.offset, 2, 0xffffffff);
	assert_int_equal(romfs_node(&r, n.offset, &m), -EIO);
	spoil(n.offset, 2, n.size);
	spoil(n.offset, 0, n.offset | 10);
	assert_int_equal(romfs_node(&r, n.offset, &m), -EIO);
	spoil(n.offset, 0, (n.offset - 16) | 10);
	assert_int_equal(romfs_node(&r, n.offset, &m), -EIO);
	spoil(n.offset, 0, 10);
	assert_int_equal(romfs_node(&r, n.offset, &m), 0);
	spoil(n.offset, 0, n.next | 10);

	find(&r, "bin", "again", &m);
	assert_int_equal(romfs_node(&r, r.root, &dir), 0);
	assert_int_equal(romfs_lookup(&r, &dir, "bin", 3, &dir), 0);
	for (int more = romfs_first(&r, &dir, &m); more == 1; more = romfs_next(&r, &m))
		if (m.type == ROMFS_HARD_LINK && strcmp(m.name, "again") == 0)
			break;
	spoil(m.offset, 1, m.offset); /* a link to itself */
	assert_int_equal(romfs_node(&r, m.offset, &m), 0);
	assert_int_equal(romfs_resolve(&r, &m), -EIO);
}

static void any_image(void **state)
{
	(void)state;
	random_inputs(9, 3000, 400);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_genromfs_made),
	cmocka_unit_test(images_that_are_refused),
	cmocka_unit_test(numbers_that_lead_outside),
	cmocka_unit_test(nodes_that_are_damaged),
	cmocka_unit_test(any_image),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("romfs", tests, ARRAY_SIZE(tests), setup, teardown) != 0;
}
