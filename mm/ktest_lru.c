/* SPDX-License-Identifier: MIT */
/* ktest_lru.c - kernel tests of the LRU lists and of mlocked pages. */
#include <octavo/audit.h>
#include <octavo/filemap.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/string.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>

#define BASE  0x10000000u
#define PAGES 4u

static struct mm *map(u32 flags, struct file *file)
{
	struct mm *mm = mm_alloc();

	KTEST_OK((vaddr_t)mm_map(mm, BASE, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				 flags | MAP_FIXED, file, 0) == BASE,
		 "an area");
	return mm;
}

static struct page *page_at(struct mm *mm, u32 index)
{
	struct page *page = NULL;

	KTEST_OK(mm_page_for_write(mm, BASE + index * PAGE_SIZE, &page) == 0, "a page");
	put_page(page);
	return page;
}

static void set_locked(struct mm *mm, u32 bits)
{
	rwsem_down_write(&mm->mmap_sem);
	mm_set_lock_bits(mm, vma_first(&mm->vmas), bits);
	rwsem_up_write(&mm->mmap_sem);
}

static u32 listed(enum lru_list list)
{
	struct lru_counts c = {0};

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		lru_counts_add(z, &c);
	return c.nr[list];
}

static u32 mlocked(void)
{
	struct lru_counts c = {0};

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		lru_counts_add(z, &c);
	return c.mlocked;
}

KTEST(lru_follows_pages, "")
{
	u32 before = listed(LRU_INACTIVE_ANON);
	struct mm *mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL), *child;
	struct page *page;

	page = page_at(mm, 0);
	KTEST_OK((page->flags & PG_LRU_BITS) == PG_LRU_NEW, "a new page is in a batch");
	page_at(mm, 1);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before + 2, "two pages, two on a list");
	KTEST_OK(audit_count() == 0, "the audit agrees, and has emptied the batch");
	KTEST_OK((page->flags & PG_LRU_BITS) == PG_LRU, "the page is on its list");
	child = mm_fork(mm);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before + 2, "a page of two programs is on it once");
	page_at(child, 0);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before + 3, "a copy, too");
	mm_put(child);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before + 2, "and goes");
	mm_put(mm);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before, "all go");
	KTEST_OK((page->flags & (PAGE_OWNER_MASK | PG_LRU)) == (PAGE_PCP | PG_LRU),
		 "but on the list it stays while it is hot");
	mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	page_at(mm, 0);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before + 1, "and counts when it is used again");
	mm_put(mm);
	pcp_drain_all();
	KTEST_OK((page->flags & PG_LRU_BITS) == 0, "in the buddy, it has left");
}

/* Batches keep pages that were freed, and that are somebody else's by then. */
KTEST(lru_batches_outlive_pages, "")
{
	u32 before = listed(LRU_INACTIVE_ANON);
	struct page *kept[2 * PCP_BATCH];
	struct mm *mm;

	for (u32 i = 0; i < ARRAY_SIZE(kept); i++) {
		mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL);
		page_at(mm, 0);
		mm_put(mm);
		kept[i] = alloc_page(GFP_HIGHUSER);
	}
	KTEST_OK(audit_count() == ARRAY_SIZE(kept), "these pages are nobody's, and on no list");
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before, "nothing is");
	for (u32 i = 0; i < ARRAY_SIZE(kept); i++)
		free_page(kept[i]);
}

KTEST(lru_second_use_activates, "")
{
	u32 inactive = listed(LRU_INACTIVE_FILE), active = listed(LRU_ACTIVE_FILE);
	struct page *page = alloc_page(GFP_HIGHUSER);

	page_claim(page, PAGE_FILE);
	lru_add(page, PG_BACKED);
	KTEST_OK(listed(LRU_INACTIVE_FILE) == inactive + 1, "a page of a file that is on a disk");
	page_accessed(page);
	KTEST_OK(listed(LRU_INACTIVE_FILE) == inactive + 1, "used once");
	page_accessed(page);
	KTEST_OK(listed(LRU_INACTIVE_FILE) == inactive && listed(LRU_ACTIVE_FILE) == active + 1,
		 "used twice");
	page_accessed(page);
	page_accessed(page);
	KTEST_OK((page->flags & PG_LRU_BITS & ~(PG_LRU_NEW | PG_LRU)) ==
			 (PG_ACTIVE | PG_BACKED | PG_REFERENCED),
		 "and more often");
	put_page(page);
	KTEST_OK(listed(LRU_ACTIVE_FILE) == active, "freed");
}

KTEST(lru_mlocked_pages_leave, "wli-4")
{
	u32 before = listed(LRU_INACTIVE_ANON), locks = mlocked();
	struct mm *mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL), *child;
	struct page *page = page_at(mm, 0), *copy;

	page_at(mm, 1);
	set_locked(mm, VM_LOCKED);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before && mlocked() == locks + 2, "both have left");
	KTEST_OK(page->nr_mlocks == 1, "the list's field counts");
	page_at(mm, 2);
	KTEST_OK(mlocked() == locks + 3, "a page that comes later");
	KTEST_OK(audit_count() == 0, "the audit agrees");
	child = mm_fork(mm);
	KTEST_OK(page->nr_mlocks == 1, "a child has locked nothing");
	copy = page_at(mm, 0);
	KTEST_OK(copy != page && (copy->flags & PG_MLOCKED) && !(page->flags & PG_MLOCKED),
		 "the copy is locked, the original on a list");
	set_locked(child, VM_LOCKED);
	KTEST_OK(pfn_to_page(pte_pfn(pmap_query(&mm->pmap, BASE + PAGE_SIZE)))->nr_mlocks == 2,
		 "locked by two programs");
	KTEST_OK(audit_count() == 0, "the audit agrees");
	set_locked(mm, 0);
	KTEST_OK(mlocked() == locks + 3, "the child's stay");
	mm_put(mm);
	mm_put(child);
	KTEST_OK(listed(LRU_INACTIVE_ANON) == before && mlocked() == locks, "nothing stays");
}

/* What truncation takes away is no longer locked; a copy in its place is. */
KTEST(lru_mlocked_files, "wli-4")
{
	struct file *file = file_open("/ktest-lru", O_RDWR | O_CREAT | O_TRUNC | O_LARGEFILE, 0600);
	struct inode *root = fs_root->root;
	u32 locks = mlocked();
	struct mm *shared, *private;

	mutex_lock(&file->inode->mutex);
	KTEST_OK(file->inode->ops->truncate(file->inode, PAGES * PAGE_SIZE) == 0, "a file");
	shared = map(MAP_SHARED, file);
	private = map(MAP_PRIVATE, file);
	set_locked(shared, VM_LOCKED);
	set_locked(private, VM_LOCKED);
	for (u32 i = 0; i < PAGES; i++)
		page_at(shared, i);
	KTEST_OK(mm_fault(private, BASE, FAULT_USER) == 0, "all pages are mapped by a fault");
	KTEST_OK(mlocked() == locks + PAGES, "each is counted once");
	KTEST_OK(page_at(shared, 1)->nr_mlocks == 2, "locked by two");
	page_at(private, 1);
	KTEST_OK(page_at(shared, 1)->nr_mlocks == 1 && mlocked() == locks + PAGES + 1,
		 "the copy takes one lock along");
	KTEST_OK(audit_count() == 0, "the audit agrees");
	KTEST_OK(file->inode->ops->truncate(file->inode, 0) == 0, "truncated");
	KTEST_OK(mlocked() == locks, "nothing is locked any more");
	mutex_unlock(&file->inode->mutex);
	mm_put(shared);
	mm_put(private);
	mutex_lock(&root->mutex);
	KTEST_OK(root->ops->unlink(root, "ktest-lru", 9, file->inode) == 0, "removed");
	mutex_unlock(&root->mutex);
	file_put(file);
}

/* Entries go elsewhere, and their locks with them. */
KTEST(lru_mlocked_moves, "wli-4")
{
	struct mm *mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	vaddr_t to = BASE + 16 * PAGE_SIZE;
	u32 locks = mlocked();

	page_at(mm, 0);
	set_locked(mm, VM_LOCKED);
	KTEST_OK((vaddr_t)mm_remap(mm, BASE, PAGES * PAGE_SIZE, PAGES * PAGE_SIZE,
				   MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
		 "moved");
	KTEST_OK(mlocked() == locks + 1 && audit_count() == 0, "the page is locked there");
	KTEST_OK((vaddr_t)mm_remap(mm, to, PAGES * PAGE_SIZE, PAGES * PAGE_SIZE,
				   MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, BASE) == BASE,
		 "moved, and the old area stays");
	KTEST_OK(mlocked() == locks + 1 && audit_count() == 0, "the page is locked there, too");
	mm_put(mm);
	KTEST_OK(mlocked() == locks, "and no longer");
}

KTEST(audit_sees_lru, "wli-4")
{
	struct mm *mm = map(MAP_PRIVATE | MAP_ANONYMOUS, NULL);
	struct page *page = page_at(mm, 0);
	struct lru *lru = &page_zone(page)->lru;

	KTEST_OK(audit_count() == 0, "nothing differs, and no batch has the page");
	lru->nr[LRU_INACTIVE_ANON]++;
	KTEST_OK(audit_count() == 1, "a list's count");
	lru->nr[LRU_INACTIVE_ANON]--;
	TAILQ_REMOVE(&lru->list[LRU_INACTIVE_ANON], page, lru);
	KTEST_OK(audit_count() == 2, "a page that is on no list, and the count");
	TAILQ_INSERT_HEAD(&lru->list[LRU_ACTIVE_ANON], page, lru);
	KTEST_OK(audit_count() == 3, "on another one: both counts, and what it says");
	TAILQ_REMOVE(&lru->list[LRU_ACTIVE_ANON], page, lru);
	TAILQ_INSERT_HEAD(&lru->list[LRU_INACTIVE_ANON], page, lru);
	set_locked(mm, VM_LOCKED);
	page->nr_mlocks++;
	KTEST_OK(audit_count() == 1, "a lock that nobody has");
	page->nr_mlocks--;
	lru->nr_mlocked++;
	KTEST_OK(audit_count() == 1, "the count of locked pages");
	lru->nr_mlocked--;
	mm_put(mm);
}
