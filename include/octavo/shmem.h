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
/* shmem_truncate - inode_ops.truncate. => 0, -EFBIG, -EPERM sealed; without an MMU -ETXTBSY what would go is
 * mapped, -ENOMEM and -ENOSPC no run for it; sleeps; [im] held */
int shmem_truncate(struct inode *inode, loff_t size);
/* shmem_allocate - inode_ops.allocate. => 0, -EOPNOTSUPP, -EFBIG and SIGXFSZ, -ENOSPC, -ENOMEM, -EINTR,
 * -ETXTBSY as above; sleeps; [im] held */
int shmem_allocate(struct inode *inode, u32 mode, loff_t offset, loff_t len);
/* shmem_append - put `len` bytes of kernel memory behind the file's end. => 0, -ENOMEM, -ENOSPC;
 * what was appended before stays; sleeps; [im] held */
int shmem_append(struct inode *inode, const void *data, u32 len);
/* shmem_append_page - let a page of PAGE_SIZE bytes become the next page of a file whose size is a
 * multiple of it; its reference is taken over on success. => 0, -ENOMEM; sleeps; [im] held */
int shmem_append_page(struct inode *inode, struct page *page);
extern const struct file_ops shmem_file_ops;
/* shmem_unnamed - an empty regular file that no directory has, in a tmpfs of its own, which has no limit
 * but the memory: one reference. `name`, kmalloc'ed, is its own in any case. => NULL without memory;
 * sleeps (fs/memfd.c) */
struct inode *shmem_unnamed(u32 mode, char *name);

/* --- what a machine can do with a file's pages (shmem_mmu.c, shmem_nommu.c); [im] held --- */
/* shmem_gather - a file without pages is about to have nr_pages: with an MMU holes will do; without, it gets
 * them, in a row (nm-17). => 0; -EFBIG, -ENOSPC, -ENOMEM; sleeps */
int shmem_gather(struct address_space *m, u32 nr_pages);
/* shmem_remove_begin - pages from `first` on may be taken away, until shmem_remove_end(), which is called
 * in any case. => 0; -ETXTBSY some are mapped where nobody can take them away; sleeps */
int shmem_remove_begin(struct address_space *m, u32 first);
void shmem_remove_end(struct address_space *m);
/* shmem_promise - so many more pages of the file may come to be needed. shmem_unpromise - they have gone.
 * => 0, -ENOMEM; where every page is had at once, nothing is promised */
int shmem_promise(const struct address_space *m, u32 nr);
void shmem_unpromise(const struct address_space *m, u32 nr);
/* shmem_promise_all - of a new file, so that its pages are not counted one by one; unless `noreserve` is
 * asked for and has its way. => 0, -ENOMEM */
int shmem_promise_all(struct address_space *m, u32 nr, bool noreserve);
/* shmem_audit_promises - what such a file, which has nr pages, was promised */
void shmem_audit_promises(const struct address_space *m, u32 nr);
/* of shmem_file_ops, on every machine */
#define SHMEM_FILE_OPS                                                                             \
	.read = filemap_read, .write = filemap_write, .write_vector = filemap_write_vector,        \
	.read_kernel = filemap_read_kernel, .write_kernel = filemap_write_kernel,                  \
	.seek = file_seek_inode
