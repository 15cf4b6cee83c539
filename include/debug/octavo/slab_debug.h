/* SPDX-License-Identifier: MIT */
/*
 * slab_debug.h - what stands around each object of a slab, debug flavour.
 *
 *	| redzone (align bytes) | object, rounded up to 4 | struct slab_tail |
 *
 * The redzones say whether the object is in use or free. A free object is filled with poison, so
 * the link to the next one lies in the tail; beside it, who freed the object last. What is wrong is
 * found at the next alloc, free or check of the object, and ends the machine with a message.
 */
#pragma once

#include <octavo/types.h>

struct slab_tail {
	u32 redzone;
	void *next;         /* while free */
	uintptr_t freed_by; /* return address of the last slab_free() or kfree(); 0: never */
};

static inline size_t slab_debug_front(size_t align)
{
	return align;
}

static inline size_t slab_debug_back(size_t size)
{
	return ALIGN_UP(size, sizeof(void *)) - size + sizeof(struct slab_tail);
}

static inline struct slab_tail *slab_debug_tail(void *object, size_t size)
{
	return (struct slab_tail *)(void *)((char *)object + ALIGN_UP(size, sizeof(void *)));
}

static inline void **slab_debug_link(void *object, size_t size)
{
	return &slab_debug_tail(object, size)->next;
}

/* slab_debug_init - a new slab's object: free, never used. */
void slab_debug_init(void *object, size_t size);
/* slab_debug_alloc - it was free all the time? Then it is in use, and full of garbage. */
void slab_debug_alloc(const char *cache, void *object, size_t size);
/* slab_debug_free - nobody wrote beside it? Then it is free, and poison. */
void slab_debug_free(const char *cache, void *object, size_t size, uintptr_t caller);
/* slab_debug_check - the redzones say the same, used or free, and a free object is all poison. */
void slab_debug_check(const char *cache, void *object, size_t size);
