/* SPDX-License-Identifier: MIT */
/* ktest_vmalloc.c - kernel tests of vmalloc. */
#include <arch/layout.h>
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/string.h>
#include <octavo/vmalloc.h>
#include <octavo/zone.h>

KTEST(vmalloc_maps_pages, "")
{
	u32 *p = vmalloc(5 * PAGE_SIZE - 7);
	bool right = true;

	KTEST_OK(p && ((vaddr_t)p & (PAGE_SIZE - 1)) == 0, "page-aligned");
	for (u32 i = 0; i < 5 * PAGE_SIZE / sizeof(u32); i++)
		p[i] = i * 3;
	for (u32 i = 0; i < 5 * PAGE_SIZE / sizeof(u32); i++)
		right = right && p[i] == i * 3;
	KTEST_OK(right, "every word is its own");
	vfree(p);
	vfree(NULL);
	KTEST_OK(vmalloc(0) == NULL, "nothing of nothing");
}

KTEST(vmalloc_guards, "")
{
	vaddr_t p = (vaddr_t)vmalloc_aligned(2 * PAGE_SIZE, 4 * PAGE_SIZE, 2, "a test");

	KTEST_OK(p % (4 * PAGE_SIZE) == 0, "aligned");
	KTEST_OK(vmalloc_guard_name(p) == NULL, "not in the area");
	KTEST_OK(vmalloc_guard_name(p + 2 * PAGE_SIZE - 1) == NULL, "to its end");
	KTEST_OK(strcmp(vmalloc_guard_name(p - 1), "a test") == 0, "before it");
	KTEST_OK(strcmp(vmalloc_guard_name(p - 2 * PAGE_SIZE), "a test") == 0, "both pages");
	KTEST_OK(strcmp(vmalloc_guard_name(p + 2 * PAGE_SIZE), "a test") == 0, "behind it");
	vfree((void *)p);
	KTEST_OK(vmalloc_guard_name(p - 1) == NULL, "gone with the area");
}

/* More areas than fit at once go round the whole range, several laps. */
KTEST(vmalloc_reuses_addresses, "")
{
	enum { BIG = 24u << 20, SMALL = PAGE_SIZE };
	void *kept[8], *p;
	u32 free_before;

	for (unsigned i = 0; i < ARRAY_SIZE(kept); i++)
		kept[i] = vmalloc(SMALL);
	free_before = nr_free_pages();
	if (free_before < 3 * (BIG / PAGE_SIZE))
		goto small_machine;
	for (unsigned lap = 0; lap < 12; lap++) {
		p = vmalloc(BIG);
		KTEST_OK(p != NULL, "a large area in every lap");
		vfree(p);
	}
	KTEST_OK(nr_free_pages() >= free_before, "every page came back");
small_machine:
	for (unsigned i = 0; i < ARRAY_SIZE(kept); i++)
		vfree(kept[i]);
}

/* Areas of one page that hang together by their first words. */
static void free_chain(void **p)
{
	while (p) {
		void **next = *p;

		vfree(p);
		p = next;
	}
}

/* The only hole lies behind more areas than are looked at in one go. */
KTEST(vmalloc_searches_on, "")
{
	enum { NR = 200, HOLE = 150 };
	void **chain = NULL, **hole = NULL, **p;

	for (unsigned i = 0; i < NR; i++) {
		p = vmalloc(PAGE_SIZE);
		if (!p)
			break;
		if (i == HOLE) {
			hole = p;
			continue;
		}
		*p = chain;
		chain = p;
	}
	KTEST_OK(hole != NULL, "many areas");
	for (u32 guards = vmalloc_room() / PAGE_SIZE;; guards /= 2) {
		while ((p = vmalloc_aligned(PAGE_SIZE, PAGE_SIZE, guards, "a filler")) != NULL) {
			*p = chain;
			chain = p;
		}
		if (guards == 0)
			break;
	}
	vfree(hole);
	p = vmalloc(PAGE_SIZE);
	KTEST_OK(p == hole, "all addresses are in use but those of one area, which is found");
	vfree(p);
	free_chain(chain);
}

KTEST(vmalloc_refuses, "")
{
	static const char *const sites[] = {"vmalloc", "slab", "page"};
	u32 free_before = nr_free_pages();

	KTEST_OK(vmalloc(VMALLOC_END - VMALLOC_START) == NULL, "more than the addresses");
	KTEST_OK(vmalloc(~0u - PAGE_SIZE) == NULL, "an absurd size");
	for (unsigned i = 0; i < ARRAY_SIZE(sites); i++) {
		for (u32 n = 1; n < 20; n++) {
			void *p;
			bool fired;

			fail_set_task(sites[i], n);
			p = vmalloc(4 * PAGE_SIZE);
			fired = fail_task_fired();
			fail_set_task(sites[i], 0);
			KTEST_OK((p == NULL) == fired || (i == 1 && p), "NULL where one failed");
			vfree(p);
			if (!fired)
				break;
		}
	}
	KTEST_OK(nr_free_pages() + 4 >= free_before, "nothing is lost");
}
