/* SPDX-License-Identifier: MIT */
/*
 * /proc: every report can be parsed, agrees with the others and with system calls; settings act and
 * refuse what Linux refuses; readers may be hostile. What it says of processes: proc_pid.c.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "slurp.h"

/* --- memory --- */

static void test_meminfo(void)
{
	long total, available;

	ok(slurp("/proc/meminfo") > 0, "meminfo");
	total = value("MemTotal:");
	available = value("MemAvailable:");
	ok(total > 1024, "MemTotal is %ld kB", total);
	ok(value("MemFree:") > 0 && value("MemFree:") < total, "MemFree is below it");
	ok(available > 0 && available <= total, "MemAvailable");
	ok(value("Slab:") == value("SReclaimable:") + value("SUnreclaim:"), "the parts of Slab");
	ok(value("SwapTotal:") >= 0 && value("SwapFree:") >= 0, "the lines that free(1) wants");
	ok(value("Cached:") >= value("Shmem:"), "files in memory are cached");
	if (on_octavo())
		ok(value("MemFree:") + value("Slab:") + value("PageTables:") +
				   value("VmallocUsed:") + value("Cached:") + value("AnonPages:") <=
			   total,
		   "all parts together are no more than the whole");
}

/* Free pages as the blocks of each order have them. */
static long buddyinfo_pages(void)
{
	long pages = 0;

	slurp("/proc/buddyinfo");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *at = strstr(line, "zone");

		at += 5;
		while (*at == ' ')
			at++;
		at = strchr(at, ' ');
		for (int order = 0; at && *at; order++) {
			char *end;
			long blocks = strtol(at, &end, 10);

			if (end == at)
				break;
			pages += blocks << order;
			at = end;
		}
	}
	return pages;
}

/* Sum of all the numbers behind a word in zoneinfo. */
static long zoneinfo_sum(const char *word)
{
	long sum = 0;

	for (char *at = text; (at = strstr(at, word)) != NULL; at++)
		sum += strtol(at + strlen(word), NULL, 10);
	return sum;
}

static void test_zones(void)
{
	long buddy = buddyinfo_pages(), buddy_later, zones, hot, managed, total, free, low;

	ok(slurp("/proc/zoneinfo") > 0, "zoneinfo");
	zones = zoneinfo_sum("pages free ");
	hot = zoneinfo_sum("count: ");
	managed = zoneinfo_sum("managed ");
	low = zoneinfo_sum("low ");
	ok(zoneinfo_sum("min ") < low && low < zoneinfo_sum("high "), "the marks are in order");
	buddy_later = buddyinfo_pages();
	if (!on_octavo())
		return;
	ok(labs(buddy - zones) <= 256 || labs(buddy_later - zones) <= 256,
	   "free blocks (%ld) and free pages (%ld)", buddy, zones);
	total = file_value("/proc/meminfo", "MemTotal:");
	free = value("MemFree:");
	is(managed * 4, total, "what the zones manage is MemTotal");
	ok(labs((zones + hot) * 4 - free) <= 1024, "free and hot pages are MemFree");
	ok(labs(file_value("/proc/vmstat", "nr_free_pages ") * 4 - free) <= 1024, "and in vmstat");
}

/* Anonymous memory: counted, and given back. */
static void test_anonymous(void)
{
	enum { PAGES = 500 };
	long before, during, after, faults, freed;
	char *p;

	before = file_value("/proc/meminfo", "AnonPages:");
	faults = file_value("/proc/vmstat", "pgfault ");
	freed = value("pgfree ");
	p = map_pages(PAGES, PROT_READ | PROT_WRITE);
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	during = file_value("/proc/meminfo", "AnonPages:");
	ok(during - before >= PAGES * 4 - 400 && during - before <= PAGES * 4 + 400,
	   "500 pages more are %ld kB more of AnonPages", during - before);
	ok(!HAS_PAGES || file_value("/proc/vmstat", "pgfault ") - faults >= PAGES,
	   "500 faults more");
	munmap(p, PAGES * PAGE);
	after = file_value("/proc/meminfo", "AnonPages:");
	ok(labs(after - before) <= 400, "and gone again");
	ok(file_value("/proc/vmstat", "pgfree ") - freed >= PAGES, "500 pages freed");
	is(file_value("/proc/vmstat", "pgmajfault ") >= 0, 1, "pgmajfault");
}

/* A file's pages: counted while it has them. */
static void test_cached(void)
{
	enum { KB = 2048 };
	static char bytes[1024];
	long before = file_value("/proc/meminfo", "Cached:"), during;
	long fd = sys(__NR_open, "/tmp/proc-cached", O_RDWR | O_CREAT | O_TRUNC, 0644);

	for (int i = 0; i < KB; i++)
		sys(__NR_write, fd, bytes, sizeof(bytes));
	during = file_value("/proc/meminfo", "Cached:");
	is(during - before, KB, "2 MB of a file are cached");
	is(file_value("/proc/vmstat", "nr_file_pages ") * 4, during, "and in vmstat");
	sys(__NR_unlink, "/tmp/proc-cached");
	sys(__NR_close, fd);
	is(file_value("/proc/meminfo", "Cached:"), before, "until it goes");
}

static void test_slabinfo(void)
{
	long active, objects;
	char name[32];

	if (slurp("/proc/slabinfo") <= 0) {
		ok(!on_octavo(), "slabinfo");
		return;
	}
	ok(strncmp(text, "slabinfo - version: 2.1\n", 24) == 0, "slabinfo's version");
	if (on_octavo()) {
		char *at = strstr(text, "\ntask ");

		ok(at != NULL, "the cache of tasks");
		if (at) {
			strncpy(name, at + 1, 4);
			active = strtol(at + 6, &at, 10);
			objects = strtol(at, &at, 10);
			ok(active > 0 && active <= objects, "%ld of %ld", active, objects);
		}
	}
}

/* --- the machine --- */

static const char *const reports[] = {
	"buddyinfo",
	"cmdline",
	"cpuinfo",
	"devices",
	"filesystems",
	"interrupts",
	"loadavg",
	"meminfo",
	"mounts",
	"stat",
	"uptime",
	"version",
	"vmstat",
	"zoneinfo",
	"self/stat",
	"self/statm",
	"self/status",
	"self/maps",
	"self/smaps",
	"self/cmdline",
	"self/comm",
	"self/mounts",
	"sys/kernel/ostype",
	"sys/vm/min_free_kbytes",
};

static void test_reports(void)
{
	static char small[BIG];
	char path[64];

	for (unsigned i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		long whole, pieces;

		sniprintf(path, sizeof(path), "/proc/%s", reports[i]);
		whole = slurp(path);
		pieces = slurp_by(path, small, 7);
		ok(whole > 0, "%s", path);
		if (on_octavo()) /* Linux's settings come in one piece or not at all */
			ok(labs(whole - pieces) < 400, "the same by 7 bytes (%ld, %ld)", whole,
			   pieces);
	}
	ok(slurp("/proc/version") > 0 && strncmp(text, "Linux version ", 14) == 0, "version");
	ok(file_value("/proc/stat", "cpu ") >= 0 && value("ctxt ") > 0 && value("btime ") > 0 &&
		   value("processes ") > 0 && value("procs_running ") >= 1,
	   "stat has what top(1) wants");
	slurp("/proc/filesystems");
	ok(strstr(text, "nodev\tproc\n") && strstr(text, "nodev\tdevtmpfs\n"), "file systems");
	slurp("/proc/mounts");
	ok(strstr(text, " /proc proc rw") != NULL, "proc is mounted");
	slurp("/proc/sys/kernel/random/boot_id");
	ok(strlen(text) == 37 && text[14] == '4', "the boot's number");
	is(slurp("/proc/self/mounts") > 0, 1, "mounts");
}

static void test_hostile(void)
{
	long fd = sys(__NR_open, "/proc/self/maps", O_RDONLY, 0);
	char c;

	is(sys(__NR_read, fd, (char *)KERNEL_ADDRESS, 100), -EFAULT, "into the kernel");
	is(sys(__NR_read, fd, text, 1), 1, "one byte");
	is(sys(__NR_lseek, fd, 0x7fffff00, SEEK_SET), 0x7fffff00, "far beyond the end");
	is(sys(__NR_read, fd, &c, 1), 0, "is nothing");
	is(sys(__NR_lseek, fd, 0, SEEK_SET), 0, "back to the start");
	is(sys(__NR_read, fd, &c, 1), 1, "there is something again");
	is(c, text[0], "the same");
	is(sys(__NR_lseek, fd, -1, SEEK_SET), -EINVAL, "before the start");
	sys(__NR_close, fd);
	is(write_string("/proc/version", "x"), -EIO, "a report is not written to");
	is(sys(__NR_open, "/proc/none", O_RDONLY, 0), -ENOENT, "nothing of that name");
	is(sys(__NR_open, "/proc/01", O_RDONLY, 0), -ENOENT, "no pid has a leading zero");
	is(sys(__NR_open, "/proc/4294967297", O_RDONLY, 0), -ENOENT, "nor is it that long");
	is(sys(__NR_unlink, "/proc/version") < 0, 1, "it cannot be removed");
}

/* What the first zone in `text` keeps from requests that the next one could serve: pages. */
static long reserve_of_first_zone(void)
{
	static const char word[] = "protection: (0, ";
	const char *at = strstr(text, word);

	return at != NULL ? strtol(at + strlen(word), NULL, 10) : -1;
}

/* --- settings: of Octavo only, since the host's are not ours to change --- */

static void test_settings(void)
{
	long before, min, marks, reserve;

	slurp("/proc/sys/vm/min_free_kbytes");
	before = strtol(text, NULL, 10);
	slurp("/proc/zoneinfo");
	marks = zoneinfo_sum("min ");
	is(write_string("/proc/sys/vm/min_free_kbytes", "2048\n"), 5, "min_free_kbytes is set");
	slurp("/proc/sys/vm/min_free_kbytes");
	is(strcmp(text, "2048\n"), 0, "and read");
	slurp("/proc/zoneinfo");
	min = zoneinfo_sum("min ");
	ok(min != marks && min <= 512 + 128 && min >= 500, "the marks follow (bal-24): %ld", min);
	is(write_string("/proc/sys/vm/min_free_kbytes", "12x"), -EINVAL, "no number");
	is(write_string("/proc/sys/vm/min_free_kbytes", "-1"), -EINVAL, "below its bounds");
	is(write_string("/proc/sys/vm/min_free_kbytes", "99999999999"), -EINVAL, "above them");
	sniprintf(text, sizeof(text), "%ld", before);
	write_string("/proc/sys/vm/min_free_kbytes", text);
	slurp("/proc/zoneinfo");
	is(zoneinfo_sum("min "), marks, "and back");
	slurp("/proc/zoneinfo");
	reserve = reserve_of_first_zone();
	is(write_string("/proc/sys/vm/lowmem_reserve_ratio", "128 16"), 6,
	   "the reserve's ratio (bal-25)");
	slurp("/proc/zoneinfo");
	ok(!HAS_PAGES || reserve_of_first_zone() / 2 == reserve,
	   "half of it keeps twice as much: %ld, %ld", reserve, reserve_of_first_zone());
	slurp("/proc/sys/vm/lowmem_reserve_ratio");
	is(strcmp(text, "128\t16\n"), 0, "is read");
	write_string("/proc/sys/vm/lowmem_reserve_ratio", "256 32");
	is(write_string("/proc/sys/kernel/pid_max", "300"), -EINVAL, "pid_max is 301 at least");
	is(write_string("/proc/sys/kernel/pid_max", "32769"), -EINVAL, "and 32768 at most");
	is(sys(__NR_open, "/proc/sys/kernel/osrelease", O_WRONLY, 0), -EACCES,
	   "what is fixed cannot be opened for writing");
	is(write_string("/proc/sys/vm/drop_caches", "3"), 1, "caches are dropped");
	is(write_string("/proc/sys/vm/drop_caches", "5"), -EINVAL, "in no other way");
}

static int nr_areas(void)
{
	int nr = 0;

	slurp("/proc/self/maps");
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		nr++;
	return nr;
}

/* mmap(2) looks before it makes one: so it makes one too many, as on Linux. */
static void test_max_map_count(void)
{
	int made = 0, gone;
	char *p = map_pages(64, PROT_NONE);
	void *more[2];

	is(write_string("/proc/sys/vm/max_map_count", "20"), 2, "max_map_count");
	while (made < 32 && mprotect(p + made * 2 * PAGE, PAGE, PROT_READ) == 0)
		made++;
	ok(made > 0 && made < 20 && errno == ENOMEM, "after %d areas more there is an end", made);
	slurp("/proc/why");
	ok(strstr(text, "mprotect: ENOMEM") != NULL && strstr(text, ", 20 allowed\n") != NULL,
	   "why says so");
	for (gone = 62; gone > 42 && munmap(p + gone * PAGE, PAGE) == 0;)
		gone -= 2;
	ok(gone > 42 && errno == ENOMEM, "nor cuts munmap any more");
	is(nr_areas(), 20, "so many there are");
	for (int i = 0; i < 2; i++)
		more[i] = mmap(NULL, PAGE, i ? PROT_READ : PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			       -1, 0);
	ok(more[0] != MAP_FAILED && more[1] == MAP_FAILED && errno == ENOMEM,
	   "mmap makes one more, and that is all");
	write_string("/proc/sys/vm/max_map_count", "65530");
	is(mprotect(p + made * 2 * PAGE, PAGE, PROT_READ), 0, "and then there is none");
	munmap(more[0], PAGE);
	munmap(p, 64 * PAGE);
}

static int left_of_fail_nth(void *arg)
{
	(void)arg;
	return slurp("/proc/self/fail-nth") == 2 && text[0] == '0' ? 0 : 1;
}

static void test_fail_nth(void)
{
	long first, fd = sys(__NR_open, "/proc/self/fail-nth", O_RDWR, 0);

	is(sys(__NR_write, fd, "1", 1), 1, "the next allocation is to fail");
	first = sys(__NR_open, "/proc/version", O_RDONLY, 0);
	is(first, -ENOMEM, "and does");
	first = sys(__NR_open, "/proc/version", O_RDONLY, 0);
	ok(first >= 0, "the one after it does not");
	sys(__NR_close, first);
	sys(__NR_lseek, fd, 0, SEEK_SET);
	is(sys(__NR_read, fd, text, 10), 2, "it says");
	is(text[0], '0', "that it happened");
	is(sys(__NR_write, fd, "0x10000", 7), 7, "one far away");
	is(in_child(left_of_fail_nth, NULL), EXITED(0), "is not for a child");
	is(sys(__NR_write, fd, "x", 1), -EINVAL, "no number");
	is(sys(__NR_write, fd, "0", 1), 1, "none");
	sys(__NR_close, fd);
}

int main(void)
{
	mount_proc();
	test_meminfo();
	test_zones();
	test_anonymous();
	test_slabinfo();
	test_reports();
	test_hostile();
	if (on_octavo()) {
		test_settings();
		test_fail_nth();
	}
	if (on_octavo() && HAS_PAGES) {
		test_cached();
		test_max_map_count();
	}
	return tap_done();
}
