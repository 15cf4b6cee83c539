/* SPDX-License-Identifier: MIT */
/* lru.c - the LRU lists of zones, and mlocked pages. <octavo/lru.h> has the picture. */
#include <octavo/audit.h>
#include <octavo/lru.h>
#include <octavo/preempt.h>
#include <octavo/zone.h>

void lru_init(struct lru *lru)
{
	spin_lock_init(&lru->lock, lru_lock);
	for (unsigned i = 0; i < NR_LRU; i++)
		TAILQ_INIT(&lru->list[i]);
}

/* [lock]; `flags` are the page's */
static inline void link_page(struct lru *lru, struct page *page, u32 flags)
{
	enum lru_list i = lru_list_of(flags);

	assert_held(&lru->lock);
	TAILQ_INSERT_TAIL(&lru->list[i], page, lru);
	lru->nr[i]++;
}

static inline void unlink_page(struct lru *lru, struct page *page, u32 flags)
{
	enum lru_list i = lru_list_of(flags);

	assert_held(&lru->lock);
	TAILQ_REMOVE(&lru->list[i], page, lru);
	lru->nr[i]--;
}

static inline struct lru *lru_lock_of(const struct page *page) __acquires(&lru->lock)
{
	struct lru *lru = &page_zone(page)->lru;

	spin_lock(&lru->lock);
	return lru;
}

/* --- pages that come and go --- */

/* Most are a program's own: a list of their own saves a few instructions of each fault. */
void lru_drain(struct zone *z, struct percpu_pages *pcp)
{
	struct page_list anon = TAILQ_HEAD_INITIALIZER(anon);
	struct page **at, **top = pcp->lru_top;
	u32 nr_anon = (u32)(top - pcp->lru);

	spin_lock(&z->lru.lock);
	for (at = pcp->lru; at < top; at++) {
		struct page *page = *at;
		u32 flags = arch_read_once(&page->flags);

		if (unlikely(!(flags & PG_LRU_NEW))) {
			nr_anon--;
			continue;
		}
		page_flags_add(page, PG_LRU - PG_LRU_NEW);
		if (likely(lru_list_of(flags) == LRU_INACTIVE_ANON)) {
			TAILQ_INSERT_TAIL(&anon, page, lru);
		} else {
			nr_anon--;
			link_page(&z->lru, page, flags);
		}
	}
	TAILQ_CONCAT(&z->lru.list[LRU_INACTIVE_ANON], &anon, lru);
	z->lru.nr[LRU_INACTIVE_ANON] += nr_anon;
	spin_unlock(&z->lru.lock);
	pcp->lru_top = pcp->lru;
}

void lru_add(struct page *page, u32 bits)
{
	struct zone *z = page_zone(page);
	struct percpu_pages *pcp;

	preempt_disable();
	pcp = &z->pcp[arch_current_head()->cpu];
	page->flags |= PG_LRU_NEW | bits;
	if (lru_push(pcp, page))
		lru_drain(z, pcp);
	preempt_enable();
}

/* [lock] */
static void del_page(struct lru *lru, struct page *page)
{
	u32 flags = page->flags;

	PANIC_ON(flags & PG_MLOCKED);
	if (flags & PG_LRU)
		unlink_page(lru, page, flags);
	if (flags & PG_LRU_BITS)
		page->flags = flags & ~PG_LRU_BITS;
}

void lru_del_bulk(struct zone *z, struct page **pages, unsigned n)
{
	struct page **end = pages + n;

	while (pages < end && !((*pages)->flags & PG_LRU_BITS))
		pages++;
	if (pages == end)
		return;
	spin_lock(&z->lru.lock);
	for (; pages < end; pages++)
		del_page(&z->lru, *pages);
	spin_unlock(&z->lru.lock);
}

/* --- use --- */

void page_accessed(struct page *page)
{
	u32 flags = arch_read_once(&page->flags);
	struct lru *lru;

	if ((flags & PG_REFERENCED) && (flags & (PG_ACTIVE | PG_MLOCKED)))
		return;
	lru = lru_lock_of(page);
	flags = page->flags;
	if (!(flags & PG_REFERENCED)) {
		page->flags = flags | PG_REFERENCED;
	} else if (!(flags & (PG_ACTIVE | PG_MLOCKED))) {
		u32 new = (flags | PG_ACTIVE) & ~PG_REFERENCED;

		if (flags & PG_LRU) {
			unlink_page(lru, page, flags);
			link_page(lru, page, new);
		}
		page->flags = new;
	}
	spin_unlock(&lru->lock);
}

/* --- mlock --- */

void page_mlock(struct page *page)
{
	struct lru *lru = lru_lock_of(page);
	u32 flags = page->flags;

	if (flags & PG_MLOCKED) {
		page->nr_mlocks++;
	} else {
		if (flags & PG_LRU)
			unlink_page(lru, page, flags);
		page->flags = (flags & ~(PG_LRU_NEW | PG_LRU | PG_ACTIVE)) | PG_MLOCKED;
		page->nr_mlocks = 1;
		lru->nr_mlocked++;
	}
	spin_unlock(&lru->lock);
}

void page_munlock(struct page *page)
{
	struct lru *lru = lru_lock_of(page);
	u32 flags = page->flags;

	PANIC_ON(!(flags & PG_MLOCKED));
	if (--page->nr_mlocks == 0) {
		flags = (flags & ~PG_MLOCKED) | PG_LRU;
		page->flags = flags;
		link_page(lru, page, flags);
		lru->nr_mlocked--;
	}
	spin_unlock(&lru->lock);
}

/* --- reports --- */

/* Of pages [at, end), those whose owner is `hot` or not, and who say `bit`. Others' CPUs change them. */
static void count_pages(struct page *const *at, struct page *const *end, u32 bit, bool hot, s32 *nr,
			s32 by)
{
	for (; at < end; at++) {
		const struct page *page = arch_read_once(at);
		u32 flags = arch_read_once(&page->flags);

		if ((flags & bit) && ((flags & PAGE_OWNER_MASK) == PAGE_PCP) == hot)
			nr[lru_list_of(flags)] += by;
	}
}

void lru_counts_add(struct zone *z, struct lru_counts *c)
{
	s32 nr[NR_LRU];

	spin_lock(&z->lru.lock);
	for (unsigned i = 0; i < NR_LRU; i++)
		nr[i] = (s32)z->lru.nr[i];
	c->mlocked += z->lru.nr_mlocked;
	c->unevictable += z->lru.nr_mlocked;
	spin_unlock(&z->lru.lock);
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct percpu_pages *pcp = &z->pcp[cpu];

		count_pages(pcp->lru, arch_load_acquire(&pcp->lru_top), PG_LRU_NEW, false, nr, 1);
		count_pages(pcp->pages, arch_load_acquire(&pcp->top), PG_LRU, true, nr, -1);
	}
	for (unsigned i = 0; i < NR_LRU; i++)
		c->nr[i] += (u32)MAX(nr[i], 0);
}

/* --- audit --- */

static void audit_list(struct audit *a, const struct zone *z, unsigned list)
{
	const u32 state = PG_LRU | list * PG_ACTIVE;
	const struct page *page;
	u32 nr = 0;

	TAILQ_FOREACH(page, &z->lru.list[list], lru) {
		nr++;
		if ((page->flags & (PG_LRU_NEW | PG_LRU | PG_ACTIVE | PG_BACKED | PG_MLOCKED)) !=
			    state ||
		    page_zone(page) != z)
			audit_differ(a, "LRU list %u of %s: frame %u says %x", list, z->name,
				     page_to_pfn(page), page->flags);
		audit_listed(a, page_to_pfn(page));
	}
	if (nr != z->lru.nr[list])
		audit_differ(a, "LRU list %u of %s: %u pages found, %u counted", list, z->name, nr,
			     z->lru.nr[list]);
}

static u32 count_mlocked(const struct zone *z)
{
	const struct page *page = z->buddy.map;
	u32 nr = 0;

	for (; page < z->buddy.map + (z->buddy.end - z->buddy.start); page++)
		nr += (page->flags & PG_MLOCKED) != 0;
	return nr;
}

void lru_audit(struct audit *a)
{
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
			lru_del_bulk(z, z->pcp[cpu].pages, pcp_count(&z->pcp[cpu]));
			lru_drain(z, &z->pcp[cpu]);
		}
		for (unsigned list = 0; list < NR_LRU; list++)
			audit_list(a, z, list);
		if (count_mlocked(z) != z->lru.nr_mlocked)
			audit_differ(a, "zone %s: %u pages are mlocked, %u counted", z->name,
				     count_mlocked(z), z->lru.nr_mlocked);
	}
}

void lru_audit_page(struct audit *a, const struct page *page, enum page_owner owner, bool listed,
		    u32 locks)
{
	bool user = owner == PAGE_ANON || owner == PAGE_FILE;
	u32 says = page->flags & PG_MLOCKED ? MIN(page->nr_mlocks, (u32)UINT16_MAX) : 0;

	if (listed != (user && locks == 0) || ((page->flags & PG_LRU) != 0) != listed)
		audit_frame_differs(a, "frame %u (%s): %s an LRU list, flags %x, %u mlocks",
				    page_to_pfn(page), page_owner_name(owner),
				    listed ? "on" : "not on", page->flags, locks);
	if (says != locks)
		audit_frame_differs(a, "frame %u: %u entries mlock it, it counts %u",
				    page_to_pfn(page), locks, says);
}
