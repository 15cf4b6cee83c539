/* SPDX-License-Identifier: MIT */
/*
 * failsweep [-q] [-s SITE] PROGRAM [ARGUMENT ...]: PROGRAM with every kernel
 * allocation failing in turn.
 *
 * For each site of the fault injection PROGRAM runs with the 1st, the 2nd, the
 * 3rd ... allocation failing, until a run ends without the fault having
 * happened. PROGRAM may pass, fail or be killed; but it must end, the kernel
 * must live, and its audit must find every frame. With -q the later ones are
 * sampled: the number grows by an eighth each time once it has reached 32.
 */
#include "guest.h"

#define RUN_MS     60000 /* longer than any of them takes */
#define QUICK_FROM 32

static const char *const sites[] = {"page", "slab", "vmalloc", "pmap"};

static int device; /* /dev/octavo */
static int quick;

struct result {
	int fired;
	int forked;
	int status;
	int hung;
};

static int command(const char *fmt, const char *site, int n)
{
	char text[40];
	int len = sniprintf(text, sizeof(text), fmt, site, n);

	return write(device, text, (size_t)len) == len ? 0 : -1;
}

static int has_fired(void)
{
	char text[16] = "";

	lseek(device, 0, SEEK_SET);
	if (read(device, text, sizeof(text) - 1) <= 0)
		bail_out("/dev/octavo cannot be read: errno %d", errno);
	return strncmp(text, "fired", 5) == 0;
}

/* In the child: silent, so that thousands of runs can be read. */
static void run_program(char *const *argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
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

static struct result run_once(const char *site, int n, char *const *argv)
{
	struct result result = {0, 0, 0, 0};
	pid_t pid;

	if (command("fail-nth %s %d", site, n) < 0)
		bail_out("fail-nth %s %d: errno %d", site, n, errno);
	pid = fork();
	if (pid == 0)
		run_program(argv);
	result.forked = pid > 0;
	if (result.forked)
		result.hung = wait_or_kill(pid, &result.status);
	result.fired = has_fired();
	command("fail-nth %s %d", site, 0);
	return result;
}

static int next_n(int n)
{
	return quick && n >= QUICK_FROM ? n + n / 8 : n + 1;
}

/* => whether all runs with SITE failing were as they should be */
static int sweep(const char *site, char *const *argv)
{
	int runs = 0, failed = 0, killed = 0, refused = 0;

	for (int n = 1;; n = next_n(n)) {
		struct result result = run_once(site, n, argv);

		runs++;
		if (kernel_command("audit") != 0) {
			diag("%s %d: the audit found a difference", site, n);
			return 0;
		}
		if (result.hung) {
			diag("%s %d: %s did not end", site, n, argv[0]);
			return 0;
		}
		if (!result.fired) {
			if (result.forked && result.status == 0)
				break;
			diag("%s %d: no fault, but status %#x", site, n, result.status);
			return 0;
		}
		refused += !result.forked;
		killed += result.forked && WIFSIGNALED(result.status);
		failed += result.forked && WIFEXITED(result.status) && result.status != 0;
	}
	diag("%s: %d runs: %d failed, %d killed, %d not started, the rest passed", site, runs,
	     failed, killed, refused);
	return 1;
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	int first = 1;

	if (first < argc && strcmp(argv[first], "-q") == 0) {
		quick = 1;
		first++;
	}
	if (first + 1 < argc && strcmp(argv[first], "-s") == 0) {
		only = argv[first + 1];
		first += 2;
	}
	if (first >= argc) {
		fiprintf(stderr, "usage: failsweep [-q] [-s SITE] PROGRAM [ARGUMENT ...]\n");
		return 2;
	}
	device = open("/dev/octavo", O_RDWR);
	if (device < 0)
		bail_out("/dev/octavo: errno %d", errno);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		if (!only || strcmp(only, sites[i]) == 0)
			ok(sweep(sites[i], argv + first), "%s with each %s allocation failing",
			   argv[first], sites[i]);
	return tap_done();
}
