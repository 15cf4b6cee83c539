/* SPDX-License-Identifier: MIT */
/*
 * nommu.c - the life of an address space without an MMU: areas, and the regions that they refer to;
 * nommu.h has the picture.
 *
 *	mm->vmas    [text)   [data) [stack)    no two overlap
 *	mm->twins     [a)				what lies over one of them: a file mapped twice
 *
 * The same bytes of a file have one address, so a program that maps them twice has two areas there; the
 * second is a twin, until the first is gone. What either allows may be done.
 *
 * Locks: mmap_sem > region_lock > page_table_lock > mm_list_lock. Frames are freed
 * after the MPU has forgotten them.
 */
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/fs.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/run.h>
#include <octavo/serial_number.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/zone.h>

struct mm_list all_mms = LIST_HEAD_INITIALIZER(all_mms);
spinlock_t mm_list_lock = SPINLOCK_INIT(mm_list_lock);
struct mm kernel_mm;

u32 nr_trim_pages = 1;

/* What is allocated for an area: most of them are the only ones of their region. */
struct area {
	struct vma vma; /* first */
	struct region own;
};

static struct slab_cache *mm_cache, *area_cache;

static const struct vma_ops region_ops = {.name = "region"};

static struct region *own_region(struct vma *v)
{
	return &container_of(v, struct area, vma)->own;
}

/* --- regions --- */

/* Where a power of two has few frames more than were asked for they stay: giving them back would only
 * make holes. */
int region_take_frames(struct region *r, u32 bytes)
{
	u32 nr_pages = PAGES_OF(bytes), total = run_block(nr_pages);
	struct page *page;

	if (nr_trim_pages != 0 && total - nr_pages >= nr_trim_pages)
		total = nr_pages;
	page = run_alloc(GFP_USER | __GFP_HIGHMEM, total, r->flags & VM_GUARDED ? total : 1,
			 PAGE_RUN);
	if (page == NULL)
		return -ENOMEM;
	r->start = (vaddr_t)page_to_virt(page);
	r->end = r->start + (nr_pages << PAGE_SHIFT);
	r->top = r->start + (total << PAGE_SHIFT);
	return 0;
}

static void free_frames(vaddr_t start, vaddr_t end)
{
	run_free(virt_to_page((void *)start), (u32)(end - start) >> PAGE_SHIFT);
}

void region_free_frames(struct region *r)
{
	free_frames(r->start, r->top);
	r->top = r->start;
}

/* Memory of zeros that no object has. => 0, -ENOMEM (why-line) */
static int take_memory(struct region *r, u32 bytes)
{
	int err = region_take_frames(r, bytes);

	if (err == 0)
		memset((void *)r->start, 0, r->end - r->start);
	return err;
}

/* One area fewer refers to it: `v`, which is not in its mm's list any more. */
static void region_put(struct region *r, struct vma *v)
{
	if (r->flags & VM_MAYSHARE) {
		region_unshare(r, v);
	} else if (--r->users == 0) {
		free_frames(r->start, r->top);
		if (r->file != NULL)
			file_put(r->file);
	}
}

/* --- areas --- */

/* All of it is resident. mmap_sem write */
static void count_pages(struct mm *mm, u32 total)
{
	mm->total_pages = total;
	mm->nr_resident = total;
	mm->peak_pages = MAX(mm->peak_pages, total);
	mm->peak_resident = mm->peak_pages;
}

static void list_area(struct mm *mm, struct vma *v)
{
	if (((struct region *)v->object)->object != NULL &&
	    vma_overlaps(&mm->vmas, v->start, v->end))
		LIST_INSERT_HEAD(&mm->pmap.twins, v, twins);
	else
		vma_insert(&mm->vmas, v);
}

static void insert_area(struct mm *mm, struct vma *v)
{
	spin_lock(&mm->page_table_lock);
	list_area(mm, v);
	spin_unlock(&mm->page_table_lock);
	if (((struct region *)v->object)->object != NULL) /* more may be allowed than before */
		mpu_flush(&mm->pmap.mpu, v->start, v->end);
	count_pages(mm, mm->total_pages + ((u32)(v->end - v->start) >> PAGE_SHIFT));
	CHECK(mm_check(mm));
}

/* Where one goes twins may come to the fore. PTL */
static void unlist_area(struct mm *mm, struct vma *v)
{
	struct vma *twin, *next;

	if (vma_find(&mm->vmas, v->start) != v) {
		LIST_REMOVE(v, twins);
		return;
	}
	vma_remove(&mm->vmas, v);
	LIST_FOREACH_SAFE(twin, &mm->pmap.twins, twins, next) {
		if (vma_overlaps(&mm->vmas, twin->start, twin->end))
			continue;
		LIST_REMOVE(twin, twins);
		vma_insert(&mm->vmas, twin);
	}
}

static struct vma *new_area(struct mm *mm, u32 flags)
{
	struct area *a = slab_alloc(area_cache, GFP_KERNEL | __GFP_ZERO);

	if (a == NULL)
		return NULL;
	a->vma.flags = a->own.flags = flags;
	a->vma.ops = &region_ops;
	a->vma.mm = mm;
	a->own.users = 1;
	return &a->vma;
}

static void set_area(struct vma *v, struct region *r, vaddr_t start, vaddr_t end)
{
	v->start = start;
	v->end = end;
	v->pgoff = r->pgoff + ((u32)(start - r->start) >> PAGE_SHIFT);
	v->object = r;
}

long nommu_map(struct mm *mm, const struct nommu_request *q)
{
	u32 bytes = ALIGN_UP(q->bytes, PAGE_SIZE);
	struct vma *v = new_area(mm, q->flags);
	struct region *r;
	vaddr_t start;
	int err;

	if (v == NULL)
		return -ENOMEM;
	r = own_region(v);
	err = q->file == NULL ? take_memory(r, bytes) : nommu_file_region(q, v, &r);
	if (err != 0) {
		slab_free(area_cache, v);
		return err;
	}
	start = r->start;
	if (q->file != NULL)
		start += (q->pgoff - r->pgoff) << PAGE_SHIFT;
	set_area(v, r, start, start + bytes);
	insert_area(mm, v);
	return (long)start;
}

long nommu_map_memory(struct mm *mm, u32 bytes, u32 flags)
{
	return nommu_map(mm, &(struct nommu_request){.bytes = bytes, .flags = flags});
}

/* Its guard is less than a page, so no area, but closed as long as the program is on the stack. */
static long map_short_stack(struct mm *mm, u32 size, u32 flags)
{
	long start = nommu_map_memory(mm, size, flags | VM_GUARDED);
	int err = start < 0 ? 0 : mpu_set_stack(&mm->pmap.mpu, (vaddr_t)start, size);

	return err != 0 ? err : start;
}

long nommu_map_stack(struct mm *mm, u32 size)
{
	const u32 flags = VM_STACK | VM_MAYREAD | VM_MAYWRITE | VM_READ | VM_WRITE;
	struct vma *guard, *stack;
	struct region *r;
	int err = -ENOMEM;

	if (size / 8 < PAGE_SIZE)
		return map_short_stack(mm, size, flags);
	guard = new_area(mm, VM_STACK);
	stack = new_area(mm, flags);
	if (guard == NULL || stack == NULL)
		goto free_areas;
	r = own_region(stack); /* which goes last */
	err = take_memory(r, size);
	if (err != 0)
		goto free_areas;
	err = mpu_set_stack(&mm->pmap.mpu, r->start, size);
	if (err != 0)
		goto free_memory;
	r->users = 2;
	set_area(guard, r, r->start, r->start + size / 8);
	set_area(stack, r, guard->end, r->end);
	insert_area(mm, guard);
	insert_area(mm, stack);
	return (long)r->start;

free_memory:
	region_free_frames(r);
free_areas:
	if (guard != NULL)
		slab_free(area_cache, guard);
	if (stack != NULL)
		slab_free(area_cache, stack);
	return err;
}

/* All of an area, which the MPU has forgotten. */
static void unmap_whole(struct mm *mm, struct vma *v)
{
	u32 pages = (u32)(v->end - v->start) >> PAGE_SHIFT;

	spin_lock(&mm->page_table_lock);
	unlist_area(mm, v);
	spin_unlock(&mm->page_table_lock);
	count_pages(mm, mm->total_pages - pages);
	if (mm->pmap.small == v)
		mm->pmap.small = NULL;
	region_put(v->object, v);
	slab_free(area_cache, v);
}

/* What lies behind addr becomes an area and a region of its own. => 0, -ENOMEM */
static int cut(struct mm *mm, struct vma *v, vaddr_t addr)
{
	struct region *low = v->object, *high;
	struct vma *upper = new_area(mm, v->flags);

	if (upper == NULL)
		return -ENOMEM;
	high = own_region(upper);
	high->start = addr;
	high->end = low->end;
	high->top = low->top;
	low->end = low->top = addr;
	spin_lock(&mm->page_table_lock);
	vma_split(&mm->vmas, v, upper, addr);
	spin_unlock(&mm->page_table_lock);
	upper->object = high;
	return 0;
}

/* The area begins at start, or ends at end, and so does its region then. */
static void shorten(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end)
{
	struct region *r = v->object;
	u32 pages = (u32)(v->end - v->start) >> PAGE_SHIFT;
	vaddr_t from = end, to = r->top;

	if (start > v->start) {
		from = v->start;
		to = start;
	}
	spin_lock(&mm->page_table_lock);
	vma_set_bounds(&mm->vmas, v, start, end);
	spin_unlock(&mm->page_table_lock);
	mpu_flush(&mm->pmap.mpu, from, to);
	count_pages(mm, mm->total_pages - (pages - ((u32)(end - start) >> PAGE_SHIFT)));
	if (to == r->top)
		r->end = r->top = from;
	else
		r->start = to;
	free_frames(from, to);
}

int nommu_unmap(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end)
{
	ASSERT(start >= v->start && start < end && end <= v->end);
	if (start == v->start && end == v->end) {
		mpu_flush(&mm->pmap.mpu, start, end);
		unmap_whole(mm, v);
	} else {
		int err = start > v->start && end < v->end ? cut(mm, v, end) : 0;

		if (err != 0)
			return err;
		if (start > v->start)
			shorten(mm, v, v->start, start);
		else
			shorten(mm, v, end, v->end);
	}
	CHECK(mm_check(mm));
	return 0;
}

void nommu_resize(struct mm *mm, struct vma *v, u32 bytes)
{
	struct region *r = v->object;
	u32 old = (u32)(v->end - v->start);

	ASSERT(bytes <= old || bytes <= r->top - v->start);
	if (bytes > old)
		memset((void *)v->end, 0, bytes - old);
	spin_lock(&mm->page_table_lock);
	vma_set_bounds(&mm->vmas, v, v->start, v->start + bytes);
	spin_unlock(&mm->page_table_lock);
	mpu_flush(&mm->pmap.mpu, v->start, v->start + MAX(bytes, old));
	count_pages(mm, mm->total_pages - (old >> PAGE_SHIFT) + (bytes >> PAGE_SHIFT));
	r->end = MAX(r->end, v->end);
	CHECK(mm_check(mm));
}

/* --- life --- */

struct mm *mm_alloc(void)
{
	struct mm *mm = slab_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

	if (mm == NULL)
		return NULL;
	mm->serial = serial_number();
	rwsem_init(&mm->mmap_sem, mmap_sem);
	spin_lock_init(&mm->page_table_lock, page_table_lock);
	vma_tree_init(&mm->vmas);
	atomic_set(&mm->users, 1);
	atomic_set(&mm->count, 1);
	spin_lock(&mm_list_lock);
	LIST_INSERT_HEAD(&all_mms, mm, all);
	spin_unlock(&mm_list_lock);
	return mm;
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
	PANIC_ON(mm == &kernel_mm || vma_first(&mm->vmas) != NULL);
	spin_lock(&mm_list_lock);
	LIST_REMOVE(mm, all);
	spin_unlock(&mm_list_lock);
	slab_free(mm_cache, mm);
}

void mm_put(struct mm *mm)
{
	struct vma *v;

	might_sleep();
	if (!atomic_dec_and_test(&mm->users))
		return;
	rwsem_down_write(&mm->mmap_sem);
	mpu_flush(&mm->pmap.mpu, 0, UINTPTR_MAX);
	while ((v = vma_first(&mm->vmas)) != NULL)
		unmap_whole(mm, v);
	rwsem_up_write(&mm->mmap_sem);
	mm_drop_exe(mm);
	mm_drop(mm);
}

void mm_switch(struct mm *next)
{
	mpu_activate(&next->pmap.mpu);
}

void mm_load(struct mm *prev, struct mm *next)
{
	(void)prev;
	mm_switch(next);
}

void mm_init(void)
{
	mm_cache = slab_cache_create("mm", sizeof(struct mm), 8);
	area_cache = slab_cache_create("area", sizeof(struct area), 8);
	run_init();
	nommu_file_init();
	filemap_start();
	rwsem_init(&kernel_mm.mmap_sem, mmap_sem);
	spin_lock_init(&kernel_mm.page_table_lock, page_table_lock);
	vma_tree_init(&kernel_mm.vmas);
	atomic_set(&kernel_mm.users, 1);
	atomic_set(&kernel_mm.count, 1);
}

/* Every area lies in its region, memory that may be owned is owned. => its pages */
static u32 check_area(const struct vma *v)
{
	const struct region *r = v->object;

	PANIC_ON(v->ops != &region_ops || v->start < r->start || v->end > r->end);
	PANIC_ON(r->users == 0 || (!region_is_direct(r) && r->end > r->top));
	for (vaddr_t a = r->start; a < r->top; a += PAGE_SIZE)
		PANIC_ON(page_owner(pfn_to_page(a >> PAGE_SHIFT)) != PAGE_RUN);
	return (u32)(v->end - v->start) >> PAGE_SHIFT;
}

void mm_check(struct mm *mm)
{
	const struct vma *v;
	u32 pages = 0;

	vma_check(&mm->vmas);
	for (v = vma_first(&mm->vmas); v != NULL; v = vma_next(v))
		pages += check_area(v);
	LIST_FOREACH(v, &mm->pmap.twins, twins) {
		PANIC_ON(!vma_overlaps(&mm->vmas, v->start, v->end));
		pages += check_area(v);
	}
	PANIC_ON(pages != mm->total_pages);
}

/* --- all of the machine --- */

/* fn for each area of every mm. => nothing else runs, or may change the lists */
static void each_area(void (*fn)(struct vma *v, void *arg), void *arg)
{
	struct mm *mm;
	struct vma *v;

	LIST_FOREACH(mm, &all_mms, all) {
		for (v = vma_first(&mm->vmas); v != NULL; v = vma_next(v))
			fn(v, arg);
		LIST_FOREACH(v, &mm->pmap.twins, twins)
			fn(v, arg);
	}
}

static void count_user(struct vma *v, void *arg)
{
	(void)arg;
	((struct region *)v->object)->audit_users++;
	v->mm->pmap.audit_pages += (u32)(v->end - v->start) >> PAGE_SHIFT;
}

void region_audit(struct audit *a, struct region *r)
{
	for (vaddr_t at = r->start; at < r->top; at += PAGE_SIZE)
		audit_own(a, at >> PAGE_SHIFT, 1, PAGE_RUN);
	if (r->audit_users != r->users)
		audit_differ(a, "region %p: %u areas, %u counted", r, r->audit_users, r->users);
	r->audit_users = 0;
}

static void audit_own_region(struct vma *v, void *arg)
{
	if (v->object == own_region(v))
		region_audit(arg, v->object);
}

void nommu_audit(struct audit *a)
{
	struct mm *mm;

	each_area(count_user, NULL);
	each_area(audit_own_region, a);
	nommu_file_audit(a);
	LIST_FOREACH(mm, &all_mms, all) {
		if (mm->pmap.audit_pages != mm->total_pages)
			audit_differ(a, "mm %p: %u pages in its areas, %u counted", mm,
				     mm->pmap.audit_pages, mm->total_pages);
		mm->pmap.audit_pages = 0;
	}
}
