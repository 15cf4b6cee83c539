/* SPDX-License-Identifier: MIT */
/*
 * ktest_audit.c - the audit sees each kind of damage: a test damages one count, looks, mends it.
 */
#include <octavo/audit.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/vmalloc.h>
#include <uapi/octavo/mman.h>

#define BASE 0x10000000u

static struct mm *mm;
static struct page *page;

static void begin(u32 flags)
{
	mm = mm_alloc();
	KTEST_OK((vaddr_t)mm_map(mm, BASE, 4 * PAGE_SIZE, PROT_READ | PROT_WRITE,
				 flags | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) == BASE,
		 "an area");
	KTEST_OK(mm_page_for_write(mm, BASE, &page) == 0, "a page");
	put_page(page);
	KTEST_OK(audit_count() == 0, "nothing differs yet");
}

static void end(void)
{
	KTEST_OK(audit_count() == 0, "nothing differs any more");
	mm_put(mm);
}

KTEST(audit_sees_counts, "")
{
	begin(MAP_PRIVATE);
	atomic_inc(&page->mapcount);
	KTEST_OK(audit_count() == 1, "a mapcount too high");
	atomic_sub(&page->mapcount, 2);
	KTEST_OK(audit_count() == 1, "a mapcount too low");
	atomic_inc(&page->mapcount);
	get_page(page);
	KTEST_OK(audit_count() == 1, "a refcount too high");
	atomic_sub(&page->refcount, 2);
	KTEST_OK(audit_count() == 1, "a refcount too low");
	get_page(page);
	mm->nr_resident++;
	KTEST_OK(audit_count() == 1, "resident pages");
	mm->nr_resident--;
	end();
}

KTEST(audit_sees_owners, "")
{
	struct page *lost = alloc_page(GFP_KERNEL);
	void *region;

	KTEST_OK(audit_count() == 1, "a page that nobody has");
	free_page(lost);
	begin(MAP_PRIVATE);
	page_set_owner(page, PAGE_SLAB);
	KTEST_OK(audit_count() == 1, "a page that says another owner");
	page_set_owner(page, PAGE_ANON);
	region = page->mapping;
	page->mapping = mm;
	KTEST_OK(audit_count() == 1, "a private page of another region");
	page->mapping = region;
	end();
}

KTEST(audit_sees_shared_objects, "")
{
	begin(MAP_SHARED);
	page->index++;
	KTEST_OK(audit_count() == 2, "a page that points elsewhere: to the object and the area");
	page->index--;
	end();
}

/* A private page that two address spaces map and one may write. */
KTEST(audit_sees_broken_copy_on_write, "")
{
	struct mm *child;

	begin(MAP_PRIVATE);
	child = mm_fork(mm);
	spin_lock(&mm->page_table_lock);
	pmap_enter(&mm->pmap, BASE, page_to_pfn(page), PMAP_READ | PMAP_WRITE);
	spin_unlock(&mm->page_table_lock);
	KTEST_OK(audit_count() == 1, "writable for one, mapped by two");
	mm_put(child);
	end();
}

KTEST(audit_sees_vmalloc, "")
{
	char *p = vmalloc(3 * PAGE_SIZE);
	pte_t pte = pmap_query(&kernel_pmap, (vaddr_t)p + PAGE_SIZE);
	struct page *middle = pfn_to_page(pte_pfn(pte));

	KTEST_OK(audit_count() == 0, "nothing differs yet");
	middle->index = 0;
	KTEST_OK(audit_count() == 1, "a page that says another place");
	middle->index = 1;
	vfree(p);
	KTEST_OK(audit_count() == 0, "nothing differs any more");
}
