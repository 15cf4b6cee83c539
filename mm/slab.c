/* SPDX-License-Identifier: MIT */
/*
 * slab.c - caches of objects of one size.
 *
 *	struct slab_cache        struct page of a slab          the page itself
 *	  full    -> page ...      mapping  the cache          | obj | obj | obj | ... | rest |
 *	  partial -> page ...      index    objects in use         ^
 *	  empty   -> page          private  first free object -----+  (each leads to the next)
 *
 * A slab is one page, and all about it stands in its struct page, so objects of 2^n bytes fill it
 * without a rest. Invariants: a slab is on the list that its count says; at most KEEP_EMPTY are
 * empty, so that a cache gives its memory back but one object more or less costs no page.
 *
 * In front of the slabs each CPU has a magazine of objects (Bonwick's word), filled and emptied by half
 * under the lock: what tasks allocate and free again costs neither the lock nor its cache line. To the
 * slabs an object in a magazine is in use; to the debug flavour's redzones it is free.
 * Locks: the cache's, never held while pages are allocated or freed; a magazine belongs to its CPU with
 * preemption off, or to who has frozen all others.
 */
#include <octavo/audit.h>
#include <octavo/fail.h>
#include <octavo/panic.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/slab_debug.h>
#include <octavo/string.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include "slab_internal.h"

#define KEEP_EMPTY 1
#define MAGAZINE   31 /* objects, and at the most a page of them */

struct magazine { /* [own CPU, preemption off] */
	u32 nr;
	void *object[MAGAZINE]; /* hottest last */
};

struct slab_cache {
	const char *name; /* [I] */
	u32 size;         /* [I] bytes of an object that its user may touch */
	u32 stride;       /* [I] from one object to the next */
	u32 front;        /* [I] from the page's start to the first object */
	u32 per_slab;     /* [I] */
	u32 keep;         /* [I] objects in a full magazine */
	spinlock_t lock;
	struct page_list partial, full, empty; /* [lock] */
	u32 nr_slabs, nr_empty, nr_used;       /* [lock] nr_used: objects */
	SLIST_ENTRY(slab_cache) all;           /* [I] caches are made at boot and stay */
	struct magazine magazine[NR_CPUS];
};
static SLIST_HEAD(, slab_cache) all_caches; /* newest first */
static struct slab_cache cache_cache;       /* of struct slab_cache */

/* --- slabs --- */

static void *first_free(const struct page *slab)
{
	return (void *)(uintptr_t)slab->private;
}

static void set_first_free(struct page *slab, void *object)
{
	slab->private = (u32)(uintptr_t)object;
}

static void *object_at(const struct slab_cache *c, const struct page *slab, u32 i)
{
	return (char *)page_to_virt(slab) + c->front + i * c->stride;
}

static struct page *slab_new(struct slab_cache *c, gfp_t gfp)
{
	struct page *slab = alloc_page(gfp & ~(__GFP_ZERO | __GFP_HIGHMEM));
	void *next = NULL;

	if (slab == NULL)
		return NULL;
	page_set_owner(slab, PAGE_SLAB);
	slab->mapping = c;
	slab->index = 0;
	for (u32 i = c->per_slab; i-- > 0;) {
		void *object = object_at(c, slab, i);

		slab_debug_init(object, c->size);
		*slab_debug_link(object, c->size) = next;
		next = object;
	}
	set_first_free(slab, next);
	return slab;
}

/* A slab with room: a used one first, so that empty ones stay empty. */
static struct page *slab_with_room(struct slab_cache *c)
{
	struct page *slab = TAILQ_FIRST(&c->partial);

	if (slab != NULL)
		return slab;
	slab = TAILQ_FIRST(&c->empty);
	if (slab != NULL) {
		TAILQ_REMOVE(&c->empty, slab, lru);
		TAILQ_INSERT_HEAD(&c->partial, slab, lru);
		c->nr_empty--;
	}
	return slab;
}

/* One slab more on the partial list. => lock held, but not throughout; false: no memory */
static bool cache_grow(struct slab_cache *c, gfp_t gfp) __must_hold(&c->lock)
{
	struct page *slab;

	spin_unlock(&c->lock);
	slab = slab_new(c, gfp);
	spin_lock(&c->lock);
	if (slab == NULL)
		return false;
	TAILQ_INSERT_HEAD(&c->partial, slab, lru);
	c->nr_slabs++;
	return true;
}

bool slab_injected(const char *name, gfp_t gfp)
{
	if ((gfp & __GFP_NOFAIL) || !fail_should(FAIL_slab))
		return false;
	if (!(gfp & __GFP_NOWARN))
		why("slab: %s refused: fault injection", name);
	return true;
}

/* --- objects of slabs; the lock is held --- */

static void *object_take(struct slab_cache *c, struct page *slab)
{
	void *object = first_free(slab);

	assert_held(&c->lock);
	set_first_free(slab, *slab_debug_link(object, c->size));
	c->nr_used++;
	if (++slab->index == c->per_slab) {
		TAILQ_REMOVE(&c->partial, slab, lru);
		TAILQ_INSERT_HEAD(&c->full, slab, lru);
	}
	return object;
}

/* A slab that is not needed any more goes onto `surplus`. */
static void object_put(struct slab_cache *c, void *object, struct page_list *surplus)
{
	struct page *slab = virt_to_page(object);

	assert_held(&c->lock);
	*slab_debug_link(object, c->size) = first_free(slab);
	set_first_free(slab, object);
	c->nr_used--;
	if (slab->index-- == c->per_slab) {
		TAILQ_REMOVE(&c->full, slab, lru);
		TAILQ_INSERT_HEAD(&c->partial, slab, lru);
	}
	if (slab->index != 0)
		return;
	TAILQ_REMOVE(&c->partial, slab, lru);
	if (c->nr_empty < KEEP_EMPTY) {
		TAILQ_INSERT_HEAD(&c->empty, slab, lru);
		c->nr_empty++;
	} else {
		c->nr_slabs--;
		TAILQ_INSERT_HEAD(surplus, slab, lru);
	}
}

/* => how many there were */
static u32 slabs_free(struct page_list *slabs)
{
	struct page *slab;
	u32 nr = 0;

	while ((slab = TAILQ_FIRST(slabs)) != NULL) {
		TAILQ_REMOVE(slabs, slab, lru);
		free_page(slab);
		nr++;
	}
	return nr;
}

/* --- objects --- */

/* This CPU's magazine is empty: an object, and half a magazine of what the slabs in use have left. */
static __noinline void *alloc_slow(struct slab_cache *c, gfp_t gfp)
{
	struct page *slab;
	struct magazine *m;
	void *object;

	spin_lock(&c->lock);
	while (unlikely((slab = slab_with_room(c)) == NULL)) {
		if (!cache_grow(c, gfp)) {
			spin_unlock(&c->lock);
			return NULL;
		}
	}
	object = object_take(c, slab);
	slab_debug_alloc(c->name, object, c->size);
	m = &c->magazine[arch_current_head()->cpu];
	while (m->nr < c->keep / 2 && (slab = TAILQ_FIRST(&c->partial)) != NULL)
		m->object[m->nr++] = object_take(c, slab);
	spin_unlock(&c->lock);
	return object;
}

void *slab_alloc(struct slab_cache *c, gfp_t gfp)
{
	struct task_head *t;
	struct magazine *m;
	void *object;

	might_ask_memory();
	if (gfp & __GFP_WAIT)
		might_sleep();
	if (fail_is_armed() && slab_injected(c->name, gfp))
		return NULL;
	t = preempt_enter();
	m = &c->magazine[t->cpu];
	if (likely(m->nr != 0)) {
		object = m->object[--m->nr];
		slab_debug_alloc(c->name, object, c->size);
		if (unlikely(preempt_leave(t)))
			preempt_resched();
	} else {
		t->preempt_count--;
		object = alloc_slow(c, gfp);
		if (object == NULL)
			return NULL;
	}
	if (gfp & __GFP_ZERO)
		memset(object, 0, c->size);
	return object;
}

/* The coldest `nr` objects of a magazine go back into their slabs. => m is ours; pages freed */
static __noinline u32 magazine_drain(struct slab_cache *c, struct magazine *m, u32 nr)
{
	struct page_list surplus = TAILQ_HEAD_INITIALIZER(surplus);

	spin_lock(&c->lock);
	for (u32 i = 0; i < nr; i++)
		object_put(c, m->object[i], &surplus);
	spin_unlock(&c->lock);
	m->nr -= nr;
	for (u32 i = 0; i < m->nr; i++)
		m->object[i] = m->object[i + nr];
	return slabs_free(&surplus);
}

void slab_free_object(struct page *slab, void *object, uintptr_t caller)
{
	struct slab_cache *c = slab->mapping;
	struct task_head *t = preempt_enter();
	struct magazine *m = &c->magazine[t->cpu];

	ASSERT(((uintptr_t)object % PAGE_SIZE - c->front) % c->stride == 0);
	slab_debug_free(c->name, object, c->size, caller);
	if (unlikely(m->nr == c->keep))
		magazine_drain(c, m, (c->keep + 1) / 2);
	m->object[m->nr++] = object;
	if (unlikely(preempt_leave(t)))
		preempt_resched();
}

void slab_free(struct slab_cache *c, void *object)
{
	struct page *slab = virt_to_page(object);

	PANIC_ON(page_owner(slab) != PAGE_SLAB || slab->mapping != c);
	slab_free_object(slab, object, (uintptr_t)__builtin_return_address(0));
}

u32 slab_object_size(const struct page *slab)
{
	const struct slab_cache *c = slab->mapping;

	return c->size;
}

/* --- caches --- */

static void cache_init(struct slab_cache *c, const char *name, size_t size, size_t align)
{
	align = MAX(align, sizeof(void *));
	PANIC_ON((align & (align - 1)) != 0 || align > PAGE_SIZE / 2);
	size = MAX(size, sizeof(void *));
	c->name = name;
	c->size = (u32)size;
	c->front = (u32)slab_debug_front(align);
	c->stride = (u32)ALIGN_UP(c->front + size + slab_debug_back(size), align);
	c->per_slab = PAGE_SIZE / c->stride;
	c->keep = MIN(MAX(c->per_slab, 2u), (u32)MAGAZINE);
	if (c->per_slab == 0)
		panic("slab %s: objects of %u bytes are larger than a page", name, c->size);
	spin_lock_init(&c->lock, slab_lock);
	TAILQ_INIT(&c->partial);
	TAILQ_INIT(&c->full);
	TAILQ_INIT(&c->empty);
	SLIST_INSERT_HEAD(&all_caches, c, all);
}

struct slab_cache *slab_cache_create(const char *name, size_t size, size_t align)
{
	struct slab_cache *c = slab_alloc(&cache_cache, GFP_KERNEL | __GFP_ZERO | __GFP_NOFAIL);

	if (c == NULL)
		panic("slab: no memory for cache %s", name);
	cache_init(c, name, size, align);
	return c;
}

void slab_init(void)
{
	cache_init(&cache_cache, "slab_cache", sizeof(struct slab_cache), 4);
	kmalloc_init();
}

u32 slab_shrink(bool all)
{
	struct slab_cache *c;
	u32 freed = 0;

	SLIST_FOREACH(c, &all_caches, all) {
		struct page_list empty = TAILQ_HEAD_INITIALIZER(empty);
		u32 own;

		preempt_disable();
		own = arch_current_head()->cpu;
		for (u32 cpu = 0; cpu < NR_CPUS; cpu++) {
			struct magazine *m = &c->magazine[cpu];

			if ((all || cpu == own) && m->nr != 0)
				freed += magazine_drain(c, m, m->nr);
		}
		preempt_enable();
		if (c->nr_empty == 0)
			continue;
		spin_lock(&c->lock);
		TAILQ_CONCAT(&empty, &c->empty, lru);
		c->nr_slabs -= c->nr_empty;
		c->nr_empty = 0;
		spin_unlock(&c->lock);
		freed += slabs_free(&empty);
	}
	return freed;
}

static u32 in_magazines(const struct slab_cache *c, u32 but)
{
	u32 nr = 0;

	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		nr += cpu != but ? arch_read_once(&c->magazine[cpu].nr) : 0;
	return nr;
}

bool slab_others_have(u32 own)
{
	const struct slab_cache *c;

	SLIST_FOREACH(c, &all_caches, all) {
		if (in_magazines(c, own) != 0)
			return true;
	}
	return false;
}

bool slab_stat(unsigned i, struct slab_stat *s)
{
	struct slab_cache *c;

	SLIST_FOREACH(c, &all_caches, all) {
		u32 kept;

		if (i-- > 0)
			continue;
		spin_lock(&c->lock);
		kept = MIN(in_magazines(c, NR_CPUS), c->nr_used); /* others go on meanwhile */
		*s = (struct slab_stat){.name = c->name,
					.object_size = c->size,
					.in_use = c->nr_used - kept,
					.total = c->nr_slabs * c->per_slab,
					.pages = c->nr_slabs,
					.per_slab = c->per_slab,
					.unused_pages = c->nr_empty};
		spin_unlock(&c->lock);
		return true;
	}
	return false;
}

/* --- checks --- */

/* A slab's free objects: as many as its count leaves, each a place of the slab. => used ones */
static u32 slab_check(const struct slab_cache *c, struct page *slab)
{
	u32 nr_free = 0;

	PANIC_ON(page_owner(slab) != PAGE_SLAB || slab->mapping != c);
	for (void *object = first_free(slab); object != NULL;
	     object = *slab_debug_link(object, c->size)) {
		PANIC_ON(virt_to_page(object) != slab);
		PANIC_ON(((uintptr_t)object % PAGE_SIZE - c->front) % c->stride != 0);
		PANIC_ON(++nr_free > c->per_slab);
	}
	PANIC_ON(slab->index + nr_free != c->per_slab);
	for (u32 i = 0; i < c->per_slab; i++)
		slab_debug_check(c->name, object_at(c, slab, i), c->size);
	return slab->index;
}

static void cache_check(struct slab_cache *c)
{
	u32 slabs = 0, empty = 0, used = 0;
	struct page *slab;

	spin_lock(&c->lock);
	TAILQ_FOREACH(slab, &c->partial, lru) {
		/* A slab that cache_grow() has just put here may still be unused. */
		PANIC_ON(slab->index == c->per_slab);
		used += slab_check(c, slab);
		slabs++;
	}
	TAILQ_FOREACH(slab, &c->full, lru) {
		PANIC_ON(slab->index != c->per_slab);
		used += slab_check(c, slab);
		slabs++;
	}
	TAILQ_FOREACH(slab, &c->empty, lru) {
		PANIC_ON(slab->index != 0);
		used += slab_check(c, slab);
		slabs++;
		empty++;
	}
	for (u32 cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct magazine *m = &c->magazine[cpu];

		PANIC_ON(m->nr > c->keep);
		for (u32 i = 0; i < m->nr; i++)
			PANIC_ON(virt_to_page(m->object[i])->mapping != c);
	}
	PANIC_ON(slabs != c->nr_slabs || empty != c->nr_empty || used != c->nr_used);
	spin_unlock(&c->lock);
}

void slab_check_all(void)
{
	struct slab_cache *c;

	sched_freeze(); /* nobody is in the middle of using a magazine */
	SLIST_FOREACH(c, &all_caches, all)
		cache_check(c);
	sched_thaw();
}

static void audit_list(struct audit *a, const struct page_list *list)
{
	const struct page *slab;

	TAILQ_FOREACH(slab, list, lru)
		audit_own(a, page_to_pfn(slab), 1, PAGE_SLAB);
}

void slab_audit(struct audit *a)
{
	const struct slab_cache *c;

	SLIST_FOREACH(c, &all_caches, all) {
		audit_list(a, &c->partial);
		audit_list(a, &c->full);
		audit_list(a, &c->empty);
	}
	kmalloc_audit(a);
}
