/* SPDX-License-Identifier: MIT */
/* Changing protections: mprotect(2), and that no stale translation survives it. */
#include "guest.h"

#define RW (PROT_READ | PROT_WRITE)

static long protect(const void *p, unsigned long len, int prot)
{
	return sys(__NR_mprotect, p, len, prot);
}

/* In the child: written, so translated for writing; then protected; then written again. */
static int write_protect_write(void *address)
{
	volatile char *p = address;

	*p = 1;
	if (protect(address, PAGE, PROT_READ) != 0)
		return 50;
	*p = 2;
	return 51;
}

static int read_protect_read(void *address)
{
	volatile char *p = address;

	if (*p != 'k')
		return 50;
	if (protect(address, PAGE, PROT_NONE) != 0)
		return 51;
	return *p ? 52 : 53;
}

static void test_access(void)
{
	char *p = map_pages(1, RW);

	*p = 'k';
	is(in_child(write_protect_write, p), KILLED(SIGSEGV),
	   "a page just written cannot be written after mprotect");
	is(in_child(read_protect_read, p), KILLED(SIGSEGV),
	   "a page just read cannot be read after PROT_NONE");
	is(*p, 'k', "what a child did stays there");

	is(protect(p, PAGE, PROT_READ), 0, "to read-only");
	is(*p, 'k', "content is kept");
	is(poke(p), KILLED(SIGSEGV), "writing kills");
	is(protect(p, PAGE, PROT_NONE), 0, "to none");
	is(peek(p), KILLED(SIGSEGV), "reading kills");
	is(protect(p, PAGE, RW), 0, "and back");
	is(*p, 'k', "content is kept through PROT_NONE");
	*p = 'l';
	is(*p, 'l', "writing works again");
	is(protect(p, PAGE, RW), 0, "no change is no error");
	munmap(p, PAGE);
}

static void test_split(void)
{
	char *p = map_pages(5, RW);

	memset(p, 'a', 5 * PAGE);
	is(protect(p + PAGE, 3 * PAGE, PROT_READ), 0, "the middle three of five pages");
	is(poke(p), EXITED(0), "the first can be written");
	is(poke(p + PAGE), KILLED(SIGSEGV), "the second cannot");
	is(poke(p + 4 * PAGE - 1), KILLED(SIGSEGV), "nor the end of the fourth");
	is(poke(p + 4 * PAGE), EXITED(0), "the fifth can");
	is(protect(p + 2 * PAGE, PAGE, RW), 0, "the middle one back");
	is(poke(p + 2 * PAGE), EXITED(0), "it can be written");
	is(poke(p + PAGE), KILLED(SIGSEGV), "its left neighbour cannot");
	is(poke(p + 3 * PAGE), KILLED(SIGSEGV), "its right neighbour cannot");
	is(protect(p, 5 * PAGE, RW), 0, "all at once, across five regions");
	memset(p, 'b', 5 * PAGE);
	ok(all_bytes(p, 5 * PAGE, 'b'), "everything can be written");

	/* alternating protections: as many regions as pages, and back to one */
	munmap(p, 5 * PAGE);
	p = map_pages(200, RW);
	for (int i = 0; i < 200; i += 2)
		if (protect(p + i * PAGE, PAGE, PROT_READ) != 0)
			bail_out("mprotect of page %d", i);
	is(poke(p + 100 * PAGE), KILLED(SIGSEGV), "200 regions: an even page cannot be written");
	is(poke(p + 101 * PAGE), EXITED(0), "200 regions: an odd page can");
	is(protect(p, 200 * PAGE, RW), 0, "back to one region");
	memset(p, 1, 200 * PAGE);
	munmap(p, 200 * PAGE);
}

static void test_errors(void)
{
	char *p = map_pages(3, RW);

	is(protect(p + 1, PAGE, PROT_READ), -EINVAL, "an unaligned address");
	is(protect(p, 0, PROT_NONE), 0, "length 0 does nothing");
	*p = 1;
	is(protect(p, PAGE, 0x40), -EINVAL, "an unknown protection");
	is(protect(p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), -EINVAL,
	   "growing both ways");
	is(protect(p, 0xfffff000, PROT_READ), -ENOMEM, "a length that wraps");
	protect(p, 3 * PAGE, RW); /* a refused call may have changed what lies before the hole */
	is(protect(p, 1, PROT_READ), 0, "one byte stands for its page");
	is(poke(p + PAGE - 1), KILLED(SIGSEGV), "the whole of it");
	is(poke(p + PAGE), EXITED(0), "and no more");
	munmap(p + PAGE, PAGE);
	is(protect(p + PAGE, PAGE, PROT_READ), -ENOMEM, "where nothing is mapped");
	is(protect(p, 3 * PAGE, PROT_READ), -ENOMEM, "across a hole");
	is(protect((void *)KERNEL_ADDRESS, PAGE, RW), -ENOMEM, "kernel memory");
	munmap(p, 3 * PAGE);
}

/* A frame that parent and child still share must stay write-protected whatever mprotect says. */
static int protect_and_write(void *address)
{
	char *p = address;

	if (protect(p, PAGE, PROT_READ) != 0 || protect(p, PAGE, RW) != 0)
		return 50;
	*p = 'c';
	return *p == 'c' ? 0 : 51;
}

static void test_with_cow(void)
{
	char *p = map_pages(1, RW);
	char *zero = map_pages(2, PROT_READ);

	*p = 'p';
	is(in_child(protect_and_write, p), EXITED(0), "a child changes a page's protection twice");
	is(*p, 'p', "and its write does not reach the parent");

	ok(zero[0] == 0 && zero[PAGE] == 0, "two read-only pages are read");
	is(protect(zero, PAGE, RW), 0, "one of them becomes writable");
	zero[0] = 'z';
	is(zero[PAGE], 0, "writing it does not show in the other");
	munmap(p, PAGE);
	munmap(zero, 2 * PAGE);
}

#define FRONT 1500 /* areas that stay apart: every other one is shared */
#define BACK  3000 /* areas that become one */

/* Every other page of P is read-only: an area for each page. */
static int cut(char *p, int pages)
{
	for (int i = 1; i < pages; i += 2)
		if (protect(p + i * PAGE, PAGE, PROT_READ) != 0)
			return 0;
	return 1;
}

static uint64_t time_to_protect(char *p, int pages)
{
	uint64_t start = now_ns();
	long result = protect(p, (unsigned long)pages * PAGE, RW);

	return result == 0 ? now_ns() - start : 0;
}

/* Areas that become one lie behind many that do not: each is to be looked at once. */
static void test_many_areas(void)
{
	char *p = map_pages(FRONT + BACK, PROT_READ);
	uint64_t front, back, both;

	for (int i = 0; i < FRONT; i += 2)
		if (mmap(p + i * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
			 0) == MAP_FAILED)
			bail_out("mmap of a shared page: errno %d", errno);
	front = time_to_protect(p, FRONT);
	protect(p + FRONT * PAGE, BACK * PAGE, RW);
	ok(cut(p + FRONT * PAGE, BACK), "an area for each page");
	back = time_to_protect(p + FRONT * PAGE, BACK);
	cut(p + FRONT * PAGE, BACK);
	protect(p, FRONT * PAGE, PROT_READ);
	both = time_to_protect(p, FRONT + BACK);
	ok(front && back && both, "thousands of areas with one mprotect");
	if (on_octavo())
		ok(both < 4 * (front + back), "all at once takes as long (%lu of %lu us)",
		   (unsigned long)(both / 1000), (unsigned long)((front + back) / 1000));
	munmap(p, (FRONT + BACK) * PAGE);
}

int main(void)
{
	test_access();
	test_split();
	test_errors();
	test_with_cow();
	test_many_areas();
	return tap_done();
}
