/* SPDX-License-Identifier: MIT */
/*
 * commit.c - what is promised: the sum, and who may be promised more.
 *
 * Each CPU counts for itself, so that mmap and munmap of different processes share nothing; one that
 * gives back what another has promised goes below zero. Where the limit is firm (mode 2) promises are
 * made one at a time: the sum cannot pass the limit between the look and the promise.
 * Lock order: commit_lock, nothing inside it.
 */
#include <arch/atomic.h>
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

static struct promised {
	s32 pages;
} __aligned(64) promised[NR_CPUS]; /* [own CPU, preemption off] */

static spinlock_t commit_lock = SPINLOCK_INIT(commit_lock);
static u32 audited; /* pages that the audit has found; while it runs */

static void add(s32 pages)
{
	preempt_disable();
	promised[arch_current_head()->cpu].pages += pages;
	preempt_enable();
}

/* Of a moment, or a little less or more. */
static u32 committed(void)
{
	s32 sum = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		sum += arch_read_once(&promised[cpu].pages);
	return (u32)MAX(sum, 0);
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
	u32 allowed = overcommit_allowed(&commit_rules, &m, &who), sum;

	spin_lock(&commit_lock);
	sum = committed() + pages - MIN(credit, pages);
	if (sum < allowed)
		add((s32)pages);
	spin_unlock(&commit_lock);
	if (sum < allowed)
		return 0;
	why("overcommit: ENOMEM: %u kB asked, %u kB would be promised, %u kB allowed",
	    pages * KB_PER_PAGE, sum * KB_PER_PAGE, allowed * KB_PER_PAGE);
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
	text_printf(t, "%-15s %8u kB\n", "Committed_AS:", committed() * KB_PER_PAGE);
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
	if (audited != committed())
		audit_differ(a, "%u pages are promised, %u are counted", audited, committed());
}
