/* SPDX-License-Identifier: MIT */
/* ktest_romfs.c - kernel tests of the read-only root. */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/string.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

KTEST(romfs_is_read_only, "")
{
	KTEST_OK(ptr_err(file_open("/ktest", O_CREAT | O_RDWR, 0600)) == -EROFS, "nothing is made");
	KTEST_OK(ptr_err(file_open("/bin/hello", O_RDWR, 0)) == -EROFS, "nor written");
	KTEST_OK(ptr_err(file_open("/bin/hello", O_TRUNC, 0)) == -EROFS, "nor truncated");
	KTEST_OK(ptr_err(file_open("/bin/hello", O_CREAT | O_EXCL, 0)) == -EEXIST, "nor new");
}

KTEST(romfs_files_lie_in_place, "")
{
	struct file *f = file_open("/bin/hello", O_RDONLY, 0);
	u32 pages;
	long direct;
	u8 head[4];

	KTEST_OK(!ptr_is_err(f), "the program opens");
	pages = PAGES_OF((u32)f->inode->size);
	direct = f->ops->get_unmapped_area(f, 0, (u32)f->inode->size, 0);
	KTEST_OK(direct > 0 && (direct & (PAGE_SIZE - 1)) == 0, "its data is aligned");
	KTEST_OK(f->ops->get_unmapped_area(f, 1, pages << PAGE_SHIFT, 0) == -EINVAL,
		 "not one page more");
	KTEST_OK(f->ops->get_unmapped_area(f, pages, 1, 0) == -EINVAL, "nor behind it");
	KTEST_OK(file_read_kernel(f, head, 4, 0) == 4 && memcmp(head, (void *)direct, 4) == 0,
		 "read too");
	KTEST_OK(file_read_kernel(f, head, 4, f->inode->size - 1) == 1, "to its end");
	KTEST_OK(file_read_kernel(f, head, 4, f->inode->size) == 0, "and no further");
	file_put(f);
}

KTEST(romfs_directories, "")
{
	struct path p, up;
	char name[NAME_MAX + 1];

	KTEST_OK(path_walk(NULL, "/bin", 0, &p) == 0 && S_ISDIR(p.inode->mode), "/bin");
	KTEST_OK(path_walk(p.inode, "..", 0, &up) == 0 && up.inode == fs_root->root, "upward");
	KTEST_OK(up.inode->ops->name_of(up.inode, p.inode, name) == 3 && strcmp(name, "bin") == 0,
		 "its name");
	path_put(&up);
	path_put(&p);
	KTEST_OK(path_walk(NULL, "/bin/hello/", 0, &p) == -ENOTDIR, "a file is none");
}
