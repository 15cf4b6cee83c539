/* SPDX-License-Identifier: MIT */
/* mm_files.c - files for mm_machine.c: the test's own never go, those that mm/ makes are the host's objects. */
#include "mm_machine.h"
#include <octavo/audit.h>
#include <octavo/env.h>
#include <octavo/errno.h>
#include <octavo/serial_number.h>
#include <octavo/shmem.h>
#include <octavo/slab.h>

struct unnamed {
	struct inode inode;
	struct address_space mapping;
	LIST_ENTRY(unnamed) all;
};
static LIST_HEAD(unnamed_list, unnamed) unnamed_files = LIST_HEAD_INITIALIZER(unnamed_files);
static struct shmem_account no_limit = {.max = INT32_MAX};

struct inode *shmem_unnamed(u32 mode, char *name)
{
	struct unnamed *u = kzalloc(sizeof(*u), GFP_KERNEL);

	kfree(name);
	if (!u)
		return NULL;
	u->inode.mode = mode;
	u->inode.fops = &shmem_file_ops;
	u->inode.serial = serial_number();
	atomic_set(&u->inode.refs, 1);
	mutex_init(&u->inode.mutex, inode_mutex);
	shmem_init(&u->mapping, &u->inode, &no_limit);
	LIST_INSERT_HEAD(&unnamed_files, u, all);
	return &u->inode;
}

void inode_put(struct inode *inode)
{
	struct unnamed *u = (struct unnamed *)inode;

	if (!atomic_dec_and_test(&inode->refs))
		return;
	shmem_release(inode->mapping);
	LIST_REMOVE(u, all);
	kfree(u);
}

struct file *file_alloc(struct inode *inode, u32 flags, const struct file_ops *ops)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return err_ptr(-ENOMEM);
	*file = (struct file){.refs = ATOMIC_INIT(1), .flags = flags, .inode = inode, .ops = ops};
	return file;
}

void file_get(struct file *file)
{
	atomic_inc(&file->refs);
}

void file_put(struct file *file)
{
	if (!atomic_dec_and_test(&file->refs))
		return;
	inode_put(file->inode);
	kfree(file);
}

int file_allocate(const struct file *file, u32 mode, loff_t offset, loff_t len)
{
	int err;

	mutex_lock(&file->inode->mutex);
	err = shmem_allocate(file->inode, mode, offset, len);
	mutex_unlock(&file->inode->mutex);
	return err;
}

void machine_audit_files(struct audit *a)
{
	struct unnamed *u;

	LIST_FOREACH(u, &unnamed_files, all)
		shmem_audit_promises(&u->mapping, filemap_audit(a, &u->mapping));
}
