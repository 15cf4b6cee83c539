/* SPDX-License-Identifier: MIT */
/*
 * slab.h - caches of objects of one size, and kmalloc on top of them.
 * Debug flavour: redzones around each object, poison in free ones, the caller of the last free.
 * Not in interrupt context.
 */
#pragma once

#include <octavo/gfp.h>
#include <octavo/types.h>

struct slab_cache;

/* slab_cache_create - objects of `size` bytes, aligned; => never fails at boot (panics) */
struct slab_cache *slab_cache_create(const char *name, size_t size, size_t align);
/* slab_alloc - an object, not cleared (zeroed with __GFP_ZERO); => NULL; sleeps as gfp allows */
void *slab_alloc(struct slab_cache *c, gfp_t gfp) __must_check;
void slab_free(struct slab_cache *c, void *object);

/* kmalloc - => at least 8-aligned; NULL; sizes above the largest cache are page blocks, up to 4M */
void *kmalloc(size_t size, gfp_t gfp) __must_check;
void *kzalloc(size_t size, gfp_t gfp) __must_check;
void kfree(const void *p); /* NULL is nothing */
size_t kmalloc_usable(const void *p);

void slab_init(void);
void slab_check_all(void); /* debug: every object of every cache */
/* for reports: name, object size, objects in use, objects in all, pages; false past the last */
struct slab_stat {
	const char *name;
	u32 object_size, in_use, total, pages;
	u32 per_slab, unused_pages; /* of pages: without any object */
};
bool slab_stat(unsigned i, struct slab_stat *s);
/* slab_shrink - give empty slabs back; => pages freed */
u32 slab_shrink(void);
