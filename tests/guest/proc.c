/* SPDX-License-Identifier: MIT */
/*
 * /proc: every report can be parsed, agrees with the others and with system calls; settings act and
 * refuse what Linux refuses; processes may end while they are looked at; readers may be hostile.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "guest.h"

#define BIG 65536

static char text[BIG];

/* The whole of a file, in pieces of `piece` bytes. => its length, or -errno */
static long slurp_by(const char *path, char *to, long piece)
{
	long fd = sys(__NR_open, path, O_RDONLY, 0), len = 0, n;

	if (fd < 0)
		return fd;
	while (len < BIG - 1) {
		n = sys(__NR_read, fd, to + len, len + piece < BIG - 1 ? piece : BIG - 1 - len);
		if (n <= 0)
			break;
		len += n;
	}
	sys(__NR_close, fd);
	to[len] = '\0';
	return len;
}

static long slurp(const char *path)
{
	return slurp_by(path, text, BIG);
}

/* The number behind `key` in the text that was read last; -1: it is not there. */
static long value(const char *key)
{
	const char *at = text;
	size_t len = strlen(key);

	for (; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, key, len) == 0)
			return strtol(at + len, NULL, 10);
		if (*at == '\0')
			break;
	}
	return -1;
}

static long file_value(const char *path, const char *key)
{
	return slurp(path) < 0 ? -2 : value(key);
}

static long put(const char *path, const char *what)
{
	long fd = sys(__NR_open, path, O_WRONLY, 0), n;

	if (fd < 0)
		return fd;
	n = sys(__NR_write, fd, what, strlen(what));
	sys(__NR_close, fd);
	return n;
}

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
	ok(file_value("/proc/vmstat", "pgfault ") - faults >= PAGES, "500 faults more");
	munmap(p, PAGES * PAGE);
	after = file_value("/proc/meminfo", "AnonPages:");
	ok(labs(after - before) <= 400, "and gone again");
	ok(file_value("/proc/vmstat", "pgfree ") - freed >= PAGES, "500 pages freed");
	is(file_value("/proc/vmstat", "pgmajfault ") >= 0, 1, "pgmajfault");
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
	ok(strstr(text, "nodev\tproc\n") && strstr(text, "nodev\ttmpfs\n"), "file systems");
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
	is(put("/proc/version", "x"), -EIO, "a report is not written to");
	is(sys(__NR_open, "/proc/none", O_RDONLY, 0), -ENOENT, "nothing of that name");
	is(sys(__NR_open, "/proc/01", O_RDONLY, 0), -ENOENT, "no pid has a leading zero");
	is(sys(__NR_open, "/proc/4294967297", O_RDONLY, 0), -ENOENT, "nor is it that long");
	is(sys(__NR_unlink, "/proc/version") < 0, 1, "it cannot be removed");
}

/* --- processes --- */

static void test_self(void)
{
	char link[64] = "", number[16];
	long pid = getpid();
	char *at;

	sniprintf(number, sizeof(number), "%ld", pid);
	sys(__NR_readlink, "/proc/self", link, sizeof(link) - 1);
	is(strcmp(link, number), 0, "self is our pid");
	slurp("/proc/self/stat");
	is(strtol(text, &at, 10), pid, "stat begins with it");
	ok(strncmp(at, " (proc) R ", 10) == 0, "name and state");
	is(strtol(at + 10, NULL, 10), getppid(), "and the parent");
	ok(file_value("/proc/self/status", "Pid:\t") == pid && value("PPid:\t") == getppid() &&
		   value("Threads:\t") == 1 && value("VmRSS:\t") > 0,
	   "status");
	slurp("/proc/self/maps");
	ok(strstr(text, "[stack]\n") && strstr(text, " rw-p ") && strstr(text, "r-xp "), "maps");
	memset(link, 0, sizeof(link));
	sys(__NR_readlink, "/proc/self/exe", link, sizeof(link) - 1);
	ok(strstr(link, "/tests/proc") != NULL, "exe is %s", link);
	ok(strstr(text, link) != NULL, "and maps has its path");
	slurp("/proc/self/cmdline");
	ok(strstr(text, "proc") != NULL, "cmdline");
	slurp("/proc/self/comm");
	is(strcmp(text, "proc\n"), 0, "comm");
	is(put("/proc/self/comm", "a name that is long"), 19, "another name");
	slurp("/proc/self/comm");
	is(strcmp(text, "a name that is \n"), 0, "is cut at 15 bytes");
	put("/proc/self/comm", "proc");
	is(put("/proc/1/comm", "x") == 1, pid == 1, "nobody else's can be changed");
}

/* The lower half of a set of signals in /proc/self/status. */
static unsigned long signal_set(const char *key)
{
	const char *at = slurp("/proc/self/status") > 0 ? strstr(text, key) : NULL;

	return at ? strtoul(at + strlen(key) + 8, NULL, 16) : ~0ul;
}

static void handler(int sig)
{
	(void)sig;
}

/* A set with flags or a mask is caught only if a handler is there. */
static void test_signals(void)
{
	const unsigned long usr1 = 1ul << (SIGUSR1 - 1), usr2 = 1ul << (SIGUSR2 - 1);
	struct sigaction a = {.sa_handler = handler};
	unsigned long caught = signal_set("SigCgt:\t") & ~(usr1 | usr2);

	sigfillset(&a.sa_mask);
	sigaction(SIGUSR1, &a, NULL);
	is(signal_set("SigCgt:\t"), caught | usr1, "SigCgt: with a handler");
	a.sa_handler = SIG_DFL;
	sigaction(SIGUSR2, &a, NULL);
	is(signal_set("SigCgt:\t"), caught | usr1, "not with SIG_DFL and a mask");
	a.sa_handler = SIG_IGN;
	sigaction(SIGUSR1, &a, NULL);
	is(signal_set("SigCgt:\t"), caught, "nor with SIG_IGN");
	ok(signal_set("SigIgn:\t") & usr1, "which is SigIgn");
	signal(SIGUSR1, SIG_DFL);
}

static void test_fd(void)
{
	long fd = sys(__NR_open, "/tmp/proc-test", O_RDWR | O_CREAT | O_TRUNC, 0644), again;
	char path[40], link[64] = "";

	sys(__NR_write, fd, "abc", 3);
	sniprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	sys(__NR_readlink, path, link, sizeof(link) - 1);
	is(strcmp(link, "/tmp/proc-test"), 0, "a descriptor's path");
	sys(__NR_unlink, "/tmp/proc-test");
	memset(link, 0, sizeof(link));
	sys(__NR_readlink, path, link, sizeof(link) - 1);
	ok(strstr(link, " (deleted)") != NULL, "when it is removed: %s", link);
	again = sys(__NR_open, path, O_RDONLY, 0);
	is(sys(__NR_read, again, text, 10), 3, "it opens all the same");
	sys(__NR_close, again);
	sys(__NR_close, fd);
	is(sys(__NR_open, path, O_RDONLY, 0), -ENOENT, "a closed one is not there");
	is(sys(__NR_readlink, "/proc/self/cwd", link, sizeof(link)) > 0, 1, "cwd");
}

static int names_number(const char *path, long number)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int found = 0;

	while (dir && (e = readdir(dir)) != NULL)
		found |= strtol(e->d_name, NULL, 10) == number;
	closedir(dir);
	return found;
}

/* A process that may have more than 1024 descriptors. */
static void test_high_fd(void)
{
	enum { NOFILE = 7, HIGH = 1500 }; /* RLIMIT_NOFILE */
	static struct {
		int fd;
		short events, revents;
	} many[HIGH];
	uint32_t limit[2], more[2] = {2048, 4096};
	char link[64] = "";

	is(sys(__NR_ugetrlimit, NOFILE, limit), 0, "the limit of descriptors");
	more[1] = limit[1];
	is(sys(__NR_setrlimit, NOFILE, more), 0, "is 2048");
	is(sys(__NR_dup2, 0, HIGH), HIGH, "descriptor 1500");
	ok(sys(__NR_readlink, "/proc/self/fd/1500", link, sizeof(link)) > 0, "is a link in fd");
	is(names_number("/proc/self/fd", HIGH), 1, "and a name there");
	memset(many, 0xff, sizeof(many));
	is(sys(__NR_poll, many, HIGH, 0), 0, "1500 may be polled");
	sys(__NR_close, HIGH);
	is(names_number("/proc/self/fd", HIGH), 0, "a closed one is no name");
	sys(__NR_setrlimit, NOFILE, limit);
}

static char own_path[64]; /* of this program, as exe says it */

/* What is opened or executed by such a link has the path of the file itself. */
static int run_by_link(void *unused)
{
	(void)unused;
	return (int)-sys(__NR_execve, "/proc/self/exe",
			 ((char *[]){(char *)"proc", (char *)"exe", own_path, NULL}),
			 ((char *[]){NULL}));
}

/* The program that was run by its link: is that said of it, too? */
static int exe_is(const char *path)
{
	char link[64] = "";

	sys(__NR_readlink, "/proc/self/exe", link, sizeof(link) - 1);
	return strcmp(link, path) == 0 ? 0 : 1;
}

/* This program once more, which says whether its text is the very pages that its parent runs in. */
static int run_for_text(void *unused)
{
	(void)unused;
	return (int)-sys(__NR_execve, "/proc/self/exe",
			 ((char *[]){(char *)"proc", (char *)"text", NULL}), ((char *[]){NULL}));
}

static int text_is_shared(void)
{
	const char *area = slurp("/proc/self/smaps") > 0 ? strstr(text, " r-xp ") : NULL;

	if (area == NULL)
		return 1;
	memmove(text, area, strlen(area) + 1);
	return value("Shared_Clean:") + value("Shared_Dirty:") > 0 && value("Anonymous:") == 0 ? 0
											       : 2;
}

static void test_text(void)
{
	is(in_child(run_for_text, NULL), EXITED(0), "two processes run in the same pages of text");
}

static void test_links(void)
{
	char path[40], link[64] = "";
	long fd;

	sys(__NR_readlink, "/proc/self/exe", own_path, sizeof(own_path) - 1);
	is(in_child(run_by_link, NULL), EXITED(0), "a program run by exe has its own path");
	fd = sys(__NR_open, "/proc/self/exe", O_RDONLY, 0);
	sniprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	sys(__NR_readlink, path, link, sizeof(link) - 1);
	ok(strcmp(link, own_path) == 0, "so has what is opened by it: %s", link);
	sys(__NR_close, fd);
	fd = sys(__NR_open, "/proc/self/exe", O_RDONLY | O_DIRECTORY, 0);
	is(fd, -ENOTDIR, "it is no directory");
	is(sys(__NR_open, "/proc/self/exe/x", O_RDONLY, 0), -ENOTDIR, "nor has it entries");
}

/* A kernel thread: no program, no memory, no descriptors, and the machine's root. */
static void test_kernel_thread(void)
{
	char link[64] = "";

	if (slurp("/proc/2/status") < 0 || value("PPid:\t") != 0 || value("VmSize:\t") != -1) {
		ok(!on_octavo(), "process 2 is a kernel thread");
		return;
	}
	ok(sys(__NR_readlink, "/proc/2/cwd", link, sizeof(link)) == 1 && link[0] == '/', "cwd");
	ok(sys(__NR_readlink, "/proc/2/root", link, sizeof(link)) == 1 && link[0] == '/', "root");
	is(sys(__NR_access, "/proc/2/root/proc/self", F_OK), 0, "by which files are found");
	is(sys(__NR_readlink, "/proc/2/exe", link, sizeof(link)), -ENOENT, "no program");
	is(slurp("/proc/2/maps"), 0, "no areas");
	is(slurp("/proc/2/cmdline"), 0, "no arguments");
}

static int sleeper(int *pipe_fds)
{
	char c;

	close(pipe_fds[1]);
	return (int)read(pipe_fds[0], &c, 1);
}

static int listed(long pid)
{
	return names_number("/proc", pid);
}

/* A process that ends while its files are open: no longer there, and no other one in its place. */
static void test_ended(void)
{
	char path[40];
	int fds[2], status;
	long stat_fd, maps_fd, dir_fd, pid;

	if (pipe(fds) < 0)
		bail_out("pipe: errno %d", errno);
	pid = must_fork();
	if (pid == 0)
		_exit(sleeper(fds));
	close(fds[0]);
	is(listed(pid), 1, "a child is listed");
	sniprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	stat_fd = sys(__NR_open, path, O_RDONLY, 0);
	sniprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	maps_fd = sys(__NR_open, path, O_RDONLY, 0);
	sniprintf(path, sizeof(path), "/proc/%ld", pid);
	dir_fd = sys(__NR_open, path, O_RDONLY, 0);
	ok(sys(__NR_read, stat_fd, text, 10) == 10, "it can be read");
	kill((pid_t)pid, SIGKILL);
	sleep_ms(30);
	sniprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	slurp(path);
	ok(strstr(text, ") Z ") != NULL, "killed, it is a zombie");
	is(waitpid((pid_t)pid, &status, 0), pid, "it is waited for");
	is(sys(__NR_lseek, stat_fd, 0, SEEK_SET), 0, "the file is still open");
	is(sys(__NR_read, stat_fd, text, 10), -ESRCH, "but says that there is no such process");
	is(sys(__NR_read, maps_fd, text, 10) <= 0, 1, "and no areas");
	is(sys(__NR_getdents64, dir_fd, text, 1000), -ENOENT, "its directory is empty");
	is(sys(__NR_open, path, O_RDONLY, 0), -ENOENT, "and cannot be found any more");
	is(listed(pid), 0, "nor is it listed");
	close(fds[1]);
	sys(__NR_close, stat_fd);
	sys(__NR_close, maps_fd);
	sys(__NR_close, dir_fd);
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
	is(put("/proc/sys/vm/min_free_kbytes", "2048\n"), 5, "min_free_kbytes is set");
	slurp("/proc/sys/vm/min_free_kbytes");
	is(strcmp(text, "2048\n"), 0, "and read");
	slurp("/proc/zoneinfo");
	min = zoneinfo_sum("min ");
	ok(min != marks && min <= 512 + 128 && min >= 500, "the marks follow (bal-24): %ld", min);
	is(put("/proc/sys/vm/min_free_kbytes", "12x"), -EINVAL, "no number");
	is(put("/proc/sys/vm/min_free_kbytes", "-1"), -EINVAL, "below its bounds");
	is(put("/proc/sys/vm/min_free_kbytes", "99999999999"), -EINVAL, "above them");
	sniprintf(text, sizeof(text), "%ld", before);
	put("/proc/sys/vm/min_free_kbytes", text);
	slurp("/proc/zoneinfo");
	is(zoneinfo_sum("min "), marks, "and back");
	slurp("/proc/zoneinfo");
	reserve = reserve_of_first_zone();
	is(put("/proc/sys/vm/lowmem_reserve_ratio", "128 16"), 6, "the reserve's ratio (bal-25)");
	slurp("/proc/zoneinfo");
	ok(reserve_of_first_zone() / 2 == reserve, "half of it keeps twice as much: %ld, %ld",
	   reserve, reserve_of_first_zone());
	slurp("/proc/sys/vm/lowmem_reserve_ratio");
	is(strcmp(text, "128\t16\n"), 0, "is read");
	put("/proc/sys/vm/lowmem_reserve_ratio", "256 32");
	is(put("/proc/sys/kernel/pid_max", "300"), -EINVAL, "pid_max is 301 at least");
	is(put("/proc/sys/kernel/pid_max", "32769"), -EINVAL, "and 32768 at most");
	is(sys(__NR_open, "/proc/sys/kernel/osrelease", O_WRONLY, 0), -EACCES,
	   "what is fixed cannot be opened for writing");
	is(put("/proc/sys/vm/drop_caches", "3"), 1, "caches are dropped");
	is(put("/proc/sys/vm/drop_caches", "5"), -EINVAL, "in no other way");
}

static void test_max_map_count(void)
{
	int made = 0;
	char *p = map_pages(64, PROT_NONE);

	is(put("/proc/sys/vm/max_map_count", "20"), 2, "max_map_count");
	while (made < 32 && mprotect(p + made * 2 * PAGE, PAGE, PROT_READ) == 0)
		made++;
	ok(made > 0 && made < 20 && errno == ENOMEM, "after %d areas more there is an end", made);
	put("/proc/sys/vm/max_map_count", "65530");
	is(mprotect(p + made * 2 * PAGE, PAGE, PROT_READ), 0, "and then there is none");
	munmap(p, 64 * PAGE);
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
	is(sys(__NR_write, fd, "x", 1), -EINVAL, "no number");
	is(sys(__NR_write, fd, "0", 1), 1, "none");
	sys(__NR_close, fd);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "exe") == 0)
		return exe_is(argv[2]);
	if (argc == 2 && strcmp(argv[1], "text") == 0)
		return text_is_shared();
	if (on_octavo()) {
		mkdir("/proc", 0555);
		sys(__NR_mount, "proc", "/proc", "proc", 0, NULL);
	}
	test_meminfo();
	test_zones();
	test_anonymous();
	test_slabinfo();
	test_reports();
	test_hostile();
	test_self();
	test_signals();
	test_fd();
	test_high_fd();
	test_links();
	test_text();
	test_kernel_thread();
	test_ended();
	if (on_octavo()) {
		test_settings();
		test_max_map_count();
		test_fail_nth();
	}
	return tap_done();
}
