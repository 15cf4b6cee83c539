/* SPDX-License-Identifier: MIT */
/*
 * report_pages.c - page frames as others may see them: /proc/kpageflags, /proc/kpagecount.
 *
 * A struct page stays where it is for ever, whoever has the frame: so a frame is looked at without a
 * lock, its flags in one load, and what is said of it held at that moment. Two loads (flags, mapcount)
 * are of two moments.
 */
#include <arch/atomic.h>
#include <octavo/arch.h>
#include <octavo/boot.h>
#include <octavo/mm_report.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/pagemap.h>

#define KPF(name) (1ull << KPF_##name)

/* Is there a frame, or a hole in the machine's memory? */
static bool frame_exists(pfn_t pfn)
{
	const struct boot_info *info = arch_boot_info();

	for (unsigned i = 0; i < info->nr_ranges; i++) {
		if (pfn < info->ranges[i].start >> PAGE_SHIFT)
			return false;
		if (pfn < info->ranges[i].end >> PAGE_SHIFT)
			return true;
	}
	return false;
}

/* A page of a program or of a file. */
static u64 user_flags(const struct page *page, u32 flags)
{
	u64 say = KPF(UPTODATE);

	if ((flags & PAGE_OWNER_MASK) == PAGE_ANON)
		say |= KPF(ANON);
	else if (!(flags & PG_BACKED))
		say |= KPF(DIRTY); /* what it has is nowhere else */
	if (!(flags & PG_BACKED))
		say |= KPF(SWAPBACKED);
	if (flags & PG_REFERENCED)
		say |= KPF(REFERENCED);
	if (flags & PG_LRU)
		say |= KPF(LRU);
	if (flags & PG_ACTIVE)
		say |= KPF(ACTIVE);
	if (flags & PG_MLOCKED)
		say |= KPF(UNEVICTABLE) | KPF(MLOCKED);
	if (atomic_read(&page->mapcount) > 0)
		say |= KPF(MMAP);
	return say;
}

/* What each owner's pages say, programs' and files' aside. A hot page is in no list of the buddy's. */
static const u64 owner_flags[NR_PAGE_OWNERS] = {
	[PAGE_RESERVED] = KPF(RESERVED),
	[PAGE_FREE] = KPF(BUDDY),
	[PAGE_SLAB] = KPF(SLAB),
	[PAGE_PGTABLE] = KPF(PGTABLE),
};

u64 frame_flags(pfn_t pfn)
{
	const struct page *page = pfn_to_page(pfn);
	u32 flags = arch_read_once(&page->flags), owner = flags & PAGE_OWNER_MASK;
	u64 say;

	if (!frame_exists(pfn))
		return KPF(NOPAGE);
	if (owner == PAGE_ANON || owner == PAGE_FILE)
		return user_flags(page, flags);
	say = owner_flags[owner];
	if (flags & PG_ZERO)
		say |= KPF(ZERO_PAGE);
	if (owner != PAGE_FREE && (flags & PG_HEAD))
		say |= KPF(COMPOUND_HEAD);
	if (flags & PG_TAIL)
		say |= KPF(COMPOUND_TAIL);
	return say;
}

u64 frame_mappings(pfn_t pfn)
{
	const struct page *page = pfn_to_page(pfn);
	enum page_owner owner = arch_read_once(&page->flags) & PAGE_OWNER_MASK;

	return owner == PAGE_ANON || owner == PAGE_FILE ? (u32)atomic_read(&page->mapcount) : 0;
}
