/* SPDX-License-Identifier: MIT */
/*
 * ktest_vm.c - kernel tests of address spaces: mapping, faults, fork, failure at every allocation.
 *
 * Each works on an address space of its own that is never loaded: faults are brought about by
 * calling mm_fault(), and what is mapped is read from the page tables.
 */
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/string.h>
#include <uapi/octavo/mman.h>

#define BASE 0x10000000u
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static vaddr_t map(struct mm *mm, vaddr_t addr, u32 pages, u32 prot, u32 flags)
{
	return (vaddr_t)mm_map(mm, addr, pages * PAGE_SIZE, prot, flags, NULL, 0);
}

static struct mm *mm_with(u32 pages, u32 prot)
{
	struct mm *mm = mm_alloc();

	KTEST_OK(mm && map(mm, BASE, pages, prot, ANON | MAP_FIXED) == BASE, "an area");
	return mm;
}

static pte_t entry(struct mm *mm, u32 page)
{
	pte_t pte;

	spin_lock(&mm->page_table_lock);
	pte = pmap_query(&mm->pmap, BASE + page * PAGE_SIZE);
	spin_unlock(&mm->page_table_lock);
	return pte;
}

static struct page *mapped(struct mm *mm, u32 page)
{
	return pfn_to_page(pte_pfn(entry(mm, page)));
}

static int touch(struct mm *mm, u32 page, unsigned flags)
{
	return mm_fault(mm, BASE + page * PAGE_SIZE + 5, flags | FAULT_USER);
}

static u32 word(struct mm *mm, u32 page)
{
	u32 *at = pmap_map_temp(pte_pfn(entry(mm, page)));
	u32 value = at[0];

	pmap_unmap_temp(at);
	return value;
}

static void set_word(struct mm *mm, u32 page, u32 value)
{
	KTEST_OK(mm_write_user(mm, BASE + page * PAGE_SIZE, &value, sizeof(value)) == 0, "written");
}

static bool counts(const struct page *page, s32 refs, s32 maps)
{
	return atomic_read(&page->refcount) == refs && atomic_read(&page->mapcount) == maps;
}

KTEST(vm_fault_demand_zero, "")
{
	struct mm *mm = mm_with(4, RW);

	KTEST_OK(pte_none(entry(mm, 0)), "nothing is mapped before a fault");
	KTEST_OK(touch(mm, 0, 0) == 0, "read fault");
	KTEST_OK(pte_pfn(entry(mm, 0)) == zero_pfn && !pte_writable(entry(mm, 0)), "the zero page");
	KTEST_OK(touch(mm, 0, FAULT_WRITE | FAULT_PRESENT) == 0, "write after read");
	KTEST_OK(pte_pfn(entry(mm, 0)) != zero_pfn && pte_writable(entry(mm, 0)), "a real page");
	KTEST_OK(word(mm, 0) == 0, "of zeros");
	KTEST_OK(touch(mm, 1, FAULT_WRITE) == 0 && pte_writable(entry(mm, 1)), "first write");
	KTEST_OK(counts(mapped(mm, 1), 1, 1), "one entry, one reference");
	KTEST_OK(mm->nr_resident == 2, "two pages are resident");
	mm_put(mm);
}

KTEST(vm_fault_errors, "")
{
	struct mm *mm = mm_with(2, PROT_READ);

	KTEST_OK(map(mm, BASE + 2 * PAGE_SIZE, 1, PROT_NONE, ANON | MAP_FIXED) != 0, "PROT_NONE");
	KTEST_OK(touch(mm, 1, FAULT_WRITE) == -EACCES, "write to read-only memory");
	KTEST_OK(touch(mm, 2, 0) == -EACCES, "read of PROT_NONE");
	KTEST_OK(touch(mm, 3, 0) == -EFAULT, "nothing is mapped");
	KTEST_OK(mm_fault(mm, 0, FAULT_USER) == -EFAULT, "address 0");
	KTEST_OK(mm_fault(mm, USER_END + 16, FAULT_USER) == -EFAULT, "a kernel address");
	KTEST_OK(mm->nr_resident == 0, "no page was mapped");
	mm_put(mm);
}

KTEST(vm_fork_copies_on_write, "")
{
	struct mm *parent = mm_with(4, RW), *child;
	struct page *page;

	set_word(parent, 0, 17);
	touch(parent, 1, 0);
	page = mapped(parent, 0);
	child = mm_fork(parent);
	KTEST_OK(child != NULL, "fork");
	KTEST_OK(mapped(child, 0) == page && counts(page, 2, 2), "one page, two entries");
	KTEST_OK(!pte_writable(entry(parent, 0)) && !pte_writable(entry(child, 0)), "read-only");
	KTEST_OK(pte_pfn(entry(child, 1)) == zero_pfn, "the zero page is inherited");
	KTEST_OK(touch(child, 0, FAULT_WRITE | FAULT_PRESENT) == 0, "the child writes");
	KTEST_OK(mapped(child, 0) != page && word(child, 0) == 17, "it has a copy");
	KTEST_OK(counts(page, 1, 1) && counts(mapped(child, 0), 1, 1), "each has one");
	set_word(child, 0, 18);
	KTEST_OK(word(parent, 0) == 17 && word(child, 0) == 18, "the copies are apart");
	KTEST_OK(touch(parent, 0, FAULT_WRITE | FAULT_PRESENT) == 0, "the parent writes");
	KTEST_OK(mapped(parent, 0) == page && pte_writable(entry(parent, 0)), "without a copy");
	mm_put(child);
	KTEST_OK(counts(page, 1, 1), "the child is gone");
	mm_put(parent);
}

KTEST(vm_fork_shared_memory, "")
{
	struct mm *parent = mm_alloc(), *child;
	struct page *page;

	map(parent, BASE, 3, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
	set_word(parent, 0, 5);
	page = mapped(parent, 0);
	KTEST_OK(counts(page, 2, 1), "the entry's reference, and the object's");
	child = mm_fork(parent);
	KTEST_OK(child && touch(child, 0, 0) == 0 && mapped(child, 0) == page, "the same page");
	KTEST_OK(counts(page, 3, 2), "two entries");
	set_word(child, 0, 6);
	KTEST_OK(word(parent, 0) == 6, "a write is seen by both");
	KTEST_OK(touch(child, 2, FAULT_WRITE) == 0 && touch(parent, 2, 0) == 0, "a new page");
	KTEST_OK(mapped(child, 2) == mapped(parent, 2), "is shared too");
	mm_unmap(parent, BASE, PAGE_SIZE);
	KTEST_OK(counts(page, 2, 1), "unmapping it keeps it");
	mm_put(parent);
	KTEST_OK(word(child, 0) == 6, "the object outlives its maker");
	mm_put(child);
}

KTEST(vm_protect, "")
{
	struct mm *mm = mm_with(8, RW);

	set_word(mm, 3, 1);
	KTEST_OK(mm_protect(mm, BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ) == 0, "read-only");
	KTEST_OK(mm->vmas.nr == 3 && !pte_writable(entry(mm, 3)), "two cuts");
	KTEST_OK(touch(mm, 3, FAULT_WRITE | FAULT_PRESENT) == -EACCES, "writes are refused");
	KTEST_OK(mm_protect(mm, BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_NONE) == 0, "none");
	KTEST_OK(touch(mm, 3, FAULT_PRESENT) == -EACCES && mm->nr_resident == 1, "page is kept");
	KTEST_OK(mm_protect(mm, BASE, 8 * PAGE_SIZE, RW) == 0, "all of it again");
	KTEST_OK(mm->vmas.nr == 1, "and it is one area again");
	KTEST_OK(pte_writable(entry(mm, 3)) && word(mm, 3) == 1, "writable without a fault");
	KTEST_OK(mm_protect(mm, BASE + 7 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ) == -ENOMEM, "hole");
	KTEST_OK(mm->vmas.nr == 1, "a call that fails changes nothing");
	mm_put(mm);
}

KTEST(vm_protect_keeps_shared_pages_unwritable, "")
{
	struct mm *parent = mm_with(2, RW), *child;

	set_word(parent, 0, 9);
	touch(parent, 1, 0);
	child = mm_fork(parent);
	mm_protect(child, BASE, 2 * PAGE_SIZE, PROT_READ);
	mm_protect(child, BASE, 2 * PAGE_SIZE, RW);
	KTEST_OK(!pte_writable(entry(child, 0)), "a page that the parent has too");
	KTEST_OK(!pte_writable(entry(child, 1)), "the zero page");
	mm_put(child);
	mm_put(parent);
}

KTEST(vm_unmap_gives_back, "")
{
	struct mm *mm = mm_with(3000, RW);
	u32 free_before = nr_free_pages();

	for (u32 i = 0; i < 3000; i += 7)
		touch(mm, i, FAULT_WRITE);
	KTEST_OK(mm_unmap(mm, BASE + 10 * PAGE_SIZE, 100 * PAGE_SIZE) == 0, "a hole");
	KTEST_OK(mm->vmas.nr == 2 && mm->total_pages == 2900, "two areas");
	KTEST_OK(pte_none(entry(mm, 14)) && !pte_none(entry(mm, 7)), "its pages are gone");
	KTEST_OK(touch(mm, 14, FAULT_WRITE) == -EFAULT, "and do not come back");
	KTEST_OK(mm_unmap(mm, BASE, 3000 * PAGE_SIZE) == 0, "all of it");
	KTEST_OK(mm->nr_resident == 0 && mm->vmas.nr == 0, "nothing is left");
	KTEST_OK(nr_free_pages() >= free_before, "tables went too");
	mm_put(mm);
}

KTEST(vm_stack, "")
{
	struct mm *mm = mm_alloc();
	const vaddr_t top = 0x30000000;

	KTEST_OK(mm_setup_stack(mm, top, 3 * PAGE_SIZE) == 0, "a stack");
	KTEST_OK(mm_fault(mm, top - 50 * PAGE_SIZE, FAULT_USER | FAULT_WRITE) == 0, "it grows");
	KTEST_OK(mm->total_pages == 50, "down to the page that was touched");
	KTEST_OK(mm_fault(mm, top - STACK_LIMIT, FAULT_USER | FAULT_WRITE) == 0, "to the limit");
	KTEST_OK(mm_fault(mm, top - STACK_LIMIT - 1, FAULT_USER | FAULT_WRITE) == -EFAULT,
		 "and no further");
	mm_put(mm);

	mm = mm_alloc();
	mm_setup_stack(mm, top, PAGE_SIZE);
	map(mm, top - 401 * PAGE_SIZE, 1, RW, ANON | MAP_FIXED);
	KTEST_OK(mm_fault(mm, top - 144 * PAGE_SIZE, FAULT_USER | FAULT_WRITE) == 0, "to the gap");
	KTEST_OK(mm_fault(mm, top - 145 * PAGE_SIZE, FAULT_USER | FAULT_WRITE) == -EFAULT,
		 "256 pages stay free");
	mm_put(mm);
}

KTEST(vm_brk, "")
{
	struct mm *mm = mm_alloc();

	mm->brk_start = mm->brk = BASE;
	KTEST_OK(mm_brk(mm, 0) == BASE, "what it is");
	KTEST_OK(mm_brk(mm, BASE + 10) == BASE + 10 && mm->total_pages == 1, "a page");
	KTEST_OK(mm_brk(mm, BASE + 3 * PAGE_SIZE) == BASE + 3 * PAGE_SIZE, "two more");
	KTEST_OK(mm->vmas.nr == 1 && mm->total_pages == 3, "in one area");
	touch(mm, 2, FAULT_WRITE);
	KTEST_OK(mm_brk(mm, BASE + 1) == BASE + 1 && mm->nr_resident == 0, "shrunk");
	map(mm, BASE + 8 * PAGE_SIZE, 1, RW, ANON | MAP_FIXED);
	KTEST_OK(mm_brk(mm, BASE + 8 * PAGE_SIZE) == BASE + 1, "not up to the next area");
	KTEST_OK(mm_brk(mm, BASE + 7 * PAGE_SIZE) == BASE + 7 * PAGE_SIZE, "but to a page before");
	mm_put(mm);
}

KTEST(vm_populate, "")
{
	struct mm *mm = mm_alloc();

	KTEST_OK(map(mm, BASE, 1100, RW, ANON | MAP_FIXED | MAP_POPULATE) == BASE, "populated");
	KTEST_OK(mm->nr_resident == 1100 && pte_writable(entry(mm, 1099)), "every page is there");
	map(mm, BASE, 20, PROT_READ, ANON | MAP_FIXED | MAP_POPULATE);
	KTEST_OK(pte_pfn(entry(mm, 19)) == zero_pfn, "read-only memory shares the zero page");
	mm_put(mm);
}

KTEST(vm_advise, "")
{
	struct mm *mm = mm_with(6, RW), *child;
	const u32 size = PAGE_SIZE;

	set_word(mm, 0, 1);
	set_word(mm, 1, 2);
	child = mm_fork(mm);
	KTEST_OK(mm_advise(mm, BASE, size, MADV_DONTNEED) == 0, "pages given back");
	KTEST_OK(pte_none(entry(mm, 0)) && mm->nr_resident == 1, "are gone");
	KTEST_OK(touch(mm, 0, 0) == 0 && word(mm, 0) == 0, "and read as zeros");
	KTEST_OK(word(child, 0) == 1, "the child keeps its own");
	mm_put(child);
	map(mm, BASE + 2 * size, 1, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
	set_word(mm, 2, 7);
	KTEST_OK(mm_advise(mm, BASE, 3 * size, MADV_DONTNEED) == 0, "private and shared");
	KTEST_OK(touch(mm, 2, 0) == 0 && word(mm, 2) == 7, "shared memory keeps its contents");
	mm_unmap(mm, BASE + 3 * size, size);
	set_word(mm, 4, 3);
	KTEST_OK(mm_advise(mm, BASE, 6 * size, MADV_DONTNEED) == -ENOMEM, "a hole");
	KTEST_OK(pte_none(entry(mm, 4)), "what lies behind it is done all the same");
	map(mm, BASE, 1, RW, ANON | MAP_FIXED | MAP_LOCKED);
	KTEST_OK(mm_advise(mm, BASE, size, MADV_DONTNEED) == -EINVAL, "locked memory");
	KTEST_OK(mm_advise(mm, BASE + 1, size, MADV_DONTNEED) == -EINVAL, "not aligned");
	KTEST_OK(mm_advise(mm, BASE, size, 4711) == -EINVAL, "unknown advice");
	KTEST_OK(mm_advise(mm, BASE, 0, MADV_DONTNEED) == 0, "nothing of nothing");
	KTEST_OK(mm_advise(mm, BASE, size, MADV_RANDOM) == 0, "advice on reading");
	mm_put(mm);
}

/* --- failure at every allocation --- */

static const char *const sites[] = {"page", "slab", "pmap"};

/* Run `step` with the nth allocation at each site failing, n = 1, 2, ... until none fails any more;
 * after each failure the address space must be as it was. */
static void fail_at_each(struct mm *mm, int (*step)(struct mm *mm), void (*undo)(struct mm *mm))
{
	for (unsigned i = 0; i < ARRAY_SIZE(sites); i++) {
		for (u32 n = 1; n < 100; n++) {
			u32 areas = mm->vmas.nr, pages = mm->total_pages, there = mm->nr_resident;
			bool fired;
			int err;

			fail_set_task(sites[i], n);
			err = step(mm);
			fired = fail_task_fired();
			fail_set_task(sites[i], 0);
			if (err == 0) {
				undo(mm);
				if (!fired)
					break;
				continue;
			}
			KTEST_OK(err == -ENOMEM && fired, "ENOMEM, since an allocation failed");
			KTEST_OK(mm->vmas.nr == areas && mm->total_pages == pages, "same areas");
			KTEST_OK(mm->nr_resident == there, "same pages");
		}
	}
}

static struct mm *forked;

static int step_fork(struct mm *mm)
{
	forked = mm_fork(mm);
	return forked ? 0 : -ENOMEM;
}

static void undo_fork(struct mm *mm)
{
	(void)mm;
	mm_put(forked);
}

KTEST(vm_fork_fails_everywhere, "")
{
	struct mm *mm = mm_with(2100, RW);

	map(mm, BASE + 0x4000000, 1, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
	map(mm, BASE + 0x2000000, 1, PROT_READ, ANON | MAP_FIXED);
	for (u32 i = 0; i < 2100; i += 100)
		set_word(mm, i, i);
	fail_at_each(mm, step_fork, undo_fork);
	for (u32 i = 0; i < 2100; i += 100)
		KTEST_OK(counts(mapped(mm, i), 1, 1) && word(mm, i) == i, "each page is as before");
	mm_put(mm);
}

static int step_punch(struct mm *mm)
{
	return mm_unmap(mm, BASE + 5 * PAGE_SIZE, PAGE_SIZE);
}

static void undo_punch(struct mm *mm)
{
	map(mm, BASE + 5 * PAGE_SIZE, 1, RW, ANON | MAP_FIXED);
}

static int step_protect(struct mm *mm)
{
	return mm_protect(mm, BASE + 5 * PAGE_SIZE, PAGE_SIZE, PROT_NONE);
}

static void undo_protect(struct mm *mm)
{
	mm_protect(mm, BASE + 5 * PAGE_SIZE, PAGE_SIZE, RW);
}

static int step_replace(struct mm *mm)
{
	vaddr_t addr =
		map(mm, BASE + 5 * PAGE_SIZE, 2, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);

	return addr == BASE + 5 * PAGE_SIZE ? 0 : (int)addr;
}

static void undo_replace(struct mm *mm)
{
	map(mm, BASE + 5 * PAGE_SIZE, 2, RW, ANON | MAP_FIXED);
}

KTEST(vm_calls_fail_everywhere, "")
{
	struct mm *mm = mm_with(12, RW);

	set_word(mm, 0, 3);
	fail_at_each(mm, step_punch, undo_punch);
	fail_at_each(mm, step_protect, undo_protect);
	fail_at_each(mm, step_replace, undo_replace);
	KTEST_OK(mm->vmas.nr == 1 && word(mm, 0) == 3, "and it is what it was");
	mm_put(mm);
}

static int step_touch(struct mm *mm)
{
	return touch(mm, 2000, FAULT_WRITE);
}

static void undo_touch(struct mm *mm)
{
	mm_unmap(mm, BASE, 3000 * PAGE_SIZE);
	map(mm, BASE, 3000, RW, ANON | MAP_FIXED);
}

KTEST(vm_faults_fail_everywhere, "")
{
	struct mm *mm = mm_with(3000, RW);

	fail_at_each(mm, step_touch, undo_touch);
	mm_put(mm);
}
