/* SPDX-License-Identifier: MIT */
/*
 * nommu_vmalloc.c - vmalloc() without an MMU: a run of frames.
 *
 *	areas: first page -> first page -> ...	(lru)
 *		 |  private = pages of the run
 *
 * Lock: vmalloc_lock for the list.
 */
#include <octavo/audit.h>
#include <octavo/fail.h>
#include <octavo/nommu.h>
#include <octavo/run.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/vmalloc.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>

static spinlock_t vmalloc_lock = SPINLOCK_INIT(vmalloc_lock);
static struct page_list areas = TAILQ_HEAD_INITIALIZER(areas); /* [vmalloc_lock] */

void vmalloc_init(void)
{
}

static void *take_area(gfp_t gfp, size_t bytes, size_t align, const char *name)
{
	u32 nr_pages = PAGES_OF(bytes);
	struct page *page;

	might_sleep();
	if (bytes == 0)
		return NULL;
	if (fail_should(FAIL_vmalloc)) {
		why("vmalloc %s refused: fault injection", name);
		return NULL;
	}
	page = run_alloc(gfp, nr_pages, PAGES_OF(align), PAGE_VMALLOC);
	if (page == NULL)
		return NULL;
	page->private = nr_pages;
	owned_pages_add(PAGE_VMALLOC, (s32)nr_pages);
	spin_lock(&vmalloc_lock);
	TAILQ_INSERT_TAIL(&areas, page, lru);
	spin_unlock(&vmalloc_lock);
	return page_to_virt(page);
}

void *vmalloc_aligned(size_t bytes, size_t align, unsigned guard_before, const char *name)
{
	(void)guard_before; /* nothing is unmapped where nothing is mapped */
	return take_area(GFP_KERNEL, bytes, align, name);
}

void *vmalloc_user(size_t bytes)
{
	void *p = take_area(GFP_HIGHUSER, bytes, PAGE_SIZE, "vmalloc");

	if (p != NULL)
		memset(p, 0, bytes);
	return p;
}

u32 vmalloc_room(void)
{
	return 0;
}

void *vmalloc(size_t bytes)
{
	return vmalloc_aligned(bytes, PAGE_SIZE, 0, "vmalloc");
}

void vfree(const void *p)
{
	struct page *page;
	u32 nr_pages;

	might_sleep();
	if (p == NULL)
		return;
	page = virt_to_page(p);
	PANIC_ON(page_owner(page) != PAGE_VMALLOC || page->private == 0);
	nr_pages = page->private;
	spin_lock(&vmalloc_lock);
	TAILQ_REMOVE(&areas, page, lru);
	spin_unlock(&vmalloc_lock);
	page->private = 0;
	owned_pages_add(PAGE_VMALLOC, -(s32)nr_pages);
	run_free(page, nr_pages);
}

const char *vmalloc_guard_name(vaddr_t address)
{
	(void)address;
	return NULL;
}

void nommu_vmalloc_audit(struct audit *a)
{
	struct page *page;

	TAILQ_FOREACH(page, &areas, lru)
		for (u32 i = 0; i < page->private; i++)
			audit_own(a, page_to_pfn(page) + i, 1, PAGE_VMALLOC);
}
