/* SPDX-License-Identifier: MIT */
/*
 * mm_user.h - what the files that make up user memory (mm.c, mmap.c, fault.c, mprotect.c, brk.c,
 * madvise.c, filemap_*.c) have of each other.
 *
 * The counts of a user page: mapcount is the number of page-table entries that map it; refcount is
 * that, and one for the file that it belongs to. So a private page
 * with refcount 1 is one that nobody else can see. The zero page is counted nowhere.
 */
#pragma once

#include <octavo/area.h>
#include <octavo/mm.h>
#include <octavo/rmap.h>
#include <octavo/zone.h>

#define STACK_LIMIT                                                                                \
	(8u * 1024 * 1024) /* RLIMIT_STACK of the first process: bytes that a stack may grow to */

extern pfn_t zero_pfn;                    /* [I] the page that unwritten memory reads as */
extern struct area_window mm_user_window; /* where programs may map; low: vm.mmap_min_addr [a] */
/* vm.mmap_min_addr - the setting. What is below it stays unmapped, USER_START in any case. => 0 */
u32 mm_min_address(void);
/* mm_set_min_address - of later mappings, in bytes, rounded up to pages. => 0 */
int mm_set_min_address(u32 address);

/* --- pages --- */

/* vm_prot - an area's access bits as the pmap wants them; what may be accessed may be read. */
static inline u32 vm_prot(u32 vm_flags)
{
	u32 prot = vm_flags & (PMAP_READ | PMAP_WRITE | PMAP_EXEC);

	return prot ? prot | PMAP_READ : 0;
}

static inline bool page_is_private(const struct page *page)
{
	return page_owner(page) == PAGE_ANON;
}

/* user_page_may_write - may an entry of a private area map this frame writable? PTL. */
static inline bool user_page_may_write(pfn_t pfn)
{
	const struct page *page = pfn_to_page(pfn);

	return page_is_private(page) && atomic_read(&page->refcount) == 1;
}

/* user_page_mapped - one more entry maps it, with a reference of its own. PTL. */
static inline void user_page_mapped(pfn_t pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (pfn == zero_pfn)
		return;
	atomic_inc(&page->mapcount);
	atomic_inc(&page->refcount);
}

/* user_page_unmapped - one entry fewer, and its reference; frees the last. */
static inline void user_page_unmapped(pfn_t pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (pfn == zero_pfn)
		return;
	atomic_dec(&page->mapcount);
	put_page(page);
}

/* the same, as pmap_remove_range() calls it; what is anonymous is never clean */
static inline void user_page_unmapped_dirty(pfn_t pfn, bool dirty)
{
	(void)dirty;
	user_page_unmapped(pfn);
}

/* user_page_locked - an entry of area v maps it from now on: a lock, if the area is mlocked. PTL.
 * user_page_unlocked - and no longer */
static inline void user_page_locked(const struct vma *v, pfn_t pfn)
{
	if (unlikely(v->flags & VM_LOCKED) && pfn != zero_pfn)
		page_mlock(pfn_to_page(pfn));
}
static inline void user_page_unlocked(const struct vma *v, pfn_t pfn)
{
	if (unlikely(v->flags & VM_LOCKED) && pfn != zero_pfn)
		page_munlock(pfn_to_page(pfn));
}

/* What a fault asks with. A call that finds no memory says ENOMEM, but a fault can only end the
 * program: so it may go deeper into the reserve, and calls are refused while faults are still
 * served. */
#define GFP_FAULT (GFP_HIGHUSER | __GFP_HIGH)

/* user_page_get - a page of private memory, not cleared, refcount 1 and mapcount 1 for the entry
 * that is about to map it in v, which is rmap_prepare()d; its index is the caller's to set, under PTL,
 * since a stack may grow meanwhile.
 * => NULL; sleeps; preemption off in any case, until the caller turns it on */
static __always_inline struct page *user_page_get(const struct vma *v, gfp_t gfp)
{
	struct page *page = alloc_anon_page(gfp);

	if (likely(page)) {
		page->mapping = v->anon;
		atomic_set(&page->mapcount, 1);
	}
	return page;
}

/* user_page_alloc - the same, and preemption as it was */
static inline struct page *user_page_alloc(const struct vma *v, gfp_t gfp)
{
	struct page *page = user_page_get(v, gfp);

	preempt_enable();
	return page;
}

/* user_page_discard - undo user_page_alloc() */
static inline void user_page_discard(struct page *page)
{
	atomic_set(&page->mapcount, 0);
	free_page(page);
}

/* --- faults: what the kinds of areas have in common (mm/fault.c); mmap_sem read --- */

/* need_table - the page table for va, made if it is not there. => 0 or -ENOMEM; sleeps */
static inline int need_table(struct mm *mm, vaddr_t va)
{
	if (likely(pmap_prepared(&mm->pmap, va)))
		return 0;
	return pmap_prepare(&mm->pmap, va, va + PAGE_SIZE);
}
/* mm_page_of_area - the page at va of area v, faulted in until it is there, whatever its program may do with
 * it; with a reference; `write`: it is private to mm, or shared on purpose.
 *   => 0, -ENOMEM, -EIO behind a file's end; sleeps */
int mm_page_of_area(struct mm *mm, struct vma *v, vaddr_t va, bool write, struct page **page);
/* filemap_fault - vma_ops.fault of files (mm/filemap_fault.c) */
int filemap_fault(struct mm *mm, struct vma *v, vaddr_t va, bool write);

/* --- areas --- */

struct vma *vma_alloc(void); /* not cleared; NULL; sleeps */
void vma_free(struct vma *v);

/* mm_may_expand - do RLIMIT_AS and RLIMIT_DATA allow an area of these VM_* at [start, end)? What lies
 * there would be replaced. => mmap_sem */
bool mm_may_expand(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags);
/* mm_may_grow - the same of `pages` somewhere, where what lies in [start, end) will go */
bool mm_may_grow(struct mm *mm, u32 pages, u32 vm_flags, vaddr_t start, vaddr_t end);

/* mm_may_break - does RLIMIT_DATA allow the heap to end there, with what the program began with? To the
 * byte, and whether it would be longer or shorter than it is. => mmap_sem */
bool mm_may_break(const struct mm *mm, vaddr_t brk);

/* mm_can_lock - may the current process lock anything? mm_may_lock - `pages` of mm at once, those that
 * are locked already among them? RLIMIT_MEMLOCK, CAP_IPC_LOCK. => mmap_sem */
bool mm_can_lock(void);
bool mm_may_lock(const struct mm *mm, u32 pages);

/* mm_may_write - does RLIMIT_DATA allow what lies in [start, end) to become writable? => mmap_sem */
bool mm_may_write(struct mm *mm, vaddr_t start, vaddr_t end);

/* mm_find - the first area with end > addr, or NULL. mmap_sem. */
static inline struct vma *mm_find(struct mm *mm, vaddr_t addr)
{
	struct vma *v = arch_read_once(&mm->vmas.hint);

	assert_held(&mm->mmap_sem);
	if (likely(v && v->start <= addr && addr < v->end))
		return v;
	return vma_find(&mm->vmas, addr);
}

/* mm_find_grown - the area that has addr; one that grows down does so for it, if the limits of the current task,
 * which may be a debugger, allow it. => NULL; mmap_sem read; takes PTL */
struct vma *mm_find_grown(struct mm *mm, vaddr_t addr);

static inline void vma_open_object(struct vma *v)
{
	if (v->ops)
		v->ops->open(v);
}

static inline void vma_close_object(struct vma *v)
{
	if (v->ops)
		v->ops->close(v);
}

/* vma_destroy - of an area that has left its tree: its object's reference and its memory go.
 * => no entry of it is left that no other area has; sleeps */
void vma_destroy(struct vma *v);
/* vma_cut - area v becomes two at addr; `spare` is memory for the upper one. => mmap_sem write;
 * sleeps */
void vma_cut(struct vma *v, vaddr_t addr, struct vma *spare);

/* Memory for the areas that begin where a range begins and ends (mm/mprotect.c). */
struct range_cuts {
	struct vma *at_start, *at_end; /* NULL: no cut there */
};
/* range_cuts_get - have it; `call` is who asks. => 0, -ENOMEM; mmap_sem write; sleeps */
int range_cuts_get(struct mm *mm, vaddr_t start, vaddr_t end, const char *call,
		   struct range_cuts *cuts);
/* range_cuts_make - cut. => cannot fail; mmap_sem write; sleeps */
void range_cuts_make(struct mm *mm, vaddr_t start, vaddr_t end, const struct range_cuts *cuts);

/* mm_remove_entries - the entries in [start, stop), which one table has, their references and their
 * locks, if the area's `vm_flags` say VM_LOCKED; what was mapped at the most is kept in mind first. => PTL */
void mm_remove_entries(struct mm *mm, vaddr_t start, vaddr_t stop, u32 vm_flags);
/* mm_zap - unmap what one area maps in [start, end); areas stay. => PTL not held; mmap_sem */
void mm_zap(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags);
/* mm_count_locks - each page mapped in [start, stop), which one table has, is locked once more, or once
 * less. => PTL (mm/mlock.c) */
void mm_count_locks(struct mm *mm, vaddr_t start, vaddr_t stop, bool locked);
/* mm_set_lock_bits - VM_LOCK_BITS of a whole area become `bits`. => mmap_sem write; sleeps */
void mm_set_lock_bits(struct mm *mm, struct vma *v, u32 bits);
/* mm_unmap_locked - as munmap(2), arguments checked. => 0 or -ENOMEM; mmap_sem write; sleeps */
int mm_unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end);
/* mm_map_place - the address that mmap(2) would use, in *where; nothing changes. len is not 0.
 *   => 0; -ENOMEM, -EOVERFLOW and those of area_choose(); mmap_sem write */
int mm_map_place(struct mm *mm, vaddr_t addr, u32 len, u32 flags, u32 pgoff, vaddr_t *where);
/* mm_charge_area - promise the pages of an area that is to come, if it is VM_ACCT. credit: promised pages
 * that it takes the place of, beside those that lie in its way. => 0, -ENOMEM; mmap_sem write */
int mm_charge_area(struct mm *mm, const struct vma *new, u32 credit);
void mm_uncharge_area(const struct vma *v); /* gives them back */
/* mm_area_new - a new anonymous area or one of an object (its reference is taken over on success),
 * merged with its neighbours where that is possible; nothing is mapped there.
 *   => 0 or -ENOMEM; mmap_sem write; sleeps */
int mm_area_new(struct mm *mm, const struct vma *new);
/* mm_merge_around - merge what has become mergeable from start to end. mmap_sem write; sleeps */
void mm_merge_around(struct mm *mm, vaddr_t start, vaddr_t end);
/* mm_populate - fault in what areas with all of these VM_* have of [start, end), but those that are
 * VM_LOCKFAULT, as far as that goes. => 0 or the first failure: -ENOMEM, -EIO as mm_fault(), -EACCES
 * may not be accessed, -EINTR the task is to die; takes mmap_sem for reading; sleeps */
int mm_populate(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags);
/* mm_populate_area - the same of [va, end) in one area, which allows it. => mmap_sem read */
int mm_populate_area(struct mm *mm, struct vma *v, vaddr_t va, vaddr_t end, bool write);

/* --- areas that show a file's pages in any order: VM_NONLINEAR (mm/remap_file.c) --- */

/* vma_index_at - the page of the object that v shows at va. => takes PTL for such an area */
u32 vma_index_at(const struct vma *v, vaddr_t va);
/* nonlinear_unmap - entries of [va, stop), not more than nonlinear_walk() gives at a time, that map pages
 * [first, last] of the file name them instead. => PTL */
void nonlinear_unmap(const struct vma *v, vaddr_t va, vaddr_t stop, u32 first, u32 last);
/* nonlinear_zap - the same of all pages, and any range of one area. => mmap_sem; PTL not held */
void nonlinear_zap(const struct vma *v, vaddr_t va, vaddr_t end);
/* nonlinear_walk - visit all that has a table of v, some entries at a time: with PTL. => false: a visit said
 * so; the file's i_mmap_lock keeps v; PTL not held */
typedef bool (*nonlinear_visit)(struct vma *v, vaddr_t va, vaddr_t stop, void *arg);
bool nonlinear_walk(struct vma *v, nonlinear_visit visit, void *arg);
/* mm_remap_pages - as remap_file_pages(2), with no protection. => 0, -EINVAL, -ENOMEM; takes mmap_sem */
int mm_remap_pages(struct mm *mm, vaddr_t start, u32 len, u32 index, u32 flags);
/* filemap_map_remembered - map the page that the entry `seen` names, if the file has it; unless another fault
 * has been faster. => false: the file has it not. mmap_sem (mm/filemap_fault.c) */
bool filemap_map_remembered(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen);
