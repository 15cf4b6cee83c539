/* SPDX-License-Identifier: MIT */
/* ktest_tmpfs.c - kernel tests of tmpfs: contents, entries, links, and that nothing stays behind. */
#include "files.h"
#include "tmpfs.h"

#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/zone.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

static struct file *make(const char *path)
{
	struct file *f = file_open(path, O_RDWR | O_CREAT | O_EXCL, 0644);

	KTEST_OK(!ptr_is_err(f), "a new file");
	return f;
}

static struct inode *root_dir(void)
{
	return fs_root->root;
}

static int remove_name(struct inode *dir, const char *name)
{
	struct inode *inode;
	int err;

	mutex_lock(&dir->mutex);
	err = dir->ops->lookup(dir, name, strlen(name), &inode);
	if (err == 0) {
		err = dir->ops->unlink(dir, name, strlen(name), inode);
		inode_put(inode);
	}
	mutex_unlock(&dir->mutex);
	return err;
}

static int append(struct file *f, const void *data, u32 len)
{
	int err;

	mutex_lock(&f->inode->mutex);
	err = shmem_append(f->inode, data, len);
	mutex_unlock(&f->inode->mutex);
	return err;
}

static int set_size(struct file *f, loff_t size)
{
	int err;

	mutex_lock(&f->inode->mutex);
	err = f->inode->ops->truncate(f->inode, size);
	mutex_unlock(&f->inode->mutex);
	return err;
}

/* Are `len` bytes from pos on all `value`? */
static bool all_bytes(struct file *f, loff_t pos, u32 len, u8 value)
{
	u8 buf[64];

	while (len > 0) {
		ssize_t n = file_read_kernel(f, buf, MIN(len, (u32)sizeof(buf)), pos);

		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] != value)
				return false;
		pos += n;
		len -= (u32)n;
	}
	return true;
}

KTEST(tmpfs_contents, "")
{
	u32 before = tmpfs_nr_pages(fs_root);
	struct file *f = make("/ktest-contents");
	u8 *page = kmalloc(PAGE_SIZE, GFP_KERNEL);

	memset(page, 'a', PAGE_SIZE);
	for (u32 i = 0; i < 10; i++)
		KTEST_OK(append(f, page, 1000) == 0, "1000 bytes");
	KTEST_OK(f->inode->size == 10000 && tmpfs_nr_pages(fs_root) == before + 3, "three pages");
	KTEST_OK(all_bytes(f, 0, 10000, 'a'), "as written");
	KTEST_OK(file_read_kernel(f, page, 10, 10000) == 0, "nothing behind the end");
	KTEST_OK(file_read_kernel(f, page, 10, 9995) == 5, "five bytes before it");
	KTEST_OK(set_size(f, 5000) == 0 && tmpfs_nr_pages(fs_root) == before + 2,
		 "shorter: a page less");
	KTEST_OK(set_size(f, 50000) == 0 && tmpfs_nr_pages(fs_root) == before + 2,
		 "longer: a hole");
	KTEST_OK(all_bytes(f, 0, 5000, 'a') && all_bytes(f, 5000, 45000, 0), "zeros behind");
	KTEST_OK(set_size(f, (loff_t)1 << 44) == -EFBIG && f->inode->size == 50000, "16T: EFBIG");
	KTEST_OK(remove_name(root_dir(), "ktest-contents") == 0, "removed");
	KTEST_OK(tmpfs_nr_pages(fs_root) == before + 2 && all_bytes(f, 0, 5000, 'a'), "still open");
	file_put(f);
	KTEST_OK(tmpfs_nr_pages(fs_root) == before, "every page came back");
	kfree(page);
}

KTEST(tmpfs_has_an_end, "")
{
	u32 before = tmpfs_nr_pages(fs_root);
	struct file *f = make("/ktest-full");
	u8 *page = kzalloc(PAGE_SIZE, GFP_KERNEL);

	tmpfs_set_limit(fs_root, before + 5);
	for (u32 i = 0; i < 5; i++)
		KTEST_OK(append(f, page, PAGE_SIZE) == 0, "a page");
	KTEST_OK(append(f, page, 1) == -ENOSPC, "then ENOSPC");
	KTEST_OK(f->inode->size == 5 * (loff_t)PAGE_SIZE, "and nothing of it");
	tmpfs_set_limit(fs_root, before + tmpfs_share());
	KTEST_OK(append(f, page, 1) == 0, "with more room it goes on");
	remove_name(root_dir(), "ktest-full");
	file_put(f);
	KTEST_OK(tmpfs_nr_pages(fs_root) == before, "every page came back");
	kfree(page);
}

static struct inode *make_dir(struct inode *parent, const char *name)
{
	struct inode *dir = NULL;

	mutex_lock(&parent->mutex);
	KTEST_OK(parent->ops->create(parent, name, strlen(name), S_IFDIR | 0755, 0, &dir) == 0,
		 "a directory");
	mutex_unlock(&parent->mutex);
	return dir;
}

KTEST(tmpfs_directories, "")
{
	struct inode *a = make_dir(root_dir(), "ktest-a"), *b = make_dir(a, "b");
	u32 root_links = root_dir()->nlink;
	struct path p;
	char name[NAME_MAX + 1];

	KTEST_OK(a->nlink == 3 && b->nlink == 2, "a subdirectory is a link to its parent");
	KTEST_OK(remove_name(root_dir(), "ktest-a") == -ENOTEMPTY, "not empty");
	KTEST_OK(path_walk(b, "..", 0, &p) == 0 && p.inode == a, "upward");
	path_put(&p);
	KTEST_OK(a->ops->name_of(a, b, name) == 1 && strcmp(name, "b") == 0, "its name");
	KTEST_OK(remove_name(a, "b") == 0 && b->nlink == 0, "empty: removed");
	KTEST_OK(a->ops->name_of(a, b, name) == -ENOENT, "no name any more");
	KTEST_OK(path_walk(b, "..", 0, &p) == 0 && p.inode == a, "its user still finds upward");
	path_put(&p);
	KTEST_OK(remove_name(root_dir(), "ktest-a") == 0, "then the other");
	KTEST_OK(root_dir()->nlink == root_links - 1, "the root has a link less");
	inode_put(a);
	inode_put(b);
}

static int link_to(const char *name, const char *target)
{
	struct inode *root = root_dir();
	int err;

	mutex_lock(&root->mutex);
	err = root->ops->symlink(root, name, strlen(name), target);
	mutex_unlock(&root->mutex);
	return err;
}

static int walk(const char *path, unsigned flags)
{
	struct path p;
	int err = path_walk(NULL, path, flags, &p);

	if (err == 0)
		path_put(&p);
	return err;
}

KTEST(tmpfs_symbolic_links, "")
{
	struct file *f;

	KTEST_OK(link_to("ktest-loop", "ktest-loop") == 0 && link_to("ktest-dev", "/dev/") == 0 &&
			 link_to("ktest-null", "ktest-dev/../dev/./null") == 0 &&
			 link_to("ktest-new", "ktest-made") == 0,
		 "four links");
	KTEST_OK(walk("/ktest-loop", WALK_FOLLOW) == -ELOOP, "a link to itself");
	KTEST_OK(walk("/ktest-loop", 0) == 0, "that is not followed");
	KTEST_OK(walk("/ktest-loop/", 0) == -ELOOP, "but with a slash behind it");
	KTEST_OK(walk("/ktest-null", WALK_FOLLOW) == 0, "links through links");
	KTEST_OK(walk("/ktest-null/", WALK_FOLLOW) == -ENOTDIR, "to what is no directory");
	KTEST_OK(walk("/ktest-dev/null", 0) == 0, "one on the way");
	KTEST_OK(walk("/ktest-new", WALK_FOLLOW) == -ENOENT, "a link to nothing");
	KTEST_OK(ptr_err(file_open("/ktest-new", O_CREAT | O_EXCL, 0)) == -EEXIST, "exclusively");
	f = file_open("/ktest-new", O_CREAT | O_RDWR, 0600);
	KTEST_OK(!ptr_is_err(f) && walk("/ktest-made", 0) == 0, "what it leads to is made");
	file_put(f);
	KTEST_OK(ptr_err(file_open("/ktest-null", O_NOFOLLOW, 0)) == -ELOOP, "O_NOFOLLOW");
	remove_name(root_dir(), "ktest-loop");
	remove_name(root_dir(), "ktest-dev");
	remove_name(root_dir(), "ktest-null");
	remove_name(root_dir(), "ktest-new");
	KTEST_OK(remove_name(root_dir(), "ktest-made") == 0, "all gone");
}

/* 40 links in a chain are followed, 41 are not. */
KTEST(tmpfs_chain_of_links, "")
{
	char name[16] = "ktest-c00", target[16] = "/dev/null";

	for (u32 i = 0; i <= WALK_LINKS_MAX; i++) {
		name[7] = (char)('a' + i / 10);
		name[8] = (char)('0' + i % 10);
		KTEST_OK(link_to(name, target) == 0, "a link");
		memcpy(target, name, sizeof(name));
	}
	KTEST_OK(walk("/ktest-cd9", WALK_FOLLOW) == 0, "40 are followed");
	KTEST_OK(walk("/ktest-ce0", WALK_FOLLOW) == -ELOOP, "41 are not");
	for (u32 i = 0; i <= WALK_LINKS_MAX; i++) {
		name[7] = (char)('a' + i / 10);
		name[8] = (char)('0' + i % 10);
		remove_name(root_dir(), name);
	}
}

KTEST(tmpfs_hard_links, "")
{
	struct file *f = make("/ktest-one");
	struct inode *root = root_dir();
	u32 before = tmpfs_nr_pages(fs_root);

	append(f, "text", 4);
	mutex_lock(&root->mutex);
	KTEST_OK(tmpfs_link(root, "ktest-two", 9, f->inode) == 0, "a second name");
	KTEST_OK(tmpfs_link(root, "ktest-two", 9, f->inode) == -EEXIST, "once");
	mutex_unlock(&root->mutex);
	KTEST_OK(f->inode->nlink == 2, "two links");
	file_put(f);
	remove_name(root, "ktest-one");
	f = file_open("/ktest-two", O_RDONLY, 0);
	KTEST_OK(!ptr_is_err(f) && f->inode->size == 4, "the other name has the text");
	remove_name(root, "ktest-two");
	file_put(f);
	KTEST_OK(tmpfs_nr_pages(fs_root) == before, "gone with the last");
}

/* Many threads make, open and remove the same few names; the audit after it finds every page. */
static int crowd(void *arg)
{
	char path[] = "/ktest-crowd-0";

	for (u32 i = 0; i < 60; i++) {
		struct file *f;

		path[sizeof(path) - 2] = (char)('0' + (i * 7 + (u32)(uintptr_t)arg) % 3);
		f = file_open(path, O_RDWR | O_CREAT, 0600);
		if (ptr_is_err(f))
			continue;
		append(f, path, sizeof(path));
		set_size(f, i * 100);
		remove_name(root_dir(), path + 1);
		file_put(f);
	}
	return 0;
}

static int crowd_member(void *arg)
{
	current->fs = fs_context_alloc();
	return current->fs != NULL ? crowd(arg) : -ENOMEM;
}

KTEST(tmpfs_crowd, "")
{
	u32 before = tmpfs_nr_pages(fs_root);

	for (u32 i = 0; i < 6; i++)
		ktest_spawn(crowd_member, (void *)(uintptr_t)i);
	ktest_join();
	remove_name(root_dir(), "ktest-crowd-0");
	remove_name(root_dir(), "ktest-crowd-1");
	remove_name(root_dir(), "ktest-crowd-2");
	KTEST_OK(tmpfs_nr_pages(fs_root) == before, "every page came back");
}
