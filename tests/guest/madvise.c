/* SPDX-License-Identifier: MIT */
/* madvise(2): each advice, what it does to memory, to children and to files; errors in Linux's order. */
#include "guest.h"
#include "slurp.h"

#include <uapi/octavo/falloc.h>
#include <uapi/octavo/memfd.h>

#define RW   (PROT_READ | PROT_WRITE)
#define PATH "/tmp/madvise"

static long advise(const void *p, unsigned long pages, int advice)
{
	return sys(__NR_madvise, p, pages * PAGE, advice);
}

static char *map_file(int prot, int flags, int fd)
{
	char *p = mmap(NULL, 4 * PAGE, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		bail_out("no mapping of a file");
	return p;
}

static int new_file(void)
{
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char page[PAGE];

	memset(page, 'f', sizeof(page));
	for (int i = 0; i < 4; i++)
		write(fd, page, sizeof(page));
	return fd;
}

static int nr_resident(const void *p, unsigned pages)
{
	unsigned char vec[16];
	int nr = 0;

	if (sys(__NR_mincore, p, pages * PAGE, vec) != 0)
		return -1;
	for (unsigned i = 0; i < pages; i++)
		nr += vec[i] & 1;
	return nr;
}

static void test_arguments(void)
{
	static const int hints[] = {MADV_NORMAL,   MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
				    MADV_DONTDUMP, MADV_DODUMP, MADV_COLD,       MADV_PAGEOUT,
				    MADV_HUGEPAGE, MADV_FREE};
	static const int unknown[] = {-1, 5, 7, 26, 99, 102};
	char *p = map_pages(4, RW);
	long result;
	int bad = 0;

	memset(p, 'h', 4 * PAGE);
	for (unsigned i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		bad += advise(p, 4, hints[i]) != 0;
	is(bad, 0, "hints are taken");
	ok(all_bytes(p, 4 * PAGE, 'h'), "and change no byte");
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		bad += sys(__NR_madvise, 1, 0, unknown[i]) != -EINVAL;
	is(bad, 0, "unknown advice comes before all else");
	is(sys(__NR_madvise, p + 1, PAGE, MADV_DONTFORK), -EINVAL, "not at a page's start");
	result = sys(__NR_madvise, p, 0UL - PAGE, MADV_NORMAL);
	ok(result == -EINVAL || result == -ENOMEM, "around the end of 32 bits, or beyond");
	is(sys(__NR_madvise, PAGE, 0, MADV_DONTFORK), 0, "nothing, where nothing is");
	munmap(p + PAGE, PAGE);
	is(advise(p, 4, MADV_DONTNEED), -ENOMEM, "a hole");
	ok(p[0] == 0 && p[2 * PAGE] == 0, "behind which it is done");
	is(advise(p + PAGE, 1, MADV_COLD), -ENOMEM, "nothing but a hole");
	munmap(p, 4 * PAGE);
}

static void test_locked(void)
{
	static const int refused[] = {MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT,
				      MADV_REMOVE};
	char *p = map_pages(2, RW);

	sys(__NR_mlock, p, PAGE);
	p[0] = 'l';
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		is(advise(p, 2, refused[i]), -EINVAL, "locked memory, advice %d", refused[i]);
	is(p[0], 'l', "is what it was");
	is(advise(p, 2, MADV_DONTNEED_LOCKED), 0, "but DONTNEED_LOCKED");
	is(p[0], 0, "takes it away");
	munmap(p, 2 * PAGE);
}

/* --- fork --- */

static int mapped(void *p)
{
	return sys(__NR_mincore, p, PAGE, &(char){0}) == 0;
}

static int first_byte(void *p)
{
	return *(volatile char *)p;
}

static int wiped_twice(void *p)
{
	char *s = p;

	if (s[0] != 0 || s[PAGE] != 'w')
		return 50;
	s[0] = 'c';
	if (in_child(first_byte, s) != EXITED(0) || s[0] != 'c')
		return 51;
	return advise(s, 1, MADV_KEEPONFORK) == 0 ? in_child(first_byte, s) >> 8 : 52;
}

static void test_fork(void)
{
	char *p = map_pages(4, RW), *shared = map_shared(1), *file;
	int fd = new_file();

	memset(p, 'w', 4 * PAGE);
	is(advise(p + PAGE, 1, MADV_DONTFORK), 0, "DONTFORK of the middle");
	is(in_child(mapped, p + PAGE), EXITED(0), "no child has it");
	is(in_child(first_byte, p + 2 * PAGE), EXITED('w'), "but what lies beside it");
	is(advise(p + PAGE, 1, MADV_DOFORK), 0, "DOFORK");
	is(in_child(first_byte, p + PAGE), EXITED('w'), "and it does again");

	is(advise(p, 1, MADV_WIPEONFORK), 0, "WIPEONFORK");
	is(in_child(wiped_twice, p), EXITED('c'),
	   "zeros for children and theirs, until KEEPONFORK");
	is(p[0], 'w', "and not for the parent");
	is(advise(p, 4, MADV_KEEPONFORK), 0, "KEEPONFORK of all");
	is(in_child(first_byte, p), EXITED('w'), "keeps it");

	is(advise(shared, 1, MADV_WIPEONFORK), -EINVAL, "shared memory is not wiped");
	is(advise(shared, 1, MADV_KEEPONFORK), 0, "but kept");
	is(advise(shared, 1, MADV_DONTFORK), 0, "and not inherited");
	is(in_child(mapped, shared), EXITED(0), "by a child");
	file = map_file(RW, MAP_PRIVATE, fd);
	is(advise(file, 1, MADV_WIPEONFORK), -EINVAL, "nor is a private mapping of a file wiped");
	munmap(file, 4 * PAGE);
	munmap(shared, PAGE);
	munmap(p, 4 * PAGE);
	close(fd);
}

static void test_areas(void)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(p + PAGE, 6 * PAGE, RW);
	is(areas_within(p, 7), 2, "one area between two");
	advise(p + 2 * PAGE, 2, MADV_DONTFORK);
	is(areas_within(p, 7), 4, "is three when its middle is not for children");
	advise(p + 4 * PAGE, 1, MADV_WIPEONFORK);
	is(areas_within(p, 7), 5, "four with one that is wiped for them");
	advise(p, 8, MADV_DOFORK);
	advise(p, 8, MADV_KEEPONFORK);
	is(areas_within(p, 7), 2, "and one again");
	munmap(p, 8 * PAGE);
}

/* --- pages that come --- */

static void test_populate(void)
{
	char *p = map_pages(4, RW), *none = map_pages(1, PROT_NONE), *file;
	int fd = new_file();

	advise(p, 4, MADV_NOHUGEPAGE);
	is(advise(p, 2, MADV_POPULATE_READ), 0, "POPULATE_READ");
	is(nr_resident(p, 4), 2, "brings two pages");
	is(advise(p, 4, MADV_POPULATE_WRITE), 0, "POPULATE_WRITE");
	is(nr_resident(p, 4), 4, "all of them");
	ok(all_bytes(p, 4 * PAGE, 0), "of zeros");
	memset(p, 'p', 4 * PAGE);
	is(advise(p, 4, MADV_POPULATE_WRITE), 0, "again");
	ok(all_bytes(p, 4 * PAGE, 'p'), "changes nothing");
	mprotect(p + 2 * PAGE, PAGE, PROT_READ);
	is(advise(p, 4, MADV_POPULATE_WRITE), -EINVAL, "memory that may not be written");
	is(advise(p, 4, MADV_POPULATE_READ), 0, "may be read");
	is(advise(none, 1, MADV_POPULATE_READ), -EINVAL, "what may not be touched");
	munmap(p + 3 * PAGE, PAGE);
	is(advise(p, 4, MADV_POPULATE_READ), -ENOMEM, "a hole behind it");
	munmap(p, 4 * PAGE);
	munmap(none, PAGE);

	file = map_file(RW, MAP_PRIVATE, fd);
	is(advise(file, 4, MADV_POPULATE_WRITE), 0, "a private mapping of a file");
	write(fd, "x", 1);
	sys(__NR_pwrite64, fd, "x", 1, 0, 0);
	is(file[0], 'f', "is copied");
	munmap(file, 4 * PAGE);
	file = map_file(RW, MAP_SHARED, fd);
	sys(__NR_ftruncate, fd, 2 * PAGE);
	is(advise(file, 4, MADV_POPULATE_READ), -EFAULT, "behind the file's end");
	is(advise(file, 2, MADV_POPULATE_WRITE), 0, "before it");
	munmap(file, 4 * PAGE);
	close(fd);
}

/* --- pages that go --- */

static void test_remove(void)
{
	int fd = new_file(), sealed, read_only = open(PATH, O_RDONLY);
	char *p = map_file(RW, MAP_SHARED, fd), *q = map_file(PROT_READ, MAP_SHARED, read_only);
	char *own = map_file(RW, MAP_PRIVATE, fd), *anon = map_pages(1, RW),
	     *memory = map_shared(4);

	own[PAGE] = 'o';
	is(advise(p + PAGE, 2, MADV_REMOVE), 0, "REMOVE");
	ok(p[0] == 'f' && p[3 * PAGE] == 'f', "what lies around stays");
	ok(all_bytes(q + PAGE, 2 * PAGE, 0), "a hole for every mapping");
	is(own[PAGE], 'o', "but a private copy");
	is(own[2 * PAGE], 0, "which was none");
	p[PAGE] = 'n';
	is(q[PAGE], 'n', "and it can be filled again");
	is(advise(q, 1, MADV_REMOVE), -EACCES, "a mapping that may not write");
	is(advise(own, 1, MADV_REMOVE), -EACCES, "a private one");
	is(advise(anon, 1, MADV_REMOVE), -EINVAL, "memory without a file");
	memset(memory, 's', 4 * PAGE);
	is(advise(memory + PAGE, 2, MADV_REMOVE), 0, "shared memory");
	ok(all_bytes(memory + PAGE, 2 * PAGE, 0) && memory[0] == 's' && memory[3 * PAGE] == 's',
	   "has a hole, too");
	munmap(p, 4 * PAGE);
	munmap(q, 4 * PAGE);
	munmap(own, 4 * PAGE);
	close(read_only);
	close(fd);

	sealed = (int)sys(__NR_memfd_create, "sealed", MFD_ALLOW_SEALING);
	sys(__NR_ftruncate, sealed, 4 * PAGE);
	p = map_file(RW, MAP_SHARED, sealed);
	sys(__NR_fcntl64, sealed, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
	is(advise(p, 1, MADV_REMOVE), -EPERM, "a file that is sealed against writing");
	munmap(p, 4 * PAGE);
	close(sealed);
	munmap(anon, PAGE);
	munmap(memory, 4 * PAGE);
}

static void test_free(void)
{
	char *p = map_pages(2, RW), *shared = map_shared(1);

	p[0] = 1;
	is(advise(p, 2, MADV_FREE), 0, "FREE");
	p[0] = 2;
	is(p[0], 2, "what is written afterwards stays");
	is(advise(shared, 1, MADV_FREE), -EINVAL, "not of shared memory");
	munmap(p, 2 * PAGE);
	munmap(shared, PAGE);
}

int main(void)
{
	test_arguments();
	test_locked();
	test_fork();
	test_areas();
	test_populate();
	test_remove();
	test_free();
	unlink(PATH);
	return tap_done();
}
