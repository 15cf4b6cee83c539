/* SPDX-License-Identifier: MIT */
/*
 * access.c - one program's memory, read and written by another: process_vm_readv(2), ptrace(2),
 * /proc/PID/mem.
 *
 *	as the program could	areas must allow it
 *	as a debugger may	[  r-x, the file's pages   ]	a breakpoint goes here:
 *				[ r-x  |r-x, a copy| r-x   ]	an area of its own, with VM_ACCT
 *
 * The copy that a debugger makes is a page that nobody was promised: the program could not write there. So
 * the page is promised first, as mprotect(2) would (oc-9), and munmap, fork, exec and exit give it back as any
 * other. It costs up to two areas more, which /proc/PID/maps shows. A stack grows for a debugger, as for its
 * program; not for process_vm_readv(2).
 */
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/string.h>
#include <octavo/task.h>

/* [mmap_sem] => NULL: nothing is mapped there */
static struct vma *area_at(struct mm *mm, vaddr_t addr)
{
	struct vma *v = addr < USER_END ? mm_find(mm, addr) : NULL;

	return v && v->start <= addr ? v : NULL;
}

/* The page stays the program's own while it is written: nobody forks under mmap_sem. => 0, as
 * mm_page_of_area() */
static int move_bytes(struct mm *mm, struct vma *v, vaddr_t addr, void *buf, u32 len, bool write)
{
	struct page *page;
	char *at;
	int err = mm_page_of_area(mm, v, addr & PAGE_MASK, write, &page);

	if (err != 0)
		return err;
	at = pmap_map_temp(page_to_pfn(page));
	if (write)
		memcpy(at + (addr & (PAGE_SIZE - 1)), buf, len);
	else
		memcpy(buf, at + (addr & (PAGE_SIZE - 1)), len);
	pmap_unmap_temp(at);
	put_page(page);
	return 0;
}

int mm_access_user(struct mm *mm, vaddr_t addr, void *buf, u32 len, bool write)
{
	struct vma *v;
	int err = -EFAULT;

	rwsem_down_read(&mm->mmap_sem);
	v = area_at(mm, addr);
	if (v && (v->flags & (write ? VM_WRITE : VM_READ)))
		err = move_bytes(mm, v, addr, buf, len, write);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

/* --- for debuggers --- */

static bool may_debug(const struct vma *v, bool write)
{
	if (!write)
		return v->flags & (VM_READ | VM_MAYREAD);
	return (v->flags & VM_WRITE) || (v->flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* Would a page that is copied be one more than was promised? */
static bool is_unpromised(const struct vma *v)
{
	return !(v->flags & (VM_WRITE | VM_ACCT)) && area_accountable(v->flags | VM_WRITE);
}

/* [mmap_sem write] => 0, -ENOMEM: nothing has changed */
static int promise_locked(struct mm *mm, vaddr_t va)
{
	struct range_cuts cuts;
	struct vma *v;
	int err = commit_charge(1, 0);

	if (err != 0)
		return err;
	err = range_cuts_get(mm, va, va + PAGE_SIZE, "ptrace", &cuts);
	if (err != 0) {
		commit_uncharge(1);
		return err;
	}
	range_cuts_make(mm, va, va + PAGE_SIZE, &cuts);
	v = vma_find(&mm->vmas, va);
	spin_lock(&mm->page_table_lock);
	vma_set_flags(v, v->flags | VM_ACCT);
	spin_unlock(&mm->page_table_lock);
	mm_merge_around(mm, va, va + PAGE_SIZE);
	return 0;
}

static int promise_page(struct mm *mm, vaddr_t va)
{
	const struct vma *v;
	int err = 0;

	rwsem_down_write(&mm->mmap_sem);
	v = area_at(mm, va);
	if (v && is_unpromised(v)) /* else it has changed meanwhile */
		err = promise_locked(mm, va);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}

/* Of one page. *promise: the page is to be promised first, and nothing was done. => as mm_access_debug() */
static int debug_page(struct mm *mm, vaddr_t addr, void *buf, u32 len, bool write, bool *promise)
{
	struct vma *v;
	int err = -EFAULT;

	rwsem_down_read(&mm->mmap_sem);
	v = mm_find_grown(mm, addr);
	*promise = write && v && may_debug(v, write) && is_unpromised(v);
	if (v && may_debug(v, write) && !*promise)
		err = move_bytes(mm, v, addr, buf, len, write);
	rwsem_up_read(&mm->mmap_sem);
	return err;
}

int mm_access_debug(struct mm *mm, vaddr_t addr, void *buf, u32 len, bool write)
{
	char *at = buf;

	while (len > 0) {
		u32 n = MIN(len, PAGE_SIZE - ((u32)addr & (PAGE_SIZE - 1)));
		bool promise;
		int err = debug_page(mm, addr, at, n, write, &promise);

		if (promise) {
			err = signal_fatal() ? -EINTR : promise_page(mm, addr & PAGE_MASK);
			n = 0; /* again */
		}
		if (err != 0)
			return err;
		addr += n;
		at += n;
		len -= n;
	}
	return 0;
}
