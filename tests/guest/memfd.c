/* SPDX-License-Identifier: MIT */
/*
 * memfd_create(2): a file without a name, and what it may be sealed against: writing, growing,
 * shrinking, mapping, its mode, seals; with errors in Linux's order. fcntl(2)
 */
#include <sys/stat.h>
#include <uapi/octavo/falloc.h>
#include <uapi/octavo/memfd.h>

#include "guest.h"

static const int rw = PROT_READ | PROT_WRITE;
static char page[PAGE];

static long make(const char *name, unsigned flags)
{
	return sys(__NR_memfd_create, name, flags);
}

/* One of two pages, to be sealed with these at once. */
static int sealed(unsigned seals)
{
	long fd = make("sealed", MFD_ALLOW_SEALING);

	if (fd < 0 || sys(__NR_ftruncate, fd, 2 * PAGE) != 0)
		bail_out("memfd_create: %ld", fd);
	if (seals != 0 && sys(__NR_fcntl64, fd, F_ADD_SEALS, seals) != 0)
		bail_out("seals %#x", seals);
	return (int)fd;
}

static long seals_of(long fd)
{
	return sys(__NR_fcntl64, fd, F_GET_SEALS, 0);
}

static long seal(long fd, unsigned seals)
{
	return sys(__NR_fcntl64, fd, F_ADD_SEALS, seals);
}

static long put(int fd, long at, unsigned long len)
{
	return sys(__NR_pwrite64, fd, page, len, ODD64(at, 0));
}

static long map_error(int fd, int prot, int type)
{
	long p = sys(__NR_mmap2, 0, PAGE, prot, type, fd, 0);

	if (p < 0 && p > -4096)
		return p;
	sys(__NR_munmap, p, PAGE);
	return 0;
}

static void test_file(void)
{
	char path[32], name[64] = "", *p;
	long fd = make("a name", 0), again;
	struct stat st;

	ok(fd >= 0 && sys(__NR_fcntl64, fd, F_GETFD) == 0, "a file");
	ok(fstat((int)fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0, "regular and empty");
	is(st.st_mode & 07777, 0777, "that everybody may do anything with");
	is(st.st_nlink, 0, "in no directory");
	is(sys(__NR_fcntl64, fd, F_GETFL) & O_ACCMODE, O_RDWR, "open for both");
	sniprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	sys(__NR_readlink, path, name, sizeof(name) - 1);
	ok(strcmp(name, "/memfd:a name (deleted)") == 0, "its name: %s", name);
	ok(put((int)fd, 5000, 10) == 10 && fstat((int)fd, &st) == 0 && st.st_size == 5010,
	   "written");
	p = mmap(NULL, 2 * PAGE, rw, MAP_SHARED, (int)fd, 0);
	p[0] = 'm';
	ok(sys(__NR_pread64, fd, name, 1, ODD64(0, 0)) == 1 && name[0] == 'm', "mapped");
	is(seals_of(fd), F_SEAL_SEAL, "nobody seals it");
	is(seal(fd, F_SEAL_GROW), -EPERM, "indeed");
	again = sys(__NR_open, path, O_RDWR, 0);
	ok(again >= 0 && sys(__NR_pread64, again, name, 1, ODD64(0, 0)) == 1 && name[0] == 'm',
	   "opened by /proc it is the same");
	close((int)again);
	close((int)fd);
	is(p[0], 'm', "a mapping outlives it");
	munmap(p, 2 * PAGE);
	fd = make("", MFD_CLOEXEC);
	is(sys(__NR_fcntl64, fd, F_GETFD), FD_CLOEXEC, "closed on exec; an empty name");
	close((int)fd);
}

static int child_writes(void *shared)
{
	*(char *)shared = 'c';
	return 0;
}

static void test_shared(void)
{
	int fd = sealed(0);
	char *p = mmap(NULL, 2 * PAGE, rw, MAP_SHARED, fd, 0);

	is(in_child(child_writes, p), EXITED(0), "(a child writes)");
	is(p[0], 'c', "memory is shared with a child");
	is(seal(fd, F_SEAL_WRITE), -EBUSY, "what is mapped to be written is not sealed");
	is(mprotect(p, PAGE, PROT_READ), 0, "nor while one part of it");
	munmap(p + PAGE, PAGE);
	is(seal(fd, F_SEAL_WRITE), -EBUSY, "could become writable");
	is(seal(fd, F_SEAL_WRITE | F_SEAL_GROW), -EBUSY, "nothing of a call that is refused");
	is(seals_of(fd), 0, "is done");
	munmap(p, PAGE);
	p = mmap(NULL, PAGE, rw, MAP_PRIVATE, fd, 0);
	is(seal(fd, F_SEAL_WRITE), 0, "a private mapping does not matter");
	p[0] = 'p';
	is(p[0], 'p', "it is written to as before");
	munmap(p, PAGE);
	close(fd);
}

static void test_write(void)
{
	int fd = sealed(F_SEAL_WRITE);
	char *p;

	is(put(fd, 0, 10), -EPERM, "sealed against writing: write");
	is(sys(__NR_fallocate, fd, 3, 0, 0, PAGE, 0), -EPERM, "a hole");
	is(sys(__NR_fallocate, fd, 0, 0, 0, PAGE, 0), 0, "room");
	is(sys(__NR_ftruncate, fd, 3 * PAGE), 0, "another size");
	is(map_error(fd, rw, MAP_SHARED), -EPERM, "a shared mapping");
	is(map_error(fd, rw, MAP_PRIVATE), 0, "a private one");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (ok(p != MAP_FAILED, "a shared one to read"))
		is(sys(__NR_mprotect, p, PAGE, rw), -EACCES, "that stays so");
	close(fd);
	fd = sealed(0);
	p = mmap(NULL, PAGE, rw, MAP_SHARED, fd, 0);
	is(seal(fd, F_SEAL_FUTURE_WRITE), 0, "against writing from now on");
	p[0] = 'f';
	is(p[0], 'f', "a mapping that was there may");
	is(put(fd, 0, 10), -EPERM, "others may not");
	is(map_error(fd, rw, MAP_SHARED), -EPERM, "nor map");
	munmap(p, PAGE);
	close(fd);
}

static void test_size(void)
{
	int fd = sealed(F_SEAL_GROW);

	is(sys(__NR_ftruncate, fd, 2 * PAGE + 1), -EPERM, "against growing: truncate");
	is(put(fd, 2 * PAGE - 1, 2), 1, "a write ends where the file does");
	is(put(fd, 2 * PAGE, 1), -EPERM, "or does not begin");
	is(put(fd, 2 * PAGE - 2, 2), 2, "up to it");
	is(sys(__NR_fallocate, fd, 0, 0, 0, 2 * PAGE + 1, 0), -EPERM, "room");
	is(sys(__NR_fallocate, fd, 0, 0, 0, 2 * PAGE, 0), 0, "within");
	is(sys(__NR_ftruncate, fd, PAGE), 0, "it may shrink");
	close(fd);
	fd = sealed(F_SEAL_SHRINK);
	is(sys(__NR_ftruncate, fd, PAGE), -EPERM, "against shrinking");
	is(sys(__NR_ftruncate, fd, 2 * PAGE), 0, "the same is not less");
	is(sys(__NR_ftruncate, fd, 3 * PAGE), 0, "it may grow");
	is(put(fd, 0, 2), 2, "and be written");
	close(fd);
}

static void test_exec(void)
{
	long fd = make("x", MFD_NOEXEC_SEAL);
	struct stat st;
	void *p;

	if (fd == -EINVAL) {
		skip("a kernel before 6.3");
		return;
	}
	ok(fstat((int)fd, &st) == 0 && (st.st_mode & 07777) == 0666, "nobody may execute it");
	is(seals_of(fd), F_SEAL_EXEC, "for good");
	is(sys(__NR_fchmod, fd, 0700), -EPERM, "whatever its owner says");
	is(sys(__NR_fchmod, fd, 0600), 0, "else he may");
	close((int)fd);
	fd = sealed(F_SEAL_EXEC);
	is(seals_of(fd), 0x3e, "what may be executed does not change at all");
	close((int)fd);
	fd = make("x", MFD_ALLOW_SEALING | MFD_EXEC);
	put(fd, 0, PAGE);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	is(seal((int)fd, F_SEAL_EXEC), -EBUSY, "nor while somebody could write to it");
	is(seals_of(fd), 0, "which is no seal");
	munmap(p, PAGE);
	close((int)fd);
}

static void test_seals(void)
{
	int fd = sealed(F_SEAL_GROW), reader;
	char path[32];

	is(seals_of(fd), F_SEAL_GROW, "seals are told");
	is(seal(fd, F_SEAL_SHRINK), 0, "more come");
	is(seals_of(fd), F_SEAL_GROW | F_SEAL_SHRINK, "to those that are there");
	sniprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY);
	is(seal(reader, 0x1000), -EPERM, "not by who only reads");
	is(seal(fd, 0x1000), -EINVAL, "nor one that is none");
	is(seal(fd, F_SEAL_SEAL), 0, "until it is enough");
	is(seal(fd, F_SEAL_SEAL), -EPERM, "none comes after that");
	is(seal(99, 0x1000), -EBADF, "no file");
	close(reader);
	close(fd);
	reader = open("/dev/null", O_RDWR);
	is(seals_of(reader), -EINVAL, "a device has none");
	is(seal(reader, 0), -EINVAL, "and gets none");
	close(reader);
}

/* What shm_open(3) does. */
static void test_shm(void)
{
	struct {
		uint32_t type, rest[20];
	} fs;
	struct stat st;
	char *p;
	int fd;

	if (!ok(sys(__NR_statfs64, "/dev/shm", sizeof(fs), &fs) == 0 && fs.type == 0x01021994,
		"/dev/shm is a tmpfs"))
		return;
	ok(stat("/dev/shm", &st) == 0 && (st.st_mode & 07777) == 01777, "that is everybody's");
	fd = open("/dev/shm/memfd-test", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ok(fd >= 0 && sys(__NR_ftruncate, fd, PAGE) == 0, "a file there");
	p = mmap(NULL, PAGE, rw, MAP_SHARED, fd, 0);
	is(sys(__NR_unlink, "/dev/shm/memfd-test"), 0, "that has no name any more");
	is(in_child(child_writes, p), EXITED(0), "(a child writes)");
	is(p[0], 'c', "is shared all the same");
	is(seals_of(fd), F_SEAL_SEAL, "and never sealed");
	munmap(p, PAGE);
	close(fd);
}

static void test_errors(void)
{
	static char name[260];

	memset(name, 'n', sizeof(name) - 1);
	is(make((char *)KERNEL_ADDRESS, 0x100), -EINVAL, "a flag that nobody knows");
	is(make((char *)KERNEL_ADDRESS, MFD_EXEC | MFD_NOEXEC_SEAL), -EINVAL, "both");
	is(make((char *)KERNEL_ADDRESS, ~0u & ~MFD_EXEC), -EINVAL, "also with huge pages");
	is(make((char *)KERNEL_ADDRESS, 4), -EFAULT, "of which there may be none");
	is(make((char *)KERNEL_ADDRESS, 0), -EFAULT, "no name");
	is(make(name, 0), -EINVAL, "a long one");
	name[250] = '\0';
	is(make(name, 0), -EINVAL, "of one byte too many");
	name[249] = '\0';
	ok(make(name, 0) >= 0, "the longest");
}

int main(void)
{
	test_file();
	test_shared();
	test_write();
	test_size();
	test_exec();
	test_seals();
	test_shm();
	test_errors();
	return tap_done();
}
