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
/* slab_free - an object of `c` back; panics where it is none, the debug flavour also where it is free
 * already or was written past its ends. => not in interrupts; takes the cache's lock */
void slab_free(struct slab_cache *c, void *object);

/* kmalloc - not cleared; kzalloc - zeroed. Sleeps as gfp allows.
 *   => at least 8-aligned; NULL; sizes above the largest cache are page blocks, up to 4M */
void *kmalloc(size_t size, gfp_t gfp) __must_check;
void *kzalloc(size_t size, gfp_t gfp) __must_check;
/* kfree - what kmalloc returned, or NULL, which is nothing; panics of anything else.
 *   => not in interrupts; takes a cache's or the big blocks' lock */
void kfree(const void *p);
/* kmalloc_usable - bytes that the owner of p may touch: what was asked for, or more */
size_t kmalloc_usable(const void *p);

/* slab_init - the caches that kmalloc needs; after zone_init(), once, before anything allocates. */
void slab_init(void);
/* slab_check_all - every object of every cache: redzones, poison, lists; panics.
 *   => debug flavour; takes each cache's lock in turn */
void slab_check_all(void);
struct slab_stat {
	const char *name;
	u32 object_size, in_use, total, pages;
	u32 per_slab, unused_pages; /* of pages: without any object */
};
/* slab_stat - of the i-th cache, for reports; the numbers fit each other. => false past the last */
bool slab_stat(unsigned i, struct slab_stat *s);
/* slab_shrink - this CPU's magazines into their slabs, and slabs that are empty then given back.
 * all: every CPU's magazines; the others are frozen (percpu_drain_all). => pages freed */
u32 slab_shrink(bool all);
/* slab_others_have - objects in magazines of CPUs other than `own`, now or a moment ago */
bool slab_others_have(u32 own);
