/* SPDX-License-Identifier: MIT */
/*
 * exec_nommu.c - a split static PIE program: text in place, data and stack of its own.
 *
 *	the file, in place if it can be	text, read-only data		shared by all
 *	a run of frames			data | bss | heap		one for each process
 *	a block of frames		guard | stack			one for each process
 *
 * elf_pie.h has the picture.
 */
#include <arch/layout.h>
#include <octavo/elf_pie.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/fs.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/param.h>
#include <octavo/string.h>
#include <octavo/why.h>

#define LINKED_MAX 0x01000000u /* programs are linked at 0 and below 16M */

static const struct elf_rules exec_rules = {
	.machine = ELF_MACHINE,
	.relocatable = true,
	.granule = PAGE_SIZE,
	.user_start = 0,
	.user_end = LINKED_MAX,
};

struct program {
	const u8 *image; /* the file, where it is mapped */
	u32 len;
	struct elf_plan plan;
	struct elf_pie pie;
	vaddr_t text, data; /* where they run */
	u32 stack_size;
};

static int refuse(const char *reason)
{
	why("exec: ENOEXEC: %s", reason);
	return -ENOEXEC;
}

/* All of the file, for the kernel to read: in place where it lies in one piece, and shared by all that
 * run it; else a copy. */
static int map_text(struct mm *mm, struct file *file, struct program *p)
{
	const u32 can = MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_EXEC;
	int caps = nommu_file_caps(file);
	struct nommu_request q = {
		.flags = VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYEXEC | VM_MAYSHARE, .file = file};
	loff_t size = file->inode->size;
	long start;

	if (size < ELF_HEADER_SIZE || size > LINKED_MAX)
		return refuse("too short or too long for a program");
	if (caps < 0 || file->ops->mmap == NULL)
		return refuse("no file of this kind can be mapped");
	q.bytes = p->len = (u32)size;
	q.caps = ((u32)caps & can) == can ? (u32)caps : (u32)caps & MAP_CAN_COPY;
	start = nommu_map(mm, &q);
	if (start < 0)
		return (int)start;
	p->text = (vaddr_t)start;
	p->image = (const u8 *)start;
	return 0;
}

static int read_program(struct program *p)
{
	const char *reason = "no program of this machine";
	struct elf_phdr_place place;

	if (elf_check_header(p->image, p->len, p->len, &exec_rules, &place) != 0 ||
	    elf_plan(p->image, p->image + place.offset, p->len, &exec_rules, &p->plan, &reason) !=
		    0 ||
	    elf_pie_plan(p->image, p->len, &p->plan, &p->pie, &reason) != 0)
		return refuse(reason);
	return 0;
}

/* Data, bss and the heap: one run, a power of two long, so that one region of the MPU opens it. */
static int map_data(struct mm *mm, struct program *p)
{
	const u32 flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_HEAP;
	const struct elf_segment *data = &p->pie.data;
	u32 below = data->vaddr & ~PAGE_MASK;
	u32 least = below + data->memsz + USER_HEAP_MIN, bytes = PAGE_SIZE;
	const char *reason;
	long start;

	while (bytes < least)
		bytes *= 2;
	start = nommu_map_memory(mm, bytes, flags);
	if (start < 0)
		return (int)start;
	p->data = (vaddr_t)start + below;
	memcpy((void *)p->data, p->image + data->offset, data->filesz);
	reason = elf_pie_relocate(p->image, &p->pie, (void *)p->data, (u32)p->text, (u32)p->data);
	if (reason != NULL)
		return refuse(reason);
	mm->brk_start = ALIGN_UP(p->data + data->memsz, 8);
	mm->brk = mm->brk_start;
	mm->pmap.brk_limit = (vaddr_t)start + bytes;
	return 0;
}

/* A power of two. */
static u32 stack_size(const struct elf_plan *plan)
{
	u32 size = USER_STACK_MIN;

	if (plan->stack_bytes == 0)
		return USER_STACK_SIZE;
	while (size < plan->stack_bytes && size < LINKED_MAX)
		size *= 2;
	return size;
}

/* Is it the one that nompu=PATH names? */
static bool is_unprotected(const struct file *file)
{
	const char *path = params_get(&boot_params, "nompu");
	struct file *named = path != NULL && *path != '\0' ? exec_open(path) : NULL;
	bool is;

	if (named == NULL || ptr_is_err(named))
		return false;
	is = named->inode == file->inode;
	exec_close(named);
	return is;
}

static int map_program(struct mm *mm, struct file *file, struct program *p)
{
	u32 size;
	long stack;
	int err = map_text(mm, file, p);

	if (err == 0)
		err = read_program(p);
	if (err == 0) {
		nommu_resize(mm, vma_find(&mm->vmas, p->text),
			     ALIGN_UP(p->pie.text.memsz, PAGE_SIZE));
		err = map_data(mm, p);
	}
	if (err != 0)
		return err;
	size = stack_size(&p->plan);
	stack = nommu_map_stack(mm, size);
	if (stack < 0)
		return (int)stack;
	mm->stack_top = (vaddr_t)stack + size;
	p->stack_size = size;
	mm->program.start_code = p->text;
	mm->program.end_code = p->text + p->pie.text.filesz;
	mm->program.start_data = p->data;
	mm->program.end_data = p->data + p->pie.data.filesz;
	return 0;
}

int exec_load(struct file *file, u32 stack_bytes, struct exec_image *image)
{
	struct program p;
	struct mm *mm;
	int err;

	(void)stack_bytes; /* a stack does not grow: stack_bytes_max is what there is */
	mm = mm_alloc();
	if (mm == NULL)
		return -ENOMEM;
	err = map_program(mm, file, &p);
	if (err != 0) {
		mm_put(mm);
		return err;
	}
	if (is_unprotected(file))
		mpu_open(&mm->pmap.mpu);
	image->mm = mm;
	image->start = image->entry = p.text + p.pie.entry;
	image->phdr = p.plan.phdr != 0 ? p.text + p.plan.phdr : 0;
	image->nr_phdrs = p.plan.phnum;
	image->stack_top = mm->stack_top;
	image->stack_bytes_max = p.stack_size / 4;
	image->data_base = p.data;
	return 0;
}
