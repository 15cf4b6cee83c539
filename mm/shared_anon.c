/* SPDX-License-Identifier: MIT */
/*
 * shared_anon.c - what mmap(MAP_SHARED | MAP_ANONYMOUS) maps: memory without a file that a child
 * shares with its parent.
 *
 *	object -> leaves[0] -> pages of 4M: struct page * or NULL, by index
 *		  leaves[1] -> NULL: nothing there yet
 *		  ...
 *
 * Each area that maps a part of an object has a reference; the last one to go frees the pages. A
 * page comes into being at the first access to it, and then stays: unmapping it only unmaps it.
 * The object has one reference to each page, its entries have the others.
 *
 * Locks: object->mutex (class anon_vma_lock) for the leaves, taken in a fault inside mmap_sem;
 * objects_lock (class tree_lock) for the list of all.
 */
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/commit.h>
#include <octavo/errno.h>
#include <octavo/mm_user.h>
#include <octavo/mutex.h>
#include <octavo/serial_number.h>
#include <octavo/slab.h>
#include <octavo/vmstat.h>

#define LEAF_PAGES (PAGE_SIZE / sizeof(struct page *))

struct shared_anon {
	u64 serial;                 /* [I] */
	struct anon_region *region; /* [I] the areas that map it */
	atomic_t refs;
	struct mutex mutex;
	u32 nr_pages, nr_leaves;     /* [I] */
	u32 promised;                /* [I] pages: all, or none (MAP_NORESERVE) */
	u32 seen;                    /* [audit] areas that refer to it */
	LIST_ENTRY(shared_anon) all; /* [objects_lock] */
	struct page **leaves[];      /* [mutex] */
};

static LIST_HEAD(object_list, shared_anon) objects = LIST_HEAD_INITIALIZER(objects);
static spinlock_t objects_lock = SPINLOCK_INIT(tree_lock);

static struct shared_anon *shared_anon_create(u32 bytes, bool counts)
{
	u32 nr_pages = PAGES_OF(bytes);
	u32 nr_leaves = (u32)((nr_pages + LEAF_PAGES - 1) / LEAF_PAGES);
	struct shared_anon *o = kzalloc(sizeof(*o) + nr_leaves * sizeof(o->leaves[0]), GFP_KERNEL);

	if (!o)
		return NULL;
	o->promised = counts ? nr_pages : 0;
	if (o->promised != 0 && commit_charge(o->promised, 0) != 0)
		goto free_object;
	o->region = anon_region_create();
	if (!o->region)
		goto uncharge;
	o->serial = serial_number();
	atomic_set(&o->refs, 1);
	mutex_init(&o->mutex, anon_vma_lock);
	o->nr_pages = nr_pages;
	o->nr_leaves = nr_leaves;
	spin_lock(&objects_lock);
	LIST_INSERT_HEAD(&objects, o, all);
	spin_unlock(&objects_lock);
	return o;

uncharge:
	commit_uncharge(o->promised);
free_object:
	kfree(o);
	return NULL;
}

static void leaf_free(struct page **leaf)
{
	for (u32 i = 0; i < LEAF_PAGES; i++) {
		if (leaf[i]) {
			atomic_dec(&shared_anon_pages);
			put_page(leaf[i]);
		}
	}
	kfree(leaf);
}

void shared_anon_put(struct shared_anon *o)
{
	if (!atomic_dec_and_test(&o->refs))
		return;
	spin_lock(&objects_lock);
	LIST_REMOVE(o, all);
	spin_unlock(&objects_lock);
	for (u32 i = 0; i < o->nr_leaves; i++) {
		if (o->leaves[i])
			leaf_free(o->leaves[i]);
	}
	anon_region_put(o->region);
	commit_uncharge(o->promised);
	kfree(o);
}

static void shared_open(struct vma *v)
{
	struct shared_anon *o = v->object;

	atomic_inc(&o->refs);
}

static void shared_close(struct vma *v)
{
	shared_anon_put(v->object);
}

/* The page of `index`, made if it is not there. => NULL without memory; mutex held */
static struct page *object_page(struct shared_anon *o, u32 index)
{
	struct page ***leaf = &o->leaves[index / LEAF_PAGES];
	struct page *page;

	if (!*leaf)
		*leaf = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!*leaf)
		return NULL;
	page = (*leaf)[index % LEAF_PAGES];
	if (page)
		return page;
	page = alloc_page(GFP_FAULT | __GFP_ZERO);
	if (!page)
		return NULL;
	page_set_owner(page, PAGE_ANON);
	page->mapping = (void *)((uintptr_t)o->region | PAGE_MAPPING_SHARED);
	page->index = index;
	atomic_inc(&shared_anon_pages);
	(*leaf)[index % LEAF_PAGES] = page;
	return page;
}

static int shared_fault(struct mm *mm, struct vma *v, vaddr_t va, bool write)
{
	struct shared_anon *o = v->object;
	u32 pgoff = vma_index(v, va);
	struct page *page;

	(void)write;
	if (pgoff >= o->nr_pages)
		return -EIO;
	if (need_table(mm, va) != 0)
		return -ENOMEM;
	mutex_lock(&o->mutex);
	page = object_page(o, pgoff);
	if (page)
		get_page(page);
	mutex_unlock(&o->mutex);
	if (!page)
		return -ENOMEM;
	user_page_enter(mm, v, va, page);
	return 0;
}

static u64 shared_serial(const struct vma *v)
{
	const struct shared_anon *o = v->object;

	return o->serial;
}

static bool shared_has_page(const struct vma *v, u32 index)
{
	struct shared_anon *o = v->object;
	bool has;

	if (index >= o->nr_pages)
		return false;
	mutex_lock(&o->mutex);
	has = o->leaves[index / LEAF_PAGES] && o->leaves[index / LEAF_PAGES][index % LEAF_PAGES];
	mutex_unlock(&o->mutex);
	return has;
}

const struct vma_ops shared_anon_ops = {
	.name = "/dev/zero (deleted)",
	.open = shared_open,
	.close = shared_close,
	.fault = shared_fault,
	.serial = shared_serial,
	.has_page = shared_has_page,
};

/* /dev/zero: what is mapped from it is anonymous memory. zero(4) */
int zero_mmap(struct file *file, struct vma *new)
{
	struct shared_anon *o;

	(void)file;
	if (!(new->flags &VM_SHARED))
		return 0;
	o = shared_anon_create((u32)(new->end - new->start), !(new->flags &VM_NORESERVE));
	if (!o)
		return -ENOMEM;
	new->object = o;
	new->anon = o->region;
	new->ops = &shared_anon_ops;
	new->pgoff = 0;
	return 0;
}

/* --- audit --- */

void shared_anon_audit_begin(void)
{
	struct shared_anon *o;

	LIST_FOREACH(o, &objects, all)
		o->seen = 0;
}

void shared_anon_audit_seen(struct audit *a, void *object)
{
	struct shared_anon *o;

	LIST_FOREACH(o, &objects, all) {
		if (o == object) {
			o->seen++;
			return;
		}
	}
	audit_differ(a, "an area refers to a shared object that is not in the list");
}

static void audit_leaf(struct audit *a, const struct shared_anon *o, u32 leaf)
{
	for (u32 i = 0; i < LEAF_PAGES; i++) {
		const struct page *page = o->leaves[leaf][i];

		if (!page)
			continue;
		audit_own(a, page_to_pfn(page), 1, PAGE_ANON);
		if ((uintptr_t)page->mapping != ((uintptr_t)o->region | PAGE_MAPPING_SHARED) ||
		    page->index != leaf * LEAF_PAGES + i)
			audit_differ(a, "shared object: frame %u does not point back",
				     page_to_pfn(page));
	}
}

void shared_anon_audit(struct audit *a)
{
	struct shared_anon *o;

	LIST_FOREACH(o, &objects, all) {
		commit_audit_seen(o->promised);
		if ((u32)atomic_read(&o->refs) != o->seen)
			audit_differ(a, "a shared object has %d references, %u areas refer to it",
				     atomic_read(&o->refs), o->seen);
		for (u32 i = 0; i < o->nr_leaves; i++) {
			if (o->leaves[i])
				audit_leaf(a, o, i);
		}
	}
}
