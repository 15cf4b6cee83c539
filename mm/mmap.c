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
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/mm_user.h>
#include <octavo/why.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* --- areas in general --- */

void vma_destroy(struct vma *v)
{
	rmap_unlink(v);
	vma_close_object(v);
	vma_free(v);
}

void vma_cut(struct vma *v, vaddr_t addr, struct vma *spare)
{
	struct mm *mm = v->mm;

	rmap_lock(v);
	spin_lock(&mm->page_table_lock);
	vma_split(&mm->vmas, v, spare, addr);
	vma_open_object(spare);
	rmap_insert(spare, v);
	spin_unlock(&mm->page_table_lock);
	rmap_unlock(v);
}

/* --- promises --- */

/* Pages of [start, end) that are promised already. */
static u32 promised_there(struct mm *mm, vaddr_t start, vaddr_t end)
{
	u32 pages = 0;

	for (const struct vma *v = vma_find(&mm->vmas, start); v && v->start < end; v = vma_next(v))
		if (v->flags & VM_ACCT)
			pages += (u32)((MIN(v->end, end) - MAX(v->start, start)) >> PAGE_SHIFT);
	return pages;
}

int mm_charge_area(struct mm *mm, const struct vma *new, u32 credit)
{
	if (!(new->flags &VM_ACCT))
		return 0;
	return commit_charge(vma_pages(new), credit + promised_there(mm, new->start, new->end));
}

void mm_uncharge_area(const struct vma *v)
{
	if (v->flags & VM_ACCT)
		commit_uncharge(vma_pages(v));
}

/* --- new areas --- */

/* Enter the area; `node` is memory for it, which is freed where a neighbour takes it in. */
static void area_link(struct mm *mm, const struct vma *new, struct vma *node)
{
	struct vma *dead, *v;

	spin_lock(&mm->page_table_lock);
	v = area_add(&mm->vmas, new, node, &dead);
	spin_unlock(&mm->page_table_lock);
	mm->total_pages += (new->end - new->start) >> PAGE_SHIFT;
	if (new->flags & VM_LOCKED)
		mm->locked_pages += (new->end - new->start) >> PAGE_SHIFT;
	if (v != node) {
		struct vma given = *new;

		vma_close_object(&given); /* the neighbour has a reference already */
		if (node)
			vma_free(node);
	} else {
		rmap_link(node, NULL);
	}
	if (v != node)
		rmap_join(v, new->anon);
	if (dead) {
		rmap_join(v, dead->anon);
		vma_destroy(dead);
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

	if ((flags & MAP_NORESERVE) && commit_heeds_noreserve())
		vm |= VM_NORESERVE;
	vm |= prot & (VM_READ | VM_WRITE | VM_EXEC); /* the bits are the same */
	if (flags & MAP_GROWSDOWN)
		vm |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm |= VM_LOCKED;
	return vm;
}

static void why_no_room(const struct mm *mm, u32 len)
{
	if (mm->vmas.nr > area_max)
		why("mmap: ENOMEM: %u areas, %u allowed", mm->vmas.nr, area_max);
	else
		why("mmap: ENOMEM: no hole for %u kB: %u kB are mapped in %u areas, of %u kB",
		    len / 1024, mm->total_pages * (PAGE_SIZE / 1024), mm->vmas.nr,
		    (u32)(USER_END - USER_START) / 1024);
}

int mm_map_place(struct mm *mm, vaddr_t addr, u32 len, u32 flags, u32 pgoff, vaddr_t *where)
{
	struct area_window window = mm_user_window;
	int err;

	if (ALIGN_UP(len, PAGE_SIZE) == 0) {
		why("mmap: ENOMEM: %u bytes are more than there are addresses", len);
		return -ENOMEM;
	}
	if (pgoff + PAGES_OF(len) < pgoff)
		return -EOVERFLOW;
	window.base = mm->mmap_base;
	err = area_choose(&mm->vmas, &window, addr, len, flags, where);
	if (err == -ENOMEM)
		why_no_room(mm, len);
	return err;
}

/* What an anonymous area is, private or shared; it gets its object. */
static int anonymous_area(struct vma *new, u32 flags)
{
	new->pgoff = new->start >> PAGE_SHIFT;
	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
		return 0;
	case MAP_SHARED:
		if (new->flags & VM_GROWSDOWN)
			return -EINVAL;
		new->flags |= VM_SHARED;
		new->pgoff = 0;
		return zero_mmap(NULL, new);
	default:
		return -EINVAL;
	}
}

#define MAP_SHARED_VALIDATED                                                                       \
	(MAP_TYPE | MAP_FIXED | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |        \
	 MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_ANONYMOUS | \
	 MAP_32BIT | MAP_HUGE_SIZES)

/* May this file be mapped so? The order of the answers is Linux's. */
static int file_area_flags(const struct file *file, u32 prot, u32 flags, u32 *vm_flags)
{
	bool may_write = file_can_write(file);
	u32 type = flags & MAP_TYPE;

	if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE && (flags & ~(u32)MAP_SHARED_VALIDATED))
		return -EOPNOTSUPP;
	if (type != MAP_PRIVATE && (prot & PROT_WRITE) && !may_write)
		return -EACCES;
	if (!file_can_read(file))
		return -EACCES;
	if (file->inode->sb->flags & MS_NOEXEC) {
		if (prot & PROT_EXEC)
			return -EPERM;
		*vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->ops->mmap) {
		why("mmap: ENODEV: this kind of file cannot be mapped");
		return -ENODEV;
	}
	if (*vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	if (type != MAP_PRIVATE) {
		*vm_flags |= VM_SHARED;
		if (!may_write)
			*vm_flags &= ~VM_MAYWRITE;
	}
	return 0;
}

static int file_area(struct vma *new, struct file *file, u32 prot, u32 flags)
{
	int err;

	if (!S_ISREG(file->inode->mode) && new->pgoff > ~(new->end - new->start) >> PAGE_SHIFT)
		return -EOVERFLOW; /* what is no file has 4 GB at the most */
	err = file_area_flags(file, prot, flags, &new->flags);
	if (err == 0)
		err = file->ops->mmap(file, new);
	if (err == 0 && !new->ops) /* private anonymous memory by another name */
		new->pgoff = new->start >> PAGE_SHIFT;
	return err;
}

static int map_at(struct mm *mm, vaddr_t start, u32 len, u32 prot, u32 flags, struct file *file,
		  u32 pgoff)
{
	struct vma new = {
		.start = start,
		.end = start + len,
		.flags = map_vm_flags(prot, flags) | mm->lock_future,
		.pgoff = pgoff,
		.mm = mm,
	};
	int err = file ? file_area(&new, file, prot, flags) : anonymous_area(&new, flags);

	if (err != 0)
		return err;
	if (area_accountable(new.flags))
		new.flags |= VM_ACCT;
	if (!mm_may_expand(mm, new.start, new.end, new.flags))
		err = -ENOMEM;
	else
		err = mm_charge_area(mm, &new, 0);
	if (err != 0)
		goto close;
	if (vma_overlaps(&mm->vmas, new.start, new.end))
		err = mm_area_replace(mm, &new);
	else
		err = mm_area_new(mm, &new);
	if (err == 0)
		return 0;
	mm_uncharge_area(&new);
close:
	vma_close_object(&new);
	return err;
}

/* => 0; -EPERM, -EAGAIN: so much cannot be locked */
static int check_locked(const struct mm *mm, u32 bytes, u32 flags)
{
	bool locked = (flags & MAP_LOCKED) || mm->lock_future;

	if ((flags & MAP_LOCKED) && !mm_can_lock())
		return -EPERM;
	return !locked || mm_may_lock(mm, mm->locked_pages + bytes / PAGE_SIZE) ? 0 : -EAGAIN;
}

long mm_map(struct mm *mm, vaddr_t addr, u32 len, u32 prot, u32 flags, struct file *file, u32 pgoff)
{
	u32 bytes = ALIGN_UP(len, PAGE_SIZE);
	vaddr_t where = 0;
	bool populate;
	int err;

	if (len == 0)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	populate = (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE ||
		   (flags & MAP_LOCKED) || mm->lock_future;
	err = mm_map_place(mm, addr, len, flags, pgoff, &where);
	if (err == 0)
		err = check_locked(mm, bytes, flags);
	if (err == 0)
		err = map_at(mm, where, bytes, prot, flags, file, pgoff);
	rwsem_up_write(&mm->mmap_sem);
	if (err != 0)
		return err;
	if (populate)
		mm_populate(mm, where, where + bytes, 0);
	return (long)where;
}

/* --- taking away --- */

void mm_remove_entries(struct mm *mm, vaddr_t start, vaddr_t stop, u32 vm_flags)
{
	assert_held(&mm->page_table_lock);
	if (unlikely(vm_flags & VM_LOCKED))
		mm_count_locks(mm, start, stop, false);
	mm->peak_resident = mm_peak_resident(mm);
	mm->nr_resident -= pmap_remove_range(&mm->pmap, start, stop, user_page_unmapped_dirty);
}

void mm_zap(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags)
{
	while (start < end) {
		vaddr_t stop = MIN(ALIGN_DOWN(start, TABLE_SPAN) + TABLE_SPAN, end);

		if (pmap_prepared(&mm->pmap, start)) {
			spin_lock(&mm->page_table_lock);
			mm_remove_entries(mm, start, stop, vm_flags);
			spin_unlock(&mm->page_table_lock);
		}
		start = stop;
	}
}

static bool unmap_step(struct mm *mm, vaddr_t start, vaddr_t end, struct area_cut *cut)
{
	bool any;

	spin_lock(&mm->page_table_lock);
	any = area_take(&mm->vmas, start, end, NULL, cut);
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
		if (mm->vmas.nr >= area_max) {
			why("munmap: ENOMEM: would split one of %u areas, %u allowed", mm->vmas.nr,
			    area_max);
			return -ENOMEM;
		}
		spare = vma_alloc();
		if (!spare)
			return -ENOMEM;
		vma_cut(vma_find(&mm->vmas, start), end, spare);
	}
	mm->peak_pages = MAX(mm->peak_pages, mm->total_pages);
	while (unmap_step(mm, start, end, &cut)) {
		any = true;
		mm->total_pages -= (cut.end - cut.start) >> PAGE_SHIFT;
		if (cut.flags & VM_LOCKED)
			mm->locked_pages -= (cut.end - cut.start) >> PAGE_SHIFT;
		if (cut.flags & VM_ACCT)
			commit_uncharge((u32)((cut.end - cut.start) >> PAGE_SHIFT));
		mm_zap(mm, cut.start, cut.end, cut.flags);
		if (cut.dead)
			vma_destroy(cut.dead);
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
