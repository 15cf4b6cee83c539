/* SPDX-License-Identifier: MIT */
/*
 * ktest_nommu.c - address spaces without an MMU: runs, their parts, what is left when something is
 * refused; vmalloc() as runs.
 */
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/nommu.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/vmalloc.h>
#include <octavo/zone.h>

#define RW       (VM_READ | VM_WRITE)
#define PAGES(n) ((n)*PAGE_SIZE)

static u32 free_now(void)
{
	pcp_drain_all();
	return nr_free_pages();
}

KTEST(nommu_runs_are_aligned_and_exact, "nm-2")
{
	struct mm *mm = mm_alloc();
	u32 before;

	if (!KTEST_OK(mm != NULL, "an address space"))
		return;
	before = free_now();
	for (u32 n = 1; n <= 40; n++) {
		u32 block = 1;
		long start = nommu_map_memory(mm, PAGES(n), RW);

		while (block < n)
			block *= 2;
		if (!KTEST_OK(start > 0, "a run"))
			break;
		KTEST_OK((start & (long)(PAGES(block) - 1)) == 0, "aligned as a block is");
		KTEST_OK(before - free_now() >= n && before - free_now() < n + 4,
			 "takes its own frames, and a slab or so");
		KTEST_OK(((char *)start)[0] == 0 && ((char *)start)[PAGES(n) - 1] == 0, "zeroed");
		KTEST_OK(nommu_unmap(mm, vma_find(&mm->vmas, (vaddr_t)start), (vaddr_t)start,
				     (vaddr_t)start + PAGES(n)) == 0,
			 "gives it back");
	}
	KTEST_OK(mm->total_pages == 0, "nothing is left");
	mm_put(mm);
}

KTEST(nommu_parts_of_a_run, "nm-2")
{
	struct mm *mm = mm_alloc();
	vaddr_t start;

	if (!KTEST_OK(mm != NULL, "an address space"))
		return;
	start = (vaddr_t)nommu_map_memory(mm, PAGES(8), RW);
	if (KTEST_OK(!ptr_is_err((void *)start), "a run")) {
		struct vma *v = vma_find(&mm->vmas, start);

		KTEST_OK(nommu_unmap(mm, v, start + PAGES(3), start + PAGES(5)) == 0, "the middle");
		KTEST_OK(nommu_accessible(mm, start, PAGES(8), true) == PAGES(3), "below it");
		KTEST_OK(nommu_accessible(mm, start + PAGES(3), 1, false) == 0, "it is gone");
		KTEST_OK(nommu_accessible(mm, start + PAGES(5), PAGES(8), true) == PAGES(3),
			 "above it");
		KTEST_OK(mm->total_pages == 6 && mm->vmas.nr == 2, "two runs of three pages");
		mm_check(mm);
		KTEST_OK(nommu_unmap(mm, v, start, start + PAGES(1)) == 0, "the beginning");
		KTEST_OK(nommu_accessible(mm, start, 1, false) == 0, "it is gone");
	}
	mm_put(mm);
}

KTEST(nommu_stack_has_guard, "")
{
	struct mm *mm = mm_alloc();
	vaddr_t start;

	if (!KTEST_OK(mm != NULL, "an address space"))
		return;
	start = (vaddr_t)nommu_map_stack(mm, PAGES(8));
	if (KTEST_OK(!ptr_is_err((void *)start), "a stack")) {
		KTEST_OK(nommu_accessible(mm, start, 1, false) == 0, "nobody reads the guard");
		KTEST_OK(mm_fault(mm, start, FAULT_WRITE) == -EACCES, "or writes it");
		KTEST_OK(nommu_may_write(mm, start + PAGES(1), PAGES(7)), "the rest is the stack");
		KTEST_OK(!nommu_may_exec(mm, start + PAGES(1)), "not for code");
		KTEST_OK(mm_fault(mm, start + PAGES(8), 0) == -EFAULT, "and there it ends");
	}
	KTEST_OK(nommu_map_stack(mm, PAGES(3)) == -EINVAL, "three pages are no stack with a guard");
	mm_put(mm);
}

/* Objects in use of the cache. */
static u32 objects_of(const char *name)
{
	struct slab_stat s;

	for (unsigned i = 0; slab_stat(i, &s); i++)
		if (strcmp(s.name, name) == 0)
			return s.in_use;
	return 0;
}

/* Each allocation of what makes an address space fails in turn; nothing stays behind. */
KTEST(nommu_refusals_leave_nothing, "")
{
	static const char *const sites[] = {"page", "slab"};

	u32 mms = objects_of("mm"), areas = objects_of("area");

	for (unsigned s = 0; s < ARRAY_SIZE(sites); s++) {
		bool fired = true;

		for (u32 n = 1; fired && n < 30; n++) {
			struct mm *mm;
			long run = 0, stack = 0;

			KTEST_OK(fail_set_task(sites[s], n) == 0, "the nth is to fail");
			mm = mm_alloc();
			if (mm != NULL) {
				run = nommu_map_memory(mm, PAGES(5), RW);
				stack = nommu_map_stack(mm, PAGES(8));
			}
			fired = fail_task_fired();
			fail_set_task(sites[s], 0);
			KTEST_OK(fired || (mm != NULL && run > 0 && stack > 0), "else it works");
			if (mm == NULL)
				continue;
			KTEST_OK(mm->total_pages == (run > 0 ? 5u : 0) + (stack > 0 ? 8u : 0),
				 "only what was given is there");
			mm_check(mm);
			mm_put(mm);
		}
		KTEST_OK(!fired, "in the end nothing is left to fail");
	}
	KTEST_OK(objects_of("mm") == mms && objects_of("area") == areas, "no object stays behind");
}

KTEST(nommu_vmalloc_is_a_run, "")
{
	u32 before = free_now();
	char *p = vmalloc(PAGES(5) - 100), *q;

	if (!KTEST_OK(p != NULL, "five pages"))
		return;
	KTEST_OK(((uintptr_t)p & ~PAGE_MASK) == 0, "whole pages");
	KTEST_OK(before - free_now() == 5, "five frames");
	memset(p, 1, PAGES(5));
	q = vmalloc_aligned(PAGES(1), PAGES(4), 1, "test");
	KTEST_OK(q != NULL && ((uintptr_t)q & (PAGES(4) - 1)) == 0,
		 "aligned to more than its size");
	vfree(q);
	vfree(p);
	vfree(NULL);
	KTEST_OK(free_now() == before, "all of them come back");
	KTEST_OK(vmalloc(PAGES(1u << (MAX_ORDER + 1))) == NULL, "more than a block is refused");
	KTEST_OK(vmalloc(0) == NULL, "nothing is nothing");
}

KTEST(nommu_audit_sees, "")
{
	struct mm *mm = mm_alloc();
	struct page *page;
	long start;

	if (!KTEST_OK(mm != NULL, "an address space"))
		return;
	start = nommu_map_memory(mm, PAGES(2), RW);
	if (KTEST_OK(start > 0, "a run")) {
		page = virt_to_page((void *)start);
		KTEST_OK(audit_count() == 0, "nothing differs yet");
		get_page(page);
		KTEST_OK(audit_count() == 1, "a reference too many");
		atomic_dec(&page->refcount);
		page_set_owner(page, PAGE_SLAB);
		KTEST_OK(audit_count() == 1, "a page that says another owner");
		page_set_owner(page, PAGE_RUN);
		mm->total_pages++;
		KTEST_OK(audit_count() == 1, "a sum that is wrong");
		mm->total_pages--;
		page = alloc_page(GFP_USER);
		KTEST_OK(page != NULL && audit_count() == 1, "a page that nobody has");
		if (page != NULL)
			free_page(page);
		KTEST_OK(audit_count() == 0, "nothing differs any more");
	}
	mm_put(mm);
}
