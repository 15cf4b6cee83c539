/* SPDX-License-Identifier: MIT */
/* The walk of paths: links, mounts, the limits of names and paths; and the fuzzer's property. */
#include "path_world.h"
#include "test.h"

static struct inode *root, *dir, *file, *link_to_file;

static int begin(void **state)
{
	(void)state;
	world_clear();
	root = world_add(NULL, "", S_IFDIR, NULL);
	dir = world_add(root, "dir", S_IFDIR, NULL);
	file = world_add(dir, "file", S_IFREG, NULL);
	link_to_file = world_add(root, "link", S_IFLNK, "dir/file");
	return 0;
}

/* => what the path names, NULL with *err where it names nothing */
static struct inode *named(const char *path, unsigned flags, int *err)
{
	struct inode *inode = NULL;
	struct path p;

	*err = world_walk(root, root, path, flags, &p);
	if (*err == 0) {
		inode = p.inode;
		world_path_put(&p);
	}
	assert_true(world_is_clean());
	return inode;
}

static void names_and_links(void **state)
{
	int err;

	(void)state;
	assert_ptr_equal(named("dir/file", 0, &err), file);
	assert_ptr_equal(named("link", WALK_FOLLOW, &err), file);
	assert_ptr_equal(named("link", 0, &err), link_to_file);
	assert_ptr_equal(named("/..//dir/./../dir/", 0, &err), dir);
	named("link/", 0, &err);
	assert_int_equal(err, -ENOTDIR);
	named("dir/none", 0, &err);
	assert_int_equal(err, -ENOENT);
	assert_null(named("dir/none", WALK_PARENT, &err));
	assert_int_equal(err, 0);
	named("dir/none/", WALK_PARENT, &err);
	assert_int_equal(err, -EISDIR);
	named("dir/file/", WALK_PARENT, &err);
	assert_int_equal(err, -EISDIR);
	assert_ptr_equal(named("dir/./", WALK_PARENT, &err), dir);
	named("none/x", WALK_PARENT, &err);
	assert_int_equal(err, -ENOENT);
}

static void the_last_name_alone(void **state)
{
	struct path p;

	(void)state;
	assert_int_equal(world_walk(root, dir, "../dir/new/", WALK_ENTRY, &p), 0);
	assert_ptr_equal(p.dir, dir);
	assert_int_equal(p.len, 3);
	assert_true(p.must_be_dir && p.last == WALK_LAST_NAME && p.inode == NULL);
	world_path_put(&p);
	assert_int_equal(world_walk(root, dir, "..", WALK_ENTRY, &p), 0);
	assert_true(p.dir == dir && p.last == WALK_LAST_DOTDOT);
	world_path_put(&p);
	assert_int_equal(world_walk(root, dir, "//", WALK_ENTRY, &p), 0);
	assert_true(p.dir == root && p.last == WALK_LAST_ROOT);
	world_path_put(&p);
	assert_int_equal(world_walk(root, dir, "file/x", WALK_ENTRY, &p), -ENOTDIR);
	assert_true(world_is_clean());
}

/* A chain of `nr` links that ends at the file. */
static void make_chain(unsigned nr)
{
	char name[16], target[16] = "dir/file";

	for (unsigned i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		world_add(root, name, S_IFLNK, target);
		strcpy(target, name);
	}
}

static void loops(void **state)
{
	int err;

	(void)state;
	world_add(root, "loop", S_IFLNK, "loop");
	named("loop", WALK_FOLLOW, &err);
	assert_int_equal(err, -ELOOP);
	named("loop/x", 0, &err);
	assert_int_equal(err, -ELOOP);
	assert_non_null(named("loop", 0, &err));
}

/* Each walk over `twice` follows two links. */
static void forty_links(void **state)
{
	char path[256] = "";
	int err;

	(void)state;
	world_add(root, "here", S_IFLNK, ".");
	world_add(root, "twice", S_IFLNK, "here");
	for (unsigned i = 0; i < 20; i++)
		strcat(path, "twice/");
	strcat(path, "dir");
	assert_ptr_equal(named(path, 0, &err), dir);
	memmove(path + 5, path, strlen(path) + 1);
	memcpy(path, "here/", 5);
	named(path, 0, &err);
	assert_int_equal(err, -ELOOP);
	make_chain(5);
	assert_ptr_equal(named("n4", WALK_FOLLOW, &err), file);
}

static void mounts(void **state)
{
	struct inode *other = world_add(NULL, "", S_IFDIR, NULL), *inner;
	int err;

	(void)state;
	inner = world_add(other, "inner", S_IFDIR, NULL);
	world_mount(other, dir);
	assert_ptr_equal(named("dir", 0, &err), other);
	assert_ptr_equal(named("dir/inner", 0, &err), inner);
	assert_ptr_equal(named("dir/inner/../..", 0, &err), root);
	named("dir/file", 0, &err);
	assert_int_equal(err, -ENOENT);
}

/* What is reached without a path is in its own directory, not in the link's. */
static void a_jump(void **state)
{
	struct path p;
	int err;

	(void)state;
	link_to_file->jump = file;
	assert_int_equal(world_walk(root, root, "link", WALK_FOLLOW, &p), 0);
	assert_true(p.inode == file && p.dir == dir);
	world_path_put(&p);
	assert_true(world_is_clean());
	named("link/", 0, &err);
	assert_int_equal(err, -ENOTDIR);
	named("link/x", 0, &err);
	assert_int_equal(err, -ENOTDIR);
}

static void long_names(void **state)
{
	static char name[300], path[5000];
	struct inode *n;
	int err;

	(void)state;
	memset(name, 'x', 255);
	n = world_add(root, name, S_IFDIR, NULL);
	assert_ptr_equal(named(name, 0, &err), n);
	name[255] = 'x';
	named(name, 0, &err);
	assert_int_equal(err, -ENAMETOOLONG);
	memset(path, '/', 4090);
	strcpy(path + 4090, "dir");
	assert_ptr_equal(named(path, 0, &err), dir);
	n = world_add(root, "far", S_IFLNK, path);
	assert_ptr_equal(named("far", WALK_FOLLOW, &err), dir);
	named("far/file", 0, &err);
	assert_int_equal(err, -ENAMETOOLONG);
}

static void like_the_naive_resolver(void **state)
{
	(void)state;
	random_inputs(7, 40000, 300);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(names_and_links, begin),
	cmocka_unit_test_setup(the_last_name_alone, begin),
	cmocka_unit_test_setup(loops, begin),
	cmocka_unit_test_setup(forty_links, begin),
	cmocka_unit_test_setup(mounts, begin),
	cmocka_unit_test_setup(a_jump, begin),
	cmocka_unit_test_setup(long_names, begin),
	cmocka_unit_test(like_the_naive_resolver),
};

HOST_TEST_MAIN("path_walk", tests)
