/* SPDX-License-Identifier: MIT */
/*
 * ktest_vm_races.c - several threads fault, fork, protect and give back in one address space, with
 * preemption wherever it may happen.
 *
 * A thread "stores" as a CPU does: where the entry is writable the word is written, else there is a
 * fault and another try. Each thread has a word of its own in each page, so what it stored last
 * must be there whatever the others do.
 */
#include <octavo/audit.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/sched.h>
#include <uapi/octavo/mman.h>

#define BASE    0x10000000u
#define THREADS 4u
#define ROUNDS  150u
#define KEPT    4u /* pages that are never given back, then as many that are */
#define RW      (PROT_READ | PROT_WRITE)

static struct mm *mm;
static bool lost, refused;

static vaddr_t page_va(u32 page)
{
	return BASE + page * PAGE_SIZE;
}

/* One try of a load or store; PTL makes it as indivisible as the CPU does. => false: a fault */
static bool try_access(u32 page, u32 word, u32 *value, bool write, unsigned *flags)
{
	pte_t pte;
	bool done = false;
	u32 *at;

	spin_lock(&mm->page_table_lock);
	pte = pmap_query(&mm->pmap, page_va(page));
	if (write ? pte_writable(pte) : pte_accessible(pte)) {
		at = pmap_map_temp(pte_pfn(pte));
		if (write)
			at[word] = *value;
		else
			*value = at[word];
		pmap_unmap_temp(at);
		done = true;
	}
	spin_unlock(&mm->page_table_lock);
	*flags = FAULT_USER | (write ? FAULT_WRITE : 0) | (pte_accessible(pte) ? FAULT_PRESENT : 0);
	return done;
}

/* => false: the access was refused, as it may be while the area is PROT_READ */
static bool access_word(u32 page, u32 word, u32 *value, bool write)
{
	unsigned flags;

	while (!try_access(page, word, value, write, &flags)) {
		if (mm_fault(mm, page_va(page), flags) != 0)
			return false;
	}
	return true;
}

static void fork_and_look(u32 word, const u32 *stored)
{
	struct mm *child = mm_fork(mm);
	pte_t pte;

	if (!child) {
		refused = true;
		return;
	}
	for (u32 page = 0; page < KEPT; page++) {
		spin_lock(&child->page_table_lock);
		pte = pmap_query(&child->pmap, page_va(page));
		if (pte_accessible(pte)) {
			u32 *at = pmap_map_temp(pte_pfn(pte));

			lost |= at[word] != stored[page];
			pmap_unmap_temp(at);
		}
		spin_unlock(&child->page_table_lock);
	}
	mm_put(child);
}

static int racer(void *arg)
{
	u32 word = (u32)(uintptr_t)arg, stored[2 * KEPT] = {0}, value;

	for (u32 round = 1; round <= ROUNDS; round++) {
		u32 page = ktest_random(2 * KEPT);

		switch (ktest_random(8)) {
		case 0:
			fork_and_look(word, stored);
			break;
		case 1:
			mm_advise(mm, page_va(KEPT + page % KEPT), PAGE_SIZE, MADV_DONTNEED);
			break;
		case 2:
			mm_protect(mm, page_va(page), PAGE_SIZE, PROT_READ);
			mm_protect(mm, page_va(page), PAGE_SIZE, RW);
			break;
		case 3:
		case 4:
			if (access_word(page, word, &value, false))
				lost |= page < KEPT && value != stored[page];
			break;
		default:
			if (access_word(page, word, &round, true))
				stored[page] = round;
		}
	}
	return 0;
}

KTEST(vm_races, "")
{
	bool before = chaos_on;

	lost = refused = false;
	mm = mm_alloc();
	mm_map(mm, BASE, 2 * KEPT * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL,
	       0);
	chaos_init(777);
	for (uintptr_t i = 0; i < THREADS; i++)
		ktest_spawn(racer, (void *)i);
	ktest_join();
	chaos_on = before;
	KTEST_OK(!lost, "what a thread stored stays, in the parent and in its children");
	KTEST_OK(!refused, "every fork succeeded");
	KTEST_OK(mm->nr_resident <= 2 * KEPT, "no page is counted twice");
	KTEST_OK(audit_count() == 0, "every count is right");
	mm_put(mm);
}

/* Somebody else was faster: what was prepared for an entry does not go into another. */
KTEST(vm_races_changed_entry, "")
{
	unsigned write = FAULT_USER | FAULT_WRITE;
	pte_t seen, now, other;
	bool replaced;

	mm = mm_alloc();
	mm_map(mm, BASE, 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
	KTEST_OK(mm_fault(mm, page_va(0), write) == 0 && mm_fault(mm, page_va(1), write) == 0,
		 "two pages");
	seen = pmap_query(&mm->pmap, page_va(0));
	other = pmap_query(&mm->pmap, page_va(1));
	KTEST_OK(mm_protect(mm, BASE, PAGE_SIZE, PROT_READ) == 0, "the first entry changes");
	now = pmap_query(&mm->pmap, page_va(0));
	KTEST_OK(!pte_same(seen, now), "it has changed");
	spin_lock(&mm->page_table_lock);
	replaced = pmap_replace(&mm->pmap, page_va(0), seen, pte_pfn(other), PMAP_READ);
	spin_unlock(&mm->page_table_lock);
	KTEST_OK(!replaced, "a copy for the old one is refused");
	KTEST_OK(pte_same(pmap_query(&mm->pmap, page_va(0)), now), "and the entry is left alone");
	mm_put(mm);
}
