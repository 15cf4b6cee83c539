/* SPDX-License-Identifier: MIT */
/*
 * fail_chains.c - the call chains of allocations: fail_chains.h says what for.
 *
 *	chain	hash of its return addresses; it picks the row, and is looked for there alone
 *	row	| hash, seen, due | hash, seen, due | ...	hash 0: free, as are those behind it
 *
 * seen counts the occurrences of this run, due is the one that fails; due doubles when it has. Two
 * chains of the same hash would count as one: of a thousand chains that happens to one in 10^4.
 * Lock order: fail_lock is taken inside any lock that is held where something is allocated.
 */
#include <octavo/arch.h>
#include <octavo/fail_chains.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/task.h>

enum { NR_ROWS = 128, ROW = 16, DEPTH = 24 };

struct chain {
	u32 hash;
	u32 seen;
	u32 due;
};

static spinlock_t fail_lock = SPINLOCK_INIT(fail_lock);
static struct chain chains[NR_ROWS][ROW]; /* [fail_lock] */
static u32 lost;                          /* [fail_lock] */

int fail_chains_begin(void)
{
	for (unsigned row = 0; row < NR_ROWS; row++) {
		irqstate_t s = spin_lock_irqsave(&fail_lock);

		for (unsigned i = 0; i < ROW; i++)
			chains[row][i].seen = 0;
		spin_unlock_irqrestore(&fail_lock, s);
	}
	return 0;
}

int fail_chains_forget(void)
{
	irqstate_t s = spin_lock_irqsave(&fail_lock);

	memset(chains, 0, sizeof(chains));
	lost = 0;
	spin_unlock_irqrestore(&fail_lock, s);
	return 0;
}

/* FNV-1a over the words; never 0. */
static u32 hash_chain(uintptr_t fp)
{
	const struct task *t = arch_current();
	u32 hash = 2166136261u;
	uintptr_t pc = 0;

	for (unsigned depth = 0; depth < DEPTH && fp != 0 && arch_on_kernel_stack(t, fp) &&
				 arch_backtrace_next(&fp, &pc);
	     depth++)
		hash = (hash ^ pc) * 16777619u;
	return hash != 0 ? hash : 1;
}

/* => the chain's entry, a new one if need be; NULL if its row is full */
static struct chain *find_chain(u32 hash)
{
	struct chain *row = chains[(hash ^ hash >> 16) % NR_ROWS];

	for (unsigned i = 0; i < ROW; i++) {
		if (row[i].hash == 0)
			row[i] = (struct chain){.hash = hash, .due = 1};
		if (row[i].hash == hash)
			return &row[i];
	}
	return NULL;
}

bool fail_chain_is_due(uintptr_t fp)
{
	u32 hash = hash_chain(fp);
	irqstate_t s = spin_lock_irqsave(&fail_lock);
	struct chain *chain = find_chain(hash);
	bool is_due = false;

	if (chain == NULL) {
		lost++;
	} else if (++chain->seen >= chain->due) {
		is_due = true;
		chain->due *= 2;
	}
	spin_unlock_irqrestore(&fail_lock, s);
	return is_due;
}

u32 fail_chains_lost(void)
{
	irqstate_t s = spin_lock_irqsave(&fail_lock);
	u32 nr = lost;

	spin_unlock_irqrestore(&fail_lock, s);
	return nr;
}
