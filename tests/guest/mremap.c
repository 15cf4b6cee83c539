/* SPDX-License-Identifier: MIT */
/* mremap(2): longer, shorter, elsewhere; what an area has goes along. lock-6, oc-8 */
#include "guest.h"

#define MAYMOVE   1
#define FIXED     2
#define DONTUNMAP 4

#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)
#define SPAN  0x400000UL /* of a page table */
#define PLACE ((char *)0x30000000)

static char *map_at(char *at, unsigned long pages, int flags)
{
	return mmap(at, pages * PAGE, RW, ANON | (at != NULL ? MAP_FIXED : 0) | flags, -1, 0);
}

static char *map(unsigned long pages)
{
	return map_at(NULL, pages, 0);
}

static int page_is_gone(const void *p)
{
	return peek(p) == KILLED(SIGSEGV);
}

static long remap(void *from, unsigned long old, unsigned long new, int flags, void *to)
{
	return sys(__NR_mremap, from, old, new, flags, to);
}

static void number(char *p, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		*(unsigned long *)(void *)(p + i * PAGE) = i + 1;
}

static int numbered(const char *p, unsigned long from, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		if (*(const unsigned long *)(const void *)(p + i * PAGE) != from + i + 1)
			return 0;
	return 1;
}

static void test_arguments(void)
{
	char *p = map(4);
	long to;

	is(remap(p, PAGE, PAGE, 8, NULL), -EINVAL, "an unknown flag");
	is(remap(p, PAGE, PAGE, FIXED, PLACE), -EINVAL, "fixed, but may not move");
	is(remap(p, PAGE, PAGE, DONTUNMAP, PLACE), -EINVAL, "nor stay behind");
	is(remap(p, PAGE, 2 * PAGE, MAYMOVE | DONTUNMAP, NULL), -EINVAL, "longer at the same time");
	is(remap(p, 0xfffff000, PAGE, MAYMOVE | FIXED, PLACE), -EINVAL,
	   "longer than there is memory");
	is(remap(p + 1, PAGE, PAGE, 0, NULL), -EINVAL, "not aligned");
	is(remap(p, PAGE, 0, 0, NULL), -EINVAL, "to nothing");
	is(remap(p, 0, PAGE, MAYMOVE, NULL), -EINVAL, "a second one of private memory");
	is(remap(p, PAGE, PAGE, MAYMOVE | FIXED, p + 3 * PAGE + 1), -EINVAL,
	   "to what is not aligned");
	is(remap(p, 2 * PAGE, 2 * PAGE, MAYMOVE | FIXED, p + PAGE), -EINVAL, "onto itself");
	is(remap(p, PAGE, PAGE, MAYMOVE | FIXED, (char *)KERNEL_ADDRESS), -EINVAL,
	   "into the kernel");
	to = remap(p, PAGE, PAGE, MAYMOVE | DONTUNMAP, (void *)PAGE);
	ok(to == PAGE || (unsigned long)to > 0x1000000, "a hint below all memory is none (%#lx)",
	   to);
	munmap((void *)to, PAGE);
	is(remap(p, 0xfffff000, PAGE, MAYMOVE | FIXED, p), -EINVAL,
	   "more than there is memory, to where it is");
	munmap(p, 4 * PAGE);
	is(remap(p, PAGE, 2 * PAGE, MAYMOVE, NULL), -EFAULT, "what is not there");
	p = map_at(PLACE, 2, 0);
	mprotect(p + PAGE, PAGE, PROT_READ);
	is(remap(p, 2 * PAGE, 3 * PAGE, MAYMOVE, NULL), -EFAULT, "two areas");
	is(remap(p, 3 * PAGE, 4 * PAGE, MAYMOVE, NULL), -EFAULT, "and a hole");
	munmap(p, 2 * PAGE);
}

static void test_in_place(void)
{
	char *p = map_at(PLACE, 4, 0);

	number(p, 4);
	is(remap(p, 4 * PAGE, 4 * PAGE, 0, NULL), (long)p, "as it is");
	is(remap(p, 4 * PAGE, 2 * PAGE - 5, 0, NULL), (long)p, "shorter");
	ok(numbered(p, 0, 2) && page_is_gone(p + 2 * PAGE), "its end is gone");
	is(remap(p, 2 * PAGE, 8 * PAGE, 0, NULL), (long)p, "longer");
	ok(numbered(p, 0, 2) && p[2 * PAGE] == 0 && p[7 * PAGE] == 0, "with zeros behind");
	p[7 * PAGE] = 1;
	map_at(p + 10 * PAGE, 1, 0);
	is(remap(p, 8 * PAGE, 11 * PAGE, 0, NULL), -ENOMEM, "there is no room for more");
	is(remap(p, 4 * PAGE, 5 * PAGE, 0, NULL), -ENOMEM, "nor in the middle");
	is(remap(p, 8 * PAGE, 10 * PAGE, 0, NULL), (long)p, "but for this");
	is(remap(p, 11 * PAGE, PAGE, 0, NULL), (long)p, "areas that follow are shortened, too");
	ok(page_is_gone(p + PAGE) && page_is_gone(p + 10 * PAGE), "away with them");
	munmap(p, PAGE);
}

static void test_move(void)
{
	char *p = map_at(PLACE, 8, 0), *wall = map_at(PLACE + 8 * PAGE, 1, 0), *q;

	number(p, 8);
	mprotect(wall, PAGE, PROT_NONE);
	q = (char *)remap(p, 8 * PAGE, 12 * PAGE, MAYMOVE, NULL);
	ok(q != p && numbered(q, 0, 8) && q[11 * PAGE] == 0, "elsewhere, and longer");
	ok(page_is_gone(p) && page_is_gone(p + 7 * PAGE), "nothing is left");
	is(remap(q, 12 * PAGE, 4 * PAGE, MAYMOVE | FIXED, p), (long)p, "back, and shorter");
	ok(numbered(p, 0, 4) && page_is_gone(q) && page_is_gone(q + 5 * PAGE), "all of it");
	is(remap(p + PAGE, PAGE, PAGE, MAYMOVE | FIXED, p + 6 * PAGE), (long)p + 6 * (long)PAGE,
	   "one from the middle");
	ok(numbered(p, 0, 1) && page_is_gone(p + PAGE) && numbered(p + 2 * PAGE, 2, 2) &&
		   numbered(p + 6 * PAGE, 1, 1),
	   "leaves a hole");
	is(remap(p + 6 * PAGE, PAGE, PAGE, MAYMOVE | FIXED, p + PAGE), (long)p + (long)PAGE,
	   "and fills it");
	ok(numbered(p, 0, 4), "as before");
	is(remap(p, PAGE, PAGE, MAYMOVE | FIXED, p + 3 * PAGE), (long)p + 3 * (long)PAGE,
	   "over another");
	ok(numbered(p + 3 * PAGE, 0, 1) && numbered(p + PAGE, 1, 2), "which is gone");
	munmap(p, 9 * PAGE);
}

/* From one table's span to another's, at different places in them, with holes between the pages. */
static void test_spans(void)
{
	unsigned long pages = 3 * SPAN / PAGE;
	char *p = map_at(PLACE, pages, 0), *q = PLACE + 16 * SPAN + 5 * PAGE;
	int good = 1;

	for (unsigned long i = 0; i < pages; i += 37)
		p[i * PAGE] = (char)(i / 37 + 1);
	is(remap(p, pages * PAGE, pages * PAGE, MAYMOVE | FIXED, q), (long)q,
	   "over several tables");
	for (unsigned long i = 0; i < pages; i += 37)
		good &= q[i * PAGE] == (char)(i / 37 + 1);
	ok(good, "each page is where it belongs");
	munmap(q, pages * PAGE);
}

static void test_stay(void)
{
	char *p = map(2), *q;

	number(p, 2);
	q = (char *)remap(p, 2 * PAGE, 2 * PAGE, MAYMOVE | DONTUNMAP, NULL);
	ok(q != p && numbered(q, 0, 2), "pages that leave their area");
	ok(*(long *)(void *)p == 0 && p[PAGE] == 0, "leave zeros there");
	*p = 7;
	ok(numbered(q, 0, 2), "which are others");
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
}

static int writes_after_move(void *arg)
{
	char *p = arg, *q = (char *)remap(p, 2 * PAGE, 2 * PAGE, MAYMOVE | FIXED, PLACE + SPAN);

	if (!numbered(q, 0, 2))
		return 1;
	*q = 77;
	return 0;
}

static void test_fork(void)
{
	char *p = map(2);
	char *shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *q;

	number(p, 2);
	is(in_child(writes_after_move, p), EXITED(0), "a child moves what it has from us");
	ok(numbered(p, 0, 2), "and we keep ours");
	number(shared, 2);
	q = (char *)remap(shared, 2 * PAGE, 2 * PAGE, MAYMOVE | FIXED, PLACE);
	ok(q == PLACE && numbered(q, 0, 2), "shared memory");
	shared = (char *)remap(q, 0, 2 * PAGE, MAYMOVE, NULL);
	ok(shared != q && numbered(shared, 0, 2), "a second area of it");
	*q = 33;
	is(*shared, 33, "is the same memory");
	munmap(q, 2 * PAGE);
	q = (char *)remap(shared, 2 * PAGE, 4 * PAGE, MAYMOVE, NULL);
	is(*q, 33, "and stays when the first has gone");
	is(peek(q + 2 * PAGE), KILLED(SIGBUS), "there is nothing behind its object");
	munmap(q, 4 * PAGE);
	munmap(p, 2 * PAGE);
}

static int has_five(void *arg)
{
	return *(char *)arg != 5;
}

static void test_file(void)
{
	int fd = open("/tmp/mremap", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p, *q;

	ftruncate(fd, 4 * PAGE);
	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	number(p, 4);
	q = (char *)remap(p + PAGE, 2 * PAGE, 3 * PAGE, MAYMOVE | FIXED, PLACE);
	ok(q == PLACE && numbered(q, 1, 3), "pages of a file, and more of them");
	q[PAGE] = 99;
	is(sys(__NR_pread64, fd, p, 1, 2 * PAGE, 0), 1, "the file");
	is(*p, 99, "has what is written to them");
	ftruncate(fd, 2 * PAGE);
	is(peek(q + PAGE), KILLED(SIGBUS), "and takes them away");
	ok(numbered(q, 1, 1), "but not the first");
	munmap(p, PAGE);
	munmap(p + 3 * PAGE, PAGE);
	munmap(q, 3 * PAGE);
	p = mmap(NULL, SPAN + 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
	*p = 5;
	q = (char *)remap(p, SPAN + 2 * PAGE, SPAN + 2 * PAGE, MAYMOVE | FIXED, PLACE);
	ok(q == PLACE && *q == 5 && q[PAGE] == 2, "private pages and the file's");
	is(in_child(has_five, q), EXITED(0), "a child has the private ones, too");
	munmap(q, SPAN + 2 * PAGE);
	close(fd);
	unlink("/tmp/mremap");
}

/* Pages that are mapped. Linux's own count may be behind. */
static long resident(void)
{
	char text[64];
	int fd = open("/proc/self/statm", O_RDONLY);
	long n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return atol(strchr(text, ' ') + 1);
}

static void test_limits(void)
{
	const unsigned long limit[2] = {64 * PAGE, 64 * PAGE};
	char *p = map_at(PLACE, 4, 0);
	long before;

	number(p, 4);
	is(sys(__NR_mlock, p, 4 * PAGE), 0, "locked memory");
	before = resident();
	is(remap(p, 4 * PAGE, 8 * PAGE, 0, NULL), (long)p, "becomes longer");
	ok(!on_octavo() || resident() == before + 4, "and is there");
	ok(numbered(p, 0, 4) && p[7 * PAGE] == 0, "as it was");
	if (sys(__NR_geteuid32) == 0)
		skip("the limit of what is locked is not root's");
	else
		is(sys(__NR_setrlimit, 8, limit) == 0 ? remap(p, 8 * PAGE, 100 * PAGE, 0, NULL) : 0,
		   -EAGAIN, "up to its limit");
	munmap(p, 8 * PAGE);
}

static int more_than_as(void *arg)
{
	const unsigned long limit[2] = {64 * MB, 64 * MB};
	char *p = arg;

	sys(__NR_setrlimit, 9, limit);
	if (remap(p, PAGE, 80 * MB, MAYMOVE, NULL) != -ENOMEM ||
	    remap(p, PAGE, 80 * MB, 0, NULL) != -ENOMEM)
		return 1;
	*p = 1;
	return remap(p, PAGE, 8 * MB, MAYMOVE, NULL) == -ENOMEM;
}

int main(void)
{
	test_arguments();
	test_in_place();
	test_move();
	test_spans();
	test_stay();
	test_fork();
	test_file();
	test_limits();
	is(in_child(more_than_as, map(1)), EXITED(0), "RLIMIT_AS holds for it");
	return tap_done();
}
