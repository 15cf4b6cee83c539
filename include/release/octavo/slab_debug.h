/* SPDX-License-Identifier: MIT */
/*
 * slab_debug.h - what stands around each object of a slab, release flavour: nothing.
 *
 *	| object |     a free object begins with the address of the next one
 */
#pragma once

#include <octavo/types.h>

static inline size_t slab_debug_front(size_t align)
{
	(void)align;
	return 0;
}

static inline size_t slab_debug_back(size_t size)
{
	(void)size;
	return 0;
}

/* slab_debug_link - where a free object of `size` bytes keeps the address of the next one. */
static inline void **slab_debug_link(void *object, size_t size)
{
	(void)size;
	return object;
}

static inline void slab_debug_init(void *object, size_t size)
{
	(void)object, (void)size;
}

static inline void slab_debug_alloc(const char *cache, void *object, size_t size)
{
	(void)cache, (void)object, (void)size;
}

static inline void slab_debug_free(const char *cache, void *object, size_t size, uintptr_t caller)
{
	(void)cache, (void)object, (void)size, (void)caller;
}

static inline void slab_debug_check(const char *cache, void *object, size_t size)
{
	(void)cache, (void)object, (void)size;
}
