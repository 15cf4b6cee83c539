/* SPDX-License-Identifier: MIT */
/*
 * nommu_file.c - mappings of files without an MMU: share, else direct, else copy.
 *
 *	region_find()  ─ one has it all ─►  one more user, and nobody is told
 *	      │ none
 *	get_unmapped_area(), mmap()  ─ an address ─►  the file's own memory
 *	      │ ENOSYS, or the access is not for that
 *	read_kernel()  ─►  frames of its own, cleared behind the file's end
 *
 * region_lock is held all the way, so that two that ask at once share, and so that no page leaves a file
 * between the look and the region that shows it.
 */
#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/nommu.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/why.h>
#include <uapi/octavo/stat.h>

struct mutex region_lock = MUTEX_INIT(region_lock, region_lock);
static struct region_tree shared = RB_INITIALIZER(&shared); /* [region_lock] */
static struct slab_cache *region_cache;

int nommu_file_caps(const struct file *file)
{
	const struct file_ops *ops = file->ops;
	u32 mode = file->inode->mode, caps;

	if (ops->map_caps != 0)
		caps = ops->map_caps;
	else if (S_ISREG(mode) || S_ISBLK(mode))
		caps = MAP_CAN_COPY;
	else if (S_ISCHR(mode))
		caps = MAP_CAN_DIRECT | MAP_CAN_READ | MAP_CAN_WRITE; /* nm-14 */
	else
		return -EINVAL;
	if (ops->get_unmapped_area == NULL)
		caps &= ~MAP_CAN_DIRECT;
	if (ops->read_kernel == NULL)
		caps &= ~MAP_CAN_COPY; /* nm-12 */
	return (int)caps;
}

/* Where the file has its bytes. => 0; -ENOSYS: it will not be mapped so, but may be copied */
static int map_direct(struct region *r, const struct nommu_request *q, struct vma *v)
{
	const struct vma_ops *area_ops = v->ops;
	const struct file_ops *ops = q->file->ops;
	long start = ops->get_unmapped_area(q->file, q->pgoff, q->bytes, q->map_flags);
	int err;

	if (ptr_is_err((void *)start))
		return (int)start;
	r->start = r->top = (vaddr_t)start;
	r->end = r->start + ALIGN_UP(q->bytes, PAGE_SIZE);
	v->start = r->start;
	v->end = r->end;
	v->pgoff = q->pgoff;
	v->ops = NULL;
	err = ops->mmap(q->file, v);
	r->flags = v->flags;
	r->ops = v->ops;
	r->private = v->object;
	v->ops = area_ops;
	return err;
}

static int map_copy(struct region *r, const struct nommu_request *q)
{
	loff_t pos = (loff_t)q->pgoff << PAGE_SHIFT;
	int err = region_take_frames(r, q->bytes);
	u32 bytes = (u32)(r->end - r->start);
	ssize_t n;

	if (err != 0)
		return err;
	n = q->file->ops->read_kernel(q->file, (void *)r->start, bytes, pos);
	memset((u8 *)r->start + MAX(n, 0), 0, bytes - (u32)MAX(n, 0));
	return n < 0 ? (int)n : 0;
}

/* => 0, with a reference to the file */
static int map_new(struct region *r, const struct nommu_request *q, struct vma *v)
{
	int err = -ENOSYS;

	if (q->caps & MAP_CAN_DIRECT)
		err = map_direct(r, q, v);
	if (err == -ENOSYS) {
		r->start = r->end = r->top = 0;
		r->ops = NULL;
		err = q->caps & MAP_CAN_COPY ? map_copy(r, q) : -ENODEV;
	}
	if (err != 0) {
		region_free_frames(r);
		return err;
	}
	r->object = q->file->inode;
	r->pgoff = q->pgoff;
	r->file = q->file;
	file_get(q->file);
	return 0;
}

/* One that is there, or a new one for others to find. [region_lock] */
static int find_or_map(const struct nommu_request *q, struct vma *v, struct region **r)
{
	const struct region_want want = {.object = q->file->inode,
					 .pgoff = q->pgoff,
					 .nr_pages = PAGES_OF(q->bytes),
					 .flags = q->flags,
					 .direct = (q->caps & MAP_CAN_DIRECT) != 0};
	bool mismatched;
	int err;

	*r = region_find(&shared, &want, &mismatched);
	if (*r != NULL) {
		(*r)->users++;
		v->flags |= (*r)->flags & VM_IO;
		return 0;
	}
	if (mismatched) {
		why("mmap: EINVAL: a copy of other pages of the file is mapped already");
		return -EINVAL;
	}
	*r = slab_alloc(region_cache, GFP_KERNEL | __GFP_ZERO);
	if (*r == NULL)
		return -ENOMEM;
	(*r)->users = 1;
	(*r)->flags = q->flags;
	err = map_new(*r, q, v);
	if (err == 0)
		region_insert(&shared, *r);
	else
		slab_free(region_cache, *r);
	return err;
}

int nommu_file_region(const struct nommu_request *q, struct vma *v, struct region **r)
{
	int err;

	if (!(q->flags & VM_MAYSHARE))
		return map_new(*r, q, v);
	mutex_lock(&region_lock);
	err = find_or_map(q, v, r);
	CHECK(region_tree_check(&shared));
	mutex_unlock(&region_lock);
	return err;
}

void region_unshare(struct region *r, struct vma *v)
{
	bool last;

	mutex_lock(&region_lock);
	last = --r->users == 0;
	if (last) {
		region_remove(&shared, r);
		if (r->ops != NULL && r->ops->close != NULL) {
			v->object = r->private;
			r->ops->close(v);
		}
	}
	mutex_unlock(&region_lock);
	if (!last)
		return;
	region_free_frames(r);
	file_put(r->file);
	slab_free(region_cache, r);
}

bool nommu_file_is_mapped(const struct inode *inode, u32 first)
{
	return region_is_mapped(&shared, inode, first);
}

void nommu_file_init(void)
{
	region_cache = slab_cache_create("region", sizeof(struct region), 8);
}

void nommu_file_audit(struct audit *a)
{
	struct region *r;

	for (r = region_first(&shared); r != NULL; r = region_next(r))
		region_audit(a, r);
}
