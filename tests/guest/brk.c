/* SPDX-License-Identifier: MIT */
/* The heap: brk(2), with the kernel's own answer, which is the break and never an error. */
#include "guest.h"

static char *ask(const volatile char *end)
{
	return (char *)sys(__NR_brk, end);
}

static int heap_of_child(void *end)
{
	char *e = end;

	e[-1] = 'c';
	return ask(e + PAGE) == e + PAGE && ask(e - PAGE) == e - PAGE ? 0 : 50;
}

static void test_grow(char *start)
{
	is((long)ask(start + 1), (long)(start + 1), "one byte");
	start[0] = 'x';
	is((long)ask(start + 3 * PAGE + 5), (long)(start + 3 * PAGE + 5), "three pages and a bit");
	is(start[0], 'x', "content stays");
	ok(all_bytes(start + PAGE, 2 * PAGE + 5, 0), "new pages are zero");
	memset(start, 'y', 3 * PAGE + 5);
	is((long)ask(start + PAGE), (long)(start + PAGE), "back to one page");
	is(peek(start + PAGE), KILLED(SIGSEGV), "what lies beyond is gone");
	is(peek(start + PAGE - 1), EXITED(0), "what lies below is not");
	is((long)ask(start + 2 * PAGE), (long)(start + 2 * PAGE), "and grown again");
	ok(all_bytes(start, PAGE, 'y') && all_bytes(start + PAGE, PAGE, 0),
	   "the page that returned is zero");
}

static void test_refusals(char *start)
{
	char *now = ask(NULL);
	char *blocker = (char *)(((uintptr_t)now + 16 * PAGE) & ~(PAGE - 1));

	is((long)ask((char *)0x1000), (long)now, "below the start of the heap");
	is((long)ask((char *)KERNEL_ADDRESS), (long)now, "into the kernel");
	is((long)ask((char *)0xfffff000), (long)now, "far into the kernel");
	is((long)ask((char *)0xffffffff), (long)now, "the last byte of all");
	if (mmap(blocker, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	    blocker)
		bail_out("cannot map at %p", (void *)blocker);
	is((long)ask(blocker + PAGE), (long)now, "into a mapping");
	is((long)ask(blocker + 5 * PAGE), (long)now, "over a mapping");
	is((long)ask(NULL), (long)now, "refusals change nothing");
	munmap(blocker, PAGE);
	is((long)ask(blocker + PAGE), (long)(blocker + PAGE), "and without the mapping it works");
	is((long)ask(start), (long)start, "back to the start");
	is(peek((char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1))), KILLED(SIGSEGV),
	   "an empty heap has no memory");
}

/* RLIMIT_DATA is about where the heap may end, to the byte and whatever it was before. */
static int limited_heap(void *start)
{
	struct {
		unsigned long now, most;
	} limit = {4 * PAGE, ~0UL};

	if (ask((char *)start + 8 * PAGE) != (char *)start + 8 * PAGE)
		return 1;
	if (sys(__NR_setrlimit, 2, &limit) != 0)
		return 2;
	if (ask((char *)start + 8 * PAGE + 1) != (char *)start + 8 * PAGE)
		return 3;
	if (ask((char *)start + 8 * PAGE) != (char *)start + 8 * PAGE)
		return 4;
	if (ask((char *)start + 5 * PAGE) != (char *)start + 8 * PAGE)
		return 5;
	if (ask((char *)start) != (char *)start)
		return 6;
	return 0;
}

int main(void)
{
	char *start = ask(NULL);
	char *end;

	ok((unsigned long)start > 0x08048000 && (unsigned long)start < KERNEL_ADDRESS,
	   "the heap begins above the program");
	start = (char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));
	is((long)ask(start), (long)start, "to a page boundary");
	test_grow(start);
	test_refusals(start);

	is(in_child(limited_heap, start), EXITED(0), "RLIMIT_DATA says where it may end");

	end = ask(start + 64 * PAGE);
	is((long)end, (long)(start + 64 * PAGE), "64 pages");
	memset(start, 'p', 64 * PAGE);
	is(in_child(heap_of_child, end), EXITED(0), "a child moves its break both ways");
	is((long)ask(NULL), (long)end, "the parent's stays");
	ok(all_bytes(start, 64 * PAGE, 'p'), "and so does what is in it");

	for (int i = 0; i < 1000; i++)
		if (ask(end + PAGE) != end + PAGE || (end[0] = 1, ask(end) != end))
			bail_out("cycle %d", i);
	ok(1, "1000 times one page more and less");
	return tap_done();
}
