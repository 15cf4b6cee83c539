/* SPDX-License-Identifier: MIT */
/* ktest_fail_chains.c - fault injection by call chain, on the machine whose frames tell them apart. */
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fail_chains.h>
#include <octavo/ktest.h>
#include <octavo/slab.h>

static bool __noinline allocate_here(void)
{
	void *p = kmalloc(64, GFP_KERNEL | __GFP_NOWARN);

	kfree(p);
	return p != NULL;
}

static bool __noinline allocate_there(void)
{
	return allocate_here();
}

/* A run: three allocations of one chain, one of another. => bit n: the nth was refused */
static unsigned chains_run(bool forget)
{
	volatile unsigned three = 3;
	unsigned refused = 0;

	if (forget)
		fail_chains_forget();
	KTEST_OK(fail_set_task_new("slab") == 0, "a new run");
	for (unsigned i = 0; i < three; i++) /* one return address, not three */
		refused |= allocate_here() ? 0 : 1u << i;
	refused |= allocate_there() ? 0 : 1u << 3;
	KTEST_OK(fail_task_fired() == (refused != 0), "it is known whether one was refused");
	fail_set_task("slab", 0);
	return refused;
}

KTEST(fail_by_call_chain, "")
{
	unsigned refused = 0;

	if (fail_chains_forget() != 0)
		return;
	KTEST_OK(fail_set_task_new("nowhere") == -EINVAL, "an unknown site");
	/* One loop, so that the chains are the same in all runs. */
	for (volatile unsigned i = 0; i < 5; i++)
		refused = refused << 4 | chains_run(i == 4);
	KTEST_OK(refused >> 16 == 1u << 0, "the first of a chain");
	KTEST_OK((refused >> 12 & 15) == 1u << 1, "in the next run the second");
	KTEST_OK((refused >> 8 & 15) == 1u << 3, "the third is not due, another's first is");
	KTEST_OK((refused >> 4 & 15) == 0, "nothing is left that is due");
	KTEST_OK((refused & 15) == 1u << 0, "all is forgotten: the first again");
	KTEST_OK(fail_chains_lost() == 0, "none was lost");
	fail_chains_forget();
}
