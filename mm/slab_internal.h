/* SPDX-License-Identifier: MIT */
/* slab_internal.h - between slab.c and kmalloc.c. */
#pragma once

#include <octavo/types.h>

struct audit;
struct page;

/* slab_free_object - give an object of `slab` back; `caller` freed it (debug flavour tells). */
void slab_free_object(struct page *slab, void *object, uintptr_t caller);
/* slab_object_size - bytes that the user of an object of `slab` may touch */
u32 slab_object_size(const struct page *slab);
/* slab_injected - is this allocation to fail by fault injection? Writes the why-line. */
bool slab_injected(const char *name, gfp_t gfp);
/* kmalloc_init - the caches of kmalloc; from slab_init() */
void kmalloc_init(void);
/* kmalloc_audit - a source of the audit: the blocks of whole pages. => nobody allocates meanwhile */
void kmalloc_audit(struct audit *a);
