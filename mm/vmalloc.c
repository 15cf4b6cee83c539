/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - kernel memory that is contiguous in virtual addresses only.
 *
 * An area is a span of the addresses above VMALLOC_START: its pages, and around them guard pages
 * that nothing ever maps, so that running over an end is a fault and not a corruption.
 *
 *	   low         start                             end         high
 *	    |  guards    | page 0 | page 1 |  ...  | page n |  guard   |
 *	    +------------+--------+--------+-------+--------+----------+
 *	     (0 or more)                                      (one)
 *
 * Areas stand in a red-black tree by address. A hole is searched for from where the last search
 * ended and on, so that one is found after a step or two; freed addresses come up again only after
 * a lap, which is what one wants of stale pointers. The frames of an area hang on its list.
 *
 * Nobody uses an address that has been freed: other CPUs are asked to forget their translations of
 * all that was freed when a new area comes to lie among it, and not each time.
 *
 * Invariants: spans do not overlap; page i of an area is mapped at start + i * PAGE_SIZE, has
 * owner PAGE_VMALLOC, mapping = the area and index = i.
 *
 * Locks: vmalloc_lock for the tree. An area's list of pages belongs to whoever makes or frees the
 * area; it does not change while the area is in the tree and complete.
 */
#include <arch/layout.h>
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/fail.h>
#include <octavo/pmap.h>
#include <octavo/printk.h>
#include <octavo/slab.h>
#include <octavo/vmalloc.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <sys/tree.h>

struct vm_area {
	RB_ENTRY(vm_area) rb;   /* [vmalloc_lock] */
	vaddr_t low, high;      /* [I] the span, guards included */
	vaddr_t start, end;     /* [I] what is mapped */
	struct page_list pages; /* in order of addresses */
	const char *name;       /* [I] */
};

RB_HEAD(vm_area_tree, vm_area);

static int area_cmp(const struct vm_area *a, const struct vm_area *b)
{
	return a->low < b->low ? -1 : a->low > b->low;
}
RB_GENERATE_STATIC(vm_area_tree, vm_area, rb, area_cmp)

static spinlock_t vmalloc_lock = SPINLOCK_INIT(vmalloc_lock);
static struct vm_area_tree areas = RB_INITIALIZER(areas); /* [vmalloc_lock] */
static vaddr_t search_from = VMALLOC_START;               /* [vmalloc_lock] read without */
static vaddr_t stale_low, stale_high; /* [vmalloc_lock] around what other CPUs may remember */
static struct slab_cache *area_cache;

/* area_above - the first area whose span ends above va. */
static struct vm_area *area_above(vaddr_t va)
{
	struct vm_area *best = NULL, *a = RB_ROOT(&areas);

	while (a) {
		if (a->high > va) {
			best = a;
			a = RB_LEFT(a, rb);
		} else {
			a = RB_RIGHT(a, rb);
		}
	}
	return best;
}

#define SEARCH_STEP 64u /* areas that are looked at while vmalloc_lock is held once */

/* find_hole - lay `area`'s span, guards included, into the first hole from *from on.
 *   => false: there is none below *from as it is then; vmalloc_lock held */
static bool find_hole(struct vm_area *area, size_t bytes, size_t align, size_t before,
		      vaddr_t *from)
{
	struct vm_area *next = area_above(*from);

	for (u32 n = 0; n < SEARCH_STEP; n++) {
		vaddr_t start = ALIGN_UP(*from + before, align);
		vaddr_t end = next ? next->low : VMALLOC_END;

		if (start >= *from && start < end && end - start >= bytes + PAGE_SIZE) {
			area->low = start - before;
			area->start = start;
			area->end = start + bytes;
			area->high = area->end + PAGE_SIZE;
			return true;
		}
		*from = next ? next->high : VMALLOC_END;
		if (!next)
			break;
		next = RB_NEXT(vm_area_tree, &areas, next);
	}
	return false;
}

/* What has been freed from `low` to `high` is forgotten later. => vmalloc_lock held */
static void stale_add(vaddr_t low, vaddr_t high)
{
	if (stale_low == stale_high)
		stale_low = stale_high = low;
	stale_low = MIN(stale_low, low);
	stale_high = MAX(stale_high, high);
}

/* From `low` to `high` is used now. => vmalloc_lock held */
static void stale_forget(vaddr_t low, vaddr_t high)
{
	if (low < stale_high && stale_low < high) {
		pmap_kflush(stale_low, stale_high);
		stale_low = stale_high;
	}
}

/* The same from `from` to the end of the addresses, a few areas at a time, and into the tree. */
static bool area_place_above(struct vm_area *area, size_t bytes, size_t align, size_t before,
			     vaddr_t from)
{
	bool found;

	do {
		spin_lock(&vmalloc_lock);
		found = find_hole(area, bytes, align, before, &from);
		if (found) {
			RB_INSERT(vm_area_tree, &areas, area);
			search_from = area->high;
			stale_forget(area->low, area->high); /* a guard must fault, too */
		}
		spin_unlock(&vmalloc_lock);
	} while (!found && from < VMALLOC_END);
	return found;
}

static bool area_place(struct vm_area *area, size_t bytes, size_t align, size_t before)
{
	return area_place_above(area, bytes, align, before, arch_read_once(&search_from)) ||
	       area_place_above(area, bytes, align, before, VMALLOC_START);
}

/* area_release - unmap and free the pages that the area has, forget the area. */
static void area_release(struct vm_area *area)
{
	struct page *page;

	pmap_kremove(area->start, area->end);
	while ((page = TAILQ_FIRST(&area->pages)) != NULL) {
		TAILQ_REMOVE(&area->pages, page, lru);
		page->mapping = NULL;
		owned_pages_add(PAGE_VMALLOC, -1);
		free_page(page);
	}
	spin_lock(&vmalloc_lock);
	RB_REMOVE(vm_area_tree, &areas, area);
	stale_add(area->start, area->end);
	spin_unlock(&vmalloc_lock);
	slab_free(area_cache, area);
}

static bool area_fill(struct vm_area *area)
{
	u32 index = 0;

	for (vaddr_t va = area->start; va < area->end; va += PAGE_SIZE) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

		if (!page)
			return false;
		page_set_owner(page, PAGE_VMALLOC);
		owned_pages_add(PAGE_VMALLOC, 1);
		page->mapping = area;
		page->index = index++;
		TAILQ_INSERT_TAIL(&area->pages, page, lru);
		pmap_kenter(va, page_to_pfn(page), PMAP_READ | PMAP_WRITE);
	}
	return true;
}

void *vmalloc_aligned(size_t bytes, size_t align, unsigned guard_before, const char *name)
{
	size_t room = VMALLOC_END - VMALLOC_START;
	size_t before = (size_t)guard_before * PAGE_SIZE;
	struct vm_area *area;

	ASSERT(align >= PAGE_SIZE && (align & (align - 1)) == 0);
	might_sleep();
	if (bytes == 0)
		return NULL;
	if (bytes > room || before > room) {
		why("vmalloc %s: %u bytes asked, %u bytes of addresses in all", name, (u32)bytes,
		    (u32)room);
		return NULL;
	}
	if (fail_should(FAIL_vmalloc)) {
		why("vmalloc %s refused: fault injection", name);
		return NULL;
	}
	area = slab_alloc(area_cache, GFP_KERNEL);
	if (!area)
		return NULL;
	TAILQ_INIT(&area->pages);
	area->name = name;
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!area_place(area, bytes, align, before)) {
		why("vmalloc %s: no hole of %u bytes and its guards in %u bytes of addresses", name,
		    (u32)bytes, (u32)room);
		goto free_area;
	}
	if (!area_fill(area)) {
		area_release(area);
		return NULL;
	}
	CHECK(vmalloc_check());
	return (void *)area->start;

free_area:
	slab_free(area_cache, area);
	return NULL;
}

u32 vmalloc_room(void)
{
	return VMALLOC_END - VMALLOC_START;
}

void *vmalloc(size_t bytes)
{
	return vmalloc_aligned(bytes, PAGE_SIZE, 0, "vmalloc");
}

void vfree(const void *p)
{
	vaddr_t va = (vaddr_t)p;
	struct vm_area *area;

	might_sleep();
	if (!p)
		return;
	spin_lock(&vmalloc_lock);
	area = area_above(va);
	spin_unlock(&vmalloc_lock);
	PANIC_ON(!area || area->start != va);
	area_release(area);
	CHECK(vmalloc_check());
}

/*
 * This runs when the kernel's stack has overflowed: the lock may be held, perhaps by this very
 * task, and the tree may be in the middle of a change. So no lock, and a bounded number of steps.
 */
const char *vmalloc_guard_name(vaddr_t address)
{
	const struct vm_area *a = RB_ROOT(&areas);

	if (address < VMALLOC_START || address >= VMALLOC_END)
		return NULL;
	for (unsigned steps = 0; a && steps < 64; steps++) {
		if (address < a->low)
			a = RB_LEFT(a, rb);
		else if (address >= a->high)
			a = RB_RIGHT(a, rb);
		else
			return address < a->start || address >= a->end ? a->name : NULL;
	}
	return NULL;
}

void vmalloc_audit(struct audit *a)
{
	struct vm_area *area;
	struct page *page;
	u32 index;

	RB_FOREACH(area, vm_area_tree, &areas) {
		index = 0;
		TAILQ_FOREACH(page, &area->pages, lru) {
			pfn_t pfn = page_to_pfn(page);
			pte_t pte = pmap_query(&kernel_pmap, area->start + index * PAGE_SIZE);

			audit_own(a, pfn, 1, PAGE_VMALLOC);
			if (page->mapping != area || page->index != index)
				audit_differ(a, "vmalloc %s: frame %u does not point back",
					     area->name, pfn);
			if (!pte_present(pte) || pte_pfn(pte) != pfn)
				audit_differ(a, "vmalloc %s: page %u is not mapped to frame %u",
					     area->name, index, pfn);
			index++;
		}
		if (index != (area->end - area->start) >> PAGE_SHIFT)
			audit_differ(a, "vmalloc %s: %u pages for %u bytes", area->name, index,
				     (u32)(area->end - area->start));
	}
}

void vmalloc_check(void)
{
	struct vm_area *area;
	vaddr_t last = VMALLOC_START;

	spin_lock(&vmalloc_lock);
	RB_FOREACH(area, vm_area_tree, &areas) {
		PANIC_ON(area->low < last || area->low > area->start);
		PANIC_ON(area->start >= area->end || area->high != area->end + PAGE_SIZE);
		last = area->high;
	}
	PANIC_ON(last > VMALLOC_END);
	spin_unlock(&vmalloc_lock);
}

void vmalloc_init(void)
{
	area_cache = slab_cache_create("vm_area", sizeof(struct vm_area), 4);
}
