/* SPDX-License-Identifier: MIT */
/*
 * Much of everything: 66,000 mappings in one process, which is more than max_map_count allows at first;
 * 2 GB of which little is there; 500 processes that share a file, each page by a mapping of its own.
 */
#include "guest.h"
#include "slurp.h"

#define RW          (PROT_READ | PROT_WRITE)
#define MAPPINGS    66000
#define ALLOWED     65530
#define FEW         3000 /* of them are looked at */
#define SPARSE      (2048 * MB)
#define SPARSE_STEP (64 * MB)
#define SHARERS     500
#define FILE_PAGES  16
#define PATH        "/tmp/scale"

static uint32_t state = 7;

static unsigned below(unsigned n)
{
	return next_random(&state) % n;
}

static void set_max_map_count(const char *count)
{
	int fd = open("/proc/sys/vm/max_map_count", O_WRONLY);

	if (fd < 0 || write(fd, count, strlen(count)) < 0)
		bail_out("max_map_count: errno %d", errno);
	close(fd);
}

/* --- mappings --- */

static char *base;

static char *mapping(unsigned i)
{
	return base + i * 2 * PAGE;
}

static int add(unsigned i)
{
	return mmap(mapping(i), PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       mapping(i);
}

static unsigned count_lines(const char *path)
{
	static char piece[4096];
	unsigned lines = 0;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += piece[i] == '\n';
	close(fd);
	return lines;
}

/* Each of the pages that were written to has its number still. */
static unsigned count_right(unsigned step, unsigned nr)
{
	unsigned right = 0;

	for (unsigned i = 0; i < nr; i += step)
		right += *(volatile unsigned *)(void *)mapping(i) == i + 1;
	return right;
}

static void test_mappings(void)
{
	const unsigned step = MAPPINGS / FEW;
	unsigned others = count_lines("/proc/self/maps"), there = 0, gone = 0;
	int status;
	pid_t pid;

	base = mmap(NULL, MAPPINGS * 2 * PAGE, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		bail_out("no room for %u mappings", MAPPINGS);
	munmap(base, MAPPINGS * 2 * PAGE);
	while (there < MAPPINGS && add(there))
		there++;
	ok(there + others <= ALLOWED + 1 && there + others >= ALLOWED - 1 && errno == ENOMEM,
	   "%u mappings, then ENOMEM: %u are allowed", there, ALLOWED);
	set_max_map_count("70000");
	while (there < MAPPINGS && add(there))
		there++;
	is(there, MAPPINGS, "more where more are allowed");
	for (unsigned i = 0; i < MAPPINGS; i += step)
		*(volatile unsigned *)(void *)mapping(i) = i + 1;
	is(count_right(step, MAPPINGS), FEW, "each is memory of its own");
	is(count_lines("/proc/self/maps"), others + MAPPINGS, "maps tells them all");
	pid = must_fork();
	if (pid == 0) {
		*(volatile unsigned *)(void *)mapping(0) = 0;
		_exit(count_right(step, MAPPINGS) == FEW - 1 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "a child has them all");
	is(count_right(step, MAPPINGS), FEW, "and its own pages");
	for (unsigned i = 0; i < FEW; i++) {
		unsigned at =
			below(MAPPINGS / 2) * 2 + 1; /* none that is written to: step is even */

		gone += munmap(mapping(at), PAGE) == 0 && add(at);
	}
	is(gone, FEW, "any of them goes and comes again");
	munmap(base, MAPPINGS * 2 * PAGE);
	is(count_lines("/proc/self/maps"), others, "and one call takes all away");
	set_max_map_count("65530");
}

/* --- 2 GB --- */

static long resident_kb(void)
{
	return file_value("/proc/self/status", "VmRSS:");
}

/* Sleeps again and again. *late: the milliseconds that one of them took, at the most */
static pid_t sleeper(volatile long *late)
{
	pid_t pid = must_fork();

	while (pid == 0) {
		uint64_t start = now_ns();
		long ms;

		sleep_ms(1);
		ms = (long)((now_ns() - start) / 1000000);
		if (ms > *late)
			*late = ms;
	}
	return pid;
}

/* A call that changes each of many areas does not keep others from running meanwhile. */
static void test_others_run(void)
{
	volatile long *late;
	char *p;
	pid_t pid;

	if (own_cpus() > 1)
		return; /* another CPU runs them */
	late = map_shared(1);
	p = map_more(64000, RW, MAP_NORESERVE);
	for (unsigned long i = 0; i < 64000; i += 2)
		sys(__NR_madvise, p + i * PAGE, PAGE, 10 /* DONTFORK: they are not merged */);
	pid = sleeper(late);
	sleep_ms(20);
	*late = 0;
	is(mprotect(p, 64000 * PAGE, PROT_READ), 0, "mprotect of 64,000 areas");
	is(mprotect(p, 64000 * PAGE, RW), 0, "and back");
	ok(in_time(*late, 2), "meanwhile another process sleeps for a millisecond, not %ld", *late);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(p, 64000 * PAGE);
}

static void test_sparse(const char *what, int flags, int fd)
{
	const unsigned long pages = SPARSE / SPARSE_STEP;
	long before = resident_kb(), tables = value("VmPTE:");
	char *p = mmap(NULL, SPARSE, RW, flags, fd, 0);
	unsigned long right = 0;

	ok(p != MAP_FAILED, "2 GB %s", what);
	if (p == MAP_FAILED)
		return;
	for (unsigned long i = 0; i < pages; i++)
		p[i * SPARSE_STEP + i * PAGE] = (char)(i + 1);
	ok(resident_kb() - before <= (long)(pages + 64) * 4,
	   "only what is touched is there (%ld kB)", resident_kb() - before);
	ok(value("VmPTE:") - tables <= (long)(pages + 4) * 4, "with its tables (%ld kB)",
	   value("VmPTE:") - tables);
	is(mprotect(p, SPARSE, PROT_READ), 0, "may only be read");
	for (unsigned long i = 0; i < pages; i++)
		right += p[i * SPARSE_STEP + i * PAGE] == (char)(i + 1) &&
			 p[i * SPARSE_STEP + SPARSE_STEP - 1] == 0;
	is(right, pages, "and has its bytes");
	is(munmap(p, SPARSE), 0, "and goes");
	ok(resident_kb() <= before + 256, "all of it (%ld kB)", resident_kb() - before);
}

/* --- sharers --- */

/* The areas of the file's pages lie the wrong way round: no two become one. */
static char *map_pages_of(int fd)
{
	char *at = mmap(NULL, FILE_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned i = 0; i < FILE_PAGES; i++)
		if (mmap(at + (FILE_PAGES - 1 - i) * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd,
			 (off_t)(i * PAGE)) == MAP_FAILED)
			return NULL;
	return at;
}

static int sharer(int fd, unsigned number, int told, int go)
{
	char *p = map_pages_of(fd), byte = 0;

	if (!p)
		return 1;
	for (unsigned i = 0; i < FILE_PAGES; i++)
		p[i * PAGE + number] = (char)(number % 127 + 1);
	if (write(told, &byte, 1) != 1 || read(go, &byte, 1) != 0)
		return 2;
	for (unsigned i = 0; i < FILE_PAGES; i++)
		if (p[i * PAGE + number] != 0)
			return 3;
	return 0;
}

static unsigned count_written(const char *p)
{
	unsigned right = 0;

	for (unsigned i = 0; i < FILE_PAGES; i++)
		for (unsigned number = 0; number < SHARERS; number++)
			right += p[i * PAGE + number] == (char)(number % 127 + 1);
	return right;
}

static void test_sharers(void)
{
	static pid_t pids[SHARERS];
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600), told[2], go[2];
	unsigned good = 0;
	char *p, byte;

	if (fd < 0 || ftruncate(fd, FILE_PAGES * PAGE) != 0 || pipe(told) != 0 || pipe(go) != 0)
		bail_out(PATH ": errno %d", errno);
	p = map_pages_of(fd);
	for (unsigned i = 0; i < SHARERS; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0) {
			close(go[1]);
			_exit(sharer(fd, i, told[1], go[0]));
		}
		good += read(told[0], &byte, 1) == 1;
	}
	is(good, SHARERS, "processes have each page mapped by itself");
	is(count_written(p), SHARERS * FILE_PAGES, "and all have written to the same pages");
	is(kernel_command("audit"), 0, "the audit");
	is(ftruncate(fd, 0), 0, "the file is cut under all of them");
	is(peek(p), KILLED(SIGBUS), "nothing is there any more");
	is(ftruncate(fd, FILE_PAGES * PAGE), 0, "and it grows again");
	is(count_written(p), 0, "with zeros");
	close(go[1]);
	good = 0;
	for (unsigned i = 0; i < SHARERS; i++) {
		int status = -1;

		waitpid(pids[i], &status, 0);
		good += status == 0;
	}
	is(good, SHARERS, "processes have seen that");
	munmap(p, FILE_PAGES * PAGE);
	close(fd);
	unlink(PATH);
}

int main(void)
{
	int fd;

	test_mappings();
	test_others_run();
	test_sparse("of anonymous memory", MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	fd = open(PATH, O_RDWR | O_LARGEFILE | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || sys(__NR_ftruncate64, fd, SPARSE, 0) != 0)
		bail_out(PATH ": errno %d", errno);
	test_sparse("of a file", MAP_SHARED, fd);
	close(fd);
	unlink(PATH);
	test_sharers();
	return tap_done();
}
