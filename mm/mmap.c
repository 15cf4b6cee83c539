/* SPDX-License-Identifier: MIT */
/*
 * mmap.c - mmap(2) and munmap(2): areas come and go.
 *
 *	mm_map -> mm_map_place      validate, choose the address
 *	             -> area_choose (area.c, pure)
 *	       -> mm_area_new       memory for the area, then the tree
 *	       -> mm_populate       (fault.c)
 *
 * The order of the checks, and so which errno a call with two faults gets, is Linux's.
 *
 * munmap takes areas out of the tree first and unmaps their pages after, a table's span at a time;
 * since mmap_sem is held for writing no fault can bring one back. Tables that map nothing any more
 * are freed.
 */
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/why.h>
#include <uapi/octavo/mman.h>

/* --- new areas --- */

/* Enter the area; `node` is memory for it, which is freed where a neighbour takes it in. */
static void area_link(struct mm *mm, const struct vma *new, struct vma *node)
{
	struct vma *dead, *v;

	spin_lock(&mm->page_table_lock);
	v = area_add(&mm->vmas, new, node, &dead);
	spin_unlock(&mm->page_table_lock);
	mm->total_pages += (new->end - new->start) >> PAGE_SHIFT;
	if (v != node) {
		struct vma given = *new;

		vma_close_object(&given); /* the neighbour has a reference already */
		if (node)
			vma_free(node);
	}
	if (dead) {
		vma_close_object(dead);
		vma_free(dead);
	}
	CHECK(mm_check(mm));
}

int mm_area_new(struct mm *mm, const struct vma *new)
{
	struct vma *node = NULL;

	assert_held(&mm->mmap_sem);
	if (!area_extends(&mm->vmas, new)) {
		node = vma_alloc();
		if (!node)
			return -ENOMEM;
	}
	area_link(mm, new, node);
	return 0;
}

/* mm_area_replace - the same where areas are in the way; all memory is there before they go. */
static int mm_area_replace(struct mm *mm, const struct vma *new)
{
	struct vma *node = vma_alloc();
	int err;

	if (!node)
		return -ENOMEM;
	err = mm_unmap_locked(mm, new->start, new->end);
	if (err != 0)
		vma_free(node);
	else
		area_link(mm, new, node);
	return err;
}

/* The VM_* bits of a new area. */
static u32 map_vm_flags(u32 prot, u32 flags)
{
	u32 vm = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	vm |= prot & (VM_READ | VM_WRITE | VM_EXEC); /* the bits are the same */
	if (flags & MAP_GROWSDOWN)
		vm |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm |= VM_LOCKED;
	return vm;
}

static void why_no_room(const struct mm *mm, u32 len)
{
	if (mm->vmas.nr > AREA_MAX)
		why("mmap: ENOMEM: %u areas, %u allowed", mm->vmas.nr, AREA_MAX);
	else
		why("mmap: ENOMEM: no hole for %u kB: %u kB are mapped in %u areas, of %u kB",
		    len / 1024, mm->total_pages * (PAGE_SIZE / 1024), mm->vmas.nr,
		    (u32)(USER_END - USER_START) / 1024);
}

int mm_map_place(struct mm *mm, vaddr_t addr, u32 len, u32 flags, u32 pgoff, vaddr_t *where)
{
	int err;

	if (ALIGN_UP(len, PAGE_SIZE) == 0) {
		why("mmap: ENOMEM: %u bytes are more than there are addresses", len);
		return -ENOMEM;
	}
	if (pgoff + PAGES_OF(len) < pgoff)
		return -EOVERFLOW;
	err = area_choose(&mm->vmas, &mm_user_window, addr, len, flags, where);
	if (err == -ENOMEM)
		why_no_room(mm, len);
	return err;
}

static int map_area(struct mm *mm, vaddr_t start, u32 len, u32 vm_flags, void *object,
		    const struct vma_ops *ops, u32 pgoff)
{
	struct vma new = {
		.start = start,
		.end = start + len,
		.flags = vm_flags,
		.pgoff = ops ? pgoff : start >> PAGE_SHIFT,
		.object = object,
		.ops = ops,
		.mm = mm,
	};

	if (vma_overlaps(&mm->vmas, new.start, new.end))
		return mm_area_replace(mm, &new);
	return mm_area_new(mm, &new);
}

/* An anonymous area, private or shared; mmap_sem write. */
static int map_anonymous(struct mm *mm, vaddr_t start, u32 len, u32 vm_flags, u32 flags)
{
	struct shared_anon *object;
	int err;

	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
		return map_area(mm, start, len, vm_flags, NULL, NULL, 0);
	case MAP_SHARED:
		if (vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		object = shared_anon_create(len);
		if (!object)
			return -ENOMEM;
		err = map_area(mm, start, len, vm_flags | VM_SHARED, object, &shared_anon_ops, 0);
		if (err != 0)
			shared_anon_put(object);
		return err;
	default:
		return -EINVAL;
	}
}

long mm_map(struct mm *mm, vaddr_t addr, u32 len, u32 prot, u32 flags, void *object,
	    const struct vma_ops *ops, u32 pgoff)
{
	u32 vm_flags = map_vm_flags(prot, flags);
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	vaddr_t where = 0;
	int err;

	if (len == 0)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	err = mm_map_place(mm, addr, len, flags, pgoff, &where);
	if (err == 0 && ops)
		err = map_area(mm, where, bytes,
			       vm_flags | ((flags & MAP_TYPE) == MAP_SHARED ? VM_SHARED : 0),
			       object, ops, pgoff);
	else if (err == 0)
		err = map_anonymous(mm, where, bytes, vm_flags, flags);
	rwsem_up_write(&mm->mmap_sem);
	if (err != 0)
		return err;
	if ((flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE || (flags & MAP_LOCKED))
		mm_populate(mm, where, where + bytes);
	return (long)where;
}

/* --- taking away --- */

void mm_zap(struct mm *mm, vaddr_t start, vaddr_t end)
{
	while (start < end) {
		vaddr_t stop = MIN(ALIGN_DOWN(start, TABLE_SPAN) + TABLE_SPAN, end);

		if (pmap_prepared(&mm->pmap, start)) {
			spin_lock(&mm->page_table_lock);
			mm->nr_resident -=
				pmap_remove_range(&mm->pmap, start, stop, user_page_unmapped_dirty);
			spin_unlock(&mm->page_table_lock);
		}
		start = stop;
	}
}

static bool unmap_step(struct mm *mm, vaddr_t start, vaddr_t end, struct vma *spare,
		       struct area_cut *cut)
{
	bool any;

	spin_lock(&mm->page_table_lock);
	any = area_take(&mm->vmas, start, end, spare, cut);
	if (any && cut->split)
		vma_open_object(cut->split);
	spin_unlock(&mm->page_table_lock);
	return any;
}

int mm_unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct vma *spare = NULL;
	struct area_cut cut;
	bool any = false;

	assert_held(&mm->mmap_sem);
	if (area_needs_spare(&mm->vmas, start, end)) {
		if (mm->vmas.nr >= AREA_MAX) {
			why("munmap: ENOMEM: would split one of %u areas, %u allowed", mm->vmas.nr,
			    AREA_MAX);
			return -ENOMEM;
		}
		spare = vma_alloc();
		if (!spare)
			return -ENOMEM;
	}
	while (unmap_step(mm, start, end, spare, &cut)) {
		any = true;
		mm->total_pages -= (cut.end - cut.start) >> PAGE_SHIFT;
		mm_zap(mm, cut.start, cut.end);
		if (cut.dead) {
			vma_close_object(cut.dead);
			vma_free(cut.dead);
		}
	}
	if (any) {
		spin_lock(&mm->page_table_lock);
		pmap_trim(&mm->pmap, start, end);
		spin_unlock(&mm->page_table_lock);
	}
	CHECK(mm_check(mm));
	return 0;
}

int mm_unmap(struct mm *mm, vaddr_t addr, u32 len)
{
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	int err;

	if ((addr & (PAGE_SIZE - 1)) || addr > USER_END || len > USER_END - addr || bytes == 0)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	err = mm_unmap_locked(mm, addr, addr + bytes);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}
