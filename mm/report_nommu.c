/* SPDX-License-Identifier: MIT */
/*
 * report_nommu.c - an address space without an MMU as others may see it. All of it is resident; a
 * batch of runs is looked at with mmap_sem held for reading.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/mm_report.h>
#include <octavo/nommu.h>
#include <octavo/string.h>

#define BATCH 16

unsigned mm_areas(struct mm *mm, vaddr_t from, struct area_info *out, unsigned nr)
{
	const struct vma *v;
	unsigned n = 0;

	rwsem_down_read(&mm->mmap_sem);
	for (v = vma_find(&mm->vmas, from); v != NULL && n < nr; v = vma_next(v)) {
		struct file *file = v->ops == &nommu_in_place_ops ? v->object : NULL;

		if (file != NULL)
			file_get(file);
		out[n++] = (struct area_info){
			.start = v->start,
			.end = v->end,
			.flags = v->flags,
			.file = file,
			.name = v->flags & VM_STACK  ? "[stack]"
				: v->flags & VM_HEAP ? "[heap]"
						     : NULL,
		};
	}
	rwsem_up_read(&mm->mmap_sem);
	return n;
}

void mm_area_usage(struct mm *mm, vaddr_t start, vaddr_t end, struct area_usage *u)
{
	u32 pages = (u32)(end - start) >> PAGE_SHIFT;

	(void)mm;
	u->resident += pages;
	u->anonymous += pages;
	u->private_dirty += pages;
	u->referenced += pages;
	u->pss_4096ths += (u64)pages * 4096;
}

void mm_sizes(struct mm *mm, struct mm_sizes *s)
{
	struct area_info areas[BATCH];
	vaddr_t from = 0;
	unsigned n;

	memset(s, 0, sizeof(*s));
	while ((n = mm_areas(mm, from, areas, BATCH)) > 0) {
		for (unsigned i = 0; i < n; i++) {
			u32 pages = (u32)(areas[i].end - areas[i].start) >> PAGE_SHIFT;

			s->total += pages;
			if (areas[i].flags & VM_STACK)
				s->stack += pages;
			else if (areas[i].flags & VM_WRITE)
				s->data += pages;
			if (areas[i].file == NULL)
				continue;
			s->file += pages;
			file_put(areas[i].file);
		}
		from = areas[n - 1].end;
	}
	s->resident = s->total;
	s->peak_total = MAX(mm->peak_pages, s->total);
	s->peak_resident = s->peak_total;
	s->anon = s->resident - s->file;
	s->text = mm_text_pages(mm);
}

ssize_t mm_read_user(struct mm *mm, vaddr_t addr, void *buf, size_t len)
{
	size_t n;

	rwsem_down_read(&mm->mmap_sem);
	n = nommu_accessible(mm, addr, MIN(len, (size_t)PAGE_SIZE), false);
	memcpy(buf, (const void *)addr, n);
	rwsem_up_read(&mm->mmap_sem);
	return n > 0 ? (ssize_t)n : -EFAULT;
}
