/* SPDX-License-Identifier: MIT */
/*
 * filemap.h - the page cache: the pages of a file, for read and write, mmap and exec alike.
 *
 *	file -> inode -> mapping (struct address_space)
 *	                   pages   page 0, 1, ...: a radix tree
 *	                   i_mmap  every area, of any address space, that maps a part of the file
 *
 * A page is in the tree only when its bytes are right: it is filled first and entered then. Who
 * enters it in a page table does so with the page_table_lock and the tree_lock while the tree has
 * it; and what has left the tree is unmapped from every area afterwards. So a page that a file no
 * longer has is mapped nowhere, and no lock of the single page is needed for that.
 *
 * The tree has one reference to each page; page->mapping and page->index name its place.
 * Lock order: inode mutex > mmap_sem > i_mmap_lock > page_table_lock > tree_lock.
 * Legend: [I] immutable, [t] tree_lock, [i] i_mmap_lock.
 */
#pragma once

#include <octavo/fs.h>
#include <octavo/gfp.h>
#include <octavo/radix.h>
#include <octavo/rwsem.h>
#include <octavo/spinlock.h>
#include <octavo/vma.h>

struct address_space;
struct audit;
struct mm;
struct page;

/* What a file system adds: one const table for each kind of mapping. */
struct mapping_ops {
	int (*charge)(struct address_space *m); /* room for one more page => 0, -ENOSPC */
	void (*uncharge)(struct address_space *m, u32 nr);
	u32 lru_bits; /* of its pages: PG_BACKED, where they have a place on a disk */
};

struct address_space {
	struct inode *host;            /* [I]; its size changes under [im] and [t] */
	const struct mapping_ops *ops; /* [I] */
	void *private;                 /* the ops' own [I] */
	spinlock_t tree_lock;
	struct radix_tree pages; /* struct page * [t] */
	bool tail_dirty; /* a program may have written behind the file's end in its last page [t] */
	u32 kept_end; /* behind its end, but before this page, there may be some: fallocate(2) [im] */
	u32 promised; /* pages that were promised when it was made; 0: each as it comes [I] */
	struct rwsem i_mmap_lock;
	struct interval_tree i_mmap; /* areas, by pages that they may map [i] */
	atomic_t nr_writable; /* shared areas that may be written to [a]; the first comes under [t] */
	u32 seen;             /* areas that the audit found; while it runs */
};

/* filemap_init - an empty cache for `host`, which points to it from now on. */
void filemap_init(struct address_space *m, struct inode *host, const struct mapping_ops *ops,
		  void *private);
void filemap_start(void); /* boot: the cache of tree nodes */

/* --- pages --- */
/* filemap_end - the first page behind the file's end [t] */
static inline u32 filemap_end(const struct address_space *m)
{
	return (u32)((m->host->size + (PAGE_SIZE - 1)) >> PAGE_SHIFT);
}
/* filemap_nr_pages - that the cache holds now (st_blocks); a hole has none */
static inline u32 filemap_nr_pages(const struct address_space *m)
{
	return m->pages.nr;
}
/* filemap_find - the page of `index`, with a reference for the caller; NULL: it is not there */
struct page *filemap_find(struct address_space *m, u32 index);
/* filemap_add - enter a page that is filled, owner PAGE_FILE; the tree takes a reference of its own.
 * `inside`: only where the file reaches to it. => 0; -EEXIST, -ENOMEM; -EFAULT behind the end;
 * sleeps */
int filemap_add(struct address_space *m, u32 index, struct page *page, bool inside);
/* filemap_get - the same as filemap_find(), but a hole becomes a page of zeros.
 * => 0 and *page; -ENOMEM, -ENOSPC; -EFAULT behind the end; sleeps */
int filemap_get(struct address_space *m, u32 index, gfp_t gfp, struct page **page);
/* filemap_new_page - a charged page for the cache, in no tree yet. => err_ptr(-ENOSPC, -ENOMEM) */
struct page *filemap_new_page(struct address_space *m, gfp_t gfp);
void filemap_drop_page(struct address_space *m, struct page *page); /* undoes it */
/* filemap_fill - all holes among the pages [first, end) become pages of zeros, behind the file's end,
 * too, or none does. [im] held => 0; -ENOMEM, -ENOSPC; -EINTR a signal; sleeps */
int filemap_fill(struct address_space *m, u32 first, u32 end);
/* filemap_remove - the pages [first, last] leave the cache; the caller then unmaps. => how many;
 * sleeps; not for who holds [t] */
u32 filemap_remove(struct address_space *m, u32 first, u32 last);
/* filemap_set_size - host->size, where the cache's users see it. [im] held (or nobody knows it) */
void filemap_set_size(struct address_space *m, loff_t size);
/* filemap_zero - bytes [from, to) of one page become zero, if it is there. [im] held */
void filemap_zero(struct address_space *m, loff_t from, loff_t to);

/* --- read(2), write(2) (mm/filemap_rw.c), for file_ops. Order: [im] (write) > mmap_sem (faults of
 * the copy); nothing of the cache is locked while user memory is touched --- */
/* filemap_read, filemap_write - up to len bytes at *pos, which moves on. => bytes; 0 at the end;
 * -EFAULT, -ENOSPC, -EFBIG, -ENOMEM, -EIO where not one byte went; sleeps. filemap_read_kernel - into
 * kernel memory, for exec. => bytes; -ENOMEM, -EIO; sleeps */
ssize_t filemap_read(struct file *file, char __user *buf, size_t len, loff_t *pos);
ssize_t filemap_write(struct file *file, const char __user *buf, size_t len, loff_t *pos);
/* filemap_write_vector - the same of several buffers, between which nobody else writes. */
ssize_t filemap_write_vector(struct file *file, struct user_vector *from, size_t len, loff_t *pos);
ssize_t filemap_read_kernel(struct file *file, void *buf, size_t len, loff_t pos);
ssize_t filemap_write_kernel(struct file *file, const void *buf, size_t len, loff_t *pos,
			     bool wait);

/* --- mappings (mm/filemap_mmap.c, rmap.c) --- */
/* filemap_mmap - file_ops.mmap of files that live in the page cache */
int filemap_mmap(struct file *file, struct vma *new);
extern const struct vma_ops file_vma_ops;
/* filemap_unmap - pages [first, last] of the file leave every address space, and private copies of
 * them, too, if `copies`. => i_mmap_lock not held; sleeps */
void filemap_unmap(struct address_space *m, u32 first, u32 last, bool copies);
static inline bool vma_is_file(const struct vma *v)
{
	return v->ops == &file_vma_ops;
}
/* vma_file - the file that an area maps, or NULL; the area has a reference. mmap_sem */
static inline struct file *vma_file(const struct vma *v)
{
	return vma_is_file(v) ? v->object : NULL;
}
static inline struct address_space *vma_mapping(const struct vma *v)
{
	return vma_is_file(v) ? ((struct file *)v->object)->inode->mapping : NULL;
}

/* filemap_audit - its pages. => pages found */
u32 filemap_audit(struct audit *a, struct address_space *m);
