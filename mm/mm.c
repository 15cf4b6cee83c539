/* SPDX-License-Identifier: MIT */
/*
 * mm.c - the life of an address space.
 *
 *	tasks that run in it ----- users ---+
 *					    +--- count ---- struct mm, page directory
 *	borrowers (lazy, audit) ------------+
 *
 * users reaching 0 gives back everything that programs had in it: areas, pages, tables. count
 * reaching 0 frees what is left: the directory and the structure. All the users together hold one
 * count.
 *
 * fork copies the areas and the page tables; private pages stay where they are and lose their write
 * permission in both, until one side writes (fault.c). A fork that fails half-way is undone by
 * giving back the half that was made: whatever it has mapped by then is counted in full.
 *
 * Locks: fork holds the parent's mmap_sem, then the child's, and likewise their PTLs; nobody else
 * holds locks of two address spaces (lock-4). It can wait for nobody who wants the parent's: the child is new.
 */
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/panic.h>
#include <octavo/serial_number.h>
#include <octavo/slab.h>

struct mm_list all_mms = LIST_HEAD_INITIALIZER(all_mms);
spinlock_t mm_list_lock = SPINLOCK_INIT(mm_list_lock);
struct mm kernel_mm;
pfn_t zero_pfn;
struct area_window mm_user_window = {
	.low = USER_START,
	.base = MMAP_BASE,
	.high = USER_END,
};

static struct slab_cache *mm_cache, *vma_cache;

/* --- vm.mmap_min_addr --- */

static u32 min_address = USER_START; /* as it was set; never below what the kernel keeps free */

u32 mm_min_address(void)
{
	return min_address;
}

int mm_set_min_address(u32 address)
{
	vaddr_t low = MIN(MAX((vaddr_t)address, (vaddr_t)USER_START), (vaddr_t)MMAP_BASE);

	min_address = address;
	mm_user_window.low = ALIGN_UP(low, PAGE_SIZE);
	return 0;
}

struct vma *vma_alloc(void)
{
	return slab_alloc(vma_cache, GFP_KERNEL);
}

void vma_free(struct vma *v)
{
	slab_free(vma_cache, v);
}

static void mm_start(struct mm *mm)
{
	mm->serial = serial_number();
	rwsem_init(&mm->mmap_sem, mmap_sem);
	spin_lock_init(&mm->page_table_lock, page_table_lock);
	vma_tree_init(&mm->vmas);
	atomic_set(&mm->users, 1);
	atomic_set(&mm->count, 1);
}

struct mm *mm_alloc(void)
{
	struct mm *mm = slab_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

	if (!mm)
		return NULL;
	if (pmap_init(&mm->pmap) != 0)
		goto free_mm;
	mm_start(mm);
	mm->mmap_base = mm_user_window.base;
	spin_lock(&mm_list_lock);
	LIST_INSERT_HEAD(&all_mms, mm, all);
	spin_unlock(&mm_list_lock);
	return mm;

free_mm:
	slab_free(mm_cache, mm);
	return NULL;
}

void mm_get(struct mm *mm)
{
	atomic_inc(&mm->users);
}

void mm_grab(struct mm *mm)
{
	atomic_inc(&mm->count);
}

void mm_drop(struct mm *mm)
{
	if (!atomic_dec_and_test(&mm->count))
		return;
	PANIC_ON(mm == &kernel_mm);
	spin_lock(&mm_list_lock);
	LIST_REMOVE(mm, all);
	spin_unlock(&mm_list_lock);
	pmap_destroy(&mm->pmap);
	slab_free(mm_cache, mm);
}

/* Everything goes: no task runs in it any more. */
static void mm_empty(struct mm *mm)
{
	struct vma *v;

	rwsem_down_write(&mm->mmap_sem);
	while ((v = vma_first(&mm->vmas)) != NULL) {
		spin_lock(&mm->page_table_lock);
		vma_remove(&mm->vmas, v);
		spin_unlock(&mm->page_table_lock);
		mm->total_pages -= (v->end - v->start) >> PAGE_SHIFT;
		mm_zap(mm, v->start, v->end, v->flags);
		mm_uncharge_area(v);
		vma_destroy(v);
	}
	ASSERT(mm->total_pages == 0 && mm->nr_resident == 0);
	rwsem_up_write(&mm->mmap_sem);
}

void mm_put(struct mm *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->users))
		return;
	mm_empty(mm);
	mm_drop_exe(mm);
	mm_drop(mm);
}

/* --- fork --- */

/*
 * The pages of [v->start, v->end), a table's span at a time, so that neither lock is held for long;
 * the child gets tables where the parent has some. What faults bring back need not be copied: shared
 * areas, and areas of a file that have no private pages. But where such an area is small, as most
 * programs' text is, copying its entries costs less than one fault does. Nor is what is not to come back
 * (VM_WIPEFORK).
 */
static bool faults_bring_back(const struct vma *v)
{
	if (v->flags & VM_NONLINEAR)
		return false;
	return (v->flags & (VM_SHARED | VM_WIPEFORK)) ||
	       (vma_is_file(v) && !v->anon && v->end - v->start > TABLE_SPAN);
}

static int fork_pages(struct mm *child, struct mm *parent, const struct vma *v)
{
	vaddr_t va = v->start;

	/* the one place where two address spaces' locks are held: nobody knows the child yet who has
	 * another's (lock-4) */
	assert_held_write(&parent->mmap_sem);
	assert_held_write(&child->mmap_sem);
	if (faults_bring_back(v))
		return 0;
	while (va < v->end) {
		vaddr_t stop = MIN(ALIGN_DOWN(va, TABLE_SPAN) + TABLE_SPAN, v->end);

		if (pmap_prepared(&parent->pmap, va)) {
			if (pmap_prepare(&child->pmap, va, stop) != 0)
				return -ENOMEM;
			spin_lock(&parent->page_table_lock);
			spin_lock_nested(&child->page_table_lock, 1);
			child->nr_resident += pmap_copy_range(&child->pmap, &parent->pmap, va, stop,
							      true, user_page_mapped);
			spin_unlock(&child->page_table_lock);
			spin_unlock(&parent->page_table_lock);
		}
		va = stop;
	}
	return 0;
}

static int fork_area(struct mm *child, struct mm *parent, struct vma *v)
{
	struct vma *copy;

	if (v->flags & VM_DONTFORK)
		return 0;
	copy = vma_alloc();
	if (!copy)
		return -ENOMEM;
	if ((v->flags & VM_ACCT) && commit_charge(vma_pages(v), 0) != 0) {
		vma_free(copy);
		return -ENOMEM;
	}
	*copy = *v;
	copy->mm = child;
	copy->flags &= ~VM_LOCK_BITS;
	if (copy->flags & VM_WIPEFORK)
		copy->anon = NULL;
	if (copy->anon && !(copy->flags & VM_SHARED))
		copy->flags |= VM_FORKED;
	vma_open_object(copy);
	spin_lock(&child->page_table_lock);
	vma_insert(&child->vmas, copy);
	spin_unlock(&child->page_table_lock);
	child->total_pages += (v->end - v->start) >> PAGE_SHIFT;
	rmap_link(copy, v);
	return fork_pages(child, parent, v);
}

struct mm *mm_fork(struct mm *parent)
{
	struct mm *child = mm_alloc();
	struct vma *v;
	int err = 0;

	if (!child)
		return NULL;
	rwsem_down_write(&parent->mmap_sem);
	rwsem_down_write_nested(&child->mmap_sem, 1);
	mm_copy_exe(child, parent);
	child->brk_start = parent->brk_start;
	child->brk = parent->brk;
	child->stack_top = parent->stack_top;
	child->mmap_base = parent->mmap_base;
	child->program = parent->program;
	child->dumpable = parent->dumpable;
	for (v = vma_first(&parent->vmas); v && err == 0; v = vma_next(v))
		err = fork_area(child, parent, v);
	/* also where it failed: pages that were shared meanwhile must not be written */
	pmap_flush(&parent->pmap, USER_START, USER_END);
	rwsem_up_write(&child->mmap_sem);
	rwsem_up_write(&parent->mmap_sem);
	if (err != 0) {
		mm_put(child);
		return NULL;
	}
	CHECK(mm_check(child));
	return child;
}

void mm_switch(struct mm *next)
{
	if (next == &kernel_mm)
		pmap_lazy();
	else
		pmap_activate(&next->pmap);
}

void mm_load(struct mm *prev, struct mm *next)
{
	if (prev != next)
		pmap_activate(&next->pmap);
}

/* --- checks --- */

void mm_check(struct mm *mm)
{
	static u32 turn;
	const struct vma *v;
	u32 pages = 0, locked = 0;

	if (mm->vmas.nr > 256 && (++turn & 255)) /* of a large one every 256th change */
		return;
	vma_check(&mm->vmas);
	for (v = vma_first(&mm->vmas); v; v = vma_next(v)) {
		PANIC_ON(v->mm != mm);
		PANIC_ON(v->start < USER_START || v->end > USER_END);
		PANIC_ON((v->ops != NULL) != (v->object != NULL));
		pages += (v->end - v->start) >> PAGE_SHIFT;
		if (v->flags & VM_LOCKED)
			locked += (v->end - v->start) >> PAGE_SHIFT;
	}
	PANIC_ON(pages != mm->total_pages || locked != mm->locked_pages);
}

static void audit_table(pfn_t pfn, void *audit)
{
	audit_own(audit, pfn, 1, PAGE_PGTABLE);
}

struct audit_walk {
	struct audit *a;
	struct mm *mm;
	struct vma *v; /* the first area that ends behind the last entry */
	u32 nr;
};

static bool audit_entry(vaddr_t va, pte_t pte, void *arg)
{
	struct audit_walk *w = arg;
	struct vma *v = w->v;

	while (v && v->end <= va)
		v = vma_next(v);
	w->v = v;
	if (pte_remembered(pte)) {
		if (!v || v->start > va || !(v->flags & VM_NONLINEAR))
			audit_differ(w->a, "page %u is remembered at %08x, where no file's is",
				     pte_index_remembered(pte), (u32)va);
		return true;
	}
	w->nr++;
	if (!v || v->start > va)
		audit_differ(w->a, "frame %u is mapped at %08x, outside every area", pte_pfn(pte),
			     (u32)va);
	if (pte_pfn(pte) == zero_pfn) {
		if (pte_writable(pte))
			audit_differ(w->a, "the zero page is writable at %08x", (u32)va);
		return true;
	}
	if (!pfn_valid(pte_pfn(pte))) {
		audit_differ(w->a, "frame %u, mapped at %08x, is none", pte_pfn(pte), (u32)va);
		return true;
	}
	if (v && v->start <= va && (v->flags & VM_LOCKED))
		audit_lock(w->a, pte_pfn(pte));
	audit_map(w->a, pte_pfn(pte), pte_writable(pte) && v && !(v->flags & VM_SHARED));
	if (v && v->start <= va)
		rmap_audit_entry(w->a, v, va, pte_pfn(pte));
	return true;
}

void mm_audit(struct audit *a)
{
	struct mm *mm;
	struct vma *v;

	audit_own(a, zero_pfn, 1, PAGE_RESERVED);
	commit_audit_begin();
	LIST_FOREACH(mm, &all_mms, all)
		mm_for_each_area(mm, v)
			rmap_audit_begin(v);
	LIST_FOREACH(mm, &all_mms, all) {
		struct audit_walk w = {.a = a, .mm = mm, .v = vma_first(&mm->vmas)};

		pmap_walk_tables(&mm->pmap, audit_table, a);
		pmap_walk(&mm->pmap, audit_entry, &w);
		if (w.nr != mm->nr_resident)
			audit_differ(a, "an address space has %u pages mapped and counts %u", w.nr,
				     mm->nr_resident);
		mm_for_each_area(mm, v) {
			rmap_audit_area(v);
			if (v->flags & VM_ACCT)
				commit_audit_seen(vma_pages(v));
		}
	}
	LIST_FOREACH(mm, &all_mms, all)
		mm_for_each_area(mm, v)
			rmap_audit_lists(a, v);
}

void mm_init(void)
{
	struct page *zero = alloc_page(GFP_KERNEL | __GFP_NOFAIL);

	filemap_start();
	rmap_init();
	commit_init();
	mm_cache = slab_cache_create("mm", sizeof(struct mm), 8);
	vma_cache = slab_cache_create("vma", sizeof(struct vma), 4);

	mm_start(&kernel_mm);
	kernel_mm.pmap = kernel_pmap;

	zero->flags |= PG_ZERO;
	page_set_owner(zero, PAGE_RESERVED);
	zero_pfn = page_to_pfn(zero);
	pmap_zero_frame(zero_pfn);
}
