/* SPDX-License-Identifier: MIT */
/*
 * Running out of memory, in every way that a program can: it is told (ENOMEM)
 * or killed, and whoever did not ask for too much goes on. After each case the
 * parent has its memory back and the kernel's audit looks.
 *
 * On Linux the children take a limit first, so that the machine survives us.
 */
#include "guest.h"

#define RW              (PROT_READ | PROT_WRITE)
#define RLIMIT_AS_BYTES (96 * MB)

static volatile int *shared;

static void limit(void)
{
	unsigned long limits[2] = {RLIMIT_AS_BYTES, RLIMIT_AS_BYTES};

	if (!on_octavo())
		sys(__NR_setrlimit, 9, limits);
}

static long try_map(unsigned long bytes)
{
	return sys(__NR_mmap2, 0, bytes, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int is_error(long result)
{
	return (unsigned long)result >= -4095UL;
}

/* Takes memory piece by piece and writes to it, until there is none. => ENOMEM, as it should be */
static int take_pieces(void *piece_bytes)
{
	unsigned long bytes = *(unsigned long *)piece_bytes;

	limit();
	for (;;) {
		long p = try_map(bytes);

		if (is_error(p))
			return p == -ENOMEM ? 0 : 50;
		for (unsigned long at = 0; at < bytes; at += PAGE)
			((volatile char *)p)[at] = 1;
		__sync_fetch_and_add(&shared[0], 1);
	}
}

/* The heap, likewise. */
static int take_heap(void *unused)
{
	unsigned long end = (unsigned long)sys(__NR_brk, 0);

	limit();
	for (;;) {
		unsigned long next = end + 64 * PAGE;

		if ((unsigned long)sys(__NR_brk, next) != next)
			return 0;
		for (; end < next; end += PAGE)
			*(volatile char *)end = 1;
	}
}

/* Memory that was granted at once, of which more is used than there is. */
static int take_granted(void *unused)
{
	unsigned long bytes;
	long p = -ENOMEM;

	limit();
	for (bytes = 2048 * MB; is_error(p) && bytes > MB; bytes /= 2)
		p = try_map(bytes);
	if (is_error(p))
		return 50;
	for (unsigned long at = 0; at < 2 * bytes; at += PAGE)
		((volatile char *)p)[at] = 1;
	return 0;
}

/* Regions that cannot become one: each costs the kernel a piece of its own memory. */
static int take_regions(void *unused)
{
	limit();
	for (int i = 0; i < 200000; i++) {
		long p = sys(__NR_mmap2, 0, PAGE, i & 1 ? PROT_READ : PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (is_error(p))
			return p == -ENOMEM ? 0 : 50;
	}
	return 0;
}

/* Page tables: one byte in every 4M. */
static int take_tables(void *unused)
{
	limit();
	for (unsigned long at = 0x10000000; at < 0xb0000000; at += 4 * MB) {
		long p = sys(__NR_mmap2, at, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (is_error(p))
			return p == -ENOMEM ? 0 : 50;
		*(volatile char *)p = 1;
	}
	return 0;
}

/* A child that only takes room, until it or its parent is killed. */
static void take_room(pid_t parent)
{
	sys(__NR_prctl, 1 /* PR_SET_PDEATHSIG */, SIGKILL);
	while (getppid() == parent)
		sleep_ms(1000000);
	_exit(0);
}

/* Children that sleep: as many as can be made. */
static int take_processes(void)
{
	static pid_t pids[5000];
	int most = on_octavo() ? 5000 : 300;
	int made = 0, reaped = 0, refused = 0;
	pid_t me = getpid();

	limit();
	while (made < most && !refused) {
		pids[made] = fork();
		if (pids[made] == 0)
			take_room(me);
		if (pids[made] > 0)
			made++;
		else
			refused = errno;
	}
	for (int i = 0; i < made; i++) {
		kill(pids[i], SIGKILL);
		reaped += waitpid(pids[i], NULL, 0) == pids[i];
	}
	if (refused && refused != ENOMEM && refused != EAGAIN)
		return 50;
	return made == reaped && made > 0 ? 0 : 51;
}

/*
 * As a program of its own: else a thousand processes would share our pages,
 * and we could not write to them while there is no memory for copies.
 */
static int exec_take_processes(void *self)
{
	const char *const argv[] = {self, "processes", NULL};
	const char *const envp[] = {NULL};

	sys(__NR_execve, self, argv, envp);
	return 52;
}

/* After each case: memory is back, processes can be made, the books are right. */
static void check_afterwards(const char *what, int status)
{
	char *p;
	int good;

	sleep_ms(200); /* children of a child that was killed end now */
	ok(status == EXITED(0) || status == KILLED(SIGKILL), "%s: told or killed (status %#x)",
	   what, status);
	p = mmap(NULL, MB, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	good = p != MAP_FAILED;
	if (good) {
		memset(p, 1, MB);
		munmap(p, MB);
	}
	ok(good && peek(shared) == EXITED(0), "%s: and there is memory again", what);
	is(kernel_command("audit"), 0, "%s: the audit", what);
}

/* Several at once, of which each wants everything. */
static void test_several(void)
{
	enum { N = 4 };
	unsigned long piece = 256 * PAGE;
	pid_t pids[N];
	int good = 1;

	for (int i = 0; i < N; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(take_pieces(&piece));
	}
	for (int i = 0; i < N; i++) {
		int status = -1;

		good &= pids[i] > 0 && waitpid(pids[i], &status, 0) == pids[i];
		good &= status == EXITED(0) || status == KILLED(SIGKILL);
	}
	ok(good, "four that want everything at once");
	check_afterwards("four at once", 0);
}

int main(int argc, char **argv)
{
	unsigned long small = PAGE, large = 256 * PAGE;

	if (argc > 1)
		return take_processes();
	shared = map_shared(1);
	check_afterwards("before", 0);
	shared[0] = 0;
	check_afterwards("pieces of 1M", in_child(take_pieces, &large));
	ok(shared[0] > 2, "%d of them were had", shared[0]);
	check_afterwards("pieces of 4K", in_child(take_pieces, &small));
	check_afterwards("the heap", in_child(take_heap, NULL));
	check_afterwards("more than was granted", in_child(take_granted, NULL));
	check_afterwards("regions", in_child(take_regions, NULL));
	check_afterwards("page tables", in_child(take_tables, NULL));
	check_afterwards("processes", in_child(exec_take_processes, argv[0]));
	test_several();
	return tap_done();
}
