/* SPDX-License-Identifier: MIT */
/* ktest_log.c - the kernel log's ring, and the fault injection that every allocator asks. */
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/ktest.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/why.h>

static char text[256];

/* Is `needle` in what log_read() gives from *pos on? Reads to the end. */
static bool log_has(u64 *pos, const char *needle)
{
	size_t len = strlen(needle), kept = 0, n;
	bool found = false;

	while ((n = log_read(pos, text + kept, sizeof(text) - kept)) != 0) {
		n += kept;
		for (size_t i = 0; i + len <= n; i++)
			found |= memcmp(text + i, needle, len) == 0;
		kept = MIN(n, len - 1);
		memmove(text, text + n - kept, kept);
	}
	return found;
}

KTEST(printk_reads_back, "")
{
	u64 pos = 0;

	log_has(&pos, "x");
	pr_debug("marker %s %d\n", "one", 1);
	KTEST_OK(log_has(&pos, "marker one 1\n"), "a message is in the log");
	KTEST_OK(!log_has(&pos, "marker"), "and is read once");
	pr_debug("no newline");
	KTEST_OK(log_has(&pos, "no newline\n"), "a line always ends");
}

KTEST(printk_ring_wraps, "")
{
	u64 pos = 0, start;
	size_t n;

	log_has(&pos, "x");
	start = pos;
	pr_debug("the first of many\n");
	for (unsigned i = 0; i < 800; i++)
		pr_debug("filling line %u ......................\n", i);
	pos = start;
	n = log_read(&pos, text, sizeof(text));
	KTEST_OK(n > 2 && text[0] == '[', "a reader left behind goes on at a whole line");
	pos = start;
	KTEST_OK(!log_has(&pos, "the first of many"), "what was overwritten is gone");
	pos = start;
	KTEST_OK(log_has(&pos, "filling line 799 "), "the newest is there");
}

KTEST(why_reads_back, "")
{
	u64 pos = 0;
	size_t n;

	while (why_read(&pos, text, sizeof(text)) != 0)
		continue;
	why("a test refuses %d of %d", 3, 4);
	n = why_read(&pos, text, sizeof(text) - 1);
	text[n] = '\0';
	KTEST_OK(strchr(text, ':') != NULL &&
			 strcmp(strchr(text, ':'), ": a test refuses 3 of 4\n") == 0,
		 "a why-line has who and what");
}

static bool allocate(void)
{
	void *p = kmalloc(64, GFP_KERNEL | __GFP_NOWARN);

	kfree(p);
	return p != NULL;
}

static volatile bool go, child_got[2];

static int allocate_twice(void *arg)
{
	while (!go)
		sched_yield_cpu();
	fail_inherit(current, arg);
	child_got[0] = allocate();
	child_got[1] = allocate();
	fail_forget(current);
	return 0;
}

KTEST(fail_nth_of_a_task, "")
{
	KTEST_OK(fail_set_task("nowhere", 1) == -EINVAL, "an unknown site");
	KTEST_OK(!fail_task_fired(), "nothing is set");
	KTEST_OK(fail_set_task("slab", 3) == 0, "the third");
	KTEST_OK(allocate() && allocate(), "the first and the second are given");
	KTEST_OK(!fail_task_fired(), "it has not happened");
	KTEST_OK(!allocate(), "the third is refused");
	KTEST_OK(fail_task_fired(), "it has happened");
	KTEST_OK(allocate(), "the fourth is given");
	KTEST_OK(fail_set_task("slab", 0) == 0 && !fail_task_fired(), "cleared");
}

KTEST(fail_nth_of_children, "")
{
	go = false;
	ktest_spawn(allocate_twice, current);
	KTEST_OK(fail_set_task("slab", 2) == 0, "the second");
	go = true;
	ktest_join();
	KTEST_OK(child_got[0] && !child_got[1], "a child counts with its parent");
	KTEST_OK(fail_task_fired(), "its parent knows");
	fail_set_task("slab", 0);
}

KTEST(fail_of_the_machine, "")
{
	KTEST_OK(fail_set_global("slab") == -EINVAL, "no count");
	KTEST_OK(fail_set_global("slab:0") == -EINVAL, "zero");
	KTEST_OK(fail_set_global("slab:1x") == -EINVAL, "no number");
	KTEST_OK(fail_set_global("sla:1") == -EINVAL, "no such site");
	KTEST_OK(fail_set_global("slab:99999999999") == -EINVAL, "too large a number");
	KTEST_OK(fail_set_global("slab:2") == 0, "the second from now");
	KTEST_OK(allocate(), "the first is given");
	KTEST_OK(!allocate(), "the second is refused");
	KTEST_OK(allocate(), "the third is given");
}

/* --- on purpose: what the host reports about a machine that broke --- */

KTEST_DELIBERATE(deliberate_panic)
{
	panic("on purpose, with the number %d", 42);
}

/* The registers that are to be printed lie nowhere. */
KTEST_DELIBERATE(deliberate_panic_in_panic)
{
	panic_frame((const struct trapframe *)(uintptr_t)0xfffff000u, "the first panic");
}

KTEST_DELIBERATE(deliberate_bad_access)
{
	*(volatile u32 *)(uintptr_t)0xfffffff0u = 1;
}

KTEST_DELIBERATE(deliberate_hang)
{
	preempt_disable();
	for (;;)
		continue;
}
