/* SPDX-License-Identifier: MIT */
/*
 * exec_mmu.c - a static ELF program into a new address space.
 *
 *	0x08048000  text, read-only data, data, bss	as the file's segments say
 *	            heap, up from the end of bss
 *	            ... mappings, down from below the stack ...
 *	STACK_TOP   stack
 *
 * Each segment is mapped writable, filled from the file, and then given its own protection.
 */
#include <arch/layout.h>
#include <octavo/elf.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/fs.h>
#include <octavo/mm.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <uapi/octavo/mman.h>

#define HEADER_BYTES 1024u /* the ELF header and the program headers of most files */

static const struct elf_rules exec_rules = {
	.machine = ELF_MACHINE,
	.fixed = true,
	.granule = PAGE_SIZE,
	.user_start = USER_START,
	.user_end = USER_END,
};

/* Exactly len bytes from the file. */
static int read_exactly(struct file *file, void *buf, u32 len, u32 pos)
{
	ssize_t n = file_read_kernel(file, buf, len, pos);

	if (n < 0)
		return (int)n;
	return (u32)n == len ? 0 : -ENOEXEC;
}

/* The program headers where they do not lie in the first HEADER_BYTES. */
static int plan_with_far_headers(struct file *file, const void *header, u64 file_size,
				 const struct elf_phdr_place *place, struct elf_plan *plan,
				 const char **reason)
{
	u32 bytes = place->count * (u32)ELF_PHDR_SIZE;
	void *phdrs = kmalloc(bytes, GFP_KERNEL);
	int err;

	if (phdrs == NULL)
		return -ENOMEM;
	err = read_exactly(file, phdrs, bytes, place->offset);
	if (err == 0)
		err = elf_plan(header, phdrs, file_size, &exec_rules, plan, reason);
	kfree(phdrs);
	return err;
}

static int read_plan(struct file *file, struct elf_plan *plan)
{
	u64 file_size = (u64)file->inode->size;
	const char *reason = "no program header table";
	struct elf_phdr_place place;
	char *header = kmalloc(HEADER_BYTES, GFP_KERNEL);
	ssize_t len;
	int err;

	if (header == NULL)
		return -ENOMEM;
	len = file_read_kernel(file, header, HEADER_BYTES, 0);
	err = len < 0 ? (int)len
		      : elf_check_header(header, (size_t)len, file_size, &exec_rules, &place);
	if (err != 0)
		goto free_header;
	if (place.offset + place.count * (u32)ELF_PHDR_SIZE <= (u32)len)
		err = elf_plan(header, header + place.offset, file_size, &exec_rules, plan,
			       &reason);
	else
		err = plan_with_far_headers(file, header, file_size, &place, plan, &reason);
	if (err == 0 && plan->has_interp) {
		reason = "it wants a dynamic linker";
		err = -ENOEXEC;
	}
	if (err == -ENOEXEC)
		why("exec: ENOEXEC: %s", reason);
free_header:
	kfree(header);
	return err;
}

/* Where a page of the file becomes a page of the program as it is: one copy, no clearing. */
static int fill_page(struct mm *mm, struct file *file, vaddr_t to, u32 pos)
{
	struct page *page = file->ops->page(file, pos >> PAGE_SHIFT);
	int err;

	if (page == NULL)
		return -ENOENT;
	err = mm_copy_page(mm, to, page);
	put_page(page);
	return err;
}

/* Some bytes of one page of the program, by way of `buf`. */
static int fill_bytes(struct mm *mm, struct file *file, vaddr_t to, u32 pos, u32 n, void *buf)
{
	int err = read_exactly(file, buf, n, pos);

	return err == 0 ? mm_write_user(mm, to, buf, n) : err;
}

/* Copy the segment's bytes from the file, page by page of the program. */
static int fill_segment(struct mm *mm, struct file *file, const struct elf_segment *seg, void *buf)
{
	for (u32 done = 0; done < seg->filesz;) {
		vaddr_t to = seg->vaddr + done;
		u32 pos = seg->offset + done;
		u32 n = MIN(seg->filesz - done, PAGE_SIZE - (u32)(to & ~PAGE_MASK));
		int err = -ENOENT;

		if (n == PAGE_SIZE && (pos & ~PAGE_MASK) == 0 && file->ops->page != NULL)
			err = fill_page(mm, file, to, pos);
		if (err == -ENOENT || err == -EEXIST)
			err = fill_bytes(mm, file, to, pos, n, buf);
		if (err != 0)
			return err;
		done += n;
	}
	return 0;
}

static int load_segment(struct mm *mm, struct file *file, const struct elf_segment *seg, void *buf)
{
	vaddr_t start = ALIGN_DOWN(seg->vaddr, PAGE_SIZE);
	u32 len = ALIGN_UP(seg->vaddr + seg->memsz, PAGE_SIZE) - start;
	long addr = mm_map(mm, start, len, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, NULL, 0);
	int err;

	if ((vaddr_t)addr != start)
		return (int)addr;
	err = fill_segment(mm, file, seg, buf);
	if (err == 0 && seg->prot != (PROT_READ | PROT_WRITE))
		err = mm_protect(mm, start, len, seg->prot);
	return err;
}

static int load_segments(struct mm *mm, struct file *file, const struct elf_plan *plan)
{
	void *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	int err = buf != NULL ? 0 : -ENOMEM;

	for (unsigned i = 0; err == 0 && i < plan->nr_segments; i++)
		err = load_segment(mm, file, &plan->segments[i], buf);
	kfree(buf);
	return err;
}

int exec_load(struct file *file, u32 stack_bytes, struct exec_image *image)
{
	struct elf_plan plan;
	struct mm *mm;
	int err = read_plan(file, &plan);

	if (err != 0)
		return err;
	mm = mm_alloc();
	if (mm == NULL)
		return -ENOMEM;
	err = load_segments(mm, file, &plan);
	if (err == 0)
		err = mm_setup_stack(mm, STACK_TOP, stack_bytes);
	if (err != 0) {
		mm_put(mm);
		return err;
	}
	mm->brk_start = ALIGN_UP(plan.brk_start, PAGE_SIZE);
	mm->brk = mm->brk_start;
	image->mm = mm;
	image->entry = plan.entry;
	image->phdr = plan.phdr;
	image->nr_phdrs = plan.phnum;
	image->stack_top = STACK_TOP;
	image->stack_bytes_max = EXEC_MAX_BYTES + PAGE_SIZE;
	image->data_base = 0;
	return 0;
}
