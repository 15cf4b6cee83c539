/* SPDX-License-Identifier: MIT */
/*
 * report_mmu.c - an address space as others may see it: its areas, what is resident, its bytes.
 *
 * mmap_sem is held for a batch of areas, or for one page table's span of entries, and let go in
 * between: a reader of /proc never keeps a program waiting for long. The picture is of several
 * moments, then.
 */
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_report.h>
#include <octavo/mm_user.h>
#include <octavo/string.h>
#include <uapi/octavo/pagemap.h>

#define BATCH 16

static const char *area_name(const struct mm *mm, const struct vma *v)
{
	if (v->flags & VM_STACK)
		return "[stack]";
	if (v->ops != NULL)
		return v->ops->name;
	if (v->start <= mm->brk && v->end >= mm->brk_start)
		return "[heap]";
	return NULL;
}

unsigned mm_areas(struct mm *mm, vaddr_t from, struct area_info *out, unsigned nr)
{
	const struct vma *v;
	unsigned n = 0;

	rwsem_down_read(&mm->mmap_sem);
	for (v = vma_find(&mm->vmas, from); v != NULL && n < nr; v = vma_next(v)) {
		struct file *file = vma_file(v);

		if (file != NULL)
			file_get(file);
		out[n++] = (struct area_info){
			.start = v->start,
			.end = v->end,
			.flags = v->flags,
			.pgoff = v->ops != NULL ? v->pgoff : 0,
			.file = file,
			.name = file == NULL ? area_name(mm, v) : NULL,
		};
	}
	rwsem_up_read(&mm->mmap_sem);
	return n;
}

/* --- what is resident --- */

/* The share of a page that one of its entries has. */
static void count_share(struct area_usage *u, const struct page *page, bool dirty)
{
	u32 maps = (u32)MAX(atomic_read(&page->mapcount), 1), share = PSS_PAGE / maps;

	u->pss += share;
	if (page_is_private(page))
		u->pss_anon += share;
	else
		*(page->flags & PG_BACKED ? &u->pss_file : &u->pss_shmem) += share;
	if (dirty)
		u->pss_dirty += share;
	if (maps > 1)
		*(dirty ? &u->shared_dirty : &u->shared_clean) += 1;
	else
		*(dirty ? &u->private_dirty : &u->private_clean) += 1;
}

static void count_page(struct area_usage *u, pte_t pte)
{
	const struct page *page = pfn_to_page(pte_pfn(pte));

	if (pte_pfn(pte) == zero_pfn)
		return;
	u->resident++;
	u->referenced += pte_young(pte);
	u->anonymous += page_is_private(page);
	count_share(u, page,
		    pte_dirty(pte) || !(page->flags & PG_BACKED)); /* what it has is nowhere else */
}

/* [va, stop) lies in one table. */
static void count_span(struct mm *mm, vaddr_t va, vaddr_t stop, struct area_usage *u)
{
	struct pmap_iter it;

	rwsem_down_read(&mm->mmap_sem);
	spin_lock(&mm->page_table_lock);
	pmap_for_each_present(&mm->pmap, va, stop, it) count_page(u, *it.pte);
	spin_unlock(&mm->page_table_lock);
	rwsem_up_read(&mm->mmap_sem);
}

char mm_sharing_letter(u32 vm_flags)
{
	return vm_flags & VM_SHARED ? 's' : 'p';
}

void mm_area_usage(struct mm *mm, const struct area_info *a, struct area_usage *u)
{
	u64 before = u->pss;

	for (vaddr_t va = a->start; va < a->end;) {
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, a->end);

		if (pmap_prepared(&mm->pmap, va)) /* a look ahead: count_span() asks again */
			count_span(mm, va, stop, u);
		va = stop;
	}
	if (a->flags & VM_LOCKED)
		u->pss_locked += u->pss - before;
}

/* --- entries --- */

static u64 entry_number(pte_t pte, bool frames)
{
	const struct page *page = pfn_to_page(pte_pfn(pte));
	u64 say = PM_PRESENT | (frames ? pte_pfn(pte) : 0);

	if (pte_pfn(pte) == zero_pfn)
		return say;
	if (!page_is_private(page))
		say |= PM_FILE;
	if (atomic_read(&page->mapcount) == 1)
		say |= PM_EXCLUSIVE;
	return say;
}

void mm_pagemap(struct mm *mm, vaddr_t start, vaddr_t end, bool frames, u64 *out)
{
	struct pmap_iter it;

	memset(out, 0, ((end - start) >> PAGE_SHIFT) * sizeof(*out));
	if (!pmap_prepared(&mm->pmap, start))
		return;
	rwsem_down_read(&mm->mmap_sem);
	spin_lock(&mm->page_table_lock);
	pmap_for_each_present(&mm->pmap, start, end, it)
		out[(pmap_iter_va(&it) - start) >> PAGE_SHIFT] = entry_number(*it.pte, frames);
	spin_unlock(&mm->page_table_lock);
	rwsem_up_read(&mm->mmap_sem);
}

/* --- sizes --- */

/* All files that can be mapped are in tmpfs: their pages count as shared memory, as on Linux. */
static void add_area(struct mm *mm, const struct area_info *a, struct mm_sizes *s)
{
	u32 pages = (u32)(a->end - a->start) >> PAGE_SHIFT;
	struct area_usage u = {0};

	if (a->flags & VM_LOCKED)
		s->locked += pages;
	if (a->flags & VM_GROWSDOWN)
		s->stack += pages;
	else if ((a->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		s->data += pages;
	else if ((a->flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
		s->lib += pages; /* and text, so far */
	if (a->file == NULL && !(a->flags & VM_SHARED))
		return; /* all of it is anonymous */
	mm_area_usage(mm, a, &u);
	s->shmem += u.resident - u.anonymous;
}

static void count_table(pfn_t pfn, void *nr)
{
	(void)pfn;
	++*(u32 *)nr;
}

void mm_sizes(struct mm *mm, struct mm_sizes *s)
{
	struct area_info areas[BATCH];
	vaddr_t from = 0;
	unsigned n;

	memset(s, 0, sizeof(*s));
	rwsem_down_read(&mm->mmap_sem);
	s->total = mm->total_pages;
	s->peak_total = MAX(mm->peak_pages, s->total);
	spin_lock(&mm->page_table_lock);
	s->resident = mm->nr_resident;
	s->peak_resident = mm_peak_resident(mm);
	pmap_walk_tables(&mm->pmap, count_table, &s->tables);
	spin_unlock(&mm->page_table_lock);
	rwsem_up_read(&mm->mmap_sem);
	while ((n = mm_areas(mm, from, areas, BATCH)) > 0) {
		for (unsigned i = 0; i < n; i++) {
			add_area(mm, &areas[i], s);
			if (areas[i].file != NULL)
				file_put(areas[i].file);
		}
		from = areas[n - 1].end;
	}
	s->anon = s->resident - MIN(s->shmem, s->resident); /* they were counted at two moments */
	s->text = mm_text_pages(mm);
	s->lib -= MIN(s->text, s->lib);
}

/* --- its bytes --- */

ssize_t mm_read_user(struct mm *mm, vaddr_t addr, void *buf, size_t len)
{
	u32 offset = (u32)addr & (PAGE_SIZE - 1);
	size_t n = MIN(len, (size_t)(PAGE_SIZE - offset));
	struct page *page;
	const char *from;
	int err = mm_page_for_read(mm, addr, &page);

	if (err != 0)
		return err;
	from = pmap_map_temp(page_to_pfn(page));
	memcpy(buf, from + offset, n);
	pmap_unmap_temp((void *)(uintptr_t)from);
	put_page(page);
	return (ssize_t)n;
}
