/* SPDX-License-Identifier: MIT */
/*
 * shmem_mmu.c - tmpfs's files with an MMU: any page may come, go and be anywhere. One kind has no other
 * name than "/dev/zero": memory without a file that a child shares with its parent.
 */
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/shmem.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/stat.h>

int shmem_gather(struct address_space *m, u32 nr_pages)
{
	(void)m;
	(void)nr_pages;
	return 0;
}

int shmem_remove_begin(struct address_space *m, u32 first)
{
	(void)m;
	(void)first;
	return 0;
}

void shmem_remove_end(struct address_space *m)
{
	(void)m;
}

const struct file_ops shmem_file_ops = {
	SHMEM_FILE_OPS,
	.mmap = filemap_mmap,
};

/* --- promises: the memory that holes may come to need is no file's before --- */

int shmem_promise(const struct address_space *m, u32 nr)
{
	return m->promised != 0 ? 0 : commit_charge(nr, 0);
}

void shmem_unpromise(const struct address_space *m, u32 nr)
{
	if (m->promised == 0)
		commit_uncharge(nr);
}

int shmem_promise_all(struct address_space *m, u32 nr, bool noreserve)
{
	int err;

	if (noreserve && commit_heeds_noreserve())
		return 0;
	err = commit_charge(nr, 0);
	if (err == 0)
		m->promised = nr;
	return err;
}

void shmem_audit_promises(const struct address_space *m, u32 nr)
{
	commit_audit_seen(m->promised != 0 ? m->promised : nr);
}

/* --- shared memory without a file: MAP_SHARED | MAP_ANONYMOUS, zero(4) --- */

static struct inode *zero_inode(void)
{
	static const char path[] = "dev/zero";
	char *name = kmalloc(sizeof(path), GFP_KERNEL);

	if (!name)
		return NULL;
	memcpy(name, path, sizeof(path));
	return shmem_unnamed(S_IFREG | 0777, name);
}

int zero_mmap(struct file *zero, struct vma *new)
{
	u32 bytes = (u32)(new->end - new->start);
	struct inode *inode;
	struct file *file;
	int err;

	(void)zero;
	if (!(new->flags &VM_SHARED))
		return 0;
	inode = zero_inode();
	if (!inode)
		return -ENOMEM;
	err = shmem_promise_all(inode->mapping, PAGES_OF(bytes), (new->flags &VM_NORESERVE) != 0);
	if (err == 0) {
		filemap_set_size(inode->mapping, bytes); /* nobody else knows it */
		file = file_alloc(inode, O_RDWR | O_LARGEFILE, inode->fops);
		err = ptr_is_err(file) ? ptr_err(file) : 0;
	}
	if (err != 0) {
		inode_put(inode);
		return err;
	}
	err = filemap_mmap(file, new);
	file_put(file); /* the area has a reference of its own */
	return err;
}
