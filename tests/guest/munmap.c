/* SPDX-License-Identifier: MIT */
/* Unmapping: munmap(2) of wholes, parts, several regions and holes. */
#include "guest.h"

#define RW (PROT_READ | PROT_WRITE)

static long unmap(const void *p, unsigned long len)
{
	return sys(__NR_munmap, p, len);
}

static int is_mapped(const char *p)
{
	return peek(p) == EXITED(0);
}

static void *map_at(char *at, unsigned long nr_pages, int prot)
{
	return mmap(at, nr_pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static int write_unmap_write(void *address)
{
	volatile char *p = address;

	*p = 1;
	if (unmap(address, PAGE) != 0)
		return 50;
	*p = 2;
	return 51;
}

static void test_split(void)
{
	char *p = map_pages(7, RW);

	for (int i = 0; i < 7; i++)
		memset(p + i * PAGE, 'a' + i, PAGE);
	is(in_child(write_unmap_write, p), KILLED(SIGSEGV),
	   "a page just written is gone after munmap");
	is(unmap(p + 3 * PAGE, PAGE), 0, "the middle page");
	ok(!is_mapped(p + 3 * PAGE) && is_mapped(p + 3 * PAGE - 1) && is_mapped(p + 4 * PAGE),
	   "exactly it is gone");
	is(unmap(p, PAGE), 0, "the first page");
	is(unmap(p + 6 * PAGE, PAGE), 0, "the last page");
	ok(all_bytes(p + PAGE, PAGE, 'b') && all_bytes(p + 2 * PAGE, PAGE, 'c') &&
		   all_bytes(p + 4 * PAGE, PAGE, 'e') && all_bytes(p + 5 * PAGE, PAGE, 'f'),
	   "the rest is as it was");
	is(unmap(p, 7 * PAGE), 0, "everything, holes and all");
	ok(!is_mapped(p + PAGE) && !is_mapped(p + 5 * PAGE), "is gone");
	is(unmap(p, 7 * PAGE), 0, "once more is no error");
}

static void test_across(void)
{
	char *p = map_pages(8, PROT_NONE);

	/* four regions with different protections, and a cut from half to half */
	map_at(p, 2, RW);
	map_at(p + 2 * PAGE, 2, PROT_READ);
	map_at(p + 4 * PAGE, 2, RW | PROT_EXEC);
	memset(p, 1, 2 * PAGE);
	is(unmap(p + PAGE, 4 * PAGE), 0, "from the middle of one region into another");
	ok(is_mapped(p) && !is_mapped(p + PAGE) && !is_mapped(p + 4 * PAGE) &&
		   is_mapped(p + 5 * PAGE),
	   "cuts both");
	is(poke(p + 5 * PAGE), EXITED(0), "what is left keeps its protection");
	unmap(p, 8 * PAGE);
}

static void test_errors(void)
{
	char *p = map_pages(2, RW);

	is(unmap(p + 1, PAGE), -EINVAL, "an unaligned address");
	is(unmap(p, 0), -EINVAL, "length 0");
	is(unmap(p, 0xfffff001), -EINVAL, "a length that wraps");
	is(unmap((void *)0xfffff000, PAGE), -EINVAL, "a kernel address");
	is(unmap((void *)0xbffff000, 2 * PAGE), -EINVAL, "across the end of user space");
	is(unmap(p, 1), 0, "one byte stands for its page");
	ok(!is_mapped(p) && is_mapped(p + PAGE), "and no more");
	unmap(p, 2 * PAGE);
}

/* Neighbouring mappings that are alike, made one by one in different orders. */
static void test_merge(void)
{
	enum { N = 512 };
	char *p = map_pages(N, PROT_NONE);
	int good = 1;

	unmap(p, N * PAGE);
	for (int i = 0; i < N; i += 2)
		good &= map_at(p + i * PAGE, 1, RW) == p + i * PAGE;
	for (int i = 1; i < N; i += 2)
		good &= map_at(p + i * PAGE, 1, RW) == p + i * PAGE;
	ok(good, "%d single pages side by side", N);
	for (int i = 0; i < N; i++)
		p[i * PAGE] = (char)i;
	is(unmap(p + 100 * PAGE, 300 * PAGE), 0, "300 of them in one call");
	for (int i = 0; i < N; i++)
		if (i < 100 || i >= 400)
			good &= p[i * PAGE] == (char)i;
	ok(good, "leave the others");
	ok(!is_mapped(p + 100 * PAGE) && !is_mapped(p + 399 * PAGE), "and are gone");
	good = map_at(p + 100 * PAGE, 300, RW) == p + 100 * PAGE;
	for (int i = 100; i < 400; i++)
		good &= p[i * PAGE] == 0;
	ok(good, "the hole filled again is zero");
	unmap(p, N * PAGE);
}

static void test_reuse(void)
{
	char *first = map_pages(4, RW);
	int same = 1;

	for (int i = 0; i < 2000; i++) {
		char *p;

		unmap(first, 4 * PAGE);
		p = map_pages(4, RW);
		same &= p == first && p[0] == 0;
		p[0] = 1;
	}
	ok(same, "the same hole is found 2000 times, and is zero each time");
	unmap(first, 4 * PAGE);
}

int main(void)
{
	test_split();
	test_across();
	test_errors();
	test_merge();
	test_reuse();
	return tap_done();
}
