/* SPDX-License-Identifier: MIT */
/*
 * Mapped files: one set of pages for read, write, both kinds of mapping and every process; what is
 * refused and in which order; the end of a file; holes; /dev/zero; msync.
 */
#include <sys/stat.h>

#include "guest.h"

#define PATH "/tmp/filemap-test"
#define RW   (PROT_READ | PROT_WRITE)
#define LEN  (8 * PAGE)

/* ftruncate(2) */
#define cut(file, len) ((int)sys(__NR_ftruncate, file, len))

static int fd; /* PATH, open for both, LEN bytes: each page begins with its number + 'A' */

static char *map_file(unsigned long len, int prot, int flags, int file, unsigned long page)
{
	void *p = mmap(NULL, len, prot, flags, file, (off_t)(page * PAGE));

	if (p == MAP_FAILED)
		bail_out("mmap of a file: errno %d", errno);
	return p;
}

static long map_errno(unsigned long len, int prot, int flags, int file, unsigned long pgoff)
{
	long at = sys(__NR_mmap2, 0, len, prot, flags, file, pgoff);

	if (at < 0 && at > -4096)
		return at;
	sys(__NR_munmap, at, len);
	return 0;
}

static void put(int file, unsigned long at, const void *bytes, unsigned long len)
{
	if (lseek(file, (off_t)at, SEEK_SET) != (off_t)at ||
	    write(file, bytes, len) != (ssize_t)len)
		bail_out("write: errno %d", errno);
}

static int byte_at(int file, unsigned long at)
{
	unsigned char c;

	if (lseek(file, (off_t)at, SEEK_SET) != (off_t)at || read(file, &c, 1) != 1)
		return -1;
	return c;
}

static void fill(void)
{
	char page[PAGE];

	if (cut(fd, 0) != 0)
		bail_out("ftruncate: errno %d", errno);
	for (unsigned long i = 0; i < LEN / PAGE; i++) {
		memset(page, 'a', sizeof(page));
		page[0] = (char)('A' + i);
		put(fd, i * PAGE, page, sizeof(page));
	}
}

static void test_refusals(void)
{
	int rdonly = open(PATH, O_RDONLY), wronly = open(PATH, O_WRONLY), dir = open("/", O_RDONLY);
	int ends[2];

	if (pipe(ends) != 0)
		bail_out("pipe: errno %d", errno);
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE, 99, 0), -EBADF, "no descriptor: EBADF");
	is(map_errno(0, PROT_READ, MAP_PRIVATE, 99, 0), -EBADF, "that comes before the length");
	is(map_errno(0, PROT_READ, MAP_PRIVATE, fd, 0), -EINVAL, "no length: EINVAL");
	is(map_errno(0UL - PAGE / 2, PROT_READ, MAP_PRIVATE, fd, 0), -ENOMEM, "4G: ENOMEM");
	if (on_octavo()) /* where an offset has 32 bits */
		is(map_errno(2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0xffffffff), -EOVERFLOW,
		   "behind the last page that there can be: EOVERFLOW");
	is(map_errno(PAGE, PROT_READ, 0, fd, 0), -EINVAL, "neither private nor shared: EINVAL");
	is(map_errno(PAGE, PROT_READ, 4, fd, 0), -EINVAL, "an unknown type: EINVAL");
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE, wronly, 0), -EACCES,
	   "write-only, private: EACCES");
	is(map_errno(PAGE, PROT_READ, MAP_SHARED, wronly, 0), -EACCES,
	   "write-only, shared: EACCES");
	is(map_errno(PAGE, RW, MAP_SHARED, rdonly, 0), -EACCES,
	   "read-only, shared to write: EACCES");
	is(map_errno(PAGE, RW, MAP_PRIVATE, rdonly, 0), 0, "read-only, private to write: allowed");
	is(map_errno(PAGE, PROT_READ, MAP_SHARED, rdonly, 0), 0,
	   "read-only, shared to read: allowed");
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE, dir, 0), -ENODEV, "a directory: ENODEV");
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0), -ENODEV, "a pipe: ENODEV");
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE, ends[1], 0), -EACCES,
	   "a pipe's other end: EACCES comes first");
	is(map_errno(PAGE, PROT_READ, MAP_PRIVATE | 0x100 /* GROWSDOWN */, fd, 0), -EINVAL,
	   "a file that grows down: EINVAL");
	is(map_errno(PAGE, PROT_READ, 3 /* SHARED_VALIDATE */, fd, 0), 0, "SHARED_VALIDATE");
	is(map_errno(PAGE, PROT_READ, 3 | 0x7c000040 /* 32BIT, sizes of large pages */, fd, 0), 0,
	   "with flags that were there before it");
	is(map_errno(PAGE, PROT_READ, 3 | 0x80000 /* SYNC */, fd, 0), -EOPNOTSUPP,
	   "with a flag that there is not: EOPNOTSUPP");
	close(rdonly);
	close(wronly);
	close(dir);
	close(ends[0]);
	close(ends[1]);
}

static void test_coherence(void)
{
	char *s = map_file(LEN, RW, MAP_SHARED, fd, 0);
	char *t = map_file(LEN - PAGE, PROT_READ, MAP_SHARED, fd, 1);
	char *p = map_file(LEN, RW, MAP_PRIVATE, fd, 0);

	ok(s[0] == 'A' && s[7 * PAGE] == 'H' && t[0] == 'B' && p[PAGE] == 'B', "as it was written");
	put(fd, 2 * PAGE + 5, "xyz", 3);
	ok(memcmp(s + 2 * PAGE + 5, "xyz", 3) == 0 && t[PAGE + 6] == 'y', "write(2) is seen");
	ok(p[2 * PAGE + 7] == 'z', "by a private mapping, too, that has not written");
	s[3 * PAGE] = 'S';
	is(byte_at(fd, 3 * PAGE), 'S', "a store is seen by read(2)");
	ok(t[2 * PAGE] == 'S' && p[3 * PAGE] == 'S', "and by the other mappings");
	p[3 * PAGE] = 'P';
	ok(p[3 * PAGE] == 'P' && p[3 * PAGE + 1] == 'a', "a private store, in a copy");
	ok(s[3 * PAGE] == 'S' && byte_at(fd, 3 * PAGE) == 'S', "that nobody else sees");
	s[3 * PAGE + 1] = 'T';
	ok(p[3 * PAGE + 1] == 'a', "and that sees nobody else");
	p[4 * PAGE + 9] = 'p'; /* never read before */
	ok(p[4 * PAGE] == 'E' && byte_at(fd, 4 * PAGE + 9) == 'a', "a first access that writes");
	is(sys(__NR_madvise, p, LEN, MADV_DONTNEED), 0, "DONTNEED");
	ok(p[3 * PAGE] == 'S' && p[4 * PAGE + 9] == 'a', "gives the file's bytes back");
	is(sys(__NR_madvise, s, LEN, MADV_DONTNEED), 0, "of a shared mapping");
	ok(s[3 * PAGE] == 'S', "nothing is lost");
	munmap(s, LEN);
	munmap(t, LEN - PAGE);
	munmap(p, LEN);
	is(byte_at(fd, 3 * PAGE + 1), 'T', "what was stored stays in the file");
}

static void test_own_buffer(void)
{
	char *s = map_file(LEN, RW, MAP_SHARED, fd, 0);

	lseek(fd, 0, SEEK_SET);
	is(write(fd, s + PAGE, PAGE), PAGE, "a file's page written from its own mapping");
	ok(s[0] == 'B' && s[PAGE] == 'B', "arrives");
	lseek(fd, 2 * PAGE, SEEK_SET);
	is(read(fd, s + 2 * PAGE + 8, 16), 16, "read into its own page");
	ok(s[2 * PAGE + 8] == 'C', "too");
	munmap(s, LEN);
}

static int store_and_see(void *arg)
{
	volatile char *s = arg;

	s[5] = 'c';
	return s[6] == 'p' ? 0 : 1;
}

static int child_writes_private(void *arg)
{
	char *p = arg;

	if (p[1] != 'q' || p[PAGE + 1] != 'a')
		return 1;
	p[1] = 'r';
	p[PAGE + 1] = 'r';
	return 0;
}

static void test_fork(void)
{
	char *s = map_file(LEN, RW, MAP_SHARED, fd, 0);
	char *p = map_file(LEN, RW, MAP_PRIVATE, fd, 0);

	s[6] = 'p';
	is(in_child(store_and_see, s), 0, "a child shares the mapping");
	is(s[5], 'c', "its store is seen here");
	is(byte_at(fd, 5), 'c', "and in the file");
	p[1] = 'q';
	(void)*(volatile char *)(p + PAGE);
	is(in_child(child_writes_private, p), 0, "a child has private pages as they were");
	ok(p[1] == 'q' && p[PAGE + 1] == 'a', "and its stores stay its own");
	munmap(s, LEN);
	munmap(p, LEN);
}

static int opens_and_adds(void *arg)
{
	int file = open(PATH, O_RDWR);
	volatile int *s = mmap(NULL, PAGE, RW, MAP_SHARED, file, 0);

	if (s == MAP_FAILED)
		return 1;
	close(file);
	for (int i = 0; i < 100; i++)
		++*(volatile int *)(s + (uintptr_t)arg);
	return 0;
}

static void test_strangers(void)
{
	volatile int *s = (void *)map_file(PAGE, RW, MAP_SHARED, fd, 0);
	pid_t a, b;

	s[1] = s[2] = 0;
	a = must_fork();
	if (a == 0)
		_exit(opens_and_adds((void *)1));
	b = must_fork();
	if (b == 0)
		_exit(opens_and_adds((void *)2));
	waitpid(a, NULL, 0);
	waitpid(b, NULL, 0);
	ok(s[1] == 100 && s[2] == 100, "two processes that open it by name count in one page");
	munmap((void *)s, PAGE);
}

static void test_end(void)
{
	char *s, *p, *beyond;

	fill();
	is(cut(fd, 2 * PAGE + 100), 0, "two pages and 100 bytes");
	s = map_file(LEN, RW, MAP_SHARED, fd, 0);
	p = map_file(LEN, RW, MAP_PRIVATE, fd, 0);
	beyond = map_file(PAGE, PROT_READ, MAP_PRIVATE, fd, 1000);
	ok(s[2 * PAGE + 99] == 'a' && all_bytes(s + 2 * PAGE + 100, PAGE - 100, 0),
	   "the last page ends in zeros");
	is(peek(s + 3 * PAGE), KILLED(SIGBUS), "behind it: SIGBUS");
	is(poke(p + 3 * PAGE), KILLED(SIGBUS), "for a private write, too");
	is(peek(beyond), KILLED(SIGBUS), "and far behind");
	lseek(fd, 0, SEEK_SET);
	is(sys(__NR_read, fd, s + 3 * PAGE, 10), -EFAULT,
	   "a call that is given such memory: EFAULT");
	p[PAGE] = 'x';
	is(cut(fd, PAGE), 0, "one page");
	is(peek(s + PAGE), KILLED(SIGBUS), "what was mapped is no more");
	is(peek(p + PAGE), KILLED(SIGBUS), "private copies go, too");
	is(cut(fd, 3 * PAGE), 0, "three pages");
	ok(s[PAGE] == 0 && p[PAGE] == 0 && s[2 * PAGE] == 0, "now zeros");
	s[2 * PAGE + 7] = 'h';
	is(byte_at(fd, 2 * PAGE + 7), 'h', "a hole that was written to is part of the file");
	is(byte_at(fd, PAGE + 7), 0, "one that was read is a hole or zeros");
	is(cut(fd, 3 * PAGE - 10), 0, "a part of a page less");
	ok(all_bytes(s + 3 * PAGE - 10, 10, 0), "that part is zero");
	is(cut(fd, 3 * PAGE), 0, "and back");
	ok(all_bytes(s + 3 * PAGE - 10, 10, 0) && s[2 * PAGE + 7] == 'h', "it stays zero");
	munmap(s, LEN);
	munmap(p, LEN);
	munmap(beyond, PAGE);
}

/* What programs store behind the end, in the last page, is not part of the file. */
static void test_tail(void)
{
	char *s;

	if (!on_octavo())
		return; /* Linux leaves it to the file system */
	cut(fd, 0);
	cut(fd, PAGE + 10);
	s = map_file(LEN, RW, MAP_SHARED, fd, 0);
	s[PAGE + 100] = 'x';
	is(cut(fd, 2 * PAGE), 0, "longer");
	is(s[PAGE + 100], 0, "what was stored behind the end has gone");
	is(cut(fd, PAGE + 10), 0, "shorter again");
	s[PAGE + 100] = 'y';
	put(fd, PAGE + 200, "z", 1);
	ok(s[PAGE + 100] == 0 && s[PAGE + 200] == 'z', "a write behind the end clears it, too");
	s[PAGE + 300] = 'y';
	is(sys(__NR_pwrite64, fd, PAGE, 1, 3 * PAGE, 0), -EFAULT, "one of no bytes");
	is(s[PAGE + 300], 'y', "does not");
	munmap(s, LEN);
}

/* A file system of four pages: the fifth hole cannot be filled. */
static void test_full(void)
{
	static const char dir[] = "/tmp/filemap-small", name[] = "/tmp/filemap-small/file";
	int file, right = 1;
	char *s;

	mkdir(dir, 0755);
	if (sys(__NR_mount, "none", dir, "tmpfs", 0, "size=16k") != 0) {
		rmdir(dir);
		ok(!on_octavo(), "a small tmpfs is mounted");
		return;
	}
	file = open(name, O_RDWR | O_CREAT, 0600);
	is(cut(file, LEN), 0, "eight pages of holes");
	s = map_file(LEN, RW, MAP_SHARED, file, 0);
	for (unsigned long i = 0; i < 4; i++)
		right &= poke(s + i * PAGE) == 0;
	ok(right, "four of them filled");
	is(poke(s + 4 * PAGE), KILLED(SIGBUS), "the fifth: SIGBUS");
	is(peek(s + 5 * PAGE), KILLED(SIGBUS), "to read it, too");
	lseek(file, (off_t)(6 * PAGE), SEEK_SET);
	is(sys(__NR_write, file, s, 1), -ENOSPC, "and a write: ENOSPC");
	is(cut(file, PAGE), 0, "three pages less");
	is(cut(file, LEN), 0, "and holes again");
	is(poke(s + 7 * PAGE), 0, "now there is room");
	munmap(s, LEN);
	close(file);
	unlink(name);
	is(sys(__NR_umount2, dir, 0), 0, "unmounted");
	rmdir(dir);
}

static void test_protection(void)
{
	int rdonly = open(PATH, O_RDONLY);
	char *s, *p;

	fill();
	s = map_file(LEN, PROT_READ, MAP_SHARED, rdonly, 0);
	is(sys(__NR_mprotect, s, PAGE, RW), -EACCES,
	   "opened read-only, a shared mapping cannot be made writable");
	is(poke(s), KILLED(SIGSEGV), "and is not");
	munmap(s, LEN);
	p = map_file(LEN, PROT_READ, MAP_PRIVATE, rdonly, 0);
	is(p[PAGE], 'B', "a private one, read");
	is(mprotect(p, LEN, RW), 0, "can");
	p[PAGE] = 'x';
	is(byte_at(fd, PAGE), 'B', "and the file stays as it is");
	is(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_NONE), 0, "a part that may not be touched");
	is(peek(p + 2 * PAGE), KILLED(SIGSEGV), "is not");
	is(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ), 0, "until it may be");
	ok(p[2 * PAGE] == 'C' && p[PAGE] == 'x', "all is there");
	is(poke(p + 2 * PAGE), KILLED(SIGSEGV), "to be read only");
	munmap(p, LEN);
	s = map_file(LEN, PROT_READ, MAP_SHARED, fd, 0);
	is(s[0], 'A', "shared, opened for both, read");
	is(poke(s), KILLED(SIGSEGV), "it is read-only");
	is(mprotect(s, LEN, RW), 0, "made writable");
	s[0] = 'Z';
	is(byte_at(fd, 0), 'Z', "a store arrives");
	munmap(s, LEN);
	close(rdonly);
}

static void test_parts(void)
{
	char *s = map_file(LEN, RW, MAP_SHARED, fd, 0), *q;

	is(munmap(s + 3 * PAGE, 2 * PAGE), 0, "the middle unmapped");
	is(peek(s + 3 * PAGE), KILLED(SIGSEGV), "is gone");
	ok(s[2 * PAGE] == 'C' && s[5 * PAGE] == 'F', "what is left shows the same pages");
	is(cut(fd, 5 * PAGE), 0, "truncated to where the upper half begins");
	is(peek(s + 5 * PAGE), KILLED(SIGBUS), "which ends there");
	is(s[2 * PAGE], 'C', "the lower does not");
	q = mmap(s, 2 * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t)(2 * PAGE));
	ok(q == s && s[0] == 'C' && s[PAGE] == 'D', "another part of it in place of the first");
	munmap(s, LEN);
}

static void test_life(void)
{
	static const char name[] = "/tmp/filemap-short";
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *s, *p;

	put(file, 0, "life", 4);
	s = map_file(PAGE, RW, MAP_SHARED, file, 0);
	p = map_file(PAGE, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	is(unlink(name), 0, "closed and removed");
	ok(memcmp(s, "life", 4) == 0, "its mapping lives on");
	s[0] = 'w';
	is(p[0], 'w', "and is the other one's");
	munmap(s, PAGE);
	is(p[1], 'i', "until the last one goes");
	munmap(p, PAGE);
}

static void test_zero(void)
{
	int zero = open("/dev/zero", O_RDWR);
	char *p = map_file(4 * PAGE, RW, MAP_PRIVATE, zero, 0);
	char *s = map_file(4 * PAGE, RW, MAP_SHARED, zero, 0);
	char *t = map_file(4 * PAGE, RW, MAP_SHARED, zero, 0);

	ok(p[PAGE] == 0 && s[PAGE] == 0, "/dev/zero is zeros");
	p[5] = 'p';
	s[5] = 's';
	ok(t[5] == 0, "each mapping of it is new memory");
	is(in_child(store_and_see, s), EXITED(1), "a child sees what is in it");
	ok(s[5] == 'c' && p[5] == 'p', "and writes to what is shared");
	is(munmap(s + PAGE, PAGE), 0, "a part less");
	is(s[5], 'c', "the rest stays");
	munmap(p, 4 * PAGE);
	munmap(s, 4 * PAGE);
	munmap(t, 4 * PAGE);
	close(zero);
}

static void test_msync(void)
{
	char *s;

	fill();
	s = map_file(LEN, RW, MAP_SHARED, fd, 0);
	is(sys(__NR_msync, s, LEN, 4), 0, "SYNC");
	is(sys(__NR_msync, s, LEN, 1), 0, "ASYNC");
	is(sys(__NR_msync, s, LEN, 2), 0, "INVALIDATE");
	is(sys(__NR_msync, s, 1, 0), 0, "nothing");
	is(sys(__NR_msync, s, LEN, 8), -EINVAL, "an unknown flag: EINVAL");
	is(sys(__NR_msync, s, LEN, 5), -EINVAL, "both: EINVAL");
	is(sys(__NR_msync, s + 1, LEN, 4), -EINVAL, "not aligned: EINVAL");
	is(sys(__NR_msync, s, 0, 4), 0, "no length");
	if (on_octavo()) /* where a length has 32 bits */
		is(sys(__NR_msync, s, 0xffffff00UL, 4), 0, "4G, rounded up: none");
	is(sys(__NR_msync, s, 0xfffff000UL - (unsigned long)s + PAGE, 4), -ENOMEM,
	   "to the end of addresses: ENOMEM");
	munmap(s + PAGE, PAGE);
	is(sys(__NR_msync, s, LEN, 4), -ENOMEM, "a hole: ENOMEM");
	is(sys(__NR_msync, s, PAGE, 4), 0, "before it");
	munmap(s, LEN);
}

/* More pages than one page of a radix tree's numbers, and a fault's neighbours at every border. */
static void test_large(void)
{
	enum { PAGES = 300 };
	char *s, *p;
	int right = 1;

	if (cut(fd, 0) != 0)
		bail_out("ftruncate: errno %d", errno);
	for (unsigned long i = 0; i < PAGES; i += 3) {
		char c = (char)(i % 251 + 1);

		put(fd, i * PAGE + i, &c, 1);
	}
	s = map_file(PAGES * PAGE, RW, MAP_SHARED, fd, 0);
	p = map_file((PAGES - 7) * PAGE, PROT_READ, MAP_PRIVATE, fd, 7);
	for (unsigned long i = 0; i < PAGES - 2; i++)
		right &= s[i * PAGE + i] == (i % 3 ? 0 : (char)(i % 251 + 1));
	ok(right, "every third page written, the others holes");
	for (unsigned long i = PAGES - 3; i >= 7; i--)
		right &= p[(i - 7) * PAGE + i] == (i % 3 ? 0 : (char)(i % 251 + 1));
	ok(right, "downward, at another offset");
	for (unsigned long i = 1; i < PAGES - 2; i += 3)
		s[i * PAGE + i] = 'n';
	for (unsigned long i = 1; i < PAGES - 2; i += 3)
		right &= byte_at(fd, i * PAGE + i) == 'n';
	ok(right, "stores into the holes");
	munmap(s, PAGES * PAGE);
	munmap(p, (PAGES - 7) * PAGE);
}

/* i386's ftruncate64(2) heeds how the file was opened. */
static void test_open_large(void)
{
	int small = open(PATH, O_RDWR), large = open(PATH, O_RDWR | O_LARGEFILE);

	is(sys(__NR_ftruncate64, small, 0x80000000, 0), -EINVAL, "2G without O_LARGEFILE");
	is(sys(__NR_ftruncate64, large, 0x80000000, 0), 0, "and with it");
	is(sys(__NR_ftruncate64, small, 0x7fffffff, 0), 0, "less than that without it");
	is(sys(__NR_ftruncate64, small, PAGE, 0), 0, "(and back)");
	close(small);
	close(large);
}

int main(void)
{
	fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		bail_out("%s: errno %d", PATH, errno);
	fill();
	test_refusals();
	test_coherence();
	fill();
	test_own_buffer();
	fill();
	test_fork();
	test_strangers();
	test_end();
	test_tail();
	test_full();
	test_protection();
	fill();
	test_parts();
	test_life();
	test_zero();
	test_msync();
	test_large();
	test_open_large();
	close(fd);
	unlink(PATH);
	return tap_done();
}
