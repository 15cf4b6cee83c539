/* SPDX-License-Identifier: MIT */
/* ktest_slab.c - kernel tests of slab caches and kmalloc, on both machines. */
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/zone.h>

static u32 free_pages_now(void)
{
	percpu_drain_all();
	return nr_free_pages();
}

KTEST(slab_objects_are_apart, "")
{
	enum { N = 300 };
	static u8 *object[N];
	static struct slab_cache *cache;
	u32 before;
	bool right = true, aligned = true;

	if (cache == NULL)
		cache = slab_cache_create("ktest_72", 72, 8);
	before = free_pages_now();
	for (unsigned i = 0; i < N; i++) {
		object[i] = slab_alloc(cache, GFP_KERNEL);
		aligned = aligned && object[i] && ((uintptr_t)object[i] & 7) == 0;
		memset(object[i], (int)i, 72);
	}
	KTEST_OK(aligned, "each on 8 bytes");
	for (unsigned i = 0; i < N; i++) {
		for (unsigned k = 0; k < 72; k++)
			right = right && object[i][k] == (u8)i;
	}
	KTEST_OK(right, "none lies on another");
	slab_check_all();
	for (unsigned i = 0; i < N; i += 2)
		slab_free(cache, object[i]);
	slab_check_all();
	for (unsigned i = 1; i < N; i += 2)
		slab_free(cache, object[i]);
	slab_check_all();
	KTEST_OK(free_pages_now() == before, "empty slabs go back");
}

KTEST(slab_keeps_one_empty_slab, "")
{
	static struct slab_cache *cache;
	void *object[40];
	struct slab_stat stat;

	if (cache == NULL)
		cache = slab_cache_create("ktest_1000", 1000, 8);
	for (unsigned i = 0; i < ARRAY_SIZE(object); i++)
		object[i] = slab_alloc(cache, GFP_KERNEL);
	KTEST_OK(slab_stat(0, &stat) && strcmp(stat.name, "ktest_1000") == 0, "newest first");
	KTEST_OK(stat.in_use == 40 && stat.total >= 40 && stat.pages >= 10, "counted");
	for (unsigned i = 0; i < ARRAY_SIZE(object); i++)
		slab_free(cache, object[i]);
	KTEST_OK(slab_stat(0, &stat) && stat.in_use == 0 && stat.unused_pages == 1 &&
			 stat.pages <= 1 + stat.per_slab,
		 "one page is kept, and a page's worth of objects");
	percpu_drain_all();
	KTEST_OK(slab_stat(0, &stat) && stat.pages == 0, "all gone");
}

KTEST(kmalloc_of_every_size, "")
{
	u32 before = free_pages_now();
	bool right = true;

	for (u32 size = 0; size < 20000; size += size < 300 ? 1 : 97) {
		u8 *p = kmalloc(size, GFP_KERNEL);

		right = right && p && ((uintptr_t)p & 7) == 0 && kmalloc_usable(p) >= size;
		if (p != NULL)
			memset(p, 0x33, kmalloc_usable(p));
		kfree(p);
	}
	KTEST_OK(right, "aligned, large enough, and all of it may be used");
	kfree(NULL);
	slab_check_all();
	KTEST_OK(free_pages_now() == before, "all came back");
}

KTEST(kmalloc_clears, "")
{
	static const u32 sizes[] = {1, 40, 500, 2048, 2049, 9000};
	bool zero = true;

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = kmalloc(sizes[i], GFP_KERNEL);

		memset(p, 0xff, sizes[i]);
		kfree(p);
		p = kzalloc(sizes[i], GFP_KERNEL);
		for (u32 k = 0; k < sizes[i]; k++)
			zero = zero && p[k] == 0;
		kfree(p);
	}
	KTEST_OK(zero, "zeros");
}

KTEST(kmalloc_refuses, "")
{
	u32 before = free_pages_now();
	void *p;

	KTEST_OK(kmalloc((4u << 20) + 1, GFP_KERNEL | __GFP_NOWARN) == NULL, "more than 4M");
	KTEST_OK(kmalloc(0xffffffff, GFP_KERNEL | __GFP_NOWARN) == NULL, "an absurd size");
	KTEST_OK(kmalloc((size_t)-4096, GFP_KERNEL | __GFP_NOWARN) == NULL, "a negative one");
	fail_set_task("slab", 1);
	KTEST_OK(kmalloc(100, GFP_KERNEL) == NULL && fail_task_fired(), "small, injected");
	fail_set_task("slab", 1);
	KTEST_OK(kmalloc(10000, GFP_KERNEL) == NULL && fail_task_fired(), "large, injected");
	fail_set_task("slab", 1);
	p = kmalloc(100, GFP_KERNEL | __GFP_NOFAIL);
	KTEST_OK(p != NULL && !fail_task_fired(), "who cannot go back is not asked");
	kfree(p);
	fail_set_task("slab", 0);
	slab_check_all();
	KTEST_OK(free_pages_now() == before, "nothing is lost");
}

/* A cache that cannot grow refuses, and is as it was. */
KTEST(slab_without_pages, "")
{
	static struct slab_cache *cache;
	struct slab_stat stat;
	void *object;

	if (cache == NULL)
		cache = slab_cache_create("ktest_600", 600, 8);
	percpu_drain_all();
	fail_set_task("page", 1);
	KTEST_OK(slab_alloc(cache, GFP_KERNEL) == NULL && fail_task_fired(), "refused");
	fail_set_task("page", 0);
	KTEST_OK(slab_stat(0, &stat) && stat.total == 0 && stat.in_use == 0, "as before");
	object = slab_alloc(cache, GFP_KERNEL);
	KTEST_OK(object != NULL, "served again");
	slab_free(cache, object);
}

KTEST(kmalloc_random, "")
{
	enum { HELD = 100 };
	static u8 *held[HELD];
	static u32 sizes[HELD];
	u32 before = free_pages_now();
	bool right = true;

	for (unsigned i = 0; i < 4000; i++) {
		unsigned at = ktest_random(HELD);

		if (held[at] != NULL) {
			right = right && held[at][0] == (u8)at && held[at][sizes[at] - 1] == (u8)at;
			kfree(held[at]);
			held[at] = NULL;
			continue;
		}
		sizes[at] = 1 + ktest_random(ktest_random(8) ? 300 : 6000);
		held[at] = kmalloc(sizes[at], GFP_KERNEL);
		if (held[at] != NULL)
			memset(held[at], (int)at, sizes[at]);
	}
	for (unsigned at = 0; at < HELD; at++) {
		kfree(held[at]);
		held[at] = NULL;
	}
	KTEST_OK(right, "nothing was overwritten");
	slab_check_all();
	KTEST_OK(free_pages_now() == before, "all came back");
}

/* --- what the debug flavour finds --- */

KTEST_DELIBERATE(deliberate_write_behind_object)
{
	u8 *p = kmalloc(48, GFP_KERNEL);

	p[48] = 0;
	kfree(p);
}

KTEST_DELIBERATE(deliberate_write_before_object)
{
	u8 *p = kmalloc(48, GFP_KERNEL);

	p[-1] = 0;
	kfree(p);
}

KTEST_DELIBERATE(deliberate_write_after_free)
{
	u8 *p = kmalloc(2000, GFP_KERNEL);

	kfree(p);
	*(volatile u8 *)&p[100] = 0;
	slab_check_all();
}

KTEST_DELIBERATE(deliberate_free_twice)
{
	u8 *p = kmalloc(64, GFP_KERNEL), *other = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(p);
	kfree(other);
}
