/* SPDX-License-Identifier: MIT */
/*
 * Mappings of files without an MMU, and what may be done with them afterwards.
 *
 *	nommu_map		all of it
 *	nommu_map at ADDRESS	does the same mapping lie there for another process, too?
 *	nommu_map strict	with strict_hint on the command line
 */
#include "guest.h"

#include <sys/mount.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static const char myself[] = "/tests/nommu_map";
static char contents[128 * 1024];
static long size, whole; /* bytes of the file; rounded up to pages */
static int fd;

static long map(unsigned long len, int prot, int flags, int file, unsigned long page)
{
	return sys(__NR_mmap2, 0, len, prot, flags, file, page);
}

static int is_error(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

static void open_myself(void)
{
	fd = open(myself, O_RDONLY);
	size = read(fd, contents, sizeof(contents));
	whole = (size + (long)PAGE - 1) & -(long)PAGE;
	if (size < (long)PAGE || size == sizeof(contents))
		bail_out("the program has %ld bytes", size);
}

/* --- sharing --- */

static int runs_with(const char *word, const char *argument)
{
	const char *const argv[] = {myself, word, argument, NULL};
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(myself, (char *const *)argv, NULL);
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static void test_shared(void)
{
	char *p = (char *)map((unsigned long)size, PROT_READ, MAP_PRIVATE, fd, 0), *q, *part;
	char text[16];

	ok(!is_error((long)p) && ((unsigned long)p & (PAGE - 1)) == 0, "nm-3: a file is mapped");
	ok(memcmp(p, contents, (size_t)size) == 0, "nm-3: with its bytes");
	q = (char *)map((unsigned long)size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	ok(q == p, "nm-3: once more, in the same place");
	part = (char *)map(PAGE, PROT_READ, MAP_PRIVATE, fd, 1);
	ok(part == p + PAGE, "nm-3: a part of it lies inside");
	snprintf(text, sizeof(text), "%lx", (unsigned long)p);
	is(runs_with("at", text), 0, "nm-3: another process has it there, too");
	is(sys(__NR_munmap, p, size), 0, "nm-22: one of them goes");
	ok(memcmp(q, contents, (size_t)size) == 0, "nm-22: the other one is still there");
	is(sys(__NR_munmap, part, PAGE), 0, "nm-22: the part goes");
	ok(memcmp(q, contents, (size_t)size) == 0, "nm-22: the whole is still there");
	is(sys(__NR_munmap, q, PAGE), -EINVAL, "nm-22: no part of a file is unmapped");
	is(sys(__NR_munmap, q, size), 0, "nm-22: the last one goes");
	is(sys(__NR_munmap, q, size), -EINVAL, "nm-22: and the program's own text stays");
	p = (char *)map((unsigned long)size, PROT_READ, MAP_SHARED, fd, 0);
	ok(p == q, "nm-5: shared and only read, it lies there as well");
	is(sys(__NR_munmap, p, size), 0, "nm-5: and goes");
}

/* Frames that the next mapping of so many bytes gets are not clean. */
static void leave_dirty(unsigned long len)
{
	char *p = (char *)map(len, RW, ANON, -1, 0);

	memset(p, 0x5a, len);
	is(sys(__NR_munmap, p, len), 0, "frames that were written to go");
}

static void test_copies(void)
{
	char *p, *q;

	leave_dirty((unsigned long)whole);
	p = (char *)map((unsigned long)size, RW, MAP_PRIVATE, fd, 0);
	q = (char *)map((unsigned long)size, RW, MAP_PRIVATE, fd, 0);
	ok(!is_error((long)p) && !is_error((long)q) && p != q, "nm-4: each has its own copy");
	ok(memcmp(p, contents, (size_t)size) == 0, "nm-4: of the file's bytes");
	ok(all_bytes(p + size, (size_t)(whole - size), 0), "nm-4: and zeros behind them");
	memset(p, 0x5a, (size_t)whole);
	ok(memcmp(q, contents, (size_t)size) == 0, "nm-4: written to, the other one is as before");
	is(sys(__NR_munmap, p, size), 0, "nm-4: unmapped");
	leave_dirty(4 * (unsigned long)whole);
	p = (char *)map(4 * (unsigned long)whole, RW, MAP_PRIVATE, fd, 1);
	ok(memcmp(p, contents + PAGE, (size_t)size - PAGE) == 0 &&
		   all_bytes(p + size - PAGE, 3 * (size_t)whole, 0),
	   "nm-4: a copy from its second page to far behind its end");
	is(sys(__NR_munmap, q, size), 0, "nm-4: unmapped");
	is(sys(__NR_munmap, p, 4 * whole), 0, "nm-4: unmapped");
}

/* --- refusals --- */

static void test_files(void)
{
	int pipes[2], null = open("/dev/null", O_RDWR), dir = open("/", O_RDONLY);
	int zero = open("/dev/zero", O_RDWR), out = open("/dev/zero", O_WRONLY);
	char *p;

	is(map(PAGE, PROT_READ, MAP_PRIVATE, 77, 0), -EBADF, "nm-20: no file");
	is(pipe(pipes), 0, "a pipe");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0), -ENODEV, "nm-12: a pipe");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, null, 0), -ENODEV, "nm-12: /dev/null");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, dir, 0), -ENODEV, "nm-20: a directory");
	is(map(PAGE, PROT_READ, MAP_SHARED, zero, 0), -ENODEV, "nm-20: nothing to share");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, out, 0), -EACCES, "nm-20: only for writing");
	is(map(PAGE, RW, MAP_SHARED, fd, 0), -EACCES, "nm-5: only for reading");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, fd, (unsigned long)whole / PAGE), -EINVAL,
	   "nm-13: behind the end");
	is(map((unsigned long)whole + 1, PROT_READ, MAP_SHARED, fd, 0), -EINVAL,
	   "nm-13: across it");
	p = (char *)map(2 * PAGE, PROT_READ, MAP_PRIVATE, zero, 0);
	ok((char *)map(PAGE, PROT_READ, MAP_PRIVATE, zero, 1) == p + PAGE,
	   "nm-3: a copy is shared as well");
	is(map(2 * PAGE, PROT_READ, MAP_PRIVATE, zero, 1), -EINVAL,
	   "nm-21: but not by what goes beyond it");
	is(sys(__NR_munmap, p, 2 * PAGE) + sys(__NR_munmap, p + PAGE, PAGE), 0, "nm-22: both go");
	p = (char *)map(2 * PAGE, RW, MAP_PRIVATE, zero, 0);
	ok(!is_error((long)p) && all_bytes(p, 2 * PAGE, 0), "nm-14: /dev/zero is copied");
	sys(__NR_munmap, p, 2 * PAGE);
	close(pipes[0]);
	close(pipes[1]);
	close(null);
	close(dir);
	close(zero);
	close(out);
}

static void test_arguments(void)
{
	is(map(0, PROT_READ, MAP_PRIVATE, fd, 0), -EINVAL, "nm-20: no length");
	is(map(PAGE, PROT_READ, 0, fd, 0), -EINVAL, "nm-20: neither shared nor private");
	is(map(0xfffff001, PROT_READ, MAP_PRIVATE, fd, 0xfffff), -ENOMEM, "nm-20: all addresses");
	is(map(PAGE, PROT_READ, MAP_PRIVATE, fd, 0xffffffff), -EOVERFLOW,
	   "nm-20: a last page that wraps");
	is(map(PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0), -EINVAL, "nm-11: MAP_FIXED");
}

/* --- in the frames that there are --- */

static void trim(const char *value)
{
	int file = open("/proc/sys/vm/nr_trim_pages", O_WRONLY);

	ok(file >= 0 && write(file, value, 1) == 1, "nm-22: nr_trim_pages is %s", value);
	close(file);
}

static void test_mremap(void)
{
	char *p = (char *)map(5 * PAGE, RW, ANON, -1, 0);

	memset(p, 1, 5 * PAGE);
	is(sys(__NR_mremap, p, 5 * PAGE, 2 * PAGE, 0), (long)p, "nm-22: mremap, shorter");
	is(sys(__NR_uname, p + 2 * PAGE), -EFAULT, "nm-22: the rest is closed");
	is(sys(__NR_mremap, p, 2 * PAGE, 4 * PAGE, 0), (long)p, "nm-22: longer, in its frames");
	ok(all_bytes(p, 2 * PAGE, 1) && all_bytes(p + 2 * PAGE, 2 * PAGE, 0), "nm-22: with zeros");
	is(sys(__NR_mremap, p, 5 * PAGE, PAGE, 0), -EFAULT, "nm-22: not its length");
	is(sys(__NR_mremap, p, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE), -ENOMEM,
	   "nm-22: more than its frames");
	is(sys(__NR_mremap, p + PAGE, PAGE, PAGE, 0), -EINVAL, "nm-22: none begins there");
	is(sys(__NR_mremap, p, 0, PAGE, 0), -EINVAL, "nm-22: no old length");
	is(sys(__NR_munmap, p, 4 * PAGE), 0, "nm-22: unmapped");
	p = (char *)map(PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	is(sys(__NR_mremap, p, PAGE, PAGE, 0), -EPERM, "nm-22: one that may be shared");
	is(sys(__NR_munmap, p, PAGE), 0, "nm-22: unmapped");

	trim("0");
	p = (char *)map(5 * PAGE, RW, ANON, -1, 0);
	is(sys(__NR_mremap, p, 5 * PAGE, 8 * PAGE, 0), (long)p, "nm-22: pages in excess");
	ok(all_bytes(p, 8 * PAGE, 0), "nm-22: with zeros");
	is(sys(__NR_mremap, p, 8 * PAGE, 9 * PAGE, 0), -ENOMEM, "nm-22: no more than those");
	is(sys(__NR_munmap, p + 3 * PAGE, PAGE), 0, "nm-22: the middle goes");
	is(sys(__NR_munmap, p, 3 * PAGE), 0, "nm-22: the beginning");
	is(sys(__NR_munmap, p + 4 * PAGE, 4 * PAGE), 0, "nm-22: the end");
	trim("1");
}

static void test_small(void)
{
	char *p = (char *)map(100, RW, ANON, -1, 0), *q = (char *)map(1500, RW, ANON, -1, 0), *r;

	ok(!is_error((long)p) && ((unsigned long)p & 1023) == 0, "nm-9: less than a page");
	ok(((unsigned long)p & -PAGE) == ((unsigned long)q & -PAGE) &&
		   (q >= p + 1024 || p >= q + 2048),
	   "nm-9: the next one lies in the same page");
	memset(p, 1, 1024);
	memset(q, 2, 2048);
	ok(all_bytes(p, 1024, 1) && all_bytes(q, 2048, 2), "nm-9: each is its own");
	r = (char *)map(2000, RW, ANON, -1, 0);
	ok(((unsigned long)p & -PAGE) != ((unsigned long)r & -PAGE) && all_bytes(r, 2000, 0),
	   "nm-9: what has no room there gets another page");
	is(sys(__NR_munmap, p + 1024 * (q == p + 2048), 100), q == p + 1024 ? 0 : -EINVAL,
	   "nm-9: the first goes");
	is(sys(__NR_munmap, p, 100), -EINVAL, "nm-9: it went");
	ok(all_bytes(q, 2048, 2), "nm-9: the other one stays");
	is(sys(__NR_munmap, q + 1024, 100), -EINVAL, "nm-9: none begins there");
	is(sys(__NR_mremap, q, 1500, 1600, 0), (long)q, "nm-22: in its blocks");
	is(sys(__NR_mremap, q, 1500, 3000, 0), -ENOMEM, "nm-22: beyond its blocks");
	is(sys(__NR_munmap, q, 1500), 0, "nm-9: and goes");
	is(sys(__NR_munmap, r, PAGE), 0, "nm-9: by the page's length, too");
}

/* --- reports --- */

static int lines_with(const char *text, const char *what)
{
	size_t len = strlen(what);
	int lines = 0;

	for (; *text != '\0'; text++)
		lines += strncmp(text, what, len) == 0;
	return lines;
}

static int count_in(const char *path, const char *what)
{
	static char text[8192];
	int file = open(path, O_RDONLY);
	long n = read(file, text, sizeof(text) - 1);

	close(file);
	text[n > 0 ? n : 0] = '\0';
	return lines_with(text, what);
}

static void test_reports(void)
{
	long copy = map((unsigned long)size, RW, MAP_PRIVATE, fd, 0);
	char line[64];

	ok(count_in("/proc/maps", myself) == 2, "nm-10: /proc/maps has the text, and the copy");
	snprintf(line, sizeof(line), "%08lx-%08lx rw-p 00000000 ", copy, copy + whole);
	is(count_in("/proc/maps", line), 1, "nm-10: with its place");
	is(count_in("/proc/self/maps", line), 1, "nm-10: as the process has it");
	ok(count_in("/proc/maps", " r-xs ") > 0, "nm-10: text may be shared");
	sys(__NR_munmap, copy, size);
	is(count_in("/proc/maps", myself), 1, "nm-10: and no longer");
}

static void test_strict(void)
{
	is(sys(__NR_mmap2, 0x21800000, PAGE, RW, ANON, -1, 0), -EINVAL, "nm-11: an address");
	ok(!is_error(map(PAGE, RW, ANON, -1, 0)), "nm-11: none");
}

int main(int argc, char **argv)
{
	open_myself();
	if (argc == 3 && strcmp(argv[1], "at") == 0) {
		long p = map((unsigned long)size, PROT_READ, MAP_PRIVATE, fd, 0);

		return p == (long)strtoul(argv[2], NULL, 16) ? 0 : 1;
	}
	if (argc == 2 && strcmp(argv[1], "strict") == 0) {
		test_strict();
		return tap_done();
	}
	mount("proc", "/proc", "proc", 0, NULL); /* where nobody has done it */
	test_shared();
	test_copies();
	test_files();
	test_arguments();
	test_mremap();
	test_small();
	test_reports();
	return tap_done();
}
