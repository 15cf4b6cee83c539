/* SPDX-License-Identifier: MIT */
/*
 * ktest_vma_locks.c - whoever breaks a rule of the locks of user memory is told (lock-3 to 7, lock-15): each
 * change of areas with one of its two locks missing, locks of two address spaces, locks the other way round,
 * memory asked for under those who give it. Debug flavour; what a test provokes is expected.
 */
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/mutex.h>
#include <octavo/slab.h>

static struct mm *mm, *other;
static struct vma area, upper;

/* What the current task holds of mm while it does something that it may not, or may. */
enum holds { NOTHING, PTL, READ, WRITE, READ_PTL, WRITE_PTL, NR_HOLDS };

static void hold(enum holds h)
{
	if (h == READ || h == READ_PTL)
		rwsem_down_read(&mm->mmap_sem);
	if (h == WRITE || h == WRITE_PTL)
		rwsem_down_write(&mm->mmap_sem);
	if (h == PTL || h == READ_PTL || h == WRITE_PTL)
		spin_lock(&mm->page_table_lock);
}

static void let_go(enum holds h)
{
	if (h == PTL || h == READ_PTL || h == WRITE_PTL)
		spin_unlock(&mm->page_table_lock);
	if (h == READ || h == READ_PTL)
		rwsem_up_read(&mm->mmap_sem);
	if (h == WRITE || h == WRITE_PTL)
		rwsem_up_write(&mm->mmap_sem);
}

/* Reports since the last call. */
static unsigned reports_now(void)
{
	static unsigned seen;
	unsigned before = seen;

	seen = lockval_expected();
	return seen - before;
}

static void begin(void)
{
	mm = mm_alloc();
	other = mm_alloc();
	KTEST_OK(mm && other, "two address spaces");
	lockval_expect(true);
	reports_now();
}

static void end(void)
{
	lockval_expect(false);
	mm_put(other);
	mm_put(mm);
}

/* --- changes --- */

static void insert(void)
{
	area = (struct vma){.start = 0x10000000, .end = 0x10004000, .mm = mm};
	vma_insert(&mm->vmas, &area);
}

static void take_away(void)
{
	vma_remove(&mm->vmas, &area);
}

static void move_bounds(void)
{
	vma_set_bounds(&mm->vmas, &area, 0x10000000, 0x10003000);
}

static void lock_area(void)
{
	vma_set_flags(&area, area.flags ^ VM_LOCKED);
}

static void split(void)
{
	vma_split(&mm->vmas, &area, &upper, 0x10001000);
}

static void merge(void)
{
	vma_merge_next(&mm->vmas, &area);
}

static void grow(void)
{
	vma_grow_down(&area, area.start - PAGE_SIZE);
}

static void find(void)
{
	KTEST_OK(vma_find(&mm->vmas, 0x10000000) == &area, "found");
}

/* `undo`, with both locks, makes it possible to do it again. => bits of enum holds: said nothing */
static unsigned allowed_with(void (*change)(void), void (*undo)(void))
{
	unsigned allowed = 0;

	for (enum holds h = NOTHING; h < NR_HOLDS; h++) {
		hold(h);
		change();
		let_go(h);
		allowed |= (reports_now() == 0) << h;
		hold(WRITE_PTL);
		if (undo)
			undo();
		let_go(WRITE_PTL);
		reports_now();
	}
	return allowed;
}

KTEST(vma_changes_want_both_locks, "lock-3 lock-4 lock-6")
{
	const unsigned both = 1u << WRITE_PTL;

	begin();
	KTEST_OK(allowed_with(insert, take_away) == both, "an area comes");
	hold(WRITE_PTL);
	insert();
	let_go(WRITE_PTL);
	KTEST_OK(allowed_with(move_bounds, NULL) == both, "its bounds move");
	KTEST_OK(allowed_with(lock_area, NULL) == both, "it is mlocked");
	KTEST_OK(allowed_with(split, merge) == both, "it is cut");
	hold(WRITE_PTL);
	split();
	let_go(WRITE_PTL);
	KTEST_OK(allowed_with(merge, split) == both, "two become one");
	hold(WRITE_PTL);
	merge();
	let_go(WRITE_PTL);
	KTEST_OK(allowed_with(grow, NULL) == (both | 1u << READ_PTL), "a stack grows with read");
	KTEST_OK(allowed_with(find, NULL) == (((1u << NR_HOLDS) - 1) & ~(1u << NOTHING)),
		 "one of both to look");
	KTEST_OK(allowed_with(take_away, insert) == both, "it goes");
	hold(WRITE_PTL);
	take_away();
	let_go(WRITE_PTL);
	end();
}

/* --- two address spaces --- */

KTEST(mm_locks_of_two, "lock-4")
{
	begin();
	spin_lock(&mm->page_table_lock);
	spin_lock(&other->page_table_lock);
	KTEST_OK(reports_now() == 1, "two page tables");
	spin_unlock(&other->page_table_lock);
	rwsem_down_read(&other->mmap_sem);
	KTEST_OK(reports_now() == 2, "a semaphore under page tables: it sleeps, and the order");
	rwsem_up_read(&other->mmap_sem);
	spin_unlock(&mm->page_table_lock);
	rwsem_down_read(&mm->mmap_sem);
	rwsem_down_read(&other->mmap_sem);
	KTEST_OK(reports_now() == 1, "two semaphores");
	spin_lock(&other->page_table_lock);
	KTEST_OK(reports_now() == 0,
		 "one's page tables under the other's semaphore say nothing more");
	spin_unlock(&other->page_table_lock);
	rwsem_up_read(&other->mmap_sem);
	rwsem_up_read(&mm->mmap_sem);
	spin_lock(&mm->page_table_lock);
	rwsem_down_read(&mm->mmap_sem);
	KTEST_OK(reports_now() == 2, "who scans page tables never sleeps for his own");
	rwsem_up_read(&mm->mmap_sem);
	spin_unlock(&mm->page_table_lock);
	end();
}

/* --- the order --- */

static struct mutex inode = MUTEX_INIT(inode, inode_mutex);
static struct rwsem sem = RWSEM_INIT(sem, mmap_sem);
static struct mutex page = MUTEX_INIT(page, page_lock);
static struct rwsem i_mmap = RWSEM_INIT(i_mmap, i_mmap_lock);
static struct rwsem region = RWSEM_INIT(region, anon_vma_lock);
static spinlock_t tables = SPINLOCK_INIT(page_table_lock);
static spinlock_t tree = SPINLOCK_INIT(tree_lock);
static spinlock_t lru = SPINLOCK_INIT(lru_lock);
static spinlock_t slab = SPINLOCK_INIT(slab_lock);

static const struct {
	const void *lock;
	const struct lock_tag *tag;
} order[] = {
	{&inode, &inode.tag},   {&sem, &sem.tag},       {&page, &page.tag}, {&i_mmap, &i_mmap.tag},
	{&region, &region.tag}, {&tables, &tables.tag}, {&tree, &tree.tag}, {&lru, &lru.tag},
};

/* Said only: nobody else knows these locks. */
KTEST(mm_lock_order, "lock-7 lock-15")
{
	lockval_expect(true);
	reports_now();
	for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
		lockval_acquire(order[i].lock, *order[i].tag, 0, false);
	KTEST_OK(reports_now() == 0, "inode, mmap_sem, page, i_mmap, region, tables, tree, LRU");
	for (unsigned i = ARRAY_SIZE(order); i-- > 0;)
		lockval_release(order[i].lock, *order[i].tag);
	for (unsigned i = 1; i < ARRAY_SIZE(order); i++) {
		lockval_acquire(order[i].lock, *order[i].tag, 0, false);
		lockval_acquire(order[i - 1].lock, *order[i - 1].tag, 0, false);
		KTEST_OK(reports_now() == 1, "two of them the other way round");
		lockval_release(order[i - 1].lock, *order[i - 1].tag);
		lockval_release(order[i].lock, *order[i].tag);
	}
	lockval_expect(false);
}

/* --- memory --- */

#define OBJECTS 64u /* more than one page has of this size */
#define BYTES   512u

static void ask_under(spinlock_t *lock, bool told, const char *what)
{
	struct page *p;

	spin_lock(lock);
	p = alloc_page(GFP_ATOMIC);
	KTEST_OK((reports_now() != 0) == told, what);
	spin_unlock(lock);
	free_page(p);
}

KTEST(mm_memory_under_locks, "lock-7")
{
	static void *objects[OBJECTS];

	lockval_expect(true);
	reports_now();
	ask_under(&tables, false, "a page, with page tables locked");
	ask_under(&tree, true, "with a file's pages");
	ask_under(&lru, true, "with LRU lists");
	ask_under(&slab, true, "with a slab cache");
	spin_lock(&tables);
	for (unsigned i = 0; i < OBJECTS; i++)
		objects[i] = kmalloc(BYTES, GFP_ATOMIC);
	KTEST_OK(reports_now() == 0, "a cache that grows has let go of itself");
	for (unsigned i = 0; i < OBJECTS; i++)
		kfree(objects[i]);
	KTEST_OK(reports_now() == 0, "and one that gives back");
	spin_unlock(&tables);
	lockval_expect(false);
}

/* --- seen from outside --- */

/* An area comes without page_table_lock, where reclaim might be looking at them. */
KTEST_DELIBERATE(deliberate_area_unlocked)
{
	mm = mm_alloc();
	hold(WRITE);
	insert();
	let_go(WRITE);
	hold(WRITE_PTL);
	take_away();
	let_go(WRITE_PTL);
	mm_put(mm);
}
