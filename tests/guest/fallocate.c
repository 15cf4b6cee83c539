/* SPDX-License-Identifier: MIT */
/*
 * fallocate(2) of tmpfs: room before it is written, within the file and behind its end, holes, what
 * mappings see of them, limits, and errors in Linux's order.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <uapi/octavo/falloc.h>

#include "guest.h"

#define KEEP  FALLOC_FL_KEEP_SIZE
#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static char name[40];
static char page[PAGE];
static int fd;

static long fallocate64(int file, int mode, int64_t offset, int64_t len)
{
	return sys(__NR_fallocate, file, mode, (uint32_t)offset, (uint32_t)(offset >> 32),
		   (uint32_t)len, (uint32_t)(len >> 32));
}

static void begin(void)
{
	sniprintf(name, sizeof(name), "%s/fallocate", on_octavo() ? "/tmp" : "/dev/shm");
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		bail_out("%s: errno %d", name, errno);
}

static long size_of(void)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (long)st.st_size : -1;
}

/* In pages. */
static long blocks(void)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (long)st.st_blocks / 8 : -1;
}

static void empty(void)
{
	if (ftruncate(fd, 0) != 0)
		bail_out("ftruncate: errno %d", errno);
}

/* The page of the file has only this byte in it. */
static int page_is(long index, char c)
{
	return sys(__NR_pread64, fd, page, PAGE, ODD64(index * (long)PAGE, 0)) == (long)PAGE &&
	       all_bytes(page, PAGE, c);
}

static void put_page(long index, char c)
{
	memset(page, c, PAGE);
	if (sys(__NR_pwrite64, fd, page, PAGE, ODD64(index * (long)PAGE, 0)) != (long)PAGE)
		bail_out("page %ld cannot be written", index);
}

static void test_room(void)
{
	is(fallocate64(fd, 0, 100, 10000), 0, "room for bytes");
	ok(size_of() == 10100 && blocks() == 3, "the file is so long, and has its pages");
	ok(page_is(0, 0) && page_is(1, 0), "of zeros");
	put_page(1, 'x');
	is(fallocate64(fd, 0, 0, 5 * PAGE), 0, "and for more");
	ok(page_is(1, 'x') && page_is(4, 0), "what was there stays");
	is(fallocate64(fd, 0, 0, 1), 0, "what there is already");
	ok(size_of() == 5 * (long)PAGE && blocks() == 5, "changes nothing");
	empty();
	is(fallocate64(fd, 0, 6 * PAGE + 5, 1), 0, "at a distance");
	ok(size_of() == 6 * (long)PAGE + 6 && blocks() == 1, "the hole before it stays one");
	is(fallocate64(fd, 0, 2 * PAGE, PAGE), 0, "in the hole");
	ok(size_of() == 6 * (long)PAGE + 6 && blocks() == 2, "a page more");
	empty();
	is(blocks(), 0, "nothing is left of it");
}

static void test_keep(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	put_page(0, 'k');
	is(fallocate64(fd, KEEP, 0, 4 * PAGE), 0, "room behind the end");
	ok(size_of() == (long)PAGE && blocks() == 4, "the size stays");
	is(p[0], 'k', "the file is mapped");
	is(peek(p + PAGE), KILLED(SIGBUS), "but not what lies behind it");
	is(poke(p + 3 * PAGE), KILLED(SIGBUS), "nothing of it");
	is(sys(__NR_pread64, fd, page, PAGE, ODD64(PAGE, 0)), 0, "nor is it read");
	put_page(2, 'l');
	ok(size_of() == 3 * (long)PAGE && blocks() == 4, "it is used when the file grows");
	ok(page_is(1, 0) && page_is(2, 'l'), "as zeros");
	is(p[PAGE], 0, "now it can be mapped");
	is(ftruncate(fd, 3 * PAGE), 0, "a size that does not change");
	is(blocks(), 3, "gives back what lies behind it");
	is(fallocate64(fd, KEEP, 100 * PAGE, PAGE), 0, "far behind");
	is(fallocate64(fd, PUNCH, 100 * PAGE, PAGE), 0, "and a hole there");
	ok(size_of() == 3 * (long)PAGE && blocks() == 3, "gives it back, too");
	is(ftruncate(fd, 100), 0, "a shorter file");
	memset(p + 100, 'm', 100); /* behind its end */
	is(fallocate64(fd, 0, 0, 300), 0, "and a longer one");
	if (on_octavo()) /* Linux shows it */
		is(p[150], 0, "what a program left behind the end is not the file's");
	munmap(p, 4 * PAGE);
	empty();
}

static void test_hole(void)
{
	char *p, *copy;

	for (int i = 0; i < 6; i++)
		put_page(i, (char)('a' + i));
	p = mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	copy = mmap(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	copy[2 * PAGE] = 'C';
	ok(p[PAGE] == 'b' && p[2 * PAGE] == 'c' && copy[3 * PAGE] == 'd', "(mapped)");
	is(fallocate64(fd, PUNCH, PAGE + 100, 3 * PAGE), 0, "a hole");
	ok(size_of() == 6 * (long)PAGE && blocks() == 4, "of two pages");
	ok(p[PAGE + 99] == 'b' && p[PAGE + 100] == 0 && p[2 * PAGE - 1] == 0,
	   "its first bytes are zero");
	ok(p[4 * PAGE + 99] == 0 && p[4 * PAGE + 100] == 'e', "its last, too");
	ok(p[2 * PAGE] == 0 && p[3 * PAGE] == 0, "and whole pages for who has mapped them");
	ok(copy[2 * PAGE] == 'C' && copy[3 * PAGE - 1] == 'c', "a private copy stays");
	ok(copy[3 * PAGE] == 0, "a page that was not copied goes");
	p[3 * PAGE] = 'n';
	ok(page_is(2, 0) && sys(__NR_pread64, fd, page, 1, ODD64(3 * PAGE, 0)) == 1 &&
		   page[0] == 'n',
	   "and is filled again");
	is(fallocate64(fd, PUNCH, 5 * PAGE + 10, 20), 0, "a hole in a page");
	ok(p[5 * PAGE + 9] == 'f' && p[5 * PAGE + 10] == 0 && p[5 * PAGE + 29] == 0 &&
		   p[5 * PAGE + 30] == 'f',
	   "are zeros");
	is(fallocate64(fd, PUNCH, 5 * PAGE, 100 * PAGE), 0, "beyond the end");
	is(size_of(), 6 * (long)PAGE, "does not move it");
	is(peek(p + 5 * PAGE), EXITED(0), "what it had there can be mapped");
	munmap(p, 6 * PAGE);
	munmap(copy, 6 * PAGE);
	empty();
}

static int beyond_limit(void *mode)
{
	struct {
		uint32_t cur, max;
	} limit = {3 * PAGE, 3 * PAGE};

	if (mode == NULL)
		signal(SIGXFSZ, SIG_IGN);
	if (sys(__NR_setrlimit, 1, &limit) != 0)
		return 1;
	if (fallocate64(fd, 0, 0, 3 * PAGE) != 0)
		return 2;
	if (fallocate64(fd, mode == NULL ? KEEP : 0, 0, 3 * PAGE + 1) != -EFBIG)
		return 3;
	return size_of() == 3 * (long)PAGE ? 0 : 4;
}

static void test_file_limit(void)
{
	is(in_child(beyond_limit, NULL), EXITED(0), "RLIMIT_FSIZE");
	is(in_child(beyond_limit, &fd), KILLED(SIGXFSZ), "and its signal");
	empty();
}

/* A file system of 16 pages; not everybody may mount one. */
static void test_full(void)
{
	int old = fd;

	if (mkdir("/tmp/fallocate-full", 0700) != 0 && errno != EEXIST)
		bail_out("mkdir: errno %d", errno);
	if (mount("small", "/tmp/fallocate-full", "tmpfs", 0, "size=64k") != 0) {
		skip("a file system of 64k: errno %d", errno);
		return;
	}
	fd = open("/tmp/fallocate-full/file", O_RDWR | O_CREAT, 0600);
	put_page(20, 'y');
	is(fallocate64(fd, 0, 0, 17 * PAGE), -ENOSPC, "more than there is");
	ok(size_of() == 21 * (long)PAGE && blocks() == 1, "nothing has changed");
	is(fallocate64(fd, 0, 10 * PAGE, 16 * PAGE), 0, "(all with the one that is there)");
	is(fallocate64(fd, PUNCH, 10 * PAGE, 10 * PAGE), 0, "(and back)");
	is(fallocate64(fd, PUNCH, 21 * PAGE, 10 * PAGE), 0, "(and back)");
	is(fallocate64(fd, KEEP, 30 * PAGE, 16 * PAGE), -ENOSPC, "one more than is free");
	is(blocks(), 1, "all of it is undone");
	is(fallocate64(fd, 0, 0, 15 * PAGE), 0, "what is free");
	ok(blocks() == 16 && page_is(20, 'y'), "is there");
	is(sys(__NR_pwrite64, fd, page, PAGE, ODD64(16 * PAGE, 0)), -ENOSPC, "it is full");
	is(fallocate64(fd, PUNCH, 8 * PAGE, 2 * PAGE), 0, "a hole gives room");
	is(sys(__NR_pwrite64, fd, page, PAGE, ODD64(16 * PAGE, 0)), (long)PAGE, "to others");
	close(fd);
	fd = old;
	is(umount("/tmp/fallocate-full"), 0, "(unmounted)");
	rmdir("/tmp/fallocate-full");
}

static void test_errors(void)
{
	int reader = open(name, O_RDONLY), null = open("/dev/null", O_RDWR), p[2];
	int path = open(name, O_PATH), dir = open("/", O_RDONLY);

	if (pipe(p) != 0)
		bail_out("pipe: errno %d", errno);
	is(fallocate64(99, 0, -1, 0), -EBADF, "no file");
	is(fallocate64(path, 0, 0, 1), -EBADF, "a mere path");
	is(fallocate64(reader, 0, -1, 1), -EINVAL, "before the start");
	is(fallocate64(reader, 0x1000, 0, 0), -EINVAL, "no bytes");
	is(fallocate64(reader, 0x1000, 0, -1), -EINVAL, "fewer than none");
	is(fallocate64(reader, 0x1000, 0, 1), -EOPNOTSUPP, "a mode that nobody knows");
	is(fallocate64(reader, FALLOC_FL_PUNCH_HOLE, 0, 1), -EOPNOTSUPP, "a hole and the size");
	is(fallocate64(reader, PUNCH | FALLOC_FL_ZERO_RANGE, 0, 1), -EOPNOTSUPP, "two at once");
	is(fallocate64(reader, 0, 0, 1), -EBADF, "a file that is only read");
	is(fallocate64(dir, 0, 0, 1), -EBADF, "a directory");
	is(fallocate64(p[0], 0, 0, 1), -EBADF, "the wrong end of a pipe");
	is(fallocate64(p[1], 0, 0, 1), -ESPIPE, "the right one");
	is(fallocate64(null, 0, 0, 1), -ENODEV, "a device");
	is(fallocate64(fd, 0, INT64_MAX, 1), -EFBIG, "larger than a file can be");
	is(fallocate64(fd, FALLOC_FL_ZERO_RANGE, 0, 1), -EOPNOTSUPP, "zeros");
	is(fallocate64(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE), -EOPNOTSUPP, "a cut");
	is(fallocate64(fd, FALLOC_FL_INSERT_RANGE, 0, PAGE), -EOPNOTSUPP, "an insertion");
	is(fallocate64(fd, FALLOC_FL_UNSHARE_RANGE, 0, PAGE), -EOPNOTSUPP, "a file of its own");
	for (int i = reader; i <= p[1]; i++)
		close(i);
}

int main(void)
{
	begin();
	test_room();
	if (HAS_PAGES) { /* they map what is not in a row */
		test_keep();
		test_hole();
	}
	test_file_limit();
	test_full();
	test_errors();
	unlink(name);
	return tap_done();
}
