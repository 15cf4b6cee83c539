/* SPDX-License-Identifier: MIT */
/*
 * failsweep [-q | -Q] [-v] [-e EACH] [-s SITE] PROGRAM [ARGUMENT ...]: PROGRAM with every
 * kernel allocation failing in turn.
 *
 * For each site of the fault injection PROGRAM runs with the 1st, the 2nd, the
 * 3rd ... allocation failing, until a run ends without the fault having
 * happened. PROGRAM may pass, fail or be killed; but it must end, the kernel
 * must live, its audit must find every frame, and after the last run there must
 * be as many kernel objects as before.
 *
 * With -e the first EACH fail one by one, and then the rest by their call
 * chains: of each chain the 1st, the 2nd, the 4th, the 8th ... occurrence, in a
 * run of its own, until a run ends in which none was due. With -q the later ones
 * are sampled by number: it grows by an eighth each time from 32 on; with -Q
 * by half from 4 on. With -v each run is announced, and the program's own output
 * is seen.
 */
#include "guest.h"

#include <sys/mount.h>

#define RUN_MS     20000 /* longer than any of them takes */
#define QUICK_FROM 32    /* -q: from here on by an eighth */
#define QUICK_BY   8
#define SHORT_FROM 4 /* -Q */
#define SHORT_BY   2
#define CROWD      8 /* tasks at once, more than the kernel keeps stacks for */
#define PROC       "/failsweep-proc"

static const char *const sites[] = {"page", "slab", "vmalloc", "pmap"};

static int sample_from = INT32_MAX, sample_by; /* the next number is a sample_by-th larger */
static int verbose;
static int each = INT32_MAX;

/*
 * Each run has a monitor, which sets the fault, starts the program and asks
 * afterwards whether the fault happened. The fault may well hit the monitor
 * itself. What it has to tell lies in shared memory.
 */
static volatile struct result {
	int fired;
	int program; /* pid, 0: not started */
	int status;
	int hung;
} * result;

/* N 0: not by number, by call chain. */
static void command(int device, const char *site, int n)
{
	char text[40];
	int len = n ? sniprintf(text, sizeof(text), "fail-nth %s %d", site, n)
		    : sniprintf(text, sizeof(text), "fail-new %s", site);

	if (write(device, text, (size_t)len) != len)
		_exit(92);
}

static int has_fired(int device)
{
	char text[16] = "";

	lseek(device, 0, SEEK_SET);
	if (read(device, text, sizeof(text) - 1) <= 0)
		_exit(93);
	return strncmp(text, "fired", 5) == 0;
}

/* Silent, so that thousands of runs can be read. */
static void run_program(char *const *argv)
{
	int null = open("/dev/null", O_RDWR);

	if (!verbose &&
	    (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0))
		_exit(90);
	execve(argv[0], argv, environ);
	_exit(91);
}

/* Waits for PID, but not for ever. => whether it had to be killed */
static int wait_or_kill(pid_t pid, int *status)
{
	uint64_t end = now_ns() + (uint64_t)RUN_MS * 1000000;

	while (waitpid(pid, status, WNOHANG) == 0) {
		if (now_ns() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, status, 0);
			return 1;
		}
		sleep_ms(1);
	}
	return 0;
}

static void monitor(const char *site, int n, char *const *argv)
{
	int device = open("/dev/octavo", O_RDWR);
	int status = 0;
	pid_t pid;

	if (device < 0)
		_exit(94);
	command(device, site, n);
	pid = fork();
	if (pid == 0)
		run_program(argv);
	if (pid > 0) {
		result->program = pid;
		result->hung = wait_or_kill(pid, &status);
		result->status = status;
	}
	result->fired = has_fired(device);
	_exit(0);
}

/*
 * MONITOR is dead, and did not always tell which program it had started; a
 * program that was killed may have left children that spin. All that came after
 * MONITOR ends here: a running process would change what the audit looks at.
 */
static void end_what_is_left(pid_t monitor)
{
	int found;

	do {
		pid_t last = must_fork();

		if (last == 0)
			_exit(0);
		waitpid(last, NULL, 0);
		found = 0; /* and who is found may have had children meanwhile: look again */
		for (pid_t pid = monitor + 1; pid < last; pid++) {
			for (long i = 0; sys(__NR_kill, pid, SIGKILL) == 0 && i < RUN_MS; i++) {
				found = 1;
				sleep_ms(1);
			}
		}
		monitor = last;
	} while (found);
}

static void run_once(const char *site, int n, char *const *argv)
{
	int status;
	pid_t pid;

	memset((void *)(uintptr_t)result, 0, sizeof(*result));
	pid = must_fork();
	if (pid == 0)
		monitor(site, n, argv);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status)) {
		result->fired = 1;
		result->status = status;
	} else if (status) {
		bail_out("the monitor cannot work (status %#x)", status);
	}
	if (result->status)
		end_what_is_left(pid);
}

static int next_n(int n)
{
	if (n == 0 || n >= each)
		return 0;
	return n >= sample_from ? n + n / sample_by : n + 1;
}

/* What /dev/octavo says about NAME; 0 where the kernel does not say. */
static long ask(const char *name)
{
	char text[64] = "";
	const char *line;
	int device = open("/dev/octavo", O_RDONLY);

	if (device < 0 || read(device, text, sizeof(text) - 1) <= 0)
		bail_out("/dev/octavo cannot be read: errno %d", errno);
	close(device);
	line = strstr(text, name);
	return line ? atol(line + strlen(name)) : 0;
}

/* Slab objects in use. */
static long nr_objects(void)
{
	return ask("objects ");
}

/* Which caches have how many objects in use, as /proc/slabinfo has it. */
static char slabs[2][12288];

/* procfs is there for this moment only, so that it is no part of what the program finds. */
static void read_slabs(char *text, size_t size)
{
	ssize_t n, len = 0;
	int fd;

	mkdir(PROC, 0700);
	sys(__NR_mount, "proc", PROC, "proc", 0, NULL);
	fd = open(PROC "/slabinfo", O_RDONLY);
	while (fd >= 0 && (n = read(fd, text + len, size - 1 - (size_t)len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd);
	sys(__NR_umount2, PROC, 0);
	rmdir(PROC);
}

static void show_growth(void)
{
	char name[40], *line = strtok(slabs[1], "\n");

	for (; line; line = strtok(NULL, "\n")) {
		size_t len = strcspn(line, " ");
		const char *old;

		if (len >= sizeof(name) - 2)
			continue;
		sniprintf(name, sizeof(name), "\n%.*s ", (int)len, line);
		old = strstr(slabs[0], name);
		if (old && atol(old + len + 1) != atol(line + len))
			diag("  %.*s: %ld, %ld", (int)len, line, atol(old + len + 1),
			     atol(line + len));
	}
}

/* A crowd on one CPU: ended, it leaves there as many stacks as the kernel keeps. */
static void end_a_crowd(int cpu)
{
	pid_t pids[CROWD];

	use_cpus(1UL << cpu);
	for (int i = 0; i < CROWD; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0) {
			sleep_ms(100);
			_exit(0);
		}
	}
	for (int i = 0; i < CROWD; i++)
		waitpid(pids[i], NULL, 0);
}

/* Each CPU keeps some stacks of ended processes: as many as it ever will, after this. */
static void fill_stack_caches(void)
{
	const unsigned long cpus = own_cpus();

	for (int cpu = 0; cpus >> cpu != 0; cpu++)
		end_a_crowd(cpu);
	use_cpus(cpus);
}

/*
 * Are there as many objects as WANTED? Processes that a killed test has left
 * behind get time to end: longer than await() waits.
 */
static int objects_settle(const char *site, long wanted)
{
	long now;

	fill_stack_caches();
	now = nr_objects();
	for (int i = 0; now != wanted && i < 300; i++) {
		sleep_ms(50);
		now = nr_objects();
	}
	if (now != wanted) {
		diag("%s: %ld kernel objects before, %ld after", site, wanted, now);
		read_slabs(slabs[1], sizeof(slabs[1]));
		show_growth();
	}
	return now == wanted;
}

/*
 * The files of all runs lie in a file system of their own, which goes with what killed runs have left
 * in it; what the kernel has lost stays.
 */
static void tmp_mount(void)
{
	if (mount("sweep", "/tmp", "tmpfs", 0, NULL) != 0)
		bail_out("no file system for /tmp: %s", strerror(errno));
}

static void tmp_unmount(void)
{
	if (umount2("/tmp", MNT_DETACH) != 0)
		bail_out("/tmp cannot be unmounted: %s", strerror(errno));
}

/* A run without a fault: from then on the kernel has what it keeps. */
static void run_whole(char *const *argv)
{
	run_once("page", INT32_MAX, argv);
	if (result->fired || !result->program || result->status)
		bail_out("%s fails by itself: status %#x", argv[0], result->status);
}

/* => whether all runs with SITE failing were as they should be */
static int sweep(const char *site, char *const *argv)
{
	int runs = 0, failed = 0, killed = 0, refused = 0, by_chain = 0;
	long before;

	tmp_mount();
	run_whole(argv);
	tmp_unmount();
	fill_stack_caches();
	sleep_ms(50);
	read_slabs(slabs[0], sizeof(slabs[0]));
	before = nr_objects();
	tmp_mount();
	if (each != INT32_MAX && kernel_command("fail-forget") != 0)
		bail_out("this kernel cannot tell call chains apart");
	for (int n = each ? 1 : 0;; n = next_n(n)) {
		if (verbose)
			diag("%s %d, run %d", site, n, runs + 1);
		run_once(site, n, argv);
		runs++;
		by_chain += n == 0;
		if (kernel_command("audit") != 0) {
			diag("%s %d: the audit found a difference", site, n);
			return 0;
		}
		if (result->hung) {
			diag("%s %d: %s did not end", site, n, argv[0]);
			return 0;
		}
		if (!result->fired) {
			if (result->program && result->status == 0)
				break;
			diag("%s %d: no fault, but status %#x", site, n, result->status);
			return 0;
		}
		if (WIFSIGNALED(result->status))
			killed++;
		else if (!result->program)
			refused++;
		else if (result->status)
			failed++;
	}
	diag("%s: %d runs, %d by call chain: %d failed, %d killed, %d not started, the rest passed",
	     site, runs, by_chain, failed, killed, refused);
	if (ask("lost ") != 0) {
		diag("%s: %ld allocations were not told apart", site, ask("lost "));
		return 0;
	}
	tmp_unmount();
	return objects_settle(site, before);
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	int first = 1;

	if (first < argc && strcmp(argv[first], "-q") == 0) {
		sample_from = QUICK_FROM;
		sample_by = QUICK_BY;
		first++;
	} else if (first < argc && strcmp(argv[first], "-Q") == 0) {
		sample_from = SHORT_FROM;
		sample_by = SHORT_BY;
		first++;
	}
	if (first < argc && strcmp(argv[first], "-v") == 0) {
		verbose = 1;
		first++;
	}
	if (first + 1 < argc && strcmp(argv[first], "-e") == 0) {
		each = atoi(argv[first + 1]);
		first += 2;
	}
	if (first + 1 < argc && strcmp(argv[first], "-s") == 0) {
		only = argv[first + 1];
		first += 2;
	}
	if (first >= argc) {
		fiprintf(
			stderr,
			"usage: failsweep [-q | -Q] [-v] [-e EACH] [-s SITE] PROGRAM [ARGUMENT ...]\n");
		return 2;
	}
	result = map_shared(1);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		if (!only || strcmp(only, sites[i]) == 0)
			ok(sweep(sites[i], argv + first), "%s with each %s allocation failing",
			   argv[first], sites[i]);
	return tap_done();
}
