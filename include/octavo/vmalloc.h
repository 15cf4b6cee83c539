/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - kernel memory that is contiguous in virtual addresses only (MMU), with an unmapped
 * guard page after each area. Without an MMU the same calls take a run of pages.
 */
#pragma once

#include <octavo/types.h>

/* vmalloc - => page-aligned, not cleared; NULL; sleeps */
void *vmalloc(size_t bytes) __must_check;
void vfree(const void *p); /* NULL is nothing; sleeps */
/* vmalloc_user - without an MMU: of programs' memory, for them to map; cleared. */
void *vmalloc_user(size_t bytes) __must_check;
/* vmalloc_room - bytes of addresses that there are for it; 0: it has none of its own */
u32 vmalloc_room(void);
void vmalloc_init(void); /* after slab_init() */
/* vmalloc_guard_name - does a fault at `address` lie in the guard of an area? Its name or NULL.
 *   => any context, takes no lock */
const char *vmalloc_guard_name(vaddr_t address);
/* vmalloc_aligned - with `guard_before` unmapped pages before the area and a name: kernel stacks */
void *vmalloc_aligned(size_t bytes, size_t align, unsigned guard_before, const char *name);
/* vmalloc_audit - a source of the audit: the frames of all areas. */
struct audit;
void vmalloc_audit(struct audit *a);
/* vmalloc_check - areas lie in their spans and do not overlap; panics. => takes vmalloc_lock; debug */
void vmalloc_check(void);
