/* SPDX-License-Identifier: MIT */
/*
 * filemap_fault.c - faults in areas that map a file.
 *
 *	nothing there, read; or shared	map the page and its neighbours that the cache has
 *	private, write			a copy of the cache's page; of our own, as any private page
 *	behind the end of the file	-EIO (SIGBUS)
 *	the entry names a page		map that (VM_NONLINEAR, shared)
 *	a hole				becomes a page of zeros first; no room for it: -EIO
 *
 *	the window:	|....[x][x][ ][F][x]....|	FAULT_AROUND pages, aligned; [x] in the cache
 *
 * The page table is changed with page_table_lock and tree_lock held and the page in the tree: what
 * the file no longer has cannot come back (<octavo/filemap.h>). A page that had to be made, or
 * copied from, may have gone meanwhile: then nothing is entered, and the access is tried again.
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>

#define FAULT_AROUND (16 * PAGE_SIZE) /* bytes, a power of two; one table maps them */

/* What entries of the cache's pages allow: only a shared mapping writes to them. */
static u32 cache_prot(const struct vma *v)
{
	u32 prot = vm_prot(v->flags);

	return v->flags & VM_SHARED ? prot : prot & ~PMAP_WRITE;
}

/* Map what the cache has of [va, end), where nothing is mapped. => how many; PTL and tree_lock */
static u32 map_cached(struct mm *mm, const struct vma *v, struct address_space *m, vaddr_t va,
		      vaddr_t end)
{
	u32 prot = cache_prot(v), index = vma_index(v, va), mapped = 0;

	assert_held(&mm->page_table_lock);
	assert_held(&m->tree_lock);
	while (va < end) {
		u32 run, pages = (u32)((end - va) >> PAGE_SHIFT);
		void *const *slots = radix_run(&m->pages, index, &run);

		run = MIN(run, pages);
		index += run;
		if (!slots) {
			va += run << PAGE_SHIFT;
			continue;
		}
		for (; run > 0; run--, slots++, va += PAGE_SIZE) {
			struct page *page = *slots;

			if (!page || !pmap_enter_empty(&mm->pmap, va, page_to_pfn(page), prot))
				continue;
			atomic_inc(&page->mapcount);
			atomic_inc(&page->refcount);
			user_page_locked(v, page_to_pfn(page));
			mapped++;
		}
	}
	return mapped;
}

/* What of [start, end) lies before the file's end: pages behind it are mapped nowhere. [t] */
static vaddr_t in_file(const struct vma *v, const struct address_space *m, vaddr_t start,
		       vaddr_t end)
{
	u32 index = vma_index(v, start), file_end = filemap_end(m);
	u32 pages = file_end > index ? file_end - index : 0;

	return pages < (end - start) >> PAGE_SHIFT ? start + (pages << PAGE_SHIFT) : end;
}

/* The page at va and its neighbours, as far as the cache has them. => false: not the one at va */
static bool map_around(struct mm *mm, const struct vma *v, struct address_space *m, vaddr_t va)
{
	vaddr_t window = ALIGN_DOWN(va, FAULT_AROUND);
	vaddr_t start = MAX(window, v->start), end = MIN(window + FAULT_AROUND, v->end);
	bool there;

	spin_lock(&mm->page_table_lock);
	spin_lock(&m->tree_lock);
	mm->nr_resident += map_cached(mm, v, m, start, in_file(v, m, start, end));
	spin_unlock(&m->tree_lock);
	there = !pte_none(pmap_query(&mm->pmap, va));
	spin_unlock(&mm->page_table_lock);
	return there;
}

/* What a missing page means to the program. */
static int fault_errno(int err)
{
	return err == -EFAULT || err == -ENOSPC ? -EIO : err;
}

bool filemap_map_remembered(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen)
{
	struct address_space *m = vma_mapping(v);
	u32 index = pte_index_remembered(seen);
	struct page *page;

	spin_lock(&mm->page_table_lock);
	spin_lock(&m->tree_lock);
	page = index < filemap_end(m) ? radix_lookup(&m->pages, index) : NULL;
	if (page && pmap_replace(&mm->pmap, va, seen, page_to_pfn(page), cache_prot(v))) {
		user_page_mapped(page_to_pfn(page));
		user_page_locked(v, page_to_pfn(page));
		mm->nr_resident++;
	}
	spin_unlock(&m->tree_lock);
	spin_unlock(&mm->page_table_lock);
	return page != NULL;
}

static int map_page(struct mm *mm, const struct vma *v, struct address_space *m, vaddr_t va,
		    pte_t seen)
{
	bool remembered = pte_remembered(seen);
	u32 index = remembered ? pte_index_remembered(seen) : vma_index(v, va);

	while (remembered ? !filemap_map_remembered(mm, v, va, seen) : !map_around(mm, v, m, va)) {
		struct page *page;
		int err = filemap_get(m, index, GFP_FAULT, &page);

		if (err != 0)
			return fault_errno(err);
		put_page(page); /* in the tree: now it is found there */
	}
	return 0;
}

/* A private copy `new` of the page `old` in place of the entry `seen`, if both are still what they
 * were: a page of the cache may have left the file. => false: not entered */
static bool enter_copy(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen, struct page *old,
		       struct page *new)
{
	struct address_space *m = vma_mapping(v);
	u32 prot = vm_prot(v->flags);
	bool entered = false;

	spin_lock(&mm->page_table_lock);
	spin_lock(&m->tree_lock);
	new->index = vma_index(v, va);
	if (page_is_private(old) || (old->mapping == m && old->index == new->index)) {
		entered = pte_none(seen)
				  ? pmap_enter_empty(&mm->pmap, va, page_to_pfn(new), prot)
				  : pmap_replace(&mm->pmap, va, seen, page_to_pfn(new), prot);
	}
	spin_unlock(&m->tree_lock);
	if (entered) {
		mm->nr_resident += pte_none(seen);
		if (!pte_none(seen))
			user_page_unlocked(v, pte_pfn(seen));
		user_page_locked(v, page_to_pfn(new));
	}
	spin_unlock(&mm->page_table_lock);
	return entered;
}

/* `old`, of which the caller gives a reference, is copied, and the copy entered for `seen`. */
static int copy_page(struct mm *mm, struct vma *v, vaddr_t va, pte_t seen, struct page *old)
{
	struct page *new = rmap_prepare(v) == 0 ? user_page_alloc(v, GFP_FAULT) : NULL;

	if (new) {
		pmap_copy_frame(page_to_pfn(new), page_to_pfn(old));
		if (!enter_copy(mm, v, va, seen, old, new))
			user_page_discard(new);
		else if (!pte_none(seen))
			user_page_unmapped(pte_pfn(seen)); /* the entry that was replaced */
	}
	put_page(old);
	return new ? 0 : -ENOMEM;
}

/* A write in a private area, to a page that is not mapped or is the cache's. */
static int copy_cached(struct mm *mm, struct vma *v, vaddr_t va, pte_t seen)
{
	struct page *old;
	int err = filemap_get(vma_mapping(v), vma_index(v, va), GFP_FAULT, &old);

	return err == 0 ? copy_page(mm, v, va, seen, old) : fault_errno(err);
}

/* A write to a copy that a fork has left read-only: it becomes writable, if nobody else has it.
 * Truncation takes copies away without mmap_sem: who copies one has a reference, so that its frame
 * cannot come back here as another page meanwhile. */
static int copy_again(struct mm *mm, struct vma *v, vaddr_t va, pte_t seen)
{
	struct page *old = pfn_to_page(pte_pfn(seen));
	bool copy = false;

	spin_lock(&mm->page_table_lock);
	if (pte_same(pmap_query(&mm->pmap, va), seen)) {
		copy = !user_page_may_write(pte_pfn(seen));
		if (copy)
			get_page(old);
		else
			pmap_replace(&mm->pmap, va, seen, pte_pfn(seen), vm_prot(v->flags));
	}
	spin_unlock(&mm->page_table_lock);
	return copy ? copy_page(mm, v, va, seen, old) : 0;
}

/* A shared page that is there, but not writable. */
static int make_writable(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen)
{
	spin_lock(&mm->page_table_lock);
	pmap_replace(&mm->pmap, va, seen, pte_pfn(seen), vm_prot(v->flags));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

int filemap_fault(struct mm *mm, struct vma *v, vaddr_t va, bool write)
{
	pte_t pte;

	if (need_table(mm, va) != 0)
		return -ENOMEM;
	pte = pmap_query(&mm->pmap, va);
	if (write && !(v->flags & VM_SHARED)) {
		if (pte_writable(pte))
			return 0;
		if (!pte_none(pte) && page_is_private(pfn_to_page(pte_pfn(pte))))
			return copy_again(mm, v, va, pte);
		return copy_cached(mm, v, va, pte);
	}
	if (!pte_present(pte))
		return map_page(mm, v, vma_mapping(v), va, pte);
	return write && !pte_writable(pte) ? make_writable(mm, v, va, pte) : 0;
}
