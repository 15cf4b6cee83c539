/* SPDX-License-Identifier: MIT */
/*
 * rmap.c - from a page, or a part of a file, to the entries that map it. <octavo/rmap.h> has the picture.
 *
 *	cut	the new half is listed in the same section, under the lists' locks and PTL, in which the
 *		bounds change
 *	merge	the area that goes is listed until the other has its pages, and its region (rmap_join)
 *	fork	the copy is listed behind the original: whoever walks comes to the copy later, and finds
 *		there what was copied before he emptied the original
 *	move	entries go from one area to another while nobody walks (rmap_lock)
 *
 * A region comes with the first page of an area's own. It serves all areas that such pages can get to,
 * whichever process has them: one list, so that a cut, a fork and an exit cost the same however many
 * relatives there are; a walk looks at each relative once.
 */
#include <arch/atomic.h>
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/preempt.h>
#include <octavo/rmap.h>
#include <octavo/slab.h>

static struct slab_cache *region_cache;
static atomic_t nr_on_the_way; /* from a page to its region: none is freed meanwhile */

/* --- regions --- */

/* One reference; NULL; sleeps. */
static struct anon_region *anon_region_create(void)
{
	/* for a fault, see GFP_FAULT */
	struct anon_region *r = slab_alloc(region_cache, GFP_KERNEL | __GFP_HIGH);

	if (!r)
		return NULL;
	rwsem_init(&r->lock, anon_vma_lock);
	LIST_INIT(&r->areas);
	atomic_set(&r->refs, 1);
	return r;
}

void anon_region_put(struct anon_region *r)
{
	if (!atomic_dec_and_test(&r->refs))
		return;
	while (atomic_read(&nr_on_the_way) != 0) /* a few instructions of each */
		arch_relax();
	slab_free(region_cache, r);
}

/* The region of an anonymous page, with a reference; NULL: nothing maps the page any more. */
static struct anon_region *region_of(const struct page *page)
{
	struct anon_region *r = NULL;

	preempt_disable();
	atomic_inc(&nr_on_the_way); /* before the look at the page: a barrier, too */
	if (atomic_read(&page->mapcount) > 0) {
		r = page_anon_region(page);
		if (!atomic_inc_not_zero(&r->refs))
			r = NULL;
	}
	atomic_dec(&nr_on_the_way);
	preempt_enable();
	return r;
}

/* --- areas --- */

void rmap_lock(const struct vma *v) __acquires(v) __acquires(v->anon)
{
	struct address_space *m = vma_mapping(v);

	if (m)
		rwsem_down_write(&m->i_mmap_lock);
	else
		__acquire(v);
	if (v->anon)
		rwsem_down_write(&v->anon->lock);
	else
		__acquire(v->anon);
}

void rmap_unlock(const struct vma *v) __releases(v) __releases(v->anon)
{
	struct address_space *m = vma_mapping(v);

	if (v->anon)
		rwsem_up_write(&v->anon->lock);
	else
		__release(v->anon);
	if (m)
		rwsem_up_write(&m->i_mmap_lock);
	else
		__release(v);
}

static void file_enter(struct address_space *m, struct vma *v)
{
	bool any = (v->flags & VM_NONLINEAR) != 0;

	assert_held_write(&m->i_mmap_lock);
	v->i_mmap.first = any ? 0 : v->pgoff;
	v->i_mmap.last = any ? UINT32_MAX : vma_index(v, v->end) - 1;
	interval_insert(&m->i_mmap, &v->i_mmap);
}

static struct vma *file_first(struct address_space *m, u32 first, u32 last)
{
	struct interval *i = interval_first(&m->i_mmap, first, last);

	return i ? container_of(i, struct vma, i_mmap) : NULL;
}

static struct vma *file_next(struct vma *v, u32 first, u32 last)
{
	struct interval *i = interval_next(&v->i_mmap, first, last);

	return i ? container_of(i, struct vma, i_mmap) : NULL;
}

#define file_for_each(m, v, first, last)                                                           \
	for ((v) = file_first((m), (first), (last)); (v); (v) = file_next((v), (first), (last)))

void rmap_insert(struct vma *v, struct vma *after)
{
	struct address_space *m = vma_mapping(v);

	if (m)
		file_enter(m, v);
	if (!v->anon)
		return;
	assert_held_write(&v->anon->lock);
	atomic_inc(&v->anon->refs);
	if (after)
		LIST_INSERT_AFTER(after, v, anon_areas);
	else
		LIST_INSERT_HEAD(&v->anon->areas, v, anon_areas);
}

void rmap_link(struct vma *v, struct vma *after)
{
	rmap_lock(v);
	rmap_insert(v, after);
	rmap_unlock(v);
}

void rmap_unlink(struct vma *v)
{
	rmap_lock(v);
	if (vma_is_file(v))
		interval_remove(&vma_mapping(v)->i_mmap, &v->i_mmap);
	if (v->anon)
		LIST_REMOVE(v, anon_areas);
	rmap_unlock(v);
	if (v->anon)
		anon_region_put(v->anon);
}

/* v gets the region r, whose lock is held or which nobody else knows, unless it has one by now.
 * => has it got r? Then it has the caller's reference. */
static bool give_region(struct vma *v, struct anon_region *r)
{
	bool given;

	assert_held(&v->mm->mmap_sem);
	spin_lock(&v->mm->page_table_lock);
	given = v->anon == NULL;
	if (given) {
		LIST_INSERT_HEAD(&r->areas, v, anon_areas);
		arch_store_release(&v->anon, r);
	}
	spin_unlock(&v->mm->page_table_lock);
	return given;
}

/* => was r given away, the caller's reference with it? */
static bool give_known_region(struct vma *v, struct anon_region *r)
{
	bool given;

	rwsem_down_write(&r->lock);
	given = give_region(v, r);
	rwsem_up_write(&r->lock);
	return given;
}

void rmap_join(struct vma *v, struct anon_region *r)
{
	struct address_space *m = vma_mapping(v);

	if (m) {
		rwsem_down_write(&m->i_mmap_lock);
		interval_remove(&m->i_mmap, &v->i_mmap);
		file_enter(m, v);
		rwsem_up_write(&m->i_mmap_lock);
	}
	if (!r || v->anon)
		return;
	atomic_inc(&r->refs);
	give_known_region(v, r);
}

void rmap_nonlinear(struct vma *v)
{
	struct address_space *m = vma_mapping(v);

	if (v->flags & VM_NONLINEAR)
		return;
	rwsem_down_write(&m->i_mmap_lock);
	interval_remove(&m->i_mmap, &v->i_mmap);
	spin_lock(&v->mm->page_table_lock);
	vma_set_flags(v, v->flags | VM_NONLINEAR);
	spin_unlock(&v->mm->page_table_lock);
	file_enter(m, v);
	rwsem_up_write(&m->i_mmap_lock);
}

int rmap_prepare_slow(struct vma *v)
{
	struct anon_region *r;
	bool given;

	spin_lock(&v->mm->page_table_lock);
	r = vma_near_region(v);
	if (r)
		atomic_inc(&r->refs);
	spin_unlock(&v->mm->page_table_lock);
	if (r) {
		given = give_known_region(v, r);
	} else {
		r = anon_region_create();
		if (!r)
			return -ENOMEM;
		given = give_region(v, r);
	}
	if (!given)
		anon_region_put(r);
	return 0;
}

/* --- from a page to its entries --- */

struct any_visit {
	struct page *page;
	rmap_visit visit;
	void *arg;
};

static bool visit_any(struct vma *v, vaddr_t va, vaddr_t stop, void *arg)
{
	const struct any_visit *a = arg;
	bool more = true;

	for (; va < stop && more; va += PAGE_SIZE) {
		pte_t pte = pmap_query(&v->mm->pmap, va);

		if (pte_present(pte) && pte_pfn(pte) == page_to_pfn(a->page))
			more = a->visit(a->page, v, va, a->arg);
	}
	return more;
}

/* Does v map the page at its place? Then it is visited. => false: enough */
static bool visit_area(struct page *page, struct vma *v, rmap_visit visit, void *arg)
{
	struct mm *mm = v->mm;
	bool more = true;

	if (v->flags & VM_NONLINEAR)
		return nonlinear_walk(v, visit_any, &(struct any_visit){page, visit, arg});
	spin_lock(&mm->page_table_lock);
	if (page->index - v->pgoff < (v->end - v->start) >> PAGE_SHIFT) {
		vaddr_t va = v->start + ((page->index - v->pgoff) << PAGE_SHIFT);
		pte_t pte = pmap_query(&mm->pmap, va);

		if (pte_present(pte) && pte_pfn(pte) == page_to_pfn(page))
			more = visit(page, v, va, arg);
	}
	spin_unlock(&mm->page_table_lock);
	return more;
}

static bool walk_file(struct page *page, struct address_space *m, rmap_visit visit, void *arg)
{
	bool more = true;
	struct vma *v;

	rwsem_down_read(&m->i_mmap_lock);
	file_for_each(m, v, page->index, page->index) {
		more = visit_area(page, v, visit, arg);
		if (!more)
			break;
	}
	rwsem_up_read(&m->i_mmap_lock);
	return more;
}

static bool walk_region(struct page *page, struct anon_region *r, rmap_visit visit, void *arg)
{
	bool more = true;
	struct vma *v;

	rwsem_down_read(&r->lock);
	LIST_FOREACH(v, &r->areas, anon_areas) {
		more = visit_area(page, v, visit, arg);
		if (!more)
			break;
	}
	rwsem_up_read(&r->lock);
	return more;
}

bool rmap_walk(struct page *page, rmap_visit visit, void *arg)
{
	struct anon_region *r;
	bool more = true;

	might_sleep();
	if (page_owner(page) == PAGE_FILE)
		return page->mapping ? walk_file(page, page->mapping, visit, arg) : true;
	ASSERT(page_owner(page) == PAGE_ANON);
	r = region_of(page);
	if (r) {
		more = walk_region(page, r, visit, arg);
		anon_region_put(r);
	}
	return more;
}

static bool unmap_visit(struct page *page, struct vma *v, vaddr_t va, void *nr)
{
	if (v->flags & VM_NONLINEAR)
		nonlinear_unmap(v, va, va + PAGE_SIZE, page->index, page->index);
	else
		mm_remove_entries(v->mm, va, va + PAGE_SIZE, v->flags);
	++*(u32 *)nr;
	return true;
}

u32 rmap_unmap(struct page *page)
{
	u32 nr = 0;

	rmap_walk(page, unmap_visit, &nr);
	return nr;
}

static bool referenced_visit(struct page *page, struct vma *v, vaddr_t va, void *nr)
{
	(void)page;
	*(u32 *)nr += pmap_test_clear_young(&v->mm->pmap, va);
	return true;
}

u32 rmap_referenced(struct page *page)
{
	u32 nr = 0;

	rmap_walk(page, referenced_visit, &nr);
	return nr;
}

/* --- from a part of a file to the entries --- */

static bool maps_a_copy(struct mm *mm, vaddr_t va)
{
	pte_t pte = pmap_query(&mm->pmap, va);

	return pte_present(pte) && page_is_private(pfn_to_page(pte_pfn(pte)));
}

/* Entries of the cache's pages in [va, stop), which one table has; copies stay. PTL */
static void remove_cached(const struct vma *v, vaddr_t va, vaddr_t stop)
{
	while (va < stop) {
		vaddr_t end = va;

		while (end < stop && !maps_a_copy(v->mm, end))
			end += PAGE_SIZE;
		if (va < end)
			mm_remove_entries(v->mm, va, end, v->flags);
		va = end + PAGE_SIZE;
	}
}

/* One table's span of the pages [*first, last] in one area; *first moves on. => false: done */
static bool unmap_span(struct vma *v, u32 *first, u32 last, bool copies)
{
	struct mm *mm = v->mm;
	bool more = false;

	spin_lock(&mm->page_table_lock);
	if (*first < v->pgoff)
		*first = v->pgoff;
	if (*first <= last && *first - v->pgoff < (v->end - v->start) >> PAGE_SHIFT) {
		vaddr_t va = v->start + ((*first - v->pgoff) << PAGE_SHIFT);
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, v->end);

		if (last - *first < (stop - va) >> PAGE_SHIFT)
			stop = va + ((last - *first + 1) << PAGE_SHIFT);
		if (copies || !v->anon)
			mm_remove_entries(mm, va, stop, v->flags);
		else if (pmap_prepared(&mm->pmap, va))
			remove_cached(v, va, stop);
		more = stop < v->end;
		*first += (u32)((stop - va) >> PAGE_SHIFT);
	}
	spin_unlock(&mm->page_table_lock);
	return more;
}

struct pages {
	u32 first, last;
};

static bool unmap_any(struct vma *v, vaddr_t va, vaddr_t stop, void *arg)
{
	const struct pages *p = arg;

	nonlinear_unmap(v, va, stop, p->first, p->last);
	return true;
}

void filemap_unmap(struct address_space *m, u32 first, u32 last, bool copies)
{
	struct vma *v;

	rwsem_down_read(&m->i_mmap_lock);
	file_for_each(m, v, first, last) {
		u32 at = first;

		if (v->flags & VM_NONLINEAR) {
			nonlinear_walk(v, unmap_any, &(struct pages){first, last});
			continue;
		}
		while (unmap_span(v, &at, last, copies))
			;
	}
	rwsem_up_read(&m->i_mmap_lock);
}

/* --- audit --- */

void rmap_audit_begin(struct vma *v)
{
	if (v->anon)
		v->anon->seen = 0;
	if (vma_is_file(v))
		vma_mapping(v)->seen = 0;
}

void rmap_audit_area(struct vma *v)
{
	if (v->anon)
		v->anon->seen++;
	if (vma_is_file(v))
		vma_mapping(v)->seen++;
}

/* A list or tree is looked at with the area that is first in it. */
static void audit_file(struct audit *a, const struct vma *v)
{
	struct address_space *m = vma_mapping(v);
	struct vma *u;
	u32 nr = 0;
	bool any;

	if (atomic_read(&m->i_mmap_lock.count) & RWSEM_WRITER) {
		audit_differ(
			a, "file: the areas that map it are changing"); /* the next turn will do */
		return;
	}
	u = file_first(m, 0, UINT32_MAX);
	any = (v->flags & VM_NONLINEAR) != 0;
	if (!u || v->i_mmap.first > (any ? 0 : v->pgoff) ||
	    v->i_mmap.last < (any ? UINT32_MAX : vma_index(v, v->end) - 1))
		audit_differ(a, "file: pages %u to %u are mapped, and it knows of %u to %u",
			     v->pgoff, vma_index(v, v->end) - 1, v->i_mmap.first, v->i_mmap.last);
	if (u != v)
		return;
	CHECK(interval_check(&m->i_mmap));
	for (; u; u = file_next(u, 0, UINT32_MAX))
		nr += vma_mapping(u) == m;
	if (nr != m->seen)
		audit_differ(a, "file: it knows %u areas, %u map it", nr, m->seen);
}

void rmap_audit_lists(struct audit *a, const struct vma *v)
{
	const struct anon_region *r = v->anon;
	const struct vma *u;
	u32 nr = 0;

	if (vma_is_file(v))
		audit_file(a, v);
	if (!r)
		return;
	if (LIST_EMPTY(&r->areas))
		audit_differ(a, "an area's region has no areas");
	if (LIST_FIRST(&r->areas) != v)
		return;
	LIST_FOREACH(u, &r->areas, anon_areas)
		nr += u->anon == r;
	if (nr != r->seen || (u32)atomic_read(&r->refs) != nr)
		audit_differ(a, "a region lists %u areas, %u have it, and it has %d references", nr,
			     r->seen, atomic_read(&r->refs));
}

void rmap_audit_entry(struct audit *a, const struct vma *v, vaddr_t va, pfn_t pfn)
{
	const struct page *page = pfn_to_page(pfn);
	bool file = page_owner(page) == PAGE_FILE;

	if (file ? page->mapping && page->mapping != vma_mapping(v)
		 : page_owner(page) == PAGE_ANON && page_anon_region(page) != v->anon)
		audit_differ(a, "frame %u: its object does not know the area that maps it at %08x",
			     pfn, (u32)va);
	else if (page->mapping && page->index != vma_index(v, va) && !(v->flags & VM_NONLINEAR))
		audit_differ(a, "frame %u: page %u of its object, mapped at %08x as page %u", pfn,
			     page->index, (u32)va, vma_index(v, va));
}

void rmap_init(void)
{
	region_cache = slab_cache_create("anon_region", sizeof(struct anon_region), 4);
}
