/* SPDX-License-Identifier: MIT */
/*
 * Files that live in memory, without an MMU: what is shared is the file's own memory.
 *
 *	nommu_shm		all of it
 *	nommu_shm see FILE	another process: finds 'p' in the third page, and leaves a 'c'
 */
#include "guest.h"

#include <sys/mount.h>

#include <uapi/octavo/falloc.h>
#include <uapi/octavo/memfd.h>

#define RW (PROT_READ | PROT_WRITE)
#define KB 1024UL

static const char myself[] = "/tests/nommu_shm";
static const char path[] = "/dev/shm/shared";

static long map(unsigned long len, int prot, int flags, int file, unsigned long page)
{
	return sys(__NR_mmap2, 0, len, prot, flags, file, page);
}

static int is_error(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

static long truncate_to(int fd, unsigned long size)
{
	return sys(__NR_ftruncate, fd, size);
}

static long get_at(int fd, void *buf, unsigned long len, unsigned long at)
{
	lseek(fd, (off_t)at, SEEK_SET);
	return read(fd, buf, len);
}

static long put_at(int fd, const void *buf, unsigned long len, unsigned long at)
{
	lseek(fd, (off_t)at, SEEK_SET);
	return write(fd, buf, len);
}

static int run(const char *program, const char *word, const char *argument)
{
	const char *const argv[] = {program, word, argument, NULL};
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(program, (char *const *)argv, NULL);
		_exit(99);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

static int see(const char *file)
{
	int fd = open(file, O_RDWR);
	char *p = (char *)map(64 * KB, RW, MAP_SHARED, fd, 0);

	if (is_error((long)p) || p[2 * PAGE] != 'p')
		return 1;
	p[2 * PAGE] = 'c';
	return 0;
}

static void test_shared(void)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	char *p, *q, c = 0;

	is(map(PAGE, RW, MAP_SHARED, fd, 0), -ENODEV, "nm-6: an empty file has no memory");
	is(truncate_to(fd, 64 * KB), 0, "nm-17: truncate gives it some");
	p = (char *)map(64 * KB, RW, MAP_SHARED, fd, 0);
	ok(!is_error((long)p) && all_bytes(p, 64 * KB, 0), "nm-6: which is mapped, all zero");
	q = (char *)map(60 * KB, PROT_READ, MAP_PRIVATE, fd, 1);
	ok(q == p + PAGE, "nm-3: to read it is the same memory");
	p[2 * PAGE] = 'm';
	ok(get_at(fd, &c, 1, 2 * PAGE) == 1 && c == 'm',
	   "nm-6: read(2) sees what is written there");
	ok(put_at(fd, "p", 1, 2 * PAGE) == 1 && q[PAGE] == 'p', "nm-6: and the other way round");
	is(run(myself, "see", path), 0, "nm-6: another process maps it");
	ok(p[2 * PAGE] == 'c', "nm-6: what it has written is here");

	is(truncate_to(fd, 60 * KB), -ETXTBSY, "nm-6: mapped, it gets no shorter");
	is(truncate_to(fd, 63 * KB), 0, "nm-6: but inside its last page");
	is(sys(__NR_open, path, O_RDWR | O_TRUNC), -ETXTBSY, "nm-6: nor by O_TRUNC");
	is(sys(__NR_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, 0, PAGE, 0),
	   -ETXTBSY, "nm-6: no hole is punched into it");
	is(truncate_to(fd, 128 * KB), 0, "nm-6: it gets longer");
	is(map(128 * KB, RW, MAP_SHARED, fd, 0), -ENODEV, "nm-6: all of it is not there");
	put_at(fd, "1", 1, 68 * KB);
	put_at(fd, "2", 1, 64 * KB);
	is(map(72 * KB, RW, MAP_SHARED, fd, 0), -ENODEV, "nm-6: what is there is not in a row");
	is(map(64 * KB, RW, MAP_SHARED, fd, 0), (long)p, "nm-6: its beginning is");
	is(sys(__NR_munmap, p, 64 * KB), 0, "nm-22: unmapped");
	is(sys(__NR_munmap, p, PAGE), -EINVAL, "nm-22: not in part");
	is(sys(__NR_munmap, p, 64 * KB), 0, "nm-22: the other one, too");
	is(truncate_to(fd, 0), -ETXTBSY, "nm-6: a part is mapped still");
	is(sys(__NR_munmap, q, 60 * KB), 0, "nm-22: no longer");
	is(truncate_to(fd, 0), 0, "nm-6: now it may go");
	is(truncate_to(fd, 128 * KB), 0, "nm-17: and come again");
	p = (char *)map(128 * KB, RW, MAP_SHARED, fd, 0);
	ok(!is_error((long)p) && all_bytes(p, 128 * KB, 0), "nm-17: in one piece, zero again");
	is(unlink(path), 0, "the file has no name any more");
	close(fd);
	memset(p, 1, 128 * KB);
	ok(all_bytes(p, 128 * KB, 1), "nm-6: its memory stays while it is mapped");
	is(sys(__NR_munmap, p, 128 * KB), 0, "nm-22: unmapped");
}

static void test_pieces(void)
{
	int fd = open("/tmp/pieces", O_RDWR | O_CREAT, 0600), other;
	char *p;

	ok(put_at(fd, "x", 1, 3 * PAGE) == 1, "a file with a hole");
	is(map(4 * PAGE, RW, MAP_SHARED, fd, 0), -ENODEV, "nm-6: is not shared");
	p = (char *)map(5 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(!is_error((long)p) && p[3 * PAGE] == 'x', "nm-3: but copied");
	ok(all_bytes(p, 3 * PAGE, 0) && all_bytes(p + 3 * PAGE + 1, 2 * PAGE - 1, 0),
	   "nm-3: with zeros in the hole and behind its end");
	ok(put_at(fd, "y", 1, 3 * PAGE) == 1 && p[3 * PAGE] == 'x',
	   "nm-3: later writes do not reach it");
	is(truncate_to(fd, 0), 0, "nm-3: nor does the end of the file");
	sys(__NR_munmap, p, 5 * PAGE);
	is(truncate_to(fd, 5 * MB), -EFBIG, "nm-17: more than a block");
	is(truncate_to(fd, PAGE), 0, "nm-17: a page");
	p = (char *)map(PAGE, RW, MAP_PRIVATE, fd, 0);
	p[0] = 'z';
	other = (int)get_at(fd, p + 1, 1, 0);
	ok(other == 1 && p[1] == 0, "nm-4: a private mapping does not write to the file");
	sys(__NR_munmap, p, PAGE);
	other = open("/tmp/pieces", O_RDONLY);
	is(map(PAGE, RW, MAP_SHARED, other, 0), -EACCES, "nm-20: open for reading only");
	close(other);
	close(fd);
	unlink("/tmp/pieces");
}

static void test_seals(void)
{
	int fd = (int)sys(__NR_memfd_create, "m", MFD_ALLOW_SEALING);
	char *p, *q;

	is(truncate_to(fd, 2 * PAGE), 0, "a memfd");
	p = (char *)map(2 * PAGE, RW, MAP_SHARED, fd, 0);
	q = (char *)map(2 * PAGE, RW, MAP_SHARED, fd, 0);
	ok(!is_error((long)p) && p == q, "nm-6: is mapped twice");
	sys(__NR_munmap, p, 2 * PAGE);
	is(sys(__NR_fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "nm-15: one may be written to yet");
	sys(__NR_munmap, p, 2 * PAGE);
	is(sys(__NR_fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "nm-15: now none");
	is(map(2 * PAGE, RW, MAP_SHARED, fd, 0), -EPERM, "nm-20: sealed");
	p = (char *)map(2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ok(!is_error((long)p), "nm-6: to be read it is mapped");
	is(map(2 * PAGE, RW, MAP_SHARED, fd, 0), -EPERM, "nm-20: and still sealed");
	sys(__NR_munmap, p, 2 * PAGE);
	close(fd);
}

static void test_noexec(void)
{
	int fd;

	sys(__NR_mkdir, "/tmp/n", 0700);
	is(mount("none", "/tmp/n", "tmpfs", MS_NOEXEC, NULL), 0, "a tmpfs without programs");
	fd = open("/tmp/n/f", O_RDWR | O_CREAT, 0600);
	truncate_to(fd, PAGE);
	is(map(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), -EPERM, "nm-20: noexec");
	is(map(0, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), -EINVAL, "nm-20: comes last");
	close(fd);
	umount("/tmp/n");
	rmdir("/tmp/n");
}

/* A program that lies in pieces is run from a copy, else in place. */
static void test_programs(int in_a_row)
{
	static char buffer[16 * 1024];
	int from = open("/bin/false", O_RDONLY), to = open("/tmp/program", O_RDWR | O_CREAT, 0700);
	long n, size = lseek(from, 0, SEEK_END);

	lseek(from, 0, SEEK_SET);
	if (in_a_row)
		truncate_to(to, (unsigned long)size);
	else if (put_at(to, "", 1, (unsigned long)(size - 1) & -PAGE) != 1)
		size = 0; /* its last page comes first */
	lseek(to, 0, SEEK_SET);
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		size -= write(to, buffer, (size_t)n);
	is(size, 0, "a program is written");
	close(from);
	close(to);
	is(run("/tmp/program", NULL, NULL), 1 << 8, "nm-1: and run, %s",
	   in_a_row ? "in place" : "as a copy");
	unlink("/tmp/program");
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return see(argv[2]);
	test_shared();
	test_pieces();
	test_seals();
	test_noexec();
	test_programs(0);
	test_programs(1);
	return tap_done();
}
