/* SPDX-License-Identifier: MIT */
/*
 * remap_file.c - remap_file_pages(2): one area that shows a file's pages in any order (wli-3, wli-7).
 *
 *	area	|  0  |  1  |  2  |  3  |	pages of the file by their place: entries that are empty
 *	remap	|  0  |  7  |  2  |  2  |	VM_NONLINEAR: what is elsewhere says so in its entry
 *
 * An entry of such an area maps a page, or names one (pte_remembered) that the next access brings: whoever
 * takes a page away leaves its number behind, unless the area itself goes. A page that the file no longer
 * has is SIGBUS then, as anywhere else.
 *
 * From the file to such entries: the area is listed as one that may map any page, before the first of them
 * is out of order, and all of its entries are looked at (rmap.c). No page is kept in memory by it, so
 * nobody needs a privilege (wli-6).
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/mman.h>

#define BATCH 32u /* entries that are changed with one flush */

/* --- entries --- */

/* What entries mapped that name a page by now. */
struct gone {
	pte_t pte[BATCH];
	u32 nr;
};

static void keep(struct gone *g, pte_t old)
{
	ASSERT(g->nr < BATCH);
	if (pte_present(old))
		g->pte[g->nr++] = old;
}

static void remember(struct mm *mm, vaddr_t va, u32 index, struct gone *g)
{
	keep(g, pmap_remember(&mm->pmap, va, index));
}

static void let_go(const struct vma *v, vaddr_t va, vaddr_t stop, const struct gone *g)
{
	struct mm *mm = v->mm;

	if (g->nr == 0)
		return;
	mm->peak_resident = mm_peak_resident(mm);
	mm->nr_resident -= g->nr;
	pmap_flush(&mm->pmap, va, stop);
	for (u32 i = 0; i < g->nr; i++) {
		user_page_unlocked(v, pte_pfn(g->pte[i]));
		user_page_unmapped_dirty(pte_pfn(g->pte[i]), pte_dirty(g->pte[i]));
	}
}

void nonlinear_unmap(const struct vma *v, vaddr_t va, vaddr_t stop, u32 first, u32 last)
{
	struct mm *mm = v->mm;
	struct gone g = {.nr = 0};

	assert_held(&mm->page_table_lock);
	for (vaddr_t at = va; at < stop; at += PAGE_SIZE) {
		pte_t pte = pmap_query(&mm->pmap, at);
		u32 index;

		if (!pte_present(pte))
			continue;
		index = pfn_to_page(pte_pfn(pte))->index;
		if (index < first || index > last)
			continue;
		if (index == vma_index(v, at)) /* its number may be too large for an entry */
			keep(&g, pmap_forget(&mm->pmap, at));
		else
			remember(mm, at, index, &g);
	}
	let_go(v, va, stop, &g);
}

/* Where the entries from va on end that are changed at once: those of a batch, or of a table that is not
 * there. PTL: entries come to a new table only when it has been let go. */
static vaddr_t batch_end(const struct mm *mm, vaddr_t va)
{
	u32 span = pmap_prepared(&mm->pmap, va) ? BATCH * PAGE_SIZE : TABLE_SPAN;

	return ALIGN_DOWN(va, span) + span;
}

bool nonlinear_walk(struct vma *v, nonlinear_visit visit, void *arg)
{
	struct mm *mm = v->mm;
	vaddr_t va = 0, end;
	bool more = true;

	do {
		spin_lock(&mm->page_table_lock);
		va = MAX(va, v->start); /* bounds may have moved meanwhile */
		end = v->end;
		if (va < end) {
			vaddr_t stop = MIN(batch_end(mm, va), end);

			if (pmap_prepared(&mm->pmap, va))
				more = visit(v, va, stop, arg);
			va = stop;
		}
		spin_unlock(&mm->page_table_lock);
	} while (more && va < end);
	return more;
}

void nonlinear_zap(const struct vma *v, vaddr_t va, vaddr_t end)
{
	struct mm *mm = v->mm;

	while (va < end) {
		vaddr_t stop;

		spin_lock(&mm->page_table_lock);
		stop = MIN(batch_end(mm, va), end);
		if (pmap_prepared(&mm->pmap, va))
			nonlinear_unmap(v, va, stop, 0, UINT32_MAX);
		spin_unlock(&mm->page_table_lock);
		va = stop;
	}
}

u32 vma_index_at(const struct vma *v, vaddr_t va)
{
	struct mm *mm = v->mm;
	u32 index = vma_index(v, va);
	pte_t pte;

	if (likely(!(v->flags & VM_NONLINEAR)))
		return index;
	spin_lock(&mm->page_table_lock);
	pte = pmap_query(&mm->pmap, va);
	if (pte_remembered(pte))
		index = pte_index_remembered(pte);
	else if (pte_present(pte))
		index = pfn_to_page(pte_pfn(pte))->index;
	spin_unlock(&mm->page_table_lock);
	return index;
}

/* --- remap_file_pages(2) --- */

/* The area that has all of [start, end), if it can show pages in another order: a shared one of a file that is
 * open for writing, too, as on Linux. */
static struct vma *area_for(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct vma *v = vma_find(&mm->vmas, start);

	if (!v || v->start > start || v->end < end || !(v->flags & VM_SHARED) || !vma_is_file(v))
		return NULL;
	return file_can_write(vma_file(v)) ? v : NULL;
}

/* Entries of [va, end), for which there are tables, name pages from `index` on. */
static void name_pages(const struct vma *v, vaddr_t va, vaddr_t end, u32 index)
{
	struct mm *mm = v->mm;

	while (va < end) {
		vaddr_t at = va, stop = MIN(batch_end(mm, va), end);
		struct gone g = {.nr = 0};

		spin_lock(&mm->page_table_lock);
		for (; at < stop; at += PAGE_SIZE)
			remember(mm, at, index++, &g);
		let_go(v, va, stop, &g);
		spin_unlock(&mm->page_table_lock);
		va = stop;
	}
}

/* mmap_sem write. => 0, -EINVAL, -ENOMEM; *locked: all of them are to be brought in */
static int remap_locked(struct mm *mm, vaddr_t start, vaddr_t end, u32 index, bool *locked)
{
	struct vma *v = area_for(mm, start, end);

	if (!v)
		return -EINVAL;
	*locked = (v->flags & VM_LOCKED) != 0;
	if (!(v->flags & VM_NONLINEAR) && vma_index(v, start) == index)
		return 0;
	if (pmap_prepare(&mm->pmap, start, end) != 0)
		return -ENOMEM;
	rmap_nonlinear(v);
	name_pages(v, start, end, index);
	for (vaddr_t va = start; va < end; va += PAGE_SIZE)
		filemap_map_remembered(mm, v, va, pmap_query(&mm->pmap, va));
	return 0;
}

int mm_remap_pages(struct mm *mm, vaddr_t start, u32 len, u32 index, u32 flags)
{
	u32 bytes = (u32)ALIGN_DOWN(len, PAGE_SIZE), pages = bytes >> PAGE_SHIFT;
	vaddr_t end;
	bool locked;
	int err;

	start &= PAGE_MASK;
	end = start + bytes;
	if (end <= start || index > PTE_INDEX_END - pages)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	err = remap_locked(mm, start, end, index, &locked);
	rwsem_up_write(&mm->mmap_sem);
	if (err == 0 && (locked || !(flags & MAP_NONBLOCK)))
		mm_populate(mm, start, end, 0);
	return err;
}

long sys_remap_file_pages(vaddr_t start, u32 len, u32 prot, u32 index, u32 flags)
{
	return prot != 0 ? -EINVAL : mm_remap_pages(current->mm, start, len, index, flags);
}
