/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of processes: names and numbers, areas and what is in them, open files, links;
 * and of one that ends while it is looked at.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "slurp.h"

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
	ok(strncmp(at, " (proc_pid) R ", 14) == 0, "name and state");
	is(strtol(at + 14, NULL, 10), getppid(), "and the parent");
	ok(file_value("/proc/self/status", "Pid:\t") == pid && value("PPid:\t") == getppid() &&
		   value("Threads:\t") == 1 && value("VmRSS:\t") > 0,
	   "status");
	slurp("/proc/self/maps");
	ok(strstr(text, "[stack]\n") && strstr(text, " rw-p ") && strstr(text, " r-x"), "maps");
	memset(link, 0, sizeof(link));
	sys(__NR_readlink, "/proc/self/exe", link, sizeof(link) - 1);
	ok(strstr(link, "/tests/proc_pid") != NULL, "exe is %s", link);
	ok(strstr(text, link) != NULL, "and maps has its path");
	slurp("/proc/self/cmdline");
	ok(strstr(text, "proc_pid") != NULL, "cmdline");
	slurp("/proc/self/comm");
	is(strcmp(text, "proc_pid\n"), 0, "comm");
	is(write_string("/proc/self/comm", "a name that is long"), 19, "another name");
	slurp("/proc/self/comm");
	is(strcmp(text, "a name that is \n"), 0, "is cut at 15 bytes");
	write_string("/proc/self/comm", "proc_pid");
	is(write_string("/proc/1/comm", "x") == 1, pid == 1, "nobody else's can be changed");
}

/* Pages of one file, backwards, so that each is an area: are all told, once? */
static void test_areas(void)
{
	enum { PAGES = 20 };
	static const int prots[] = {PROT_READ, PROT_NONE, PROT_READ | PROT_WRITE};
	static const char *const shown[] = {"r--s", "---s", "rw-s"};
	long fd = sys(__NR_open, "/tmp/proc-areas", O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *p = map_pages(PAGES, PROT_NONE), line[80], *at;
	int good = 0, twice = 0;

	sys(__NR_ftruncate, fd, PAGES * PAGE);
	for (unsigned i = 0; i < PAGES; i++)
		mmap(p + i * PAGE, PAGE, prots[i % 3], MAP_SHARED | MAP_FIXED, (int)fd,
		     (off_t)((PAGES - 1 - i) * PAGE));
	slurp("/proc/self/maps");
	for (unsigned i = 0; i < PAGES; i++) {
		unsigned long start = (unsigned long)p + i * PAGE;

		sniprintf(line, sizeof(line), "%08lx-%08lx %s %08lx ", start, start + PAGE,
			  shown[i % 3], (PAGES - 1 - i) * PAGE);
		at = strstr(text, line);
		good += at != NULL;
		twice += at != NULL && strstr(at + 1, line) != NULL;
	}
	is(good, PAGES, "maps has every area with what it is of its file");
	is(twice, 0, "and none twice");
	munmap(p, PAGES * PAGE);
	sys(__NR_close, fd);
	sys(__NR_unlink, "/tmp/proc-areas");
}

/* Four pages, of which a child maps two, and shares their weight. */
static void test_usage(void)
{
	char *p = map_shared(96), c;
	int ends[2], back[2];
	pid_t pid;

	p += -(uintptr_t)p % (16 * PAGE); /* a fault maps the neighbours in as many */
	memset(p, 1, 2 * PAGE);
	memset(p + 32 * PAGE, 1, 2 * PAGE);
	ok(usage(p, "\nRss:") == 16 && usage(p, "\nPss:") == 16, "four pages are there");
	if (pipe(ends) != 0 || pipe(back) != 0)
		bail_out("pipe");
	pid = must_fork();
	if (pid == 0) {
		*(volatile char *)p;
		*(volatile char *)(p + PAGE);
		if (write(back[1], "x", 1) != 1)
			_exit(2); /* nobody need wait for it */
		close(ends[1]);
		_exit((int)read(ends[0], &c, 1));
	}
	close(back[1]);
	is(read(back[0], &c, 1), 1, "a child maps two of them");
	is(usage(p, "\nRss:"), 16, "that changes nothing");
	is(usage(p, "\nPss:"), 12, "but whose they are");
	is(usage(p, "\nShared_Clean:") + usage(p, "\nShared_Dirty:"), 8, "as is told");
	close(ends[0]);
	close(ends[1]);
	close(back[0]);
	waitpid(pid, NULL, 0);
	munmap(p, 34 * PAGE);
}

/* Number `nr` of /proc/self/stat; proc(5) counts from 1. */
static long stat_field(int nr)
{
	char *at;

	slurp("/proc/self/stat");
	at = strrchr(text, ')');
	for (int i = 2; at != NULL && i < nr; i++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtol(at + 1, NULL, 10) : -1;
}

static int stat_of_group(void *arg)
{
	(void)arg;
	if (sys(__NR_setpgid, 0, 0) != 0)
		return 1;
	if (stat_field(4) != getppid() || stat_field(5) != getpid())
		return 2;
	return stat_field(6) == sys(__NR_getsid, 0) ? 0 : 3;
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

static int pending_in_status(void *arg)
{
	uint64_t usr1 = 1ull << (SIGUSR1 - 1);

	(void)arg;
	sys(__NR_rt_sigprocmask, SIG_BLOCK, &usr1, NULL, 8);
	kill(getpid(), SIGUSR1);
	if (signal_set("SigBlk:\t") != usr1)
		return 1;
	return signal_set("ShdPnd:\t") == usr1 && signal_set("SigPnd:\t") == 0 ? 0 : 2;
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

static void test_process(void)
{
	is(in_child(stat_of_group, NULL), EXITED(0), "parent, group and session in stat");
	is(in_child(pending_in_status, NULL), EXITED(0), "a signal that is blocked, in status");
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
			 ((char *[]){(char *)"proc_pid", (char *)"exe", own_path, NULL}),
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
			 ((char *[]){(char *)"proc_pid", (char *)"text", NULL}),
			 ((char *[]){NULL}));
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

static int sleeper(void *arg)
{
	const int *pipe_fds = arg;
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
	pid = must_start(sleeper, fds);
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

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "exe") == 0)
		return exe_is(argv[2]);
	if (argc == 2 && strcmp(argv[1], "text") == 0)
		return text_is_shared();
	mount_proc();
	test_self();
	test_process();
	test_signals();
	test_high_fd();
	test_links();
	if (HAS_PAGES) {
		test_areas();
		test_usage();
		test_fd();
		test_text();
	}
	test_kernel_thread();
	test_ended();
	return tap_done();
}
