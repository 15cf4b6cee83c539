/* SPDX-License-Identifier: MIT */
/*
 * mm_limits.c - RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK: may an address space become larger, may more
 * of it be locked? getrlimit(2)
 *
 * AS counts every area, DATA those that are private and writable but the stack. Pages that are
 * counted for DATA are looked up in the areas, and only where there is such a limit.
 */
#include <octavo/cred.h>
#include <octavo/mm_user.h>
#include <octavo/rlimit.h>
#include <octavo/why.h>

static bool is_data(u32 vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* Pages of [start, end) that areas have. */
static u32 pages_there(struct mm *mm, vaddr_t start, vaddr_t end)
{
	u32 pages = 0;

	for (const struct vma *v = vma_find(&mm->vmas, start); v != NULL && v->start < end;
	     v = vma_next(v))
		pages += (MIN(v->end, end) - MAX(v->start, start)) >> PAGE_SHIFT;
	return pages;
}

/* Those of them that are data, or would be if their areas had these VM_*, too. */
static u32 data_there(struct mm *mm, vaddr_t start, vaddr_t end, u32 added)
{
	u32 pages = 0;

	for (const struct vma *v = vma_find(&mm->vmas, start); v != NULL && v->start < end;
	     v = vma_next(v)) {
		if (is_data(v->flags | added))
			pages += (MIN(v->end, end) - MAX(v->start, start)) >> PAGE_SHIFT;
	}
	return pages;
}

static bool fits(u32 pages, u32 limit, const char *name)
{
	if (limit == RLIMIT_INFINITE || pages <= limit >> PAGE_SHIFT)
		return true;
	why("%s: %u kB asked, %u kB allowed", name, pages * (PAGE_SIZE / 1024), limit / 1024);
	return false;
}

bool mm_may_expand(struct mm *mm, vaddr_t start, vaddr_t end, u32 vm_flags)
{
	return mm_may_grow(mm, (u32)((end - start) >> PAGE_SHIFT), vm_flags, start, end);
}

bool mm_may_grow(struct mm *mm, u32 pages, u32 vm_flags, vaddr_t start, vaddr_t end)
{
	u32 as = rlimit(RLIMIT_AS), data = rlimit(RLIMIT_DATA);

	assert_held(&mm->mmap_sem);
	if (likely(as == RLIMIT_INFINITE && data == RLIMIT_INFINITE))
		return true;
	if (!fits(mm->total_pages + pages - pages_there(mm, start, end), as, "RLIMIT_AS"))
		return false;
	if (data == RLIMIT_INFINITE || !is_data(vm_flags))
		return true;
	pages += data_there(mm, 0, USER_END, 0) - data_there(mm, start, end, 0);
	return fits(pages, data, "RLIMIT_DATA");
}

bool mm_may_write(struct mm *mm, vaddr_t start, vaddr_t end)
{
	u32 data = rlimit(RLIMIT_DATA), more;

	assert_held(&mm->mmap_sem);
	if (likely(data == RLIMIT_INFINITE))
		return true;
	more = data_there(mm, start, end, VM_WRITE) - data_there(mm, start, end, 0);
	return more == 0 || fits(data_there(mm, 0, USER_END, 0) + more, data, "RLIMIT_DATA");
}

bool mm_may_break(const struct mm *mm, vaddr_t brk)
{
	u32 data = rlimit(RLIMIT_DATA), bytes;

	assert_held(&mm->mmap_sem);
	if (likely(data == RLIMIT_INFINITE))
		return true;
	bytes = (u32)(brk - mm->brk_start + mm->program.end_data - mm->program.start_data);
	if (bytes <= data)
		return true;
	why("brk: %u bytes of data asked, RLIMIT_DATA allows %u", bytes, data);
	return false;
}

bool mm_can_lock(void)
{
	return rlimit(RLIMIT_MEMLOCK) != 0 || capable(CAP_IPC_LOCK);
}

bool mm_may_lock(const struct mm *mm, u32 pages)
{
	u32 limit = rlimit(RLIMIT_MEMLOCK);

	assert_held(&mm->mmap_sem);
	return limit == RLIMIT_INFINITE || pages <= limit >> PAGE_SHIFT || capable(CAP_IPC_LOCK) ||
	       fits(pages, limit, "RLIMIT_MEMLOCK");
}
