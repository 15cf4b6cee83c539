/* SPDX-License-Identifier: MIT */
/* ktest_report.c - kernel tests of what is told of frames that no program has. */
#include <octavo/ktest.h>
#include <octavo/mm_report.h>
#include <octavo/mm_user.h>
#include <octavo/slab.h>
#include <octavo/zone.h>
#include <uapi/octavo/pagemap.h>

#define KPF(name) (1ull << KPF_##name)

KTEST(report_frames, "")
{
	void *object = kmalloc(100, GFP_KERNEL), *block = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	pfn_t first = virt_to_pfn(block);

	KTEST_OK(frame_flags(virt_to_pfn(object)) == KPF(SLAB), "an object's page");
	KTEST_OK(frame_flags(first) == KPF(COMPOUND_HEAD), "a block's first page");
	for (pfn_t pfn = first + 1; pfn < first + 4; pfn++)
		KTEST_OK(frame_flags(pfn) == KPF(COMPOUND_TAIL), "and the others");
	KTEST_OK(frame_flags(page_to_pfn(page)) == 0, "a page of the kernel's");
	KTEST_OK(frame_mappings(page_to_pfn(page)) == 0, "which no program has");
	preempt_disable(); /* nobody takes it */
	free_page(page);
	KTEST_OK(frame_flags(page_to_pfn(page)) == 0, "freed it is hot, and in no block");
	preempt_enable();
	KTEST_OK(frame_flags(zero_pfn) == (KPF(ZERO_PAGE) | KPF(RESERVED)), "the page of zeros");
	kfree(block);
	kfree(object);
}
