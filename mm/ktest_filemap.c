/* SPDX-License-Identifier: MIT */
/*
 * ktest_filemap.c - kernel tests of the page cache: what is shared, what leaves, what the audit sees.
 *
 * The address spaces are never loaded: faults are brought about by calling mm_fault().
 */
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/filemap.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/string.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>

#define BASE    0x10000000u
#define PROGRAM "/bin/sh"
#define NAME    "ktest-filemap"
#define RW      (PROT_READ | PROT_WRITE)

static struct file *file;
static struct mm *mm;

static int set_size(loff_t size)
{
	int err;

	mutex_lock(&file->inode->mutex);
	err = file->inode->ops->truncate(file->inode, size);
	mutex_unlock(&file->inode->mutex);
	return err;
}

/* A file of so many pages of holes, mapped at BASE. */
static void begin(u32 pages, u32 flags)
{
	file = file_open("/" NAME, O_RDWR | O_CREAT | O_TRUNC | O_LARGEFILE, 0600);
	mm = mm_alloc();
	KTEST_OK(!ptr_is_err(file) && set_size((loff_t)pages * PAGE_SIZE) == 0, "a file");
	KTEST_OK((vaddr_t)mm_map(mm, BASE, pages * PAGE_SIZE, RW, flags | MAP_FIXED, file, 0) ==
			 BASE,
		 "mapped");
}

static void end(void)
{
	struct inode *root = fs_root->root;

	if (mm)
		mm_put(mm);
	mutex_lock(&root->mutex);
	KTEST_OK(root->ops->unlink(root, NAME, strlen(NAME), file->inode) == 0, "removed");
	mutex_unlock(&root->mutex);
	file_put(file);
}

static int touch(struct mm *m, vaddr_t va, unsigned flags)
{
	return mm_fault(m, va, flags | FAULT_USER);
}

static pte_t entry(struct mm *m, vaddr_t va)
{
	pte_t pte;

	spin_lock(&m->page_table_lock);
	pte = pmap_query(&m->pmap, va);
	spin_unlock(&m->page_table_lock);
	return pte;
}

static struct page *mapped(struct mm *m, vaddr_t va)
{
	return pfn_to_page(pte_pfn(entry(m, va)));
}

static vaddr_t data_area(struct mm *m)
{
	const struct vma *v = vma_first(&m->vmas);

	while (v && !(vma_is_file(v) && (v->flags & VM_WRITE)))
		v = vma_next(v);
	return v ? v->start : 0;
}

/* Two address spaces of one program have its text in the same frames, and data of their own. */
KTEST(filemap_text_is_shared, "")
{
	struct exec_image a = {0}, b = {0};
	struct page *text;
	vaddr_t data;
	s32 maps;

	file = file_open(PROGRAM, O_RDONLY, 0);
	KTEST_OK(!ptr_is_err(file) && exec_load(file, PAGE_SIZE, &a) == 0 &&
			 exec_load(file, PAGE_SIZE, &b) == 0,
		 "loaded twice");
	KTEST_OK(touch(a.mm, a.entry, FAULT_EXEC) == 0, "the first instruction");
	text = mapped(a.mm, a.entry);
	maps = atomic_read(&text->mapcount);
	KTEST_OK(page_owner(text) == PAGE_FILE && text->mapping == file->inode->mapping,
		 "the file's own page");
	KTEST_OK(touch(b.mm, b.entry, FAULT_EXEC) == 0 && mapped(b.mm, b.entry) == text,
		 "and the same one in the other");
	KTEST_OK(atomic_read(&text->mapcount) == maps + 1, "mapped once more");
	data = data_area(a.mm);
	KTEST_OK(data && touch(a.mm, data, FAULT_WRITE) == 0 && touch(b.mm, data, FAULT_WRITE) == 0,
		 "data is written");
	KTEST_OK(mapped(a.mm, data) != mapped(b.mm, data) && page_is_private(mapped(a.mm, data)),
		 "to each one's own page");
	mm_put(a.mm);
	mm_put(b.mm);
	KTEST_OK(atomic_read(&text->mapcount) == maps - 1, "and unmapped when they end");
	file_put(file);
}

KTEST(filemap_fault_maps_neighbours, "")
{
	begin(64, MAP_SHARED);
	KTEST_OK(touch(mm, BASE + 20 * PAGE_SIZE, FAULT_WRITE) == 0, "a hole is filled");
	KTEST_OK(filemap_nr_pages(file->inode->mapping) == 1 && mm->nr_resident == 1, "it alone");
	for (u32 i = 16; i < 40; i++) {
		struct page *page;

		KTEST_OK(filemap_get(file->inode->mapping, i, GFP_HIGHUSER, &page) == 0, "more");
		put_page(page);
	}
	KTEST_OK(touch(mm, BASE + 25 * PAGE_SIZE, 0) == 0 && mm->nr_resident == 16, "16 at once");
	KTEST_OK(!pte_none(entry(mm, BASE + 16 * PAGE_SIZE)) &&
			 !pte_none(entry(mm, BASE + 31 * PAGE_SIZE)) &&
			 pte_none(entry(mm, BASE + 32 * PAGE_SIZE)),
		 "of one window");
	KTEST_OK((vaddr_t)mm_map(mm, BASE + 0x1000000, 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED,
				 file, 20) == BASE + 0x1000000,
		 "four pages of it");
	KTEST_OK(touch(mm, BASE + 0x1000000, 0) == 0 && mm->nr_resident == 20, "and no more");
	end();
}

KTEST(filemap_truncate_unmaps, "")
{
	struct mm *other = mm_alloc();
	vaddr_t at = BASE + 5 * PAGE_SIZE;

	begin(16, MAP_SHARED);
	KTEST_OK((vaddr_t)mm_map(other, BASE, 16 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, file,
				 3) == BASE,
		 "another mapping, private, from page 3 on");
	KTEST_OK(touch(mm, at, 0) == 0 && touch(other, at, FAULT_WRITE) == 0 &&
			 touch(other, BASE, 0) == 0,
		 "pages of both");
	KTEST_OK(mm_unmap(mm, BASE + 2 * PAGE_SIZE, PAGE_SIZE) == 0, "one is in two pieces");
	KTEST_OK(set_size(5 * PAGE_SIZE) == 0, "five pages are left");
	KTEST_OK(pte_none(entry(mm, at)) && mm->nr_resident == 0, "the upper piece has none");
	KTEST_OK(pte_none(entry(other, at)) && !pte_none(entry(other, BASE)),
		 "the private copy is gone, page 3 stays");
	KTEST_OK(touch(mm, at, 0) == -EIO && touch(other, at, FAULT_WRITE) == -EIO, "SIGBUS");
	KTEST_OK(filemap_nr_pages(file->inode->mapping) == 1, "the cache has what is left");
	mm_put(other);
	end();
}

KTEST(filemap_one_page_in_a_hole, "")
{
	struct address_space *m;
	struct page *page, *late;

	begin(4, MAP_SHARED);
	m = file->inode->mapping;
	late = filemap_new_page(m, GFP_HIGHUSER | __GFP_ZERO);
	KTEST_OK(filemap_get(m, 2, GFP_HIGHUSER, &page) == 0, "a hole is filled");
	KTEST_OK(filemap_add(m, 2, late, true) == -EEXIST, "once");
	KTEST_OK(filemap_add(m, 4, late, true) == -EFAULT, "and not behind the end");
	filemap_drop_page(m, late);
	KTEST_OK(filemap_find(m, 2) == page, "it is found");
	put_page(page);
	put_page(page);
	end();
}

/* A child gets no entries of a large mapping that faults can bring back, but all private pages. */
KTEST(filemap_fork_leaves_to_faults, "")
{
	const u32 pages = TABLE_SPAN / PAGE_SIZE + 8;
	struct mm *child;

	begin(pages, MAP_PRIVATE);
	KTEST_OK(touch(mm, BASE, 0) == 0, "a page of the file");
	child = mm_fork(mm);
	KTEST_OK(child && pte_none(entry(child, BASE)), "is not copied");
	KTEST_OK(touch(child, BASE, 0) == 0 && mapped(child, BASE) == mapped(mm, BASE),
		 "a fault brings it back");
	mm_put(child);
	KTEST_OK(touch(mm, BASE + PAGE_SIZE, FAULT_WRITE) == 0, "a page of its own");
	child = mm_fork(mm);
	KTEST_OK(child && mapped(child, BASE + PAGE_SIZE) == mapped(mm, BASE + PAGE_SIZE),
		 "is shared until it is written");
	mm_put(child);
	end();
}

KTEST(filemap_audit_sees, "")
{
	struct page *page;
	struct vma *v;

	begin(4, MAP_PRIVATE);
	KTEST_OK(touch(mm, BASE, 0) == 0 && audit_count() == 0, "nothing differs yet");
	page = mapped(mm, BASE);
	page->index++;
	KTEST_OK(audit_count() == 2, "a page that points elsewhere: to the file and the area");
	page->index--;
	v = vma_first(&mm->vmas);
	rmap_unlink(v);
	KTEST_OK(audit_count() == 1, "an area that its file does not know");
	rmap_link(v, NULL);
	spin_lock(&mm->page_table_lock);
	pmap_enter(&mm->pmap, BASE, page_to_pfn(page), PMAP_READ | PMAP_WRITE);
	spin_unlock(&mm->page_table_lock);
	KTEST_OK(audit_count() == 1, "a private mapping that can write to the file");
	mm_put(mm);
	mm = NULL;
	KTEST_OK(audit_count() == 0, "nothing differs any more");
	end();
}
