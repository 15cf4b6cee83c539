/* SPDX-License-Identifier: MIT */
/*
 * shmem.h - files that live in the page cache alone: tmpfs.
 *
 * Each mount has an account of the pages that its files have. Only what is there counts: a hole
 * costs nothing, and a fault that fills one may find the account full (SIGBUS).
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/filemap.h>

struct shmem_account {
	atomic_t used; /* pages [a] */
	u32 max;       /* pages; changed by mount(2) */
};

#define SHMEM_MAX_SIZE ((loff_t)UINT32_MAX << PAGE_SHIFT) /* of a file, in bytes */

/* shmem_init - the mapping of a new regular file */
void shmem_init(struct address_space *m, struct inode *host, struct shmem_account *account);
/* shmem_release - all pages go; nobody can reach the file any more. => sleeps */
void shmem_release(struct address_space *m);
/* shmem_truncate - inode_ops.truncate. => 0, -EFBIG, -EPERM sealed; sleeps; [im] held */
int shmem_truncate(struct inode *inode, loff_t size);
/* shmem_allocate - inode_ops.allocate. => 0, -EOPNOTSUPP, -EFBIG and SIGXFSZ, -ENOSPC, -ENOMEM, -EINTR;
 * sleeps; [im] held */
int shmem_allocate(struct inode *inode, u32 mode, loff_t offset, loff_t len);
/* shmem_append - put `len` bytes of kernel memory behind the file's end. => 0, -ENOMEM, -ENOSPC;
 * what was appended before stays; sleeps; [im] held */
int shmem_append(struct inode *inode, const void *data, u32 len);
/* shmem_append_page - let a page of PAGE_SIZE bytes become the next page of a file whose size is a
 * multiple of it; its reference is taken over on success. => 0, -ENOMEM; sleeps; [im] held */
int shmem_append_page(struct inode *inode, struct page *page);
extern const struct file_ops shmem_file_ops;
