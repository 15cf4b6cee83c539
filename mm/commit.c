/* SPDX-License-Identifier: MIT */
/*
 * commit.c - what is promised: the sum, and who may be promised more.
 *
 * Each CPU counts for itself, so that mmap and munmap of different processes share nothing; one that
 * gives back what another has promised goes below zero. What is far from zero goes to a sum of 64 bits:
 * segments that nobody touches can be promised more than 32 bits of pages. Where the limit is firm (mode 2)
 * promises are made one at a time: the sum cannot pass the limit between the look and the promise.
 * Lock order: commit_lock, nothing inside it.
 */
#include <arch/atomic.h>
#include <octavo/assert.h>
#include <octavo/audit.h>
#include <octavo/commit.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/param.h>
#include <octavo/preempt.h>
#include <octavo/printk.h>
#include <octavo/slab.h>
#include <octavo/spinlock.h>
#include <octavo/task.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>

#define KB_PER_PAGE (PAGE_SIZE / 1024)

struct overcommit_rules commit_rules = {.mode = OVERCOMMIT_HEURISTIC, .ratio = 50};

#define OWN_MOST (1 << 20) /* pages: no call promises more at once */

static struct promised {
	s32 pages;                 /* -OWN_MOST to OWN_MOST */
} __aligned(64) promised[NR_CPUS]; /* [own CPU, preemption off] */

static spinlock_t commit_lock = SPINLOCK_INIT(commit_lock);
static s64 settled; /* [commit_lock] what the CPUs have given up */
static u64 audited; /* pages that the audit has found; while it runs */

static __noinline __cold void settle(struct promised *own)
{
	spin_lock(&commit_lock);
	settled += own->pages;
	own->pages = 0;
	spin_unlock(&commit_lock);
}

static void add(s32 pages)
{
	struct promised *own;

	preempt_disable();
	own = &promised[arch_current_head()->cpu];
	own->pages += pages;
	if (unlikely((u32)(own->pages + OWN_MOST) > 2 * OWN_MOST))
		settle(own);
	preempt_enable();
}

/* Of a moment, or a little less or more. [commit_lock] */
static u64 committed_locked(void)
{
	s64 sum = settled;

	assert_held(&commit_lock);
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		sum += arch_read_once(&promised[cpu].pages);
	return (u64)MAX(sum, (s64)0);
}

static u64 committed(void)
{
	u64 sum;

	spin_lock(&commit_lock);
	sum = committed_locked();
	spin_unlock(&commit_lock);
	return sum;
}

static struct overcommit_machine machine(void)
{
	struct overcommit_machine m = {0};

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		m.ram += z->managed_pages;
	return m;
}

static struct overcommit_asker asker(u32 credit)
{
	const struct mm *mm = current->mm;
	u32 mapped = mm != NULL ? mm->total_pages : 0;

	return (struct overcommit_asker){
		.privileged = capable(CAP_SYS_ADMIN),
		.mapped = mapped - MIN(credit, mapped),
	};
}

/* Most requests are small: they are plausible by the cache alone. */
static bool plausible(u32 pages)
{
	struct overcommit_machine m = {0};
	struct overcommit_asker who;
	struct vm_counts c;

	m.cache = (u32)MAX(atomic_read(&owned_pages[PAGE_FILE]), 0);
	if (likely(pages < m.cache - m.cache / 32))
		return true;
	who = asker(0);
	m.free = nr_free_pages();
	if (overcommit_plausible(&m, &who, pages))
		return true;
	vm_counts_get(&c);
	m.slab = c.slab_unused;
	if (overcommit_plausible(&m, &who, pages))
		return true;
	why("overcommit: ENOMEM: %u kB asked, %u kB are free, %u kB cache", pages * KB_PER_PAGE,
	    m.free * KB_PER_PAGE, m.cache * KB_PER_PAGE);
	return false;
}

static int charge_strictly(u32 pages, u32 credit)
{
	struct overcommit_machine m = machine();
	struct overcommit_asker who = asker(credit);
	u32 allowed = overcommit_allowed(&commit_rules, &m, &who);
	u64 sum;

	spin_lock(&commit_lock);
	sum = committed_locked() + pages - MIN(credit, pages);
	if (sum < allowed)
		settled += pages;
	spin_unlock(&commit_lock);
	if (sum < allowed)
		return 0;
	why("overcommit: ENOMEM: %u kB asked, %llu kB would be promised, %u kB allowed",
	    pages * KB_PER_PAGE, (unsigned long long)sum * KB_PER_PAGE, allowed * KB_PER_PAGE);
	return -ENOMEM;
}

int commit_charge(u32 pages, u32 credit)
{
	u32 mode = arch_read_once(&commit_rules.mode);

	if (unlikely(mode == OVERCOMMIT_NEVER))
		return charge_strictly(pages, credit);
	if (mode == OVERCOMMIT_HEURISTIC && unlikely(!plausible(pages)))
		return -ENOMEM;
	add((s32)pages);
	return 0;
}

void commit_uncharge(u32 pages)
{
	add(-(s32)pages);
}

bool commit_heeds_noreserve(void)
{
	return arch_read_once(&commit_rules.mode) != OVERCOMMIT_NEVER;
}

void commit_meminfo(struct text *t)
{
	struct overcommit_machine m = machine();

	text_printf(t, "%-15s %8u kB\n",
		    "CommitLimit:", overcommit_limit(&commit_rules, &m) * KB_PER_PAGE);
	text_printf(t, "%-15s %8llu kB\n",
		    "Committed_AS:", (unsigned long long)committed() * KB_PER_PAGE);
}

void commit_init(void)
{
	const char *name = params_get(&boot_params, "overcommit");

	if (name != NULL && !overcommit_mode_named(name, &commit_rules.mode))
		pr_err("overcommit=%s: heuristic, always or never, 0 to 2\n", name);
}

void commit_audit_begin(void)
{
	audited = 0;
}

void commit_audit_seen(u32 pages)
{
	audited += pages;
}

void commit_audit(struct audit *a)
{
	u64 counted = committed();

	if (audited != counted)
		audit_differ(a, "%llu pages are promised, %llu are counted",
			     (unsigned long long)audited, (unsigned long long)counted);
}
