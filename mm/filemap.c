/* SPDX-License-Identifier: MIT */
/*
 * filemap.c - the page cache: which pages a file has. <octavo/filemap.h> has the picture.
 *
 *	a hole is filled:	charge > page, cleared or copied into > filemap_add()
 *	                                    -EEXIST: somebody was faster, ours goes again
 *	a file gets shorter:	size > filemap_remove() > filemap_unmap()
 *	                        no new   nobody finds      nobody has it mapped
 *	                        pages    the old ones      any more
 *
 * Nodes for the tree are had before its lock is taken. Lock: tree_lock, inside all others of user
 * memory.
 */
#include <arch/page_bytes.h>
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>

#define REMOVE_BATCH 16u
#define CHECKED_PAGES                                                                              \
	1024u /* whole trees of as many are looked at under the lock, by the debug flavour */

static struct slab_cache *node_cache;

void filemap_start(void)
{
	node_cache = slab_cache_create("radix_node", sizeof(struct radix_node), 0);
}

void filemap_init(struct address_space *m, struct inode *host, const struct mapping_ops *ops,
		  void *private)
{
	m->host = host;
	m->ops = ops;
	m->private = private;
	spin_lock_init(&m->tree_lock, tree_lock);
	radix_init(&m->pages);
	m->tail_dirty = false;
	m->kept_end = 0;
	atomic_set(&m->nr_writable, 0);
	rwsem_init(&m->i_mmap_lock, i_mmap_lock);
	RB_INIT(&m->i_mmap);
	host->mapping = m;
}

/* --- nodes of the tree --- */

static int spares_fill(struct radix_spares *s)
{
	while (s->nr < s->want) {
		struct radix_node *node = slab_alloc(node_cache, GFP_KERNEL | __GFP_ZERO);

		if (!node)
			return -ENOMEM;
		radix_spare_put(s, node);
	}
	return 0;
}

static void spares_free(struct radix_spares *s)
{
	struct radix_node *node;

	while ((node = radix_spare_take(s)) != NULL)
		slab_free(node_cache, node);
}

/* --- pages --- */

struct page *filemap_find(struct address_space *m, u32 index)
{
	struct page *page;

	spin_lock(&m->tree_lock);
	page = radix_lookup(&m->pages, index);
	if (page)
		get_page(page);
	spin_unlock(&m->tree_lock);
	return page;
}

/* => 0, with a reference of the tree's; what radix_insert() says [t] */
static int enter(struct address_space *m, u32 index, struct page *page, struct radix_spares *spares)
{
	int err = radix_insert(&m->pages, index, page, spares);

	assert_held(&m->tree_lock);
	if (err == 0) {
		get_page(page);
		page->mapping = m;
		page->index = index;
		lru_add(page, m->ops->lru_bits);
	}
	return err;
}

int filemap_add(struct address_space *m, u32 index, struct page *page, bool inside)
{
	struct radix_spares spares = {.first = NULL};
	int err;

	do {
		err = spares_fill(&spares);
		if (err != 0)
			break;
		spin_lock(&m->tree_lock);
		if (inside && index >= filemap_end(m))
			err = -EFAULT;
		else
			err = enter(m, index, page, &spares);
		spin_unlock(&m->tree_lock);
	} while (err == -EAGAIN);
	spares_free(&spares);
	if (err == 0)
		owned_pages_add(PAGE_FILE, 1);
	return err;
}

struct page *filemap_new_page(struct address_space *m, gfp_t gfp)
{
	struct page *page;
	int err = m->ops->charge(m);

	if (err != 0)
		return err_ptr(err);
	page = alloc_page(gfp);
	if (!page) {
		m->ops->uncharge(m, 1);
		return err_ptr(-ENOMEM);
	}
	page_claim(page, PAGE_FILE);
	page->mapping = NULL;
	return page;
}

void filemap_drop_page(struct address_space *m, struct page *page)
{
	put_page(page);
	m->ops->uncharge(m, 1);
}

int filemap_get(struct address_space *m, u32 index, gfp_t gfp, struct page **page)
{
	int err;

	do {
		*page = NULL;
		spin_lock(&m->tree_lock);
		err = index < filemap_end(m) ? 0 : -EFAULT;
		if (err == 0)
			*page = radix_lookup(&m->pages, index);
		if (*page)
			get_page(*page);
		spin_unlock(&m->tree_lock);
		if (*page || err != 0)
			return err;
		*page = filemap_new_page(m, gfp | __GFP_ZERO);
		if (ptr_is_err(*page))
			return ptr_err(*page);
		err = filemap_add(m, index, *page, true);
		if (err != 0)
			filemap_drop_page(m, *page);
	} while (err == -EEXIST);
	return err;
}

/* --- many at once --- */

/* A page of zeros for each hole of [first, end), behind `pages`. => as filemap_fill() */
static int fill_gather(struct address_space *m, u32 first, u32 end, struct page_list *pages)
{
	for (u32 index = first; index < end; index++) {
		struct page *page;
		bool there;

		if (signal_pending())
			return -EINTR;
		spin_lock(&m->tree_lock);
		there = radix_lookup(&m->pages, index) != NULL;
		spin_unlock(&m->tree_lock);
		if (there)
			continue;
		page = filemap_new_page(m, GFP_HIGHUSER | __GFP_ZERO);
		if (ptr_is_err(page))
			return ptr_err(page);
		page->index = index;
		TAILQ_INSERT_TAIL(pages, page, lru);
	}
	return 0;
}

/* Pages and nodes are had before the first is entered: nothing has to be undone that a program may
 * have used meanwhile. A fault may have filled a hole by then, and its page stays. */
int filemap_fill(struct address_space *m, u32 first, u32 end)
{
	struct radix_spares spares = {.want = (end - first) / (RADIX_SLOTS - 1) + 3 * RADIX_LEVELS};
	struct page_list pages = TAILQ_HEAD_INITIALIZER(pages);
	int err = fill_gather(m, first, end, &pages);
	struct page *page;
	u32 added = 0;

	if (err == 0)
		err = spares_fill(&spares);
	while ((page = TAILQ_FIRST(&pages)) != NULL) {
		int dropped = err;

		TAILQ_REMOVE(&pages, page, lru);
		if (err == 0) {
			spin_lock(&m->tree_lock);
			dropped = enter(m, page->index, page, &spares);
			spin_unlock(&m->tree_lock);
			ASSERT(dropped != -EAGAIN);
		}
		if (dropped != 0) {
			filemap_drop_page(m, page);
		} else {
			put_page(page);
			added++;
		}
	}
	owned_pages_add(PAGE_FILE, (s32)added);
	spares_free(&spares);
	return err;
}

/* Up to REMOVE_BATCH pages from `first` to `last` leave the tree. => how many, in pages[] */
static u32 remove_batch(struct address_space *m, u32 first, u32 last, struct page **pages,
			struct radix_spares *spares)
{
	struct radix_found found[REMOVE_BATCH];
	u32 nr;

	spin_lock(&m->tree_lock);
	nr = radix_gang(&m->pages, first, last, RADIX_ANY, found, REMOVE_BATCH);
	for (u32 i = 0; i < nr; i++) {
		pages[i] = radix_delete(&m->pages, found[i].index, spares);
		pages[i]->mapping = NULL;
	}
	if (m->pages.nr <= CHECKED_PAGES)
		CHECK(radix_check(&m->pages));
	spin_unlock(&m->tree_lock);
	return nr;
}

u32 filemap_remove(struct address_space *m, u32 first, u32 last)
{
	struct radix_spares spares = {.first = NULL};
	struct page *pages[REMOVE_BATCH];
	u32 nr, total = 0;

	while ((nr = remove_batch(m, first, last, pages, &spares)) > 0) {
		for (u32 i = 0; i < nr; i++)
			put_page(pages[i]);
		total += nr;
		spares_free(&spares);
	}
	if (total) {
		owned_pages_add(PAGE_FILE, -(s32)total);
		m->ops->uncharge(m, total);
	}
	return total;
}

void filemap_set_size(struct address_space *m, loff_t size)
{
	spin_lock(&m->tree_lock);
	m->host->size = size;
	spin_unlock(&m->tree_lock);
}

void filemap_zero(struct address_space *m, loff_t from, loff_t to)
{
	u32 offset = (u32)from & (PAGE_SIZE - 1);
	struct page *page = filemap_find(m, (u32)(from >> PAGE_SHIFT));
	char *bytes;

	ASSERT(from <= to && to - from <= PAGE_SIZE - offset);
	if (!page)
		return;
	bytes = pmap_map_temp(page_to_pfn(page));
	memset(bytes + offset, 0, (size_t)(to - from));
	pmap_unmap_temp(bytes);
	put_page(page);
}

/* --- audit --- */

u32 filemap_audit(struct audit *a, struct address_space *m)
{
	const struct page *page;
	u32 index = 0, nr = 0;

	while ((page = radix_next(&m->pages, &index, RADIX_ANY)) != NULL) {
		nr++;
		audit_own(a, page_to_pfn(page), 1, PAGE_FILE);
		if (page->mapping != m || page->index != index)
			audit_differ(a, "file: frame %u does not point back to page %u",
				     page_to_pfn(page), index);
		if (index >= MAX(filemap_end(m), m->kept_end))
			audit_differ(a, "file: page %u lies behind its end", index);
		if (index++ == UINT32_MAX)
			break;
	}
	if (nr != m->pages.nr)
		audit_differ(a, "file: %u pages found, %u counted", nr, m->pages.nr);
	return nr;
}
