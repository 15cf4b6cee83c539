/* SPDX-License-Identifier: MIT */
/*
 * ktest_x86.c - the machine's own promises: user copies that fault in the middle, page tables,
 * frames outside of the direct map, protection of the kernel, the clock, guard pages.
 */
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/mm.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/zone.h>
#include <uapi/octavo/mman.h>

#define USER_PAGE 0x08048000u
#define RW        (PMAP_READ | PMAP_WRITE)

/* --- user copies --- */

/* Give the test a user address space with one page of memory at USER_PAGE; NULL takes it away. */
static void borrow_mm(struct mm *mm)
{
	struct mm *old = current->mm;
	irqstate_t s = arch_irq_save();

	mm_load(current->active_mm, mm ? mm : &kernel_mm);
	current->mm = mm;
	current->active_mm = mm ? mm : &kernel_mm;
	arch_irq_restore(s);
	if (old)
		mm_put(old);
}

static struct mm *make_mm(void)
{
	struct mm *mm = mm_alloc();

	if (!KTEST_OK(mm != NULL, "an address space"))
		return NULL;
	borrow_mm(mm);
	KTEST_OK(mm_map(mm, USER_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) == (long)USER_PAGE,
		 "one page is mapped");
	return mm;
}

KTEST(x86_user_copy_stops_at_bad_byte, "")
{
	const vaddr_t end = USER_PAGE + PAGE_SIZE;
	char buf[64];

	if (!make_mm())
		return;
	for (unsigned in = 0; in <= 16; in++) {
		void __user *user = (void __user *)(end - in);

		memset(buf, 'x', sizeof(buf));
		KTEST_OK(copy_to_user_partial(user, buf, 32) == 32 - in, "copied to up to the end");
		memset(buf, 0, sizeof(buf));
		KTEST_OK(copy_from_user_partial(buf, user, 32) == 32 - in, "and back");
		KTEST_OK(in == 0 || buf[in - 1] == 'x', "the last good byte has arrived");
		KTEST_OK(buf[in] == 0, "and nothing behind it");
	}
	KTEST_OK(clear_user((void __user *)(end - 5), 5) == 0, "clear_user inside");
	KTEST_OK(clear_user((void __user *)(end - 5), 6) == -EFAULT, "clear_user over the end");
	borrow_mm(NULL);
}

KTEST(x86_user_strings, "")
{
	const vaddr_t end = USER_PAGE + PAGE_SIZE;
	char buf[16];

	if (!make_mm())
		return;
	KTEST_OK(copy_to_user((void __user *)(end - 4), "abc", 4) == 0, "a string at the very end");
	KTEST_OK(strncpy_from_user(buf, (void __user *)(end - 4), sizeof(buf)) == 3, "its length");
	KTEST_OK(strcmp(buf, "abc") == 0, "its text");
	KTEST_OK(strncpy_from_user(buf, (void __user *)(end - 4), 2) == 2, "cut: the size");
	KTEST_OK(copy_to_user((void __user *)(end - 4), "abcd", 4) == 0,
		 "no end before the page's");
	KTEST_OK(strncpy_from_user(buf, (void __user *)(end - 4), sizeof(buf)) == -EFAULT,
		 "EFAULT");
	borrow_mm(NULL);
}

KTEST(x86_user_copy_refuses_kernel_addresses, "")
{
	const vaddr_t bad[] = {0,          PAGE_SIZE - 1,         USER_END - 2,
			       USER_END,   (vaddr_t)kernel_start, VMALLOC_START,
			       0xfffffffcu};
	char buf[8];
	u32 word;

	if (!make_mm())
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		void __user *p = (void __user *)bad[i];

		KTEST_OK(copy_from_user(buf, p, sizeof(buf)) == -EFAULT, "read");
		KTEST_OK(copy_to_user(p, buf, sizeof(buf)) == -EFAULT, "write");
		KTEST_OK(clear_user(p, sizeof(buf)) == -EFAULT, "clear");
		KTEST_OK(get_user_u32(&word, p) == -EFAULT, "get");
		KTEST_OK(put_user_u32(1, p) == -EFAULT, "put");
		KTEST_OK(strncpy_from_user(buf, p, sizeof(buf)) == -EFAULT, "string");
	}
	KTEST_OK(copy_from_user(buf, (void __user *)USER_PAGE, 0xfffff000u) == -EFAULT,
		 "huge length");
	borrow_mm(NULL);
}

/* --- page tables --- */

static u32 frames_seen, dirty_seen;

static void count_frame(pfn_t pfn)
{
	(void)pfn;
	frames_seen++;
}

static void count_removed(pfn_t pfn, bool dirty)
{
	(void)pfn;
	frames_seen++;
	dirty_seen += dirty;
}

static bool odd_frames_may(pfn_t pfn)
{
	return pfn & 1;
}

static bool count_entry(vaddr_t va, pte_t pte, void *arg)
{
	(void)va;
	(void)pte;
	(*(u32 *)arg)++;
	return true;
}

static void count_table(pfn_t pfn, void *arg)
{
	(void)pfn;
	(*(u32 *)arg)++;
}

/* 3 tables: entries at both sides of each border of a table. Frames are only numbers here. */
KTEST(x86_pmap_ranges, "")
{
	static struct pmap a, b;
	const vaddr_t from = 0x10000000, to = from + 3 * TABLE_SPAN;
	u32 n = 0, tables = 0;

	if (!KTEST_OK(pmap_init(&a) == 0, "directory"))
		return;
	KTEST_OK(pmap_init(&b) == 0, "another");
	KTEST_OK(!pmap_prepared(&a, from), "no table yet");
	KTEST_OK(pte_none(pmap_query(&a, from)), "so nothing is mapped");
	KTEST_OK(pmap_prepare(&a, from, to) == 0, "tables");
	KTEST_OK(pmap_prepare(&b, from, to) == 0, "tables of the copy");
	for (vaddr_t va = from; va < to; va += TABLE_SPAN) {
		pmap_enter(&a, va, 100, RW);
		pmap_enter(&a, va + TABLE_SPAN - PAGE_SIZE, 101, RW);
	}
	pmap_walk(&a, count_entry, &n);
	pmap_walk_tables(&a, count_table, &tables);
	KTEST_OK(n == 6 && tables == 4, "6 entries in 3 tables and a directory");

	frames_seen = 0;
	KTEST_OK(pmap_copy_range(&b, &a, from + PAGE_SIZE, to - PAGE_SIZE, true, count_frame) == 4,
		 "4 entries lie inside");
	KTEST_OK(frames_seen == 4, "each was told");
	KTEST_OK(pte_writable(pmap_query(&a, from)), "the first was not touched");
	KTEST_OK(!pte_writable(pmap_query(&a, from + TABLE_SPAN)), "source write-protected");
	KTEST_OK(!pte_writable(pmap_query(&b, from + TABLE_SPAN)), "copy write-protected");
	KTEST_OK(pte_pfn(pmap_query(&b, from + TABLE_SPAN)) == 100, "with the same frame");

	pmap_protect_range(&a, from, to, 0, odd_frames_may);
	KTEST_OK(pte_present(pmap_query(&a, from)) && !pte_accessible(pmap_query(&a, from)),
		 "PROT_NONE keeps the frame");
	pmap_protect_range(&a, from, to, RW, odd_frames_may);
	KTEST_OK(!pte_writable(pmap_query(&a, from)), "even frames may not be written");
	KTEST_OK(pte_writable(pmap_query(&a, to - PAGE_SIZE)), "odd ones may");

	pmap_trim(&a, from, to);
	KTEST_OK(pmap_prepared(&a, from), "a table in use stays");
	frames_seen = 0;
	KTEST_OK(pmap_remove_range(&a, from, from + TABLE_SPAN, count_removed) == 2, "removed");
	KTEST_OK(frames_seen == 2, "and told");
	pmap_trim(&a, from, to);
	KTEST_OK(!pmap_prepared(&a, from), "an empty table goes");
	KTEST_OK(pmap_prepared(&a, from + TABLE_SPAN), "its neighbour stays");
	KTEST_OK(pmap_remove_range(&a, from, to, count_removed) == 4, "the rest");
	KTEST_OK(pmap_remove_range(&b, 0, USER_END, count_removed) == 4, "the copy");
	pmap_destroy(&a);
	pmap_destroy(&b);
}

KTEST(x86_pmap_hardware_marks, "")
{
	static struct pmap pmap;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	volatile u32 *user = (u32 *)USER_PAGE;
	pte_t pte;

	if (!KTEST_OK(page && pmap_init(&pmap) == 0, "memory"))
		return;
	KTEST_OK(pmap_prepare(&pmap, USER_PAGE, USER_PAGE + PAGE_SIZE) == 0, "table");
	preempt_disable();
	pmap_activate(&pmap);
	pmap_enter(&pmap, USER_PAGE, page_to_pfn(page), RW);
	pte = pmap_query(&pmap, USER_PAGE);
	KTEST_OK(!pte_dirty(pte), "not written yet");
	*user = 7;
	KTEST_OK(pte_dirty(pmap_query(&pmap, USER_PAGE)), "the CPU notes a write");
	KTEST_OK(*(u32 *)page_to_virt(page) == 7, "which arrived in the frame");
	dirty_seen = 0;
	(void)pmap_remove_range(&pmap, USER_PAGE, USER_PAGE + PAGE_SIZE, count_removed);
	KTEST_OK(dirty_seen == 1, "the removal tells it");
	pmap_activate(&current->active_mm->pmap);
	preempt_enable();
	pmap_destroy(&pmap);
	free_page(page);
}

KTEST(x86_frames_outside_the_direct_map, "")
{
	struct page *a = alloc_page(GFP_HIGHUSER), *b = alloc_page(GFP_HIGHUSER);
	u32 *va, *vb;

	if (!KTEST_OK(a && b, "two frames"))
		return;
	KTEST_OK(max_pfn <= max_low_pfn || page_to_pfn(a) >= max_low_pfn, "from high memory");
	va = pmap_map_temp(page_to_pfn(a));
	vb = pmap_map_temp(page_to_pfn(b));
	KTEST_OK(va != vb, "two at once");
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(u32); i++) {
		va[i] = i;
		vb[i] = ~0u;
	}
	pmap_unmap_temp(vb);
	pmap_unmap_temp(va);
	pmap_copy_frame(page_to_pfn(b), page_to_pfn(a));
	pmap_zero_frame(page_to_pfn(a));
	vb = pmap_map_temp(page_to_pfn(b));
	va = pmap_map_temp(page_to_pfn(a));
	KTEST_OK(vb[1023] == 1023 && vb[1] == 1, "copied");
	KTEST_OK(va[1023] == 0 && va[1] == 0, "cleared");
	pmap_unmap_temp(va);
	pmap_unmap_temp(vb);
	free_page(a);
	free_page(b);
}

/* --- the kernel's own mappings --- */

KTEST(x86_kernel_is_protected, "")
{
	unsigned writable = 0;

	for (const char *p = text_start; p < rodata_end; p += PAGE_SIZE)
		writable += pte_writable(low_table[virt_to_pfn(p)]);
	KTEST_OK(writable == 0, "text and read-only data cannot be written");
	KTEST_OK(read_cr0() & CR0_WP, "not by the kernel either");
	KTEST_OK(!pte_present(low_table[0]), "frame 0 is not mapped");
	KTEST_OK(!pte_present(low_table[virt_to_pfn(boot_stack_guard)]), "guard of the boot stack");
	KTEST_OK(kernel_dir[0] == 0, "nothing at address 0");
	if (cpu_features & CPU_PSE)
		KTEST_OK(max_low_pfn < 2 * PTES_PER_TABLE ||
				 (kernel_dir[(KERNEL_BASE >> TABLE_SHIFT) + 1] & PTE_LARGE),
			 "low memory by 4M pages");
	if (cpu_features & CPU_PGE)
		KTEST_OK(low_table[virt_to_pfn(text_start)].v & PTE_GLOBAL, "global");
}

KTEST(x86_kernel_stack_has_guard, "")
{
	vaddr_t stack = (vaddr_t)current->kstack;

	KTEST_OK(stack % KSTACK_SIZE == 0, "aligned to its size");
	KTEST_OK(*(struct task **)current->kstack == current, "begins with its task");
	KTEST_OK(pte_present(pmap_query(&kernel_pmap, stack)), "mapped");
	KTEST_OK(pte_none(pmap_query(&kernel_pmap, stack - PAGE_SIZE)), "nothing below it");
}

KTEST(x86_clock, "")
{
	u32 start = ticks;
	u64 begin, end;

	while (ticks == start)
		arch_idle();
	begin = clock_ns();
	while (ticks - start < 11)
		arch_idle();
	end = clock_ns();
	KTEST_OK(end > begin, "it goes forward");
	KTEST_OK(end - begin > 10 * NSEC_PER_TICK * 98 / 100 &&
			 end - begin < 10 * NSEC_PER_TICK * 102 / 100,
		 "10 ticks take 10 ticks' time");
}

/* --- the end of the machine; deliberate_bad_access of the core is the NULL pointer --- */

static __noinline u32 dig(u32 depth)
{
	volatile u32 room[64];

	room[0] = depth;
	if (depth == 0)
		return 0;
	return dig(depth - 1) + room[0];
}

KTEST_DELIBERATE(deliberate_stack_overflow)
{
	KTEST_OK(dig(1000) != 0, "never comes here");
}

/* Each CPU has a stack for double faults. */
KTEST_DELIBERATE(deliberate_stack_overflow_elsewhere)
{
	ktest_run_on(1u << (sched_nr_cpus() - 1));
	KTEST_OK(dig(1000) != 0, "never comes here");
}

KTEST_DELIBERATE(deliberate_write_to_text)
{
	*(volatile char *)text_start = 0;
}

/* What an overrun stack does to the word that names its task. */
KTEST_DELIBERATE(deliberate_damaged_current)
{
	arch_irq_disable();
	*arch_stack_owner() = (struct task *)0x1234;
	panic("current is damaged");
}

/* --- division, see div64.c --- */

/* As it is done on paper: one bit after the other. */
static u64 divide_slowly(u64 n, u64 d, u64 *rest)
{
	u64 left = 0, quotient = 0;

	for (int i = 63; i >= 0; i--) {
		bool carry = left >> 63;

		left = left << 1 | (n >> i & 1);
		quotient <<= 1;
		if (carry || left >= d) {
			left -= d;
			quotient |= 1;
		}
	}
	*rest = left;
	return quotient;
}

/* Numbers of any length, and those near a power of two. */
static u64 some_number(void)
{
	u64 v = (u64)ktest_random(1u << 24) << 40 | (u64)ktest_random(1u << 24) << 20 |
		ktest_random(1u << 20);

	v >>= ktest_random(64);
	if (ktest_random(4) == 0)
		v = (1ull << ktest_random(64)) - ktest_random(2);
	return v;
}

KTEST(x86_division, "")
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < 2000; i++) {
		volatile u64 n = some_number(), d = some_number();
		volatile s64 half;
		u64 rest, quotient;

		if (d == 0)
			continue;
		quotient = divide_slowly(n, d, &rest);
		if (i % 2) { /* without a rest */
			n -= rest;
			rest = 0;
		}
		wrong += n / d != quotient || n % d != rest;
		half = (s64)(n >> 1);
		wrong += -half / 3 != -(half / 3) || -half % 3 != -(half % 3);
	}
	KTEST_OK(wrong == 0, "quotients and rests");
}
