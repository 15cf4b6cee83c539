/* SPDX-License-Identifier: MIT */
/*
 * exec_mmu.c - an ELF program, and the dynamic linker that it names, into a new address space.
 *
 *	program       text, read-only data, data, bss: as the file's segments say
 *	              heap
 *	              ... mappings, the dynamic linker first, down from below the stack ...
 *	stack
 *
 * exec_layout.c says where. The program begins in the linker, which finds the program by the
 * auxiliary vector (AT_PHDR, AT_ENTRY) and itself by AT_BASE, and maps the libraries.
 *
 * A segment is a private mapping of the file: text is shared by all that run it, data is copied page
 * by page as it is written. What a segment has beyond the file is anonymous memory; the rest of the
 * page in which the file's part ends is cleared, and so becomes a private page at once.
 */
#include <arch/layout.h>
#include <octavo/elf.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/exec_layout.h>
#include <octavo/fs.h>
#include <octavo/mm.h>
#include <octavo/param.h>
#include <octavo/random.h>
#include <octavo/rlimit.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <uapi/octavo/mman.h>
#include <uapi/octavo/personality.h>

#define HEADER_BYTES 1024u /* the ELF header and the program headers of most files */

static const struct elf_rules exec_rules = {
	.machine = ELF_MACHINE,
	.fixed = true,
	.relocatable = true,
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
	if (err == -ENOEXEC)
		why("exec: ENOEXEC: %s", reason);
free_header:
	kfree(header);
	return err;
}

/* --- the interpreter that a program names --- */

/* The file that the program's PT_INTERP names, as exec_open() opens it. */
static struct file *open_interp(struct file *file, const struct elf_plan *plan)
{
	u32 size = plan->interp_size;
	struct file *interp;
	char *path;
	int err;

	if (size < 2 || size > PATH_MAX)
		return err_ptr(-ENOEXEC);
	path = kmalloc(size, GFP_KERNEL);
	if (path == NULL)
		return err_ptr(-ENOMEM);
	err = read_exactly(file, path, size, plan->interp_offset);
	if (err != 0)
		interp = err_ptr(err == -ENOEXEC ? -EIO : err); /* behind the end of the file */
	else if (path[size - 1] != '\0')
		interp = err_ptr(-ENOEXEC);
	else
		interp = exec_open(path);
	kfree(path);
	return interp;
}

static int read_interp_plan(struct file *interp, struct elf_plan *plan)
{
	int err;

	if (interp->inode->size < ELF_HEADER_SIZE)
		return -EIO;
	err = read_plan(interp, plan);
	return err == -ENOEXEC ? -ELIBBAD : err;
}

/* --- segments --- */

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

static int load_segments(struct mm *mm, struct file *file, const struct elf_plan *plan, u32 base)
{
	int err = 0;

	for (unsigned i = 0; err == 0 && i < plan->nr_segments; i++) {
		struct elf_segment seg = plan->segments[i];

		seg.vaddr += base;
		err = load_segment(mm, file, &seg);
	}
	return err;
}

/* Segments ascend. */
static void note_segments(struct mm_program *p, const struct elf_plan *plan, u32 base)
{
	for (unsigned i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *s = &plan->segments[i];

		p->start_data = base + s->vaddr;
		p->end_data = base + s->vaddr + s->filesz;
		if (!(s->prot & ELF_EXEC))
			continue;
		if (p->start_code == 0)
			p->start_code = base + s->vaddr;
		p->end_code = p->end_data;
	}
}

/* Among the areas: where there is a hole for all segments. */
static int find_base(struct mm *mm, const struct elf_plan *plan, u32 *base)
{
	u32 start = ALIGN_DOWN(plan->start, PAGE_SIZE);
	u32 len = ALIGN_UP(plan->end, PAGE_SIZE) - start;
	long hole = mm_map(mm, 0, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	int err;

	if (hole < 0 && hole >= -MAX_ERRNO)
		return (int)hole;
	err = mm_unmap(mm, (vaddr_t)hole, len);
	*base = (u32)hole - start;
	return err;
}

static int load_interp(struct mm *mm, struct file *interp, const struct elf_plan *plan,
		       struct exec_image *image)
{
	u32 base = 0;
	int err = plan->relocatable ? find_base(mm, plan, &base) : 0;

	if (err == 0)
		err = load_segments(mm, interp, plan, base);
	image->interp_base = base;
	image->start = base + plan->entry;
	return err;
}

/* Program, stack and heap. */
static int load_program(struct mm *mm, struct file *file, const struct elf_plan *plan,
			const struct exec_layout *layout, struct exec_image *image)
{
	u32 base = 0, brk = plan->brk_start;
	int err = 0;

	if (plan->relocatable && plan->has_interp)
		base = layout->program_base - ALIGN_DOWN(plan->start, PAGE_SIZE);
	else if (plan->relocatable)
		err = find_base(mm, plan, &base);
	if (err == 0 && (u64)base + plan->start + (plan->end - plan->start) > USER_END)
		err = -ENOMEM;
	if (err == 0)
		err = load_segments(mm, file, plan, base);
	note_segments(&mm->program, plan, base);
	brk = plan->relocatable && !plan->has_interp ? layout->program_base : base + brk;
	mm->brk_start = ALIGN_UP(brk, PAGE_SIZE);
	if (mm->brk_start < layout->mmap_base - layout->brk_shift)
		mm->brk_start += layout->brk_shift;
	mm->brk = mm->brk_start;
	image->start = image->entry = base + plan->entry;
	image->phdr = plan->phdr != 0 ? base + plan->phdr : 0;
	image->nr_phdrs = plan->phnum;
	return err;
}

static void choose_layout(struct exec_layout *layout, u32 personality)
{
	bool fixed =
		params_get(&boot_params, "norandmaps") != NULL || (personality & ADDR_NO_RANDOMIZE);

	exec_layout_choose(layout, USER_END, rlimit(RLIMIT_STACK),
			   fixed ? EXEC_LAYOUT_FIXED : random_u64());
}

/* interp is NULL or the interpreter, whose plan is interp_plan. */
static int load_all(struct file *file, const struct elf_plan *plan, struct file *interp,
		    const struct elf_plan *interp_plan, u32 stack_bytes, struct exec_image *image)
{
	struct exec_layout layout;
	struct mm *mm = mm_alloc();
	int err;

	if (mm == NULL)
		return -ENOMEM;
	choose_layout(&layout, image->cred.personality);
	mm->mmap_base = layout.mmap_base;
	err = load_program(mm, file, plan, &layout, image);
	if (err == 0)
		err = mm_setup_stack(mm, layout.stack_top, stack_bytes);
	if (err == 0 && interp != NULL)
		err = load_interp(mm, interp, interp_plan, image);
	if (err != 0) {
		mm_put(mm);
		return err;
	}
	image->mm = mm;
	image->stack_top = layout.stack_top;
	image->stack_bytes_max = EXEC_MAX_BYTES + PAGE_SIZE;
	image->data_base = 0;
	return 0;
}

int exec_load(struct file *file, u32 stack_bytes, struct exec_image *image)
{
	struct elf_plan *plans = kmalloc(2 * sizeof(*plans), GFP_KERNEL);
	struct file *interp = NULL;
	int err;

	if (plans == NULL)
		return -ENOMEM;
	err = read_plan(file, &plans[0]);
	if (err == 0 && plans[0].has_interp) {
		interp = open_interp(file, &plans[0]);
		err = ptr_is_err(interp) ? ptr_err(interp) : read_interp_plan(interp, &plans[1]);
	}
	if (err == 0)
		err = load_all(file, &plans[0], interp, &plans[1], stack_bytes, image);
	if (interp != NULL && !ptr_is_err(interp))
		exec_close(interp);
	kfree(plans);
	return err;
}
