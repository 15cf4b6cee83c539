/* SPDX-License-Identifier: MIT */
/* Anonymous memory: mmap(2) with its flags and its errors, demand-zero pages. */
#include "guest.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static long map(unsigned long addr, unsigned long len, int prot, int flags)
{
	return sys(__NR_mmap2, addr, len, prot, flags, -1, 0);
}

static void test_contents(void)
{
	char *p = map_pages(64, RW);
	int zero = 1, kept = 1;

	for (int i = 0; i < 64; i++)
		zero &= all_bytes(p + i * PAGE, PAGE, 0);
	ok(zero, "fresh pages read as zero");
	for (int i = 0; i < 64; i++)
		memset(p + i * PAGE, i + 1, PAGE);
	for (int i = 0; i < 64; i++)
		kept &= all_bytes(p + i * PAGE, PAGE, (char)(i + 1));
	ok(kept, "each page keeps what was written to it");
	is(munmap(p, 64 * PAGE), 0, "munmap");

	/* Freed frames come back: nothing of them may be seen. */
	p = map_pages(64, RW);
	zero = 1;
	for (int i = 0; i < 64; i++) {
		p[i * PAGE + 17] = 1; /* a write first: no zero page in the way */
		zero &= all_bytes(p + i * PAGE, 17, 0) &&
			all_bytes(p + i * PAGE + 18, PAGE - 18, 0);
	}
	ok(zero, "reused frames show nothing of their former owner");
	munmap(p, 64 * PAGE);

	p = map_pages(2, RW);
	ok(p[0] == 0 && p[PAGE] == 0, "two pages are read");
	p[0] = 1;
	ok(p[0] == 1 && p[PAGE] == 0, "writing one page after a read leaves the other alone");
	munmap(p, 2 * PAGE);
}

static void test_errors(void)
{
	is(map(0, 0, RW, ANON), -EINVAL, "length 0");
	is(map(0, PAGE, RW, MAP_ANONYMOUS), -EINVAL, "neither shared nor private");
	is(map(0, PAGE, RW, MAP_ANONYMOUS | 3), -EINVAL, "shared and private at once");
	is(map(0x30000123, PAGE, RW, ANON | MAP_FIXED), -EINVAL, "fixed at an unaligned address");
	is(map(0, 0xfffff001, RW, ANON), -ENOMEM, "a length that wraps when rounded up");
	is(map(0, 0xf0000000, RW, ANON), -ENOMEM, "a length greater than all user space");
	is(map(0xfffff000, PAGE, RW, ANON | MAP_FIXED), -ENOMEM, "fixed at a kernel address");
	is(map(0xbffff000, 0x60000000, RW, ANON | MAP_FIXED), -ENOMEM, "fixed across the end");
	is(sys(__NR_mmap2, 0, PAGE, RW, MAP_PRIVATE, -1, 0), -EBADF, "a file that is not open");
	is(sys(__NR_mmap2, 0, PAGE, RW, MAP_PRIVATE, 12345, 0), -EBADF, "a bad descriptor");
	if (on_octavo())
		is(map(0, PAGE, RW, ANON | MAP_FIXED), -EPERM, "the first 64K are never mapped");
	else
		skip("Linux lets root map address 0");
}

static void test_addresses(void)
{
	char *hole = map_pages(16, RW);
	unsigned long at = (unsigned long)hole;
	long p, q;

	munmap(hole, 16 * PAGE);
	p = map(at + 4 * PAGE, PAGE, RW, ANON);
	is(p, (long)(at + 4 * PAGE), "a free hint is taken");
	q = map(at + 4 * PAGE, PAGE, RW, ANON);
	ok(q != p && (unsigned long)q < -4095UL, "a taken hint gives another place");
	munmap((void *)q, PAGE);
	q = map(at + 8 * PAGE + 5, PAGE, RW, ANON);
	ok((unsigned long)q % PAGE == 0, "an unaligned hint gives an aligned place");
	munmap((void *)q, PAGE);

	*(char *)p = 'x';
	is(map((unsigned long)p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE), -EEXIST,
	   "fixed without replacing, where something is");
	is(*(char *)p, 'x', "and that something is still there");
	is(map(at + 5 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE), (long)(at + 5 * PAGE),
	   "fixed without replacing, where nothing is");
	is(map((unsigned long)p, PAGE, RW, ANON | MAP_FIXED), p, "fixed, where something is");
	is(*(char *)p, 0, "replaces it");
	munmap((void *)at, 16 * PAGE);
}

static void test_protection(void)
{
	char *p = map_pages(1, PROT_NONE);
	char *r = map_pages(1, PROT_READ);
	char *w = map_pages(1, PROT_WRITE);

	is(peek(p), KILLED(SIGSEGV), "PROT_NONE: reading kills");
	is(poke(p), KILLED(SIGSEGV), "PROT_NONE: writing kills");
	is(peek(r), EXITED(0), "PROT_READ: reading works");
	is(poke(r), KILLED(SIGSEGV), "PROT_READ: writing kills");
	is(poke(w), EXITED(0), "PROT_WRITE: writing works");
	is(*r, 0, "read-only memory reads as zero");
	is(poke(r), KILLED(SIGSEGV), "and writing kills after that, too");
	munmap(p, PAGE);
	munmap(r, PAGE);
	munmap(w, PAGE);
}

static void test_many(void)
{
	enum { N = 300 };
	static char *area[N];
	int good = 1, distinct = 1;

	for (int i = 0; i < N; i++) {
		/* alternate, so that neighbours cannot become one region */
		area[i] = map_pages(1, i & 1 ? RW : RW | PROT_EXEC);
		area[i][5] = (char)i;
	}
	for (int i = 0; i < N; i++)
		good &= area[i][5] == (char)i;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < i; j++)
			distinct &= area[i] != area[j];
	ok(good && distinct, "%d mappings at %d places", N, N);
	for (int i = 0; i < N; i += 2)
		munmap(area[i], PAGE);
	for (int i = 1; i < N; i += 2)
		good &= area[i][5] == (char)i;
	ok(good, "unmapping every other one leaves the rest");
	for (int i = 1; i < N; i += 2)
		munmap(area[i], PAGE);
}

static void test_old_call(void)
{
	/* mmap (90): the arguments lie in memory, the offset is in bytes */
	unsigned long args[6] = {0, PAGE, RW, ANON, (unsigned long)-1, 0};
	long p = sys(__NR_mmap, args);

	ok((unsigned long)p < -4095UL && *(char *)p == 0, "the old mmap call maps");
	munmap((void *)p, PAGE);
	args[5] = 7;
	is(sys(__NR_mmap, args), -EINVAL, "the old mmap call refuses an odd offset");
	is(sys(__NR_mmap, KERNEL_ADDRESS), -EFAULT, "the old mmap call with a kernel address");
}

int main(void)
{
	test_contents();
	test_errors();
	test_addresses();
	test_protection();
	test_many();
	test_old_call();
	return tap_done();
}
