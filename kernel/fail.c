/* SPDX-License-Identifier: MIT */
/*
 * fail.c - fault injection: fail.h says what it does.
 *
 *	machine   seen[site] counts every request since it was armed; fail=SITE:N fails the Nth
 *	task      struct fail_plan, shared by the task that made it and the children that it forked
 *	          since; its count goes down with each request of any of them, and fails at 0
 *
 * fail_armed counts the plans, and one for the machine's. A plan lives as long as a task refers to it.
 */
#include <arch/atomic.h>
#include <octavo/arch.h>
#include <octavo/control.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fail_chains.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>

struct fail_plan {
	atomic_t refs;
	enum fail_site site; /* [I] */
	bool by_chain;       /* [I] counted are only requests whose call chain is due */
	atomic_t left;       /* requests until the one that fails; below 1 it has happened */
};

static const char *const site_names[NR_FAIL_SITES] = {
#define FAIL_SITE_NAME(name) #name,
	FAIL_SITES(FAIL_SITE_NAME)
#undef FAIL_SITE_NAME
};

atomic_t fail_armed;
static bool counting; /* [I] after boot: fail=... was given */
static atomic_t seen[NR_FAIL_SITES];
static s32 fail_at[NR_FAIL_SITES]; /* [I] after boot: 0 never */

static int find_site(const char *name, size_t len)
{
	for (int i = 0; i < NR_FAIL_SITES; i++) {
		if (strlen(site_names[i]) == len && memcmp(site_names[i], name, len) == 0)
			return i;
	}
	return -1;
}

static bool plan_says(struct fail_plan *plan)
{
	if (plan->by_chain &&
	    (atomic_read(&plan->left) <= 0 || !fail_chain_is_due(arch_frame_pointer())))
		return false;
	return atomic_dec_return(&plan->left) == 0;
}

/* One allocation of the current task, at any site: is it the one? Somebody may set another number at
 * the same moment. */
static bool fail_nth_count(void)
{
	atomic_t *nth = &current->fail_nth;
	s32 left;

	do {
		left = atomic_read(nth);
		if (left == 0)
			return false;
	} while (atomic_cmpxchg(nth, left, left - 1) != left);
	if (left == 1)
		atomic_dec(&fail_armed);
	return left == 1;
}

void fail_nth_set(struct task *t, u32 n)
{
	s32 old;

	if (n != 0)
		atomic_inc(&fail_armed);
	do {
		old = atomic_read(&t->fail_nth);
	} while (atomic_cmpxchg(&t->fail_nth, old, (s32)n) != old);
	if (old != 0)
		atomic_dec(&fail_armed);
}

u32 fail_nth_left(const struct task *t)
{
	return (u32)atomic_read(&t->fail_nth);
}

bool fail_should_slow(enum fail_site site)
{
	struct fail_plan *plan = current->fail_plan;
	s32 nr = atomic_inc_return(&seen[site]);
	bool fail = nr == fail_at[site];

	/* An interrupt allocates for nobody. */
	if (in_interrupt())
		return fail;
	if (plan != NULL && plan->site == site)
		fail |= plan_says(plan);
	return fail_nth_count() || fail;
}

/* Decimal, 1 to 2^31-1. */
static int parse_count(const char *text, s32 *count)
{
	s32 n = 0;

	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > (INT32_MAX - 9) / 10)
			return -EINVAL;
		n = n * 10 + (*text - '0');
	}
	*count = n;
	return n > 0 ? 0 : -EINVAL;
}

int fail_set_global(const char *spec)
{
	const char *colon = strchr(spec, ':');
	s32 count;
	int site;

	if (strcmp(spec, "count") != 0) {
		if (colon == NULL)
			return -EINVAL;
		site = find_site(spec, (size_t)(colon - spec));
		if (site < 0 || parse_count(colon + 1, &count) != 0)
			return -EINVAL;
		fail_at[site] = atomic_read(&seen[site]) + count;
	}
	if (!counting)
		atomic_inc(&fail_armed);
	counting = true;
	return 0;
}

static void plan_put(struct fail_plan *plan)
{
	if (plan == NULL || !atomic_dec_and_test(&plan->refs))
		return;
	atomic_dec(&fail_armed);
	kfree(plan);
}

/* A plan for the current task; n 0: none. */
static int set_plan(const char *site, u32 n, bool by_chain)
{
	struct fail_plan *plan = NULL;
	int id = find_site(site, strlen(site));

	if (id < 0 || n > INT32_MAX)
		return -EINVAL;
	fail_forget(current);
	if (n == 0)
		return 0;
	plan = kmalloc(sizeof(*plan), GFP_KERNEL);
	if (plan == NULL)
		return -ENOMEM;
	atomic_set(&plan->refs, 1);
	plan->site = (enum fail_site)id;
	plan->by_chain = by_chain;
	atomic_set(&plan->left, (s32)n);
	current->fail_plan = plan;
	atomic_inc(&fail_armed);
	return 0;
}

int fail_set_task(const char *site, u32 n)
{
	return set_plan(site, n, false);
}

int fail_set_task_new(const char *site)
{
	int err = fail_chains_begin();

	return err != 0 ? err : set_plan(site, 1, true);
}

bool fail_task_fired(void)
{
	const struct fail_plan *plan = current->fail_plan;

	return plan != NULL && atomic_read(&plan->left) <= 0;
}

void fail_inherit(struct task *child, struct task *parent)
{
	child->fail_plan = parent->fail_plan;
	if (child->fail_plan != NULL)
		atomic_inc(&child->fail_plan->refs);
}

void fail_forget(struct task *t)
{
	struct fail_plan *plan = t->fail_plan;

	t->fail_plan = NULL;
	plan_put(plan);
	fail_nth_set(t, 0);
}

void fail_report(void)
{
	if (!counting)
		return;
	for (unsigned i = 0; i < NR_FAIL_SITES; i++)
		control_sendf(CONTROL_REPORT, "fail-site %s %d", site_names[i],
			      atomic_read(&seen[i]));
}
