/* SPDX-License-Identifier: MIT */
/*
 * report_nommu.c - an address space without an MMU as others may see it. All of it is resident; a
 * batch of runs is looked at with mmap_sem held for reading.
 */
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/mm_report.h>
#include <octavo/nommu.h>
#include <octavo/string.h>

#define BATCH 16

static void area_info_fill(struct area_info *info, const struct vma *v)
{
	struct file *file = ((const struct region *)v->object)->file;

	if (file != NULL)
		file_get(file);
	*info = (struct area_info){
		.start = v->start,
		.end = v->end,
		.flags = v->flags,
		.pgoff = v->pgoff,
		.file = file,
		.name = v->flags & VM_STACK  ? "[stack]"
			: v->flags & VM_HEAP ? "[heap]"
					     : NULL,
	};
}

unsigned mm_areas(struct mm *mm, vaddr_t from, struct area_info *out, unsigned nr)
{
	const struct vma *v;
	unsigned n = 0;

	rwsem_down_read(&mm->mmap_sem);
	for (v = vma_find(&mm->vmas, from); v != NULL && n < nr; v = vma_next(v))
		area_info_fill(&out[n++], v);
	rwsem_up_read(&mm->mmap_sem);
	return n;
}

/* --- all regions of the machine --- */

static u64 key_of(const struct region *r)
{
	return (u64)r->start << 32 | (u32)(uintptr_t)r;
}

/* Is the area's region the next one behind `key`, before *best? Then it becomes that. */
static void consider(const struct vma *v, u64 key, u64 *best, struct area_info *out)
{
	const struct region *r = v->object;
	u64 k = key_of(r);

	if (k <= key || (*best != 0 && k >= *best))
		return;
	if (*best != 0 && out->file != NULL)
		file_put(out->file);
	*best = k;
	area_info_fill(out, v);
	out->start = r->start;
	out->end = r->end;
	out->flags = r->flags;
	out->pgoff = r->pgoff;
}

/* The mm behind `mm` (NULL: the first one), counted; the count of `mm` is given back. */
static struct mm *mm_after(struct mm *mm)
{
	struct mm *next;

	spin_lock(&mm_list_lock);
	next = mm != NULL ? LIST_NEXT(mm, all) : LIST_FIRST(&all_mms);
	if (next != NULL)
		mm_grab(next);
	spin_unlock(&mm_list_lock);
	if (mm != NULL)
		mm_drop(mm);
	return next;
}

u64 nommu_region_next(u64 key, struct area_info *out)
{
	struct mm *mm = NULL;
	u64 best = 0;

	while ((mm = mm_after(mm)) != NULL) {
		const struct vma *v;

		rwsem_down_read(&mm->mmap_sem);
		for (v = vma_first(&mm->vmas); v != NULL; v = vma_next(v))
			consider(v, key, &best, out);
		LIST_FOREACH(v, &mm->pmap.twins, twins)
			consider(v, key, &best, out);
		rwsem_up_read(&mm->mmap_sem);
	}
	return best;
}

char mm_sharing_letter(u32 vm_flags) /* nm-10 */
{
	return vm_flags & VM_SHARED ? 'S' : vm_flags & VM_MAYSHARE ? 's' : 'p';
}

void mm_area_usage(struct mm *mm, const struct area_info *a, struct area_usage *u)
{
	u32 pages = (u32)(a->end - a->start) >> PAGE_SHIFT;

	(void)mm;
	u->resident += pages;
	u->anonymous += pages;
	u->private_dirty += pages;
	u->referenced += pages;
	u->pss += (u64)pages * PSS_PAGE;
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

/* Nothing is promised: what is mapped is there. */
void commit_meminfo(struct text *t)
{
	(void)t;
}
