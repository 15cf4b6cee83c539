/* SPDX-License-Identifier: MIT */
/* ktest_files.c - kernel tests of descriptor tables, paths and devices, on any root. */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

static struct file *open_root(void)
{
	struct file *f = file_open("/", O_RDONLY, 0);

	KTEST_OK(!ptr_is_err(f), "the root opens");
	return f;
}

/* The test's task gets a table of its own, and its old one back. */
static struct files *swap_table(struct files *files)
{
	struct files *old = current->files;

	current->files = files;
	return old;
}

KTEST(files_table_grows_and_ends, "")
{
	struct files *old = swap_table(files_alloc());
	struct file *f = open_root();
	u32 nr = 0;
	int fd;

	for (;;) {
		file_get(f);
		fd = files_install(f, 0, false);
		if (fd < 0)
			break;
		KTEST_OK(fd == (int)nr, "the lowest free one");
		nr++;
	}
	file_put(f);
	KTEST_OK(fd == -EMFILE && nr == FILES_MAX, "1024, then EMFILE");
	file_put(files_remove(500));
	file_put(files_remove(7));
	KTEST_OK(files_lookup(7) == NULL && files_lookup(FILES_MAX) == NULL, "closed ones are not");
	KTEST_OK(files_reserve(0) == 7 && files_reserve(0) == 500, "freed ones come first");
	KTEST_OK(files_lookup(7) == NULL, "a reserved one is not there yet");
	file_get(f);
	KTEST_OK(files_replace(f, 7, false) == -EBUSY, "nor can it be replaced");
	file_put(f);
	files_unreserve(500);
	files_unreserve(7);
	KTEST_OK(files_reserve(8) == 500, "from a number on");
	files_unreserve(500);
	KTEST_OK(files_reserve(501) == -EMFILE, "none behind it");
	KTEST_OK(atomic_read(&f->refs) == (s32)FILES_MAX - 1, "each slot holds a reference");
	file_put(f);
	files_put(swap_table(old));
}

KTEST(files_fork_and_exec, "")
{
	struct files *old = swap_table(files_alloc()), *child;
	struct file *f = open_root();

	file_get(f);
	file_get(f);
	KTEST_OK(files_install(f, 0, false) == 0 && files_install(f, 100, true) == 100,
		 "0 and 100");
	KTEST_OK(files_reserve(0) == 1, "1 is on its way");
	child = files_fork(current->files);
	KTEST_OK(child != NULL && atomic_read(&f->refs) == 5, "the copy has references of its own");
	files_unreserve(1);
	files_put(swap_table(child));
	KTEST_OK(atomic_read(&f->refs) == 3, "the original is gone");
	KTEST_OK(files_reserve(0) == 1, "what was on its way there is free here");
	files_unreserve(1);
	files_close_on_exec(child);
	KTEST_OK(atomic_read(&f->refs) == 2 && files_lookup(100) == NULL, "100 closed, 0 not");
	file_get(f);
	KTEST_OK(files_replace(f, 0, false) == 0 && atomic_read(&f->refs) == 2,
		 "replaced by itself");
	file_put(f);
	files_put(swap_table(old));
}

static int walk(const char *path)
{
	struct path p;
	int err = path_walk(NULL, path, WALK_FOLLOW, &p);

	if (err == 0)
		path_put(&p);
	return err;
}

KTEST(paths_of_the_root, "")
{
	char *name = kmalloc(PATH_MAX + 8, GFP_KERNEL);

	KTEST_OK(walk("/") == 0 && walk("///") == 0 && walk("/.") == 0, "the root");
	KTEST_OK(walk("/..") == 0 && walk("/../../dev/../dev/.") == 0, "nothing lies above it");
	KTEST_OK(walk("") == -ENOENT && walk("/no/such") == -ENOENT, "no entry");
	KTEST_OK(walk("/dev/null/x") == -ENOTDIR && walk("/dev/null/") == -ENOTDIR, "no directory");
	KTEST_OK(walk("/dev/null/..") == -ENOTDIR, "not even upward");
	memset(name, 'x', PATH_MAX + 8);
	name[0] = '/';
	name[NAME_MAX + 1] = '\0';
	KTEST_OK(walk(name) == -ENOENT, "255 bytes may be a name");
	name[NAME_MAX + 1] = 'x';
	name[NAME_MAX + 2] = '\0';
	KTEST_OK(walk(name) == -ENAMETOOLONG, "256 may not");
	for (u32 i = 0; i < PATH_MAX; i++)
		name[i] = '/';
	name[PATH_MAX - 1] = '\0';
	KTEST_OK(walk(name) == 0, "4095 slashes are the root");
	name[PATH_MAX - 1] = '/';
	name[PATH_MAX] = '\0';
	KTEST_OK(walk(name) == -ENAMETOOLONG, "4096 are too many");
	kfree(name);
}

KTEST(devices_open_by_number, "")
{
	struct file *null = file_open("/dev/null", O_RDWR, 0);
	struct file *console = file_open("/dev/console", O_RDWR, 0);

	KTEST_OK(!ptr_is_err(null) && !ptr_is_err(console), "null and console");
	KTEST_OK(null->ops == device_ops(S_IFCHR, UAPI_MAKEDEV(1, 3)), "1,3");
	KTEST_OK(console->ops == device_ops(S_IFCHR, UAPI_MAKEDEV(5, 1)), "5,1");
	KTEST_OK(console->ops->seek == NULL, "a console has no position");
	KTEST_OK(device_ops(S_IFCHR, UAPI_MAKEDEV(77, 3)) == NULL, "nobody has 77,3");
	KTEST_OK(device_register(1, 3, NULL, 0, null->ops) == -EBUSY, "a number is given once");
	KTEST_OK(ptr_err(file_open("/dev/null", O_DIRECTORY, 0)) == -ENOTDIR, "no directory");
	KTEST_OK(ptr_err(file_open("/dev", O_WRONLY, 0)) == -EISDIR, "directories are not written");
	KTEST_OK(ptr_err(file_open("/dev", O_TRUNC, 0)) == -EISDIR, "nor truncated");
	file_put(null);
	file_put(console);
}
