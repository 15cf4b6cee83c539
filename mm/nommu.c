/* SPDX-License-Identifier: MIT */
/*
 * nommu.c - the life of an address space without an MMU, and its runs; nommu.h has the picture.
 *
 * A run of n pages comes from one buddy block, whose first n frames are kept: a block is aligned to
 * its size, which is what an MPU region wants, and sub-regions make up for what is missing of a
 * power of two.
 *
 * Locks: mmap_sem > page_table_lock > mm_list_lock, as with an MMU. Frames are freed after the MPU
 * has forgotten them.
 */
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/serial_number.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <octavo/zone.h>

struct mm_list all_mms = LIST_HEAD_INITIALIZER(all_mms);
spinlock_t mm_list_lock = SPINLOCK_INIT(mm_list_lock);
struct mm kernel_mm;

static struct slab_cache *mm_cache, *vma_cache;

/* --- frames --- */

static unsigned order_of(u32 nr_pages)
{
	unsigned order = 0;

	while (1u << order < nr_pages)
		order++;
	return order;
}

/* nr_pages zeroed frames in a row, single pages with the owner PAGE_RUN; NULL. */
static struct page *alloc_frames(u32 nr_pages)
{
	unsigned order = order_of(nr_pages);
	struct page *page;

	if (order > MAX_ORDER) {
		why("run of %u pages: the largest block has %u", nr_pages, 1u << MAX_ORDER);
		return NULL;
	}
	page = alloc_pages(GFP_USER | __GFP_HIGHMEM, order);
	if (page == NULL)
		return NULL;
	split_pages(page, order);
	for (u32 i = 0; i < nr_pages; i++)
		page_set_owner(page + i, PAGE_RUN);
	if (nr_pages < 1u << order)
		free_page_run(page + nr_pages, (1u << order) - nr_pages);
	memset(page_to_virt(page), 0, nr_pages << PAGE_SHIFT);
	return page;
}

static void memory_close(struct vma *v)
{
	free_page_run(virt_to_page((void *)v->start), (u32)(v->end - v->start) >> PAGE_SHIFT);
}

static void in_place_close(struct vma *v)
{
	file_put(v->object);
}

const struct vma_ops nommu_memory_ops = {.name = "memory", .close = memory_close};
const struct vma_ops nommu_in_place_ops = {.name = "in place", .close = in_place_close};

/* --- runs --- */

/* All of it is resident. mmap_sem write */
static void count_pages(struct mm *mm, u32 total)
{
	mm->total_pages = total;
	mm->nr_resident = total;
	mm->peak_pages = MAX(mm->peak_pages, total);
	mm->peak_resident = mm->peak_pages;
}

static void insert_run(struct mm *mm, struct vma *v)
{
	spin_lock(&mm->page_table_lock);
	vma_insert(&mm->vmas, v);
	spin_unlock(&mm->page_table_lock);
	count_pages(mm, mm->total_pages + ((u32)(v->end - v->start) >> PAGE_SHIFT));
	CHECK(mm_check(mm));
}

static struct vma *new_run(struct mm *mm, vaddr_t start, vaddr_t end, u32 flags,
			   const struct vma_ops *ops, void *object)
{
	struct vma *v = slab_alloc(vma_cache, GFP_KERNEL | __GFP_ZERO);

	if (v == NULL)
		return NULL;
	v->start = start;
	v->end = end;
	v->flags = flags;
	v->pgoff = start >> PAGE_SHIFT;
	v->ops = ops;
	v->object = object;
	v->mm = mm;
	return v;
}

long nommu_map_memory(struct mm *mm, u32 bytes, u32 flags)
{
	struct page *page = alloc_frames(PAGES_OF(bytes));
	struct vma *v;
	vaddr_t start;

	if (page == NULL)
		return -ENOMEM;
	start = (vaddr_t)page_to_virt(page);
	v = new_run(mm, start, start + ALIGN_UP(bytes, PAGE_SIZE), flags, &nommu_memory_ops, NULL);
	if (v == NULL) {
		free_page_run(page, PAGES_OF(bytes));
		return -ENOMEM;
	}
	insert_run(mm, v);
	return (long)start;
}

long nommu_map_stack(struct mm *mm, u32 size)
{
	const u32 flags = VM_STACK | VM_MAYREAD | VM_MAYWRITE;
	struct page *page = alloc_frames(size >> PAGE_SHIFT);
	struct vma *guard, *stack;
	vaddr_t start;
	int err = -ENOMEM;

	if (page == NULL)
		return -ENOMEM;
	start = (vaddr_t)page_to_virt(page);
	guard = new_run(mm, start, start + size / 8, VM_STACK, &nommu_memory_ops, NULL);
	if (guard == NULL)
		goto free_block;
	stack = new_run(mm, guard->end, start + size, flags | VM_READ | VM_WRITE, &nommu_memory_ops,
			NULL);
	if (stack == NULL)
		goto free_guard;
	err = mpu_set_stack(&mm->pmap.mpu, start, size);
	if (err != 0)
		goto free_stack;
	insert_run(mm, guard);
	insert_run(mm, stack);
	return (long)start;

free_stack:
	slab_free(vma_cache, stack);
free_guard:
	slab_free(vma_cache, guard);
free_block:
	free_page_run(page, size >> PAGE_SHIFT);
	return err;
}

int nommu_map_file(struct mm *mm, vaddr_t start, u32 bytes, u32 flags, struct file *file)
{
	struct vma *v = new_run(mm, start, start + bytes, flags, &nommu_in_place_ops, file);

	if (v == NULL)
		return -ENOMEM;
	insert_run(mm, v);
	return 0;
}

int nommu_unmap(struct mm *mm, struct vma *v, vaddr_t start, vaddr_t end)
{
	struct vma *lower = NULL, *upper = NULL;

	ASSERT(start >= v->start && start < end && end <= v->end);
	if (start > v->start)
		lower = slab_alloc(vma_cache, GFP_KERNEL | __GFP_ZERO);
	if (end < v->end)
		upper = slab_alloc(vma_cache, GFP_KERNEL | __GFP_ZERO);
	if ((start > v->start && lower == NULL) || (end < v->end && upper == NULL)) {
		if (lower != NULL)
			slab_free(vma_cache, lower);
		if (upper != NULL)
			slab_free(vma_cache, upper);
		return -ENOMEM;
	}
	spin_lock(&mm->page_table_lock);
	if (upper != NULL)
		vma_split(&mm->vmas, v, upper, end);
	if (lower != NULL) { /* v keeps the part that stays below, lower gets what goes */
		vma_split(&mm->vmas, v, lower, start);
		v = lower;
	}
	vma_remove(&mm->vmas, v);
	spin_unlock(&mm->page_table_lock);
	mpu_flush(&mm->pmap.mpu);
	count_pages(mm, mm->total_pages - ((u32)(end - start) >> PAGE_SHIFT));
	v->ops->close(v);
	slab_free(vma_cache, v);
	CHECK(mm_check(mm));
	return 0;
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
	while ((v = vma_first(&mm->vmas)) != NULL)
		PANIC_ON(nommu_unmap(mm, v, v->start, v->end) != 0);
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
	vma_cache = slab_cache_create("vma", sizeof(struct vma), 8);
	rwsem_init(&kernel_mm.mmap_sem, mmap_sem);
	spin_lock_init(&kernel_mm.page_table_lock, page_table_lock);
	vma_tree_init(&kernel_mm.vmas);
	atomic_set(&kernel_mm.users, 1);
	atomic_set(&kernel_mm.count, 1);
}

/* Every run is page-aligned, memory that may be owned is owned, and the sum is right. */
void mm_check(struct mm *mm)
{
	u32 pages = 0;

	vma_check(&mm->vmas);
	for (struct vma *v = vma_first(&mm->vmas); v != NULL; v = vma_next(v)) {
		PANIC_ON(((v->start | v->end) & ~PAGE_MASK) != 0 || v->ops == NULL);
		pages += (u32)(v->end - v->start) >> PAGE_SHIFT;
		if (v->ops != &nommu_memory_ops)
			continue;
		for (vaddr_t a = v->start; a < v->end; a += PAGE_SIZE)
			PANIC_ON(page_owner(pfn_to_page(a >> PAGE_SHIFT)) != PAGE_RUN);
	}
	PANIC_ON(pages != mm->total_pages);
}

void nommu_audit(struct audit *a)
{
	struct mm *mm;

	LIST_FOREACH(mm, &all_mms, all) {
		u32 pages = 0;

		for (struct vma *v = vma_first(&mm->vmas); v != NULL; v = vma_next(v)) {
			pages += (u32)(v->end - v->start) >> PAGE_SHIFT;
			if (v->ops != &nommu_memory_ops)
				continue;
			for (vaddr_t at = v->start; at < v->end; at += PAGE_SIZE)
				audit_own(a, at >> PAGE_SHIFT, 1, PAGE_RUN);
		}
		if (pages != mm->total_pages)
			audit_differ(a, "mm %p: %u pages in its runs, %u counted", mm, pages,
				     mm->total_pages);
	}
}
