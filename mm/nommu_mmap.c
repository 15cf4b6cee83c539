/* SPDX-License-Identifier: MIT */
/*
 * nommu_mmap.c - mmap(2), munmap(2), mremap(2) and brk(2) without an MMU: validate, decide, act.
 *
 * A mapping lies where the kernel chooses: an address may be hinted at but not be asked for (nm-11).
 * Shared anonymous memory is private memory (nm-2), a part of it may be unmapped. The heap ends where
 * the program's run of data ends, fixed when it starts.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/param.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/mman.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/personality.h>

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
_Static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE && PROT_EXEC == VM_EXEC,
	       "protection is an area's access");

/* --- validate: nm-20, in Linux's order --- */

/* => 0, or the error of a request that can never succeed here */
static int validate(vaddr_t addr, u32 len, u32 prot, u32 flags, u32 pgoff)
{
	u32 type = flags & MAP_TYPE;

	if (flags & MAP_FIXED || (addr != 0 && params_get(&boot_params, "strict_hint") != NULL)) {
		why("mmap: EINVAL: without an MMU nobody chooses an address");
		return -EINVAL;
	}
	if ((type != MAP_PRIVATE && type != MAP_SHARED) || len == 0 || (prot & ~PROT_ALL) != 0)
		return -EINVAL;
	if (len > (u32)-PAGE_SIZE)
		return -ENOMEM;
	if (pgoff + PAGES_OF(len) < pgoff)
		return -EOVERFLOW;
	return 0;
}

static int refuse(int err, const char *reason)
{
	why("mmap: error %d: %s", -err, reason);
	return err;
}

/* A shared mapping of a file: others see what is written. => 0 or -errno */
static int validate_shared(const struct file *file, u32 prot, u32 *caps)
{
	if ((prot & PROT_WRITE) && !file_can_write(file))
		return -EACCES;
	if (!(*caps & MAP_CAN_DIRECT))
		return refuse(-ENODEV, "the file has no memory of its own to share");
	if ((prot & PROT_WRITE) && (file->inode->seals & F_SEALS_NO_WRITE))
		return -EPERM;
	*caps &= ~MAP_CAN_COPY;
	return 0;
}

/* => 0 and what may be done with the file, or -errno */
static int validate_file(const struct file *file, u32 *prot, u32 flags, u32 *caps)
{
	int err = file->ops->mmap != NULL ? nommu_file_caps(file) : -ENODEV;

	if (err < 0)
		return err;
	*caps = (u32)err;
	if (!file_can_read(file))
		return -EACCES;
	if ((flags & MAP_TYPE) == MAP_SHARED) {
		err = validate_shared(file, *prot, caps);
		if (err != 0)
			return err;
	} else if (!(*caps & MAP_CAN_COPY)) {
		return refuse(-ENODEV, "the file cannot be copied, so it is not mapped privately");
	} else if (*prot & PROT_WRITE) {
		*caps &= ~MAP_CAN_DIRECT;
	}
	if ((*caps & MAP_CAN_DIRECT) && (*prot << 4 & ~*caps) != 0) {
		*caps &= ~MAP_CAN_DIRECT;
		if ((flags & MAP_TYPE) == MAP_SHARED)
			return refuse(-EINVAL, "the file's memory cannot be accessed like that");
	}
	if (file->inode->sb->flags & MS_NOEXEC)
		return *prot & PROT_EXEC ? -EPERM : 0;
	if ((*prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC) &&
	    (*caps & MAP_CAN_EXEC))
		*prot |= PROT_EXEC;
	return 0;
}

/* --- decide --- */

/* What a mapping of a file may ever be used for: the file's memory, what that allows; a copy, anything. */
static u32 file_flags(const struct file *file, u32 prot, u32 flags, u32 caps)
{
	u32 may = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	if (caps & MAP_CAN_DIRECT)
		may &= caps;
	if ((flags & MAP_TYPE) == MAP_SHARED) {
		if (!file_can_write(file))
			may &= ~VM_MAYWRITE;
		return may | VM_SHARED | VM_MAYSHARE;
	}
	return may | (prot & PROT_WRITE ? 0 : VM_MAYSHARE);
}

static long map(vaddr_t addr, u32 len, u32 prot, u32 flags, struct file *file, u32 pgoff)
{
	struct nommu_request q = {.bytes = len, .file = file, .pgoff = pgoff, .map_flags = flags};
	struct mm *mm = current->mm;
	int err = validate(addr, len, prot, flags, pgoff);
	long start;

	if (err == 0 && file != NULL)
		err = validate_file(file, &prot, flags, &q.caps);
	if (err != 0)
		return err;
	if (file != NULL) {
		q.flags = file_flags(file, prot, flags, q.caps);
	} else {
		q.flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
		if (flags & MAP_STACK)
			q.flags |= VM_GUARDED;
		if ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC))
			prot |= PROT_EXEC;
	}
	q.flags |= prot;
	rwsem_down_write(&mm->mmap_sem);
	if (file == NULL && len < PAGE_SIZE)
		start = nommu_map_small(mm, len, q.flags);
	else
		start = nommu_map(mm, &q);
	rwsem_up_write(&mm->mmap_sem);
	return start;
}

long sys_mmap2(vaddr_t addr, u32 len, u32 prot, u32 flags, int fd, u32 pgoff)
{
	struct file *file = NULL;
	long result;

	if (!(flags & MAP_ANONYMOUS)) {
		file = files_lookup((u32)fd);
		if (file == NULL)
			return -EBADF;
	}
	result = map(addr, len, prot, flags, file, pgoff);
	if (file != NULL)
		file_put(file); /* the region has a reference of its own */
	return result;
}

/* --- munmap, mremap --- */

/* The area of mmap(2) that begins and ends there, or else one that holds addr: a program's own data and
 * stack stay, and its text. */
static struct vma *mapping_at(struct mm *mm, vaddr_t addr, vaddr_t end)
{
	struct vma *v;

	LIST_FOREACH(v, &mm->pmap.twins, twins)
		if (v->start == addr && v->end == end)
			return v;
	v = vma_find(&mm->vmas, addr);
	if (v == NULL || v->start > addr || (v->flags & (VM_STACK | VM_HEAP)) ||
	    v->start == (mm->program.start_code & PAGE_MASK))
		return NULL;
	return v;
}

/* nm-22: a part of memory may go, of a file all or nothing. */
static int unmap(struct mm *mm, vaddr_t addr, u32 len)
{
	vaddr_t end = addr + ALIGN_UP(len, PAGE_SIZE);
	struct vma *v = mapping_at(mm, addr, end);
	const struct region *r;

	if (v == NULL)
		return -EINVAL;
	r = v->object;
	if (r->blocks != 0)
		return len <= PAGE_SIZE ? nommu_unmap_small(mm, v, addr) : -EINVAL;
	if ((addr & ~PAGE_MASK) != 0 || end > v->end)
		return -EINVAL;
	if (r->object != NULL && (addr != v->start || end != v->end))
		return -EINVAL;
	return nommu_unmap(mm, v, addr, end);
}

long sys_munmap(vaddr_t addr, u32 len)
{
	struct mm *mm = current->mm;
	int err;

	if (len == 0 || len > (u32)-PAGE_SIZE || addr + ALIGN_UP(len, PAGE_SIZE) <= addr)
		return -EINVAL; /* the end, too, is an address */
	rwsem_down_write(&mm->mmap_sem);
	err = unmap(mm, addr, len);
	rwsem_up_write(&mm->mmap_sem);
	return err;
}

/* In the frames that it has: it stays where it is. */
static long remap(struct mm *mm, vaddr_t addr, u32 old_len, u32 new_len)
{
	struct vma *v = mapping_at(mm, addr, addr + ALIGN_UP(old_len, PAGE_SIZE));
	const struct region *r;
	u32 size, room;

	if (v == NULL)
		return -EINVAL;
	r = v->object;
	if (r->blocks != 0) {
		size = room = nommu_small_size(v, addr);
		old_len = MIN(ALIGN_UP(old_len, PAGE_SIZE), size);
	} else {
		size = v->end - v->start;
		room = r->top - v->start;
	}
	if (size == 0 || (r->blocks == 0 && v->start != addr))
		return -EINVAL;
	if (size != ALIGN_UP(old_len, r->blocks != 0 ? 1 : PAGE_SIZE))
		return -EFAULT;
	if (r->flags & VM_MAYSHARE)
		return -EPERM;
	if (new_len > room) {
		why("mremap: ENOMEM: %u bytes asked, %u are there", new_len, room);
		return -ENOMEM;
	}
	if (r->blocks == 0)
		nommu_resize(mm, v, ALIGN_UP(new_len, PAGE_SIZE));
	return (long)addr;
}

long sys_mremap(vaddr_t addr, u32 old_len, u32 new_len, u32 flags, vaddr_t new_addr)
{
	struct mm *mm = current->mm;
	long result;

	if (old_len == 0 || new_len == 0 || MAX(old_len, new_len) > (u32)-PAGE_SIZE)
		return -EINVAL;
	if ((flags & MREMAP_FIXED) && new_addr != addr)
		return -EINVAL;
	rwsem_down_write(&mm->mmap_sem);
	result = remap(mm, addr, old_len, new_len);
	rwsem_up_write(&mm->mmap_sem);
	return result;
}

/* --- brk --- */

/* What the heap gives back is cleared at once, so that it is zero when it is taken again. */
vaddr_t mm_brk(struct mm *mm, vaddr_t brk)
{
	vaddr_t result;

	rwsem_down_write(&mm->mmap_sem);
	if (brk >= mm->brk_start && brk <= mm->pmap.brk_limit) {
		if (brk < mm->brk)
			memset((void *)brk, 0, mm->brk - brk);
		mm->brk = brk;
	} else if (brk > mm->pmap.brk_limit) {
		why("brk: %u bytes of heap asked, the program was started with room for %u",
		    (u32)(brk - mm->brk_start), (u32)(mm->pmap.brk_limit - mm->brk_start));
	}
	result = mm->brk;
	rwsem_up_write(&mm->mmap_sem);
	return result;
}

long sys_brk(vaddr_t brk)
{
	return (long)mm_brk(current->mm, brk);
}
