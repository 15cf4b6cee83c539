/* SPDX-License-Identifier: MIT */
/*
 * slab_debug.c - redzones, poison, and who freed an object last (debug flavour; slab_debug.h draws
 * it). Lock: the cache's, held by slab.c.
 */
#include <octavo/assert.h>
#include <octavo/ksyms.h>
#include <octavo/slab_debug.h>
#include <octavo/string.h>

#define REDZONE_USED 0xa110ca7eu
#define REDZONE_FREE 0xf4eeb10cu
#define POISON       0x6b
#define FRESH        0x5a /* what a new owner finds: it must not count on zeros */

static u32 *front_redzone(void *object)
{
	return (u32 *)object - 1;
}

static void mark(void *object, size_t size, u32 word)
{
	*front_redzone(object) = word;
	slab_debug_tail(object, size)->redzone = word;
}

void slab_debug_init(void *object, size_t size)
{
	memset(object, POISON, size);
	mark(object, size, REDZONE_FREE);
	slab_debug_tail(object, size)->freed_by = 0;
}

static __noreturn void freed_panic(const char *cache, void *object, size_t size, const char *what)
{
	uintptr_t pc = slab_debug_tail(object, size)->freed_by;
	size_t offset = 0;
	char name[KSYM_NAME_MAX] = "nobody";

	ksym_lookup(pc, name, &offset);
	panic("slab %s: object %p %s; freed last by %s+0x%x", cache, object, what, name,
	      (unsigned)offset);
}

void slab_debug_check(const char *cache, void *object, size_t size)
{
	u32 front = *front_redzone(object);
	u32 back = slab_debug_tail(object, size)->redzone;

	if (front != REDZONE_USED && front != REDZONE_FREE)
		panic("slab %s: write before object %p (%08x)", cache, object, front);
	if (back != front)
		panic("slab %s: write behind object %p (%08x)", cache, object, back);
	if (front == REDZONE_USED)
		return;
	for (size_t i = 0; i < size; i++) {
		if (((const u8 *)object)[i] != POISON)
			freed_panic(cache, object, size, "written while it was free");
	}
}

void slab_debug_alloc(const char *cache, void *object, size_t size)
{
	slab_debug_check(cache, object, size);
	mark(object, size, REDZONE_USED);
	memset(object, FRESH, size);
}

void slab_debug_free(const char *cache, void *object, size_t size, uintptr_t caller)
{
	if (*front_redzone(object) == REDZONE_FREE)
		freed_panic(cache, object, size, "freed twice");
	slab_debug_check(cache, object, size);
	slab_debug_init(object, size);
	slab_debug_tail(object, size)->freed_by = caller;
}
