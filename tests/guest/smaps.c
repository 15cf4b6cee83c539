/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/smaps and smaps_rollup: which lines there are, the flags of each kind of area, and numbers
 * that are known since the program has made them so. Of kinds that the host's Linux has and Octavo has
 * not, lines and flags are passed over.
 */
#include "slurp.h"

#define MLOCK_ONFAULT   1
#define MADV_DONTFORK   10
#define MADV_WIPEONFORK 18

enum { PAGES = 64 };

/* --- the lines --- */

/* In smaps and smaps_rollup, behind the lines that only one of them has. */
#define COMMON_LINES                                                                               \
	"Shared_Clean:", "Shared_Dirty:", "Private_Clean:", "Private_Dirty:", "Referenced:",       \
		"Anonymous:", "LazyFree:", "AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:",  \
		"Shared_Hugetlb:", "Private_Hugetlb:", "Swap:", "SwapPss:", "Locked:"

static const char *const lines[] = {
	"Size:",      "KernelPageSize:", "MMUPageSize:", "Rss:",     "Pss:",
	"Pss_Dirty:", COMMON_LINES,      "THPeligible:", "VmFlags:",
};

static const char *const rollup_lines[] = {
	"Rss:", "Pss:", "Pss_Dirty:", "Pss_Anon:", "Pss_File:", "Pss_Shmem:", COMMON_LINES,
};

/* The line behind `at`; NULL: there is none */
static const char *next_line(const char *at)
{
	at = strchr(at, '\n');
	return at != NULL && at[1] != '\0' ? at + 1 : NULL;
}

/* Are these the lines from `at` on, in this order? Linux may have others between them. => the next one */
static const char *has_lines(const char *at, const char *const *names, unsigned nr, const char *of)
{
	unsigned found = 0, others = 0;

	for (; at != NULL && found < nr; at = next_line(at)) {
		if (strncmp(at, names[found], strlen(names[found])) == 0)
			found++;
		else
			others++;
	}
	ok(found == nr, "%s: the lines, in Linux's order, up to %s", of,
	   found < nr ? names[found] : "the last");
	if (on_octavo())
		is(others, 0, "%s: no others", of);
	return at;
}

/* Every number ends in one column. */
static void has_columns(const char *of)
{
	unsigned wrong = 0;

	for (const char *at = text; at != NULL; at = next_line(at)) {
		const char *unit = strstr(at, " kB\n"), *end = strchr(at, '\n');

		wrong += unit != NULL && unit < end && unit - at != 24;
	}
	is(wrong, 0, "%s: the numbers stand under each other", of);
}

static void test_lines(void)
{
	const char *at;

	if (slurp("/proc/self/smaps") <= 0)
		bail_out("no smaps");
	at = has_lines(strchr(text, '\n') + 1, lines, sizeof(lines) / sizeof(lines[0]), "smaps");
	ok(at != NULL && strtoul(at, NULL, 16) > strtoul(text, NULL, 16), "the next area follows");
	ok(strstr(text, "\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n") != NULL,
	   "names and numbers stand where they do");
	has_columns("smaps");
	if (slurp("/proc/self/smaps_rollup") <= 0)
		bail_out("no smaps_rollup");
	has_columns("smaps_rollup");
	at = has_lines(strchr(text, '\n') + 1, rollup_lines,
		       sizeof(rollup_lines) / sizeof(rollup_lines[0]), "smaps_rollup");
	if (on_octavo())
		ok(at == NULL, "nothing else follows");
}

/* --- smaps_rollup is the sum --- */

/* Sum of all numbers behind `name` at the beginning of a line of `text`; *nr: how many */
static long sum_of(const char *name, long *nr)
{
	size_t len = strlen(name);
	long sum = 0;

	*nr = 0;
	for (const char *at = text; at != NULL; at = next_line(at)) {
		if (strncmp(at, name, len) != 0)
			continue;
		sum += strtol(at + len, NULL, 10);
		++*nr;
	}
	return sum;
}

static void test_sum(void)
{
	static const char *const names[] = {"Rss:",       "Private_Dirty:", "Shared_Clean:",
					    "Anonymous:", "Referenced:",    "Shared_Dirty:"};
	enum { NR = sizeof(names) / sizeof(names[0]) };
	unsigned long first, last = 0, start, end;
	long sum[NR], pss, locked, nr, nr_locked;

	slurp("/proc/self/smaps"); /* brings `text` in */
	slurp("/proc/self/smaps");
	first = strtoul(text, NULL, 16);
	for (unsigned i = 0; i < NR; i++)
		sum[i] = sum_of(names[i], &nr);
	pss = sum_of("Pss:", &nr);
	locked = sum_of("Locked:", &nr_locked);
	for (const char *at = text; at != NULL; at = next_line(at)) {
		char *dash;

		start = strtoul(at, &dash, 16);
		if (dash == at + 8 && *dash == '-' && start > 0)
			last = strtoul(dash + 1, NULL, 16);
	}
	slurp("/proc/self/smaps_rollup");
	for (unsigned i = 0; i < NR; i++)
		ok(labs(value(names[i]) - sum[i]) <= (on_octavo() ? 0 : 64),
		   "%s %ld is the sum, %ld", names[i], value(names[i]), sum[i]);
	ok(value("Pss:") >= pss && value("Pss:") <= pss + nr + 64,
	   "Pss %ld of %ld, rounded down %ld times", value("Pss:"), pss, nr);
	ok(value("Locked:") >= locked && value("Locked:") <= locked + nr, "Locked");
	ok(labs(value("Pss_Anon:") + value("Pss_File:") + value("Pss_Shmem:") - value("Pss:")) <= 2,
	   "the kinds of Pss are all of it");
	start = strtoul(text, NULL, 16);
	end = strtoul(text + 9, NULL, 16);
	ok(start == first && end == last, "it goes from the first area to the last: %lx-%lx", start,
	   end);
	ok(strncmp(text + 17, " ---p 00000000 00:00 0 ", 23) == 0 &&
		   strncmp(text + 40 + strspn(text + 40, " "), "[rollup]\n", 9) == 0,
	   "and says so as Linux does");
	if (on_octavo())
		is(text[49], '[', "in the column where Linux for i386 has names");
}

/* --- flags --- */

/* Those of the area at `place`, but for what only the host's Linux has. */
static const char *flags_of(const void *place)
{
	static const char *const foreign[] = {"sd ", "nh ", "hg ", "mg ", "dw "};
	static char flags[100];
	const char *at;
	size_t len;

	flags[0] = '\0';
	if (usage(place, "\nSize:") < 0) /* leaves smaps in `text` */
		return "no area";
	for (at = text; at != NULL; at = next_line(at)) {
		char *dash;
		unsigned long start = strtoul(at, &dash, 16);

		if (dash == at + 8 && *dash == '-' && start <= (unsigned long)place &&
		    strtoul(dash + 1, NULL, 16) > (unsigned long)place)
			break;
	}
	at = at != NULL ? strstr(at, "\nVmFlags: ") : NULL;
	if (at == NULL)
		return "no line";
	at += 10;
	len = strcspn(at, "\n");
	memcpy(flags, at, len < sizeof(flags) ? len : 0);
	flags[len < sizeof(flags) ? len : 0] = '\0';
	for (unsigned i = 0; !on_octavo() && i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		char *there = strstr(flags, foreign[i]);

		if (there != NULL)
			memmove(there, there + 3, strlen(there + 3) + 1);
	}
	return flags;
}

static void has_flags(const void *place, const char *want, const char *what)
{
	const char *got = flags_of(place);

	ok(strcmp(got, want) == 0, "%s: %s", what, want);
	if (strcmp(got, want) != 0)
		diag("got: %s", got);
}

static char *area(int prot, int flags, int fd)
{
	char *hole =
		mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *p = mmap(hole + PAGE, PAGE, prot, flags | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0),
		       fd, 0);

	if (p != hole + PAGE)
		bail_out("mmap: errno %d", errno);
	return p;
}

static void test_flags(void)
{
	char *p = area(PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);

	has_flags(p, "rd wr mr mw me ac ", "private memory");
	*p = 1;
	mprotect(p, PAGE, PROT_READ);
	has_flags(p, "rd mr mw me ac ", "which is read only later");
	has_flags(area(PROT_READ, MAP_PRIVATE, -1), "rd mr mw me ", "which always was");
	has_flags(area(PROT_NONE, MAP_PRIVATE, -1), "mr mw me ", "nobody's");
	has_flags(area(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, -1),
		  "rd wr mr mw me nr ", "MAP_NORESERVE");
	has_flags(area(PROT_READ | PROT_WRITE, MAP_SHARED, -1), "rd wr sh mr mw me ms ",
		  "shared memory");
	p = area(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN, -1);
	has_flags(p, "rd wr mr mw me gd ac ", "MAP_GROWSDOWN");
	has_flags(&p, "rd wr mr mw me gd ac ", "the stack");
	p = area(PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	is(sys(__NR_mlock, p, PAGE), 0, "mlock");
	has_flags(p, "rd wr mr mw me lo ac ", "is a flag");
	p = area(PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	is(sys(__NR_mlock2, p, PAGE, MLOCK_ONFAULT), 0, "mlock2");
	if (strstr(flags_of(p), "lf") == NULL) /* later than 6.1 */
		has_flags(p, "rd wr mr mw me lo ?? ac ", "is one that 6.1 has no name for");
	p = area(PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	is(sys(__NR_madvise, p, PAGE, MADV_DONTFORK), 0, "MADV_DONTFORK");
	has_flags(p, "rd wr mr mw me dc ac ", "is a flag");
	is(sys(__NR_madvise, p, PAGE, MADV_WIPEONFORK), 0, "MADV_WIPEONFORK");
	has_flags(p, "rd wr mr mw me dc ac wf ", "is another");
	has_flags((const void *)(uintptr_t)test_flags, "rd ex mr mw me ", "text");
}

static void test_file_flags(void)
{
	int fd = open("/tmp/smaps", O_RDWR | O_CREAT | O_TRUNC, 0600), fd_read;
	char *p;

	fd_read = open("/tmp/smaps", O_RDONLY);
	ftruncate(fd, PAGES * PAGE);
	has_flags(area(PROT_READ | PROT_WRITE, MAP_SHARED, fd), "rd wr sh mr mw me ms ", "a file");
	has_flags(area(PROT_READ, MAP_SHARED, fd_read), "rd mr me ms ", "opened for reading");
	has_flags(area(PROT_READ, MAP_PRIVATE, fd_read), "rd mr mw me ", "private");
	has_flags(area(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd_read), "rd wr mr mw me ac ",
		  "private and written to");
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(sys(__NR_remap_file_pages, p, PAGE, 0, 3, 0), 0, "remap_file_pages");
	if (on_octavo())
		has_flags(p, "rd sh mr mw me ms nl ", "is a flag");
	close(fd);
	close(fd_read);
	unlink("/tmp/smaps");
}

/* --- numbers --- */

/* That many kB, in the area at p. */
static void has_kb(const void *p, const char *line, long kb, const char *what)
{
	is(usage(p, line), kb, "%s: %s %ld kB", what, line + 1, kb);
}

static char *own_pages(unsigned nr)
{
	char *p = map_pages(nr, PROT_READ | PROT_WRITE);

	sys(__NR_madvise, p, nr * PAGE, MADV_NOHUGEPAGE);
	return p;
}

static void test_private(void)
{
	char *p = own_pages(PAGES);
	volatile char c;

	memset(p, 1, 40 * PAGE);
	for (unsigned i = 40; i < 60; i++)
		c = p[i * PAGE]; /* the page of zeros */
	(void)c;
	has_kb(p, "\nSize:", 256, "64 pages");
	has_kb(p, "\nRss:", 160, "40 are written");
	has_kb(p, "\nPss:", 160, "by nobody else");
	has_kb(p, "\nPss_Dirty:", 160, "so they are dirty");
	has_kb(p, "\nPrivate_Dirty:", 160, "all of them");
	has_kb(p, "\nAnonymous:", 160, "anonymous");
	has_kb(p, "\nReferenced:", 160, "used");
	has_kb(p, "\nLocked:", 0, "not locked");
	is(sys(__NR_mlock, p, PAGES * PAGE), 0, "mlock");
	has_kb(p, "\nLocked:", 256, "brings all in");
	has_kb(p, "\nRss:", 256, "to stay");
	munmap(p, PAGES * PAGE);
}

/* docs/differences.md: here what is in memory alone is dirty, written or not */
static void test_read_only(void)
{
	char *p = map_shared(2);
	volatile char c = p[0];

	(void)c;
	has_kb(p, on_octavo() ? "\nPrivate_Dirty:" : "\nPrivate_Clean:", 4,
	       "shared memory that was read");
	has_kb(p, "\nPss_Dirty:", on_octavo() ? 4 : 0, "dirty or clean");
	p[0] = 1;
	has_kb(p, "\nPrivate_Dirty:", 4, "and written");
	has_kb(p, "\nAnonymous:", 0, "is not anonymous");
	munmap(p, 2 * PAGE);
}

static char *others_pages;
static volatile int *stage;

/* The first of two children, then the second beside it. */
static int shares(void *arg)
{
	volatile char c = others_pages[0];

	(void)c;
	*stage = (int)(intptr_t)arg;
	await(stage, 4);
	return 0;
}

static void test_shared_by_fork(void)
{
	char *p = own_pages(PAGES);
	int status;

	stage = map_shared(1);
	others_pages = p;
	memset(p, 1, 30 * PAGE);
	must_start(shares, (void *)1);
	await(stage, 1);
	has_kb(p, "\nShared_Dirty:", 120, "a child");
	has_kb(p, "\nPrivate_Dirty:", 0, "shares all");
	has_kb(p, "\nPss:", 60, "half of it each");
	has_kb(p, "\nPss_Dirty:", 60, "and dirty");
	must_start(shares, (void *)2);
	await(stage, 2);
	ok(usage(p, "\nPss:") == 40 || usage(p, "\nPss:") == 39, "two children: a third");
	p[0] = 2;
	has_kb(p, "\nShared_Dirty:", 116, "a copy");
	has_kb(p, "\nPrivate_Dirty:", 4, "is our own");
	*stage = 4;
	wait(&status);
	wait(&status);
	has_kb(p, "\nPrivate_Dirty:", 120, "alone again");
	munmap(p, PAGES * PAGE);
}

/* A file mapped often: what each entry has of a page is not rounded down to nothing. */
static void test_shares_are_exact(void)
{
	enum { TIMES = 96, NR = 409 };
	static char *maps[TIMES];
	int fd = open("/tmp/smaps", O_RDWR | O_CREAT | O_TRUNC, 0600);

	ftruncate(fd, NR * PAGE);
	for (int i = 0; i < TIMES; i++)
		maps[i] = mmap(NULL, NR * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			       fd, 0);
	has_kb(maps[TIMES - 1], "\nRss:", NR * 4, "a file that is mapped 96 times");
	has_kb(maps[TIMES - 1], "\nPss:", 17, "a 96th");
	for (int i = 0; i < TIMES; i++)
		munmap(maps[i], NR * PAGE);
	close(fd);
	unlink("/tmp/smaps");
}

/* --- who has none --- */

static void test_nobody(void)
{
	char path[40];
	int pipes[2];
	long fd;
	pid_t pid;

	if (pipe(pipes) != 0)
		bail_out("pipe");
	pid = must_fork();
	if (pid == 0) {
		char c;

		close(pipes[1]);
		_exit((int)read(pipes[0], &c, 1));
	}
	sniprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	fd = sys(__NR_open, path, O_RDONLY, 0);
	ok(fd >= 0 && sys(__NR_read, fd, text, 20) == 20, "a child's smaps_rollup");
	close(pipes[1]);
	waitpid(pid, NULL, 0);
	sys(__NR_lseek, fd, 0, SEEK_SET);
	is(sys(__NR_read, fd, text, 20), -ESRCH, "when it has ended: ESRCH");
	sys(__NR_close, fd);
	if (on_octavo())
		is(slurp("/proc/2/smaps_rollup"), 0, "a kernel thread has none");
}

int main(void)
{
	mount_proc();
	test_lines();
	test_flags();
	test_file_flags();
	test_sum(); /* of many areas, by now */
	test_private();
	test_read_only();
	test_shared_by_fork();
	test_shares_are_exact();
	test_nobody();
	return tap_done();
}
