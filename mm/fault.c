/* SPDX-License-Identifier: MIT */
/*
 * fault.c - a program touched memory that the page tables do not let it touch.
 *
 *	no area, or too far below a stack	-EFAULT
 *	the area does not allow it		-EACCES
 *	private, nothing there, read		map the zero page, read-only
 *	private, nothing there, write		a page of zeros
 *	private, read-only entry, write		nobody else has the page: make it writable
 *						else: a copy (the zero page: a page of zeros)
 *	an object's				what its kind says (vma_ops.fault)
 *
 * A fault holds mmap_sem for reading: areas and page tables stay (tables are only freed by munmap),
 * entries may change under one's feet until PTL is held. So a page is got ready first, cleared or
 * copied, by what the entry looked like without the lock; then, under PTL, it is entered if the
 * entry still looks so. Else somebody else has served the fault, or the page that was copied is no
 * longer the one: ours is given back, the access is tried again, and faults again if it must.
 */
#include <octavo/assert.h>
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/rlimit.h>
#include <octavo/string.h>
#include <octavo/wait.h>
#include <octavo/task.h>
#include <octavo/why.h>

#define POPULATE_BATCH 16u

/* --- private memory --- */

/* Another fault has been faster: ours is not needed. PTL is held, and released. */
static __noinline int anon_lost_race(struct mm *mm, pfn_t pfn) __releases(&mm->page_table_lock)
{
	spin_unlock(&mm->page_table_lock);
	user_page_discard(pfn_to_page(pfn));
	return 0;
}

/* user_page_get() said so. */
static __noinline __cold int anon_no_page(void)
{
	preempt_enable();
	return -ENOMEM;
}

/* A first write: a page of zeros. `locked`: the area may be mlocked. */
static __always_inline int anon_write(struct mm *mm, const struct vma *v, vaddr_t va, u32 prot,
				      bool locked)
{
	struct page *page;
	pfn_t pfn;

	if (unlikely(need_table(mm, va) != 0))
		return -ENOMEM;
	page = user_page_get(v, GFP_FAULT);
	if (unlikely(!page))
		return anon_no_page();
	pfn = page_to_pfn(page);
	pmap_zero_frame(pfn);
	spin_lock_raw(&mm->page_table_lock); /* user_page_get() */
	page->index = vma_index(v, va);
	if (unlikely(!pmap_enter_empty(&mm->pmap, va, pfn, prot)))
		return anon_lost_race(mm, pfn);
	mm->nr_resident++;
	if (locked)
		user_page_locked(v, pfn);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* A first read. */
static int anon_read(struct mm *mm, const struct vma *v, vaddr_t va)
{
	u32 prot = vm_prot(v->flags) & ~PMAP_WRITE;

	if (unlikely(need_table(mm, va) != 0))
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (likely(pmap_enter_empty(&mm->pmap, va, zero_pfn, prot)))
		mm->nr_resident++;
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* Nobody else has the page: it becomes writable, if that is still so under PTL. */
static int cow_reuse(struct mm *mm, vaddr_t va, pte_t seen, u32 prot)
{
	spin_lock(&mm->page_table_lock);
	if (likely(user_page_may_write(pte_pfn(seen))))
		pmap_replace(&mm->pmap, va, seen, pte_pfn(seen), prot);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* A write where so far only zeros were read. */
static int cow_zero(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen, u32 prot)
{
	struct page *page = user_page_alloc(v, GFP_FAULT);
	pfn_t pfn;

	if (unlikely(!page))
		return -ENOMEM;
	pfn = page_to_pfn(page);
	pmap_zero_frame(pfn);
	spin_lock(&mm->page_table_lock);
	page->index = vma_index(v, va);
	if (unlikely(!pmap_replace(&mm->pmap, va, seen, pfn, prot)))
		return anon_lost_race(mm, pfn);
	user_page_locked(v, pfn);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* A write to a page of our own that is mapped, but not writable. If it is ours alone by the time that it
 * has been copied, the copy was not needed, but it is right all the same. */
static __noinline int copy_on_write(struct mm *mm, const struct vma *v, vaddr_t va, pte_t seen,
				    u32 prot)
{
	pfn_t new, old = pte_pfn(seen);
	struct page *page;

	if (unlikely(old == zero_pfn))
		return cow_zero(mm, v, va, seen, prot);
	if (user_page_may_write(old))
		return cow_reuse(mm, va, seen, prot);
	page = user_page_get(v, GFP_FAULT);
	if (unlikely(!page))
		return anon_no_page();
	new = page_to_pfn(page);
	pmap_copy_frame(new, old);
	spin_lock_raw(&mm->page_table_lock); /* user_page_get() */
	page->index = vma_index(v, va);
	if (unlikely(!pmap_replace(&mm->pmap, va, seen, new, prot | PMAP_READ)))
		return anon_lost_race(mm, new);
	if (unlikely(v->flags & VM_LOCKED)) {
		page_munlock(pfn_to_page(old));
		page_mlock(pfn_to_page(new));
	}
	spin_unlock(&mm->page_table_lock);
	page = pfn_to_page(old);
	atomic_dec(&page->mapcount);
	put_page(page);
	return 0;
}

/* --- where it happened --- */

/* Do the limits of the address space allow it? */
static bool may_grow(struct mm *mm, const struct vma *v, vaddr_t start)
{
	u32 pages = (u32)((v->start - start) >> PAGE_SHIFT);

	return mm_may_expand(mm, start, v->start, v->flags) &&
	       (!(v->flags & VM_LOCKED) || mm_may_lock(mm, mm->locked_pages + pages));
}

/* The area `v` grows down, and addr lies below it: let it grow, if it may. */
static int grow_stack(struct mm *mm, struct vma *v, vaddr_t addr)
{
	vaddr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	u32 limit = rlimit(RLIMIT_STACK), excess = 0; /* promised in vain */
	int err = 0;

	if (start < v->start) {
		u32 more = (u32)((v->start - start) >> PAGE_SHIFT);

		if (!may_grow(mm, v, start))
			return -EFAULT;
		if (v->flags & VM_ACCT) {
			if (commit_charge(more, 0) != 0)
				return -EFAULT;
			excess = more;
		}
	}
	spin_lock(&mm->page_table_lock);
	if (start < v->start) { /* else another fault was faster */
		err = area_stack_room(v, start, mm_user_window.low, limit);
		if (err == 0) {
			u32 pages = (u32)((v->start - start) >> PAGE_SHIFT);

			vma_grow_down(v, start);
			mm->total_pages += pages;
			if (v->flags & VM_LOCKED)
				mm->locked_pages += pages;
			excess -= v->flags & VM_ACCT ? pages : 0;
		}
	}
	spin_unlock(&mm->page_table_lock);
	commit_uncharge(excess);
	if (err == 0)
		return 0;
	if (err == -ENOSPC)
		why("stack: %u kB asked, %u kB allowed", (u32)(v->end - start) / 1024,
		    limit / 1024);
	else if (err == -ENOMEM)
		why("stack: at %08x it would be nearer than %u kB to the area below", (u32)start,
		    STACK_GUARD_GAP / 1024);
	return -EFAULT;
}

struct vma *mm_find_grown(struct mm *mm, vaddr_t addr)
{
	struct vma *v = addr < USER_END ? mm_find(mm, addr) : NULL;

	if (!v || v->start <= addr)
		return v;
	return (v->flags & VM_GROWSDOWN) && grow_stack(mm, v, addr) == 0 ? v : NULL;
}

static bool access_allowed(const struct vma *v, unsigned flags)
{
	if (flags & FAULT_WRITE)
		return (v->flags & VM_WRITE) != 0;
	if (flags & FAULT_EXEC)
		return (v->flags & VM_EXEC) != 0;
	return (v->flags & (VM_READ | VM_WRITE | VM_EXEC)) != 0;
}

/* serve - make the page at va present, and writable for a write. mmap_sem read. */
static __noinline int serve(struct mm *mm, struct vma *v, vaddr_t va, bool write)
{
	pte_t pte;

	if (unlikely(v->ops != NULL))
		return v->ops->fault(mm, v, va, write);
	if (write && rmap_prepare(v) != 0)
		return -ENOMEM;
	pte = pmap_query(&mm->pmap, va);
	if (likely(pte_none(pte)))
		return write ? anon_write(mm, v, va, vm_prot(v->flags), true)
			     : anon_read(mm, v, va);
	if (write && !pte_writable(pte))
		return copy_on_write(mm, v, va, pte, vm_prot(v->flags));
	return 0;
}

static __noinline __cold int fault_no_memory(struct mm *mm, vaddr_t addr)
{
	why("fault: ENOMEM: no page for %08x: %u of %u pages are free, %u mapped here", (u32)addr,
	    nr_free_pages(), nr_total_pages(), mm->nr_resident);
	return -ENOMEM;
}

static __noinline int fault_any(struct mm *mm, vaddr_t addr, unsigned flags) __releases(mm)
{
	struct vma *v = mm_find_grown(mm, addr);
	int err = -EFAULT;

	if (v)
		err = access_allowed(v, flags) ? serve(mm, v, addr & PAGE_MASK, flags & FAULT_WRITE)
					       : -EACCES;
	rwsem_up_read(&mm->mmap_sem);
	return unlikely(err == -ENOMEM) ? fault_no_memory(mm, addr) : err;
}

/* Is it an access to private memory that may be written, in the area v, which is not mlocked, and not the
 * first? */
static __always_inline bool private_in(const struct vma *v, vaddr_t addr)
{
	if (unlikely(!v || addr < v->start || addr >= v->end))
		return false;
	return likely((v->flags & (VM_WRITE | VM_LOCKED)) == VM_WRITE) && likely(!v->ops) &&
	       likely(v->anon != NULL);
}

/* Most faults are writes in the area of the last one: they take the short way. */
int mm_fault(struct mm *mm, vaddr_t addr, unsigned flags)
{
	const struct vma *v;
	vaddr_t va = addr & PAGE_MASK;
	pte_t pte;
	u32 prot;
	int err = 0;

	might_sleep();
	rwsem_down_read(&mm->mmap_sem);
	v = arch_read_once(&mm->vmas.hint);
	if (unlikely(!private_in(v, addr) || !(flags & FAULT_WRITE)))
		return fault_any(mm, addr, flags);
	prot = PMAP_READ | PMAP_WRITE | (v->flags & PMAP_EXEC);
	if (!(flags & FAULT_PRESENT)) {
		err = anon_write(mm, v, va, prot, false);
	} else {
		pte = pmap_query(&mm->pmap, va);
		if (likely(pte_read_only(pte)))
			err = copy_on_write(mm, v, va, pte, prot);
	}
	rwsem_up_read(&mm->mmap_sem);
	return likely(err == 0) ? 0 : fault_no_memory(mm, addr);
}

/* --- faults before they happen --- */

/* Up to POPULATE_BATCH pages of zeros from start on, which one table maps; what is there already becomes
 * writable. => 0; -ENOMEM: not all */
static int populate_batch(struct mm *mm, struct vma *v, vaddr_t start, u32 nr)
{
	struct page *pages[POPULATE_BATCH];
	u32 got = 0, used = 0;
	vaddr_t va = start;
	int err = 0;

	if (rmap_prepare(v) != 0 || need_table(mm, va) != 0)
		return -ENOMEM;
	for (; got < nr; got++) {
		pages[got] = user_page_alloc(v, GFP_HIGHUSER);
		if (!pages[got])
			break;
		pmap_zero_frame(page_to_pfn(pages[got]));
	}
	spin_lock(&mm->page_table_lock);
	for (u32 i = 0; i < got; i++, va += PAGE_SIZE) {
		pages[i]->index = vma_index(v, va);
		if (!pmap_enter_empty(&mm->pmap, va, page_to_pfn(pages[i]), vm_prot(v->flags)))
			continue;
		user_page_locked(v, page_to_pfn(pages[i]));
		pages[i] = NULL;
		used++;
	}
	mm->nr_resident += used;
	spin_unlock(&mm->page_table_lock);
	for (u32 i = 0; i < got; i++) {
		if (!pages[i])
			continue;
		user_page_discard(pages[i]);
		if (err == 0)
			err = serve(mm, v, start + i * PAGE_SIZE, true);
	}
	return got == nr ? err : -ENOMEM;
}

int mm_populate_area(struct mm *mm, struct vma *v, vaddr_t va, vaddr_t end, bool write)
{
	int err = 0;

	while (va < end && err == 0) {
		u32 to_table_end = (TABLE_SPAN - (u32)(va & (TABLE_SPAN - 1))) >> PAGE_SHIFT;
		u32 nr = MIN(MIN(POPULATE_BATCH, to_table_end), (u32)((end - va) >> PAGE_SHIFT));

		if (write && !v->ops && pte_none(pmap_query(&mm->pmap, va))) {
			err = populate_batch(mm, v, va, nr);
		} else {
			nr = 1;
			err = serve(mm, v, va, write);
		}
		va += nr * PAGE_SIZE;
		if (signal_fatal())
			return -EINTR;
	}
	return err;
}

int mm_populate(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags)
{
	struct vma *v;
	int err = 0, first = 0;

	rwsem_down_read(&mm->mmap_sem);
	for (v = vma_find(&mm->vmas, start); v && v->start < end; v = vma_next(v)) {
		if ((v->flags & vm_flags) != vm_flags || (v->flags & VM_LOCKFAULT))
			continue;
		err = -EACCES;
		if (v->flags & (VM_READ | VM_WRITE | VM_EXEC))
			err = mm_populate_area(mm, v, MAX(v->start, start), MIN(v->end, end),
					       (v->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE);
		if (first == 0)
			first = err;
		if (err == -ENOMEM || err == -EINTR)
			break;
	}
	rwsem_up_read(&mm->mmap_sem);
	return first;
}

/* --- for exec --- */

int mm_setup_stack(struct mm *mm, vaddr_t top, u32 initial_bytes)
{
	u32 bytes = ALIGN_UP(MAX(initial_bytes, 1u), PAGE_SIZE);
	struct vma new = {
		.start = top - bytes,
		.end = top,
		.flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN |
			 VM_ACCT | VM_STACK,
		.pgoff = (top - bytes) >> PAGE_SHIFT,
		.mm = mm,
	};
	int err = -ENOMEM;

	rwsem_down_write(&mm->mmap_sem);
	if (initial_bytes <= rlimit(RLIMIT_STACK) && !vma_overlaps(&mm->vmas, new.start, new.end))
		err = mm_charge_area(mm, &new, 0);
	if (err == 0) {
		err = mm_area_new(mm, &new);
		if (err != 0)
			mm_uncharge_area(&new);
	}
	if (err == 0)
		mm->stack_top = top;
	rwsem_up_write(&mm->mmap_sem);
	return err;
}

/* The page at va if it is there and a write to it would be seen by this address space alone, or by
 * all that share it on purpose; with a reference. */
static struct page *writable_page(struct mm *mm, const struct vma *v, vaddr_t va)
{
	struct page *page = NULL;
	pte_t pte;

	spin_lock(&mm->page_table_lock);
	pte = pmap_query(&mm->pmap, va);
	if (pte_present(pte) && pte_pfn(pte) != zero_pfn &&
	    ((v->flags & VM_SHARED) || user_page_may_write(pte_pfn(pte)))) {
		page = pfn_to_page(pte_pfn(pte));
		get_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

/* The page at va if it is there, with a reference. */
static struct page *present_page(struct mm *mm, vaddr_t va)
{
	struct page *page = NULL;
	pte_t pte;

	spin_lock(&mm->page_table_lock);
	pte = pmap_query(&mm->pmap, va);
	if (pte_present(pte)) {
		page = pfn_to_page(pte_pfn(pte));
		get_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

static bool never_writes(pfn_t pfn)
{
	(void)pfn;
	return false;
}

/* A copy on write is one that its program may read, which it shall not here. */
static void hide_page(struct mm *mm, vaddr_t va)
{
	spin_lock(&mm->page_table_lock);
	pmap_protect_range(&mm->pmap, va, va + PAGE_SIZE, 0, never_writes);
	spin_unlock(&mm->page_table_lock);
}

int mm_page_of_area(struct mm *mm, struct vma *v, vaddr_t va, bool write, struct page **page)
{
	int err = 0;

	while (err == 0) {
		*page = write ? writable_page(mm, v, va) : present_page(mm, va);
		if (*page)
			break;
		err = serve(mm, v, va, write);
	}
	if (unlikely(!vm_prot(v->flags)) && err == 0)
		hide_page(mm, va);
	return err;
}

/* The same of an area that its program may use; NULL: there is none. */
static int served_page(struct mm *mm, struct vma *v, vaddr_t va, bool write, struct page **page)
{
	return v && vm_prot(v->flags) ? mm_page_of_area(mm, v, va, write, page) : -EFAULT;
}

int mm_page_for_write(struct mm *mm, vaddr_t addr, struct page **page)
{
	int err;

	if (addr >= USER_END)
		return -EFAULT;
	rwsem_down_read(&mm->mmap_sem);
	err = served_page(mm, mm_find_grown(mm, addr), addr & PAGE_MASK, true, page);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

int mm_page_for_read(struct mm *mm, vaddr_t addr, struct page **page)
{
	struct vma *v;
	int err;

	if (addr >= USER_END)
		return -EFAULT;
	rwsem_down_read(&mm->mmap_sem);
	v = mm_find(mm, addr); /* a stack does not grow for it */
	err = served_page(mm, v && v->start <= addr ? v : NULL, addr & PAGE_MASK, false, page);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

/* Bytes of one page; src NULL: zeros. */
static int write_in_page(struct mm *mm, vaddr_t addr, const void *src, u32 len)
{
	u32 offset = (u32)addr & (PAGE_SIZE - 1);
	struct page *page;
	char *to;
	int err = mm_page_for_write(mm, addr, &page);

	if (err != 0)
		return err;
	to = pmap_map_temp(page_to_pfn(page));
	if (src != NULL)
		memcpy(to + offset, src, len);
	else
		memset(to + offset, 0, len);
	pmap_unmap_temp(to);
	put_page(page);
	return 0;
}

int mm_clear_user(struct mm *mm, vaddr_t addr, u32 len)
{
	return write_in_page(mm, addr, NULL, len);
}

int mm_write_user(struct mm *mm, vaddr_t addr, const void *src, u32 len)
{
	const char *from = src;

	while (len > 0) {
		u32 n = MIN(len, PAGE_SIZE - ((u32)addr & (PAGE_SIZE - 1)));
		int err = write_in_page(mm, addr, from, n);

		if (err != 0)
			return err;
		addr += n;
		from += n;
		len -= n;
	}
	return 0;
}
