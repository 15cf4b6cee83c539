/* SPDX-License-Identifier: MIT */
/*
 * Memory calls without an MMU: a process has runs of memory, at addresses that the kernel chooses.
 * Linux's answers without an MMU, but where a comment says otherwise.
 */
#include "guest.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static long map(unsigned long addr, unsigned long len, int prot, int flags)
{
	return sys(__NR_mmap2, addr, len, prot, flags, -1, 0);
}

static int is_error(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

static void test_mmap(void)
{
	char *p = (char *)map(0, 10000, RW, ANON), *q;

	ok(!is_error((long)p) && ((unsigned long)p & (PAGE - 1)) == 0, "mmap gives whole pages");
	ok(all_bytes(p, 3 * PAGE, 0), "which are zero");
	memset(p, 0x5a, 3 * PAGE);
	q = (char *)map((unsigned long)p + 16 * PAGE, PAGE, RW, ANON);
	ok(!is_error((long)q) && (q + PAGE <= p || q >= p + 3 * PAGE), "a hint is only a hint");
	is(sys(__NR_munmap, q, PAGE), 0, "munmap");
	is(sys(__NR_munmap, p + PAGE, PAGE), 0, "munmap of the middle");
	ok(p[0] == 0x5a && p[2 * PAGE] == 0x5a, "what stands before and behind it stays");
	is(sys(__NR_munmap, p + PAGE, PAGE), -EINVAL, "munmap of what is gone");
	is(sys(__NR_munmap, p, 3 * PAGE), -EINVAL, "munmap across a hole");
	is(sys(__NR_munmap, p, PAGE), 0, "munmap of the beginning");
	is(sys(__NR_munmap, p + 2 * PAGE, 1), 0, "munmap of the end, by its first byte");
	p = (char *)map(0, 7 * PAGE, RW, ANON);
	memset(p, 0x5a, 7 * PAGE);
	sys(__NR_munmap, p, 7 * PAGE);
	q = (char *)map(0, 7 * PAGE, RW, ANON);
	ok(all_bytes(q, 7 * PAGE, 0), "memory that was used before is zero again");
	sys(__NR_munmap, q, 7 * PAGE);
	p = (char *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
	ok(!is_error((long)p), "shared anonymous memory is private memory");
	sys(__NR_munmap, p, PAGE);
}

static void test_mmap_refused(void)
{
	char *p;

	is(map(0, 0, RW, ANON), -EINVAL, "mmap of nothing");
	is(map(0, PAGE, RW, MAP_ANONYMOUS), -EINVAL, "neither private nor shared");
	is(map(0, PAGE, 0x100, ANON), -EINVAL, "an unknown protection");
	is(map(0x21800000, PAGE, RW, ANON | MAP_FIXED), -EINVAL, "MAP_FIXED");
	is(map(0, 0xffffffff, RW, ANON), -ENOMEM, "mmap of everything");
	is(map(0, 0x80000000, RW, ANON), -ENOMEM, "mmap of half of it");
	is(map(0, 5 * MB, RW, ANON), -ENOMEM, "mmap of more than the largest block");
	p = (char *)map(0, 4 * MB, RW, ANON);
	ok(!is_error((long)p), "mmap of the largest block");
	is(sys(__NR_munmap, p, 4 * MB), 0, "and munmap");
	is(sys(__NR_munmap, 0, PAGE), -EINVAL, "munmap at 0");
	is(sys(__NR_munmap, p + 1, PAGE), -EINVAL, "munmap at an odd address");
	is(sys(__NR_munmap, p, 0), -EINVAL, "munmap of nothing");
	is(sys(__NR_munmap, 0xfffff000, 0x2000), -EINVAL, "munmap around the end");
	p = (char *)sys(__NR_mmap2, 0, 2 * PAGE, RW, ANON, -1, 0);
	is(sys(__NR_munmap, p, -(unsigned long)p), -EINVAL,
	   "munmap up to the end of all addresses");
	is(sys(__NR_munmap, p, -(unsigned long)p - 1), -EINVAL, "but one byte");
	is(sys(__NR_munmap, p + PAGE, -(unsigned long)p - 2 * PAGE + 1), -EINVAL,
	   "from the second page on");
	is(sys(__NR_munmap, p, 2 * PAGE), 0, "it was there all the time");
	is(sys(__NR_munmap, (unsigned long)&test_mmap & ~(PAGE - 1), PAGE), -EINVAL,
	   "munmap of one's text");
	is(sys(__NR_munmap, (unsigned long)&p & ~(PAGE - 1), PAGE), -EINVAL,
	   "munmap of one's stack");
}

/* All that there is, in pieces; and again, so nothing was lost. */
static void test_exhaustion(void)
{
	static char *piece[64];
	int count[2] = {0, 0};

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 64; i++) {
			piece[i] = (char *)map(0, 512 * 1024, RW, ANON);
			if (is_error((long)piece[i])) {
				is((long)piece[i], -ENOMEM, "memory ends with ENOMEM");
				break;
			}
			piece[i][0] = piece[i][512 * 1024 - 1] = (char)i;
			count[round]++;
		}
		for (int i = 0; i < count[round]; i++) {
			if (piece[i][512 * 1024 - 1] != (char)i)
				ok(0, "piece %d", i);
			sys(__NR_munmap, piece[i], 512 * 1024);
		}
	}
	ok(count[0] > 20, "there were %d pieces of 512K", count[0]);
	is(count[1], count[0], "as many the second time");
}

/* With so much of bss the block of data has 64K, of which the heap has what is left. */
static volatile char ballast[40 * 1024];

static void test_brk(void)
{
	char *start = (char *)sys(__NR_brk, 0);
	char *end = start + 4 * PAGE;

	ballast[0] = 1;
	is(sys(__NR_brk, end), (long)end, "brk grows the heap");
	ok(all_bytes(start, 4 * PAGE, 0), "with zeros");
	memset(start, 1, 4 * PAGE);
	is(sys(__NR_brk, start + PAGE), (long)(start + PAGE), "brk shrinks it");
	is(sys(__NR_brk, end), (long)end, "and grows it again");
	ok(all_bytes(start, PAGE, 1), "what was kept is there");
	ok(all_bytes(start + PAGE, 3 * PAGE, 0), "the rest is zero again");
	is(sys(__NR_brk, start + 16 * MB), (long)end, "too much: the break stays");
	is(sys(__NR_brk, start - 1), (long)end, "below the heap: the break stays");
	is(sys(__NR_brk, start), (long)start, "the break back at its start");
}

static void test_refused(void)
{
	is(sys(__NR_fork), -EINVAL, "fork");
	is(sys(__NR_mprotect, 0, PAGE, PROT_READ), -ENOSYS, "mprotect");
	is(sys(__NR_msync, 0, PAGE, 0), -ENOSYS, "msync");
	is(sys(__NR_madvise, 0, PAGE, 0), -ENOSYS, "madvise");
	is(sys(__NR_mlock, 0, PAGE), -ENOSYS, "mlock");
	is(sys(__NR_mincore, 0, PAGE, 0), -ENOSYS, "mincore");
	is(sys(__NR_swapon, "/", 0), -ENOSYS, "swapon");
	is(sys(399), -ENOSYS, "a number in no table");
}

/* A bad pointer is EFAULT in every call, whoever's memory it points to. */
static void test_efault(void)
{
	static const unsigned long wild[] = {0,          1,          0x200,      0x100000,
					     0x3ffffc,   0x1ffff000, 0x203ff000, 0x21ffe000,
					     0x40004000, 0xe000ed00, 0xfffffffc, 0xffffffff};
	char *p = map_pages(2, RW);
	long text = (long)&test_refused & ~1l;

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		is(sys(__NR_uname, wild[i]), -EFAULT, "uname to %08lx", wild[i]);
		is(sys(__NR_open, wild[i], 0, 0), -EFAULT, "open of %08lx", wild[i]);
		is(sys(__NR_write, 1, wild[i], 1), -EFAULT, "write from %08lx", wild[i]);
	}
	is(sys(__NR_uname, text), -EFAULT, "uname into text");
	is(sys(__NR_uname, p + 2 * PAGE - 389), -EFAULT, "uname across the end");
	is(sys(__NR_uname, p + 2 * PAGE - 390), 0, "uname up to the end");
	memset(p, 'a', 2 * PAGE);
	is(sys(__NR_open, p + 2 * PAGE - 100, 0, 0), -EFAULT, "a name that does not end");
	is(sys(__NR_open, p, 0, 0), -ENAMETOOLONG, "a name that is too long");
	munmap(p, PAGE);
	is(sys(__NR_uname, p + PAGE - 8), -EFAULT, "uname before the beginning");
	is(sys(__NR_uname, p), -EFAULT, "uname to what is unmapped");
	munmap(p + PAGE, PAGE);
	is(sys(__NR_uname, map_pages(1, PROT_READ)), -EFAULT, "uname to read-only memory");
}

/* malloc(3) goes on where the heap ends. */
static void test_malloc(void)
{
	enum { NR = 40, BYTES = 6000 };
	char *part[NR];
	int right = 1;

	for (int i = 0; i < NR; i++) {
		part[i] = malloc(BYTES);
		right &= part[i] != NULL;
		if (part[i] != NULL)
			memset(part[i], i, BYTES);
	}
	for (int i = 0; i < NR; i++) {
		right &= part[i] != NULL && all_bytes(part[i], BYTES, (char)i);
		free(part[i]);
	}
	ok(right, "malloc of %d bytes, more than the heap has", NR * BYTES);
	part[0] = malloc(512 * 1024);
	ok(part[0] != NULL, "of half a megabyte at once");
	free(part[0]);
}

int main(void)
{
	test_mmap();
	test_mmap_refused();
	test_exhaustion();
	test_brk();
	test_malloc();
	test_refused();
	test_efault();
	return tap_done();
}
