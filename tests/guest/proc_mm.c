/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of a process's memory, and of what it may do: where its parts are, what is in memory
 * by its kind and how much it ever was, capabilities, its terminal.
 */
#include <sys/stat.h>

#include "slurp.h"

enum { MANY = 2000, KB_MANY = MANY * 4, SLACK = 1000 }; /* Linux counts in batches */

static int in_data = 1;

/* Field `nr` of `path`; proc(5) counts from 1. */
static unsigned long field(const char *path, int nr)
{
	char *at = slurp(path) > 0 ? strrchr(text, ')') : NULL;

	for (int i = 2; at != NULL && i < nr; i++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtoul(at + 1, NULL, 10) : 12345;
}

static unsigned long own(int nr)
{
	return field("/proc/self/stat", nr);
}

static long status(const char *key)
{
	return file_value("/proc/self/status", key);
}

static void test_layout(int argc, char **argv)
{
	unsigned long here = (unsigned long)test_layout, data = (unsigned long)&in_data;
	unsigned long start = own(26), end = own(27);

	ok(start <= here && here < end, "code is at %lx to %lx", start, end);
	is(status("VmExe:\t"), (((end + PAGE - 1) & -PAGE) - (start & -PAGE)) / 1024, "VmExe");
	ok(own(45) <= data && data < own(46), "data is at %lx to %lx", own(45), own(46));
	ok(own(46) <= own(47), "the heap is above it");
	is(own(28), (unsigned long)argv - sizeof(long), "the stack began where argc is");
	is(*(int *)own(28), argc, "and it is there");
	is(own(48), (unsigned long)argv[0], "the arguments begin");
	is(own(50), (unsigned long)argv[argc - 1] + strlen(argv[argc - 1]) + 1, "environment next");
	is(own(49), own(50), "where the arguments end");
	ok(own(51) >= own(50) && own(51) > own(28), "and it ends");
}

static void test_kernel_thread(void)
{
	int zeros = 0;
	char *at;

	if (!on_octavo())
		return;
	for (int nr = 26; nr <= 28; nr++)
		zeros += field("/proc/2/stat", nr) == 0;
	for (int nr = 45; nr <= 51; nr++)
		zeros += field("/proc/2/stat", nr) == 0;
	is(zeros, 10, "a kernel thread has none of that");
	at = strchr(text, ')');
	ok(at != NULL && (at[2] == 'S' || at[2] == 'I'), "and it idles: %c", at[2]);
	is(field("/proc/2/stat", 7), 0, "without a terminal");
	is(field("/proc/2/stat", 8), (unsigned long)-1, "nor a foreground");
}

/* --- how much it ever was --- */

static long most_resident(int who)
{
	long usage[18];

	return sys(__NR_getrusage, who, usage) == 0 ? usage[4] : -1;
}

static int peak_after_exec(void)
{
	if (status("VmHWM:\t") >= KB_MANY - SLACK || status("VmPeak:\t") != status("VmSize:\t"))
		return 11;
	return most_resident(0) >= KB_MANY - SLACK ? 0 : 12;
}

static int peaks(void *arg)
{
	long size, before = status("VmRSS:\t");
	char *p = map_pages(MANY, PROT_READ | PROT_WRITE);

	(void)arg;
	if (status("VmHWM:\t") >= KB_MANY - SLACK)
		return 1;
	memset(p, 1, MANY * PAGE);
	size = status("VmSize:\t");
	munmap(p, MANY * PAGE);
	if (status("VmRSS:\t") > before + SLACK)
		return 2;
	if (value("VmHWM:\t") < before + KB_MANY - SLACK ||
	    value("VmHWM:\t") > before + KB_MANY + SLACK)
		return 3;
	if (value("VmPeak:\t") < size || value("VmSize:\t") > size - KB_MANY)
		return 4;
	if (most_resident(0) < before + KB_MANY - SLACK || most_resident(-1) != 0)
		return 5;
	return (int)-sys(__NR_execve, "/proc/self/exe",
			 ((char *[]){(char *)"proc_mm", (char *)"peak", NULL}), ((char *[]){NULL}));
}

static void test_peaks(void)
{
	long usage[18] = {0}, own = most_resident(0); /* on Linux from before exec, too */
	int ended = -1;
	pid_t pid;

	ok(most_resident(-1) < KB_MANY - SLACK, "no child had much");
	pid = must_fork();
	if (pid == 0)
		_exit(peaks(NULL));
	sys(__NR_wait4, pid, &ended, 0, usage);
	is(ended, EXITED(0), "VmHWM, VmPeak and ru_maxrss remember; the latter through an exec");
	ok(usage[4] >= KB_MANY - SLACK, "wait4 says it: %ld kB", usage[4]);
	ok(most_resident(-1) >= KB_MANY - SLACK, "and the sum of the children");
	ok(most_resident(0) < own + KB_MANY - SLACK, "it was not ours");
}

/* --- by its kind --- */

/* Of 100 pages at p that are written: what it is more of each kind, in kB. */
static void test_kind(char *p, long anon, long shmem, long mapped, const char *what)
{
	long was_anon = status("RssAnon:\t"), was_shmem = value("RssShmem:\t");
	long was_mapped = file_value("/proc/meminfo", "Mapped:");

	memset(p, 1, 100 * PAGE);
	anon += was_anon - status("RssAnon:\t");
	shmem += was_shmem - value("RssShmem:\t");
	ok(labs(anon) <= (on_octavo() ? 8 : SLACK), "%s: RssAnon off by %ld", what, anon);
	ok(labs(shmem) <= (on_octavo() ? 0 : SLACK), "%s: RssShmem off by %ld", what, shmem);
	is(value("VmRSS:\t"), value("RssAnon:\t") + value("RssFile:\t") + value("RssShmem:\t"),
	   "which is all that there is");
	mapped += was_mapped - file_value("/proc/meminfo", "Mapped:");
	if (on_octavo())
		is(mapped, 0, "%s: Mapped", what);
	munmap(p, 100 * PAGE);
	if (on_octavo())
		is(file_value("/proc/meminfo", "Mapped:"), was_mapped, "and no longer");
}

static void test_kinds(void)
{
	long fd = sys(__NR_open, on_octavo() ? "/tmp/proc-mm" : "/dev/shm/proc-mm",
		      O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *p;

	sys(__NR_ftruncate, fd, 100 * PAGE);
	test_kind(map_pages(100, PROT_READ | PROT_WRITE), 400, 0, 0, "private memory");
	test_kind(map_shared(100), 0, 400, 400, "shared memory");
	p = mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	test_kind(p, 0, 400, 400, "a file in tmpfs");
	p = mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, (int)fd, 0);
	test_kind(p, 400, 0, 0, "private pages of it");
	sys(__NR_close, fd);
	sys(__NR_unlink, on_octavo() ? "/tmp/proc-mm" : "/dev/shm/proc-mm");
}

static void test_areas(void)
{
	const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
	long stack = status("VmStk:\t"), data = value("VmData:\t"), locked = value("VmLck:\t");
	char *down = mmap(NULL, 10 * PAGE, PROT_READ | PROT_WRITE, anon | MAP_GROWSDOWN, -1, 0);
	char *keep = mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, anon | MAP_LOCKED, -1, 0);

	is(status("VmStk:\t") - stack, 40, "VmStk: areas that grow down");
	is(value("VmData:\t") - data, 80, "VmData: others that are private and writable");
	is(value("VmLck:\t") - locked, 80, "VmLck");
	is(value("VmPin:\t"), 0, "VmPin");
	munmap(down, 10 * PAGE);
	munmap(keep, 20 * PAGE);
	is(status("VmLck:\t"), locked, "no longer");
}

/* --- what it may do --- */

static int no_new_privileges(void *arg)
{
	(void)arg;
	if (sys(__NR_prctl, 38, 1, 0, 0, 0) != 0) /* PR_SET_NO_NEW_PRIVS */
		return 1;
	return status("NoNewPrivs:\t") == 1 ? 0 : 2;
}

static int one_more_pending(void *arg)
{
	uint64_t usr1 = 1ull << (SIGUSR1 - 1);
	long before;

	(void)arg;
	sys(__NR_rt_sigprocmask, SIG_BLOCK, &usr1, NULL, 8);
	before = status("SigQ:\t");
	kill(getpid(), SIGUSR1);
	return (int)(status("SigQ:\t") - before - 1);
}

static void test_rights(void)
{
	uint32_t limit[2] = {0, 0};
	unsigned cpus = 0;
	char line[80];

	is(in_child(no_new_privileges, NULL), EXITED(0), "NoNewPrivs");
	ok(slurp("/proc/self/status") > 0 && strstr(text, "\nCapEff:\t0") != NULL, "CapEff");
	sys(__NR_ugetrlimit, 11, limit); /* RLIMIT_SIGPENDING */
	sniprintf(line, sizeof(line), "/%lu\n", (unsigned long)limit[0]);
	ok(strstr(text, "\nSigQ:\t") != NULL && strstr(text, line) != NULL, "SigQ has the limit");
	if (!on_octavo())
		return;
	is(in_child(one_more_pending, NULL), EXITED(0), "and what is pending");
	slurp("/proc/self/status");
	ok(strstr(text, "\nCapInh:\t0000000000000000\nCapPrm:\t000001ffffffffff\n"
			"CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\n"
			"CapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n") != NULL,
	   "a process may do everything");
	sys(__NR_sched_getaffinity, 0, sizeof(cpus), &cpus);
	sniprintf(line, sizeof(line), "\nCpus_allowed:\t%x\nCpus_allowed_list:\t0%s", cpus,
		  cpus == 1 ? "\n" : "-");
	ok(strstr(text, line) != NULL, "on all CPUs");
}

static int has_no_terminal(void)
{
	return own(7) == 0 && own(8) == (unsigned long)-1;
}

/* A process gives up what its session has, and one begins a session that has none. */
static int gives_up(void *arg)
{
	long tty = sys(__NR_open, "/dev/tty", O_RDWR, 0);

	(void)arg;
	if (tty >= 0 && (has_no_terminal() || sys(__NR_ioctl, tty, 0x5422, 0) != 0)) /* TIOCNOTTY */
		return 1;
	return has_no_terminal() ? 0 : 2;
}

static int new_session(void *arg)
{
	(void)arg;
	sys(__NR_setsid);
	return has_no_terminal() ? 0 : 1;
}

static void test_terminal(void)
{
	long tty = sys(__NR_open, "/dev/tty", O_RDWR, 0);
	uint32_t pgrp = 0;

	if (tty >= 0) {
		sys(__NR_ioctl, tty, 0x540f, &pgrp); /* TIOCGPGRP */
		is(own(8), pgrp, "the group in the terminal's foreground");
		ok(on_octavo() ? own(7) == (4 << 8 | 64) : own(7) != 0, "it is ttyS0");
		sys(__NR_close, tty);
	} else {
		ok(!on_octavo() && has_no_terminal(), "there is no terminal");
	}
	is(in_child(gives_up, NULL), EXITED(0), "a process gives it up");
	is(in_child(new_session, NULL), EXITED(0), "a new session has none");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "peak") == 0)
		return peak_after_exec();
	mount_proc();
	test_layout(argc, argv);
	test_kernel_thread();
	test_peaks();
	test_kinds();
	test_areas();
	test_rights();
	test_terminal();
	in_data = 0;
	return tap_done();
}
