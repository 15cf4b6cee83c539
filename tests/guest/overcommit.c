/* SPDX-License-Identifier: MIT */
/*
 * What is promised, and when no more is: every way in which memory comes to be needed counts in
 * Committed_AS as the document on overcommit says, and stops where the mode says.
 */
#include <stdio.h>

#include "slurp.h"

#define N         64L /* pages of most mappings here */
#define KB        (PAGE / 1024)
#define NR_shmget 395
#define NR_shmctl 396
#define MEMORY    "/proc/sys/vm/overcommit_memory"
#define RATIO     "/proc/sys/vm/overcommit_ratio"
#define KBYTES    "/proc/sys/vm/overcommit_kbytes"

static const int rw = PROT_READ | PROT_WRITE;
static long promised_before;

/* Pages. */
static long promised(void)
{
	return file_value("/proc/meminfo", "Committed_AS:") / (long)KB;
}

static void begin(void)
{
	promised_before = promised();
}

/* Pages that are promised since begin(). */
static long more(void)
{
	return promised() - promised_before;
}

static long set(const char *path, const char *what)
{
	return write_string(path, what);
}

static void set_number(const char *path, long n)
{
	char digits[16];

	sniprintf(digits, sizeof(digits), "%ld", n);
	if (set(path, digits) < 0)
		bail_out("%s: %s", path, digits);
}

static long map(long pages, int prot, int flags, int fd)
{
	return sys(__NR_mmap2, NULL, pages * PAGE, prot, flags, fd, 0);
}

/* Not an error: half of all addresses are negative. */
static int is_there(long addr)
{
	return (unsigned long)addr < -4096UL;
}

/* For what is touched. */
static long must(long addr)
{
	if (!is_there(addr))
		bail_out("no memory: %ld", addr);
	return addr;
}

static void unmap(long addr, long pages)
{
	sys(__NR_munmap, addr, pages * PAGE);
}

/* A file of N pages, all of them holes. */
static int sparse_file(void)
{
	long fd = sys(__NR_memfd_create, "sparse", 0);

	if (fd < 0 || sys(__NR_ftruncate, fd, N * PAGE) != 0)
		bail_out("memfd_create: %ld", fd);
	return (int)fd;
}

/* --- what each mapping costs --- */

static void test_kinds(void)
{
	const int anon = MAP_ANONYMOUS, none = MAP_NORESERVE;
	const int zero = (int)sys(__NR_open, "/dev/zero", O_RDWR, 0), file = sparse_file();
	const struct {
		int prot, flags, fd;
		long pages;
		const char *what;
	} kinds[] = {
		{rw, MAP_PRIVATE | anon, -1, N, "anonymous, private and writable (oc-6)"},
		{PROT_READ, MAP_PRIVATE | anon, -1, 0, "anonymous, private, to be read (oc-6)"},
		{PROT_NONE, MAP_PRIVATE | anon, -1, 0, "anonymous, private, not even that (oc-6)"},
		{rw, MAP_SHARED | anon, -1, N, "anonymous, shared (oc-6)"},
		{PROT_READ, MAP_SHARED | anon, -1, N, "the same, to be read (oc-6)"},
		{rw, MAP_PRIVATE, zero, N, "/dev/zero, private and writable (oc-6)"},
		{PROT_READ, MAP_PRIVATE, zero, 0, "/dev/zero, private, to be read (oc-6)"},
		{rw, MAP_SHARED, zero, N, "/dev/zero, shared (oc-6)"},
		{rw, MAP_SHARED, file, 0, "a file, shared (oc-5)"},
		{PROT_READ, MAP_PRIVATE, file, 0, "a file, private, to be read (oc-5)"},
		{rw, MAP_PRIVATE, file, N, "a file, private and writable (oc-5)"},
		{rw, MAP_PRIVATE | anon | none, -1, 0, "anonymous, MAP_NORESERVE (oc-4)"},
		{rw, MAP_SHARED | anon | none, -1, 0, "the same, shared (oc-4)"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		long addr, during;

		begin();
		addr = map(N, kinds[i].prot, kinds[i].flags, kinds[i].fd);
		during = more();
		unmap(addr, N);
		ok(is_there(addr) && during == kinds[i].pages && more() == 0,
		   "%s: %ld pages, then %ld", kinds[i].what, during, more());
	}
	close(zero);
	close(file);
}

/* --- what changes it --- */

static void test_mprotect(void)
{
	long addr;

	begin();
	addr = map(N, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	sys(__NR_mprotect, addr + 8 * PAGE, 8 * PAGE, rw);
	is(more(), 8, "mprotect: what becomes writable counts (oc-12)");
	sys(__NR_mprotect, addr, N * PAGE, rw);
	is(more(), N, "mprotect: once (oc-12)");
	sys(__NR_mprotect, addr, N * PAGE, PROT_READ);
	is(more(), N, "mprotect: and goes on, when it can only be read (oc-12)");
	unmap(addr + 4 * PAGE, 4);
	is(more(), N - 4, "munmap gives back what it takes away (oc-8)");
	unmap(addr, N);
	is(more(), 0, "munmap gives back the rest (oc-8)");
}

static void test_mremap(void)
{
	long addr, at;

	begin();
	addr = map(2 * N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unmap(addr + N * PAGE, N);
	at = sys(__NR_mremap, addr, N * PAGE, 2 * N * PAGE, 0, 0);
	ok(at == addr && more() == 2 * N, "mremap: what it grows by counts (oc-8)");
	at = sys(__NR_mremap, addr, 2 * N * PAGE, N * PAGE, 0, 0);
	ok(at == addr && more() == N, "mremap: what it shrinks by does not (oc-8)");
	at = map(2 * N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	at = sys(__NR_mremap, addr, N * PAGE, 2 * N * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at);
	ok(is_there(at) && more() == 2 * N,
	   "mremap: onto other memory, which counts no longer (oc-8)");
	addr = sys(__NR_mremap, at, 2 * N * PAGE, 2 * N * PAGE, MREMAP_MAYMOVE | 4, 0);
	ok(is_there(addr) && more() == 4 * N, "mremap: what stays behind counts, too (oc-8)");
	unmap(addr, 2 * N);
	unmap(at, 2 * N);
	is(more(), 0, "all of it has gone (oc-8)");
}

static void test_fixed(void)
{
	long addr;

	begin();
	addr = map(N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	sys(__NR_mmap2, addr, N / 2 * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	is(more(), N, "mmap over other memory counts once (oc-8)");
	sys(__NR_mmap2, addr, N * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	is(more(), 0, "mmap of nothing over it gives it back (oc-8)");
	unmap(addr, N);
}

static void test_brk(void)
{
	long brk = sys(__NR_brk, 0);

	begin();
	sys(__NR_brk, brk + N * PAGE);
	is(more(), N, "brk: what the heap grows by counts (oc-8)");
	sys(__NR_brk, brk);
	is(more(), 0, "brk: what it shrinks by does not (oc-8)");
}

static void test_fork(void)
{
	long addr, shared, own, during;
	int status;
	pid_t pid;

	addr = map(N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	begin();
	pid = must_fork();
	if (pid == 0)
		sleep_ms(100000);
	own = more();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(more(), 0, "a process that ends gives back its own (oc-8)");
	shared = map(N, rw, MAP_SHARED | MAP_ANONYMOUS, -1);
	unmap(addr, N);
	begin();
	pid = must_fork();
	if (pid == 0)
		sleep_ms(100000);
	during = more();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(own - during, N,
	   "fork: private memory counts for the child again, shared does not (oc-8)");
	unmap(shared, N);
}

/* Touches the stack 40 pages further down. */
static __attribute__((noinline)) long deep(void)
{
	volatile char room[40 * PAGE];

	room[0] = 1;
	return promised() + room[0] - 1;
}

static int grow(void *unused)
{
	(void)unused;
	begin();
	return deep() - promised_before >= 36 ? 0 : 1;
}

static void test_files(void)
{
	long fd = sparse_file(), id, at;
	char *page;

	begin();
	page = (char *)must(map(N, rw, MAP_SHARED, (int)fd));
	page[0] = 1;
	page[9 * PAGE] = 1;
	is(more(), 2, "a page of tmpfs counts when it comes (oc-7)");
	sys(__NR_ftruncate, fd, PAGE);
	is(more(), 1, "and no longer when it goes (oc-7)");
	unmap((long)page, N);
	close((int)fd);
	is(more(), 0, "as all of them with their file (oc-7)");
	begin();
	id = sys(NR_shmget, 0, N * PAGE, 0600);
	is(more(), N, "a segment counts from its beginning (oc-12)");
	at = must(sys(397 /* shmat */, id, NULL, 0));
	*(volatile char *)at = 1;
	is(more(), N, "and its pages not again (oc-12)");
	sys(NR_shmctl, id, 0 /* IPC_RMID */, NULL);
	sys(398 /* shmdt */, at);
	is(more(), 0, "until it has gone (oc-12)");
	id = sys(NR_shmget, 0, N * PAGE, 0600 | 010000 /* SHM_NORESERVE */);
	is(more(), 0, "unless nothing is to be reserved (oc-4)");
	sys(NR_shmctl, id, 0, NULL);
}

/* --- the modes --- */

/* The promises that the limit leaves room for, less a little. */
static long room(void)
{
	slurp("/proc/meminfo");
	return (value("CommitLimit:") - value("Committed_AS:")) / (long)KB - 20;
}

static int no_stack(void *unused)
{
	char *stack = (char *)(((uintptr_t)&unused & ~(PAGE - 1)) - 60 * PAGE);

	set_number(KBYTES, promised() * (long)KB + 16 * (long)KB);
	*(volatile char *)stack = 1;
	return 0;
}

static int no_fork(void *unused)
{
	long addr, pid;

	(void)unused;
	addr = map(room() * 2 / 3, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!is_there(addr))
		return 1;
	pid = sys(__NR_fork);
	if (pid == 0)
		_exit(0);
	return pid == -ENOMEM ? 0 : 2;
}

/* Takes all that can be had; then a hole of a file can become no page, by write(2) or by a touch. */
static int no_hole(void *file)
{
	long fd = (long)file;
	char *byte = (char *)must(map(N, rw, MAP_SHARED, (int)fd));

	while (is_there(map(1, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1)))
		;
	if (sys(__NR_write, fd, "x", 1) != -ENOSPC)
		return 1;
	*(volatile char *)byte = 1;
	return 0;
}

/* All that can be had but a few pages is had; each of these wants more. */
static void test_strict_calls(void)
{
	long brk = sys(__NR_brk, 0), fd = sparse_file(), full, full_pages, rest, rest_pages, lent;

	lent = must(map(N, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
	is(in_child(no_hole, (void *)fd), KILLED(SIGBUS), "no page for a hole of a file (oc-8)");
	full_pages = room() - N;
	full = map(full_pages, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ok(is_there(full), "nearly all that may be promised is (oc-1)");
	is(map(4 * N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1), -ENOMEM, "no more by mmap (oc-8)");
	is(map(4 * N, rw, MAP_SHARED | MAP_ANONYMOUS, -1), -ENOMEM, "nor shared (oc-8)");
	is(map(4 * N, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1), -ENOMEM,
	   "MAP_NORESERVE is not heeded (oc-4)");
	is(sys(__NR_mremap, full, PAGE, 4 * N * PAGE, MREMAP_MAYMOVE, 0), -ENOMEM,
	   "nor by mremap (oc-8)");
	is(sys(__NR_brk, brk + 4 * N * PAGE), brk, "nor by brk (oc-8)");
	is(sys(NR_shmget, 0, 4 * N * PAGE, 0600 | 010000), -ENOMEM, "nor as a segment (oc-8)");
	rest_pages = room();
	rest = map(rest_pages, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	begin();
	is(sys(__NR_mprotect, lent, N * PAGE, rw), -ENOMEM, "nor by mprotect (oc-12)");
	ok(more() == 0 && *(volatile char *)lent == 0, "which changes nothing then (oc-12)");
	unmap(rest, rest_pages);
	is(sys(__NR_mmap2, full, full_pages * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	       0),
	   full, "but what takes the place of as much may come (oc-8)");
	unmap(full, full_pages);
	unmap(lent, N);
	close((int)fd);
}

/* Segments of nearly 4 GB: more pages than a number of 32 bits with a sign can tell. */
static void test_many(void)
{
	static int ids[2060];
	const unsigned long long each = 0xfefff000u / PAGE, all = sizeof(ids) / sizeof(ids[0]);
	unsigned long long nr = 0, before = (unsigned long long)promised();

	while (nr < all && (ids[nr] = (int)sys(NR_shmget, 0, each * PAGE, 0600)) >= 0)
		nr++;
	is((long)nr, (long)all, "so many segments in mode 1 (oc-1)");
	slurp("/proc/meminfo");
	ok(strtoull(strstr(text, "Committed_AS:") + 13, NULL, 10) == (before + nr * each) * KB,
	   "are all promised (oc-6)");
	is(kernel_command("audit"), 0, "the audit finds as much");
	set_number(MEMORY, 2);
	is(map(N, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1), -ENOMEM, "no more in mode 2 (oc-8)");
	set_number(MEMORY, 1);
	while (nr > 0)
		sys(NR_shmctl, ids[--nr], 0, NULL);
	is(promised(), (long)before, "until they go");
}

static void test_modes(void)
{
	long limit, total, addr;

	is(set(MEMORY, "3"), -EINVAL, "there are three modes (oc-2)");
	is(file_value(RATIO, ""), 50, "the ratio is 50 at first (oc-2)");
	slurp("/proc/meminfo");
	limit = value("CommitLimit:");
	total = value("MemTotal:");
	ok(limit >= total / 2 - 4 && limit <= total / 2, "CommitLimit is half of it (oc-2)");
	addr = map(total / (long)KB, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	is(addr, -ENOMEM, "what can obviously not be had is refused (oc-10)");
	set_number(MEMORY, 1);
	addr = map(total / (long)KB * 2, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ok(is_there(addr), "but not in mode 1 (oc-1)");
	unmap(addr, total / (long)KB * 2);
	test_many();
	set_number(RATIO, 80);
	limit = file_value("/proc/meminfo", "CommitLimit:");
	ok(limit > total / 10 * 8 - 8 && limit <= total / 10 * 8 + 8,
	   "the ratio sets the limit (oc-2)");
	set_number(KBYTES, 20480);
	is(file_value("/proc/meminfo", "CommitLimit:"), 20480, "or a number of kilobytes does");
	is(file_value(RATIO, ""), 0, "and the ratio no longer");
	set_number(RATIO, 50);
	is(file_value(KBYTES, ""), 0, "until it is set again");
	set_number(MEMORY, 2);
	test_strict_calls();
	is(in_child(no_fork, NULL), EXITED(0), "a fork that would promise too much: ENOMEM (oc-8)");
	is(in_child(no_stack, NULL), KILLED(SIGSEGV), "a stack that may not grow (oc-3)");
	set_number(RATIO, 50);
	set_number(MEMORY, 0);
}

int main(void)
{
	if (!on_octavo()) {
		skip("others promise at the same time");
		return tap_done();
	}
	set_number(RATIO, 50); /* an earlier run may have ended anywhere */
	set_number(MEMORY, 0);
	test_kinds();
	test_mprotect();
	test_mremap();
	test_fixed();
	test_brk();
	test_fork();
	is(in_child(grow, NULL), EXITED(0), "what a stack grows by counts (oc-8)");
	test_files();
	test_modes();
	return tap_done();
}
