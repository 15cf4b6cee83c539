/* SPDX-License-Identifier: MIT */
/*
 * remap_file_pages(2): a mapping that shows a file's pages in another order, and what becomes of it when
 * the file gets shorter, and under each call that changes areas. (wli-3, wli-6, wli-7)
 */
#include "guest.h"
#include "slurp.h"

#include <uapi/octavo/falloc.h>
#include <uapi/octavo/futex.h>

#define RW    (PROT_READ | PROT_WRITE)
#define PATH  "/tmp/remap"
#define PAGES 8UL

static int fd;

static long remap(const void *p, unsigned long pages, unsigned long index, int flags)
{
	return sys(__NR_remap_file_pages, p, pages * PAGE, 0, index, flags);
}

/* PAGES pages that begin with 'a', 'b', ... */
static char *map_file(int flags)
{
	char page[PAGE];
	char *p;

	sys(__NR_ftruncate, fd, 0);
	for (unsigned long i = 0; i < PAGES; i++) {
		memset(page, 'a' + (int)i, sizeof(page));
		sys(__NR_pwrite64, fd, page, PAGE, (long)(i * PAGE), 0);
	}
	p = mmap(NULL, PAGES * PAGE, RW, flags, fd, 0);
	if (p == MAP_FAILED)
		bail_out("no mapping of a file");
	return p;
}

static int shows(const char *p, const char *pages)
{
	for (; *pages; pages++, p += PAGE)
		if (!all_bytes(p, PAGE, (unsigned char)*pages))
			return 0;
	return 1;
}

/* Backwards: page 7 first. */
static char *map_backwards(int how)
{
	char *p = map_file(MAP_SHARED);

	for (unsigned long i = 0; i < PAGES; i++)
		if (remap(p + i * PAGE, 1, PAGES - 1 - i, how) != 0)
			bail_out("no other order");
	return p;
}

static void test_arguments(void)
{
	char *p = map_file(MAP_SHARED), *own = map_file(MAP_PRIVATE), *anon = map_pages(1, RW);
	int read_only = open(PATH, O_RDONLY);
	char *r = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, read_only, 0);

	is(sys(__NR_remap_file_pages, p, PAGE, PROT_READ, 1, 0), -EINVAL, "a protection");
	is(sys(__NR_remap_file_pages, p, PAGE - 1, 0, 1, 0), -EINVAL, "less than a page");
	is(sys(__NR_remap_file_pages, p, -PAGE, 0, 1, 0), -EINVAL, "around the end of addresses");
	if (on_octavo()) /* a kernel of 64 bits has more of them */
		is(remap(p, 1, ~0UL, 0), -EINVAL, "around the end of pages");
	is(remap(p + PAGE, PAGES, 1, 0), -EINVAL, "more than the mapping");
	is(remap(p - PAGE, 1, 0, 0), -EINVAL, "beside it");
	is(remap(own, 1, 1, 0), -EINVAL, "a private mapping");
	is(remap(r, 1, 1, 0), -EINVAL, "of a file that is not open for writing");
	is(remap(anon, 1, 1, 0), -EINVAL, "no file's");
	is(sys(__NR_remap_file_pages, p + 5, PAGE + 5, 0, 3, 0x1fe0f), 0,
	   "parts of pages, and flags");
	ok(shows(p, "dbcdefgh"), "do not count");
	munmap(p, PAGES * PAGE);
	munmap(own, PAGES * PAGE);
	munmap(anon, PAGE);
	munmap(r, PAGE);
	close(read_only);
}

static void test_order(int how, const char *name)
{
	char *p = map_backwards(how), c;

	ok(shows(p, "hgfedcba"), "backwards, %s", name);
	is(remap(p, 3, 2, how), 0, "three pages at once");
	ok(shows(p, "cdeedcba"), "some twice");
	p[2 * PAGE + 5] = 'X';
	is(p[3 * PAGE + 5], 'X', "are one page");
	sys(__NR_pread64, fd, &c, 1, (long)(4 * PAGE + 5), 0);
	is(c, 'X', "the file's");
	sys(__NR_pwrite64, fd, "Y", 1, (long)(4 * PAGE + 5), 0);
	ok(p[2 * PAGE + 5] == 'Y' && p[3 * PAGE + 5] == 'Y', "whichever way it is written");
	p[2 * PAGE + 5] = 'e';
	if (on_octavo())
		is(areas_within(p, PAGES), 1, "one area all the time (wli-7)");
	is(remap(p, PAGES, 0, how), 0, "in order again");
	ok(shows(p, "abcdefgh"), "as it was");
	munmap(p, PAGES * PAGE);
}

static int as_nobody(void *p)
{
	sys(__NR_setresuid32, 1000, 1000, 1000);
	if (remap(p, 2, 4, 0) != 0)
		return 50;
	return shows(p, "ef") ? 0 : 51;
}

static int child_sees(void *p)
{
	char *s = p;

	if (!shows(s, "hgfedcba"))
		return 50;
	s[0] = 'Z';
	if (remap(s + PAGE, 1, 0, 0) != 0)
		return 51;
	return s[PAGE] == 'a' ? 0 : 52;
}

static void test_fork(int how, const char *name)
{
	char *p = map_backwards(how);

	is(in_child(child_sees, p), EXITED(0), "a child has the order, %s", name);
	is(p[0], 'Z', "and the pages");
	ok(shows(p + PAGE, "gfedcba"), "but not its order for its parent");
	is(in_child(as_nobody, p), EXITED(0), "nobody in particular may do it (wli-6)");
	munmap(p, PAGES * PAGE);
}

static void test_areas(void)
{
	char *p = map_backwards(0), *q;
	unsigned char vec[PAGES];

	is(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ), 0, "two pages read-only");
	ok(shows(p, "hgfedcba"), "the same ones");
	is(poke(p + 2 * PAGE), KILLED(SIGSEGV), "that cannot be written");
	is(remap(p + PAGE, 2, 0, 0), -EINVAL, "two mappings now");
	is(remap(p + 2 * PAGE, 1, 0, 0), 0, "each of its own");
	is(p[2 * PAGE], 'a', "with pages of its own");
	is(mprotect(p, PAGES * PAGE, PROT_NONE), 0, "none may be touched");
	is(remap(p, 1, 1, 0), 0, "in whichever order");
	is(peek(p), KILLED(SIGSEGV), "not even then");
	is(mprotect(p, PAGES * PAGE, RW), 0, "all may");
	ok(shows(p, "bgaedcba"), "as before but for that");
	is(munmap(p + 4 * PAGE, PAGE), 0, "one goes");
	ok(shows(p, "bgae") && shows(p + 5 * PAGE, "cba"), "the others stay");
	munmap(p, PAGES * PAGE);

	p = map_backwards(0);
	is(sys(__NR_madvise, p, PAGES * PAGE, MADV_DONTNEED), 0, "DONTNEED");
	if (on_octavo())
		is(areas_within(p, PAGES), 1, "one area still");
	is(sys(__NR_mincore, p, PAGES * PAGE, vec), 0, "mincore");
	ok(shows(p, "hgfedcba"), "keeps the order");
	is(sys(__NR_msync, p, PAGES * PAGE, MS_SYNC), 0, "msync");
	is(sys(__NR_mlock, p, PAGES * PAGE), 0, "mlock");
	is(remap(p, 1, 3, MAP_NONBLOCK), 0, "of locked memory");
	is(p[0], 'd', "another page");
	if (on_octavo()) { /* else they are many areas, which do not move as one */
		q = (char *)sys(__NR_mremap, p, PAGES * PAGE, PAGES * PAGE,
				MREMAP_MAYMOVE | MREMAP_FIXED, 0x30000000);
		ok(q == (char *)0x30000000 && shows(q, "dgfedcba"), "moved, in its order");
		q = (char *)sys(__NR_mremap, q, PAGES * PAGE, 4 * PAGE, 0, 0);
		ok(shows(q, "dgfe"), "shorter");
		is(remap(q, 1, 6, 0), 0, "its pages can be others");
		is(q[0], 'g', "still");
		munmap(q, 4 * PAGE);
		return;
	}
	munmap(p, PAGES * PAGE);
}

static void test_end(int how, const char *name)
{
	char *p = map_backwards(how), *q = map_file(MAP_SHARED);
	int gone = 0;

	if (how == 0) /* all entries are there */
		ok(shows(p, "hgfedcba"), "the whole file, %s", name);
	is(remap(q, 1, PAGES + 100, 0), 0, "a page behind the end");
	is(peek(q), KILLED(SIGBUS), "is none");
	is(sys(__NR_ftruncate, fd, 2 * PAGE), 0, "the file gets shorter, %s", name);
	for (unsigned long i = 0; i < PAGES - 2; i++)
		gone += peek(p + i * PAGE) == KILLED(SIGBUS);
	is(gone, PAGES - 2, "what it has no more is gone, wherever it was shown (wli-3)");
	ok(shows(p + 6 * PAGE, "ba"), "what it has is there");
	sys(__NR_ftruncate, fd, PAGES * PAGE);
	ok(shows(p + 6 * PAGE, "ba") && all_bytes(p, 6 * PAGE, 0), "longer again: zeros");
	p[0] = 'h';
	ok(q[7 * PAGE] == 'h', "of the file");
	sys(__NR_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 0, PAGE, 0);
	ok(all_bytes(p + 7 * PAGE, PAGE, 0) && shows(p + 6 * PAGE, "b"), "a hole");
	munmap(p, PAGES * PAGE);
	munmap(q, PAGES * PAGE);
}

static void test_kinds(void)
{
	char *p = map_shared(4);
	int id;

	for (int i = 0; i < 4; i++)
		memset(p + i * (int)PAGE, '0' + i, PAGE);
	is(remap(p, 2, 2, 0), 0, "shared memory without a file");
	ok(shows(p, "2323"), "in another order");
	is(remap(p, 4, 0, MAP_NONBLOCK), 0, "and back");
	ok(shows(p, "0123"), "as it was");
	munmap(p, 4 * PAGE);

	id = (int)sys(__NR_shmget, 0, 2 * PAGE, 0600);
	p = (char *)sys(__NR_shmat, id, 0, 0);
	sys(__NR_shmctl, id, 0 /* IPC_RMID: it goes with the program */, 0);
	if ((unsigned long)p > -4096UL)
		bail_out("no segment");
	p[0] = 'x';
	p[PAGE] = 'y';
	is(remap(p, 1, 1, 0), 0, "a segment");
	ok(p[0] == 'y' && p[PAGE] == 'y', "in another order");
	sys(__NR_shmdt, p);
}

/* Numbers that no entry can keep: what goes comes back by its place. */
static void test_far(void)
{
	const unsigned long far = 1ul << 23;
	char *p;

	if (sys(__NR_ftruncate64, fd, 2 * PAGE, 8) != 0)
		bail_out("no file of 32 GB");
	p = (char *)sys(__NR_mmap2, NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, far);
	p[0] = 'x';
	p[PAGE] = 'y';
	sys(__NR_pwrite64, fd, "1", 1, PAGE, 0);
	is(remap(p, 1, 0, 0), 0, "the first page of a file, where one behind 32 GB was");
	is(sys(__NR_madvise, p, 2 * PAGE, MADV_DONTNEED), 0, "both go");
	is(p[PAGE], 'y', "the one behind it is the same as before");
	munmap(p, 2 * PAGE);
	sys(__NR_ftruncate, fd, 0);
}

static volatile int *words; /* the same page at words and a page behind it */

static int wakes(void *unused)
{
	(void)unused;
	for (int i = 0; i < 1000; i++) {
		if (sys(__NR_futex, (char *)(uintptr_t)words + PAGE, FUTEX_WAKE, 1, NULL) == 1)
			return 0;
		sleep_ms(5);
	}
	return 50;
}

static int waits(void *unused)
{
	(void)unused;
	return sys(__NR_futex, words, FUTEX_WAIT, 0, NULL) == 0 ? 0 : 50;
}

static void test_futex(void)
{
	int status;
	pid_t pid;

	words = map_shared(4);
	if (remap((char *)(uintptr_t)words + PAGE, 1, 0, 0) != 0)
		bail_out("no word at two addresses");
	pid = must_start(waits, NULL);
	if (!is(in_child(wakes, NULL), EXITED(0), "who waits at one address is woken at the other"))
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "by the page that both show");
	munmap((void *)(uintptr_t)words, 4 * PAGE);
}

int main(void)
{
	fd = open(PATH, O_RDWR | O_LARGEFILE | O_CREAT | O_TRUNC, 0600);
	test_arguments();
	test_order(0, "brought in");
	test_order(MAP_NONBLOCK, "not brought in");
	test_fork(0, "brought in");
	test_fork(MAP_NONBLOCK, "not brought in");
	test_areas();
	test_end(0, "brought in");
	test_end(MAP_NONBLOCK, "not brought in");
	test_kinds();
	if (on_octavo())
		test_far(); /* elsewhere a file's system may not have it */
	test_futex();
	is(kernel_command("audit"), 0, "nothing is lost");
	unlink(PATH);
	return tap_done();
}
