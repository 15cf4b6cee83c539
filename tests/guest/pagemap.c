/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/pagemap, /proc/kpageflags, /proc/kpagecount: what they say of pages and frames that are known,
 * since the program has made them so; who may read them; what is no question.
 *
 *	pagemap [races N]	N: races alone, that many turns
 */
#include <sys/stat.h>

#include "users.h"

#include "slurp.h"

#define FRAME(entry) ((long)((entry) & ((1ull << 55) - 1)))
#define EXCLUSIVE    (1ull << 56)
#define SHARED_FILE  (1ull << 61)
#define PRESENT      (1ull << 63)
#define SOFT_DIRTY   (1ull << 55) /* only of the host's Linux */

#define BIT(n) (1ull << (n))
enum {
	UPTODATE = 3,
	LRU = 5,
	ACTIVE,
	SLAB,
	BUDDY = 10,
	MMAP,
	ANON,
	SWAPBACKED = 14,
	COMPOUND_HEAD,
	COMPOUND_TAIL,
	UNEVICTABLE = 18,
	NOPAGE = 20,
	ZERO_PAGE = 24,
	PGTABLE = 26,
	RESERVED = 32,
	MLOCKED
};

static long pagemap = -1, kpageflags = -1, kpagecount = -1;
static int knows_frames; /* with all of root's capabilities */

/* Number `nr` of a file of them; ~0: it has no such. */
static uint64_t number(long fd, unsigned long nr)
{
	uint64_t n = 0;
	long got = sys(__NR_pread64, fd, &n, 8, ODD64((uint32_t)nr * 8, (uint32_t)(nr >> 29)));

	return got == 8 ? n : ~0ull;
}

static uint64_t entry(const void *p)
{
	uint64_t n = number(pagemap, (unsigned long)p / PAGE);

	return on_octavo() ? n : n & ~SOFT_DIRTY;
}

/* What it says but for the frame. */
static void says(const void *p, uint64_t want, const char *what)
{
	uint64_t got = entry(p) & ~(SOFT_DIRTY - 1);

	ok(got == want, "%s", what);
	if (got != want)
		diag("got %08lx, not %08lx", (unsigned long)(got >> 32),
		     (unsigned long)(want >> 32));
}

static char *own_pages(unsigned nr)
{
	char *p = map_pages(nr, PROT_READ | PROT_WRITE);

	sys(__NR_madvise, p, nr * PAGE, MADV_NOHUGEPAGE);
	return p;
}

/* --- pagemap --- */

static char *child_page;
static volatile int *stage;

static int touches(void *arg)
{
	volatile char c = child_page[0];

	(void)c;
	*stage = (int)(intptr_t)arg;
	await(stage, 2);
	return 0;
}

static void test_private(void)
{
	char *p = own_pages(4);
	volatile char c = p[1 * PAGE];

	(void)c;
	memset(p + 2 * PAGE, 1, 2 * PAGE);
	says(p, 0, "a page that was never touched");
	says(p + PAGE, PRESENT, "the page of zeros is nobody's");
	says(p + 2 * PAGE, PRESENT | EXCLUSIVE, "a page of our own");
	mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
	says(p + 2 * PAGE, PRESENT | EXCLUSIVE, "is there, also if nobody may touch it");
	mprotect(p + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	child_page = p + 2 * PAGE;
	must_start(touches, (void *)1);
	await(stage, 1);
	says(p + 2 * PAGE, PRESENT, "is not ours alone, if a child has it, too");
	p[2 * PAGE] = 2;
	says(p + 2 * PAGE, PRESENT | EXCLUSIVE, "but a copy is");
	*stage = 2;
	wait(NULL);
	says(p + 3 * PAGE, PRESENT | EXCLUSIVE, "so is the other, when the child has ended");
	sys(__NR_madvise, p + 3 * PAGE, PAGE, MADV_DONTNEED);
	says(p + 3 * PAGE, 0, "MADV_DONTNEED");
	munmap(p, 4 * PAGE);
	says(p + 2 * PAGE, 0, "munmap");
}

static void test_shared(void)
{
	int fd = open("/tmp/pagemap", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *shared = map_shared(2), *file, *again;

	shared[0] = 1;
	says(shared, PRESENT | EXCLUSIVE | SHARED_FILE, "shared memory");
	(void)!write(fd, "x", 1);
	file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	says(file, 0, "a file's page that was not touched");
	file[0] = 'y';
	says(file, PRESENT | EXCLUSIVE | SHARED_FILE, "and was");
	is(again[0], 'y', "mapped again");
	says(file, PRESENT | SHARED_FILE, "it has two entries");
	says(again, PRESENT | SHARED_FILE, "both say so");
	if (knows_frames)
		is(FRAME(entry(file)), FRAME(entry(again)), "they are of one frame");
	again[0] = 'z';
	says(again, PRESENT | EXCLUSIVE, "a copy is our own");
	says(file, PRESENT | EXCLUSIVE | SHARED_FILE, "and the other entry alone again");
	munmap(shared, 2 * PAGE);
	munmap(file, PAGE);
	munmap(again, PAGE);
	close(fd);
	unlink("/tmp/pagemap");
}

/* All of the address space, piece by piece: what is there is what else says so. */
static void test_whole(void)
{
	static uint64_t piece[2048];
	long present = 0, n, all = 0, resident;
	char *table = own_pages(2 * MB / PAGE),
	     *hole = map_more(64 * MB / PAGE, PROT_READ | PROT_WRITE, MAP_NORESERVE);

	memset(table, 1, 2 * MB);
	hole[32 * MB] = 1;
	memset(piece, 1, sizeof(piece));
	file_value("/proc/self/status", "VmRSS:\t"); /* brings `text` in */
	resident = file_value("/proc/self/status", "VmRSS:\t") / 4;
	sys(__NR_lseek, pagemap, 0, SEEK_SET);
	while ((n = sys(__NR_read, pagemap, piece, 2048 * 8)) > 0) {
		for (long i = 0; i < n / 8; i++)
			present += (piece[i] & PRESENT) != 0;
		all += n / 8;
	}
	is(all, KERNEL_ADDRESS / PAGE, "pagemap has a number for each page up to the kernel's");
	if (on_octavo())
		is(present, resident, "as many are present as are resident");
	else
		ok(present > (long)(2 * MB / PAGE), "so many are present: %ld", present);
	is(sys(__NR_pread64, pagemap, piece, 64, ODD64(KERNEL_ADDRESS / PAGE * 8 - 16, 0)), 16,
	   "two of eight at the end");
	is(sys(__NR_pread64, pagemap, piece, 64, ODD64(KERNEL_ADDRESS / PAGE * 8, 0)), 0,
	   "no more");
	if (on_octavo()) /* Linux for i386 forgets the upper half */
		is(sys(__NR_pread64, pagemap, piece, 64, ODD64(0, 1 << 20)), 0, "nor far behind");
	munmap(table, 2 * MB);
	munmap(hole, 64 * MB);
}

/* What one read has of two page tables, pages [BEFORE, BEFORE + NR) of which are there. */
static void test_border(void)
{
	enum { BEFORE = 50, THERE = 120, ALL = 300 };
	static uint64_t some[ALL];
	char *area = map_more(12 * MB / PAGE, PROT_READ | PROT_WRITE, MAP_NORESERVE), *border,
	     *from;
	int good = 0;

	sys(__NR_madvise, area, 12 * MB, MADV_NOHUGEPAGE);
	border = area + (8 * MB - (uintptr_t)area % (4 * MB));
	from = border - 2 * BEFORE * PAGE;
	memset(from + BEFORE * PAGE, 1, THERE * PAGE);
	is(sys(__NR_pread64, pagemap, some, sizeof(some), ODD64((unsigned long)from / PAGE * 8, 0)),
	   sizeof(some), "over the border of two tables");
	for (int i = 0; i < ALL; i++)
		good += ((some[i] & PRESENT) != 0) == (i >= BEFORE && i < BEFORE + THERE);
	is(good, ALL, "each page is in its place");
	munmap(area, 12 * MB);
}

static void test_arguments(long fd, const char *name)
{
	static uint64_t some[2];
	char *p = map_pages(2, PROT_READ | PROT_WRITE);

	is(sys(__NR_pread64, fd, some, 7, ODD64(0, 0)), -EINVAL, "%s: 7 bytes", name);
	is(sys(__NR_pread64, fd, some, 8, ODD64(4, 0)), -EINVAL, "%s: from the fourth byte on",
	   name);
	is(sys(__NR_pread64, fd, some, 0, ODD64(4, 0)), -EINVAL, "%s: nothing from there", name);
	is(sys(__NR_pread64, fd, some, 0, ODD64(8, 0)), 0, "%s: nothing", name);
	is(sys(__NR_lseek, fd, 16, SEEK_SET), 16, "%s: lseek", name);
	is(sys(__NR_read, fd, some, 16), 16, "%s: two numbers", name);
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 32, "%s: it goes on behind them", name);
	is(sys(__NR_lseek, fd, 0, SEEK_END), -EINVAL, "%s: it has no end", name);
	is(sys(__NR_read, fd, KERNEL_ADDRESS, 16), -EFAULT, "%s: into the kernel", name);
	munmap(p + PAGE, PAGE);
	is(sys(__NR_read, fd, p + PAGE - 16, 32), -EFAULT, "%s: half of it to nowhere", name);
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), 32, "%s: and it has not moved", name);
	munmap(p, PAGE);
}

/* --- frames --- */

static void test_frames(void)
{
	char *p = own_pages(3);
	uint64_t flags, both = BIT(MMAP) | BIT(ANON) | BIT(UPTODATE) | BIT(SWAPBACKED);
	volatile char c = p[2 * PAGE];
	long frame;

	(void)c;
	memset(p, 1, 2 * PAGE);
	frame = FRAME(entry(p));
	ok(frame > 0 && frame != FRAME(entry(p + PAGE)), "two pages are two frames");
	flags = number(kpageflags, (unsigned long)frame);
	is((long)(flags & both), (long)both, "anonymous memory that is mapped");
	is((long)(flags & (BIT(SLAB) | BIT(BUDDY) | BIT(NOPAGE) | BIT(PGTABLE) | BIT(ZERO_PAGE))),
	   0, "and nothing else");
	is((long)number(kpagecount, (unsigned long)frame), 1, "once");
	is(sys(__NR_mlock, p, PAGE), 0, "mlock");
	ok((number(kpageflags, (unsigned long)frame) & BIT(MLOCKED)) != 0, "MLOCKED");
	if (on_octavo()) {
		flags = number(kpageflags, (unsigned long)frame);
		ok((flags & BIT(UNEVICTABLE)) && !(flags & BIT(LRU)), "UNEVICTABLE, on no list");
	}
	is(sys(__NR_munlock, p, PAGE), 0, "munlock");
	flags = number(kpageflags, (unsigned long)frame);
	ok(!(flags & BIT(MLOCKED)), "not any more");
	if (on_octavo())
		ok((flags & BIT(LRU)) && !(flags & BIT(ACTIVE)), "on the inactive list");
	child_page = p;
	*stage = 0;
	must_start(touches, (void *)1);
	await(stage, 1);
	is((long)number(kpagecount, (unsigned long)frame), 2, "a child maps it, too");
	*stage = 2;
	wait(NULL);
	frame = FRAME(entry(p + 2 * PAGE));
	ok(number(kpageflags, (unsigned long)frame) & BIT(ZERO_PAGE), "the page of zeros");
	is((long)number(kpagecount, (unsigned long)frame), 0, "is not counted");
	munmap(p, 3 * PAGE);
}

static void test_shared_frame(void)
{
	enum { TIMES = 5 };
	char *p = map_shared(1), *maps[TIMES];
	unsigned long frame;

	p[0] = 1;
	for (int i = 0; i < TIMES; i++) {
		maps[i] = (char *)sys(__NR_mremap, p, 0, PAGE, MREMAP_MAYMOVE);
		maps[i][0] = 2;
	}
	frame = (unsigned long)FRAME(entry(p));
	is((long)number(kpagecount, frame), TIMES + 1, "a page that six entries map");
	is((long)(number(kpageflags, frame) & (BIT(MMAP) | BIT(ANON) | BIT(SWAPBACKED))),
	   (long)(BIT(MMAP) | BIT(SWAPBACKED)), "shared memory is not anonymous");
	for (int i = 0; i < TIMES; i++)
		munmap(maps[i], PAGE);
	is((long)number(kpagecount, frame), 1, "five gone");
	munmap(p, PAGE);
}

/* Frames that were ours, and have been given back: nobody else takes one at once. */
static void test_freed(void)
{
	enum { NR = 64 };
	static unsigned long frames[NR];
	char *p = own_pages(NR);
	int mapped = 0;

	if (!on_octavo()) {
		skip("frames that were given back: others may run here");
		return;
	}
	memset(p, 1, NR * PAGE);
	for (int i = 0; i < NR; i++)
		frames[i] = (unsigned long)FRAME(entry(p + (unsigned long)i * PAGE));
	munmap(p, NR * PAGE);
	for (int i = 0; i < NR; i++)
		mapped += (number(kpageflags, frames[i]) & BIT(MMAP)) ||
			  number(kpagecount, frames[i]);
	ok(mapped <= 8, "frames that were given back are mapped no longer, but for %d", mapped);
}

/* --- all frames, against what meminfo says of them --- */

static unsigned long nr_with[64], nr_frames, nr_mapped_file;

static void count_frames(void)
{
	static uint64_t flags[512];
	long n;

	memset(nr_with, 0, sizeof(nr_with));
	nr_frames = nr_mapped_file = 0;
	sys(__NR_lseek, kpageflags, 0, SEEK_SET);
	while ((n = sys(__NR_read, kpageflags, flags, sizeof(flags))) > 0) {
		for (long i = 0; i < n / 8; i++) {
			for (int bit = 0; bit < 64; bit++)
				nr_with[bit] += (flags[i] & BIT(bit)) != 0;
			nr_mapped_file += (flags[i] & (BIT(MMAP) | BIT(ANON))) == BIT(MMAP);
		}
		nr_frames += (unsigned long)n / 8;
	}
}

static void about(unsigned long frames, const char *line, long slack)
{
	long kb = file_value("/proc/meminfo", line);

	ok(labs((long)frames * 4 - kb) <= slack, "%s %ld kB, %lu frames", line, kb, frames);
}

/* While it waits the kernel has a block of two pages for its question. */
static int polls(void *arg)
{
	enum { NR = 1024 };
	static struct {
		int fd;
		short events, revents;
	} none[NR];

	(void)arg;
	memset(none, 0xff, sizeof(none));
	return (int)sys(__NR_poll, none, NR, 100000);
}

static void test_blocks(void)
{
	pid_t pid = must_start(polls, NULL);

	for (int i = 0; i < 100 && (i == 0 || nr_with[COMPOUND_HEAD] == 0); i++) {
		sleep_ms(10);
		count_frames();
	}
	ok(nr_with[COMPOUND_HEAD] > 0 && nr_with[COMPOUND_TAIL] >= nr_with[COMPOUND_HEAD],
	   "a block of two pages and more has a head, and the rest");
	kill(pid, SIGKILL);
	wait(NULL);
}

static void test_all(void)
{
	static char *locked;
	long pages;

	locked = map_pages(50, PROT_READ | PROT_WRITE);
	is(sys(__NR_mlock, locked, 50 * PAGE), 0, "mlock of 50 pages");
	count_frames();
	count_frames(); /* by now all is in memory that it takes */
	about(nr_with[ANON], "AnonPages:", 64);
	about(nr_with[PGTABLE], "PageTables:", 0);
	about(nr_mapped_file, "Mapped:", 0);
	about(nr_with[UNEVICTABLE], "Unevictable:", 0);
	is((long)nr_with[MLOCKED], (long)nr_with[UNEVICTABLE], "which are those that are mlocked");
	is((long)nr_with[SWAPBACKED],
	   (long)(nr_with[ANON] + (unsigned long)file_value("/proc/meminfo", "Cached:") / 4),
	   "what needs swap to go");
	pages = file_value("/proc/vmstat", "nr_zone_inactive_anon ") +
		value("nr_zone_active_anon ");
	ok(labs((long)nr_with[LRU] - pages) <= 1100,
	   "on LRU lists: %lu, %ld counted, batches among them", nr_with[LRU], pages);
	ok((long)nr_with[BUDDY] * 4 <= file_value("/proc/meminfo", "MemFree:") + 64 &&
		   (long)nr_with[BUDDY] * 4 > value("MemFree:") / 2,
	   "BUDDY: %lu frames of MemFree, hot ones aside", nr_with[BUDDY]);
	ok((long)nr_with[SLAB] * 4 <= value("Slab:") + 64 && nr_with[SLAB] > 10, "SLAB");
	is((long)nr_with[ZERO_PAGE], 1, "one page of zeros");
	ok(nr_with[RESERVED] * 4 > 200 && nr_with[RESERVED] < nr_frames / 4,
	   "the kernel is reserved");
	ok(number(kpageflags, 0xb8) == BIT(NOPAGE), "below 1M is a hole");
	is((long)number(kpagecount, 0xb8), 0, "nobody maps a hole");
	ok((long)nr_frames * 4 >= value("MemTotal:"), "%lu frames", nr_frames);
	is((long)number(kpagecount, nr_frames - 1) >= 0 && number(kpagecount, nr_frames) == ~0ull,
	   1, "kpagecount is as long");
	munmap(locked, 50 * PAGE);
}

/* --- who may --- */

static char of_parent[40];

static void test_rights(void)
{
	char *p = own_pages(1);
	long own;

	p[0] = 1;
	WANT(sys(__NR_open, "/proc/kpageflags", O_RDONLY) != -EACCES, 1);
	become(USER);
	WANT(sys(__NR_open, "/proc/kpageflags", O_RDONLY), -EACCES);
	WANT(sys(__NR_open, "/proc/kpagecount", O_RDONLY), -EACCES);
	WANT(sys(__NR_open, of_parent, O_RDONLY), -EACCES);
	WANT(sys(__NR_open, "/proc/self/pagemap", O_RDONLY),
	     -EACCES); /* it is not dumpable, so root's */
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	own = sys(__NR_open, "/proc/self/pagemap", O_RDONLY);
	WANT(own >= 0, 1);
	WANT((number(own, (unsigned long)p / PAGE) & (PRESENT | EXCLUSIVE)) ==
		     (PRESENT | EXCLUSIVE),
	     1);
	WANT(FRAME(number(own, (unsigned long)p / PAGE)), 0);
	WANT(sys(__NR_open, "/proc/self/pagemap", O_WRONLY), -EACCES);
}

/* Root without capabilities may not look into a process that has some. */
static void test_without_capabilities(void)
{
	struct caps c;

	WANT(caps_get(&c), 0);
	memset(c.data, 0, sizeof(c.data));
	WANT(sys(NR_capset, &c, c.data), 0);
	WANT(sys(__NR_open, "/proc/self/pagemap", O_RDONLY) >= 0, 1);
	WANT(sys(__NR_open, of_parent, O_RDONLY), -EACCES);
}

/* What root has opened goes on to tell frames, whoever reads it. */
static void test_opened(void)
{
	long own = sys(__NR_open, "/proc/self/pagemap", O_RDONLY);
	char *p = own_pages(1);

	p[0] = 1;
	become(USER);
	WANT(FRAME(number(own, (unsigned long)p / PAGE)) != 0, knows_frames);
}

static void test_modes(void)
{
	struct stat st;

	ok(stat("/proc/self/pagemap", &st) == 0 && (st.st_mode & 07777) == 0400, "pagemap: 0400");
	ok(stat("/proc/kpageflags", &st) == 0 && (st.st_mode & 07777) == 0400 && st.st_uid == 0,
	   "kpageflags: 0400, root's");
	ok(stat("/proc/kpagecount", &st) == 0 && (st.st_mode & 07777) == 0400, "kpagecount: 0400");
	sniprintf(of_parent, sizeof(of_parent), "/proc/%d/pagemap", (int)getpid());
	if (may_do_all()) {
		in_user_child(test_rights, "a user reads his own, without frames");
		in_user_child(test_opened, "what was opened by root tells them");
		in_user_child(test_without_capabilities, "root needs as many capabilities");
	}
}

/* Another process: while it is there. */
static void test_other(void)
{
	char *p = own_pages(1), path[40];
	uint64_t n = 0;
	long fd;
	pid_t pid;

	*stage = 0;
	p[0] = 1;
	child_page = p;
	pid = must_start(touches, (void *)1);
	await(stage, 1);
	sniprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = sys(__NR_open, path, O_RDONLY);
	ok(fd >= 0, "a child's pagemap");
	ok(number(fd, (unsigned long)p / PAGE) ==
		   (entry(p) | (number(fd, (unsigned long)p / PAGE) & SOFT_DIRTY)),
	   "says of a page that we share what ours does");
	*stage = 2;
	wait(NULL);
	is(sys(__NR_pread64, fd, &n, 8, ODD64(0, 0)), 0, "and nothing, when it has ended");
	is(sys(__NR_pread64, fd, &n, 7, ODD64(3, 0)), 0, "whatever is asked");
	sys(__NR_close, fd);
	if (on_octavo()) {
		fd = sys(__NR_open, "/proc/2/pagemap", O_RDONLY);
		is(sys(__NR_pread64, fd, &n, 8, ODD64(0, 0)), 0, "a kernel thread has none");
		sys(__NR_close, fd);
	}
	munmap(p, PAGE);
}

/* --- while frames come and go --- */

static int comes_and_goes(void *arg)
{
	(void)arg;
	while (*stage < 2) {
		char *p = mmap(NULL, 200 * PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return 1;
		memset(p, 1, 200 * PAGE);
		munmap(p, 200 * PAGE);
	}
	return 0;
}

static void test_races(int turns)
{
	static uint64_t some[512];
	char path[40];
	int status, fds[3], good = 0, odd = 0;
	pid_t pid;

	*stage = 0;
	pid = must_start(comes_and_goes, NULL);
	sniprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fds[0] = (int)sys(__NR_open, path, O_RDONLY);
	fds[1] = (int)kpageflags;
	fds[2] = (int)kpagecount;
	for (int i = 0; i < turns; i++) {
		for (int k = 0; k < 3; k++) {
			long n;

			sys(__NR_lseek, fds[k], k == 0 ? (int)(KERNEL_ADDRESS / PAGE * 6) : 0,
			    SEEK_SET);
			while ((n = sys(__NR_read, fds[k], some, sizeof(some))) > 0) {
				for (long j = 0; j < n / 8 && k == 1; j++)
					odd += (some[j] & BIT(BUDDY)) && some[j] != BIT(BUDDY);
			}
			good += n == 0;
		}
	}
	*stage = 2;
	waitpid(pid, &status, 0);
	is(good, 3 * turns, "all is read while another maps and unmaps");
	if (on_octavo())
		is(odd, 0, "and no frame is free and something else");
	is(status, 0, "who is not disturbed");
	sys(__NR_close, fds[0]);
}

int main(int argc, char **argv)
{
	mount_proc();
	stage = map_shared(1);
	pagemap = sys(__NR_open, "/proc/self/pagemap", O_RDONLY);
	kpageflags = sys(__NR_open, "/proc/kpageflags", O_RDONLY);
	kpagecount = sys(__NR_open, "/proc/kpagecount", O_RDONLY);
	*stage = 0;
	knows_frames = may_do_all() && kpageflags >= 0 && FRAME(entry(&main)) != 0;
	ok(pagemap >= 0 && (knows_frames || !on_octavo()), "pagemap, with frames");
	if (argc == 3 && strcmp(argv[1], "races") == 0) {
		test_races(atoi(argv[2]));
		return tap_done();
	}
	test_private();
	test_shared();
	test_whole();
	test_border();
	test_arguments(pagemap, "pagemap");
	test_modes();
	test_other();
	if (kpageflags >= 0 && kpagecount >= 0) {
		test_arguments(kpageflags, "kpageflags");
		test_arguments(kpagecount, "kpagecount");
	}
	if (knows_frames) {
		test_frames();
		test_shared_frame();
		test_freed();
		test_races(2);
	}
	if (on_octavo()) {
		test_all();
		test_blocks();
	}
	return tap_done();
}
