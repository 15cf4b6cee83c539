/* SPDX-License-Identifier: MIT */
/*
 * ktest_rmap.c - kernel tests of reverse mapping: whatever was done to areas and pages, the walk from a
 * page finds each entry that maps it, and nothing else.
 */
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/fs.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>

#define BASE  0x10000000u
#define PAGES 16u
#define AT(n) (BASE + (n)*PAGE_SIZE)
#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_ANONYMOUS | MAP_FIXED)
#define NAME  "ktest-rmap"

static struct mm *mm;

static long map(struct mm *m, vaddr_t va, u32 pages, u32 flags)
{
	return mm_map(m, va, pages * PAGE_SIZE, RW, flags, NULL, 0);
}

static void begin(u32 flags)
{
	mm = mm_alloc();
	KTEST_OK(mm && (vaddr_t)map(mm, BASE, PAGES, flags | ANON) == BASE, "an area");
}

static void end(void)
{
	KTEST_OK(audit_count() == 0, "nothing differs");
	mm_put(mm);
}

static void write_to(struct mm *m, u32 first, u32 nr)
{
	for (u32 i = first; i < first + nr; i++)
		KTEST_OK(mm_fault(m, AT(i), FAULT_WRITE | FAULT_USER) == 0, "a write");
}

static struct page *mapped(struct mm *m, vaddr_t va)
{
	pte_t pte;

	spin_lock(&m->page_table_lock);
	pte = pmap_query(&m->pmap, va);
	spin_unlock(&m->page_table_lock);
	return pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;
}

struct found {
	u32 nr;
	struct mm *mm; /* it is among them, */
	vaddr_t va;    /* here */
	bool here;
};

static bool find(struct page *page, struct vma *v, vaddr_t va, void *arg)
{
	struct found *f = arg;

	(void)page;
	f->nr++;
	f->here |= v->mm == f->mm && va == f->va;
	return true;
}

/* Does the walk find all entries of the page that m has at va, this one among them? */
static bool walk_is_whole(struct mm *m, vaddr_t va)
{
	struct found f = {.mm = m, .va = va};
	struct page *page = mapped(m, va);

	get_page(page);
	rmap_walk(page, find, &f);
	put_page(page);
	return f.here && f.nr == (u32)atomic_read(&page->mapcount);
}

/* Of every page of [start, start + pages): => how many there are; none is missed */
static u32 walks(struct mm *m, vaddr_t start, u32 pages)
{
	u32 nr = 0;

	for (vaddr_t va = start; va < start + pages * PAGE_SIZE; va += PAGE_SIZE) {
		if (!mapped(m, va) || page_to_pfn(mapped(m, va)) == zero_pfn)
			continue;
		KTEST_OK(walk_is_whole(m, va), "the entry is found");
		nr++;
	}
	return nr;
}

KTEST(rmap_areas_are_cut_and_moved, "")
{
	const vaddr_t away = 0x20000000u;

	begin(MAP_PRIVATE);
	KTEST_OK(vma_first(&mm->vmas)->anon == NULL, "no region before the first page");
	write_to(mm, 0, PAGES);
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES, "all pages");
	KTEST_OK(mm_protect(mm, AT(4), 4 * PAGE_SIZE, PROT_READ) == 0, "cut in three");
	KTEST_OK(mm->vmas.nr == 3 && walks(mm, BASE, PAGES) == PAGES, "in each of them");
	KTEST_OK(mm_unmap(mm, AT(1), PAGE_SIZE) == 0 && mm_unmap(mm, AT(8), PAGE_SIZE) == 0,
		 "a page out of the middle, and a first one");
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES - 2, "the others stay");
	KTEST_OK((vaddr_t)mm_remap(mm, AT(9), 3 * PAGE_SIZE, 5 * PAGE_SIZE,
				   MREMAP_MAYMOVE | MREMAP_FIXED, away) == away,
		 "moved");
	KTEST_OK(walks(mm, away, 5) == 3, "found where they are now");
	KTEST_OK(mm_protect(mm, AT(4), 4 * PAGE_SIZE, RW) == 0 &&
			 (vaddr_t)map(mm, AT(1), 1, MAP_PRIVATE | ANON) == AT(1) &&
			 mm->vmas.nr == 3,
		 "one again");
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES - 5, "in the merged one");
	end();
}

/* An area without pages before it takes in one that has some. */
KTEST(rmap_merged_area_takes_the_region, "")
{
	begin(MAP_PRIVATE);
	KTEST_OK(mm_protect(mm, BASE, 8 * PAGE_SIZE, PROT_READ) == 0, "two areas");
	write_to(mm, 8, 8);
	KTEST_OK(vma_first(&mm->vmas)->anon == NULL, "one has pages");
	KTEST_OK(mm_protect(mm, BASE, 8 * PAGE_SIZE, RW) == 0 && mm->vmas.nr == 1, "one area");
	KTEST_OK(walks(mm, BASE, PAGES) == 8, "its pages are found");
	write_to(mm, 0, 8);
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES, "and the new ones");
	end();
	/* by an area between two */
	begin(MAP_PRIVATE);
	KTEST_OK(mm_unmap(mm, AT(4), 4 * PAGE_SIZE) == 0, "two areas");
	write_to(mm, 8, 8);
	KTEST_OK((vaddr_t)map(mm, AT(4), 4, MAP_PRIVATE | ANON) == AT(4) && mm->vmas.nr == 1,
		 "joined");
	KTEST_OK(walks(mm, BASE, PAGES) == 8, "its pages are found");
	end();
}

/* Neighbours that were touched while they differed in access become one; those that had nothing to do
 * with each other stay two. */
KTEST(rmap_neighbours_share_a_region, "")
{
	begin(MAP_PRIVATE);
	KTEST_OK(mm_protect(mm, BASE, 8 * PAGE_SIZE, RW | PROT_EXEC) == 0, "two areas");
	write_to(mm, 0, PAGES);
	KTEST_OK(mm_protect(mm, BASE, 8 * PAGE_SIZE, RW) == 0 && mm->vmas.nr == 1, "one area");
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES, "all pages");
	KTEST_OK(mm_unmap(mm, AT(4), 4 * PAGE_SIZE) == 0 && mm_unmap(mm, AT(8), 8 * PAGE_SIZE) == 0,
		 "apart");
	KTEST_OK((vaddr_t)map(mm, AT(8), 8, MAP_PRIVATE | ANON) == AT(8), "another area");
	write_to(mm, 8, 8);
	KTEST_OK((vaddr_t)map(mm, AT(4), 4, MAP_PRIVATE | ANON) == AT(4) && mm->vmas.nr == 2,
		 "the first goes with one of them");
	write_to(mm, 4, 4);
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES, "all pages");
	end();
}

KTEST(rmap_forks, "")
{
	struct mm *child, *grandchild;

	begin(MAP_PRIVATE);
	write_to(mm, 0, PAGES);
	child = mm_fork(mm);
	grandchild = mm_fork(child);
	KTEST_OK(child && grandchild, "forked twice");
	write_to(child, 0, 4);
	write_to(grandchild, 2, 4);
	write_to(mm, 4, 4);
	KTEST_OK(walks(mm, BASE, PAGES) + walks(child, BASE, PAGES) +
				 walks(grandchild, BASE, PAGES) ==
			 3 * PAGES,
		 "each finds its own, and the others'");
	KTEST_OK(audit_count() == 0, "nothing differs");
	mm_put(mm);
	KTEST_OK(walks(child, BASE, PAGES) + walks(grandchild, BASE, PAGES) == 2 * PAGES,
		 "the parent has gone");
	KTEST_OK((vaddr_t)map(child, AT(PAGES), 1, MAP_PRIVATE | ANON) == AT(PAGES) &&
			 child->vmas.nr == 2,
		 "what came from a parent takes in nothing");
	mm_put(grandchild);
	mm = child;
	KTEST_OK(walks(mm, BASE, PAGES) == PAGES, "and the child");
	end();
}

KTEST(rmap_shared_memory, "")
{
	struct page *page;
	struct mm *child;

	begin(MAP_SHARED);
	write_to(mm, 0, 4);
	child = mm_fork(mm);
	write_to(child, 2, 4);
	KTEST_OK(mm_unmap(child, AT(3), PAGE_SIZE) == 0, "cut");
	KTEST_OK(walks(mm, BASE, PAGES) == 4 && walks(child, BASE, PAGES) == 5,
		 "all entries, of neighbours too");
	page = mapped(mm, AT(2));
	KTEST_OK(atomic_read(&page->mapcount) == 2 && rmap_referenced(page) == 2, "both, accessed");
	KTEST_OK(rmap_referenced(page) == 0, "and not since");
	KTEST_OK(rmap_unmap(page) == 2 && !mapped(mm, AT(2)) && !mapped(child, AT(2)),
		 "taken away from both");
	write_to(child, 2, 1);
	KTEST_OK(mapped(child, AT(2)) == page && atomic_read(&page->mapcount) == 1,
		 "the object has it still");
	mm_put(child);
	end();
}

/* Bytes of kernel memory that caches have handed out. */
static u32 cache_bytes(void)
{
	struct slab_stat s;
	u32 bytes = 0;

	for (unsigned i = 0; slab_stat(i, &s); i++)
		bytes += s.in_use * s.object_size;
	return bytes;
}

/* Neither a page nor an entry costs anything but what struct page has in any case, in no kind of memory:
 * an area has its links, and its first page brings a region. */
KTEST(rmap_costs_nothing_per_page, "wli-1")
{
	const u32 many = 1024, first = 0x20000000u;
	struct mm *child[3];
	u32 before, forked;

	begin(MAP_PRIVATE);
	KTEST_OK((vaddr_t)map(mm, first, many, MAP_PRIVATE | ANON) == first, "many pages");
	before = cache_bytes();
	KTEST_OK(mm_populate(mm, first, first + many * PAGE_SIZE, 0) == 0 &&
			 mm->nr_resident == many,
		 "are there");
	KTEST_OK(cache_bytes() - before == sizeof(struct anon_region),
		 "one region for all of them");
	before = cache_bytes();
	child[0] = mm_fork(mm);
	forked = cache_bytes() - before;
	child[1] = mm_fork(mm);
	child[2] = mm_fork(child[0]);
	KTEST_OK(child[0] && child[1] && child[2] && child[2]->nr_resident == many,
		 "four times as many entries");
	KTEST_OK(cache_bytes() - before == 3 * forked &&
			 forked == sizeof(struct mm) + 2 * sizeof(struct vma),
		 "each child has an address space and two areas, and nothing for its entries");
	KTEST_OK(walks(mm, first, many) == many, "which are found");
	for (unsigned i = 0; i < ARRAY_SIZE(child); i++)
		mm_put(child[i]);
	end();
}

KTEST(rmap_nonlinear_areas, "")
{
	struct page *page;
	struct mm *child;

	begin(MAP_SHARED);
	write_to(mm, 0, 4);
	KTEST_OK(mm_remap_pages(mm, AT(1), PAGE_SIZE, 3, 0) == 0, "page 3 for page 1");
	child = mm_fork(mm);
	page = mapped(mm, AT(3));
	KTEST_OK(mapped(mm, AT(1)) == page && mapped(child, AT(1)) == page, "twice in each");
	KTEST_OK(atomic_read(&page->mapcount) == 4 && rmap_referenced(page) == 4, "all found");
	KTEST_OK(rmap_unmap(page) == 4 && !mapped(mm, AT(1)) && !mapped(child, AT(3)), "and gone");
	write_to(child, 1, 1);
	KTEST_OK(mapped(child, AT(1)) == page, "what they showed is known still");
	mm_put(child);
	end();
}

static bool stop_at_once(struct page *page, struct vma *v, vaddr_t va, void *nr)
{
	(void)page;
	(void)v;
	(void)va;
	++*(u32 *)nr;
	return false;
}

KTEST(rmap_files, "")
{
	struct inode *root = fs_root->root;
	struct file *file = file_open("/" NAME, O_RDWR | O_CREAT | O_TRUNC | O_LARGEFILE, 0600);
	u32 nr = 0;

	mm = mm_alloc();
	mutex_lock(&file->inode->mutex);
	KTEST_OK(file->inode->ops->truncate(file->inode, PAGES * PAGE_SIZE) == 0, "a file");
	mutex_unlock(&file->inode->mutex);
	KTEST_OK((vaddr_t)mm_map(mm, BASE, 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, file, 4) ==
				 BASE &&
			 (vaddr_t)mm_map(mm, AT(4), 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, file,
					 8) == AT(4) &&
			 mm->vmas.nr == 1 &&
			 (vaddr_t)mm_map(mm, AT(8), 8 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED,
					 file, 0) == AT(8),
		 "mapped twice, at different places");
	write_to(mm, 0, 8);
	KTEST_OK(mm_fault(mm, AT(12), FAULT_USER) == 0, "a page of the file in the private area");
	KTEST_OK(mapped(mm, AT(12)) == mapped(mm, AT(0)), "is the same one");
	write_to(mm, 14, 2);
	KTEST_OK(mm_protect(mm, AT(14), PAGE_SIZE, PROT_READ) == 0, "cut");
	KTEST_OK(walks(mm, BASE, PAGES) >= 11, "all entries, those of copies, too");
	KTEST_OK(!rmap_walk(mapped(mm, AT(0)), stop_at_once, &nr) && nr == 1, "told to stop");
	KTEST_OK(rmap_unmap(mapped(mm, AT(0))) == 2 && !mapped(mm, AT(0)) && !mapped(mm, AT(12)),
		 "taken away");
	end();
	mutex_lock(&root->mutex);
	KTEST_OK(root->ops->unlink(root, NAME, strlen(NAME), file->inode) == 0, "removed");
	mutex_unlock(&root->mutex);
	file_put(file);
}

KTEST(rmap_audit_sees, "")
{
	struct page *page;
	struct vma *v;

	begin(MAP_PRIVATE);
	write_to(mm, 0, 1);
	page = mapped(mm, BASE);
	v = vma_first(&mm->vmas);
	page->index++;
	KTEST_OK(audit_count() == 1, "a page that is looked for elsewhere");
	page->index--;
	LIST_REMOVE(v, anon_areas);
	KTEST_OK(audit_count() == 1, "an area that its region does not know");
	LIST_INSERT_HEAD(&v->anon->areas, v, anon_areas);
	atomic_inc(&v->anon->refs);
	KTEST_OK(audit_count() == 1, "a reference too many");
	atomic_dec(&v->anon->refs);
	end();
}
