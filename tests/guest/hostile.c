/* SPDX-License-Identifier: MIT */
/*
 * Random system calls with hostile arguments, by a seeded generator: hostile [SEED [CALLS [FIRST]]].
 *
 * Children make the calls, 500 each, and may die of them; what must hold is that every child ends
 * (or sleeps for good, and can then be killed), that the parent lives, and that the kernel has lost
 * nothing: the machine's audit says so at the end. The same seed makes the same calls; with FIRST
 * the children before that one are left out and each is named, to find the one that does harm.
 */
#include "guest.h"

#define CALLS_PER_CHILD 500
#define PATIENCE_NS     2000000000u

static unsigned long long state;

static unsigned long next(void)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned long)(state >> 33);
}

static unsigned long below(unsigned long n)
{
	return next() % n;
}

static char memory[3 * PAGE];
static const char *const strings[] = {
	"",
	"/",
	".",
	"..",
	"/dev/null",
	"/dev/zero",
	"/tests",
	"/tmp/hostile",
	"/tmp/hostile/x",
	"no/such",
	"/bin/hello",
	"/tmp/a/b/../c",
};

/* Addresses: valid ones, the edges of things, wild ones. */
static unsigned long an_address(void)
{
	static const unsigned long edges[] = {
		0,          1,          4095,       4096,       0x10000,
		0x8048000,  0xbfffffff, 0xbffff000, 0xc0000000, 0xc0100000,
		0xf7000000, 0xff800000, 0xfffff000, 0xffffffff, 0x80000000,
	};

	switch (below(5)) {
	case 0:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return (unsigned long)memory + below(sizeof(memory));
	case 2:
		return (unsigned long)strings[below(sizeof(strings) / sizeof(strings[0]))];
	case 3:
		return (unsigned long)&state & ~(PAGE - 1);
	default:
		return next() << below(4);
	}
}

static unsigned long a_number(void)
{
	static const unsigned long numbers[] = {
		0,     1,          2,          3,          4,          7,          8,
		31,    32,         255,        256,        1023,       1024,       4095,
		4096,  4097,       0x10000,    0x100000,   0x7fffffff, 0x80000000, 0xffff0000,
		0xfff, 0xffffffff, 0xfffffffe, 0xffffff9c, 0x1000000,
	};

	if (below(4) == 0)
		return next();
	return numbers[below(sizeof(numbers) / sizeof(numbers[0]))];
}

/* Flags of mmap that would take the test's own memory away are left to chance all the same. */
static unsigned long an_argument(void)
{
	return below(2) ? an_address() : a_number();
}

/* Calls that end the machine, or that make more processes than a test should. */
static int spared(unsigned long nr)
{
	return nr == __NR_reboot || nr == __NR_fork || nr == __NR_vfork || nr == __NR_clone ||
	       nr == __NR_exit || nr == __NR_exit_group || nr == __NR_kill;
}

static void hostile_child(void)
{
	for (int fd = 0; fd < 4; fd++)
		close(fd);
	for (int i = 0; i < CALLS_PER_CHILD; i++) {
		unsigned long nr = below(20) ? below(450) : next();
		unsigned long a = an_argument(), b = an_argument(), c = an_argument();
		unsigned long d = an_argument(), e = an_argument(), f = an_argument();

		/* Most programs have some memory and descriptors: so has this one, now and then. */
		if (below(16) == 0) {
			sys(__NR_open, strings[below(12)], O_RDWR | (below(2) ? O_CREAT : 0), 0600);
			sys(__NR_mmap2, 0, below(64) * PAGE, 3, 0x22, -1, 0);
		}
		if (!spared(nr))
			sys(nr, a, b, c, d, e, f);
	}
	_exit(0);
}

/* A child that sleeps for good is killed. => 1 if it ended or could be killed */
static int reap(pid_t pid)
{
	static const struct timespec a_while = {.tv_nsec = 1000000};
	uint64_t start = now_ns();
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ns() - start > PATIENCE_NS) {
			kill(pid, SIGKILL);
			return waitpid(pid, &status, 0) == pid;
		}
		nanosleep(&a_while, NULL); /* an idle machine's clock runs fast under -icount */
	}
	return 1;
}

int main(int argc, char **argv)
{
	unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 50000;
	unsigned long first = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
	int all_ended = 1;

	for (unsigned long i = first; i < calls / CALLS_PER_CHILD; i++) {
		pid_t pid;

		state = seed * 1000003 + i;
		if (argc > 3)
			diag("child %lu", i);
		pid = must_fork();
		if (pid == 0)
			hostile_child();
		if (!reap(pid)) {
			all_ended = 0;
			diag("child %lu of seed %lu did not end", i, seed);
		}
	}
	ok(all_ended, "%lu calls of seed %lu: every child ended, or could be killed", calls, seed);
	return tap_done();
}
