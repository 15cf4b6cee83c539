/* SPDX-License-Identifier: MIT */
/*
 * exec_mmu.c - a static ELF program into a new address space.
 *
 *	0x08048000  text, read-only data, data, bss	as the file's segments say
 *	            heap, up from the end of bss
 *	            ... mappings, down from below the stack ...
 *	STACK_TOP   stack
 *
 * A segment is a private mapping of the file: text is shared by all that run it, data is copied page
 * by page as it is written. What a segment has beyond the file is anonymous memory; the rest of the
 * page in which the file's part ends is cleared, and so becomes a private page at once.
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

static int map_part(struct mm *mm, vaddr_t start, vaddr_t end, u32 prot, struct file *file,
		    u32 pgoff)
{
	u32 flags = MAP_PRIVATE | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS);
	long addr;

	if (start == end)
		return 0;
	addr = mm_map(mm, start, (u32)(end - start), prot, flags, file, pgoff);
	return (vaddr_t)addr == start ? 0 : (int)addr;
}

/* The file's part, anonymous memory behind it, and zeros in the page where they meet. */
static int load_segment(struct mm *mm, struct file *file, const struct elf_segment *seg)
{
	vaddr_t start = ALIGN_DOWN(seg->vaddr, PAGE_SIZE);
	vaddr_t file_end = seg->filesz > 0 ? seg->vaddr + seg->filesz : start;
	vaddr_t end = ALIGN_UP(seg->vaddr + seg->memsz, PAGE_SIZE);
	vaddr_t meet = ALIGN_UP(file_end, PAGE_SIZE);
	int err = map_part(mm, start, meet, seg->prot, file, seg->offset >> PAGE_SHIFT);

	if (err == 0)
		err = map_part(mm, meet, end, seg->prot, NULL, 0);
	if (err == 0 && seg->memsz > seg->filesz && file_end < meet)
		err = mm_clear_user(mm, file_end, (u32)(meet - file_end));
	return err;
}

static int load_segments(struct mm *mm, struct file *file, const struct elf_plan *plan)
{
	int err = 0;

	for (unsigned i = 0; err == 0 && i < plan->nr_segments; i++)
		err = load_segment(mm, file, &plan->segments[i]);
	return err;
}

/* Segments ascend. */
static void note_segments(struct mm_program *p, const struct elf_plan *plan)
{
	for (unsigned i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *s = &plan->segments[i];

		p->start_data = s->vaddr;
		p->end_data = s->vaddr + s->filesz;
		if (!(s->prot & ELF_EXEC))
			continue;
		if (p->start_code == 0)
			p->start_code = s->vaddr;
		p->end_code = p->end_data;
	}
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
	note_segments(&mm->program, &plan);
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
