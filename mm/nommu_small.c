/* SPDX-License-Identifier: MIT */
/*
 * nommu_small.c - private memory of less than a page (nm-9): not aligned to pages.
 *
 *	|  1K  |  1K  |  1K  |  1K  |	a page that the process alone has: an area as any other
 *	   1      1      0      1	region->blocks bit 0..3: in use
 *	   1      0      0      1	               bit 4..7: here one begins
 *
 * The page goes with the last block.
 */
#include <octavo/errno.h>
#include <octavo/nommu.h>
#include <octavo/string.h>

enum {
	BLOCK = 1024,
	BLOCKS = 4,
	HEAD = 4, /* shift of the bits that say where one begins */
};
_Static_assert(BLOCK *BLOCKS == PAGE_SIZE, "four in a page");

/* The lowest of nr free blocks in a row. => -1: there are none */
static int find_free(u32 blocks, u32 nr)
{
	u32 mask = (1u << nr) - 1;

	for (u32 i = 0; i + nr <= BLOCKS; i++)
		if ((blocks & mask << i) == 0)
			return (int)i;
	return -1;
}

/* The page of small mappings that was made last, if it has room for this one. */
static struct vma *page_with_room(struct mm *mm, u32 flags, u32 nr)
{
	struct vma *v = mm->pmap.small;

	if (v == NULL || v->flags != flags)
		return NULL;
	return find_free(((struct region *)v->object)->blocks, nr) >= 0 ? v : NULL;
}

long nommu_map_small(struct mm *mm, u32 bytes, u32 flags)
{
	u32 nr = (bytes + BLOCK - 1) / BLOCK, first;
	struct vma *v = page_with_room(mm, flags, nr);
	struct region *r;
	vaddr_t start;

	if (v == NULL) {
		long page = nommu_map_memory(mm, PAGE_SIZE, flags);

		if (page < 0)
			return page;
		v = mm->pmap.small = vma_find(&mm->vmas, (vaddr_t)page);
	}
	r = v->object;
	first = (u32)find_free(r->blocks, nr);
	r->blocks |= (u8)((((1u << nr) - 1) << first) | 1u << (HEAD + first));
	start = v->start + first * BLOCK;
	memset((void *)start, 0, nr * BLOCK);
	return (long)start;
}

u32 nommu_small_size(const struct vma *v, vaddr_t addr)
{
	const struct region *r = v->object;
	u32 first = (u32)(addr - v->start) / BLOCK, next = first + 1;

	if (addr % BLOCK != 0 || !(r->blocks >> HEAD & 1u << first))
		return 0;
	while (next < BLOCKS && (r->blocks & 1u << next) && !(r->blocks >> HEAD & 1u << next))
		next++;
	return (next - first) * BLOCK;
}

int nommu_unmap_small(struct mm *mm, struct vma *v, vaddr_t addr)
{
	u32 nr = nommu_small_size(v, addr) / BLOCK, first = (u32)(addr - v->start) / BLOCK;
	struct region *r = v->object;

	if (nr == 0)
		return -EINVAL;
	r->blocks &= (u8) ~((((1u << nr) - 1) << first) | 1u << (HEAD + first));
	if (r->blocks != 0)
		return 0;
	return nommu_unmap(mm, v, v->start, v->end);
}
