/* SPDX-License-Identifier: MIT */
/*
 * mlock(2), mlock2(2), munlock(2), mlockall(2), MAP_LOCKED: what is counted, what is made present,
 * RLIMIT_MEMLOCK with and without CAP_IPC_LOCK, errors in Linux's order.
 */
#include "guest.h"
#include "slurp.h"

#define LIMIT_MEMLOCK 8
#define NOBODY        12345

static const int anon = MAP_PRIVATE | MAP_ANONYMOUS;

/* "VmLck:" of this process, in pages. */
static long locked(void)
{
	return slurp("/proc/self/status") > 0 ? value("VmLck:\t") / 4 : -1;
}

/* How many pages of private memory the areas in these pages have. */
static long present(const char *p, unsigned long pages)
{
	unsigned long start = 0, first = (unsigned long)p;
	long kb = 0;

	slurp("/proc/self/smaps");
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (strchr("0123456789abcdef", line[0]) != NULL)
			start = strtoul(line, NULL, 16);
		else if (strncmp(line, "Anonymous:", 10) == 0 && start >= first &&
			 start < first + pages * PAGE)
			kb += atol(line + 10);
	}
	return kb / 4;
}

static long lock(const void *p, unsigned long len)
{
	return sys(__NR_mlock, p, len);
}

static long unlock(const void *p, unsigned long len)
{
	return sys(__NR_munlock, p, len);
}

static void set_limit(unsigned bytes)
{
	struct {
		uint32_t cur, max;
	} limit = {bytes, bytes};

	if (sys(__NR_setrlimit, LIMIT_MEMLOCK, &limit) != 0)
		_exit(90);
}

/* Somebody without capabilities. */
static void become_nobody(void)
{
	sys(__NR_setresuid32, NOBODY, NOBODY, NOBODY);
}

static void test_ranges(void)
{
	char *p = map_pages(20, PROT_READ | PROT_WRITE);
	long before = locked();

	is(lock(p + 5 * PAGE + 100, 2 * PAGE), 0, "two pages' length, unaligned");
	is(locked() - before, 3, "is three pages");
	is(present(p, 20), 3, "which are there");
	is(lock(p + 6 * PAGE, 4 * PAGE), 0, "some of them again, and more");
	is(locked() - before, 5, "each counts once");
	is(lock(p, 20 * PAGE), 0, "all");
	is(locked() - before, 20, "are counted");
	is(unlock(p + 8 * PAGE, PAGE + 1), 0, "two from the middle");
	is(locked() - before, 18, "less");
	is(mprotect(p, 10 * PAGE, PROT_READ), 0, "half of it only to be read");
	is(locked() - before, 18, "is as locked as before");
	is(munmap(p + 2 * PAGE, 4 * PAGE), 0, "unmapped");
	is(locked() - before, 14, "is not locked");
	is(mmap(p + 10 * PAGE, 5 * PAGE, PROT_READ, anon | MAP_FIXED, -1, 0) == p + 10 * PAGE, 1,
	   "something else in its place");
	is(locked() - before, 9, "is not, either");
	is(unlock(p + 6 * PAGE, 14 * PAGE), 0, "unlocked");
	is(unlock(p, 2 * PAGE), 0, "the rest, too");
	is(locked(), before, "nothing is left");
	is(unlock(p, PAGE), 0, "what is not locked can be unlocked");
	munmap(p, 20 * PAGE);
}

static void test_presence(void)
{
	char *p = map_pages(64, PROT_READ | PROT_WRITE);
	int zeros = 0;

	is(sys(__NR_mlock2, p, 64 * PAGE, 1), 0, "mlock2: locked when they come");
	is(present(p, 64), 0, "they are not there yet");
	is(sys(__NR_mlock2, p, 64 * PAGE, 0), 0, "locked now");
	is(present(p, 64), 64, "they are all there");
	munmap(p, 64 * PAGE);
	p = map_pages(64, PROT_READ | PROT_WRITE);
	for (unsigned long i = 1; i < 64; i += 5)
		zeros += p[i * PAGE] == 0;
	is(zeros, 13, "some pages are read");
	is(lock(p, 64 * PAGE), 0, "and all are locked");
	is(present(p, 64), 64, "a write to what was only read needs no memory any more");
	munmap(p, 64 * PAGE);
	p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, anon | MAP_LOCKED, -1, 0);
	is(present(p, 64), 64, "MAP_LOCKED");
	is(sys(__NR_madvise, p, PAGE, MADV_DONTNEED), -EINVAL, "locked pages are needed");
	is(sys(__NR_msync, p, PAGE, 2), -EBUSY, "and not invalidated");
	munmap(p, 64 * PAGE);
}

static int child_locks(void *unused)
{
	(void)unused;
	return locked() == 0 ? 0 : 1;
}

static void test_fork(void)
{
	char *p = map_pages(4, PROT_READ | PROT_WRITE);

	is(lock(p, 4 * PAGE), 0, "(locked)");
	is(in_child(child_locks, NULL), EXITED(0), "a child inherits no locks");
	munmap(p, 4 * PAGE);
}

static void test_errors(void)
{
	char *p = map_pages(5, PROT_READ | PROT_WRITE), *none = map_pages(1, PROT_NONE);
	long before = locked();

	munmap(p + 2 * PAGE, PAGE);
	is(lock(p, 5 * PAGE), -ENOMEM, "a hole");
	if (on_octavo())
		is(locked(), before, "nothing has changed");
	unlock(p, 2 * PAGE);
	is(unlock(p, 5 * PAGE), -ENOMEM, "in what is unlocked");
	is(lock(p + 2 * PAGE, PAGE), -ENOMEM, "nothing but a hole");
	is(lock(p, 0), 0, "no bytes");
	is(lock(none, PAGE), -ENOMEM, "what cannot be accessed");
	is(locked() - before, 1, "is locked all the same");
	is(sys(__NR_mlock2, p, PAGE, 2), -EINVAL, "mlock2: a flag that nobody knows");
	is(sys(__NR_mlockall, 0), -EINVAL, "mlockall: nothing");
	is(sys(__NR_mlockall, 4), -EINVAL, "mlockall: on fault, but what?");
	is(sys(__NR_mlockall, 8), -EINVAL, "mlockall: something else");
	munmap(p, 5 * PAGE);
	munmap(none, PAGE);
}

static void test_file(void)
{
	char name[40], *p;
	int fd;

	sniprintf(name, sizeof(name), "%s/mlock", on_octavo() ? "/tmp" : "/dev/shm");
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, 2 * PAGE) != 0)
		bail_out("%s: errno %d", name, errno);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(lock(p, 2 * PAGE), 0, "a file");
	is(lock(p, 4 * PAGE), -ENOMEM, "and what lies behind it");
	munmap(p, 4 * PAGE);
	close(fd);
	unlink(name);
}

/* --- limits; each in a child, => 0 or the step that went otherwise --- */

static int limited(void *unused)
{
	char *p = map_pages(20, PROT_READ | PROT_WRITE);

	(void)unused;
	set_limit(8 * PAGE);
	become_nobody();
	if (lock(p, 9 * PAGE) != -ENOMEM || locked() != 0)
		return 1;
	if (lock(p, 8 * PAGE) != 0 || lock(p + 4 * PAGE, 4 * PAGE) != 0)
		return 2;
	if (lock(p + 8 * PAGE, 1) != -ENOMEM || lock(p + 7 * PAGE, 2 * PAGE) != -ENOMEM)
		return 3;
	if (sys(__NR_mmap2, 0, PAGE, PROT_READ, anon | MAP_LOCKED, -1, 0) != -EAGAIN)
		return 4;
	if (unlock(p, PAGE) != 0 || lock(p + 8 * PAGE, 1) != 0)
		return 5;
	if (locked() != 8)
		return 6;
	return lock(p + PAGE, 0xfffff000) == -ENOMEM ? 0 : 7; /* most of what there can be */
}

static int capable(void *unused)
{
	char *p = map_pages(20, PROT_READ | PROT_WRITE);

	(void)unused;
	set_limit(0);
	if (lock(p, 20 * PAGE) != 0)
		return 1;
	return sys(__NR_mlockall, MCL_CURRENT) == 0 ? 0 : 2;
}

static int forbidden(void *unused)
{
	char *p = map_pages(20, PROT_READ | PROT_WRITE);

	(void)unused;
	set_limit(0);
	become_nobody();
	if (lock(p, 0) != -EPERM || lock(p, PAGE) != -EPERM)
		return 1;
	if (sys(__NR_mlock2, p, PAGE, 0) != -EPERM || sys(__NR_mlock2, p, PAGE, 2) != -EINVAL)
		return 2;
	if (sys(__NR_mlockall, MCL_FUTURE) != -EPERM || sys(__NR_mlockall, 0) != -EINVAL)
		return 3;
	if (sys(__NR_mmap2, 0, PAGE, PROT_READ, anon | MAP_LOCKED, -1, 0) != -EPERM)
		return 4;
	return unlock(p, PAGE) == 0 && sys(__NR_munlockall) == 0 ? 0 : 5;
}

static int everything(void *unused)
{
	char *p;
	long there;

	(void)unused;
	set_limit(8 * MB);
	become_nobody();
	if (sys(__NR_mlockall, MCL_CURRENT) != 0 || locked() < 10)
		return 1;
	there = locked();
	p = map_pages(10, PROT_READ | PROT_WRITE);
	if (locked() != there)
		return 2;
	if (sys(__NR_mlockall, MCL_FUTURE) != 0 || locked() != there)
		return 3;
	munmap(p, 10 * PAGE);
	p = map_pages(10, PROT_READ | PROT_WRITE);
	if (locked() != there + 10)
		return 4;
	if (sys(__NR_munlockall) != 0 || locked() != 0)
		return 5;
	munmap(p, 10 * PAGE);
	map_pages(10, PROT_READ | PROT_WRITE);
	return locked() == 0 ? 0 : 6;
}

static int future_is_limited(void *unused)
{
	unsigned long heap = (unsigned long)sys(__NR_brk, 0);
	char *p;

	(void)unused;
	set_limit(16 * PAGE);
	become_nobody();
	if (sys(__NR_mlockall, MCL_CURRENT) != -ENOMEM || sys(__NR_mlockall, MCL_FUTURE) != 0)
		return 1;
	if (sys(__NR_mmap2, 0, 17 * PAGE, PROT_READ, anon, -1, 0) != -EAGAIN)
		return 2;
	p = map_pages(10, PROT_READ | PROT_WRITE);
	if (locked() != 10)
		return 3;
	if ((unsigned long)sys(__NR_brk, heap + 7 * PAGE) == heap + 7 * PAGE)
		return 4;
	heap = (heap + PAGE - 1) & ~(PAGE - 1);
	if ((unsigned long)sys(__NR_brk, heap + 6 * PAGE) != heap + 6 * PAGE || locked() != 16)
		return 5;
	if (present((char *)heap, 6) != 6)
		return 6;
	if ((unsigned long)sys(__NR_brk, heap) != heap || locked() != 10)
		return 7;
	munmap(p, 10 * PAGE);
	if (sys(__NR_mlockall, MCL_FUTURE | MCL_ONFAULT) != 0)
		return 8;
	p = map_pages(10, PROT_READ | PROT_WRITE);
	return present(p, 10) == 0 && locked() == 10 ? 0 : 9;
}

/* An area that grows down, and is locked, grows as far as the limit lets it. */
static int grows(void *far)
{
	char *hole = map_pages(600, PROT_NONE), *p = hole + 596 * PAGE;

	munmap(hole, 600 * PAGE);
	if (mmap(p, 4 * PAGE, PROT_READ | PROT_WRITE, anon | MAP_GROWSDOWN | MAP_FIXED, -1, 0) != p)
		return 1;
	set_limit(16 * PAGE);
	become_nobody();
	if (lock(p, 4 * PAGE) != 0 || locked() != 4)
		return 2;
	p[-1] = 1;
	if (locked() != 5)
		return 3;
	p[far != NULL ? -20 * (long)PAGE : -12 * (long)PAGE] = 1;
	return locked() == 16 ? 0 : 4;
}

static int copied_when_writable(void *unused)
{
	char *p = map_pages(8, PROT_READ);

	(void)unused;
	if (lock(p, 8 * PAGE) != 0)
		return 1;
	if (mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE) != 0)
		return 2;
	return present(p, 8) == 8 ? 0 : 3;
}

int main(void)
{
	test_ranges();
	test_presence();
	test_fork();
	test_errors();
	test_file();
	is(in_child(limited, NULL), EXITED(0), "RLIMIT_MEMLOCK");
	is(in_child(capable, NULL), EXITED(0), "is not for CAP_IPC_LOCK");
	is(in_child(forbidden, NULL), EXITED(0), "0 is more than few: EPERM");
	is(in_child(everything, NULL), EXITED(0), "mlockall, munlockall");
	is(in_child(future_is_limited, NULL), EXITED(0), "what is locked from now on is limited");
	is(in_child(grows, NULL), EXITED(0), "a locked area that grows down");
	is(in_child(grows, &text), KILLED(SIGSEGV), "but not beyond the limit");
	is(in_child(copied_when_writable, NULL), EXITED(0), "locked pages that become writable");
	return tap_done();
}
